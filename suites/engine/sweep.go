package engine

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os/exec"
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
}

func (s *sweeper) send(ctx context.Context, req scim.Request) *scim.Exchange {
	seen := false
	x := s.do.Do(scim.WithObserver(ctx, func(x *scim.Exchange) { seen = true; s.observe(x) }), req)
	if !seen {
		s.observe(x)
	}
	return x
}

// remove takes a resource away, or deactivates it where the profile says so.
// It reports whether nothing is left to do.
func (s *sweeper) remove(ctx context.Context, endpoint, id string) bool {
	path := endpoint + "/" + url.PathEscape(id)
	switch s.profile.Cleanup {
	case "deactivate":
		if endpoint != scim.UsersEndpoint {
			break
		}
		h := s.header()
		h.Set("Content-Type", scim.MediaType)
		x := s.send(ctx, scim.Request{
			Method: http.MethodPatch, Path: path, Header: h,
			Body: scim.PatchBody(scim.PatchOperation{Op: "replace", Path: "active", Value: false}),
		})
		return x.Status()/100 == 2 || x.Status() == http.StatusNotFound
	case "command":
		if len(s.profile.CleanupCommand) == 0 {
			return false
		}
		args := append(append([]string{}, s.profile.CleanupCommand[1:]...), strings.TrimPrefix(endpoint, "/"), id)
		return exec.CommandContext(ctx, s.profile.CleanupCommand[0], args...).Run() == nil
	}
	x := s.send(ctx, scim.Request{Method: http.MethodDelete, Path: path, Header: s.header()})
	return x.Status()/100 == 2 || x.Status() == http.StatusNotFound || x.Status() == http.StatusGone
}

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
		if r.ID() != "" && bytes.Contains(r.Raw(), []byte(tag)) {
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
		for _, id := range ownIDs(list, tag) {
			ids = append(ids, id)
		}
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
