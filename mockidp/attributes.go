package mockidp

import (
	"encoding/json"
	"fmt"
	"slices"

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

// String is their JSON with the names sorted: two are equal when these are.
func (a Attributes) String() string { return a.text }

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

// sources are the attributes of User by the names that the mappings of an identity
// provider call them (entra.md 2.1, okta.md 2.2).
var sources = map[string]map[string]func(*User) string{
	mapping.Entra: {
		"userPrincipalName": func(u *User) string { return u.UserName },
		"objectId":          func(u *User) string { return u.ObjectID },
		"mail":              func(u *User) string { return u.Email },
		"givenName":         func(u *User) string { return u.GivenName },
		"surname":           func(u *User) string { return u.FamilyName },
		"displayName":       func(u *User) string { return u.DisplayName },
		"jobTitle":          func(u *User) string { return u.Title },
		"department":        func(u *User) string { return u.Department },
		"employeeId":        func(u *User) string { return u.EmployeeNumber },
		"mobile":            func(u *User) string { return u.MobilePhone },
		"streetAddress":     func(u *User) string { return u.StreetAddress },
		"city":              func(u *User) string { return u.Locality },
		"state":             func(u *User) string { return u.Region },
		"postalCode":        func(u *User) string { return u.PostalCode },
		"country":           func(u *User) string { return u.Country },
		"preferredLanguage": func(u *User) string { return u.Locale },
	},
	mapping.Okta: {
		"user.login":          func(u *User) string { return u.UserName },
		"user.email":          func(u *User) string { return u.Email },
		"user.firstName":      func(u *User) string { return u.GivenName },
		"user.lastName":       func(u *User) string { return u.FamilyName },
		"user.displayName":    func(u *User) string { return u.DisplayName },
		"user.title":          func(u *User) string { return u.Title },
		"user.department":     func(u *User) string { return u.Department },
		"user.employeeNumber": func(u *User) string { return u.EmployeeNumber },
		"user.mobilePhone":    func(u *User) string { return u.MobilePhone },
		"user.streetAddress":  func(u *User) string { return u.StreetAddress },
		"user.city":           func(u *User) string { return u.Locality },
		"user.state":          func(u *User) string { return u.Region },
		"user.zipCode":        func(u *User) string { return u.PostalCode },
		"user.countryCode":    func(u *User) string { return u.Country },
		"user.locale":         func(u *User) string { return u.Locale },
		"user.manager":        func(u *User) string { return u.ManagerName },
	},
}

// softDeleted is the attribute of Entra ID that says that an account is to be
// disabled: the user is deleted, disabled, or out of scope (entra.md 2.1).
const softDeleted = "IsSoftDeleted"

// lookup finds the attributes of a user for expressions. deleted is the value of
// IsSoftDeleted.
func lookup(idp string, u User, deleted bool) mapping.Lookup {
	own := sources[idp]
	var more map[string][]string
	if !u.More.IsZero() {
		more = u.More.Values()
	}
	return func(name string) []string {
		if value, ok := own[name]; ok {
			return []string{value(&u)}
		}
		if idp == mapping.Entra && name == softDeleted {
			return []string{pick(deleted, "True", "False")}
		}
		return more[name]
	}
}

// KnownSource reports whether the directory has an attribute of this name for
// every user, or can have it.
func KnownSource(idp, name string) bool {
	_, ok := sources[idp][name]
	return ok || idp == mapping.Entra && slices.Contains([]string{softDeleted, "manager", mapping.AppRoles}, name)
}
