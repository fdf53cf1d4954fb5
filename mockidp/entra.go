package mockidp

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// entraWords words what both dialects of Entra ID share: no Accept, no
// User-Agent, and a header of their own by which targets know them
// (entra.md 1.2).
func entraWords(set settings) words {
	w := words{get: http.Header{}, body: http.Header{"Content-Type": {scim.MediaType + "; charset=utf-8"}}}
	if !set.is("adscim-version", "absent") {
		w.get["ADSCIMVersion"], w.body["ADSCIMVersion"] = []string{"5.0"}, []string{"5.0"}
	}
	return w
}

// entraQuery encodes a value of a query (entra.md 1.3).
func entraQuery(set settings) func(string) string {
	switch {
	case set.is("query", "+ and quotes"):
		return func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%22", `"`) }
	case set.is("query", "%20"):
		return percent
	}
	return url.QueryEscape
}

// adscimGroup is the second schema URI of a group, which is no IETF URN
// (entra.md 3.2).
const adscimGroup = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

func entraCommon(set settings) (*Dialect, words) {
	entra, encode, mapped := entraWords(set), entraQuery(set), entraMapped(set)
	groupSchemas := list{scim.GroupURN, adscimGroup}
	if set.is("group-schemas", "core") {
		groupSchemas = list{scim.GroupURN}
	}
	find := func(filter string) scim.Request { return entra.read(scim.UsersEndpoint, "filter="+encode(filter)) }
	return &Dialect{
		IdP:          "entra",
		objectID:     guid,
		Rematches:    !set.is("on-missing", "fail"),
		NeedsCurrent: true,
		Flows:        true,
		Auth:         []AuthForm{{"bearer", "Bearer TOKEN", Ref{"entra.md 1.2", Documented}}},
		Options: []Option{
			{
				Name: "roles", About: "the function of the mapping: SingleAppRoleAssignment, with JSON in a string or by a value path, or one of the two complex ones",
				Default: "single", Values: []string{"single", "value-path", "complex", "assertive"}, Source: Ref{"entra.md 2.7", Documented},
			},
			{
				Name: "mapping", About: "the default mapping, or that of Microsoft's catalog for a Zscaler product",
				Default: "default", Values: []string{"default", "zscaler-zia", "zscaler-zpa"}, Source: entraPresets[0].Source,
			},
			{
				Name: "group-schemas", About: "documentation and captures differ on the second schema URI of a new group",
				Default: "core+adscim", Values: []string{"core+adscim", "core"}, Source: Ref{"entra.md 3.2", Documented},
			},
			{
				Name: "adscim-version", About: "the header by which targets know Entra ID",
				Default: "5.0", Values: []string{"5.0", "absent"}, Source: Ref{"entra.md 1.2", Observed},
			},
			{
				Name: "query", About: "how a blank and a quote of a filter are encoded",
				Default: "+", Values: []string{"+", "+ and quotes", "%20"}, Source: Ref{"entra.md 1.3", Observed},
			},
			{
				Name: "match", About: "the matching attribute of the mapping",
				Default: "userName", Values: []string{"userName", "externalId", "work-email"}, Source: Ref{"entra.md 2.2", Documented},
			},
			{
				Name: "on-missing", About: "what follows when a linked user is gone: a new matching query, or a failure",
				Default: "rematch", Values: []string{"rematch", "fail"}, Source: Ref{"entra.md 5.3", Assumed},
			},
		},
		Source: map[string]Ref{
			"Probe":       {"entra.md 1.6", Documented},
			"Find":        {"entra.md 2.2", Documented},
			"Read":        {"entra.md 2.4", Documented},
			"Create":      {"entra.md 2.3", Documented},
			"Delete":      {"entra.md 2.8", Documented},
			"SetRoles":    {"entra.md 2.7", Documented},
			"FindGroup":   {"entra.md 3.1", Documented},
			"ReadGroup":   {"entra.md 3.1", Documented},
			"CreateGroup": {"entra.md 3.2", Documented},
			"DeleteGroup": {"entra.md 3.5", Documented},
		},
		Unknown: map[string]string{
			"Discover":       "no job of Entra ID reads a discovery endpoint (entra.md 1.7)",
			"ListUsers":      "Entra ID lists nobody in its cycles; the pages of Account Discovery are not shown (entra.md 1.7)",
			"ListGroups":     "Entra ID lists no groups (entra.md 1.7)",
			"Reconcile":      "Entra ID does not repeat a group's name with its members (entra.md 3)",
			"ReplaceMembers": "Entra ID never pushes the whole list of members (entra.md 3.3)",
		},
		mapping: mapped,
		Probe:   func() scim.Request { return find(matchBy(mapped.Matching()[0], guid("probe", "user"))) },
		Find: func(u User) scim.Request {
			if queries := mapped.matches(u); len(queries) > 0 {
				return find(queries[0])
			}
			return find(matchBy(mapped.Matching()[0], ""))
		},
		matches: func(u User) (out []scim.Request) {
			for _, q := range mapped.matches(u) {
				out = append(out, find(q))
			}
			return out
		},
		Read: func(id string) scim.Request { return entra.read(userPath(id), "") },
		Create: func(u User) scim.Request {
			return entra.send(http.MethodPost, scim.UsersEndpoint, entraBody(mapped.rows(u, true)))
		},
		Delete: func(id string) scim.Request { return entra.delete(userPath(id), entra.get) },
		FindGroup: func(g Group) scim.Request {
			return entra.read(scim.GroupsEndpoint, "excludedAttributes=members&filter="+encode("displayName eq "+scim.Quote(g.Name)))
		},
		ReadGroup: func(id string) scim.Request { return entra.read(groupPath(id), "excludedAttributes=members") },
		CreateGroup: func(g Group, _ []Member) scim.Request {
			return entra.send(http.MethodPost, scim.GroupsEndpoint, object{
				{"schemas", groupSchemas}, {"externalId", g.ObjectID}, {"displayName", g.Name},
				{"meta", object{{"resourceType", "Group"}}},
			})
		},
		DeleteGroup: func(id string) scim.Request { return entra.delete(groupPath(id), entra.get) },
	}, entra
}

// entraManager is the path of the manager.
const entraManager = scim.EnterpriseUserURN + ":manager"

// deletedNameOption is for who disables at all.
var deletedNameOption = Option{
	Name: "deleted-name", About: "whether disabling a deleted user carries the name that it has in the recycle bin",
	Default: "kept", Values: []string{"kept", "tombstone"}, Source: Ref{"entra.md 2.8", Observed},
}

// tombstone is what Entra ID puts before the userName of a deleted user: its
// object id without dashes (entra.md 2.8).
func tombstone(u User) string { return strings.ReplaceAll(u.ObjectID, "-", "") }

// renamedByDeletion reports whether the directory holds a user in its recycle
// bin, and the dialect tells the target the name that she has there.
func renamedByDeletion(set settings, u User) bool {
	return set.is("deleted-name", "tombstone") && u.ObjectID != "" && strings.HasPrefix(u.UserName, tombstone(u))
}
