package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// CleanOptions says whose traces to remove, and where.
type CleanOptions struct {
	Target  scim.Doer
	BaseURL string
	// Second is a client of the second tenant, at SecondURL; nil without one.
	Second    scim.Doer
	SecondURL string
	Profile   *profile.Profile
	// RunID is the tag of the run that left something.
	RunID string
	// JournalPath is the run's journal; when there is no such file, the
	// target is walked for the tag.
	JournalPath string
	UserAgent   string
}

// Do sends a request by the client that it is of.
func (o CleanOptions) Do(ctx context.Context, req scim.Request) *scim.Exchange {
	if req.As == scim.SecondTenant {
		return o.Second.Do(ctx, req)
	}
	return o.Target.Do(ctx, req)
}

// CleanResult says what Clean did.
type CleanResult struct {
	// Walked says that there was no journal and all resources were read.
	Walked bool
	// Removed lists what is gone, as "/Users/2819c223"; what was in the second
	// tenant has that in front.
	Removed []string
	// Deactivated lists the users that stay, inactive, because the profile
	// asks for that or DELETE is not offered.
	Deactivated []string
	// Left lists what could not be removed, each with the reason.
	Left []string
}

// Clean removes what a run left behind, and nothing else: what its journal
// names, or what bears its tag.
func Clean(ctx context.Context, o CleanOptions) (CleanResult, error) {
	var res CleanResult
	if err := ValidRunID(o.RunID); err != nil {
		return res, err
	}
	s := &sweeper{
		do: o, profile: o.Profile, observe: func(*scim.Exchange) {},
		header: func() http.Header {
			h := http.Header{}
			h.Set("Accept", scim.MediaType)
			h.Set("User-Agent", o.UserAgent)
			return h
		},
	}
	place := func(endpoint, rest string) string {
		if s.as == scim.SecondTenant {
			return "second tenant: " + endpoint + rest
		}
		return endpoint + rest
	}
	take := func(endpoint, id string) bool {
		before := s.deactivated
		if s.remove(ctx, endpoint, id) {
			if s.deactivated > before {
				res.Deactivated = append(res.Deactivated, place(endpoint, "/"+id))
			} else {
				res.Removed = append(res.Removed, place(endpoint, "/"+id))
			}
			return true
		}
		res.Left = append(res.Left, place(endpoint, "/"+id)+": "+s.trouble)
		return false
	}
	header, entries, err := readJournal(o.JournalPath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		res.Walked = true
		if err := s.sweepAll(ctx, o.RunID, take); err != nil || o.Second == nil {
			return res, err
		}
		s.as = scim.SecondTenant
		return res, s.sweepAll(ctx, o.RunID, take)
	case err != nil:
		return res, err
	case header.BaseURL != o.BaseURL:
		return res, fmt.Errorf("run %s wrote to %s, not to %s; give that URL", o.RunID, header.BaseURL, o.BaseURL)
	case o.Second != nil && header.SecondURL != o.SecondURL:
		return res, fmt.Errorf("run %s had %s for a second tenant, not %s; give what it had",
			o.RunID, firstOf(header.SecondURL, "nothing"), o.SecondURL)
	}
	for _, e := range slices.Backward(entries) {
		s.as = e.As
		switch {
		case e.gone:
		case e.As == scim.SecondTenant && o.Second == nil && e.Status/100 != 4:
			res.Left = append(res.Left, place(e.Endpoint, "/"+e.ID)+": needs --second "+header.SecondURL+" and SCIMTEST_TOKEN_2")
		case e.ID != "":
			take(e.Endpoint, e.ID)
		case e.Status == 0 || e.Status/100 == 2 || e.Status/100 == 5:
			n := names{userName: e.UserName, displayName: e.DisplayName, externalID: e.ExternalID}
			ids, ok := s.find(ctx, e.Endpoint, n, o.RunID)
			if !ok {
				res.Left = append(res.Left, place(e.Endpoint, " (")+firstOf(e.UserName, e.DisplayName, e.ExternalID)+"): "+s.trouble)
			}
			for _, id := range ids {
				take(e.Endpoint, id)
			}
		}
	}
	return res, ctx.Err()
}

// sweepAll walks all endpoints for the tag.
func (s *sweeper) sweepAll(ctx context.Context, tag string, take func(endpoint, id string) bool) error {
	endpoints := []string{scim.GroupsEndpoint, scim.UsersEndpoint}
	x := s.send(ctx, scim.Request{Method: http.MethodGet, Path: scim.ResourceTypesEndpoint, Header: s.header()})
	if x.Status() == http.StatusOK {
		for _, t := range parseTypes(x.Response.Body) {
			if !slices.Contains(endpoints, t.Endpoint) && t.Endpoint != "" {
				endpoints = append([]string{t.Endpoint}, endpoints...)
			}
		}
	}
	for _, e := range endpoints {
		ids, ok := s.walk(ctx, e, tag)
		for _, id := range ids {
			take(e, id)
		}
		if !ok && e == scim.UsersEndpoint {
			return fmt.Errorf("could not read %s to the end: %s; mend that and run it again, or look for names with %q by hand",
				e, strings.ReplaceAll(s.trouble, "; ", ", "), tag)
		}
	}
	return ctx.Err()
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return "no name"
}
