package profile

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// maxExtends is how many profiles may extend each other.
const maxExtends = 8

// tree is a profile before it is given its types: keys and values, those of
// the profiles that it extends included.
type tree = map[string]any

// extended reads the profile in the source with what it extends.
func (d *document) extended(source []byte, depth int) (tree, error) {
	own := tree{}
	if err := yaml.NewDecoder(bytes.NewReader(source)).Decode(&own); err != nil {
		return nil, d.explain(err)
	}
	base, _ := own["extends"].(string)
	if base == "" {
		return merge(nil, own), nil
	}
	if depth == maxExtends {
		return nil, d.at(d.node("extends").GetToken(), fmt.Sprintf("more than %d profiles extend each other; does one extend itself?", maxExtends))
	}
	if isPath(base) && !filepath.IsAbs(base) {
		base = filepath.Join(filepath.Dir(d.file), base)
	}
	file, source, err := read(base)
	if err != nil {
		return nil, d.at(d.node("extends").GetToken(), err.Error())
	}
	under, err := parse(file, source)
	if err != nil {
		return nil, err
	}
	all, err := under.extended(source, depth+1)
	if err != nil {
		return nil, err
	}
	for _, key := range [...]string{"name", "title", "sandbox", "base-url"} {
		delete(all, key) // they are of one profile alone
	}
	return merge(all, own), nil
}

// merge puts what is above over what is below: keys are added and replaced,
// null takes one away, and lists are replaced as a whole.
func merge(below, above tree) tree {
	out := maps.Clone(below)
	if out == nil {
		out = tree{}
	}
	for k, v := range above {
		if v == nil {
			delete(out, k)
			continue
		}
		if upper, ok := v.(tree); ok {
			lower, _ := out[k].(tree)
			v = merge(lower, upper)
		}
		out[k] = v
	}
	return out
}

// typed makes a profile of keys and values that are right in their own files.
func typed(t tree) (*Profile, error) {
	source, err := yaml.Marshal(t)
	if err != nil {
		return nil, err
	}
	p := &Profile{}
	return p, yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(p)
}
