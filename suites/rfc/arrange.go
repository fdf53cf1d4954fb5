package rfc

import (
	"net/url"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// nobody is an id that no service provider ever gave: a UUID of a version that
// does not exist.
const nobody = "5c1a7e57-0000-0000-0000-00000000dead"

// spares is Offers for attributes that are to be without a value: a required
// one ends the check, too.
func spares(t *T, urn string, paths ...string) {
	t.Offers(urn, paths...)
	for _, p := range paths {
		if a, _ := t.Target().Attribute(urn, p); a.Required {
			t.Skip("the target's schemas say that %s is required", p)
		}
	}
}

// keeps ends the check as not applicable unless the resource holds a value at
// each of the paths: a service provider may drop what is posted (requirement
// 7644-3.3-13), and then there is nothing to change.
func keeps(t *T, r *Resource, paths ...string) *Resource {
	for _, p := range paths {
		if !r.Body.Has(p) {
			t.Skip("the target does not keep %s", p)
		}
	}
	return r
}

// keepsAsSent is keeps for a text at the top level that the target does not make
// itself.
func keepsAsSent(t *T, r *Resource, path string) *Resource {
	if shown := keeps(t, r, path).Body.Get(path).String(); !strings.EqualFold(shown, r.Text(path)) {
		t.Skip("the target shows another %s than was sent", path)
	}
	return r
}

// withoutDefault ends the check as not applicable when the target gives the
// attribute of a user a value by itself (RFC 7644 section 3.3).
func withoutDefault(t *T, bare *Resource, path string) {
	if bare.Body.Has(path) {
		t.Skip("the target gives every user a value of %s", path)
	}
}

// activeUser arranges a user that is active.
func activeUser(t *T) *Resource {
	t.Offers(scim.UserURN, "active")
	u := keeps(t, t.GivenUser(), "active")
	if !u.Body.Get("active").Bool() {
		t.Block("could not arrange: the target does not create active users")
	}
	return u
}

// inactiveUser arranges a user that is created inactive, whatever becomes of it.
// A check that needs one does not apply where such a create is refused: a
// service provider is free in what it takes (requirement 7644-3.3-13).
func inactiveUser(t *T) *Resource {
	t.Offers(scim.UserURN, "active")
	doc := t.NewUser(Set("active", false))
	a := t.Post(scim.UsersEndpoint, doc)
	if a.Code() == 400 {
		t.Skip("the target refuses to create a user with active: false")
	}
	u := a.Arranging().Status(201).Created(scim.UsersEndpoint, doc)
	u.Body = t.Get(u).Arranging().Status(200).Resource()
	return u
}

// alive blocks the check unless /Users answers a query. A query of all users
// may be refused as too wide.
func alive(t *T) {
	if a := t.Fetch(scim.UsersEndpoint, Query("count", "1")).Arranging(); a.ScimType() != scim.TooMany {
		a.Status(200).Page()
	}
}

// shown is an answer with the resource: that to the write, or a read where the
// write is answered without a body.
func shown(t *T, a *Answer, r *Resource) *Answer {
	if len(a.Exchange().Response.Body) == 0 {
		return t.Get(r).Status(200)
	}
	return a
}

// ofItsType expects the meta.resourceType of the endpoint. The id of the type
// in place of its name is advisory (requirement 7643-3.1-23).
func ofItsType(t *T, a *Answer, r *Resource) {
	kind, given := t.Target().TypeAt(r.Endpoint), a.Text("meta.resourceType")
	if kind != nil && given != "" && given == kind.ID {
		a = a.Advisory()
	}
	a.Equal("meta.resourceType", r.Type)
}

// tick waits until the target's clock shows another time than meta.lastModified
// of the resource: a moment where it shows fractions of a second, else a second.
func tick(t *T, r *Resource) {
	_, fraction, _ := strings.Cut(r.Body.Get("meta.lastModified").String(), ".")
	if strings.Trim(fraction, "0Z") == "" {
		t.Wait(1100 * time.Millisecond)
		return
	}
	t.Wait(5 * time.Millisecond)
}

// mailbox is an e-mail address of this check that reaches nobody.
func mailbox(t *T, name string) string { return name + "." + t.Tag() + "@" + t.UserDomain() }

// email is a value of the attribute emails.
func email(kind, value string) Doc { return Doc{"type": kind, "value": value} }

// locates reports whether a URI, absolute or relative, is that of the
// resource: its path ends with the endpoint and the id, whatever the base.
func locates(uri string, r *Resource) bool {
	u, err := url.Parse(uri)
	return err == nil && strings.HasSuffix("/"+strings.TrimPrefix(u.Path, "/"), r.Endpoint+"/"+r.ID)
}

// enterprise is the path of an attribute of the enterprise extension.
func enterprise(attr string) string { return scim.EnterpriseUserURN + ":" + attr }

// given shows a value in a finding, or that there is none.
func given(value string) string {
	if value == "" {
		return "absent"
	}
	return value
}

// sameURI compares two URIs, of which one may be relative: then the paths have
// to agree as far as the shorter one goes.
func sameURI(a, b string) bool {
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	if errX != nil || errY != nil {
		return false
	}
	if x.IsAbs() && y.IsAbs() {
		return strings.EqualFold(x.Scheme, y.Scheme) && strings.EqualFold(x.Host, y.Host) && x.Path == y.Path && x.RawQuery == y.RawQuery
	}
	long, short := "/"+strings.Trim(x.Path, "/"), "/"+strings.Trim(y.Path, "/")
	if len(long) < len(short) {
		long, short = short, long
	}
	return strings.HasSuffix(long, short)
}

// instant is the time of a dateTime value, whose zone may be missing (RFC 7643
// section 2.3.5); the zero time for anything else.
func instant(dateTime string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, dateTime); err == nil {
			return at
		}
	}
	return time.Time{}
}

// takenOrRefused expects that the service provider took a request or refused
// it with 4xx: both are right, an error of its own is not.
func takenOrRefused(a *Answer, taken int) *Answer {
	if a.Code() == taken {
		return a.Status(taken)
	}
	return a.Refused()
}
