package mapping

import "fmt"

// Row is an attribute of a mapping that stands in code: a target, and the
// expression that is mapped to it. Name is what the target is called where that
// is not its path.
type Row struct {
	Name, Path, Expression string
}

// BuiltIn makes a mapping of rows. It panics where one of them cannot be parsed:
// they are the programmer's own.
func BuiltIn(idp, name string, rows ...Row) *Mapping {
	parse := parseEntra
	if idp == Okta {
		parse = parseOkta
	}
	m := &Mapping{IdP: idp, Name: name}
	for _, r := range rows {
		a := &Attribute{Target: r.Name, Expression: r.Expression, When: Always, Boolean: r.Path == "active"}
		if a.Target == "" {
			a.Target = r.Path
		}
		var found []SyntaxError
		var err error
		if a.Path, err = targetPath(r.Path); err == nil {
			a.expr, found, err = parse(r.Expression)
		}
		if err != nil || len(found) > 0 {
			panic(fmt.Sprintf("the built-in mapping %s: %s: %v %v", name, r.Path, err, found))
		}
		m.Attributes = append(m.Attributes, a)
	}
	return m
}
