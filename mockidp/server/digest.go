package server

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"

	"github.com/scimtest/scimtest/mockidp"
)

// digest stands for the attributes of a user: of a large directory it is a
// twentieth of them.
type digest [16]byte

func digestOf(u mockidp.User) (d digest) {
	room := [512]byte{}
	text := room[:0]
	for _, v := range [...]string{
		u.Key, u.ObjectID, u.UserName, u.GivenName, u.FamilyName, u.DisplayName, u.Email, u.Title, u.Department, u.EmployeeNumber,
		u.MobilePhone, u.StreetAddress, u.Locality, u.Region, u.PostalCode, u.Country, u.Locale, u.ManagerName, u.Password,
		u.Custom.URN, u.Custom.Name, u.Custom.Value, u.More.String(),
	} {
		text = append(binary.AppendUvarint(text, uint64(len(v))), v...)
	}
	sum := sha256.Sum256(text)
	copy(d[:], sum[:])
	return d
}

// MarshalText writes the digest as hexadecimal digits.
func (d digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalJSON reads it, or the attributes themselves, which older files hold.
func (d *digest) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var u mockidp.User
		if err := json.Unmarshal(data, &u); err != nil {
			return err
		}
		*d = digestOf(u)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	raw, err := hex.DecodeString(text)
	copy(d[:], raw)
	return err
}
