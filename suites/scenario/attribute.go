package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
)

// attributes are those of the directory that a scenario can set.
var attributes = map[string]func(*mockidp.User) *string{
	"userName":       func(u *mockidp.User) *string { return &u.UserName },
	"givenName":      func(u *mockidp.User) *string { return &u.GivenName },
	"familyName":     func(u *mockidp.User) *string { return &u.FamilyName },
	"displayName":    func(u *mockidp.User) *string { return &u.DisplayName },
	"email":          func(u *mockidp.User) *string { return &u.Email },
	"title":          func(u *mockidp.User) *string { return &u.Title },
	"department":     func(u *mockidp.User) *string { return &u.Department },
	"employeeNumber": func(u *mockidp.User) *string { return &u.EmployeeNumber },
	"mobilePhone":    func(u *mockidp.User) *string { return &u.MobilePhone },
	"streetAddress":  func(u *mockidp.User) *string { return &u.StreetAddress },
	"locality":       func(u *mockidp.User) *string { return &u.Locality },
	"region":         func(u *mockidp.User) *string { return &u.Region },
	"postalCode":     func(u *mockidp.User) *string { return &u.PostalCode },
	"country":        func(u *mockidp.User) *string { return &u.Country },
	"locale":         func(u *mockidp.User) *string { return &u.Locale },
}

// Attributes lists the names of the attributes that a scenario can set.
func Attributes() []string { return slices.Sorted(maps.Keys(attributes)) }

// attributeOf refuses what is no attribute of the directory, or no text.
func attributeOf(v Value) error {
	if attributes[v.Path] == nil {
		return fmt.Errorf("there is no attribute %q of people; there are %s", v.Path, strings.Join(Attributes(), ", "))
	}
	switch v.Value.(type) {
	case nil:
		if v.Path == "userName" {
			return fmt.Errorf("nobody can be without a userName")
		}
	case string:
	default:
		return fmt.Errorf("%s: %v is no text; put it in quotes", v.Path, v.Value)
	}
	return nil
}

// names reports whether an attribute is what somebody is known by, so that it
// has to bear the tag of the run.
func names(path string) bool {
	switch strings.ToLower(path) {
	case "username", "displayname", "externalid", "email":
		return true
	}
	return strings.HasPrefix(strings.ToLower(path), "emails")
}

// set sets attributes of a user, with the tag in the names.
func (st *stage) set(u *mockidp.User, values []Value) {
	for _, v := range values {
		text, _ := v.Value.(string)
		*attributes[v.Path](u) = st.text(v.Path, text)
	}
}

// text is a value of the file as it is on this target: in the place of
// placeholders what they stand for, and names with the tag.
func (st *stage) text(path, v string) string {
	filled := st.fill(v, func(s string) string { return s })
	if filled != v || v == "" || !names(path) {
		return filled
	}
	return rename(v, st.t.Tag())
}
