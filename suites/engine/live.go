package engine

import (
	"github.com/scimtest/scimtest/schemas"
	"github.com/scimtest/scimtest/scim"
	"net/http"
)

// Live judges exchanges that somebody else makes, one by one as they come, by
// invariants alone. All resources in them are judged, whoever owns them. It is
// used by one goroutine.
type Live struct {
	invariants []Invariant
	discovered *Discovered
	bodies     map[string][]byte
}

// LiveFinding is what breaks an invariant.
type LiveFinding struct {
	Meta
	Finding
}

// NewLive makes a Live that knows nothing of the target yet.
func NewLive(invariants []Invariant) *Live {
	return &Live{invariants: invariants, discovered: &Discovered{everybodys: true}, bodies: map[string][]byte{}}
}

// Learn reads what the target says of itself, where the exchange is an answer
// of a discovery endpoint.
func (l *Live) Learn(x *scim.Exchange) {
	if x.Request.Method != http.MethodGet || x.Status() != 200 {
		return
	}
	switch x.Request.Path {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		l.bodies[x.Request.Path] = x.Response.Body
		l.discovered = &Discovered{everybodys: true}
		l.discovered.read(l.bodies[scim.ServiceProviderConfigEndpoint], l.bodies[scim.ResourceTypesEndpoint], l.bodies[scim.SchemasEndpoint])
	}
}

// Judge holds the invariants against an exchange. The findings hold what the
// exchange holds, secrets too.
func (l *Live) Judge(x *scim.Exchange) (found []LiveFinding) {
	if x.Response == nil {
		return nil
	}
	for i := range l.invariants {
		for _, f := range l.judgeOne(&l.invariants[i], x) {
			found = append(found, LiveFinding{l.invariants[i].Meta, f})
		}
	}
	return found
}

// judgeOne judges by one invariant. A judge that panics has nothing to say: the
// proxy of somebody's sync must go on.
func (l *Live) judgeOne(inv *Invariant, x *scim.Exchange) (found []Finding) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	_, found = inv.Judge(x, l.discovered)
	return found
}

// read takes in what the target says of itself.
func (d *Discovered) read(config, types, list []byte) {
	if c, err := scim.NewResource(config); err == nil {
		d.Config = c
	}
	d.Types = parseTypes(types)
	d.Schemas = parseSchemas(list)
	if set, err := schemas.Derive(list, types); err == nil {
		d.Derived = set
	}
}
