package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/scimtest/scimtest/internal/edit"
)

// takes says what stands behind a verb in a file.
type takes int

const (
	takesPeople     takes = iota // ada, or [ada, bo]
	takesGroups                  // crew, or [crew, deck]
	takesAttributes              // {ada: {title: Captain}}
	takesManager                 // {ada: bo}, or {ada: null}
	takesRoles                   // {ada: [Admin, Auditor]}
	takesMembers                 // {crew: [ada, bo]}
	takesName                    // {crew: Welders}
	takesTrue                    // true
	takesExpected                // in-sync, or {ada: active, crew: {members: [ada]}}
	takesRequest                 // POST /Users
)

// verb is a word of scenarios.
type verb struct {
	takes takes
	// means says what happens, for the documentation and the JSON Schema.
	means string
	// do lets the identity provider do it; behind does it to the target.
	do, behind func(*stage, *Object)
}

// verbs are the words of scenarios. A test holds docs/scenarios.md and the JSON
// Schema against them.
var verbs map[string]verb

func init() { // it refers to itself through the stage
	verbs = map[string]verb{
		"assign":            {takesPeople, "people are assigned to the application, for the first time or again", assign, nil},
		"unassign":          {takesPeople, "the application is taken from people", unassign, nil},
		"change":            {takesAttributes, "attributes of people change; null clears one", change, changeBehind},
		"delete":            {takesPeople, "people are deleted in the directory for good", remove, deleteBehind},
		"create":            {takesPeople, "people get an account, as by a sign-in", nil, createBehind},
		"manager":           {takesManager, "people get a manager, or none by null", setManager, nil},
		"roles":             {takesRoles, "people have exactly these app roles", setRoles, nil},
		"push-group":        {takesMembers, "a group is pushed with its members", pushGroup, nil},
		"add-to-group":      {takesMembers, "people join a group", addMembers, addBehind},
		"remove-from-group": {takesMembers, "people leave a group", removeMembers, removeBehind},
		"rename-group":      {takesName, "a group gets another name", renameGroup, nil},
		"push-now":          {takesGroups, "Okta's Push Now: the whole list of members is sent again", pushNow, nil},
		"delete-group":      {takesGroups, "a group is deleted", deleteGroup, deleteGroupBehind},
		"test-connection":   {takesTrue, "the connection test is made", testConnection, nil},
		"force-sync":        {takesTrue, "Okta's Force Sync: people who changed since the last success are pushed", forceSync, nil},
		"retry":             {takesPeople, "the failed tasks of people are tried again", retry, nil},
		"restart":           {takesTrue, "Entra ID's restart: everything is looked at again, links are kept", restart, nil},
		"connection-anew":   {takesTrue, "the connection is made anew: links are dropped, and everybody is matched again", anew, nil},
		"run-cycle":         {takesTrue, "Entra ID's next cycle comes; who has no cycles has sent everything already", runCycle, nil},
		"expect":            {takesExpected, "the target is looked at", expect, nil},
		"request":           {takesRequest, "a request of one's own is sent", sendRequest, nil},
	}
}

// behindOurBack is the key before what somebody else does.
const behindOurBack = "behind-our-back"

// Verbs lists the verbs in order, each with what it means.
func Verbs() (out [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(verbs)) {
		out = append(out, [2]string{name, verbs[name].means})
	}
	return out
}

// parseStep reads a step.
func parseStep(m yaml.MapSlice) (s Step, err error) {
	given := map[string]any{}
	for _, item := range m {
		given[fmt.Sprint(item.Key)] = item.Value
	}
	take := func(key string) (any, bool) {
		v, ok := given[key]
		delete(given, key)
		return v, ok
	}
	if v, ok := take("fails"); ok {
		if s.Fails, err = failure(v); err != nil {
			return s, err
		}
	}
	if _, ok := given["request"]; ok {
		s.Verb = "request"
		s.Request, err = parseRequest(take)
	} else if v, ok := take(behindOurBack); ok {
		inner, isMap := v.(yaml.MapSlice)
		if !isMap || len(inner) != 1 {
			return s, errors.New(behindOurBack + " holds one verb, such as " + behindOurBack + ": {delete: ada}")
		}
		s.Behind = true
		err = s.verb(fmt.Sprint(inner[0].Key), inner[0].Value)
	} else {
		for key := range given {
			if _, known := verbs[key]; known || s.Verb == "" {
				s.Verb = key
			}
		}
		v, ok := take(s.Verb)
		if !ok {
			return s, errors.New("it has no verb")
		}
		err = s.verb(s.Verb, v)
	}
	if err != nil {
		return s, err
	}
	if rest := slices.Sorted(maps.Keys(given)); len(rest) > 0 {
		if _, ok := verbs[rest[0]]; ok {
			return s, fmt.Errorf("it has two verbs, %s and %s; make two steps of it", s.Verb, rest[0])
		}
		return s, fmt.Errorf("there is no %q beside %s", rest[0], s.Verb)
	}
	if s.Fails != 0 && (s.Behind || s.Verb == "expect" || s.Verb == "request") {
		return s, errors.New("fails is about what the identity provider does; say what is to be seen with expect or answer")
	}
	return s, nil
}

// failure reads with what the identity provider is to fail.
func failure(v any) (int, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return AnyFailure, nil
		}
	case uint64:
		if v >= 400 && v < 600 {
			return int(v), nil
		}
	}
	return 0, fmt.Errorf("fails cannot be %v; it can be true, or a status such as 409", v)
}

// verb reads what stands behind a verb.
func (s *Step) verb(name string, v any) (err error) {
	known, ok := verbs[name]
	switch {
	case !ok:
		return unknownVerb(name)
	case s.Behind && known.behind == nil:
		return fmt.Errorf("%s is nothing that is done behind the identity provider's back", name)
	case !s.Behind && known.do == nil:
		return fmt.Errorf("%s is done behind the identity provider's back: write %s: {%s: ...}", name, behindOurBack, name)
	}
	s.Verb = name
	s.On, err = objects(known.takes, v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func unknownVerb(name string) error {
	best, distance := "", len(name)/3+2
	for _, v := range slices.Sorted(maps.Keys(verbs)) {
		if d := edit.Distance(name, v); d < distance {
			best, distance = v, d
		}
	}
	if best != "" {
		return fmt.Errorf("there is no verb %q; did you mean %q?", name, best)
	}
	return fmt.Errorf("there is no verb %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(verbs)), ", "))
}

// objects reads whom or what a step is about.
func objects(t takes, v any) (out []Object, err error) {
	switch t {
	case takesTrue:
		if v != true {
			return nil, fmt.Errorf("it takes true, not %v", v)
		}
		return []Object{{}}, nil
	case takesPeople, takesGroups:
		keys, ok := words(v)
		if !ok || len(keys) == 0 {
			return nil, errors.New("it takes a key or a list of keys")
		}
		for _, k := range keys {
			out = append(out, Object{Key: k})
		}
		return out, nil
	}
	if v == inSync && t == takesExpected {
		return []Object{{Text: inSync}}, nil
	}
	m, ok := v.(yaml.MapSlice)
	if !ok || len(m) == 0 {
		return nil, errors.New("it takes a key with something behind it, such as " + examples[t])
	}
	for _, item := range m {
		o := Object{Key: fmt.Sprint(item.Key)}
		if err := o.read(t, item.Value); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Key, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// examples show what a verb takes.
var examples = map[takes]string{
	takesAttributes: "{ada: {title: Captain}}", takesManager: "{ada: bo}", takesRoles: "{ada: [Admin]}", takesMembers: "{crew: [ada, bo]}",
	takesName: "{crew: Welders}", takesExpected: "{ada: active}",
}

// read reads what stands behind the key of an object.
func (o *Object) read(t takes, v any) error {
	wrong := fmt.Errorf("it cannot take %v; write it like %s", v, examples[t])
	var ok bool
	switch t {
	case takesAttributes:
		m, isMap := v.(yaml.MapSlice)
		if !isMap {
			return wrong
		}
		o.Set = values(m)
		for _, value := range o.Set {
			if err := attributeOf(value); err != nil {
				return err
			}
		}
	case takesManager:
		if v == nil {
			return nil
		}
		if o.With, ok = words(v); !ok || len(o.With) != 1 {
			return wrong
		}
	case takesRoles, takesMembers:
		if o.With, ok = words(v); !ok {
			return wrong
		}
	case takesName:
		if o.Text, ok = v.(string); !ok || o.Text == "" {
			return wrong
		}
	case takesExpected:
		if o.Text, ok = v.(string); ok {
			return nil
		}
		m, isMap := v.(yaml.MapSlice)
		if !isMap {
			return wrong
		}
		o.Set = values(m)
	}
	return nil
}

// mentions are the keys of the people and the groups that a step is about; those
// of an expect step may be either.
func (s *Step) mentions() (people, groups []string) {
	for _, o := range s.On {
		switch verbs[s.Verb].takes {
		case takesPeople, takesAttributes, takesRoles:
			people = append(people, o.Key)
		case takesManager:
			people = append(append(people, o.Key), o.With...)
		case takesGroups, takesName:
			groups = append(groups, o.Key)
		case takesMembers:
			groups = append(groups, o.Key)
			people = append(people, o.With...)
		}
	}
	return people, groups
}

// String is the step as a file has it.
func (s *Step) String() string {
	switch {
	case s.Verb == "request":
		return "request: " + scalar(s.Request.line())
	case s.Behind:
		return behindOurBack + ": {" + s.Verb + ": " + s.objects() + "}"
	}
	return s.Verb + ": " + s.objects()
}

func (s *Step) objects() string {
	t := verbs[s.Verb].takes
	if t == takesTrue {
		return "true"
	}
	var items []string
	for _, o := range s.On {
		item := scalar(o.Key)
		switch {
		case o.Key == "":
			return o.Text
		case t == takesManager && len(o.With) == 0:
			item += ": null"
		case t == takesManager:
			item += ": " + scalar(o.With[0])
		case t == takesRoles || t == takesMembers:
			item += ": " + list(o.With)
		case o.Text != "":
			item += ": " + scalar(o.Text)
		case t == takesAttributes || t == takesExpected:
			item += ": " + mapping(o.Set)
		}
		items = append(items, item)
	}
	if t == takesPeople || t == takesGroups {
		if len(items) == 1 {
			return items[0]
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return "{" + strings.Join(items, ", ") + "}"
}

func list(of []string) string {
	var items []string
	for _, s := range of {
		items = append(items, scalar(s))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func mapping(of []Value) string {
	var items []string
	for _, v := range of {
		items = append(items, scalar(v.Path)+": "+inline(v.Value))
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// inline is a value in YAML's flow style.
func inline(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return scalar(v)
	case bool:
		return strconv.FormatBool(v)
	case []string:
		return list(v)
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, inline(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case yaml.MapSlice:
		return mapping(values(v))
	}
	return fmt.Sprint(v)
}
