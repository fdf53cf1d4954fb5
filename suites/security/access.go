package security

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// accessChecks try to get in without credentials, with a wrong token and with
// the beginning of the right one: each method of each type of resource once,
// since a service provider may forget one of them. Those on GET, POST and
// DELETE of users are in suite rfc, topic auth.
//
// Without credentials the findings are advisory, since a service provider may
// serve everybody (RFC 7644 section 7.6).
var accessChecks = []Check{
	{Meta: Meta{
		ID: "access.discovery", Level: Should, ReadOnly: true,
		Title:    "Discovery without credentials is answered with its documents or with 401",
		Requires: []string{"7644-3.12-09"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-anonymous-500"},
	}, Body: func(t *T) {
		for _, endpoint := range []string{scim.ResourceTypesEndpoint, scim.SchemasEndpoint} {
			if t.Fetch(endpoint).Code() != http.StatusOK {
				continue
			}
			if a := t.Fetch(endpoint, NoAuth()).Status(200, 401); a.Code() == http.StatusOK {
				a.Page()
			}
			return
		}
		t.Skip("the target offers neither /ResourceTypes nor /Schemas")
	}},
	{Meta: Meta{
		ID: "access.no-basic-alone", Level: Should, ReadOnly: true,
		Title:    "HTTP Basic is not the only authentication scheme on offer",
		Requires: []string{"7644-2-06"}, Needs: []Feature{Discovery},
		Catches: []string{"config-basic-alone"},
	}, Body: func(t *T) {
		a := t.Fetch(scim.ServiceProviderConfigEndpoint).Arranging().Status(200)
		schemes := a.Resource().Lookup("authenticationSchemes.type")
		if len(schemes) == 0 {
			t.Skip("ServiceProviderConfig names no authentication scheme")
		}
		for _, s := range schemes {
			if !strings.EqualFold(s.String(), "httpbasic") {
				return
			}
		}
		a.Judged().Holds(false, "authenticationSchemes.type", "another scheme than httpbasic", "httpbasic",
			"HTTP Basic, which sends a password with every request, is the only scheme on offer")
	}},
	{Meta: Meta{
		ID: "access.user-query", Level: Should, ReadOnly: true, BadCredentials: 1,
		Title:    "A query of users without credentials is answered with 401",
		Requires: []string{"7642-4-01", "7644-3.12-09"},
		Catches:  []string{"auth-not-checked", "auth-forgotten-on-queries", "auth-answers-403"},
	}, Body: func(t *T) {
		inside(t, t.Fetch(scim.UsersEndpoint, Query("count", "1")))
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), NoAuth()).Status(401)
	}},
	{Meta: Meta{
		ID: "access.user-put", Level: Must, BadCredentials: 1,
		Title:    "A PUT of a user with the beginning of a token is refused with 401 and changes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{PutMethod},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-token-prefix", "auth-forgotten-on-put", "auth-checked-late"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		keepsName(t, u)
		own := credentials(t, u)
		doc := t.NewUser(Set("userName", u.Text("userName")), Set("displayName", intruder))
		refused := t.Put(u, doc, truncated(t, own))
		after := t.Get(u)
		locksOut(t, refused)
		after.Status(200).NotEqual("displayName", intruder)
	}},
	{Meta: Meta{
		ID: "access.user-patch", Level: Must, BadCredentials: 1,
		Title:    "A PATCH of a user with a wrong token is refused with 401 and changes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{Patch},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-forgotten-on-patch", "auth-checked-late"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		keepsName(t, u)
		own := credentials(t, u)
		refused := t.PatchWith(u, []scim.PatchOperation{Replace("displayName", intruder)}, wrong(own))
		after := t.Get(u)
		locksOut(t, refused)
		after.Status(200).NotEqual("displayName", intruder)
	}},
	{Meta: Meta{
		ID: "access.group-get", Level: Should, BadCredentials: 1,
		Title:    "A GET of a group without credentials is answered with 401",
		Requires: []string{"7642-4-01", "7644-3.12-09"}, Needs: []Feature{Groups},
		Catches: []string{"auth-not-checked", "auth-forgotten-on-groups", "auth-answers-403"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		credentials(t, g)
		t.Fetch(g.Path(), NoAuth()).Status(401)
	}},
	{Meta: Meta{
		ID: "access.group-post", Level: Must, BadCredentials: 1,
		Title:    "A create of a group with the beginning of a token is refused with 401 and creates nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{Groups, Filtering},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-token-prefix", "auth-forgotten-on-groups", "auth-checked-late"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		own := credentials(t, g)
		control(t, eq("displayName", g.Text("displayName")), g)
		doc := t.NewGroup()
		refused := t.Post(scim.GroupsEndpoint, doc, truncated(t, own))
		after := t.List(scim.GroupsEndpoint, Filter(eq("displayName", doc["displayName"].(string))))
		locksOut(t, refused)
		after.Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "access.group-put", Level: Must, BadCredentials: 1,
		Title:    "A PUT of a group with a wrong token is refused with 401 and changes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{Groups, PutMethod},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-forgotten-on-put", "auth-forgotten-on-groups", "auth-checked-late"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		own := credentials(t, g)
		refused := t.Put(g, t.NewGroup(), wrong(own))
		after := t.Get(g)
		locksOut(t, refused)
		after.Status(200).EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "access.group-patch", Level: Should, BadCredentials: 1,
		Title:    "A PATCH of a group without credentials is answered with 401 and changes nothing",
		Requires: []string{"7642-4-01", "7644-3.12-09"}, Needs: []Feature{Groups, Patch},
		Catches: []string{"auth-not-checked", "auth-forgotten-on-patch", "auth-forgotten-on-groups", "auth-absent-done"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		credentials(t, g)
		refused := t.PatchWith(g, []scim.PatchOperation{Replace("displayName", t.GroupName())}, NoAuth())
		after := t.Get(g)
		locksOut(t, refused)
		after.Status(200).EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "access.group-delete", Level: Must, BadCredentials: 1,
		Title:    "A delete of a group with a wrong token is refused with 401 and deletes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{Groups, DeleteMethod},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-forgotten-on-groups", "auth-checked-late"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		own := credentials(t, g)
		refused := t.Delete(g, wrong(own))
		after := t.Get(g)
		locksOut(t, refused)
		after.Status(200)
	}},
	{Meta: Meta{
		ID: "access.bulk", Level: Must, BadCredentials: 1,
		Title:    "A bulk request with a wrong token is refused with 401 and does nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"}, Needs: []Feature{Bulk, Filtering},
		Catches: []string{"auth-not-checked", "auth-any-token", "auth-forgotten-on-bulk", "auth-checked-late"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		own := credentials(t, u)
		control(t, eq("userName", u.Text("userName")), u)
		doc := t.NewUser()
		refused := t.Send(http.MethodPost, scim.BulkEndpoint, Doc{
			"schemas":    Values{scim.BulkRequestURN},
			"Operations": Values{Doc{"method": http.MethodPost, "path": scim.UsersEndpoint, "bulkId": "intruder", "data": doc}},
		}, wrong(own))
		after := t.List(scim.UsersEndpoint, Filter(eq("userName", doc["userName"].(string))))
		locksOut(t, refused)
		after.Status(200).Finds()
	}},
}

// intruder is what a request that is to be refused would write.
const intruder = "Scimtest Intruder"

// credentials is the Authorization header that reads a resource. The check
// does not apply where the run has none.
func credentials(t *T, r *Resource) string { return inside(t, t.Get(r)) }

// inside is the Authorization header of a request that the target answered.
func inside(t *T, a *Answer) string {
	own := a.Arranging().NoServerError().Exchange().Request.Header.Get("Authorization")
	if own == "" {
		t.Skip("the run has no credentials of its own")
	}
	return own
}

// wrong is an Authorization header with another token of the same length.
func wrong(own string) Option {
	scheme, token, both := strings.Cut(own, " ")
	if !both {
		return Header("Authorization", strings.Repeat("x", len(own)))
	}
	return Header("Authorization", scheme+" "+strings.Repeat("x", len(token)))
}

// truncated is an Authorization header with the beginning of the token.
func truncated(t *T, own string) Option {
	short := own[:len(own)-max(1, len(own)/8)]
	_, token, _ := strings.Cut(short, " ")
	t.Secret("token", token)
	return Header("Authorization", short)
}

// locksOut expects that a request with bad credentials is refused; nothing is
// judged behind one that is not. That the status is 401 is advisory, and so is a
// redirect to a login.
func locksOut(t *T, a *Answer) {
	if a.Code()/100 == 2 {
		a.Holds(false, "header Authorization", "401", strconv.Itoa(a.Code()), "a request with bad credentials is answered as if they were good")
		t.Stop()
	}
	if a.Code()/100 != 3 {
		a.Refused()
	}
	a.Advisory().Holds(a.Code() == http.StatusUnauthorized, "status", "401", strconv.Itoa(a.Code()), "bad credentials are not refused with 401")
}
