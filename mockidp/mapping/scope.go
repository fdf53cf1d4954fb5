package mapping

import (
	"regexp"
	"strings"
)

// Filter is a scoping filter: all of its clauses have to be met.
type Filter struct {
	// Name is that of the export.
	Name    string
	Clauses []Clause
}

// Clause compares an attribute of the user.
type Clause struct {
	// Attribute and Operator are as the export names them.
	Attribute, Operator string
	Values              []string

	meets   func(value string, clause *Clause) bool
	pattern *regexp.Regexp
}

// String words a clause.
func (c Clause) String() string {
	s := c.Attribute + " " + c.Operator
	if len(c.Values) > 0 {
		s += " " + strings.Join(c.Values, ", ")
	}
	return s
}

// operators are those of scoping filters whose meaning is documented beyond
// doubt. A user without a value meets IS NULL and nothing else. A regular
// expression has to match the whole value: the examples of the documentation
// hold only then.
var operators = map[string]func(value string, c *Clause) bool{
	"EQUALS":     func(v string, c *Clause) bool { return v != "" && c.any(func(o string) bool { return v == o }) },
	"NOT EQUALS": func(v string, c *Clause) bool { return v != "" && !c.any(func(o string) bool { return v == o }) },
	"INCLUDES": func(v string, c *Clause) bool {
		return v != "" && c.any(func(o string) bool { return strings.Contains(v, o) })
	},
	"ENDS WITH": func(v string, c *Clause) bool {
		return v != "" && c.any(func(o string) bool { return strings.HasSuffix(v, o) })
	},
	"IS TRUE":     func(v string, _ *Clause) bool { return strings.EqualFold(v, yes) },
	"IS FALSE":    func(v string, _ *Clause) bool { return strings.EqualFold(v, no) },
	"IS NULL":     func(v string, _ *Clause) bool { return v == "" },
	"IS NOT NULL": func(v string, _ *Clause) bool { return v != "" },

	"GREATER THAN":           func(v string, c *Clause) bool { return c.number(v, ">") },
	"GREATER THAN OR EQUALS": func(v string, c *Clause) bool { return c.number(v, ">=") },
	"REGEX MATCH":            func(v string, c *Clause) bool { return v != "" && c.pattern.MatchString(v) },
	"NOT REGEX MATCH":        func(v string, c *Clause) bool { return v != "" && !c.pattern.MatchString(v) },
}

func (c *Clause) any(of func(operand string) bool) bool {
	for _, o := range c.Values {
		if of(o) {
			return true
		}
	}
	return false
}

// number compares whole numbers; what is none meets nothing.
func (c *Clause) number(value, operator string) bool {
	m, err := whole(value)
	return err == nil && c.any(func(o string) bool {
		n, err := whole(o)
		return err == nil && ordered(operator, m, n)
	})
}

// InScope reports whether the scoping filters let a user through, and else which
// clauses keep the user out.
func (m *Mapping) InScope(user Lookup) (in bool, why string) {
	if len(m.Scope) == 0 {
		return true, ""
	}
	var unmet []string
	for _, f := range m.Scope {
		before := len(unmet)
		for i := range f.Clauses {
			c := &f.Clauses[i]
			value := ""
			if values := user(c.Attribute); len(values) > 0 {
				value = values[0]
			}
			if !c.meets(value, c) {
				unmet = append(unmet, c.String())
			}
		}
		if len(unmet) == before {
			return true, ""
		}
	}
	return false, "the scoping filter is not met: " + strings.Join(unmet, "; ")
}

// entraScope is the filter of an object mapping.
type entraScope struct {
	Groups, InputFilterGroups, CategoryFilterGroups []struct {
		Name    string
		Clauses []struct {
			OperatorName, SourceOperandName string
			TargetOperand                   struct{ Values []string }
		}
	}
}

// scope reads the scoping filters. A clause that is not supported is left out of
// its filter.
func (r *entraReader) scope() {
	s := r.object.Scope
	if s == nil {
		return
	}
	if len(s.InputFilterGroups)+len(s.CategoryFilterGroups) > 0 {
		r.problem("", "of scoping filters only groups are supported, inputFilterGroups and categoryFilterGroups are not")
	}
	for _, g := range s.Groups {
		f := Filter{Name: g.Name}
		for _, from := range g.Clauses {
			c := Clause{Attribute: from.SourceOperandName, Operator: from.OperatorName, Values: from.TargetOperand.Values}
			word := strings.ToUpper(strings.ReplaceAll(c.Operator, "_", " "))
			if c.meets = operators[word]; c.meets == nil {
				r.problem("", "the scoping filter "+f.Name+": the operator "+c.Operator+" is not supported; the clause "+c.String()+" is left out")
				continue
			}
			if strings.HasSuffix(word, "REGEX MATCH") {
				var err error
				if c.pattern, err = regexp.Compile("^(?:" + strings.Join(c.Values, "|") + ")$"); err != nil {
					r.problem("", "the scoping filter "+f.Name+": "+strings.TrimPrefix(err.Error(), "error parsing regexp: ")+"; the clause "+c.String()+" is left out")
					continue
				}
			}
			f.Clauses = append(f.Clauses, c)
		}
		if len(f.Clauses) > 0 {
			r.mapping.Scope = append(r.mapping.Scope, f)
		}
	}
}
