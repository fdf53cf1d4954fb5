package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// The words behind expect.
const (
	inSync       = "in-sync" // as the directory has it
	wordActive   = "active"
	wordInactive = "inactive"
	wordGone     = "gone"
	// present stands for any value.
	present = "*"
)

var expectations = map[string][]string{
	"person": {inSync, wordActive, wordInactive, wordGone},
	"group":  {inSync, wordGone},
}

// expects checks an expect step, whose keys may be people or groups.
func (s *Step) expects(kinds map[string]string) error {
	for _, o := range s.On {
		kind := kinds[o.Key]
		switch {
		case o.Key == "":
			continue
		case kind == "":
			return fmt.Errorf("nobody is called %q before; name it under people or groups, or let it do something", o.Key)
		case o.Text != "" && !slices.Contains(expectations[kind], o.Text):
			return fmt.Errorf("a %s cannot be %q; it can be %s, or have attributes", kind, o.Text, strings.Join(expectations[kind], ", "))
		}
		for _, v := range o.Set {
			if _, ok := words(v.Value); v.Path == "members" && kind == "group" && !ok {
				return errors.New("members is a list of keys, such as members: [ada, bo]")
			}
			if _, ok := v.Value.(yaml.MapSlice); ok {
				return fmt.Errorf("%s: name the whole path, such as name.givenName, and one value", v.Path)
			}
		}
	}
	return nil
}

// expect looks at the target.
func expect(st *stage, o *Object) {
	_, groups := st.scenario.everyone()
	switch {
	case o.Key == "":
		for key := range st.people {
			st.touched[key] = true
		}
		for key := range st.groups {
			st.touched[key] = true
		}
		clear(st.drifted)
	case slices.Contains(groups, o.Key):
		expectGroup(st, o)
	default:
		expectPerson(st, o)
	}
}

func expectPerson(st *stage, o *Object) {
	if _, ok := st.Known(o.Key); !ok {
		if o.Text == wordGone {
			st.ExpectNobody(o.Key)
			return
		}
		st.t.Block("%s is not on the target", o.Key)
	}
	switch o.Text {
	case inSync:
		st.lookAt(o.Key)
	case wordActive:
		st.ExpectActive(o.Key, true)
	case wordInactive:
		st.ExpectActive(o.Key, false)
	case wordGone:
		st.expectGone(o.Key)
	default:
		a := st.Read(o.Key).Status(http.StatusOK)
		for _, v := range o.Set {
			if v.Path == "manager" {
				v.Path = scim.EnterpriseUserURN + ":manager.value"
				key, _ := v.Value.(string)
				if id, ok := st.Known(key); ok {
					v.Value = id
				}
			} else if st.dialect.IdP != mockidp.CustomIdP && mapped(v.Path) && !st.Sends(v.Path) {
				continue // the target cannot know it
			}
			st.holds(a, v)
		}
	}
}

func expectGroup(st *stage, o *Object) {
	id, ok := st.KnownGroup(o.Key)
	switch {
	case !ok:
		st.t.Block("%s is not on the target", o.Key)
	case o.Text == inSync:
		st.lookAtGroup(o.Key)
		return
	}
	st.t.Wait(st.t.SettlesByID())
	a := st.t.Fetch(scim.GroupsEndpoint + "/" + url.PathEscape(id))
	if o.Text == wordGone {
		a.Status(http.StatusNotFound, http.StatusGone)
		return
	}
	a.Status(http.StatusOK)
	for _, v := range o.Set {
		if v.Path == "members" {
			keys, _ := words(v.Value)
			st.expectMembers(a, keys, func(string) bool { return false })
			continue
		}
		st.holds(a, v)
	}
}

// mapped reports whether a path is of an attribute that comes from the directory.
func mapped(path string) bool {
	switch strings.ToLower(path) {
	case "active", "id", "schemas":
		return false
	}
	return !strings.HasPrefix(strings.ToLower(path), "meta") && !strings.HasPrefix(strings.ToLower(path), "groups")
}

// holds expects an attribute of an answer to have a value: none for null, and
// any for *.
func (st *stage) holds(a *engine.Answer, v Value) {
	got := a.Value(v.Path)
	switch want := v.Value.(type) {
	case nil:
		a.Holds(!got.Exists() || got.Raw == "null" || got.Raw == "[]", v.Path, "absent", shown(got.Raw), "has a value that it is not to have")
	case string:
		if want == present {
			a.Holds(got.Exists() && got.Raw != "null", v.Path, "present", "absent", "is absent")
			return
		}
		want = st.text(v.Path, want)
		a.Holds(got.String() == want, v.Path, quoted(want), shown(got.Raw), "has another value")
	default:
		data, _ := json.Marshal(plain(want))
		var is, be any
		_ = json.Unmarshal([]byte(got.Raw), &is) // nothing is no value
		_ = json.Unmarshal(data, &be)
		a.Holds(got.Exists() && reflect.DeepEqual(is, be), v.Path, string(data), shown(got.Raw), "has another value")
	}
}

// plain is a value of a file in the types that encoding/json knows.
func plain(v any) any {
	switch v := v.(type) {
	case yaml.MapSlice:
		out := map[string]any{}
		for _, item := range v {
			out[fmt.Sprint(item.Key)] = plain(item.Value)
		}
		return out
	case []any:
		var out []any
		for _, item := range v {
			out = append(out, plain(item))
		}
		return out
	}
	return v
}

func shown(raw string) string {
	if raw == "" {
		return "absent"
	}
	return raw
}

func quoted(s string) string {
	data, _ := json.Marshal(s) // a string is always JSON
	return string(data)
}
