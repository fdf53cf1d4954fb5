package reference

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// timeLayout is how times are written: xsd:dateTime in UTC, to the
// millisecond.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

func (c *call) location(r *resource) string { return c.base + r.kind.endpoint + "/" + r.id }

// represent makes the whole representation of a resource, with all that is
// computed and without what is never returned. Nothing in it is shared with
// the store.
func (s *Server) represent(c *call, r *resource) object {
	o := object{"schemas": schemasOf(r), "id": r.id, "meta": s.metaOf(c, r)}
	for _, p := range r.kind.places() {
		if p.attr.returned == never {
			continue
		}
		if v := s.valueOf(c, r, p); !isEmpty(v) {
			p.set(o, clone(v))
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
	if p.attr == nil {
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
		"version":      s.version(r),
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

// expand adds the computed parts to the values of members and manager.
func (s *Server) expand(c *call, a *attribute, v any) any {
	if a.kind != typeComplex || a.sub("$ref") == nil || !a.sub("$ref").computed {
		return v
	}
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
	target := s.store.byID[memberID(v)]
	if target == nil {
		return v
	}
	out := object{}
	for k, x := range v.(object) {
		out[k] = x
	}
	out["$ref"] = c.location(target)
	if a.sub("type") != nil {
		out["type"] = target.kind.name
	}
	for _, label := range [...]string{"display", "displayName"} {
		if name := s.nameOf(target); a.sub(label) != nil && name != "" {
			out[label] = name
		}
	}
	return out
}

// nameOf is what a resource is called for people.
func (s *Server) nameOf(r *resource) string {
	if r == nil {
		return ""
	}
	if name, ok := r.doc["displayName"].(string); ok {
		return name
	}
	name, _ := r.doc["userName"].(string)
	return name
}

func managerID(doc object) string {
	ext, _ := doc[scim.EnterpriseUserURN].(object)
	return memberID(ext["manager"])
}
