package engine

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/scim"
)

// Doc is a JSON object to be sent. Keys are sent in alphabetical order.
type Doc map[string]any

// Values is a list in a Doc.
type Values = []any

// Resource is a resource on the target that this check knows of.
type Resource struct {
	// Type is the resource type: "User", "Group".
	Type string
	// Endpoint is the endpoint of its type, such as "/Users".
	Endpoint string
	// ID is the id that the target gave it.
	ID string
	// Sent is what was posted.
	Sent Doc
	// Body is the resource as it was last read, or else as the answer to
	// the POST gave it.
	Body scim.Resource
	// owner is the client that created it.
	owner scim.Role
	// read says that a GET by id has worked.
	read bool
}

// Path is the path of the resource below the base URL.
func (r *Resource) Path() string { return r.Endpoint + "/" + url.PathEscape(r.ID) }

// Text is a string that was sent, by its key at the top level: Text("userName").
func (r *Resource) Text(key string) string {
	s, _ := r.Sent[key].(string)
	return s
}

// Ref is the value by which another resource refers to this one.
func (r *Resource) Ref() Doc { return Doc{"value": r.ID} }

// With changes a document before it is sent.
type With func(Doc)

// Set gives a top-level attribute a value; a key may name one sub-attribute
// with a dot ("name.familyName") unless it is a URN. A document that was read
// keeps the spelling of the target.
func Set(key string, value any) With {
	return func(d Doc) {
		if parent, sub, ok := strings.Cut(key, "."); ok && !strings.HasPrefix(strings.ToLower(key), "urn:") {
			parent = spelled(d, parent)
			inner, _ := d[parent].(Doc)
			if inner == nil {
				inner = Doc{}
			}
			inner[sub] = value
			d[parent] = inner
			return
		}
		d[spelled(d, key)] = value
	}
}

// Unset leaves a top-level attribute out.
func Unset(key string) With {
	return func(d Doc) { delete(d, spelled(d, key)) }
}

// Enterprise gives the user an enterprise extension (RFC 7643 section 4.3)
// with the attribute, and names the extension in schemas.
func Enterprise(attr string, value any) With {
	return func(d Doc) {
		ext, _ := d[scim.EnterpriseUserURN].(Doc)
		if ext == nil {
			ext = Doc{}
			d[scim.EnterpriseUserURN] = ext
			if list, ok := d["schemas"].(Values); ok {
				d["schemas"] = append(append(Values{}, list...), scim.EnterpriseUserURN)
			}
		}
		ext[attr] = value
	}
}

// Emails gives the user e-mail addresses of these types, the first of them
// primary. The addresses are made of the userName.
func Emails(types ...string) With {
	return func(d Doc) {
		list := Values{}
		for i, kind := range types {
			e := Doc{"type": kind, "value": kind + "." + localPart(d)}
			if i == 0 {
				e["primary"] = true
			}
			list = append(list, e)
		}
		d["emails"] = list
	}
}

// Phones gives the user phone numbers of these types, in the range that is
// never assigned (555-01xx).
func Phones(types ...string) With {
	return func(d Doc) {
		list := Values{}
		for i, kind := range types {
			list = append(list, Doc{"type": kind, "value": fmt.Sprintf("tel:+1-201-555-01%02d", 10+i)})
		}
		d["phoneNumbers"] = list
	}
}

func localPart(d Doc) string {
	if s, ok := d["userName"].(string); ok {
		return strings.ToLower(s)
	}
	return "someone@" + fake.DefaultDomain
}

// Members puts the resources into a group.
func Members(members ...*Resource) With {
	return func(d Doc) {
		list := Values{}
		for _, m := range members {
			list = append(list, m.Ref())
		}
		d["members"] = list
	}
}

// NewUser makes a user that can be posted, without sending it: userName,
// externalId, names, one work e-mail, active, what the profile always sends,
// and what the target's schemas require besides.
func (t *T) NewUser(with ...With) Doc {
	p := t.Person()
	d := Doc{
		"schemas":     Values{scim.UserURN},
		"userName":    p.UserName,
		"externalId":  p.ExternalID,
		"displayName": p.DisplayName,
		"name":        Doc{"givenName": p.GivenName, "familyName": p.FamilyName},
		"emails":      Values{Doc{"value": p.Email, "type": "work", "primary": true}},
		"active":      true,
	}
	t.dropUnlisted(scim.UserURN, d)
	return t.finish(t.run.discovered.UserType(), d, with)
}

// NewUserOf is NewUser for the tenant of a client: what the user has to refer to
// is arranged there.
func (t *T) NewUserOf(as scim.Role, with ...With) Doc {
	before := t.references.as
	t.references.as = tenantOf(as)
	defer func() { t.references.as = before }()
	return t.NewUser(with...)
}

// NewGroup makes a group that can be posted, without sending it.
func (t *T) NewGroup(with ...With) Doc {
	d := Doc{"schemas": Values{scim.GroupURN}, "displayName": t.GroupName()}
	return t.finish(t.run.discovered.GroupType(), d, with)
}

// dropUnlisted leaves out what the target's schemas do not list: a service
// provider may support a part of the attributes only, and refuse the others
// (RFC 7644 sections 3.1 and 3.3).
func (t *T) dropUnlisted(urn string, d Doc) {
	if _, known := t.run.discovered.Schemas[strings.ToLower(urn)]; !known {
		return
	}
	maps.DeleteFunc(d, func(key string, _ any) bool {
		if key == "schemas" || key == "externalId" {
			return false
		}
		_, listed := t.run.discovered.Attribute(urn, key)
		return !listed
	})
}

// identifies are the attributes by which what a run created is known: no two
// resources can have the same, so a profile does not set them.
var identifies = map[string]bool{"schemas": true, "userName": true, "externalId": true, "displayName": true}

func (t *T) finish(of *ResourceType, d Doc, with []With) Doc {
	send := t.run.plan.Profile.Send[of.Name]
	for _, key := range slices.Sorted(maps.Keys(send)) {
		value := send[key]
		if _, ok := d[key]; ok && identifies[key] {
			continue
		}
		if inner, ok := value.(map[string]any); ok {
			value = Doc(maps.Clone(inner)) // checks may change it, beside each other
		}
		d[key] = value
		if strings.HasPrefix(strings.ToLower(key), "urn:") {
			d["schemas"] = append(d["schemas"].(Values), key)
		}
	}
	t.complete(of, d, func(f Field) bool {
		// What others are to refer to is to need little itself.
		return len(t.references.pending) > 0 && f.Extension && d[f.URN] == nil && !slices.Contains(of.RequiredExtensions, f.URN)
	})
	before := map[string]bool{}
	for key := range d {
		before[key] = true
	}
	for _, w := range with {
		w(d)
	}
	// A check that leaves out what is required means it, but who uses an
	// extension has to give what it requires.
	t.complete(of, d, func(f Field) bool { return !f.Extension || before[f.URN] || d[f.URN] == nil })
	return d
}

// GivenUser arranges a user: it is created and read back. A disappointment
// there blocks the check.
func (t *T) GivenUser(with ...With) *Resource { return t.Given(scim.UsersEndpoint, t.NewUser(with...)) }

// GivenUsers arranges n users, in order.
func (t *T) GivenUsers(n int, with ...With) []*Resource {
	out := make([]*Resource, n)
	for i := range out {
		out[i] = t.GivenUser(with...)
	}
	return out
}

// GivenGroup arranges a group, created and read back.
func (t *T) GivenGroup(with ...With) *Resource {
	return t.Given(scim.GroupsEndpoint, t.NewGroup(with...))
}

// Given arranges a resource at the endpoint, created and read back. Options
// are for the create.
func (t *T) Given(endpoint string, doc Doc, options ...Option) *Resource {
	return t.readBack(t.arrange(endpoint, doc, options...))
}

func (t *T) readBack(r *Resource) *Resource {
	if t.Get(r).Arranging().Status(200).Resource().ID() != r.ID {
		t.Block("could not arrange a resource at %s: reading it back gives another id", r.Endpoint)
	}
	return r
}

// GivenUnread arranges a resource at the endpoint without reading it back,
// for checks whose point is the reading.
func (t *T) GivenUnread(endpoint string, doc Doc) *Resource { return t.arrange(endpoint, doc) }

func (t *T) arrange(endpoint string, doc Doc, options ...Option) *Resource {
	return t.Post(endpoint, doc, options...).Arranging().Status(201).Created(endpoint, doc)
}

// Created makes a Resource of the answer to a POST, so that it can be read,
// changed and deleted. An answer may leave the body out (RFC 7644 section 3.3):
// then the header Location tells the id. The check ends when neither does:
// blocked while arranging, else with a finding.
func (a *Answer) Created(endpoint string, sent Doc) *Resource {
	var body scim.Resource
	id := ""
	if a.x.Response != nil && len(a.x.Response.Body) == 0 {
		_, id = splitLocation(a.HeaderValue("Location"))
	}
	if id == "" {
		body = a.Resource()
		id = body.ID()
	}
	if id == "" {
		a.disappoint(Finding{
			Message: "the answer to the create has no id", Where: "id", Want: "a non-empty string", Got: "absent",
		})
		panic(stop{})
	}
	name := strings.TrimSuffix(strings.TrimPrefix(endpoint, "/"), "s")
	if t := a.t.run.discovered.TypeAt(endpoint); t != nil {
		name = t.Name
	}
	return &Resource{Type: name, Endpoint: endpoint, ID: id, Sent: sent, Body: body, owner: tenantOf(a.x.Request.As)}
}
