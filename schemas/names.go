package schemas

import "strings"

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
	for name, sub := range properties {
		n.canonical[strings.ToLower(name)] = name
		if b := namesOf(sub, depth+1); b != nil {
			n.below[name] = b
		}
	}
	return n
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
