package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/scim"
)

// cast makes people and groups whose names carry one tag.
type cast struct {
	tag          string
	people       *fake.Source
	next, groups int // the numbers of the next person and the next group
}

func (c *cast) person() fake.Person {
	c.next++
	return c.people.Person(c.next - 1)
}

func (c *cast) groupName() string {
	c.groups++
	return c.people.GroupName(c.groups - 1)
}

// references are resources that were arranged for others to name.
type references struct {
	// cast makes them: no query by the tag of the check finds them.
	cast *cast
	// made holds them by tenant, endpoint and number.
	made map[string]*Resource
	// pending are the endpoints of those that are being made.
	pending []string
	// as is the client of the tenant in which they are made.
	as scim.Role
}

// referred is the n-th resource of a type for references to name; it is
// arranged when it is asked for first. It is nil while one of the type is being
// made: what refers to its like has no beginning.
func (t *T) referred(to *ResourceType, n int) *Resource {
	refs := &t.references
	if slices.Contains(refs.pending, to.Endpoint) {
		return nil
	}
	key := fmt.Sprintf("%s %s %d", refs.as, to.Endpoint, n)
	if r := refs.made[key]; r != nil {
		return r
	}
	if refs.cast == nil {
		id := t.meta.ID + " refers to"
		tag := tagFor(t.run.plan.RunID, id)
		refs.cast = &cast{tag: tag, people: fake.New(t.run.plan.Seed, id, tag, t.run.plan.Profile.Domain())}
		refs.made = map[string]*Resource{}
	}
	own := t.cast
	t.cast, refs.pending = refs.cast, append(refs.pending, to.Endpoint)
	defer func() { t.cast, refs.pending = own, refs.pending[:len(refs.pending)-1] }()
	refs.made[key] = t.first(to)
	return refs.made[key]
}

// first arranges a resource that others are to refer to. Where each of the type
// has to refer to another, it is tried without, and then with a user that was
// there before the run: nobody else can be the first.
func (t *T) first(of *ResourceType) *Resource {
	doc, as := t.New(of), As(t.references.as)
	lacks := t.lacking(of, doc)
	if len(lacks) == 0 {
		return t.Given(of.Endpoint, doc, as)
	}
	a := t.Post(of.Endpoint, doc, as).Arranging()
	if a.Code()/100 == 4 {
		id := t.someone()
		if id == "" || of.Endpoint != scim.UsersEndpoint {
			t.Block("could not arrange a resource to refer to: POST %s without %s answers %d, and the target had no other for it to name "+
				"when the run began: give it one, or name one in a profile file (--profile): %s",
				of.Endpoint, lacks[0].Path(), a.Code(), yamlOf(of, lacks[0]))
		}
		for _, f := range lacks {
			f.Put(doc, t.naming(&f.Attribute, id))
		}
		t.complete(of, doc, func(Field) bool { return false })
		a = t.Post(of.Endpoint, doc, as).Arranging()
	}
	return t.readBack(a.Status(201).Created(of.Endpoint, doc))
}

// lacking lists what a document does not have although it is required, since it
// would refer to what is being made.
func (t *T) lacking(of *ResourceType, d Doc) (out []Field) {
	for _, f := range t.run.discovered.demanded(of) {
		to := f.links(t.run.discovered)
		if to == nil {
			to = f.refersTo(t.run.discovered)
		}
		if _, given := f.In(d); f.Required && !given && to != nil && slices.Contains(t.references.pending, to.Endpoint) {
			out = append(out, f)
		}
	}
	return out
}

// naming is the value of an attribute that refers to a user by its id.
func (t *T) naming(a *Attribute, id string) any {
	var v any = Doc{"value": id}
	if a.Kind() == "reference" {
		v = t.uriOf(&Resource{Endpoint: scim.UsersEndpoint, ID: id})
	}
	if a.MultiValued {
		return Values{v}
	}
	return v
}

// someone is the id of a user that was there before the run, "" when none is
// known. No output shows who it is.
func (t *T) someone() string {
	who, known := t.run.someone[t.references.as]
	if !known {
		return ""
	}
	for _, path := range [...]string{"id", "userName", "displayName", "name.formatted", "emails.value"} {
		for _, v := range who.Lookup(path) {
			if len(v.String()) >= minMasked {
				t.Secret("someone", v.String())
			}
		}
	}
	return who.ID()
}

// meet remembers a user of each tenant that is there before the run.
func (r *run) meet(traffic []*scim.Exchange) {
	r.someone = map[scim.Role]scim.Resource{}
	for _, x := range traffic {
		if x.Request.Path != scim.UsersEndpoint || x.Status() != 200 {
			continue
		}
		list, err := scim.ParseList(x.Response.Body)
		if err == nil && len(list.Resources) > 0 && list.Resources[0].ID() != "" && !r.discovered.Owned(list.Resources[0].Raw()) {
			r.someone[x.Request.As] = list.Resources[0]
		}
	}
}

// uriOf is the URI of a resource, as the target gives it.
func (t *T) uriOf(r *Resource) string {
	if uri := r.Body.Get("meta.location").String(); uri != "" {
		return uri
	}
	return strings.TrimSuffix(t.BaseURLOf(t.references.as), "/") + r.Path()
}
