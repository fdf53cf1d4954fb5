package engine

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// sweeper finds and removes resources of ours on a target, in the way that
// the profile asks for.
type sweeper struct {
	do      scim.Doer
	header  func() http.Header
	profile *profile.Profile
	observe func(*scim.Exchange)
	// as is the client by which it looks and removes.
	as scim.Role
	// deactivated counts the users that were deactivated instead of deleted.
	deactivated int
	// trouble is what the last request ran into, for people.
	trouble string
}

func (s *sweeper) note(x *scim.Exchange) {
	s.trouble = x.Error
	if x.Response != nil {
		s.trouble = fmt.Sprintf("%s answers %d", template(x.Request), x.Status())
	}
}

func (s *sweeper) send(ctx context.Context, req scim.Request) *scim.Exchange {
	seen := false
	req.As = s.as
	x := s.do.Do(scim.WithObserver(ctx, func(x *scim.Exchange) { seen = true; s.observe(x) }), req)
	if !seen {
		s.observe(x)
	}
	s.note(x)
	return x
}

// remove takes a resource away, in the way that the profile asks for. Users are
// deactivated where DELETE is not offered. It reports whether nothing is left
// to do.
func (s *sweeper) remove(ctx context.Context, endpoint, id string) bool {
	if s.profile.Cleanup == "command" {
		if len(s.profile.CleanupCommand) == 0 {
			return false
		}
		_, err := runCommand(ctx, s.profile.CleanupCommand, strings.TrimPrefix(endpoint, "/"), id)
		if err != nil {
			s.trouble = err.Error()
		}
		return err == nil
	}
	users := endpoint == scim.UsersEndpoint
	if users && (s.profile.Cleanup == "deactivate" || s.profile.Cleanup == "" && s.profile.Lacks(http.MethodDelete, endpoint)) {
		return s.deactivate(ctx, endpoint, id)
	}
	switch code := s.delete(ctx, endpoint, id); code {
	case http.StatusNotFound, http.StatusGone:
		return true
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return users && s.deactivate(ctx, endpoint, id)
	default:
		return code/100 == 2
	}
}

// removeAgain makes sure that what the target says is deleted is gone. Where
// nothing is deleted in the first place there is nothing to be sure of.
func (s *sweeper) removeAgain(ctx context.Context, endpoint, id string) bool {
	code := s.delete(ctx, endpoint, id)
	return code/100 == 2 || code == http.StatusNotFound || code == http.StatusGone
}

func (s *sweeper) delete(ctx context.Context, endpoint, id string) int {
	return s.send(ctx, scim.Request{Method: http.MethodDelete, Path: pathOf(endpoint, id), Header: s.header()}).Status()
}

func (s *sweeper) deactivate(ctx context.Context, endpoint, id string) bool {
	h := s.header()
	h.Set("Content-Type", scim.MediaType)
	x := s.send(ctx, scim.Request{
		Method: http.MethodPatch, Path: pathOf(endpoint, id), Header: h,
		Body: scim.PatchBody(scim.PatchOperation{Op: "replace", Path: "active", Value: false}),
	})
	if x.Status()/100 == 2 {
		s.deactivated++
	}
	return x.Status()/100 == 2 || x.Status() == http.StatusNotFound
}

func pathOf(endpoint, id string) string { return endpoint + "/" + url.PathEscape(id) }

// find looks for resources with these names and returns the ids of those that
// bear the tag. ok is false when the target gave no usable answer.
func (s *sweeper) find(ctx context.Context, endpoint string, n names, tag string) (ids []string, ok bool) {
	var filters []string
	for _, f := range []struct{ attr, value string }{
		{"userName", n.userName}, {"displayName", n.displayName}, {"externalId", n.externalID},
	} {
		if f.value != "" && (f.attr != "userName" || endpoint == scim.UsersEndpoint) {
			filters = append(filters, f.attr+" eq "+string(marshal(f.value)))
		}
	}
	for _, filter := range filters {
		x := s.send(ctx, scim.Request{
			Method: http.MethodGet, Path: endpoint, RawQuery: "filter=" + escape(filter), Header: s.header(),
		})
		if x.Status() == http.StatusNotFound {
			ok = true
			continue
		}
		if x.Status() != http.StatusOK {
			continue
		}
		list, err := scim.ParseList(x.Response.Body)
		if err != nil {
			continue
		}
		ok = true
		ids = append(ids, ownIDs(list, tag)...)
		if len(ids) > 0 {
			return ids, true
		}
	}
	return ids, ok
}

// ownIDs lists the ids of the resources that bear the tag: nothing else is
// ever deleted.
func ownIDs(list scim.List, tag string) (ids []string) {
	for _, r := range list.Resources {
		if r.ID() != "" && bears(r.Raw(), tag) {
			ids = append(ids, r.ID())
		}
	}
	return ids
}

// walk goes through all resources of an endpoint and returns the ids of those
// that bear the tag. It gives up after maxPages pages.
func (s *sweeper) walk(ctx context.Context, endpoint, tag string) (ids []string, ok bool) {
	const pageSize, maxPages = 100, 10_000
	seen := map[string]bool{}
	start, cursor := 1, ""
	for range maxPages {
		q := "startIndex=" + itoa(start) + "&count=" + itoa(pageSize)
		if cursor != "" {
			q = "cursor=" + escape(cursor) + "&count=" + itoa(pageSize)
		}
		x := s.send(ctx, scim.Request{Method: http.MethodGet, Path: endpoint, RawQuery: q, Header: s.header()})
		if x.Status() != http.StatusOK {
			return ids, false
		}
		list, err := scim.ParseList(x.Response.Body)
		if err != nil {
			return ids, false
		}
		fresh := 0
		for _, r := range list.Resources {
			if !seen[r.ID()] {
				seen[r.ID()] = true
				fresh++
			}
		}
		ids = append(ids, ownIDs(list, tag)...)
		if list.NextCursor != "" {
			cursor = list.NextCursor
			continue
		}
		if cursor != "" || fresh == 0 {
			return ids, true
		}
		start += len(list.Resources)
	}
	return ids, false
}
