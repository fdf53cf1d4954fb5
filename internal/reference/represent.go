package reference

import (
	"encoding/json"
	"maps"
	"net/url"
	"strconv"
	"time"
)

// timeLayout is how times are written: xsd:dateTime in UTC, to the
// millisecond.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

func (c *call) location(r *resource) string {
	return c.base + r.kind.endpoint + "/" + url.PathEscape(r.id)
}

// represent makes the representation of a resource that the client is to see,
// with what is computed. Nothing in it is shared with the store.
func (s *Server) represent(c *call, r *resource, sel selection) object {
	o := object{}
	for _, p := range r.kind.places() {
		keep := sel.view(r.kind, p)
		if p.attr.returned == never || keep == nil {
			continue
		}
		v, ok := s.computedOf(c, r, p)
		if !ok {
			v = p.get(r.doc)
			if p.attr.linked() {
				v = s.expand(c, p.attr, v)
			} else {
				v = clone(v)
			}
		}
		if !isEmpty(v) {
			p.set(o, prune(p.attr, v, keep))
		}
	}
	return o
}

// valueOf is the value of an attribute of a resource as clients see it, be it
// stored or computed. It may be shared with the store.
func (s *Server) valueOf(c *call, r *resource, p place) any {
	if v, ok := s.computedOf(c, r, p); ok {
		return v
	}
	v := p.get(r.doc)
	if p.attr == nil || !p.attr.linked() {
		return v
	}
	return s.expand(c, p.attr, v)
}

// partsOf is valueOf without the computed parts of members and manager, which
// cost much where there are many.
func (s *Server) partsOf(c *call, r *resource, p place) any {
	if v, ok := s.computedOf(c, r, p); ok {
		return v
	}
	return p.get(r.doc)
}

// computedOf is the value of an attribute that is not stored at all.
func (s *Server) computedOf(c *call, r *resource, p place) (v any, ok bool) {
	if p.attr == nil || p.ext != nil {
		return nil, false
	}
	switch p.attr.name {
	case "schemas":
		return schemasOf(r), true
	case "id":
		return r.id, true
	case "meta":
		return s.metaOf(c, r), true
	case "groups":
		if p.attr.computed {
			return s.groupsOf(c, r), true
		}
	case "revision":
		if p.attr.computed {
			return json.Number(strconv.Itoa(r.revision)), true
		}
	}
	return nil, false
}

// schemasOf lists the base schema and the extensions that have attributes.
func schemasOf(r *resource) []any {
	out := []any{r.kind.schema.id}
	for _, x := range r.kind.extensions {
		if _, ok := r.doc[x.id]; ok {
			out = append(out, x.id)
		}
	}
	return out
}

func (s *Server) metaOf(c *call, r *resource) object {
	return object{
		"resourceType": r.kind.name,
		"created":      stamp(r.created),
		"lastModified": stamp(r.modified),
		"location":     c.location(r),
		"version":      r.version(),
	}
}

func stamp(t time.Time) string { return t.UTC().Format(timeLayout) }

// groupsOf lists the groups that have a resource as a member.
func (s *Server) groupsOf(c *call, r *resource) []any {
	var out []any
	if s.b.everyone && r.isUser() {
		out = append(out, object{"value": "everyone", "display": "Everyone", "type": "indirect"})
	}
	for _, g := range s.store.groups[r.id] {
		out = append(out, object{
			"value": g.id, "$ref": c.location(g), "display": g.doc["displayName"], "type": "direct",
		})
	}
	return out
}

// linked reports whether the values name other resources and show parts of
// them: members and manager.
func (a *attribute) linked() bool {
	ref := a.sub("$ref")
	return ref != nil && ref.computed
}

// expand copies values of members or manager and adds the computed parts.
func (s *Server) expand(c *call, a *attribute, v any) any {
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i, x := range list {
			out[i] = s.expandOne(c, a, x)
		}
		return out
	}
	return s.expandOne(c, a, v)
}

func (s *Server) expandOne(c *call, a *attribute, v any) any {
	o, ok := v.(object)
	if !ok {
		return v
	}
	out := maps.Clone(o)
	target := s.referred(memberID(v), s.b.membersCross && a.name == "members" || s.b.managersCross && a.name == "manager")
	if target == nil {
		return out
	}
	for _, sub := range a.subs {
		switch sub.name {
		case "$ref":
			out[sub.name] = c.location(target)
		case "type":
			out[sub.name] = target.kind.name
		case "display", "displayName":
			if name := nameIn(target.doc); name != "" {
				out[sub.name] = name
			}
		}
	}
	return out
}

// nameIn is what a resource with a document is called for people.
func nameIn(doc object) string {
	if name, ok := doc["displayName"].(string); ok {
		return name
	}
	name, _ := doc["userName"].(string)
	return name
}
