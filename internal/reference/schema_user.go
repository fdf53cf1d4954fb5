package reference

import "github.com/scimtest/scimtest/scim"

// valued are the sub-attributes of most multi-valued attributes (RFC 7643
// section 2.4).
func valued(value *attribute, kinds ...string) []*attribute {
	return []*attribute{
		value,
		text("display", "A label for people."),
		text("type", "What the value is for.", values(kinds...)),
		boolean("primary", "Whether this is the preferred value; true at most once."),
	}
}

func userType() *resourceType {
	return &resourceType{
		name: "User", endpoint: scim.UsersEndpoint, about: "People with an account.",
		schema: userSchema(), extensions: []*schema{enterpriseSchema()},
	}
}

func userSchema() *schema {
	return &schema{id: scim.UserURN, name: "User", about: "A person with an account.", attributes: []*attribute{
		text("userName", "The name by which the person signs in.", required, unique),
		complexOf("name", "The parts of the person's name.", []*attribute{
			text("formatted", "The whole name, ready to be shown."),
			text("familyName", "The family name."),
			text("givenName", "The given name."),
			text("middleName", "The middle names."),
			text("honorificPrefix", "What stands before the name, such as Dr."),
			text("honorificSuffix", "What stands behind the name, such as III."),
		}),
		text("displayName", "The name to show."),
		text("nickName", "What friends call the person."),
		reference("profileUrl", "A page about the person.", refersTo("external")),
		text("title", "The job title."),
		text("userType", "How the person relates to the organization."),
		text("preferredLanguage", "Languages in the form of Accept-Language."),
		text("locale", "The language tag for dates and numbers."),
		text("timezone", "The time zone by its IANA name."),
		boolean("active", "Whether the account may be used."),
		text("password", "The secret to sign in with.", caseExact, mutable(writeOnly), returned(never)),
		complexOf("emails", "E-mail addresses.", valued(text("value", "The address."), "work", "home", "other"), plural),
		complexOf("phoneNumbers", "Telephone numbers.",
			valued(text("value", "The number."), "work", "home", "mobile", "fax", "pager", "other"), plural),
		complexOf("ims", "Instant messaging addresses.",
			valued(text("value", "The address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"), plural),
		complexOf("photos", "Pictures of the person.",
			valued(reference("value", "The URL of the picture.", refersTo("external")), "photo", "thumbnail"), plural),
		complexOf("addresses", "Postal addresses.", []*attribute{
			text("formatted", "The whole address, ready to be shown."),
			text("streetAddress", "Street and house number."),
			text("locality", "The city."),
			text("region", "The state or region."),
			text("postalCode", "The postal code."),
			text("country", "The two-letter code of the country."),
			text("type", "What the address is for.", values("work", "home", "other")),
			boolean("primary", "Whether this is the preferred address; true at most once."),
		}, plural),
		complexOf("groups", "The groups that have the person as a member.", []*attribute{
			text("value", "The id of the group.", caseExact, mutable(readOnly)),
			reference("$ref", "The URI of the group.", mutable(readOnly), refersTo("Group")),
			text("display", "The name of the group.", mutable(readOnly)),
			text("type", "Whether the membership is direct.", mutable(readOnly), values("direct", "indirect")),
		}, plural, mutable(readOnly), computed),
		complexOf("entitlements", "What the person is entitled to.", valued(text("value", "The entitlement.")), plural),
		complexOf("roles", "Roles of the person.", valued(text("value", "The role.")), plural),
		complexOf("x509Certificates", "Certificates of the person.", valued(binary("value", "The certificate in DER.")), plural),
	}}
}

func enterpriseSchema() *schema {
	return &schema{id: scim.EnterpriseUserURN, name: "EnterpriseUser", about: "What an organization knows about a person.", attributes: []*attribute{
		text("employeeNumber", "The number of the employee."),
		text("costCenter", "The cost center."),
		text("organization", "The organization."),
		text("division", "The division."),
		text("department", "The department."),
		complexOf("manager", "The person's manager.", []*attribute{
			text("value", "The id of the manager.", caseExact),
			reference("$ref", "The URI of the manager.", mutable(readOnly), refersTo("User"), computed),
			text("displayName", "The name of the manager.", mutable(readOnly), computed),
		}),
	}}
}

func groupType() *resourceType {
	return &resourceType{
		name: "Group", endpoint: scim.GroupsEndpoint, about: "Groups of people and of groups.",
		schema: &schema{id: scim.GroupURN, name: "Group", about: "A group of people and of groups.", attributes: []*attribute{
			// Required by erratum 5368; unique because Entra ID matches groups
			// by it and expects 409 for a second one.
			text("displayName", "The name of the group.", required, unique),
			complexOf("members", "Who belongs to the group.", []*attribute{
				text("value", "The id of the member.", caseExact, required, mutable(immutable)),
				reference("$ref", "The URI of the member.", mutable(immutable), refersTo("User", "Group"), computed),
				text("type", "The resource type of the member.", mutable(immutable), values("User", "Group"), computed),
				text("display", "The name of the member.", mutable(readOnly), computed),
			}, plural),
		}},
	}
}
