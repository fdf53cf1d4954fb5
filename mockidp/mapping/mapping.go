package mapping

import (
	"fmt"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// The identity providers whose mappings can be read.
const (
	Entra = "entra"
	Okta  = "okta"
)

// When says on which occasions an attribute is sent.
type When string

// The occasions.
const (
	// Always: with a create and with an update.
	Always When = "always"
	// OnCreate: when the account is made, and never again.
	OnCreate When = "on create"
	// IfAbsent: with a create, and with an update where the target has no value
	// yet.
	IfAbsent When = "if absent"
)

// Roles is the function by which an attribute of Entra ID carries app roles
// (entra.md 2.7).
type Roles string

// The functions of app roles.
const (
	SingleRole     Roles = "SingleAppRoleAssignment"
	ComplexRoles   Roles = "AppRoleAssignmentsComplex"
	AssertiveRoles Roles = "AssertiveAppRoleAssignmentsComplex"
)

// Attribute is an attribute of the target, and what it is made of.
type Attribute struct {
	// Target is the attribute as the export names it.
	Target string
	// Path is where it stands in the SCIM resource. A filter in it is a
	// comparison with eq.
	Path scim.Path
	// Expression is the text of the expression; "" for none at all.
	Expression string
	// Boolean: the target takes true and false, not text.
	Boolean bool
	// Default is sent in a create when there is no value; "" is none.
	Default string
	// Match is the precedence as a matching attribute, 1 first; 0 is none.
	Match int
	When  When
	// EveryTime: it is compared in each update, changed or not.
	EveryTime bool
	// Roles is how app roles travel, where they do.
	Roles Roles
	// Reference: the value is the target's id of another resource, which no
	// expression can know.
	Reference bool

	expr node
}

// Problem is something in an export that is not supported, or that deserves to
// be known.
type Problem struct {
	// Rule is the part of the export, such as the name of a rule.
	Rule string `json:"rule"`
	// Target is the attribute, "" when it is about no attribute.
	Target string `json:"target,omitempty"`
	// Expression is the text that Position counts in.
	Expression string `json:"expression,omitempty"`
	// Position is the character of the expression, from 1; 0 is none.
	Position int `json:"position,omitempty"`
	// Text says what is not supported, or what was expected.
	Text string `json:"text"`
}

// String words a problem with its place.
func (p Problem) String() string {
	s := p.Rule
	if p.Target != "" {
		s += ", " + p.Target
	}
	if p.Position > 0 {
		s += fmt.Sprintf(", at character %d of %s", p.Position, p.Expression)
	}
	return s + ": " + p.Text
}

// Mapping is how users are mapped to the target.
type Mapping struct {
	// IdP is entra or okta.
	IdP string
	// Name is the name of the mapping or application in the export.
	Name       string
	Attributes []*Attribute
	// Scope are the scoping filters: a user is in scope who meets all clauses
	// of any of them, and everybody where there are none.
	Scope []Filter
	// NoCreate, NoUpdate and NoDelete are switched off in the mapping: that kind
	// of request is never sent (entra.md 2.8).
	NoCreate, NoUpdate, NoDelete bool
	// NoGroups: the mapping of groups is switched off.
	NoGroups bool
	// Problems are what is not supported; it is left out of the rest.
	Problems []Problem
	// Notes are what is supported, and will not do what one might think.
	Notes []Problem
}

// Lookup finds an attribute of a user by the name that expressions call it. It
// has no value, one, or several.
type Lookup func(name string) []string

// Input is an attribute of the user that an expression reads.
type Input struct {
	Name   string
	Values []string
}

// Result is what a mapping makes of one attribute of a user.
type Result struct {
	*Attribute
	// Value is nil, a string, a bool or a list of strings; nil is not sent.
	Value any
	// Defaulted: the value is the default.
	Defaulted bool
	// Problem is why the expression has no value, where it should.
	Problem string
}

// Evaluate makes the attributes of a user. creating says that the account is
// made: only then are default values and attributes that are sent on create
// there.
func (m *Mapping) Evaluate(user Lookup, creating bool) []Result {
	out := make([]Result, 0, len(m.Attributes))
	for _, a := range m.Attributes {
		if creating || a.When != OnCreate {
			out = append(out, a.Evaluate(user, creating))
		}
	}
	return out
}

// Evaluate makes one attribute of a user.
func (a *Attribute) Evaluate(user Lookup, creating bool) Result {
	r := Result{Attribute: a}
	if a.expr != nil {
		v, err := a.expr.eval(user)
		if err != nil {
			r.Problem = err.Error()
		}
		r.Value = v
	}
	if creating && isEmpty(r.Value) && a.Default != "" {
		r.Value, r.Defaulted = a.Default, true
	}
	if isEmpty(r.Value) {
		r.Value = nil
		return r
	}
	if a.Boolean {
		r.Value = asBoolean(r.Value)
	} else if _, several := r.Value.([]string); !several {
		r.Value = textOf(r.Value)
	}
	return r
}

// Inputs are the attributes that the expression reads, each once.
func (a *Attribute) Inputs(user Lookup) []Input {
	out := []Input{}
	for _, name := range a.Sources() {
		out = append(out, Input{name, user(name)})
	}
	return out
}

// Sources are the names of the attributes that the expression reads, each once.
func (a *Attribute) Sources() (names []string) {
	each(a.expr, func(n node) {
		if ref, ok := n.(reference); ok && !slices.Contains(names, ref.name) {
			names = append(names, ref.name)
		}
	})
	return names
}

// Matching are the matching attributes, in the order of their precedence.
func (m *Mapping) Matching() []*Attribute {
	var out []*Attribute
	for _, a := range m.Attributes {
		if a.Match > 0 {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *Attribute) int { return a.Match - b.Match })
	return out
}

// Attribute is the attribute with this target; nil when it is not mapped.
func (m *Mapping) Attribute(target string) *Attribute {
	for _, a := range m.Attributes {
		if a.Target == target {
			return a
		}
	}
	return nil
}

// Note adds notes of attributes that a directory does not have: known reports
// whether it has one.
func (m *Mapping) Note(rule string, known func(name string) bool) {
	for _, a := range m.Attributes {
		for _, name := range a.Sources() {
			if !known(name) {
				m.Notes = append(m.Notes, Problem{
					Rule: rule, Target: a.Target, Expression: a.Expression,
					Text: name + " has a value only for users who have it among their further attributes",
				})
			}
		}
	}
}
