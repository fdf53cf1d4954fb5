package server

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scimtest/scimtest/mockidp"
)

// User is a person in the directory.
type User struct {
	// Key names the person in the API. It is made of the userName, never
	// changes, and is never sent to the target.
	Key string `json:"key"`
	// ObjectID is the identity provider's own id, sent as externalId.
	ObjectID       string `json:"object_id"`
	UserName       string `json:"user_name"`
	GivenName      string `json:"given_name,omitempty"`
	FamilyName     string `json:"family_name,omitempty"`
	DisplayName    string `json:"display_name,omitempty"`
	Email          string `json:"email,omitempty"`
	Title          string `json:"title,omitempty"`
	Department     string `json:"department,omitempty"`
	EmployeeNumber string `json:"employee_number,omitempty"`
	MobilePhone    string `json:"mobile_phone,omitempty"`
	StreetAddress  string `json:"street_address,omitempty"`
	Locality       string `json:"locality,omitempty"`
	Region         string `json:"region,omitempty"`
	PostalCode     string `json:"postal_code,omitempty"`
	Country        string `json:"country,omitempty"`
	Locale         string `json:"locale,omitempty"`
	// Enabled: the account in the directory is active.
	Enabled bool `json:"enabled"`
	// Manager is the key of another user.
	Manager string `json:"manager,omitempty"`
	// Attributes are further attributes, by the names that a mapping of a
	// customer's own calls them: extensionAttribute1, appRoleAssignments.
	Attributes mockidp.Attributes `json:"attributes,omitzero"`
	// Deleted is when the user was put into the recycle bin of Entra ID; zero
	// for who is not there. Other identity providers delete at once.
	Deleted time.Time `json:"deleted,omitzero"`
}

// Group is a group in the directory.
type Group struct {
	Key      string `json:"key"`
	ObjectID string `json:"object_id"`
	Name     string `json:"name"`
	// Members are keys of users, in the order in which they joined.
	Members []string `json:"members"`
}

// mockidp is the user as the library has it. A password is a placeholder that
// follows from the object id: it is sent by who sends one, and kept nowhere.
func (u User) mockidp() mockidp.User {
	return mockidp.User{
		Key: u.Key, ObjectID: u.ObjectID, UserName: u.UserName, GivenName: u.GivenName, FamilyName: u.FamilyName,
		DisplayName: u.DisplayName, Email: u.Email, Title: u.Title, Department: u.Department, EmployeeNumber: u.EmployeeNumber,
		MobilePhone: u.MobilePhone, StreetAddress: u.StreetAddress, Locality: u.Locality, Region: u.Region,
		PostalCode: u.PostalCode, Country: u.Country, Locale: u.Locale, Password: placeholder(u.ObjectID), More: u.Attributes,
	}
}

func (g Group) mockidp() mockidp.Group {
	return mockidp.Group{Key: g.Key, ObjectID: g.ObjectID, Name: g.Name}
}

// maxText is the longest value of an attribute, in bytes.
const maxText = 1024

// check says what is wrong with a user.
func (u *User) check() error {
	for _, f := range u.fields() {
		if err := checkText(f.name, *f.value); err != nil {
			return err
		}
	}
	for name, values := range u.Attributes.Values() {
		for _, v := range append([]string{name}, values...) {
			if err := checkText("the attribute "+name, v); err != nil {
				return err
			}
		}
	}
	if strings.TrimSpace(u.UserName) == "" {
		return invalid("a user needs a user_name")
	}
	return nil
}

// checkText says what is wrong with a value.
func checkText(name, v string) error {
	switch {
	case !utf8.ValidString(v):
		return invalid("%s is no text in UTF-8", name)
	case len(v) > maxText:
		return invalid("%s is longer than %d bytes", name, maxText)
	case strings.ContainsFunc(v, unicode.IsControl):
		return invalid("%s holds a control character", name)
	}
	return nil
}

type field struct {
	name  string
	value *string
}

// fields are the attributes that are text, by their names in files.
func (u *User) fields() []field {
	return []field{
		{"user_name", &u.UserName}, {"given_name", &u.GivenName}, {"family_name", &u.FamilyName}, {"display_name", &u.DisplayName},
		{"email", &u.Email}, {"title", &u.Title}, {"department", &u.Department}, {"employee_number", &u.EmployeeNumber},
		{"mobile_phone", &u.MobilePhone}, {"street_address", &u.StreetAddress}, {"locality", &u.Locality}, {"region", &u.Region},
		{"postal_code", &u.PostalCode}, {"country", &u.Country}, {"locale", &u.Locale},
		{"object_id", &u.ObjectID}, {"key", &u.Key},
	}
}

// Clause is a clause of a scoping filter.
type Clause struct {
	// Attribute is an attribute of a user as in files: department.
	Attribute string `json:"attribute"`
	// Operator is equals, not equals, includes, starts with, is null or is
	// not null, as Entra ID has them. Letter case counts.
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"`
}

var operators = []string{"equals", "not equals", "includes", "starts with", "is null", "is not null"}

func (c Clause) check() error {
	if !slices.ContainsFunc((&User{}).fields(), func(f field) bool { return f.name == c.Attribute }) {
		return invalid("a scoping filter cannot look at %q; use an attribute such as department", c.Attribute)
	}
	if !slices.Contains(operators, c.Operator) {
		return invalid("a scoping filter has no operator %q; there are %s", c.Operator, strings.Join(operators, ", "))
	}
	return nil
}

func (c Clause) meets(u *User) bool {
	value := ""
	for _, f := range u.fields() {
		if f.name == c.Attribute {
			value = *f.value
		}
	}
	switch c.Operator {
	case "equals":
		return value == c.Value
	case "not equals":
		return value != c.Value
	case "includes":
		return strings.Contains(value, c.Value)
	case "starts with":
		return strings.HasPrefix(value, c.Value)
	case "is null":
		return value == ""
	}
	return value != ""
}

// person is a user with what the directory keeps beside.
type person struct {
	User User `json:"user"`
	// Assigned: the application was assigned to the user, not only to a group.
	Assigned bool `json:"assigned,omitempty"`
	// Gone: deleted, and the identity provider was not told yet.
	Gone bool `json:"gone,omitempty"`
	// Told is what the identity provider was told of the user; nil when
	// nothing.
	Told *told `json:"told,omitempty"`
}

// has reports whether a search for a word in lower case finds the user.
func (u *User) has(word string) bool {
	return containsFold(u.UserName, word) || containsFold(u.DisplayName, word) || containsFold(u.Email, word) || containsFold(u.Key, word)
}

// told is what the identity provider acts on.
type told struct {
	// User is the digest of the attributes: what they were is not needed, only
	// whether they are others now.
	User    digest `json:"user"`
	InScope bool   `json:"in_scope,omitempty"`
	Enabled bool   `json:"enabled,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	Manager string `json:"manager,omitempty"`
}

// wanted reports whether there is to be an active account.
func (t *told) wanted() bool { return t != nil && t.InScope && t.Enabled && !t.Deleted }

// team is a group with what the directory keeps beside.
type team struct {
	Group Group `json:"group"`
	// Assigned: the application was assigned to the group; its members are in
	// scope.
	Assigned bool `json:"assigned,omitempty"`
	// Pushed: the group itself is to be on the target.
	Pushed bool `json:"pushed,omitempty"`
	// Gone: deleted, and the identity provider was not told yet. Leave: the
	// group stays on the target.
	Gone  bool       `json:"gone,omitempty"`
	Leave bool       `json:"leave,omitempty"`
	Told  *toldGroup `json:"told,omitempty"`
}

type toldGroup struct {
	Group   mockidp.Group `json:"group"`
	Members []string      `json:"members,omitempty"`
}

// directory is the people and groups of a tenant, with indexes.
type directory struct {
	people map[string]*person
	teams  map[string]*team
	// groupsOf are the keys of the groups that somebody is in. They are few.
	groupsOf map[string][]string
	// reports are the keys of those whose manager somebody is.
	reports map[string]map[string]bool
	// names are the keys by the lower-cased userName.
	names map[string]string
	// sorted are the people who are not gone, by their keys, and sortedTeams
	// the keys of all groups by their names; nil when that is to be made anew.
	sorted      []*person
	sortedTeams []string
}

func newDirectory() *directory {
	return &directory{
		people: map[string]*person{}, teams: map[string]*team{}, groupsOf: map[string][]string{},
		reports: map[string]map[string]bool{}, names: map[string]string{},
	}
}

// add puts a person into the directory and into the indexes.
func (d *directory) add(p *person) {
	p.User.pack()
	d.people[p.User.Key] = p
	d.sorted = nil
	d.index(p, true)
}

// pack holds the attributes of a user in one text: the garbage collector looks at
// each text that is alive, and in a large directory they were most of what it did.
func (u *User) pack() {
	var all strings.Builder
	for _, f := range u.fields() {
		all.WriteString(*f.value)
	}
	rest := all.String()
	for _, f := range u.fields() {
		n := len(*f.value)
		*f.value, rest = rest[:n], rest[n:]
	}
}

// index puts somebody into the indexes, or takes her out.
func (d *directory) index(p *person, in bool) {
	name := strings.ToLower(p.User.UserName)
	if in {
		d.names[name] = p.User.Key
	} else if d.names[name] == p.User.Key {
		delete(d.names, name)
	}
	if p.User.Manager != "" {
		put(d.reports, p.User.Manager, p.User.Key, in)
	}
}

func put(m map[string]map[string]bool, key, value string, in bool) {
	if !in {
		delete(m[key], value)
		return
	}
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

func (d *directory) remove(p *person) {
	d.index(p, false)
	delete(d.people, p.User.Key)
	d.sorted = nil
}

func (d *directory) addTeam(t *team) {
	d.teams[t.Group.Key] = t
	d.sortedTeams = nil
	for _, m := range t.Group.Members {
		d.join(m, t.Group.Key)
	}
}

func (d *directory) removeTeam(t *team) {
	for _, m := range t.Group.Members {
		d.part(m, t.Group.Key)
	}
	delete(d.teams, t.Group.Key)
	d.sortedTeams = nil
}

// isIn reports whether a user is in a group.
func (d *directory) isIn(user, group string) bool { return slices.Contains(d.groupsOf[user], group) }

// join and part note that a user came into a group, or left it.
func (d *directory) join(user, group string) {
	if !d.isIn(user, group) {
		d.groupsOf[user] = append(d.groupsOf[user], group)
	}
}

func (d *directory) part(user, group string) {
	groups := slices.DeleteFunc(d.groupsOf[user], func(g string) bool { return g == group })
	if len(groups) == 0 {
		delete(d.groupsOf, user)
		return
	}
	d.groupsOf[user] = groups
}

// groupKeys lists the groups that a user is in, by their keys.
func (d *directory) groupKeys(user string) []string {
	return slices.Sorted(slices.Values(d.groupsOf[user]))
}

// list lists the people who are not gone, by their keys.
func (d *directory) list() []*person {
	if d.sorted == nil {
		keys := make([]string, 0, len(d.people))
		for key, p := range d.people {
			if !p.Gone {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		d.sorted = make([]*person, len(keys))
		for i, key := range keys {
			d.sorted[i] = d.people[key]
		}
	}
	return d.sorted
}

func (d *directory) teamKeys() []string {
	if d.sortedTeams == nil {
		d.sortedTeams = slices.Collect(maps.Keys(d.teams))
		slices.SortFunc(d.sortedTeams, func(a, b string) int {
			return cmp.Or(cmp.Compare(strings.ToLower(d.teams[a].Group.Name), strings.ToLower(d.teams[b].Group.Name)), cmp.Compare(a, b))
		})
	}
	return d.sortedTeams
}

// freeKey makes a key of a name that nobody has.
func freeKey(name string, taken func(string) bool) string {
	base := slug(strings.Split(name, "@")[0])
	if base == "" {
		base = "x"
	}
	if len(base) > 50 {
		base = strings.Trim(base[:50], "-")
	}
	key := base
	for i := 2; taken(key); i++ {
		key = base + "-" + itoa(i)
	}
	return key
}
