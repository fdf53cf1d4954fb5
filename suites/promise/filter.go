package promise

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	. "github.com/scimtest/scimtest/suites/engine"
)

var filterChecks = []Check{
	{Meta: Meta{
		ID:    "promise.filters",
		Title: "Each filter that the profile lists finds what it is to find",
	}, Body: func(t *T) {
		all := t.Promises().Filters
		said(t, len(all) > 0)
		world := &world{}
		if t.Has(EnterpriseUser) && strings.Contains(strings.Join(all["User"], " "), "manager") {
			world.boss = t.GivenUser()
			world.user = t.GivenUser(Enterprise("manager", Doc{"value": world.boss.ID}))
		} else {
			world.user = t.GivenUser()
		}
		if t.Has(Groups) {
			world.group = t.GivenGroup(Members(world.user), Set("externalId", t.Tag()))
		}
		tried := false
		for _, kind := range []string{"User", "Group"} {
			r := world.user
			if kind == "Group" {
				r = world.group
			}
			for _, text := range all[kind] {
				if r == nil {
					continue
				}
				filter, sharp, ok := world.filter(kind, text)
				if !ok {
					continue
				}
				tried = true
				a := judged(t, t.List(r.Endpoint, Filter(filter)), "filters."+kind).Status(200)
				if sharp {
					a.Contains(r)
					continue
				}
				a.Holds(a.Page().TotalResults > 0, "totalResults", "1 or more", "0", "the filter "+text+" finds nothing")
			}
		}
		if !tried {
			t.Skip("no filter of the profile is one that a value is known for")
		}
	}},
}

// world is what the filters are to find.
type world struct{ user, group, boss *Resource }

// filter puts values into a filter of the profile. It is sharp when it holds
// for what is to be found, and little else.
func (w *world) filter(kind, text string) (filter string, sharp, ok bool) {
	f, err := scim.ParseFilter(profile.FilterText(text))
	if err != nil {
		return "", false, false
	}
	sharp = true
	var fill func(f scim.Filter) bool
	fill = func(f scim.Filter) bool {
		switch f := f.(type) {
		case *scim.And:
			return fill(f.Left) && fill(f.Right)
		case *scim.Compare:
			path := f.Attr.Name
			if f.Attr.Sub != "" {
				path += "." + f.Attr.Sub
			}
			v, one := w.value(kind, strings.ToLower(path), f.Op)
			sharp = sharp && one
			f.Value = v
			return v != ""
		}
		return false
	}
	ok = fill(f)
	return f.String(), sharp, ok
}

// value is one with which a comparison holds; one says that it holds for
// nothing else.
func (w *world) value(kind, path string, op scim.Op) (value string, one bool) {
	r := w.user
	if kind == "Group" {
		r = w.group
	}
	if path == "meta.lastmodified" && slices.Contains([]scim.Op{scim.GT, scim.GE}, op) {
		return "2001-01-01T00:00:00Z", false
	}
	if op != scim.EQ {
		return "", false
	}
	switch path {
	case "id":
		return r.ID, true
	case "username", "displayname":
		return r.Text(map[string]string{"username": "userName", "displayname": "displayName"}[path]), true
	case "externalid":
		return r.Text("externalId"), true
	case "members", "members.value":
		return w.user.ID, true
	case "groups.value":
		if w.group != nil {
			return w.group.ID, true
		}
	case "manager", "manager.value":
		if w.boss != nil {
			return w.boss.ID, true
		}
	}
	return "", false
}

func itoa(n int) string { return strconv.Itoa(n) }
