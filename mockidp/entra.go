package mockidp

import (
	"net/http"
	"net/url"

	"github.com/scimtest/scimtest/scim"
)

// entra words what both dialects of Entra ID share: no Accept, no User-Agent
// (entra.md 1.2).
var entra = words{
	get:  http.Header{},
	body: http.Header{"Content-Type": {scim.MediaType + "; charset=utf-8"}},
}

// adscimGroup is the second schema URI of a group, which is no IETF URN
// (entra.md 3.2).
const adscimGroup = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

func entraCommon(set settings) *Dialect {
	groupSchemas := list{scim.GroupURN, adscimGroup}
	if set.is("group-schemas", "core") {
		groupSchemas = list{scim.GroupURN}
	}
	return &Dialect{
		IdP:          "entra",
		objectID:     guid,
		rematches:    !set.is("on-missing", "fail"),
		NeedsCurrent: true,
		Options: []Option{
			{Name: "group-schemas", Default: "core+adscim", Values: []string{"core+adscim", "core"}, Source: Ref{"entra.md 3.2", Documented}},
			{Name: "on-missing", Default: "rematch", Values: []string{"rematch", "fail"}, Source: Ref{"entra.md 5.3", Assumed}},
		},
		Source: map[string]Ref{
			"Probe":       {"entra.md 1.6", Documented},
			"Find":        {"entra.md 2.2", Documented},
			"Read":        {"entra.md 2.4", Documented},
			"Create":      {"entra.md 2.3", Documented},
			"Delete":      {"entra.md 2.8", Documented},
			"FindGroup":   {"entra.md 3.1", Documented},
			"ReadGroup":   {"entra.md 3.1", Documented},
			"CreateGroup": {"entra.md 3.2", Documented},
			"DeleteGroup": {"entra.md 3.5", Documented},
		},
		Unknown: map[string]string{
			"Reconcile":      "Entra ID does not repeat a group's name with its members (entra.md 3)",
			"ReplaceMembers": "Entra ID never pushes the whole list of members (entra.md 3.3)",
		},
		Probe: func() scim.Request {
			return entra.read(scim.UsersEndpoint, "filter="+url.QueryEscape(`userName eq "`+guid("probe", "user")+`"`))
		},
		Find: func(u User) scim.Request {
			return entra.read(scim.UsersEndpoint, "filter="+url.QueryEscape("userName eq "+scim.Quote(u.UserName)))
		},
		Read:   func(id string) scim.Request { return entra.read(userPath(id), "") },
		Create: func(u User) scim.Request { return entra.send(http.MethodPost, scim.UsersEndpoint, entraUser(u)) },
		Delete: func(id string) scim.Request { return entra.delete(userPath(id), entra.get) },
		FindGroup: func(g Group) scim.Request {
			return entra.read(scim.GroupsEndpoint, "excludedAttributes=members&filter="+url.QueryEscape("displayName eq "+scim.Quote(g.Name)))
		},
		ReadGroup: func(id string) scim.Request { return entra.read(groupPath(id), "excludedAttributes=members") },
		CreateGroup: func(g Group, _ []Member) scim.Request {
			return entra.send(http.MethodPost, scim.GroupsEndpoint, object{
				{"schemas", groupSchemas}, {"externalId", g.ObjectID}, {"displayName", g.Name},
				{"meta", object{{"resourceType", "Group"}}},
			})
		},
		DeleteGroup: func(id string) scim.Request { return entra.delete(groupPath(id), entra.get) },
	}
}

// entraUser is the body of a create, the same in both dialects.
func entraUser(u User) object {
	o := object{
		{"schemas", list{scim.UserURN, scim.EnterpriseUserURN}},
		{"externalId", u.ObjectID},
		{"userName", u.UserName},
		{"active", true},
		{"displayName", u.DisplayName},
		{"emails", list{object{{"primary", true}, {"type", "work"}, {"value", u.Email}}}},
		{"meta", object{{"resourceType", "User"}}},
		{"name", object{{"formatted", u.Formatted()}, {"familyName", u.FamilyName}, {"givenName", u.GivenName}}},
	}
	if u.MobilePhone != "" {
		o = o.with("phoneNumbers", list{object{{"type", "mobile"}, {"value", u.MobilePhone}}})
	}
	o = o.withText("preferredLanguage", u.Locale).with("roles", list{}).withText("title", u.Title)
	return o.with(scim.EnterpriseUserURN, object{}.withText("department", u.Department).withText("employeeNumber", u.EmployeeNumber))
}

// mapping is a row of the default attribute mapping (entra.md 2.1). A source
// attribute without a value is not sent.
type mapping struct {
	path  string
	value string
	// valuePath rows keep their path in the compliant dialect.
	valuePath bool
}

func entraMappings(u User) []mapping {
	return []mapping{
		{"userName", u.UserName, false},
		{"displayName", u.DisplayName, false},
		{"title", u.Title, false},
		{`emails[type eq "work"].value`, u.Email, true},
		{"preferredLanguage", u.Locale, false},
		{"name.givenName", u.GivenName, false},
		{"name.familyName", u.FamilyName, false},
		{"name.formatted", u.Formatted(), false},
		{`phoneNumbers[type eq "mobile"].value`, u.MobilePhone, true},
		{"externalId", u.ObjectID, false},
		{scim.EnterpriseUserURN + ":employeeNumber", u.EmployeeNumber, false},
		{scim.EnterpriseUserURN + ":department", u.Department, false},
	}
}

// difference is a mapped attribute that the target has otherwise, or not.
type difference struct {
	mapping
	absent bool
}

func entraDifferences(current scim.Resource, u User) []difference {
	var out []difference
	for _, m := range entraMappings(u) {
		if m.value == "" {
			continue
		}
		have := current.Lookup(m.path)
		if len(have) > 0 && have[0].String() == m.value {
			continue
		}
		out = append(out, difference{m, len(have) == 0})
	}
	return out
}

// entraManager is the path of the manager.
const entraManager = scim.EnterpriseUserURN + ":manager"
