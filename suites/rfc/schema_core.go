package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The definitions of RFC 7643 section 8.7.1, with its verified errata. They
// are examples: an attribute may be absent or have other characteristics, and
// another type is a matter of advice.
var schemaCoreChecks = []Check{
	asInRFC("user", scim.UserURN, userDefinition, []string{
		"7643-8.7.1-01", "7643-8.7.1-02", "7643-8.7.1-03", "7643-8.7.1-04", "7643-8.7.1-05", "7643-8.7.1-06", "7643-8.7.1-07", "7643-8.7.1-08",
		"7643-8.7.1-09", "7643-8.7.1-10", "7643-8.7.1-11", "7643-8.7.1-12", "7643-8.7.1-13", "7643-8.7.1-14", "7643-8.7.1-15", "7643-8.7.1-16",
		"7643-8.7.1-17", "7643-8.7.1-18", "7643-8.7.1-19", "7643-8.7.1-20", "7643-8.7.1-21", "7643-8.7.1-22", "7643-8.7.1-23",
	}, "schema-title-is-integer", "schema-emails-singular", "schema-photo-is-string"),
	asInRFC("group", scim.GroupURN, groupDefinition, []string{"7643-8.7.1-24", "7643-8.7.1-25", "7643-8.7.1-26"}, "schema-members-singular"),
	asInRFC("enterprise-user", scim.EnterpriseUserURN, enterpriseDefinition, []string{
		"7643-8.7.1-27", "7643-8.7.1-28", "7643-8.7.1-29", "7643-8.7.1-30", "7643-8.7.1-31", "7643-8.7.1-32", "7643-8.7.1-33",
	}, "schema-manager-is-string"),
}

// asInRFC is a check that the attributes of a schema have the type and the
// plurality of a definition, which has an attribute in each line; [] stands for
// many values.
func asInRFC(id, urn, definition string, rows []string, catches ...string) Check {
	return Check{Meta: Meta{
		ID: "schema.core." + id, Level: Should, ReadOnly: true,
		Title:    "The attributes of " + urn + " have the types of RFC 7643",
		Requires: rows, Needs: []Feature{Discovery},
		Catches: catches,
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		stated := map[string]string{} // by path, in lower case
		for _, d := range definitionsIn(a) {
			if !strings.EqualFold(d.urn, urn) {
				continue
			}
			kind := strings.ToLower(d.get("type").String())
			if kind == "" {
				kind = "string"
			}
			if d.get("multiValued").Bool() {
				kind += "[]"
			}
			stated[strings.ToLower(strings.TrimPrefix(d.place, d.urn+":"))] = kind
		}
		if len(stated) == 0 {
			t.Skip("the target's /Schemas do not list %s", urn)
		}
		for line := range strings.Lines(strings.TrimSpace(definition)) {
			path, want, _ := strings.Cut(strings.TrimSpace(line), " ")
			got, listed := stated[strings.ToLower(path)]
			a.Holds(!listed || strings.EqualFold(got, want), path, want, got, path+" has another type in /Schemas than in RFC 7643")
		}
	}}
}

const userDefinition = `
userName string
name complex
name.formatted string
name.familyName string
name.givenName string
name.middleName string
name.honorificPrefix string
name.honorificSuffix string
displayName string
nickName string
profileUrl reference
title string
userType string
preferredLanguage string
locale string
timezone string
active boolean
password string
emails complex[]
emails.value string
emails.display string
emails.type string
emails.primary boolean
phoneNumbers complex[]
phoneNumbers.value string
phoneNumbers.display string
phoneNumbers.type string
phoneNumbers.primary boolean
ims complex[]
ims.value string
ims.display string
ims.type string
ims.primary boolean
photos complex[]
photos.value reference
photos.display string
photos.type string
photos.primary boolean
addresses complex[]
addresses.formatted string
addresses.streetAddress string
addresses.locality string
addresses.region string
addresses.postalCode string
addresses.country string
addresses.type string
addresses.primary boolean
groups complex[]
groups.value string
groups.$ref reference
groups.display string
groups.type string
entitlements complex[]
entitlements.value string
entitlements.display string
entitlements.type string
entitlements.primary boolean
roles complex[]
roles.value string
roles.display string
roles.type string
roles.primary boolean
x509Certificates complex[]
x509Certificates.value binary
x509Certificates.display string
x509Certificates.type string
x509Certificates.primary boolean
`

const groupDefinition = `
displayName string
members complex[]
members.value string
members.$ref reference
members.type string
members.display string
`

const enterpriseDefinition = `
employeeNumber string
costCenter string
organization string
division string
department string
manager complex
manager.value string
manager.$ref reference
manager.displayName string
`
