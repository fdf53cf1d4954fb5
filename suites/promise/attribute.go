package promise

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	. "github.com/scimtest/scimtest/suites/engine"
)

var attributeChecks = []Check{
	{Meta: Meta{
		ID:    "promise.kept",
		Title: "Each attribute of a user that the profile lists is kept and shown, or not shown, as it says",
	}, Body: func(t *T) {
		schemas := modelOf(t, "User")
		u := t.GivenUser(filledIn(t, schemas)...)
		a := t.Get(u).Judged().Status(200)
		eachPath(schemas, func(path string, d profile.Definition) {
			at := judged(t, a, "attributes.User."+path)
			switch {
			case d.Mutability == "readOnly" || strings.HasPrefix(path, "groups"):
			case d.Returned == "never" || d.Returned == "request":
				at.HasNot(path)
			default:
				at.Has(path)
			}
		})
	}},
	{Meta: Meta{
		ID: "promise.kept-in-groups", Needs: []Feature{Groups, ReadMembers},
		Title: "Each attribute of a group and of a membership that the profile lists is shown",
	}, Body: func(t *T) {
		schemas := modelOf(t, "Group")
		u := t.GivenUser()
		g := t.GivenGroup(Members(u))
		a := t.Get(g).Judged().Status(200)
		eachPath(schemas, func(path string, d profile.Definition) {
			if d.Returned != "never" && d.Returned != "request" {
				judged(t, a, "attributes.Group."+path).Has(path)
			}
		})
		read := t.Get(u).Judged().Status(200)
		eachPath(modelOf(t, "User"), func(path string, _ profile.Definition) {
			if strings.HasPrefix(path, "groups.") {
				judged(t, read, "attributes.User."+path).Has(path)
			}
		})
	}},
	{Meta: Meta{
		ID:    "promise.required",
		Title: "A resource without an attribute that the profile calls required is refused",
	}, Body: func(t *T) {
		any := false
		for _, kind := range []string{"User", "Group"} {
			endpoint := "/" + kind + "s"
			for _, path := range slices.Sorted(maps.Keys(t.Promises().Attributes[kind])) {
				if !t.Promises().Attributes[kind][path].Required || strings.ContainsAny(path, ".:") || kind == "Group" && !t.Has(Groups) {
					continue
				}
				if !any {
					t.GivenUser()
				}
				any = true
				doc := t.NewUser(Unset(path))
				if kind == "Group" {
					doc = t.NewGroup(Unset(path))
				}
				a := judged(t, t.Post(endpoint, doc), "attributes."+kind+"."+path+".required")
				a.Holds(refused(a), path, "4xx", code(a), "a "+kind+" without "+path+" is taken")
			}
		}
		said(t, any)
	}},
	{Meta: Meta{
		ID:    "promise.unique",
		Title: "A second resource with the value of an attribute that the profile calls unique is refused",
	}, Body: func(t *T) {
		any := false
		for _, kind := range []string{"User", "Group"} {
			for _, path := range slices.Sorted(maps.Keys(t.Promises().Attributes[kind])) {
				if !t.Promises().Attributes[kind][path].Unique || strings.ContainsAny(path, ".:") || kind == "Group" && !t.Has(Groups) {
					continue
				}
				var first *Resource
				var doc Doc
				if kind == "Group" {
					first, doc = t.GivenGroup(), t.NewGroup()
				} else {
					first, doc = t.GivenUser(), t.NewUser()
				}
				value, given := first.Sent[path]
				if !given {
					continue
				}
				any = true
				doc[path] = value
				a := judged(t, t.Post(first.Endpoint, doc), "attributes."+kind+"."+path+".unique")
				a.Holds(refused(a), path, "409", code(a), "a second "+kind+" with the same "+path+" is taken")
			}
		}
		said(t, any)
	}},
	{Meta: Meta{
		ID:    "promise.closed-list",
		Title: "An attribute that the profile does not list is not kept",
	}, Body: func(t *T) {
		list := t.Promises().Attributes["User"]
		said(t, len(list) > 0)
		t.GivenUser()
		for _, name := range []string{"nickName", "title", "userType", "locale", "timezone", "preferredLanguage", "displayName", "scimtestUnknown"} {
			if _, kept := list[name]; kept {
				continue
			}
			doc := t.NewUser(Set(name, "scimtest"))
			a := t.Post(scim.UsersEndpoint, doc).TakenOrRefused(201)
			if a.Code() == http.StatusCreated {
				read := t.Get(a.Created(scim.UsersEndpoint, doc)).Judged().Status(200)
				read.Advisory().Holds(!read.Resource().Has(name), name, "absent", "kept", "the target keeps "+name+outOfDate)
			}
		}
	}},
	{Meta: Meta{
		ID:    "promise.closed-values",
		Title: "A value that is not in the closed list of the profile is refused",
	}, Body: func(t *T) {
		any := false
		list := t.Promises().Attributes["User"]
		for _, path := range slices.Sorted(maps.Keys(list)) {
			if len(list[path].OneOf) == 0 || strings.ContainsAny(path, ".:") {
				continue
			}
			if !any {
				t.GivenUser()
			}
			any = true
			x := judged(t, t.Post(scim.UsersEndpoint, t.NewUser(Set(path, "scimtest-other"))), "attributes.User."+path+".one-of")
			x.Holds(refused(x), path, "4xx", code(x), "a value of "+path+" that is not in the list of the profile is taken")
		}
		said(t, any)
	}},
	{Meta: Meta{
		ID:    "promise.at-most",
		Title: "No more values of an attribute are kept than the profile says",
	}, Body: func(t *T) {
		any := false
		for _, name := range []string{"emails", "phoneNumbers"} {
			n := t.Promises().Attributes["User"][name].AtMost
			if n == 0 || n > 3 {
				continue
			}
			any = true
			types := []string{"work", "home", "other", "mobile"}[:n+1]
			with := Emails(types...)
			if name == "phoneNumbers" {
				with = Phones(types...)
			}
			t.GivenUser()
			doc := t.NewUser(with)
			a := t.Post(scim.UsersEndpoint, doc).TakenOrRefused(201)
			if a.Code() == http.StatusCreated {
				read := judged(t, t.Get(a.Created(scim.UsersEndpoint, doc)).Judged().Status(200), "attributes.User."+name+".at-most")
				got := int(gjson.GetBytes(read.Resource().Raw(), name+".#").Int())
				read.Holds(got <= n, name, "at most "+itoa(n), itoa(got), "more values of "+name+" are kept than the profile says")
			}
		}
		said(t, any)
	}},
}

// modelOf are the schemas of a resource type as the profile lists them.
func modelOf(t *T, kind string) []profile.Schema {
	for _, m := range t.Promises().Model() {
		if m.Name == kind {
			return m.Schemas
		}
	}
	said(t, false)
	return nil
}

// eachPath calls f for what holds a value: attributes without parts, and parts.
func eachPath(schemas []profile.Schema, f func(path string, d profile.Definition)) {
	for i, s := range schemas {
		prefix := ""
		if i > 0 {
			prefix = s.ID + ":"
		}
		for _, d := range s.Attributes {
			if len(d.Subs) == 0 {
				f(prefix+d.Name, d)
			}
			for _, sub := range d.Subs {
				f(prefix+d.Name+"."+sub.Name, sub)
			}
		}
	}
}

// filledIn gives a user a value of each attribute that can be written, but for
// what tells users apart.
func filledIn(t *T, schemas []profile.Schema) (out []With) {
	p := t.Person()
	for i, s := range schemas {
		for _, d := range s.Attributes {
			if d.Mutability == "readOnly" || slices.Contains([]string{"userName", "displayName", "active", "groups", "manager"}, d.Name) {
				continue
			}
			v := valueOf(t, d.Name, d, p.Email)
			if len(d.Subs) > 0 {
				inner := Doc{}
				for _, sub := range d.Subs {
					if sub.Mutability != "readOnly" {
						inner[sub.Name] = valueOf(t, d.Name+"."+sub.Name, sub, p.Email)
					}
				}
				if v = inner; d.MultiValued {
					v = Values{inner}
				}
			}
			if i > 0 {
				out = append(out, inExtension(s.ID, d.Name, v))
			} else {
				out = append(out, Set(d.Name, v))
			}
		}
	}
	return out
}

func valueOf(t *T, path string, d profile.Definition, email string) any {
	switch {
	case len(d.Canonical) > 0:
		return d.Canonical[0]
	case d.Type == "boolean":
		return true
	case d.Type == "integer":
		return 7
	case d.Type == "dateTime":
		return "2024-03-01T12:00:00Z"
	case d.Type == "binary":
		return "c2NpbXRlc3Q="
	}
	switch path {
	case "emails.value":
		return email
	case "emails.type", "phoneNumbers.type", "addresses.type":
		return "work"
	case "phoneNumbers.value":
		return "tel:+1-201-555-0110"
	case "preferredLanguage", "locale":
		return "en-US"
	case "timezone":
		return "Europe/Oslo"
	case "profileUrl", "photos.value":
		return "https://www.example.com/scimtest"
	case "password":
		p := t.Person().Password
		t.Secret("password", p)
		return p
	}
	return "Scimtest " + d.Name
}

// inExtension gives a user an attribute of an extension, and names it.
func inExtension(urn, name string, v any) With {
	return func(d Doc) {
		x, _ := d[urn].(Doc)
		if x == nil {
			x = Doc{}
			d[urn] = x
			d["schemas"] = append(append(Values{}, d["schemas"].(Values)...), urn)
		}
		x[name] = v
	}
}
