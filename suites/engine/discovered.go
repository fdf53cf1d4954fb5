package engine

import (
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/schemas"
	"github.com/scimtest/scimtest/scim"
)

// Discovered is what the target says of itself, read once at the start of a
// run. Invariants and checks judge against it.
type Discovered struct {
	// Config is /ServiceProviderConfig; empty when it could not be read.
	Config scim.Resource
	// Types is what /ResourceTypes lists.
	Types []ResourceType
	// Schemas is what /Schemas lists, by lower-case URN.
	Schemas map[string]Schema
	// Derived judges resources by the target's own schemas; nil when
	// /Schemas could not be used.
	Derived *schemas.Set

	// second is what the target says of itself to the second tenant; nil
	// without one.
	second *Discovered

	// everybodys says that all resources are judged as the run's own are.
	everybodys bool

	runTag string
	// absent names the resource types that the profile says are absent.
	absent   []string
	features map[Feature]FeatureState

	// required holds what demanded found, by endpoint.
	required sync.Map
	// paths holds what PathsOfType found, by resource type and type.
	paths sync.Map

	mu  sync.RWMutex
	ids map[string]bool

	// recent is of Recall.
	recent recent
}

// ResourceType is an entry of /ResourceTypes (RFC 7643 section 6).
type ResourceType struct {
	ID, Name, Endpoint, Schema string
	// Extensions are the URNs of schemaExtensions; RequiredExtensions are those
	// of them that each resource of the type has to have.
	Extensions, RequiredExtensions []string
}

// Schema is an entry of /Schemas (RFC 7643 section 7).
type Schema struct {
	ID, Name   string
	Attributes []Attribute
}

// Attribute is an attribute definition with its characteristics (RFC 7643
// section 7), as the target states them.
type Attribute struct {
	Name, Type                       string
	MultiValued, Required, CaseExact bool
	Mutability, Returned, Uniqueness string
	CanonicalValues, ReferenceTypes  []string
	SubAttributes                    []Attribute
}

// Has reports whether the target has the feature.
func (d *Discovered) Has(f Feature) bool {
	s, ok := d.features[f]
	return !ok || s.Has
}

// TypeAt returns the resource type with the endpoint, or nil.
func (d *Discovered) TypeAt(endpoint string) *ResourceType {
	for i := range d.Types {
		if strings.EqualFold(strings.TrimSuffix(d.Types[i].Endpoint, "/"), endpoint) {
			return &d.Types[i]
		}
	}
	return nil
}

// TypeOf returns the resource type whose endpoint is the first segment of the
// path of a request, or nil.
func (d *Discovered) TypeOf(path string) *ResourceType {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return d.TypeAt("/" + first)
}

// Attribute looks up what the target's /Schemas say of an attribute, such as
// ("urn:...:User", "name.givenName"). ok is false when they say nothing.
func (d *Discovered) Attribute(urn, path string) (a Attribute, ok bool) {
	s, ok := d.Schemas[strings.ToLower(urn)]
	if !ok {
		return a, false
	}
	list := s.Attributes
	for _, name := range strings.Split(path, ".") {
		ok = false
		for _, b := range list {
			if strings.EqualFold(b.Name, name) {
				a, list, ok = b, b.SubAttributes, true
				break
			}
		}
		if !ok {
			return Attribute{}, false
		}
	}
	return a, true
}

// Owned reports whether this run created the resource: it bears the run tag,
// or the target gave the run its id. What others own is neither asserted nor
// shown.
func (d *Discovered) Owned(raw []byte) bool {
	if d.everybodys || bears(raw, d.runTag) {
		return true
	}
	id := gjson.GetBytes(raw, "id").String()
	if id == "" {
		return false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.ids[id]
}

func (d *Discovered) own(id string) {
	if id == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids == nil {
		d.ids = map[string]bool{}
	}
	d.ids[id] = true
}

func parseTypes(body []byte) []ResourceType {
	list, err := scim.ParseList(body)
	if err != nil {
		return nil
	}
	var out []ResourceType
	for _, r := range list.Resources {
		t := ResourceType{
			ID: r.ID(), Name: r.Get("name").String(), Endpoint: r.Get("endpoint").String(), Schema: r.Get("schema").String(),
		}
		for _, e := range r.Lookup("schemaExtensions") {
			urn := field(e, "schema").String()
			if urn == "" {
				continue
			}
			t.Extensions = append(t.Extensions, urn)
			if field(e, "required").Bool() {
				t.RequiredExtensions = append(t.RequiredExtensions, urn)
			}
		}
		if t.Endpoint != "" && !strings.HasPrefix(t.Endpoint, "/") {
			// Some providers give an absolute URL; its last segment is the endpoint.
			t.Endpoint = t.Endpoint[strings.LastIndex("/"+t.Endpoint, "/"):]
			t.Endpoint = "/" + strings.TrimPrefix(t.Endpoint, "/")
		}
		out = append(out, t)
	}
	return out
}

func parseSchemas(body []byte) map[string]Schema {
	list, err := scim.ParseList(body)
	if err != nil {
		return nil
	}
	out := map[string]Schema{}
	for _, r := range list.Resources {
		s := Schema{ID: r.ID(), Name: r.Get("name").String()}
		for _, a := range r.Lookup("attributes") {
			s.Attributes = append(s.Attributes, parseAttribute(a, 0))
		}
		out[strings.ToLower(s.ID)] = s
	}
	return out
}

func parseAttribute(v gjson.Result, depth int) Attribute {
	words := func(key string) (out []string) {
		for _, w := range v.Get(key).Array() {
			out = append(out, w.String())
		}
		return out
	}
	a := Attribute{
		Name: v.Get("name").String(), Type: v.Get("type").String(),
		MultiValued: v.Get("multiValued").Bool(), Required: v.Get("required").Bool(), CaseExact: v.Get("caseExact").Bool(),
		Mutability: v.Get("mutability").String(), Returned: v.Get("returned").String(), Uniqueness: v.Get("uniqueness").String(),
		CanonicalValues: words("canonicalValues"), ReferenceTypes: words("referenceTypes"),
	}
	if depth < 3 { // attributes nest once; a hostile schema must not recurse for ever
		for _, sub := range v.Get("subAttributes").Array() {
			a.SubAttributes = append(a.SubAttributes, parseAttribute(sub, depth+1))
		}
	}
	return a
}

// PathsOfType lists the paths of the attributes and sub-attributes of a resource
// type, with those of its extensions, that have a type such as "dateTime" by the
// target's schemas. The common attribute meta is none of them, whatever a schema
// says (RFC 7643 section 3.1).
func (d *Discovered) PathsOfType(of *ResourceType, kind string) []string {
	if of == nil || kind == "" || len(d.Schemas) == 0 {
		return nil
	}
	key := [2]string{of.Endpoint, kind}
	if known, ok := d.paths.Load(key); ok {
		return known.([]string)
	}
	var paths []string
	add := func(path string, a Attribute) {
		if strings.EqualFold(a.Type, kind) {
			paths = append(paths, path)
		}
	}
	list := func(urn, prefix string) {
		for _, a := range d.Schemas[strings.ToLower(urn)].Attributes {
			if strings.EqualFold(a.Name, "meta") {
				continue
			}
			add(prefix+a.Name, a)
			for _, sub := range a.SubAttributes {
				add(prefix+a.Name+"."+sub.Name, sub)
			}
		}
	}
	list(of.Schema, "")
	for _, urn := range of.Extensions {
		list(urn, urn+":")
	}
	d.paths.Store(key, paths)
	return paths
}

// Offers ends the check as not applicable when the target's schemas say that
// one of the attributes, or the one that it is a part of, cannot be written and
// read back (requirement 7644-3.1-04). Schemas that cannot be read say nothing:
// then the definitions of RFC 7643 hold.
func (t *T) Offers(urn string, paths ...string) {
	var all []string
	for _, p := range paths {
		if whole, _, isPart := strings.Cut(p, "."); isPart {
			all = append(all, whole)
		}
		all = append(all, p)
	}
	for _, p := range all {
		a, listed := t.Target().Attribute(urn, p)
		switch {
		case !listed && len(t.Target().Schemas) > 0:
			t.Skip("the target's schemas do not list %s", p)
		case a.Mutability != "" && a.Mutability != "readWrite":
			t.Skip("the target's schemas say that %s is %s", p, a.Mutability)
		case a.Returned == "never" || a.Returned == "request":
			t.Skip("the target's schemas say that %s is returned: %s", p, a.Returned)
		}
	}
}
