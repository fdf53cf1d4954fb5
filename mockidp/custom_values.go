package mockidp

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// values are what the placeholders of a template stand for.
type values struct {
	texts map[string]string
	lists map[string][]Member
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z]*)\}`)

func (v values) with(name, text string) values {
	texts := maps.Clone(v.texts)
	texts[name] = text
	return values{texts, v.lists}
}

// unknown reports a placeholder that stands for nothing.
func (v values) unknown(template string) error {
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		if _, ok := v.texts[m[1]]; !ok && v.lists[m[1]] == nil {
			names := append(slices.Collect(maps.Keys(v.texts)), slices.Collect(maps.Keys(v.lists))...)
			slices.Sort(names)
			return fmt.Errorf("the placeholder %s stands for nothing here; there are %s", m[0], strings.Join(names, ", "))
		}
	}
	return nil
}

func (v values) replace(template string, escape func(string) string) string {
	return placeholder.ReplaceAllStringFunc(template, func(s string) string {
		name := s[2 : len(s)-1]
		if list := v.lists[name]; list != nil {
			return string(encode(memberValues(list)))
		}
		return escape(v.texts[name])
	})
}

// inString escapes a value for between the quotes of a JSON string.
func inString(s string) string { q := scim.Quote(s); return q[1 : len(q)-1] }

func (v values) path(t string) string { return v.replace(t, url.PathEscape) }

func (v values) body(t string) string { return v.replace(strings.TrimSuffix(t, "\n"), inString) }

func (v values) query(t, blank string) string {
	return v.replace(t, func(s string) string {
		if blank == "+" {
			return url.QueryEscape(inString(s))
		}
		return percent(inString(s))
	})
}

func userValues(id string, u User) values {
	return values{texts: map[string]string{
		"id": id, "objectId": u.ObjectID, "userName": u.UserName, "givenName": u.GivenName, "familyName": u.FamilyName,
		"formatted": u.Formatted(), "displayName": u.DisplayName, "email": u.Email, "title": u.Title, "department": u.Department,
		"employeeNumber": u.EmployeeNumber, "mobilePhone": u.MobilePhone, "locale": u.Locale, "password": u.Password,
		"streetAddress": u.StreetAddress, "locality": u.Locality, "region": u.Region, "postalCode": u.PostalCode, "country": u.Country,
	}}
}

// groupValues has lists that are never nil: nil is a list that is not there.
func groupValues(id string, g Group, all, add, remove []Member) values {
	list := func(m []Member) []Member { return append([]Member{}, m...) }
	return values{
		texts: map[string]string{"id": id, "objectId": g.ObjectID, "name": g.Name},
		lists: map[string][]Member{"members": list(all), "add": list(add), "remove": list(remove)},
	}
}

func textValues(pairs ...string) values {
	v := values{texts: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		v.texts[pairs[i]] = pairs[i+1]
	}
	return v
}

// customIntents gives the dialect a function for every intent, and returns
// which values each of them has. A user that does not exist, or a group
// without an id, has "" there.
func customIntents(d *Dialect, f *customFile) map[string]values {
	user, group := userValues("u", User{}), groupValues("g", Group{}, nil, nil, nil)
	one := func(intent string, v values) scim.Request { return f.render(intent, v)[0] }
	byUser := func(intent string) func(User) scim.Request {
		return func(u User) scim.Request { return one(intent, userValues("", u)) }
	}
	byID := func(intent string) func(string) scim.Request {
		return func(id string) scim.Request { return one(intent, textValues("id", id)) }
	}
	change := func(intent string) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request { return f.render(intent, userValues(id, u)) }
	}
	page := func(intent string) func(int) scim.Request {
		return func(start int) scim.Request { return one(intent, textValues("startIndex", strconv.Itoa(start))) }
	}
	whole := func(intent string) func(string, scim.Resource, Group, []Member) scim.Request {
		return func(id string, _ scim.Resource, g Group, m []Member) scim.Request {
			return one(intent, groupValues(id, g, m, nil, nil))
		}
	}
	d.Discover = func() []scim.Request { return f.render("Discover", values{}) }
	d.Probe = func() scim.Request { return one("Probe", values{}) }
	d.Find, d.Create = byUser("Find"), byUser("Create")
	d.Read, d.Delete, d.ReadGroup, d.DeleteGroup = byID("Read"), byID("Delete"), byID("ReadGroup"), byID("DeleteGroup")
	d.Update, d.Deactivate, d.Reactivate = change("Update"), change("Deactivate"), change("Reactivate")
	d.ListUsers, d.ListGroups = page("ListUsers"), page("ListGroups")
	d.SetManager = func(id string, _ scim.Resource, manager string) scim.Request {
		return one("SetManager", textValues("id", id, "manager", manager))
	}
	d.ClearManager = byID("ClearManager")
	d.SetRoles = func(id string, roles []string) []scim.Request {
		return f.render("SetRoles", textValues("id", id, "role", strings.Join(roles, ",")))
	}
	d.FindGroup = func(g Group) scim.Request { return one("FindGroup", groupValues("", g, nil, nil, nil)) }
	d.CreateGroup = func(g Group, m []Member) scim.Request { return one("CreateGroup", groupValues("", g, m, nil, nil)) }
	d.Reconcile = func(id string, g Group) scim.Request { return one("Reconcile", groupValues(id, g, nil, nil, nil)) }
	d.RenameGroup, d.ReplaceMembers = whole("RenameGroup"), whole("ReplaceMembers")
	d.ChangeMembers = func(id string, _ scim.Resource, g Group, all, add, remove []Member) []scim.Request {
		return f.render("ChangeMembers", groupValues(id, g, all, add, remove))
	}
	id := textValues("id", "x")
	return map[string]values{
		"Discover": {}, "Probe": {}, "Find": user, "Create": user, "Read": id, "Delete": id, "Update": user, "Deactivate": user,
		"Reactivate": user, "ListUsers": textValues("startIndex", "1"), "ListGroups": textValues("startIndex", "1"),
		"SetManager": textValues("id", "x", "manager", "y"), "ClearManager": id, "SetRoles": textValues("id", "x", "role", "y"), "FindGroup": group, "ReadGroup": id,
		"CreateGroup": group, "Reconcile": group, "RenameGroup": group, "ChangeMembers": group, "ReplaceMembers": group, "DeleteGroup": id,
	}
}
