package server

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// attributes are the names that LDIF has for ours, of inetOrgPerson (RFC 2798)
// and its kin; the first of each is written.
var attributes = []struct {
	ours   string
	theirs []string
}{
	{"user_name", []string{"userPrincipalName", "uid", "sAMAccountName"}},
	{"given_name", []string{"givenName"}},
	{"family_name", []string{"sn", "surname"}},
	{"display_name", []string{"displayName", "cn", "commonName"}},
	{"email", []string{"mail", "rfc822Mailbox"}},
	{"title", []string{"title"}},
	{"department", []string{"department", "departmentNumber"}},
	{"employee_number", []string{"employeeNumber", "employeeID"}},
	{"mobile_phone", []string{"mobile"}},
	{"street_address", []string{"street", "streetAddress"}},
	{"locality", []string{"l", "localityName"}},
	{"region", []string{"st"}},
	{"postal_code", []string{"postalCode"}},
	{"country", []string{"c", "countryName"}},
	{"locale", []string{"preferredLanguage"}},
	{"object_id", []string{"entryUUID"}},
}

const (
	peopleDN = "ou=people,dc=scimtest,dc=example,dc=com"
	groupsDN = "ou=groups,dc=scimtest,dc=example,dc=com"
)

// writeLDIF writes people and groups as entries of LDIF (RFC 2849).
func writeLDIF(w io.Writer, d Directory) error {
	out := bufio.NewWriter(w)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintln(out, ldifLine(name, value))
		}
	}
	fmt.Fprintln(out, "version: 1")
	for _, u := range d.Users {
		fmt.Fprintln(out)
		line("dn", "uid="+u.Key+","+peopleDN)
		line("objectClass", "inetOrgPerson")
		line("uid", u.Key)
		values := map[string]string{}
		for _, f := range u.fields() {
			values[f.name] = *f.value
		}
		for _, a := range attributes {
			line(a.theirs[0], values[a.ours])
		}
		if u.Manager != "" {
			line("manager", "uid="+u.Manager+","+peopleDN)
		}
		if !u.Enabled {
			line("nsAccountLock", "true")
		}
	}
	for _, g := range d.Groups {
		fmt.Fprintln(out)
		line("dn", "cn="+g.Key+","+groupsDN)
		line("objectClass", "groupOfNames")
		line("cn", g.Name)
		for _, m := range g.Members {
			line("member", "uid="+m+","+peopleDN)
		}
	}
	return out.Flush()
}

// ldifLine words a value, in base64 where it has to be (RFC 2849), and folds a
// line that is long.
func ldifLine(name, value string) string {
	text := name + ": " + value
	if !safe(value) {
		text = name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	const width = 76
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\n ")
		text = text[width:]
	}
	return b.String() + text
}

// safe reports whether a value is a SAFE-STRING (RFC 2849).
func safe(v string) bool {
	if v == "" {
		return true
	}
	if strings.ContainsRune(" :<", rune(v[0])) || strings.HasSuffix(v, " ") {
		return false
	}
	for i := range len(v) {
		if c := v[i]; c == 0 || c == '\n' || c == '\r' || c > 126 {
			return false
		}
	}
	return true
}

// entry is an entry of LDIF: the values by the names of attributes, in lower
// case, without options.
type entry map[string][]string

func (e entry) first(names ...string) string {
	for _, n := range names {
		if v := e[strings.ToLower(n)]; len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// readLDIF reads the people and groups of an LDIF file. Attributes that have no
// place here are passed over.
func readLDIF(r io.Reader) (Directory, error) {
	entries, err := parseLDIF(r)
	if err != nil {
		return Directory{}, err
	}
	var d Directory
	byDN := map[string]string{} // the userName of a person
	for _, e := range entries {
		if !e.is("person", "inetorgperson", "organizationalperson", "user") {
			continue
		}
		u := FileUser{User: User{Enabled: !strings.EqualFold(e.first("nsAccountLock"), "true")}}
		for _, a := range attributes {
			_ = u.set(a.ours, e.first(a.theirs...)) // all of them are text
		}
		if u.UserName == "" {
			u.UserName = u.Email
		}
		if control := e.first("userAccountControl"); control == "514" || control == "66050" {
			u.Enabled = false // ACCOUNTDISABLE of Active Directory
		}
		if u.UserName == "" {
			return Directory{}, invalid("the entry %s has no userPrincipalName, uid or mail to be a user_name", e.first("dn"))
		}
		u.Manager = e.first("manager")
		byDN[fold(e.first("dn"))] = u.UserName
		d.Users = append(d.Users, u)
	}
	for i, u := range d.Users {
		if u.Manager != "" {
			name, ok := byDN[fold(u.Manager)]
			if !ok {
				return Directory{}, invalid("the manager %s of %s is not in the file", u.Manager, u.UserName)
			}
			d.Users[i].Manager = name
		}
	}
	for _, e := range entries {
		if !e.is("groupofnames", "groupofuniquenames", "group") {
			continue
		}
		g := FileGroup{Group: Group{Name: e.first("cn")}}
		for _, m := range append(e["member"], e["uniquemember"]...) {
			if name, ok := byDN[fold(m)]; ok { // others are groups, or elsewhere
				g.Members = append(g.Members, name)
			}
		}
		d.Groups = append(d.Groups, g)
	}
	if len(d.Users)+len(d.Groups) == 0 {
		return Directory{}, invalid("the LDIF has no person and no group; their objectClass is inetOrgPerson and groupOfNames")
	}
	return d, nil
}

func fold(dn string) string { return strings.ToLower(strings.ReplaceAll(dn, " ", "")) }

func (e entry) is(classes ...string) bool {
	for _, have := range e["objectclass"] {
		for _, c := range classes {
			if strings.EqualFold(have, c) {
				return true
			}
		}
	}
	return false
}

func parseLDIF(r io.Reader) ([]entry, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	var lines []string
	for in.Scan() {
		text := strings.TrimSuffix(in.Text(), "\r")
		if n := len(lines); strings.HasPrefix(text, " ") && n > 0 && lines[n-1] != "" {
			lines[n-1] += text[1:]
			continue
		}
		lines = append(lines, text)
	}
	if err := in.Err(); err != nil {
		return nil, invalid("the LDIF cannot be read: %v", err)
	}
	var out []entry
	current := entry{}
	flush := func() {
		if len(current["dn"]) > 0 {
			out = append(out, current)
		}
		current = entry{}
	}
	for _, text := range lines {
		if text == "" {
			flush()
			continue
		}
		if strings.HasPrefix(text, "#") {
			continue
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return nil, invalid("the LDIF has a line without a colon: %.60q", text)
		}
		name, _, _ = strings.Cut(strings.ToLower(name), ";")
		switch {
		case name == "changetype":
			return nil, invalid("the LDIF holds changes; export the entries instead")
		case strings.HasPrefix(value, ":"):
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value[1:]))
			if err != nil {
				return nil, invalid("the value of %s is no base64", name)
			}
			if !utf8.Valid(raw) {
				continue // a picture or a certificate
			}
			value = string(raw)
		case strings.HasPrefix(value, "<"):
			continue // a file elsewhere
		default:
			value = strings.TrimLeft(value, " ")
		}
		current[name] = append(current[name], value)
	}
	flush()
	return out, nil
}
