package gates

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// attribute is one that Entra ID may be told to map. Which of them a test
// sends depends on what the vendor maps: here on the target's schemas.
type attribute struct {
	// path is how Entra ID names it: "title", "name.givenName",
	// `emails[type eq "work"].value`, or an extension's URN and name.
	path string
	// read is where it is found afterwards, when not at path.
	read  string
	value string
}

// at is where the value is found.
func (a attribute) at() string {
	if a.read != "" {
		return a.read
	}
	return a.path
}

// valuePath reports whether the attribute is a part of one of several values.
func (a attribute) valuePath() bool { return strings.Contains(a.path, "[") }

// schema is where the target's schemas describe the attribute.
func (a attribute) schema() (urn, path string) {
	if name, ok := strings.CutPrefix(a.path, scim.EnterpriseUserURN+":"); ok {
		return scim.EnterpriseUserURN, name
	}
	before, after, ok := strings.Cut(a.path, "[")
	if !ok {
		return scim.UserURN, a.path
	}
	_, sub, _ := strings.Cut(after, "]")
	return scim.UserURN, before + sub
}

// role reports whether the attribute is a part of the role.
func (a attribute) role() bool { return strings.HasPrefix(a.path, "roles[") }

// judged is how strictly the attribute is judged. No schema tells whether a
// target keeps an externalId, and one that does not leaves it out of the
// mapping; a role is in the mapping of few (entra.md 2.1, 2.7).
func (a attribute) judged(answer *Answer) *Answer {
	if a.path == "externalId" || a.role() {
		return answer.Advisory()
	}
	return answer
}

// withoutRole leaves the role out.
func withoutRole(list []attribute) []attribute {
	return slices.DeleteFunc(slices.Clone(list), attribute.role)
}

// attempt sends a request with the attributes, and once more without the role
// when it is refused: where that helps, the refusal of the role is a remark.
// It returns what was sent in the end.
func attempt(list []attribute, send func([]attribute) *Answer) (*Answer, []attribute) {
	a, less := send(list), withoutRole(list)
	if a.Code()/100 == 2 || len(less) == len(list) {
		return a, list
	}
	again := send(less)
	again.Advisory().Holds(again.Code()/100 != 2, "status", "2xx", strconv.Itoa(a.Code()),
		`a role whose primary is the text "True" is refused, which fails the gate where roles are mapped`)
	return again, less
}

// mapped lists the attributes that the validator sends and that the target
// offers, with values that follow from the person (entra.md 2.1, 6.1).
func mapped(t *T) []attribute {
	p := t.Person()
	u := mockidp.UserOf(entra(t, "entra-compliant"), "mapped", t.Tag(), p)
	role := func(part, value string) attribute {
		return attribute{`roles[primary eq "True"].` + part, "roles." + part, value}
	}
	all := []attribute{
		{path: "displayName", value: u.DisplayName},
		{path: "title", value: u.Title},
		{path: "preferredLanguage", value: "nb-NO"},
		{path: "userType", value: p.UserType},
		{path: "nickName", value: p.NickName},
		{path: "locale", value: "nb-NO"},
		{path: "timezone", value: "Europe/Oslo"},
		{path: "profileUrl", value: p.ProfileURL},
		{path: "externalId", value: u.ObjectID},
		{path: "name.givenName", value: u.GivenName},
		{path: "name.familyName", value: u.FamilyName},
		{path: "name.formatted", value: u.Formatted()},
		{path: "name.middleName", value: p.MiddleName},
		{path: "name.honorificPrefix", value: "Dr."},
		{path: "name.honorificSuffix", value: "III"},
		{path: scim.EnterpriseUserURN + ":employeeNumber", value: u.EmployeeNumber},
		{path: scim.EnterpriseUserURN + ":costCenter", value: p.CostCenter},
		{path: scim.EnterpriseUserURN + ":organization", value: p.Organization},
		{path: scim.EnterpriseUserURN + ":division", value: p.Division},
		{path: scim.EnterpriseUserURN + ":department", value: u.Department},
		{path: `emails[type eq "work"].value`, value: u.Email},
		{path: `phoneNumbers[type eq "work"].value`, value: p.WorkPhone},
		{path: `phoneNumbers[type eq "mobile"].value`, value: p.MobilePhone},
		{path: `phoneNumbers[type eq "fax"].value`, value: "tel:+1-201-555-0142"},
		{path: `addresses[type eq "work"].streetAddress`, value: u.StreetAddress},
		{path: `addresses[type eq "work"].locality`, value: u.Locality},
		{path: `addresses[type eq "work"].region`, value: u.Region},
		{path: `addresses[type eq "work"].postalCode`, value: u.PostalCode},
		{path: `addresses[type eq "work"].country`, value: u.Country},
		{path: `addresses[type eq "work"].formatted`, value: u.StreetAddress + ", " + u.Locality},
		role("display", "Administrator"), role("value", "admin"), role("type", "WindowsAzureActiveDirectoryRole"),
	}
	var out []attribute
	for _, a := range all {
		urn, path := a.schema()
		if urn == scim.EnterpriseUserURN && !t.Has(EnterpriseUser) || !offered(t, urn, path) {
			continue
		}
		out = append(out, a)
	}
	return out
}

// place puts an attribute into a user that is to be created. The role's primary
// is a text, as the validator sends it (entra.md 6.1).
func place(doc Doc, a attribute) {
	if name, ok := strings.CutPrefix(a.path, scim.EnterpriseUserURN+":"); ok {
		Enterprise(name, a.value)(doc)
		return
	}
	before, after, plural := strings.Cut(a.path, "[")
	if !plural {
		Set(a.path, a.value)(doc)
		return
	}
	condition, sub, _ := strings.Cut(after, "].")
	by, value, _ := strings.Cut(strings.ReplaceAll(condition, `"`, ""), " eq ")
	list, _ := doc[before].(Values)
	for _, v := range list {
		if e := v.(Doc); e[by] == value {
			e[sub] = a.value
			return
		}
	}
	doc[before] = append(list, Doc{by: value, sub: a.value})
}

// together words the attributes as one PATCH of the compliant form: what has a
// single value in one operation without a path, by keys with dots and URNs, and
// the others by their paths.
func together(op string, list []attribute) []scim.PatchOperation {
	single := Doc{}
	var ops []scim.PatchOperation
	for _, a := range list {
		if a.valuePath() {
			ops = append(ops, scim.PatchOperation{Op: op, Path: a.path, Value: a.value})
		} else {
			single[a.path] = a.value
		}
	}
	if len(single) > 0 {
		ops = append([]scim.PatchOperation{{Op: op, Value: single}}, ops...)
	}
	return ops
}

// oneByOne words the attributes as one PATCH with an operation for each.
func oneByOne(op string, list []attribute) []scim.PatchOperation {
	var ops []scim.PatchOperation
	for _, a := range list {
		ops = append(ops, scim.PatchOperation{Op: op, Path: a.path, Value: a.value})
	}
	return ops
}

// shows expects the values at their places. A service provider may write the
// same telephone number in another way (RFC 3966): that is a remark.
func shows(a *Answer, list []attribute) {
	for _, attr := range list {
		judged := attr.judged(a)
		if strings.HasPrefix(attr.path, "phoneNumbers") && digits(a.Text(attr.at())) == digits(attr.value) {
			judged = a.Advisory()
		}
		judged.Equal(attr.at(), attr.value)
		if one, _, plural := strings.Cut(attr.path, "]"); plural && !attr.role() {
			a.Count(one+"]", 1) // parts with one filter make one value (entra.md 2.5)
		}
	}
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// entra is a dialect of Entra ID with its defaults.
func entra(t *T, name string) *mockidp.Dialect {
	d, err := mockidp.Lookup(name, nil)
	if err != nil {
		t.Block("%v", err)
	}
	return d
}
