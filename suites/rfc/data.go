package rfc

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// awkward are texts that service providers are known to stumble over. What
// POST stores is up to the service provider (requirement 7644-3.3-13), unless
// it cannot keep Unicode at all.
var awkward = []struct {
	id, what, text string
	posted         Level
	catches        []string
}{
	{"non-ascii", "letters outside ASCII", "Zoë Łukasz Ωμέγα 李小龙", Must, []string{"store-mojibake"}},
	{"combining-marks", "combining marks", "Zoe\u0308 Rene\u0301e", Must, []string{"store-mojibake"}},
	{"emoji", "characters outside the basic plane", "Nadia 👩\u200d🚀 🎉", Must, []string{"store-mojibake", "store-drops-astral"}},
	{"right-to-left", "letters that run from right to left", "נדיה نادية", Must, []string{"store-mojibake"}},
	{"apostrophe", "an apostrophe", "Siobhan O'Brien", Should, []string{"store-doubles-apostrophe"}},
	{"quotation-mark", "quotation marks", `Nadia "Nad" Novak`, Should, []string{"store-drops-quotes"}},
	{"backslash", "a backslash", `SALES\nadia`, Should, []string{"store-drops-backslash"}},
	{"plus", "a plus sign", "Research+Development", Should, []string{"store-decodes-url"}},
	{"percent", "a percent sign", "100%20 % pure", Should, []string{"store-decodes-url"}},
	{"ampersand", "the signs of markup and URLs", "Salt & <Pepper> = a#b?c", Should, []string{"store-escapes-html"}},
	{"operators", "the words and brackets of the filter grammar", `Salt and (Pepper) or not [title pr]`, Should, []string{"store-drops-brackets"}},
	{"long", "more than 200 characters", strings.TrimSpace(strings.Repeat("Nadia Novak ", 20)), Should, []string{"store-truncates"}},
}

// awkwardGroups are names that groups of directories have.
var awkwardGroups = []struct {
	id, what, text string
	posted         Level
	catches        []string
}{
	{"non-ascii", "letters outside ASCII", "Vertrieb Köln 営業部", Must, []string{"group-name-ascii-only", "store-mojibake"}},
	{"signs", "dots, commas, ampersands and parentheses", "R&D.Europe, Sales (EMEA)", Should, []string{"group-name-signs-refused"}},
	{"slash", "slashes", "Engineering/Platform/SRE", Should, []string{"group-name-cut-at-slash"}},
	{"long", "more than 100 characters", strings.TrimSpace(strings.Repeat("Regional Sales ", 7)), Should, []string{"group-name-cut"}},
}

// Data that hurts. That a filter finds it is a matter of filterValueChecks.
var dataChecks = slices.Concat(postedData(), patchedData(), groupData(), otherData)

func postedData() (checks []Check) {
	for _, w := range awkward {
		checks = append(checks, Check{Meta: Meta{
			ID: "data.posted." + w.id, Level: w.posted,
			Title:    "A new user keeps a displayName with " + w.what,
			Requires: []string{"7643-2.3.1-01", "7643-4.1.1-08", "7644-3.3-13"},
			Catches:  w.catches,
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "displayName")
			keeps(t, t.GivenUser(), "displayName")
			doc := t.NewUser(Set("displayName", w.text+" "+t.Tag()))
			keepsName(t, scim.UsersEndpoint, doc)
		}})
	}
	return checks
}

// keepsName creates a resource and expects its displayName back.
func keepsName(t *T, endpoint string, doc Doc) {
	a := t.Post(endpoint, doc)
	if a.Code() == 400 {
		a = a.Advisory() // the definition may demand a format
	}
	r := a.Status(201).Created(endpoint, doc)
	showsText(t.Get(r).Status(200).Judged(), r.Text("displayName"))
}

// groupData are checks that a group keeps its name, by which identity providers
// look for it.
func groupData() (checks []Check) {
	for _, w := range awkwardGroups {
		checks = append(checks, Check{Meta: Meta{
			ID: "data.group." + w.id, Level: w.posted,
			Title:    "A new group keeps a displayName with " + w.what,
			Requires: []string{"7643-2.3.1-01", "7643-4.2-03", "7644-3.3-13"}, Needs: []Feature{Groups},
			Catches: w.catches,
		}, Body: func(t *T) {
			t.GivenGroup()
			doc := t.NewGroup(Set("displayName", w.text+" "+t.Tag()))
			keepsName(t, scim.GroupsEndpoint, doc)
		}})
	}
	return checks
}

func patchedData() (checks []Check) {
	for _, w := range awkward {
		checks = append(checks, Check{Meta: Meta{
			ID: "data.patched." + w.id, Level: Must,
			Title:    "PATCH stores a displayName with " + w.what,
			Requires: []string{"7644-3.5.2.3-02", "7643-2.3.1-01"}, Needs: []Feature{Patch},
			Catches: append([]string{"patch-ignored"}, w.catches...),
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "displayName")
			u := keeps(t, t.GivenUser(), "displayName")
			a := t.Patch(u, Replace("displayName", w.text+" "+t.Tag()))
			if a.Code() == 400 {
				a = a.Advisory() // the definition may demand a format
			}
			a.Status(200, 204)
			showsText(t.Get(u).Status(200), w.text+" "+t.Tag())
		}})
	}
	return checks
}

var otherData = []Check{
	{Meta: Meta{
		ID: "data.posted.json-escapes", Level: Must,
		Title:    "JSON escapes in a request stand for their characters",
		Requires: []string{"7643-2.3.1-01", "7643-2.1-01"},
		Catches:  []string{"store-splits-surrogates"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		keeps(t, t.GivenUser(), "displayName")
		doc := t.NewUser(Set("displayName", "Zoë 🎉 "+t.Tag()))
		body := strings.Replace(backwards(doc), "Zoë 🎉", `\u005ao\u00eb \ud83c\udf89`, 1)
		u := t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, body)).Status(201).Created(scim.UsersEndpoint, doc)
		showsText(t.Get(u).Status(200).Judged(), u.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "data.posted.line-break", Level: Should,
		Title:    "A new user keeps a line break in a formatted address",
		Requires: []string{"7643-4.1.2-18"},
		Catches:  []string{"store-joins-lines"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "addresses.formatted", "addresses.type")
		doc := t.NewUser(Set("addresses", Values{Doc{"type": "work", "formatted": "1 Harbour Street\nHull"}}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		a := t.Get(u).Status(200).Judged().Has("addresses.formatted")
		got := strings.ReplaceAll(a.Text("addresses.formatted"), "\r\n", "\n")
		a.Holds(got == "1 Harbour Street\nHull", "addresses.formatted", `"1 Harbour Street\nHull"`, scim.Quote(got), "the line break is lost")
	}},
	{Meta: Meta{
		ID: "data.user-name.keeps-its-case", Level: Should,
		Title:    "A userName comes back in the letter case in which it was sent",
		Requires: []string{"7643-7-23", "7644-3.3-13"},
		Breaks:   []string{"OKTA-Q10"},
		Catches:  []string{"user-name-lower-cased"},
	}, Body: func(t *T) {
		u := t.GivenUser(Set("userName", "Nadia.NOVAK."+t.Tag()+"@"+t.UserDomain()))
		t.Get(u).Status(200).Equal("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "data.user-name.is-not-the-email", Level: Should,
		Title:    "A userName that is not the e-mail address is kept",
		Requires: []string{"7644-3.3-13", "7643-4.1.1-01"},
		Breaks:   []string{"E71"},
		Catches:  []string{"user-name-is-email"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value")
		name, address := mailbox(t, "nn1"), mailbox(t, "nadia.novak")
		u := t.GivenUser(Set("userName", name), Set("emails", Values{email("work", address)}))
		t.Get(u).Status(200).EqualFold("userName", name)
	}},
	{Meta: Meta{
		ID: "data.user-name.long", Level: Should,
		Title:    "A userName with more than 100 characters is kept whole",
		Requires: []string{"7643-2.3.1-01", "7644-3.3-13"},
		Catches:  []string{"user-name-cut"},
	}, Body: func(t *T) {
		t.GivenUser()
		name := mailbox(t, strings.Repeat("n", 40)) // RFC 5321 section 4.5.3.1 takes 64 octets before the @
		name = strings.Replace(name, "@", "@"+strings.Repeat("regional-sales.", 6), 1)
		showsWhole(t, "userName", name)
	}},
	{Meta: Meta{
		ID: "data.external-id.long", Level: Should,
		Title:    "An externalId with more than 64 characters is kept whole",
		Requires: []string{"7643-2.3.1-01", "7644-3.3-13"},
		Catches:  []string{"external-id-cut"},
	}, Body: func(t *T) {
		keeps(t, t.GivenUser(), "externalId")
		showsWhole(t, "externalId", strings.Repeat("0123456789abcdef", 6)+t.Tag())
	}},
	{Meta: Meta{
		ID: "data.emails.two-of-a-type", Level: Should,
		Title:    "A new user keeps two e-mail addresses of one type",
		Requires: []string{"7644-3.3-13"},
		Catches:  []string{"second-of-a-type-lost"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		if len(t.GivenUser(Emails("work", "home")).Body.Lookup("emails.value")) < 2 {
			t.Skip("the target keeps one e-mail address")
		}
		first, second := mailbox(t, "first"), mailbox(t, "second")
		doc := t.NewUser(Set("emails", Values{email("work", first), email("work", second)}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().
			Count("emails[value eq "+scim.Quote(first)+"]", 1).
			Count("emails[value eq "+scim.Quote(second)+"]", 1)
	}},
	userName("apostrophe", "an apostrophe", "o'brien", []string{"OKTA-Q06"}, "filter-cut-at-apostrophe"),
	userName("plus", "a plus sign", "nadia+1", []string{"OKTA-Q06", "E05"}, "filter-plus-as-space", "query-decoded-twice"),
	userName("percent", "a percent sign", "nadia%41", []string{"OKTA-Q06"}, "filter-decoded-twice"),
	userName("non-ascii", "letters outside ASCII", "zoë", []string{"OKTA-Q06"}, "filter-ascii-only"),
}

// showsWhole expects a text of a new user to come back whole, or to be refused.
func showsWhole(t *T, attr, text string) {
	doc := t.NewUser(Set(attr, text))
	a := t.Post(scim.UsersEndpoint, doc)
	if a.Code() == 400 {
		a = a.Advisory() // the definition may demand a format
	}
	u := a.Status(201).Created(scim.UsersEndpoint, doc)
	t.Get(u).Status(200).Judged().EqualFold(attr, text)
}

// userName is a check that a user with such a userName is found by it, which
// is the first thing that an identity provider asks.
func userName(id, what, local string, breaks []string, catches ...string) Check {
	return Check{Meta: Meta{
		ID: "data.user-name." + id, Level: Must,
		Title:    "A user is found by a userName with " + what,
		Requires: []string{"7644-3.4.2.2-10", "7644-3.4.2.2-33"}, Needs: []Feature{Filtering},
		Breaks: breaks, Catches: catches,
	}, Body: func(t *T) {
		plain := t.GivenUser()
		control(t, eq("userName", plain.Text("userName")), plain)
		doc := t.NewUser(Set("userName", mailbox(t, local)))
		a := t.Post(scim.UsersEndpoint, doc)
		if a.Code() == 400 {
			a = a.Advisory() // the definition may demand a format
		}
		u := a.Status(201).Created(scim.UsersEndpoint, doc)
		stored := t.Get(u).Status(200).Judged().Text("userName")
		t.List(scim.UsersEndpoint, Filter(eq("userName", stored))).Status(200).Finds(u)
	}}
}

// showsText expects a displayName that is this text, by the rules of
// comparison: in any Unicode normal form, and in any letter case unless the
// target's schemas say that it is case exact.
func showsText(a *Answer, want string) {
	got := a.Has("displayName").Text("displayName")
	same := strings.EqualFold(norm.NFC.String(got), norm.NFC.String(want))
	a.Holds(same, "displayName", want, got, "the displayName is not the text that was sent")
}
