package mockidp

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/scimtest/scimtest/internal/fake"
)

// User is a person in the directory of the identity provider.
type User struct {
	// Key names the user in stories: "ada". It is never sent.
	Key string
	// ObjectID is the identity provider's own id, sent as externalId.
	ObjectID string
	UserName string

	GivenName, FamilyName, DisplayName string
	Email                              string
	Title, Department, EmployeeNumber  string
	MobilePhone                        string
	// The address at work. Entra ID sends it, Okta only when an
	// administrator maps it.
	StreetAddress, Locality, Region, PostalCode, Country string
	// Locale is a language tag, such as en-US.
	Locale string
	// ManagerName is the name of the manager, a text of the profile that an
	// administrator of Okta may map. A manager who is a user is a reference:
	// see Provider.SetManager.
	ManagerName string
	// Password is the placeholder that Okta sends on create.
	Password string
	// Custom is an attribute of an extension of the target's own that an
	// administrator maps; the zero value is none. Only Entra ID's form of it is
	// shown (entra.md 2.1, 2.5).
	Custom CustomAttribute
	// More are further attributes, which only a mapping of a customer's own
	// reads.
	More Attributes `json:",omitzero"`
}

// CustomAttribute is a text in an extension of the target's own.
type CustomAttribute struct{ URN, Name, Value string }

// Formatted is the whole name.
func (u User) Formatted() string { return strings.TrimSpace(u.GivenName + " " + u.FamilyName) }

// Group is a group in the directory.
type Group struct {
	Key string
	// ObjectID is the identity provider's own id.
	ObjectID string
	Name     string
}

// UserOf makes a directory user of a generated person. The tag, which has to
// be in the person's names already, becomes part of the object id.
func UserOf(d *Dialect, key, tag string, p fake.Person) User {
	return User{
		Key: key, ObjectID: d.objectID(tag, "user/"+key), UserName: p.UserName,
		GivenName: p.GivenName, FamilyName: p.FamilyName, DisplayName: p.DisplayName, Email: p.Email,
		Title: p.Title, Department: p.Department, EmployeeNumber: p.EmployeeNumber, MobilePhone: directoryPhone(p.MobilePhone),
		StreetAddress: p.StreetAddress, Locality: p.Locality, Region: p.Region, PostalCode: p.PostalCode, Country: p.Country,
		Locale: p.Locale, Password: p.Password,
	}
}

// ObjectID makes an id in the form of the identity provider's own, for what is
// made of the tag and the key; it is the same for the same two. kind is user or
// group.
func (d *Dialect) ObjectID(tag, kind, key string) string { return d.objectID(tag, kind+"/"+key) }

// directoryPhone is a number as directories hold it, without the scheme of
// RFC 3966.
func directoryPhone(uri string) string { return strings.TrimPrefix(uri, "tel:") }

// GroupOf makes a directory group.
func GroupOf(d *Dialect, key, tag, name string) Group {
	return Group{Key: key, ObjectID: d.objectID(tag, "group/"+key), Name: name}
}

// guid makes an id in the form of Entra's object ids.
func guid(tag, what string) string {
	h := sha256.Sum256([]byte(tag + "/" + what))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// oktaID makes an id in the form of Okta's: 20 letters and digits that begin
// with 00u (okta.md, introduction).
func oktaID(tag, what string) string {
	h := sha256.Sum256([]byte(what))
	s := fmt.Sprintf("00u%s%x", tag, h)
	return s[:20]
}
