package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The operations of PATCH (RFC 7644 section 3.5.2).
const (
	opAdd     = "add"
	opRemove  = "remove"
	opReplace = "replace"
)

// operation is one operation of a PATCH request.
type operation struct {
	// op is as the client wrote it; it is compared without regard to case.
	op string
	// path is empty when there is none.
	path string
	// value is nil for null and when there is none; hasValue tells them
	// apart.
	value    any
	hasValue bool
	// skip leaves the operation out.
	skip bool
	// index is its place in the request, from 0.
	index int
}

func (o *operation) is(op string) bool { return strings.EqualFold(o.op, op) }

// patcher applies operations to a copy of a document, so that a request that
// fails changes nothing.
type patcher struct {
	srv *Server
	c   *call
	r   *resource
	doc object
}

// patch answers PATCH on a resource (RFC 7644 section 3.5.2).
func (s *Server) patch(c *call, t *resourceType, id string) (*reply, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	r := s.store.get(t, id)
	if r == nil {
		return nil, notFound(t.name + " " + scim.Quote(id))
	}
	if err := s.precondition(c, r); err != nil {
		return nil, err
	}
	operations, err := readOperations(c)
	if err != nil {
		return nil, err
	}
	doc := r.doc
	if c.stale != nil {
		doc = c.stale
	}
	p := &patcher{srv: s, c: c, r: r, doc: fork(doc)}
	var before *reply
	if s.b.patchAnswersOld {
		before = s.show(c, r, http.StatusOK)
	}
	if err := p.runAll(operations); err != nil {
		return nil, err
	}
	if err := p.keepsImmutableLists(); err != nil {
		return nil, err
	}
	if err := s.change(c, r, p.doc); err != nil {
		return nil, err
	}
	if before != nil {
		return before, nil
	}
	return s.show(c, r, http.StatusOK), nil
}

func readOperations(c *call) ([]operation, error) {
	if c.body == nil {
		return nil, refuse(scim.InvalidSyntax, "the request needs operations in its body")
	}
	// Clients have to name the URN (RFC 7644 section 3.5.2). authentik leaves
	// schemas out, and what is meant is plain all the same.
	if _, given := member(c.body, "schemas"); given {
		if err := checkSchemas(c.body, scim.PatchOpURN); err != nil {
			return nil, err
		}
	}
	v, _ := member(c.body, "Operations")
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, refuse(scim.InvalidSyntax, "Operations has to be an array with at least one operation")
	}
	out := make([]operation, len(list))
	for i, x := range list {
		in, ok := x.(object)
		if !ok {
			return nil, refuse(scim.InvalidSyntax, "operation %d is not an object", i+1)
		}
		o := &out[i]
		o.index = i
		op, _ := member(in, "op")
		if o.op, ok = op.(string); !ok {
			return nil, refuse(scim.InvalidSyntax, "operation %d has no op", i+1)
		}
		if path, given := member(in, "path"); given && path != nil {
			if o.path, ok = path.(string); !ok {
				return nil, refuse(scim.InvalidPath, "the path of operation %d is not a string", i+1)
			}
		}
		o.value, o.hasValue = member(in, "value")
	}
	return out, nil
}

func (p *patcher) runAll(operations []operation) error {
	// With these faults each operation is held against the whole resource at
	// once, as by servers that store one after the other.
	oneByOne := p.srv.b.patchNotAtomic || p.srv.b.patchSkipsFailing
	for i := range operations {
		done := p.doc
		if oneByOne {
			p.doc = fork(done)
		}
		err := p.run(&operations[i])
		if oneByOne && err == nil {
			err = p.srv.validate(p.c, p.r.kind, p.doc, p.r)
		}
		if oneByOne && err != nil {
			p.doc = done
		}
		switch {
		case err == nil || p.srv.b.patchSkipsFailing:
		case p.srv.b.patchNotAtomic:
			if later := p.srv.change(p.c, p.r, p.doc); later != nil {
				return later
			}
			return err
		default:
			return err
		}
	}
	return nil
}

// run applies one operation.
func (p *patcher) run(o *operation) error {
	for _, hook := range p.srv.b.operation {
		if err := hook(p, o); err != nil {
			return err
		}
	}
	if o.skip {
		return nil
	}
	switch {
	case o.is(opRemove):
		return p.remove(o)
	case o.is(opAdd), o.is(opReplace):
		if !o.hasValue {
			return refuse(scim.InvalidValue, "%s needs a value", o.op)
		}
	default:
		return refuse(scim.InvalidSyntax, "there is no operation %s", scim.Quote(o.op))
	}
	if o.path == "" {
		return p.setAll(o)
	}
	t, err := p.target(o.path)
	if err != nil {
		return err
	}
	return p.set(o, t, o.value)
}

// setAll applies an add or a replace without a path: the value is a set of
// attributes. As in POST and PUT, undeclared ones are ignored. Besides names
// the keys may be paths, as Entra ID sends them (entra.md E27, E28).
func (p *patcher) setAll(o *operation) error {
	in, ok := o.value.(object)
	if !ok {
		return refuse(scim.InvalidValue, "%s without a path needs an object as value", o.op)
	}
	for _, key := range memberNames(in) {
		t, err := p.target(key)
		if err != nil {
			continue
		}
		if err := p.set(o, t, in[key]); err != nil {
			return err
		}
	}
	return nil
}

// target is what a path names.
type target struct {
	place
	// path is as the client wrote it.
	path string
	// sub is nil when the path has no sub-attribute.
	sub *attribute
	// filter selects values, holds is the same compiled; nil without
	// brackets.
	filter scim.Filter
	holds  predicate
}

// target resolves a path against the schemas of the resource.
func (p *patcher) target(path string) (*target, error) {
	parsed, err := scim.ParsePath(path)
	if err != nil {
		return nil, refuse(scim.InvalidPath, "the path %s cannot be read: %s", scim.Quote(path), err)
	}
	at, sub, ok := p.r.kind.resolve(parsed.Attr)
	if !ok || parsed.Filter != nil && (sub != nil || at.attr == nil) {
		return nil, refuse(scim.InvalidPath, "the path %s names no attribute of a %s", scim.Quote(path), p.r.kind.name)
	}
	t := &target{place: at, path: path, sub: sub, filter: parsed.Filter}
	if parsed.Filter == nil {
		return t, nil
	}
	if parsed.Sub != "" {
		if t.sub = at.attr.sub(parsed.Sub); t.sub == nil {
			return nil, refuse(scim.InvalidPath, "%s has no %s", at.attr.name, parsed.Sub)
		}
	}
	if t.holds, err = compile(parsed.Filter, valueScope{p.c, at.attr}); err != nil {
		return nil, err
	}
	return t, nil
}

// guard refuses to change what a client may not change. A readOnly attribute
// may be sent with the value that it has: Okta does so with the id of a group
// (OKTA-Q26).
func (p *patcher) guard(t *target, v any) (done bool, err error) {
	if t.attr == nil {
		return false, nil
	}
	for _, a := range [...]*attribute{t.attr, t.sub} {
		if a == nil || a.mutability != readOnly {
			continue
		}
		current := p.srv.valueOf(p.c, p.r, t.place)
		if t.sub == nil && (isEmpty(v) && isEmpty(current) || same(current, v)) {
			return true, nil
		}
		return false, refuse(scim.Mutability, "%s is readOnly", a.name)
	}
	if t.ext == nil && t.attr.name == "schemas" {
		// What schemas lists follows from the attributes that are there.
		if isEmpty(v) {
			return false, refuse(scim.Mutability, "schemas is required")
		}
		return true, nil
	}
	return false, nil
}
