package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/mapping"
)

// maxMapping bounds the files of a mapping, in bytes: an export of Entra ID
// lists every attribute of both directories.
const maxMapping = 16 << 20

// MappingFiles are the files of a mapping of a customer's own.
type MappingFiles struct {
	// Schema is the synchronization schema of Entra ID, or the schema of the
	// users of an Okta application.
	Schema json.RawMessage `json:"schema"`
	// Mapping is the profile mapping of Okta; Entra ID has none.
	Mapping json.RawMessage `json:"mapping,omitempty"`
}

// imported is a mapping with the files that it was read from.
type imported struct {
	files MappingFiles
	*mapping.Mapping
}

// parsed is the mapping; nil without one.
func (m *imported) parsed() *mapping.Mapping {
	if m == nil {
		return nil
	}
	return m.Mapping
}

// read reads the files. Which kind they are shows in whether there is a profile
// mapping.
func (f MappingFiles) read() (*imported, error) {
	var m *mapping.Mapping
	var err error
	switch {
	case len(f.Schema) == 0:
		return nil, invalid("give the synchronization schema of Entra ID as schema; of Okta, the app user schema as schema and the profile mapping as mapping")
	case len(f.Mapping) > 0:
		m, err = mapping.ParseOkta(f.Mapping, f.Schema)
	default:
		m, err = mapping.ParseEntra(f.Schema)
	}
	if err != nil {
		return nil, invalid("%v", err)
	}
	m.Note("directory", func(name string) bool { return mockidp.KnownSource(m.IdP, name) })
	return &imported{f, m}, nil
}

// ImportMapping takes the mapping of a customer's own in place of the default
// one. Entra ID looks at everybody again in its next cycle (entra.md 4.3); Okta
// sends the new values with the next push of a user.
func (t *Tenant) ImportMapping(ctx context.Context, files MappingFiles) (Mapping, error) {
	m, err := files.read()
	if err != nil {
		return Mapping{}, err
	}
	return t.remap(ctx, m)
}

// DropMapping goes back to the default mapping.
func (t *Tenant) DropMapping(ctx context.Context) (Mapping, error) { return t.remap(ctx, nil) }

func (t *Tenant) remap(ctx context.Context, m *imported) (Mapping, error) {
	_, err := t.act(ctx, "mapping", func(ctx context.Context) error {
		d, err := t.settings.check(m.parsed())
		if err != nil {
			return err
		}
		t.mapping, t.dialect = m, d
		if err := t.rebuild(); err != nil {
			return err
		}
		if m == nil {
			t.write(kindMapping, "", nil)
		} else {
			t.write(kindMapping, "", m.files)
		}
		t.markUntold() // the scope may be another
		if c, ok := t.rhythm.(*cycles); ok {
			t.drain(ctx)
			c.job.Restart(ctx, false)
		}
		return nil
	})
	if err != nil {
		return Mapping{}, err
	}
	if _, err := t.edit(ctx, "mapping", func() error { return nil }); err != nil {
		return Mapping{}, err
	}
	return t.Mapping("")
}

// Mapping is the mapping of a tenant, and what it makes of one user.
type Mapping struct {
	// Imported: it is a customer's own, and not the default.
	Imported bool   `json:"imported"`
	Name     string `json:"name,omitempty"`
	// User is the key of the user, "" for nobody; InScope is whether the
	// scoping filters of the mapping let the user through, and Why why not.
	User       string            `json:"user,omitempty"`
	InScope    bool              `json:"in_scope"`
	Why        string            `json:"why,omitempty"`
	Attributes []MappedAttribute `json:"attributes"`
	// Scope are the scoping filters; all clauses of one have to be met.
	Scope []MappingFilter `json:"scope,omitempty"`
	// SwitchedOff are the kinds of requests that the mapping never sends.
	SwitchedOff []string `json:"switched_off,omitempty"`
	// Unsupported is what was left out of the export, with its place, and Notes
	// are what will not do what one might think.
	Unsupported []mapping.Problem `json:"unsupported,omitempty"`
	Notes       []mapping.Problem `json:"notes,omitempty"`
}

// MappedAttribute is an attribute of the target, and what becomes of it.
type MappedAttribute struct {
	Target     string `json:"target"`
	Path       string `json:"path"`
	Expression string `json:"expression,omitempty"`
	// When is always, on create, if absent or never; of an Okta mapping, on
	// create is DONT_PUSH.
	When string `json:"when"`
	// Match is the precedence as a matching attribute; 0 is none.
	Match int `json:"match,omitempty"`
	// Sources are the attributes that the expression reads.
	Sources []MappedSource `json:"sources"`
	// Wire is the value as JSON, as a create sends it; "" when nothing is sent.
	Wire string `json:"wire,omitempty"`
	Note string `json:"note,omitempty"`
}

// MappedSource is an attribute that an expression reads, with its values.
type MappedSource struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// MappingFilter is a scoping filter.
type MappingFilter struct {
	Name    string   `json:"name,omitempty"`
	Clauses []string `json:"clauses"`
}

// Mapping shows the mapping by a user, or without one for "". A dialect without
// a mapping has no attributes.
func (t *Tenant) Mapping(key string) (Mapping, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var u mockidp.User
	if key != "" {
		p, err := t.someone(key)
		if err != nil {
			return Mapping{}, err
		}
		u = p.User.mockidp()
	}
	out := Mapping{Name: "default", User: key, InScope: true, Attributes: []MappedAttribute{}}
	if key != "" {
		out.InScope, out.Why = t.dialect.InScope(u)
	}
	for _, a := range t.dialect.Attributes(u) {
		made := MappedAttribute{
			Target: a.Target, Path: a.Path, Expression: a.Expression, When: string(a.When), Match: a.Match,
			Sources: []MappedSource{}, Wire: a.Wire, Note: a.Note,
		}
		for _, in := range a.Inputs {
			source := MappedSource{in.Name, []string{}}
			for _, v := range in.Values {
				if v != "" {
					source.Values = append(source.Values, v)
				}
			}
			made.Sources = append(made.Sources, source)
		}
		if key == "" {
			made.Wire, made.Note = "", ""
		}
		out.Attributes = append(out.Attributes, made)
	}
	if m := t.mapping; m != nil {
		out.Imported, out.Name, out.Unsupported, out.Notes = true, m.Name, m.Problems, m.Notes
		for _, f := range m.Scope {
			filter := MappingFilter{f.Name, []string{}}
			for _, c := range f.Clauses {
				filter.Clauses = append(filter.Clauses, c.String())
			}
			out.Scope = append(out.Scope, filter)
		}
		out.SwitchedOff = m.switchedOff()
	}
	return out, nil
}

// switchedOff words what a mapping never sends.
func (m *imported) switchedOff() (out []string) {
	for _, s := range []struct {
		off  bool
		word string
	}{{m.NoCreate, "create"}, {m.NoUpdate, "update"}, {m.NoDelete, "delete"}, {m.NoGroups, "groups"}} {
		if s.off {
			out = append(out, s.word)
		}
	}
	return out
}

func getMapping(t *Tenant, r *http.Request) (int, any, error) {
	m, err := t.Mapping(r.URL.Query().Get("user"))
	return http.StatusOK, m, err
}

func putMapping(t *Tenant, r *http.Request) (int, any, error) {
	var files MappingFiles
	if err := read(r, &files, false); err != nil {
		return 0, nil, err
	}
	m, err := t.ImportMapping(r.Context(), files)
	return http.StatusOK, m, err
}

func deleteMapping(t *Tenant, r *http.Request) (int, any, error) {
	m, err := t.DropMapping(r.Context())
	return http.StatusOK, m, err
}
