package promise

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	. "github.com/scimtest/scimtest/suites/engine"
)

var discoveryEndpoints = []string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint}

var offerChecks = []Check{
	{Meta: Meta{
		ID: "promise.discovery", ReadOnly: true,
		Title: "Discovery is there, for everybody, or not, as the profile says",
	}, Body: func(t *T) {
		word := t.Promises().Discovery
		said(t, word != "")
		t.List(scim.UsersEndpoint, Query("count", "1")).Arranging().Status(200).Page()
		for _, endpoint := range discoveryEndpoints {
			var with []Option
			if word == "anonymous" {
				with = append(with, NoAuth())
			}
			a := judged(t, t.Fetch(endpoint, with...), "discovery")
			if word == "absent" {
				// More than was promised breaks nothing.
				a.Advisory().Holds(a.Code() != http.StatusOK, "status", "404", code(a), "the target has "+endpoint+" by now: the profile is out of date")
				continue
			}
			a.Holds(a.Code() == http.StatusOK, "status", "200", code(a), endpoint+" does not answer as the profile says")
			if a.Code() != http.StatusOK {
				continue
			}
			if endpoint == scim.ServiceProviderConfigEndpoint {
				a.Has("patch.supported")
				continue
			}
			a.Holds(len(a.Page().Resources) > 0, "Resources", "one or more", "none", endpoint+" lists nothing")
		}
	}},
	{Meta: Meta{
		ID:    "promise.absent",
		Title: "What the profile says is absent is absent",
	}, Body: func(t *T) {
		p := t.Promises()
		absent := func(f Feature) bool { has, told := p.Features[string(f)]; return told && !has }
		said(t, slices.ContainsFunc([]Feature{Me, Bulk, SearchPost, RootSearch, ETag, Cursor, IndexPaging, Sorting}, absent))
		u := t.GivenUser()
		for _, x := range []struct {
			feature Feature
			there   func() (*Answer, bool)
		}{
			{Me, func() (*Answer, bool) { a := t.Fetch(scim.MeEndpoint); return a, a.Code()/100 == 2 }},
			{Bulk, func() (*Answer, bool) {
				a := t.Send(http.MethodPost, scim.BulkEndpoint, Doc{"schemas": Values{scim.BulkRequestURN}, "Operations": Values{
					Doc{"method": http.MethodDelete, "path": scim.UsersEndpoint + "/" + t.Tag()},
				}})
				return a, a.Code()/100 == 2
			}},
			{SearchPost, func() (*Answer, bool) {
				a := t.Search(scim.UsersEndpoint, Doc{"count": 1})
				return a, a.Code()/100 == 2
			}},
			{RootSearch, func() (*Answer, bool) { a := t.Search("", Doc{"count": 1}); return a, a.Code()/100 == 2 }},
			{ETag, func() (*Answer, bool) { a := t.Get(u); return a, a.HeaderValue("ETag") != "" }},
			{Cursor, func() (*Answer, bool) {
				t.GivenUser()
				a := t.List(scim.UsersEndpoint, Query("cursor", ""), Query("count", "1"))
				return a, a.Code() == http.StatusOK && a.Resource().Has("nextCursor")
			}},
			{IndexPaging, func() (*Answer, bool) {
				t.GivenUser()
				a := t.List(scim.UsersEndpoint, Query("startIndex", "2"), Query("count", "1"))
				return a, a.Code() == http.StatusOK && a.Value("startIndex").Int() == 2
			}},
			{Sorting, func() (*Answer, bool) { return sorted(t) }},
		} {
			if !absent(x.feature) {
				continue
			}
			a, there := x.there()
			a.Advisory().Holds(!there, string(x.feature), "absent", "there", "the target has "+string(x.feature)+" by now: the profile is out of date")
		}
	}},
	{Meta: Meta{
		ID: "promise.cursor", Needs: []Feature{Cursor},
		Title: "Lists are paged by cursor where the profile says so",
	}, Body: func(t *T) {
		said(t, t.Promises().Features["cursor"])
		t.GivenUsers(2)
		a := judged(t, t.List(scim.UsersEndpoint, Query("cursor", ""), Query("count", "1")).Status(200), "features.cursor")
		a.Has("nextCursor")
	}},
	{Meta: Meta{
		ID:    "promise.media-types",
		Title: "Bodies are taken in each media type of the profile",
	}, Body: func(t *T) {
		p := t.Promises()
		said(t, len(p.MediaTypes) > 0)
		t.GivenUser()
		for _, kind := range p.MediaTypes {
			doc := t.NewUser()
			raw, err := json.Marshal(doc)
			if err != nil {
				t.Block("could not arrange: %s", err)
			}
			a := judged(t, t.Post(scim.UsersEndpoint, nil, RawBody(kind, string(raw))), "media-types")
			a.Holds(a.Code()/100 == 2, "status", "2xx", code(a), "a body is refused in a media type of the profile")
			if a.Code()/100 != 2 || !t.Has(Patch) {
				continue
			}
			u := a.Created(scim.UsersEndpoint, doc)
			b := judged(t, t.Send(http.MethodPatch, u.Path(), nil, RawBody(kind, string(scim.PatchBody(Replace("active", true))))), "media-types")
			b.Holds(b.Code()/100 == 2, "status", "2xx", code(b), "a PATCH is refused in a media type of the profile")
		}
	}},
}

// sorted reports whether a list comes in the order that sortBy asks for, up
// and down.
func sorted(t *T) (a *Answer, there bool) {
	t.GivenUsers(2)
	var first [2]string
	for i, order := range []string{"ascending", "descending"} {
		a = t.List(scim.UsersEndpoint, Query("sortBy", "userName"), Query("sortOrder", order))
		if a.Code() != http.StatusOK {
			return a, false
		}
		if list := a.Page().Resources; len(list) > 0 {
			first[i] = list[0].ID()
		}
	}
	return a, first[0] != first[1]
}

var answerChecks = []Check{
	{Meta: Meta{
		ID:    "promise.statuses",
		Title: "A request is answered with the status that the profile says",
	}, Body: func(t *T) {
		any := false
		for _, d := range deviations(t) {
			for _, s := range d.Answers {
				a := asked(t, s.To)
				if a == nil {
					continue
				}
				any = true
				a = bySource(a, d.Source)
				a.Holds(a.Code() == s.With, "status", itoa(s.With), code(a), s.To+" is not answered as the profile says")
			}
		}
		said(t, any)
	}},
}

// asked sends a request of this form on a resource of its own; nil for one
// that is not known.
func asked(t *T, to string) *Answer {
	method, path, _ := strings.Cut(to, " ")
	group := strings.HasPrefix(path, scim.GroupsEndpoint)
	made := func() *Resource {
		if group {
			return t.GivenGroup()
		}
		return t.GivenUser()
	}
	switch {
	case !group && !strings.HasPrefix(path, scim.UsersEndpoint):
		return nil
	case method == http.MethodPatch && group:
		return t.Patch(made(), Replace("displayName", t.GroupName()))
	case method == http.MethodPatch:
		return t.Patch(made(), Replace("active", true))
	case method == http.MethodPut:
		r := made()
		return t.Put(r, r.Sent)
	case method == http.MethodDelete:
		return t.Delete(made())
	case method == http.MethodPost && group:
		return t.Post(scim.GroupsEndpoint, t.NewGroup())
	case method == http.MethodPost:
		return t.Post(scim.UsersEndpoint, t.NewUser())
	}
	return nil
}

// deviations lists those of the profile, by name.
func deviations(t *T) (out []profile.Deviation) {
	all := t.Promises().Deviations
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[name])
	}
	return out
}
