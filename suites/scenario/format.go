package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// Scenario is a story in the verbs of flows: what happens in a directory, and
// what the target has to be like then. docs/scenarios.md describes its file.
type Scenario struct {
	// Name becomes part of the ids of its checks: lower-case letters, digits,
	// and dashes.
	Name, Title string
	// IdPs lists the dialects that it is played in when nobody says otherwise;
	// none stands for all.
	IdPs []string
	// Options are options of the dialect, by name.
	Options map[string]string
	Look    Look
	// People and Groups are those whose values matter. Who is not among them is
	// made up when first mentioned.
	People []Person
	Groups []Group
	Steps  []Step
	// Comments are lines at the end of the file. Comments are written and not
	// read.
	Comments []string
}

// Look says what is read on the target after a step.
type Look string

// What is read.
const (
	// Touched reads whom the step was about.
	Touched Look = "touched"
	// Everyone reads everybody and every group after every step.
	Everyone Look = "all"
	// Asked reads only what an expect step names.
	Asked Look = "asked"
)

// Person is somebody of the directory: attributes in its words, such as
// givenName.
type Person struct {
	Key string
	Set []Value
}

// Group is a group of the directory.
type Group struct{ Key, Name string }

// Value is an attribute; a nil Value clears it, or expects it to be absent.
type Value struct {
	Path  string
	Value any
}

// Step is one thing that happens, or is expected.
type Step struct {
	Verb string
	// Behind: somebody else does it to the target, behind the identity
	// provider's back.
	Behind bool
	On     []Object
	// Fails: the identity provider is to fail with this status; AnyFailure is any.
	Fails int
	// Request is that of the verb request.
	Request *Request
	// Line is that of the file, from 1; 0 when there is none.
	Line int
	// Comments are lines above the step.
	Comments []string
}

// AnyFailure is a failure with whatever status.
const AnyFailure = -1

// Object is whom or what a step is about.
type Object struct {
	// Key is that of a person or of a group.
	Key string
	// With are people: members, a manager.
	With []string
	// Text is a name, or a word such as gone.
	Text string
	Set  []Value
}

// nameForm is what a scenario, a person or a group may be called.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// file is a scenario as YAML has it.
type file struct {
	Name    string            `yaml:"name"`
	Title   string            `yaml:"title"`
	IdP     any               `yaml:"idp"`
	Options map[string]string `yaml:"options"`
	Look    Look              `yaml:"look"`
	People  yaml.MapSlice     `yaml:"people"`
	Groups  yaml.MapSlice     `yaml:"groups"`
	Steps   []yaml.MapSlice   `yaml:"steps"`
}

// ReadFile reads the scenario in a file. One without a name has that of the
// file.
func ReadFile(path string) (*Scenario, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	s, err := parse(data, strings.Trim(slug.ReplaceAllString(strings.ToLower(name), "-"), "-."))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// Parse reads a scenario in YAML. A key or a verb that is not known, or the wrong
// kind of value, is an error with its line.
func Parse(data []byte) (*Scenario, error) { return parse(data, "") }

func parse(data []byte, name string) (*Scenario, error) {
	var f file
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict(), yaml.UseOrderedMap()); err != nil {
		return nil, err
	}
	s := &Scenario{Name: f.Name, Title: f.Title, Options: f.Options, Look: f.Look}
	if s.Name == "" {
		s.Name = name
	}
	var ok bool
	switch {
	case s.Name == "":
		return nil, errors.New("it has no name; say name: and a word")
	case !nameForm.MatchString(s.Name):
		return nil, fmt.Errorf("the name %q is not made of lower-case letters, digits and dashes", s.Name)
	case len(f.Steps) == 0:
		return nil, errors.New("it has no steps; say steps: and a list")
	}
	if s.Look == "" {
		s.Look = Touched
	}
	if !slices.Contains([]Look{Touched, Everyone, Asked}, s.Look) {
		return nil, fmt.Errorf("look cannot be %q; it can be touched, all or asked", s.Look)
	}
	if s.IdPs, ok = words(f.IdP); !ok && f.IdP != nil {
		return nil, errors.New("idp is the name of a dialect, or a list of names")
	}
	if err := s.directory(f.People, f.Groups); err != nil {
		return nil, err
	}
	lines := stepLines(data, len(f.Steps))
	for i, m := range f.Steps {
		step, err := parseStep(m)
		if err != nil {
			return nil, fmt.Errorf("line %d: step %d: %w", lines[i], i+1, err)
		}
		step.Line = lines[i]
		s.Steps = append(s.Steps, step)
	}
	return s, s.knows(lines)
}

// directory takes in the people and the groups.
func (s *Scenario) directory(people, groups yaml.MapSlice) error {
	for _, item := range people {
		key, set := fmt.Sprint(item.Key), []Value(nil)
		if item.Value != nil {
			m, ok := item.Value.(yaml.MapSlice)
			if !ok {
				return fmt.Errorf("people: %s is to have attributes such as givenName: Ada", key)
			}
			set = values(m)
		}
		for _, v := range set {
			if err := attributeOf(v); err != nil {
				return fmt.Errorf("people: %s: %w", key, err)
			}
		}
		s.People = append(s.People, Person{key, set})
	}
	for _, item := range groups {
		name, ok := item.Value.(string)
		if !ok {
			return fmt.Errorf("groups: %v is to have a name, written %v: Welders", item.Key, item.Key)
		}
		s.Groups = append(s.Groups, Group{fmt.Sprint(item.Key), name})
	}
	return nil
}

// knows refuses keys that are no words, and one that is a person and a group.
func (s *Scenario) knows(lines []int) error {
	kinds := map[string]string{}
	note := func(key, kind string) error {
		switch {
		case !nameForm.MatchString(key):
			return fmt.Errorf("%q is no key of a %s: it has to be made of lower-case letters, digits and dashes", key, kind)
		case kinds[key] != "" && kinds[key] != kind:
			return fmt.Errorf("%q is a person and a group; give one of them another key", key)
		}
		kinds[key] = kind
		return nil
	}
	for _, p := range s.People {
		if err := note(p.Key, "person"); err != nil {
			return err
		}
	}
	for _, g := range s.Groups {
		if err := note(g.Key, "group"); err != nil {
			return err
		}
	}
	for i := range s.Steps {
		people, groups := s.Steps[i].mentions()
		for kind, keys := range map[string][]string{"person": people, "group": groups} {
			for _, key := range keys {
				if err := note(key, kind); err != nil {
					return fmt.Errorf("line %d: step %d: %w", lines[i], i+1, err)
				}
			}
		}
	}
	for i := range s.Steps {
		if step := &s.Steps[i]; step.Verb == "expect" {
			if err := step.expects(kinds); err != nil {
				return fmt.Errorf("line %d: step %d: %w", lines[i], i+1, err)
			}
		}
	}
	return nil
}

// stepLines are the lines on which steps begin.
func stepLines(data []byte, n int) []int {
	lines := make([]int, n)
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return lines
	}
	for i := range lines {
		path, err := yaml.PathString(fmt.Sprintf("$.steps[%d]", i))
		if err != nil {
			continue
		}
		if node, err := path.FilterFile(f); err == nil {
			lines[i] = node.GetToken().Position.Line
		}
	}
	return lines
}

// words reads a word or a list of words.
func words(v any) (out []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

func values(m yaml.MapSlice) (out []Value) {
	for _, item := range m {
		out = append(out, Value{fmt.Sprint(item.Key), item.Value})
	}
	return out
}
