package mockidp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/scimtest/scimtest/mockidp/mapping"
)

// Attributes are further attributes of a user, by the names that the expressions
// of a mapping call them: extensionAttribute1, appRoleAssignments, user.badge. An
// attribute has one value or several. Two can be compared with ==.
type Attributes struct {
	// text is their JSON, which has the names sorted.
	text string
}

// AttributesOf makes attributes of values by name. An attribute without a value
// is none.
func AttributesOf(values map[string][]string) Attributes {
	kept := map[string][]string{}
	for name, v := range values {
		if len(v) > 0 {
			kept[name] = v
		}
	}
	if len(kept) == 0 {
		return Attributes{}
	}
	data, _ := json.Marshal(kept) // texts always encode
	return Attributes{string(data)}
}

// Values are the values by name.
func (a Attributes) Values() map[string][]string {
	out := map[string][]string{}
	if a.text != "" {
		_ = json.Unmarshal([]byte(a.text), &out) // it is ours
	}
	return out
}

// IsZero reports whether there are none.
func (a Attributes) IsZero() bool { return a.text == "" }

// MarshalJSON implements json.Marshaler.
func (a Attributes) MarshalJSON() ([]byte, error) {
	if a.text == "" {
		return []byte("{}"), nil
	}
	return []byte(a.text), nil
}

// UnmarshalJSON implements json.Unmarshaler. A single value may stand without a
// list around it.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	values := map[string][]string{}
	for name, raw := range named {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			values[name] = []string{one}
			continue
		}
		var several []string
		if err := json.Unmarshal(raw, &several); err != nil {
			return fmt.Errorf("the attribute %s is no text and no list of texts", name)
		}
		values[name] = several
	}
	*a = AttributesOf(values)
	return nil
}

// sources are the names by which the mappings of an identity provider call the
// attributes of User (entra.md 2.1, okta.md 2.2).
func sources(idp string, u *User) map[string]*string {
	if idp == mapping.Okta {
		return map[string]*string{
			"user.login": &u.UserName, "user.email": &u.Email, "user.firstName": &u.GivenName, "user.lastName": &u.FamilyName,
			"user.displayName": &u.DisplayName, "user.title": &u.Title, "user.department": &u.Department,
			"user.employeeNumber": &u.EmployeeNumber, "user.mobilePhone": &u.MobilePhone, "user.streetAddress": &u.StreetAddress,
			"user.city": &u.Locality, "user.state": &u.Region, "user.zipCode": &u.PostalCode, "user.countryCode": &u.Country,
			"user.locale": &u.Locale,
		}
	}
	return map[string]*string{
		"userPrincipalName": &u.UserName, "mail": &u.Email, "givenName": &u.GivenName, "surname": &u.FamilyName,
		"displayName": &u.DisplayName, "jobTitle": &u.Title, "department": &u.Department, "employeeId": &u.EmployeeNumber,
		"mobile": &u.MobilePhone, "streetAddress": &u.StreetAddress, "city": &u.Locality, "state": &u.Region,
		"postalCode": &u.PostalCode, "country": &u.Country, "preferredLanguage": &u.Locale, "objectId": &u.ObjectID,
	}
}

// softDeleted is the attribute of Entra ID that says that an account is to be
// disabled: the user is deleted, disabled, or out of scope (entra.md 2.1).
const softDeleted = "IsSoftDeleted"

// lookup finds the attributes of a user for expressions. deleted is the value of
// IsSoftDeleted.
func lookup(idp string, u User, deleted bool) mapping.Lookup {
	own := sources(idp, &u)
	var more map[string][]string
	if !u.More.IsZero() {
		more = u.More.Values()
	}
	return func(name string) []string {
		if v, ok := own[name]; ok {
			return []string{*v}
		}
		if idp == mapping.Entra && strings.EqualFold(name, softDeleted) {
			return []string{pick(deleted, "True", "False")}
		}
		return more[name]
	}
}

// KnownSource reports whether the directory has an attribute of this name for
// every user.
func KnownSource(idp, name string) bool {
	_, ok := sources(idp, &User{})[name]
	return ok || idp == mapping.Entra && (name == softDeleted || name == "manager" || name == mapping.AppRoles)
}
