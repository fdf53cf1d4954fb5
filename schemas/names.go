package schemas

import (
	"maps"
	"slices"
	"strings"
)

// names is the tree of attribute names that a schema knows, so that documents
// in another letter case can be judged.
type names struct {
	// canonical is the spelling of the schema, by the name in lower case.
	canonical map[string]string
	below     map[string]*names
}

// namesOf reads the names from a JSON Schema.
func namesOf(schema any, depth int) *names {
	m, ok := schema.(map[string]any)
	if !ok || depth > 6 {
		return nil
	}
	if items, ok := m["items"]; ok {
		if n := namesOf(items, depth+1); n != nil {
			return n
		}
	}
	properties, ok := m["properties"].(map[string]any)
	if !ok {
		return nil
	}
	n := &names{canonical: map[string]string{}, below: map[string]*names{}}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		lower := strings.ToLower(name)
		if _, twice := n.canonical[lower]; twice {
			continue // a schema that defines a name twice: the first counts
		}
		n.canonical[lower] = name
		if b := namesOf(properties[name], depth+1); b != nil {
			n.below[name] = b
		}
	}
	return n
}

// named is the member of an object, by its name without regard to case. Of
// several the one spelled exactly so counts, else the first by spelling.
func named(m map[string]any, name string) (v any, ok bool) {
	if v, ok = m[name]; ok {
		return v, true
	}
	spelled := ""
	for k := range m {
		if strings.EqualFold(k, name) && (!ok || k < spelled) {
			spelled, ok = k, true
		}
	}
	return m[spelled], ok
}

// spell returns the document with known names in the schema's spelling. It
// copies only what has to change.
func (n *names) spell(doc any) any {
	if n == nil {
		return doc
	}
	switch v := doc.(type) {
	case []any:
		for i := range v {
			v[i] = n.spell(v[i])
		}
	case map[string]any:
		var other []string
		for k := range v {
			if c, ok := n.canonical[strings.ToLower(k)]; ok && c != k {
				other = append(other, k)
			}
		}
		slices.Sort(other) // of names that differ in case alone, one counts
		for _, k := range other {
			c := n.canonical[strings.ToLower(k)]
			if _, both := v[c]; !both {
				v[c] = v[k]
				delete(v, k)
			}
		}
		for k, b := range n.below {
			if sub, ok := v[k]; ok {
				v[k] = b.spell(sub)
			}
		}
	}
	return doc
}
