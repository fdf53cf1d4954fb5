package scenario

import (
	"slices"
	"strings"
)

// consistent reports whether a story can happen: no two people have one userName
// at a time, and no two groups one name. What is left of a story when steps are
// left out may be about a conflict that any target refuses.
func (s *Scenario) consistent() bool {
	names, held := map[string]string{}, map[string]bool{}
	free := func(key string) bool {
		for other := range held {
			if other != key && names[other] != "" && names[other] == names[key] && other[0] == key[0] {
				return false
			}
		}
		return true
	}
	name := func(key string, set []Value) {
		for _, v := range set {
			if text, ok := v.Value.(string); ok && v.Path == "userName" {
				names[key] = strings.ToLower(text)
			}
		}
	}
	for _, p := range s.People {
		name("u"+p.Key, p.Set)
	}
	for _, g := range s.Groups {
		names["g"+g.Key] = strings.ToLower(g.Name)
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Fails != 0 {
			continue
		}
		for _, o := range step.On {
			key := "u" + o.Key
			if slices.Contains([]string{"push-group", "rename-group", "delete-group"}, step.Verb) {
				key = "g" + o.Key
			}
			switch step.Verb {
			case "assign", "push-group", "create":
				held[key] = true
			case "delete", "delete-group":
				delete(held, key)
			case "change":
				name(key, o.Set)
			case "rename-group":
				names[key] = strings.ToLower(o.Text)
			}
			if held[key] && !free(key) {
				return false
			}
		}
	}
	return true
}
