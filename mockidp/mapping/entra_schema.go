package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// entraSchema is the synchronizationSchema of Microsoft Graph, as far as it says
// what is sent.
type entraSchema struct {
	Directories []struct {
		Name    string
		Objects []struct {
			Name       string
			Attributes []entraDefinition
		}
	}
	SynchronizationRules []entraRule
}

// entraDefinition is an attribute of a directory.
type entraDefinition struct {
	Name, Type  string
	Multivalued bool
}

type entraRule struct {
	Name, SourceDirectoryName, TargetDirectoryName string
	ObjectMappings                                 []entraObject
}

type entraObject struct {
	Name, SourceObjectName, TargetObjectName string
	// Enabled is nil where the export does not say.
	Enabled           *bool
	FlowTypes         string
	Scope             *entraScope
	AttributeMappings []entraAttribute
}

type entraAttribute struct {
	TargetAttributeName    string
	Source                 *entraSource
	MatchingPriority       int
	FlowType, FlowBehavior string
	DefaultValue           *string
}

// entraSource is an attributeMappingSource: the text of an expression, and the
// same in parts.
type entraSource struct {
	Expression, Name, Type string
	Parameters             []struct {
		Key   string
		Value entraSource
	}
}

// ParseEntra reads a synchronization schema as the portal of Entra ID and
// Microsoft Graph export it. It fails where the file is none, or maps no users;
// what it holds that is not supported is in Problems.
func ParseEntra(data []byte) (*Mapping, error) {
	var schema entraSchema
	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, fmt.Errorf("the synchronization schema cannot be read as JSON: %w", err)
	}
	if len(schema.SynchronizationRules) == 0 {
		return nil, errors.New("this is no synchronization schema of Entra ID: it has no synchronizationRules; download it with \"Review your schema here\", or from /synchronization/jobs/{id}/schema")
	}
	m := &Mapping{IdP: Entra, NoGroups: true}
	users := false
	for _, rule := range schema.SynchronizationRules {
		for _, object := range rule.ObjectMappings {
			r := &entraReader{mapping: m, schema: &schema, rule: rule, object: object, place: placeOf(rule, object)}
			switch {
			case strings.EqualFold(object.SourceObjectName, "User") && !isEntra(rule.TargetDirectoryName) && !users:
				users = true
				r.users()
			case strings.EqualFold(object.SourceObjectName, "Group") && !isEntra(rule.TargetDirectoryName):
				r.groups()
			default:
				r.problem("", "only the first mapping of users, and that of groups, from Entra ID to the application are supported")
			}
		}
	}
	if !users {
		return nil, errors.New("the synchronization schema maps no users to an application: no objectMapping has the sourceObjectName User")
	}
	return m, nil
}

func isEntra(directory string) bool {
	return strings.EqualFold(directory, "Azure Active Directory") || strings.EqualFold(directory, "Microsoft Entra ID")
}

// placeOf names an object mapping.
func placeOf(rule entraRule, object entraObject) string {
	names := slices.DeleteFunc([]string{rule.Name, object.Name}, func(s string) bool { return s == "" })
	if len(names) == 0 {
		return "the mapping of " + object.SourceObjectName
	}
	return strings.Join(names, " / ")
}

// entraReader reads one object mapping.
type entraReader struct {
	mapping *Mapping
	schema  *entraSchema
	rule    entraRule
	object  entraObject
	place   string
}

func (r *entraReader) problem(target, text string) {
	r.mapping.Problems = append(r.mapping.Problems, Problem{Rule: r.place, Target: target, Text: text})
}

func (r *entraReader) note(target, text string) {
	r.mapping.Notes = append(r.mapping.Notes, Problem{Rule: r.place, Target: target, Text: text})
}

func (r *entraReader) users() {
	m := r.mapping
	if m.Name = r.object.Name; m.Name == "" {
		m.Name = r.rule.TargetDirectoryName
	}
	if r.object.Enabled != nil && !*r.object.Enabled {
		r.note("", "the mapping of users is switched off in the export; here it is on")
	}
	if flows := r.object.FlowTypes; flows != "" {
		on := func(word string) bool { return strings.Contains(strings.ToLower(flows), word) }
		m.NoCreate, m.NoUpdate, m.NoDelete = !on("add"), !on("update"), !on("delete")
	}
	for _, a := range r.object.AttributeMappings {
		if made := r.attribute(a); made != nil {
			m.Attributes = append(m.Attributes, made)
		}
	}
	if len(m.Matching()) == 0 {
		r.note("", "no attribute has a matching priority; users are matched by userName")
	}
	r.scope()
}

// attribute reads an attribute mapping; nil when it is not supported.
func (r *entraReader) attribute(from entraAttribute) *Attribute {
	a := &Attribute{Target: from.TargetAttributeName, Match: max(from.MatchingPriority, 0)}
	fail := func(text string) *Attribute {
		r.problem(a.Target, text)
		return nil
	}
	var err error
	if a.Path, err = targetPath(a.Target); err != nil {
		return fail("the target " + err.Error())
	}
	if r.mapping.Attribute(a.Target) != nil {
		return fail("the target is mapped twice; the first mapping counts")
	}
	switch name := a.Path.Attr.Name; {
	case a.Path.Attr.URN != "" && a.Path.Attr.URN != scim.UserURN:
	case strings.EqualFold(name, "id"), strings.EqualFold(name, "meta"), strings.EqualFold(name, "schemas"):
		return fail(name + " is the target's own, and is not mapped")
	}
	if from.DefaultValue != nil {
		a.Default = *from.DefaultValue
	}
	var ok bool
	if a.When, ok = flowTypes[strings.ToLower(from.FlowType)]; !ok {
		return fail("the flow type " + from.FlowType + " is not supported")
	}
	switch strings.ToLower(from.FlowBehavior) {
	case "", "flowwhenchanged":
	case "flowalways":
		a.EveryTime = true
	default:
		return fail("the flow behavior " + from.FlowBehavior + " is not supported")
	}
	if !r.typed(a) || !r.source(a, from.Source) {
		return nil
	}
	return a
}

// flowTypes are those whose effect is documented. ValueAddOnly is not among
// them: whether it replaces a value is not said.
var flowTypes = map[string]When{
	"": Always, "always": Always, "objectaddonly": OnCreate, "multivalueaddonly": IfAbsent, "attributeaddonly": IfAbsent,
}

// typed takes the type of the attribute from the definition of the target.
func (r *entraReader) typed(a *Attribute) bool {
	manager := a.Path.Attr.URN == scim.EnterpriseUserURN && strings.EqualFold(a.Path.Attr.Name, "manager")
	d := r.definition(a.Target)
	switch strings.ToLower(d.Type) {
	case "", "string", "datetime":
	case "boolean":
		a.Boolean = true
	case "reference":
		a.Reference = true
	default:
		r.problem(a.Target, "how Entra ID words a value of the type "+d.Type+" is not known")
		return false
	}
	a.Boolean = a.Boolean || strings.EqualFold(a.Target, "active")
	a.Reference = a.Reference || manager
	if a.Reference && !manager {
		r.problem(a.Target, "of references, only that to the manager is supported")
		return false
	}
	if d.Multivalued && a.Path.Filter == nil && !isRoles(a.Path) {
		r.problem(a.Target, "how Entra ID words several values is not known")
		return false
	}
	return true
}

// definition is that of an attribute of the target; empty where there is none.
func (r *entraReader) definition(name string) entraDefinition {
	for _, d := range r.schema.Directories {
		for _, o := range d.Objects {
			for _, a := range o.Attributes {
				if strings.EqualFold(d.Name, r.rule.TargetDirectoryName) && strings.EqualFold(o.Name, r.object.TargetObjectName) && strings.EqualFold(a.Name, name) {
					return a
				}
			}
		}
	}
	return entraDefinition{}
}

// source reads what the attribute is made of.
func (r *entraReader) source(a *Attribute, from *entraSource) bool {
	switch {
	case from == nil || from.Type == "" && from.Expression == "" && from.Name == "":
		if a.Default == "" {
			r.note(a.Target, "it is mapped to nothing and has no default value: it is never sent")
		}
		return true
	case strings.EqualFold(from.Type, "Constant") && from.Name != "":
		a.Expression, a.expr = strconv.Quote(from.Name), constant{from.Name}
		return true
	}
	if a.Expression = from.Expression; a.Expression == "" {
		a.Expression = from.text()
	}
	expr, found, err := parseEntra(a.Expression)
	if err != nil {
		var at *SyntaxError
		if errors.As(err, &at) {
			found = []SyntaxError{*at}
		}
	}
	for _, f := range found {
		r.mapping.Problems = append(r.mapping.Problems, Problem{
			Rule: r.place, Target: a.Target, Expression: a.Expression, Position: f.Position, Text: f.Text,
		})
	}
	if len(found) > 0 {
		return false
	}
	a.expr = expr
	return r.roles(a) && r.single(a)
}

// text is a source that has parts alone, as an expression.
func (s *entraSource) text() string {
	switch {
	case strings.EqualFold(s.Type, "Constant"):
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.Name) + `"`
	case !strings.EqualFold(s.Type, "Function"):
		return "[" + s.Name + "]"
	}
	var args []string
	for _, p := range s.Parameters {
		args = append(args, p.Value.text())
	}
	return s.Name + "(" + strings.Join(args, ", ") + ")"
}

func isRoles(p scim.Path) bool {
	return (p.Attr.URN == "" || p.Attr.URN == scim.UserURN) && strings.EqualFold(p.Attr.Name, "roles")
}

// roles notes by which function app roles travel. A single role is text
// wherever it goes to another attribute.
func (r *entraReader) roles(a *Attribute) bool {
	root, _ := a.expr.(call)
	switch f := Roles(root.name); {
	case f == SingleRole && isRoles(a.Path), (f == ComplexRoles || f == AssertiveRoles) && isRoles(a.Path) && a.Path.Filter == nil:
		a.Roles = f
		return true
	}
	wrong := false
	each(a.expr, func(n node) {
		c, ok := n.(call)
		wrong = wrong || ok && (c.name == string(ComplexRoles) || c.name == string(AssertiveRoles))
	})
	if wrong {
		r.problem(a.Target, "how several app roles are worded is known for the attribute roles alone, and not inside of other functions")
	}
	return !wrong
}

// single refuses expressions that always make several values.
func (r *entraReader) single(a *Attribute) bool {
	root, _ := a.expr.(call)
	if root.name == "Split" || root.name == "RemoveDuplicates" {
		r.problem(a.Target, "how Entra ID words several values is not known")
		return false
	}
	return true
}

// groups looks whether groups are mapped as by default: nothing else is
// supported.
func (r *entraReader) groups() {
	if r.object.Enabled == nil || *r.object.Enabled {
		r.mapping.NoGroups = false
	}
	usual := map[string]string{"displayName": "[displayName]", "externalId": "[objectId]", "members": "[members]"}
	for _, a := range r.object.AttributeMappings {
		text := ""
		if a.Source != nil {
			if text = a.Source.Expression; text == "" {
				text = a.Source.text()
			}
		}
		if text == "" || usual[a.TargetAttributeName] != text {
			r.problem(a.TargetAttributeName, "groups are sent as by default: with displayName, objectId as externalId, and members")
		}
	}
	if s := r.object.Scope; s != nil && len(s.Groups)+len(s.InputFilterGroups)+len(s.CategoryFilterGroups) > 0 {
		r.problem("", "scoping filters of groups are not supported")
	}
}

// targetPath reads a target that stands for one value.
func targetPath(target string) (scim.Path, error) {
	p, err := scim.ParsePath(target)
	switch {
	case err != nil:
		return p, err
	case p.Attr.Name == "":
		return p, errors.New("names an extension and no attribute")
	case p.Filter == nil:
		return p, nil
	}
	c, ok := p.Filter.(*scim.Compare)
	if !ok || c.Op != scim.EQ || c.Attr.Sub != "" || c.Attr.URN != "" || p.Sub == "" {
		return p, errors.New(`has to be like emails[type eq "work"].value`)
	}
	return p, nil
}
