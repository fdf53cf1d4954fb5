package rfc

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 sections 2.4 and 4.1.2: values in the form that the RFC gives them
// are taken and kept. What a service provider does with others is its own
// affair.
var dataValueChecks = []Check{
	{Meta: Meta{
		ID: "data.values.email", Level: Should,
		Title:    "A new user keeps an e-mail address with a plus sign and a subdomain",
		Requires: []string{"7643-4.1.2-01"},
		Catches:  []string{"email-with-plus-refused", "email-tag-dropped"},
	}, Body: func(t *T) {
		want := "nadia.novak+scim." + t.Tag() + "@mail." + t.UserDomain()
		a := stored(t, "emails", Doc{"type": "work", "value": want}, "emails.value")
		a.EqualFold("emails.value", want)
	}},
	{Meta: Meta{
		ID: "data.values.phone-number", Level: Should,
		Title:    "A new user keeps a phone number that is a tel URI",
		Requires: []string{"7643-4.1.2-05"},
		Catches:  []string{"phone-uri-refused", "phone-number-cut"},
	}, Body: func(t *T) {
		a := stored(t, "phoneNumbers", Doc{"type": "work", "value": "tel:+1-201-555-0123"}, "phoneNumbers.value")
		got := a.Text("phoneNumbers.value")
		// It may be written in another way.
		a.Holds(strings.HasSuffix(digits(got), "2015550123"), "phoneNumbers.value", "tel:+1-201-555-0123", got, "the phone number is another")
	}},
	{Meta: Meta{
		ID: "data.values.country", Level: Must,
		Title:    "The country of an address is shown as two letters",
		Requires: []string{"7643-4.1.2-19"},
		Catches:  []string{"country-spelt-out", "country-of-three-letters"},
	}, Body: func(t *T) {
		a := stored(t, "addresses", Doc{"type": "work", "streetAddress": "1 Harbour Street", "locality": "Boston", "country": "US"}, "addresses.country")
		got := a.Text("addresses.country")
		a.Holds(len(got) == 2, "addresses.country", "US", got, "a country that was sent as two letters is shown in another form")
		a.Advisory().EqualFold("addresses.country", "US")
	}},
	{Meta: Meta{
		ID: "data.values.certificate", Level: Must,
		Title:    "A certificate comes back as base64 of the same bytes",
		Requires: []string{"7643-4.1.2-30", "7643-4.1.2-31", "7643-2.3-07"},
		Catches:  []string{"certificate-as-pem", "certificate-cut"},
	}, Body: func(t *T) {
		a := stored(t, "x509Certificates", Doc{"value": certificate}, "x509Certificates.value")
		want, err := base64.StdEncoding.DecodeString(certificate)
		got, ok := fromBase64(a.Text("x509Certificates.value"))
		a.Holds(err == nil && ok && bytes.Equal(got, want), "x509Certificates.value", certificate, a.Text("x509Certificates.value"),
			"the certificate is not the one that was sent")
	}},
	{Meta: Meta{
		ID: "filter.absent-primary-is-not-primary", Level: Must,
		Title:    "A filter on primary does not find a user whose values say nothing of it",
		Requires: []string{"7643-2.4-06"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-absent-primary-holds"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.primary")
		primary := `emails[primary eq true]`
		one := keeps(t, t.GivenUser(Emails("work")), primary)
		filter := And(t.Mine(), primary)
		control(t, filter, one)
		plain := keeps(t, t.GivenUser(Set("emails", Values{email("work", mailbox(t, "w")), email("home", mailbox(t, "h"))})), "emails")
		if plain.Body.Has(primary) {
			t.Skip("the target makes an e-mail address primary by itself")
		}
		t.List(scim.UsersEndpoint, Filter(filter)).Status(200).All().Finds(one)
	}},
	{Meta: Meta{
		ID: "create.external-id-is-no-obstacle", Level: Must,
		Title:    "A user and a group are created with an externalId, though no schema lists it",
		Requires: []string{"7643-3-07"},
		Catches:  []string{"user-external-id-refused", "group-external-id-refused"},
	}, Body: func(t *T) {
		t.GivenUser(Unset("externalId"))
		doc := t.NewUser(Set("externalId", "x-"+t.Tag()))
		t.Get(t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)).Status(200).Judged().Has("id", "meta")
		if !t.Has(Groups) {
			return
		}
		t.GivenGroup()
		doc = t.NewGroup(Set("externalId", "g-"+t.Tag()))
		t.Get(t.Post(scim.GroupsEndpoint, doc).Status(201).Created(scim.GroupsEndpoint, doc)).Status(200).Judged().Has("id", "meta")
	}},
}

// stored posts a user with one value of an attribute and returns the read of
// it. A refusal is advisory: a definition may demand more than the RFC. What
// is dropped ends the check (requirement 7644-3.3-13).
func stored(t *T, attribute string, value Doc, path string) *Answer {
	t.Offers(scim.UserURN, path)
	for sub := range value {
		if _, listed := t.Target().Attribute(scim.UserURN, attribute+"."+sub); !listed && len(t.Target().Schemas) > 0 {
			delete(value, sub)
		}
	}
	t.GivenUser() // one without it is accepted
	doc := t.NewUser(Set(attribute, Values{value}))
	a := t.Post(scim.UsersEndpoint, doc)
	if a.Code()/100 == 4 {
		a = a.Advisory()
	}
	u := a.Status(201).Created(scim.UsersEndpoint, doc)
	got := t.Get(u).Status(200).Judged()
	keeps(t, u, path)
	return got
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// fromBase64 decodes either alphabet of RFC 4648, with padding or without and
// with line breaks, which do no harm.
func fromBase64(s string) (decoded []byte, ok bool) {
	s = strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/").Replace(s)
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return decoded, err == nil
}

// certificate is self-signed for scimtest.example.com; its key is lost.
const certificate = "MIIBkzCCATmgAwIBAgIUVQ7lm8cVC0JzHxz4Bezi6D4xKIYwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc2NpbXRlc3QuZXhhbXBs" +
	"ZS5jb20wHhcNMjYxMTI1MDcwMDAxWhcNMzYxMTIyMDcwMDAxWjAfMR0wGwYDVQQDDBRzY2ltdGVzdC5leGFtcGxlLmNvbTBZMBMG" +
	"ByqGSM49AgEGCCqGSM49AwEHA0IABD35PqCTVyHsJVPBzlTBd/0iMN5YWNut5jbvPTWU3eGCobMB1prLsSf7KQAOpRqbmLWzlO2e" +
	"L1OX+4JnVzN0feCjUzBRMB0GA1UdDgQWBBQucYdTnUfIxNwzbxJU7GF/wz4LiTAfBgNVHSMEGDAWgBQucYdTnUfIxNwzbxJU7GF/" +
	"wz4LiTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIGUiyzofFToaooLRrsEg4pFx4uZrVr82bG9gdqMRyfUrAiEA" +
	"+/1GK50tPM9UaMXP5xe30aW9nZDQBZ7vy7cNz4g713w="
