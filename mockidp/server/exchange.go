package server

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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
		for _, g := range sortedKeys(t.dir.groupsOf[key]) {
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

// Imported says what an import did.
type Imported struct {
	UsersAdded    int `json:"users_added"`
	UsersChanged  int `json:"users_changed"`
	GroupsAdded   int `json:"groups_added"`
	GroupsChanged int `json:"groups_changed"`
}

// maxImport bounds a file, in bytes.
const maxImport = 256 << 20

// Import reads a file into the directory. Who has the userName of a user is
// that user, and is changed; nobody is deleted. Either all of the file is taken
// or nothing.
func (t *Tenant) Import(ctx context.Context, r io.Reader, format string) (Imported, Result, error) {
	d, err := parse(io.LimitReader(r, maxImport), format)
	if err != nil {
		return Imported{}, Result{}, err
	}
	var done Imported
	result, err := t.edit(ctx, "import", func() error {
		plan, err := t.plan(d)
		if err != nil {
			return err
		}
		done = plan.apply(t)
		return nil
	})
	return done, result, err
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

// plan is an import that was checked.
type plan struct {
	add, change []FileUser
	groups      []FileGroup
}

// plan checks a file against the directory, and changes nothing.
func (t *Tenant) plan(d Directory) (*plan, error) {
	p := &plan{groups: d.Groups}
	keys, names := map[string]bool{}, map[string]string{}
	taken := func(key, name string) (bool, bool) {
		k, n := t.taken(key, name)
		_, seen := names[name]
		return k || keys[key], n || seen
	}
	known := map[string]string{} // keys of the file to ours
	for i, u := range d.Users {
		u.UserName = strings.TrimSpace(u.UserName)
		theirs := u.Key
		if ours, ok := t.dir.names[strings.ToLower(u.UserName)]; ok {
			have := t.dir.people[ours].User
			if err := u.check(); err != nil {
				return nil, invalid("user %d: %v", i+1, err)
			}
			u.Key, u.ObjectID, u.Deleted = ours, have.ObjectID, have.Deleted
			if u.Attributes.IsZero() { // CSV and LDIF have none
				u.Attributes = have.Attributes
			}
			p.change = append(p.change, u)
		} else {
			if taken2, _ := taken(u.Key, ""); taken2 {
				u.Key = ""
			}
			if err := t.ready(&u.User, taken); err != nil {
				return nil, invalid("user %d: %v", i+1, err)
			}
			p.add = append(p.add, u)
		}
		keys[u.Key], names[strings.ToLower(u.UserName)] = true, u.Key
		known[theirs] = u.Key
	}
	// A manager is named by the key of the file, or by a userName.
	resolve := func(ref string) (string, bool) {
		if ours, ok := known[ref]; ok && ref != "" {
			return ours, true
		}
		if ours, ok := names[strings.ToLower(ref)]; ok {
			return ours, true
		}
		if ours, ok := t.dir.names[strings.ToLower(ref)]; ok {
			return ours, true
		}
		return ref, t.dir.people[ref] != nil
	}
	for _, list := range [][]FileUser{p.add, p.change} {
		for i := range list {
			if m := list[i].Manager; m != "" {
				ours, ok := resolve(m)
				if !ok || ours == list[i].Key {
					return nil, invalid("user %s: the manager %q is nobody else of the file or the directory", list[i].UserName, m)
				}
				list[i].Manager = ours
			}
		}
	}
	for i := range p.groups {
		g := &p.groups[i]
		if strings.TrimSpace(g.Name) == "" {
			return nil, invalid("group %d has no name", i+1)
		}
		members := []string{}
		for _, m := range g.Members {
			ours, ok := resolve(m)
			if !ok {
				return nil, invalid("group %s: the member %q is nobody of the file or the directory", g.Name, m)
			}
			members = append(members, ours)
		}
		g.Members = members
	}
	p.fromNames()
	return p, nil
}

// fromNames makes groups of the names that users bring.
func (p *plan) fromNames() {
	type membership struct {
		group int
		user  string
	}
	at, there := map[string]int{}, map[membership]bool{}
	for i, g := range p.groups {
		at[g.Name] = i
		for _, m := range g.Members {
			there[membership{i, m}] = true
		}
	}
	for _, list := range [][]FileUser{p.add, p.change} {
		for _, u := range list {
			for _, name := range u.Groups {
				i, ok := at[name]
				if !ok {
					i = len(p.groups)
					at[name] = i
					p.groups = append(p.groups, FileGroup{Group: Group{Name: name}})
				}
				if !there[membership{i, u.Key}] {
					there[membership{i, u.Key}] = true
					p.groups[i].Members = append(p.groups[i].Members, u.Key)
				}
			}
		}
	}
}

func (p *plan) apply(t *Tenant) (done Imported) {
	for _, u := range p.add {
		t.dir.add(&person{User: u.User, Assigned: u.Assigned})
		t.changedUser(u.Key)
		done.UsersAdded++
	}
	for _, u := range p.change {
		have := t.dir.people[u.Key]
		if have.User == u.User && (have.Assigned || !u.Assigned) {
			continue
		}
		t.dir.index(have, false)
		have.User, have.Assigned = u.User, have.Assigned || u.Assigned
		t.dir.index(have, true)
		t.changedUser(u.Key)
		done.UsersChanged++
	}
	byName := map[string]*team{}
	for _, g := range t.dir.teams {
		if !g.Gone {
			byName[g.Group.Name] = g
		}
	}
	for _, g := range p.groups {
		have := byName[g.Name]
		if have == nil {
			group := Group{Key: g.Key, ObjectID: g.ObjectID, Name: g.Name, Members: []string{}}
			if t.readyGroup(&group, func(k string) bool { return t.dir.teams[k] != nil }) != nil {
				group.Key = ""
				if t.readyGroup(&group, func(k string) bool { return t.dir.teams[k] != nil }) != nil {
					continue
				}
			}
			have = &team{Group: group}
			t.dir.addTeam(have)
			byName[g.Name] = have
			done.GroupsAdded++
		} else {
			done.GroupsChanged++
		}
		have.Assigned, have.Pushed = have.Assigned || g.Assigned, have.Pushed || g.Pushed && t.rhythm.atOnce()
		for _, m := range g.Members {
			if !t.dir.groupsOf[m][have.Group.Key] {
				have.Group.Members = append(have.Group.Members, m)
				put(t.dir.groupsOf, m, have.Group.Key, true)
			}
		}
		if have.Assigned {
			for _, m := range have.Group.Members {
				t.changedUser(m)
			}
		}
		t.changedGroup(have.Group.Key)
	}
	return done
}

// The columns of CSV: the attributes, and these.
var moreColumns = []string{"enabled", "manager", "assigned", "groups"}

func writeCSV(w io.Writer, d Directory) error {
	out := csv.NewWriter(w)
	var head []string
	for _, f := range (&User{}).fields() {
		head = append(head, f.name)
	}
	if err := out.Write(append(head, moreColumns...)); err != nil {
		return err
	}
	for _, u := range d.Users {
		var row []string
		for _, f := range u.fields() {
			row = append(row, *f.value)
		}
		row = append(row, fmt.Sprint(u.Enabled), u.Manager, fmt.Sprint(u.Assigned), strings.Join(u.Groups, ";"))
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func readCSV(r io.Reader) (Directory, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return Directory{}, invalid("the CSV has no first line with the names of the columns: %v", err)
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
		if !slices.ContainsFunc((&User{}).fields(), func(f field) bool { return f.name == head[i] }) && !slices.Contains(moreColumns, head[i]) {
			return Directory{}, invalid("the CSV has a column %q, which is not known; there are those of an export", head[i])
		}
	}
	if !slices.Contains(head, "user_name") {
		return Directory{}, invalid("the CSV has no column user_name")
	}
	var d Directory
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return Directory{}, invalid("the CSV cannot be read: %v", err)
		}
		u := FileUser{User: User{Enabled: true}}
		for i, name := range head {
			if err := u.set(name, row[i]); err != nil {
				line, _ := in.FieldPos(i)
				return Directory{}, invalid("line %d: %v", line, err)
			}
		}
		d.Users = append(d.Users, u)
	}
}

// set gives a column its value.
func (u *FileUser) set(name, value string) error {
	switch name {
	case "enabled", "assigned":
		var on bool
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "true", "yes", "1":
			on = true
		case "false", "no", "0":
		case "":
			on = name == "enabled"
		default:
			return fmt.Errorf("%s is %q, and not true or false", name, value)
		}
		if name == "enabled" {
			u.Enabled = on
		} else {
			u.Assigned = on
		}
	case "manager":
		u.Manager = value
	case "groups":
		for g := range strings.SplitSeq(value, ";") {
			if g = strings.TrimSpace(g); g != "" {
				u.Groups = append(u.Groups, g)
			}
		}
	default:
		for _, f := range u.fields() {
			if f.name == name {
				*f.value = value
			}
		}
	}
	return nil
}
