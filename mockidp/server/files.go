package server

import (
	"encoding/json"
	"io"
	"strings"
)

// Formats are the forms in which a directory comes in and goes out.
var Formats = []string{"csv", "ldif", "json"}

// Directory is a directory as a file: people, groups, and what is assigned.
type Directory struct {
	Users  []FileUser  `json:"users"`
	Groups []FileGroup `json:"groups,omitempty"`
}

// FileUser is a user in a file.
type FileUser struct {
	User
	Assigned bool `json:"assigned,omitempty"`
	// Groups are names of groups, as CSV and LDIF have them.
	Groups []string `json:"-"`
}

// FileGroup is a group in a file. Its members are keys of users.
type FileGroup struct {
	Group
	Assigned bool `json:"assigned,omitempty"`
	Pushed   bool `json:"pushed,omitempty"`
}

// Export writes the directory. CSV and LDIF have the users with the names of
// their groups; groups without members are in JSON alone.
func (t *Tenant) Export(w io.Writer, format string) error {
	d := t.snapshot()
	switch format {
	case "csv":
		return writeCSV(w, d)
	case "ldif":
		return writeLDIF(w, d)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(d)
	}
	return unknownFormat(format)
}

func unknownFormat(format string) error {
	return invalid("there is no format %q; there are %s", format, strings.Join(Formats, ", "))
}

func (t *Tenant) snapshot() Directory {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := Directory{Users: []FileUser{}}
	for _, p := range t.dir.list() {
		key := p.User.Key
		u := FileUser{User: p.User, Assigned: p.Assigned}
		for _, g := range t.dir.groupKeys(key) {
			u.Groups = append(u.Groups, t.dir.teams[g].Group.Name)
		}
		d.Users = append(d.Users, u)
	}
	for _, key := range t.dir.teamKeys() {
		if g := t.dir.teams[key]; !g.Gone {
			d.Groups = append(d.Groups, FileGroup{g.Group.clone(), g.Assigned, g.Pushed})
		}
	}
	return d
}

func parse(r io.Reader, format string) (Directory, error) {
	switch format {
	case "csv":
		return readCSV(r)
	case "ldif":
		return readLDIF(r)
	case "json":
		var d Directory
		dec := json.NewDecoder(r)
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil {
			return Directory{}, invalid("the JSON cannot be read: %v", err)
		}
		return d, nil
	}
	return Directory{}, unknownFormat(format)
}
