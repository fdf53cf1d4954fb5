package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 section 4.1.1: values of singular attributes in the forms that the
// RFC names are taken and come back as what they are.
var dataProfileChecks = append(dataProfileValueChecks(), []Check{
	{Meta: Meta{
		ID: "data.values.user-type", Level: Should,
		Title:    "userType takes any word where the target's schemas list no canonical ones",
		Requires: []string{"7643-4.1.1-13"},
		Catches:  []string{"user-type-word-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "userType")
		if a, _ := t.Target().Attribute(scim.UserURN, "userType"); len(a.CanonicalValues) > 0 {
			t.Skip("the target's schemas list the words of userType")
		}
		t.GivenUser() // one without it is accepted
		t.Post(scim.UsersEndpoint, t.NewUser(Set("userType", "scimtest-type"))).Status(201)
	}},
	{Meta: Meta{
		ID: "data.values.locale-with-underscore", Level: Must,
		Title:    "A locale with an underscore is taken or refused, and no error of the target",
		Requires: []string{"7643-4.1.1-16"},
		Catches:  []string{"locale-underscore-500"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "locale")
		t.GivenUser() // one without it is accepted
		takenOrRefused(t.Post(scim.UsersEndpoint, t.NewUser(Set("locale", "en_US"))), 201)
	}},
	{Meta: Meta{
		ID: "data.values.address-of-one-part", Level: Must,
		Title:    "An address may have any one of its parts alone",
		Requires: []string{"7643-4.1.2-17"},
		Catches:  []string{"address-needs-street"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "addresses.locality")
		for _, part := range []string{"formatted", "streetAddress", "region", "postalCode", "country", "type"} {
			if a, _ := t.Target().Attribute(scim.UserURN, "addresses."+part); a.Required {
				t.Skip("the target's schemas say that addresses.%s is required", part)
			}
		}
		t.GivenUser() // one without an address is accepted
		t.Post(scim.UsersEndpoint, t.NewUser(Set("addresses", Values{Doc{"locality": "Hull"}}))).Status(201)
	}},
	{Meta: Meta{
		ID: "data.values.manager-display-name", Level: Should,
		Title:    "The displayName of a manager is the manager's, whatever the client sends",
		Requires: []string{"7643-4.3-10"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"manager-display-name-from-client"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "manager", "manager.value")
		boss := t.GivenUser()
		doc := t.NewUser(Enterprise("manager", Doc{"value": boss.ID, "displayName": "Somebody Else"}))
		a := t.Post(scim.UsersEndpoint, doc).Status(201)
		t.Get(a.Created(scim.UsersEndpoint, doc)).Status(200).Judged().NotEqual(enterprise("manager.displayName"), "Somebody Else")
	}},
	{Meta: Meta{
		ID: "data.values.name", Level: Should,
		Title:    "A name that was sent in parts comes back, in parts or as a whole",
		Requires: []string{"7643-4.1.1-05", "7643-4.1.1-07", "7643-4.1.1-06"},
		Catches:  []string{"name-dropped", "formatted-name-of-another"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName", "name.givenName")
		doc := t.NewUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"}))
		a := t.Get(t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)).Status(200).Judged()
		whole, family := a.Text("name.formatted"), a.Text("name.familyName")
		a.Holds(whole != "" || family != "", "name", "formatted or familyName", "neither", "the name is lost")
		a.Holds(family == "" || strings.EqualFold(family, "Novak"), "name.familyName", "Novak", family, "the name is another than what was sent")
		a.Holds(whole == "" || containsFold(whole, "Nadia") && containsFold(whole, "Novak"), "name.formatted", "Nadia Novak, in some order", whole,
			"name.formatted is not the name of the parts")
	}},
}...)

func dataProfileValueChecks() (checks []Check) {
	for _, c := range []struct {
		id, path, row, title, value string
		faults                      []string
		// same says that the value that came back is the one that was sent.
		same func(sent, got string) bool
	}{
		{"preferred-language", "preferredLanguage", "7643-4.1.1-14", "preferredLanguage takes several languages with weights",
			"de-CH, en;q=0.8", []string{"preferred-language-cut"}, sameLanguages},
		{"locale", "locale", "7643-4.1.1-15", "locale takes a language tag with a region",
			"es-419", []string{"locale-region-dropped"}, strings.EqualFold},
		{"timezone", "timezone", "7643-4.1.1-17", "timezone takes a name of the IANA time zone database and shows one",
			"Europe/Zurich", []string{"timezone-as-offset"}, func(_, got string) bool { return strings.Contains(got, "/") }},
		{"profile-url", "profileUrl", "7643-4.1.1-11", "profileUrl takes a URL and shows the same one",
			"https://scimtest.example.com/People/nadia", []string{"profile-url-cut"}, sameURI},
		{"title", "title", "7643-4.1.1-12", "title takes free text",
			"Vice President, North & South", []string{"title-cut-at-comma"}, strings.EqualFold},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "data.values." + c.id, Level: Should, Title: c.title, Requires: []string{c.row}, Catches: c.faults,
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, c.path)
			t.GivenUser() // one without it is accepted
			doc := t.NewUser(Set(c.path, c.value))
			a := t.Get(t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)).Status(200).Judged()
			got := a.Text(c.path)
			if got == "" {
				t.Skip("the target does not keep %s", c.path)
			}
			a.Holds(c.same(c.value, got), c.path, c.value, got, c.path+" is another than what was sent")
		}})
	}
	return checks
}

// sameLanguages compares two values of Accept-Language without regard to blanks
// and letter case.
func sameLanguages(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }
	return plain(a) == plain(b)
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
