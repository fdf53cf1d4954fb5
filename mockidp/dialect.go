package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// The marks of evidence.
const (
	Documented = "documented"
	Observed   = "observed"
	Assumed    = "assumed"
)

// Ref says where a wording comes from.
type Ref struct {
	// Key is the section of the protocol sheet, such as "okta.md 2.5".
	Key  string
	Mark string
}

// Option is a point where sources disagree or nobody knows.
type Option struct {
	Name string
	// About says what it is about, for people.
	About string
	// Default is the better-sourced value of Values.
	Default string
	Values  []string
	Source  Ref
}

// AuthForm is a form of the Authorization header.
type AuthForm struct {
	Name string
	// Header is its value, with TOKEN for the credential.
	Header string
	Source Ref
}

// Authenticate makes the header of a token.
func (f AuthForm) Authenticate(token string) scim.Authenticator {
	return scim.Raw(scim.StaticToken(strings.ReplaceAll(f.Header, "TOKEN", token)))
}

// Member is a member of a group, as the target knows it.
type Member struct {
	// ID is the target's id of the user.
	ID string
	// UserName is what Okta sends as display.
	UserName string
}

// Dialect is how one identity provider words an intent. The functions do no
// I/O and keep no state. A nil function means that this identity provider
// never does it, or that nobody knows how; Unknown says which.
type Dialect struct {
	// Name is the dialect's name for ever: "okta-aiw".
	Name string
	// IdP is the suite that its flows belong to: "okta".
	IdP string
	// Label is its name for people: "Okta, custom app".
	Label   string
	Options []Option
	// Source says, by the name of the function, where the wording is from.
	Source map[string]Ref
	// Assumed says, by the name of the function, which part of a sourced
	// wording nobody documents: the order of keys, a header.
	Assumed map[string]string
	// Unknown says, by the name of the function, why there is none.
	Unknown map[string]string
	// Auth lists the forms of the Authorization header; the connection
	// chooses one.
	Auth []AuthForm

	// Flows: the flows of suites/lifecycle are played in this dialect.
	Flows bool
	// Open says what the sources leave open, so that nobody can say that a
	// target is ready for it, however its flows go.
	Open string
	// Limit says what it never does or nobody shows, so that a target is ready
	// for the rest at most.
	Limit string
	// KnownMediaType: its media type is sourced even where a body is assumed.
	KnownMediaType bool

	// Discover is what is asked before everything else, where the answers
	// steer what follows.
	Discover func() []scim.Request
	// Probe is the connection test.
	Probe func() scim.Request
	// ListUsers and ListGroups read a page of all of them, for an import
	// or to match on this side; startIndex counts from 1.
	ListUsers, ListGroups func(startIndex int) scim.Request
	// Find is the matching query before a create.
	Find func(User) scim.Request
	// Read reads a linked user.
	Read   func(id string) scim.Request
	Create func(User) scim.Request
	// Update makes the target's user look like u; current is what the
	// target returned. It returns nothing when nothing differs.
	Update func(id string, current scim.Resource, u User) []scim.Request
	// Deactivate and Reactivate get current only where NeedsCurrent.
	Deactivate, Reactivate func(id string, current scim.Resource, u User) []scim.Request
	// NeedsCurrent: the user is read before it is deactivated.
	NeedsCurrent bool
	Delete       func(id string) scim.Request
	SetManager   func(id string, current scim.Resource, managerID string) scim.Request
	ClearManager func(id string) scim.Request
	// SetRoles gives somebody these app roles.
	SetRoles func(id string, roles []string) []scim.Request

	FindGroup   func(Group) scim.Request
	ReadGroup   func(id string) scim.Request
	CreateGroup func(Group, []Member) scim.Request
	// Reconcile is what follows a create, and precedes every change of
	// members, where the identity provider does that.
	Reconcile   func(id string, g Group) scim.Request
	RenameGroup func(id string, current scim.Resource, g Group, members []Member) scim.Request
	// ChangeMembers removes and adds; members is the whole list afterwards.
	ChangeMembers func(id string, current scim.Resource, g Group, members, add, remove []Member) []scim.Request
	// ReplaceMembers pushes the whole list.
	ReplaceMembers func(id string, current scim.Resource, g Group, members []Member) scim.Request
	DeleteGroup    func(id string) scim.Request

	// FindAfterConflict: nothing is looked up before a create; Find and
	// FindGroup follow an answer of 409.
	FindAfterConflict bool
	// LeaveGroups: a user leaves all groups before it is deactivated or
	// deleted.
	LeaveGroups bool
	// LiveTest: switching provisioning on creates a test user and a test
	// group, and deletes both.
	LiveTest bool
	// MembersInCreate: the members travel with the create of a group, and
	// nothing follows it.
	MembersInCreate bool
	// DiscoveryMayFail: without an answer to Discover the least is taken to be
	// supported.
	DiscoveryMayFail bool
	// RereadsGroups: all groups are read before each change of members.
	RereadsGroups bool
	// ComparesMembers: a group is not read before a change of its members,
	// but after a change of itself, to mend its members.
	ComparesMembers bool

	// Rematches: a linked object that is gone is looked for anew.
	Rematches bool

	// Retries says what is tried again by itself, and when; nil is nothing.
	Retries *Retries
	// Throttle says how a target that tells of its limits is spared; nil is not
	// at all.
	Throttle *Throttle
	// Pace is how soon the next call follows, where a source tells; a write
	// that shows later is not seen by it.
	Pace time.Duration
	// TimeLimit is how long an answer is waited for; 0 is not known.
	TimeLimit time.Duration

	// mapping is what an administrator mapped; nil where a dialect words users
	// without one.
	mapping *mapped
	// matches are the matching queries of a mapping, in the order of their
	// precedence; nil is Find alone.
	matches func(User) []scim.Request
	// updateAfter is Update that minds what was sent before; nil is Update.
	updateAfter func(id string, current scim.Resource, u User, was before) []scim.Request

	objectID func(tag, what string) string
	// staleReads: the push that follows a reactivation carries what was
	// read before it.
	staleReads bool
}

// before is what an identity provider remembers of a user: as the target was
// told last, and as the account was made or found; nil where it does not know.
type before struct{ sent, first *User }

// constructors makes the dialects, by name.
var constructors = map[string]func(settings) *Dialect{
	"okta-aiw": oktaAIW, "okta-oin": oktaOIN, "okta-oin-userpatch": oktaOINUserPatch, "okta-opp": oktaOPP,
	"entra-legacy": entraLegacy, "entra-compliant": entraCompliant, "entra-ondemand": entraOnDemand,
	"pingfederate": pingFederate, "pingfederate-zpa": pingFederateZPA, "pingone": pingOne,
	"sailpoint": sailPoint, "onelogin": oneLogin, "jumpcloud": jumpCloud, "authentik": authentik,
	"google-workspace": googleWorkspace,
}

// Intents lists the names of the wordings, in the order of the fields.
func Intents() []string {
	var out []string
	t := reflect.TypeFor[Dialect]()
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Type.Kind() == reflect.Func {
			out = append(out, f.Name)
		}
	}
	return out
}

// Dialects lists all dialects with the defaults of their options, sorted by
// name.
func Dialects() []*Dialect {
	var all []*Dialect
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		all = append(all, constructors[name](settings{}))
	}
	return all
}

// Lookup returns a dialect with the options set to these values; the others
// keep their defaults.
func Lookup(name string, options map[string]string) (*Dialect, error) {
	return LookupMapped(name, options, nil)
}

// LookupMapped is Lookup with the attribute mapping of a customer's own tenant
// in place of the default one; nil is the default. Only the dialects of Entra ID
// and of Okta take one, each of its own kind.
func LookupMapped(name string, options map[string]string, own *mapping.Mapping) (*Dialect, error) {
	make, ok := constructors[name]
	if !ok {
		return nil, fmt.Errorf("there is no dialect %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(constructors)), ", "))
	}
	d := make(settings{options, own})
	for key, value := range options {
		i := slices.IndexFunc(d.Options, func(o Option) bool { return o.Name == key })
		if i < 0 {
			return nil, fmt.Errorf("the dialect %s has no option %q", name, key)
		}
		if !slices.Contains(d.Options[i].Values, value) {
			return nil, fmt.Errorf("the option %s of %s cannot be %q; it can be %s", key, name, value, strings.Join(d.Options[i].Values, ", "))
		}
	}
	if own != nil && own.IdP != d.IdP {
		return nil, fmt.Errorf("the mapping is one of %s, and %s takes none of these", own.IdP, d.Label)
	}
	return d, nil
}

// settings are what an administrator chose.
type settings struct {
	// options are the values of options that differ from the default.
	options map[string]string
	// own is the mapping of a customer's tenant; nil is the default one.
	own *mapping.Mapping
}

// is reports whether an option was set to the value.
func (s settings) is(option, value string) bool { return s.options[option] == value }

// leaveOut takes wordings away, with the reason.
func (d *Dialect) leaveOut(reason string, names ...string) {
	for _, name := range names {
		reflect.ValueOf(d).Elem().FieldByName(name).SetZero()
		delete(d.Source, name)
		delete(d.Assumed, name)
		d.Unknown[name] = reason
	}
}

// assume marks wordings of acts whose request no document shows: they have the
// plain form of the RFC, and an option leaves them out.
func (d *Dialect) assume(set settings, key string, names ...string) {
	d.Options = append(d.Options, Option{
		Name:    "undocumented-forms",
		About:   "what is documented to be done, without the request: in the plain form of the RFC, or not at all",
		Default: "rfc", Values: []string{"rfc", "left-out"}, Source: Ref{key, Assumed},
	})
	for _, name := range names {
		d.Source[name] = Ref{key, Assumed}
	}
	if set.is("undocumented-forms", "left-out") {
		d.leaveOut("the request is not known ("+key+")", names...)
	}
}

func userPath(id string) string  { return scim.UsersEndpoint + "/" + url.PathEscape(id) }
func groupPath(id string) string { return scim.GroupsEndpoint + "/" + url.PathEscape(id) }

// percent encodes a query value with %20 for a blank, as Okta does.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func number(n int) string { return strconv.Itoa(n) }

// page is the query of one page.
func page(start, count int) string { return fmt.Sprintf("startIndex=%d&count=%d", start, count) }

// words makes request constructors that share an identity provider's headers.
type words struct {
	get  http.Header // of requests without a body
	body http.Header // of requests with one
}

func (w words) read(path, query string) scim.Request {
	return scim.Request{Method: http.MethodGet, Path: path, RawQuery: query, Header: maps.Clone(w.get)}
}

func (w words) send(method, path string, body any) scim.Request {
	return scim.Request{Method: method, Path: path, Header: maps.Clone(w.body), Body: encode(body)}
}

func (w words) delete(path string, header http.Header) scim.Request {
	return scim.Request{Method: http.MethodDelete, Path: path, Header: maps.Clone(header)}
}

// patchOp wraps operations in a PatchOp message.
func patchOp(operations ...any) object {
	return object{{"schemas", list{scim.PatchOpURN}}, {"Operations", list(operations)}}
}
