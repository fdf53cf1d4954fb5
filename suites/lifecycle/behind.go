package lifecycle

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What others do to the target, behind the identity provider's back: an
// administrator, a sign-in, another application. It arranges and is not
// judged.

// change is a change of a resource in both ways that the RFC has for it.
type change struct {
	operations []scim.PatchOperation
	replace    func(Doc)
	// shows reports whether a resource has the change.
	shows func(scim.Resource) bool
}

// behind makes a change by PATCH or by PUT, whichever works: a flow must not
// hang on a method that the identity provider does not use. It returns the
// status of the last read.
func (s *Sync) behind(path string, c change) int {
	read := func() *Answer {
		s.t.Wait(s.t.SettlesByID())
		return s.t.Fetch(path)
	}
	before := read().Arranging().Status(http.StatusOK).Resource()
	last := http.StatusOK
	done := func() bool {
		a := read()
		last = a.Code()
		return last != http.StatusOK || c.shows(a.Resource())
	}
	if s.t.Has(Patch) {
		s.t.Send(http.MethodPatch, path, nil, RawBody(scim.MediaType, string(scim.PatchBody(c.operations...))))
		if done() {
			return last
		}
	}
	if s.t.Has(PutMethod) {
		var doc Doc
		if err := json.Unmarshal(before.Raw(), &doc); err != nil {
			s.t.Block("could not arrange: %v", err)
		}
		for _, readOnly := range []string{"meta", "groups"} {
			delete(doc, readOnly)
		}
		c.replace(doc)
		s.t.Send(http.MethodPut, path, doc)
		if done() {
			return last
		}
	}
	s.t.Block("could not arrange: neither PATCH nor PUT makes the change behind the identity provider's back")
	return last
}

// ChangeBehind sets an attribute of the target's user.
func (s *Sync) ChangeBehind(key, attr string, value any) {
	status := s.behind(s.userPath(key), change{
		operations: []scim.PatchOperation{Replace(attr, value)},
		replace:    func(d Doc) { d[attr] = value },
		shows: func(r scim.Resource) bool {
			return strings.EqualFold(r.Get(attr).String(), fmt.Sprint(value))
		},
	})
	if status != http.StatusOK {
		s.t.Skip("the target does not keep who is changed like this; the flow leaver judges that")
	}
}

// AddMemberBehind puts somebody into the target's group.
func (s *Sync) AddMemberBehind(group, key string) {
	id := s.link(key)
	s.behind(s.groupPath(group), change{
		operations: []scim.PatchOperation{Add("members", Values{Doc{"value": id}})},
		replace: func(d Doc) {
			list, _ := d["members"].([]any)
			d["members"] = append(list, Doc{"value": id})
		},
		shows: func(r scim.Resource) bool { return hasMember(r, id) },
	})
}

// RemoveMemberBehind takes somebody out of the target's group; others stay.
func (s *Sync) RemoveMemberBehind(group, key string, others ...string) {
	id := s.link(key)
	left := Values{}
	for _, k := range others {
		left = append(left, Doc{"value": s.link(k)})
	}
	s.behind(s.groupPath(group), change{
		operations: []scim.PatchOperation{Remove(`members[value eq ` + scim.Quote(id) + `]`)},
		replace:    func(d Doc) { d["members"] = left },
		shows: func(r scim.Resource) bool {
			return !hasMember(r, id) && len(r.Lookup("members")) == len(left)
		},
	})
}

func hasMember(group scim.Resource, id string) bool {
	for _, v := range group.Lookup("members.value") {
		if v.String() == id {
			return true
		}
	}
	return false
}

// DeleteBehind deletes something on the target. Where that cannot be done by
// SCIM the story cannot be told; whether an identity provider needs DELETE is
// for other flows.
func (s *Sync) DeleteBehind(path string) {
	if !s.t.Has(DeleteMethod) {
		s.t.Skip("the profile says that the target has no DELETE")
	}
	a := s.t.Send(http.MethodDelete, path, nil)
	s.t.Wait(s.t.SettlesByID())
	if a.Code()/100 != 2 || s.t.Fetch(path).Code() == http.StatusOK {
		s.t.Skip("nothing can be deleted on the target by SCIM")
	}
	s.t.Expect(true, a, "", "", "", "")
}

// SignedIn makes the account of a sign-in and returns its id: by the profile's
// command where there is one, else as a sign-in is thought to make it.
func (s *Sync) SignedIn(key, userName string) string {
	if !s.t.CanArrange(JITAccount) {
		return s.CreateBehind(key, Set("userName", userName))
	}
	u := s.person(key)
	s.kept[key], s.behindBack[key] = s.t.SignIn(userName, u.GivenName, u.FamilyName, u.DisplayName, u.Email), true
	return s.kept[key]
}

// CreateBehind creates somebody on the target, as an administrator would, and
// returns its id.
func (s *Sync) CreateBehind(key string, with ...With) string {
	u := s.person(key)
	doc := s.t.NewUser(append([]With{
		Set("userName", u.UserName), Unset("externalId"), Set("displayName", u.DisplayName),
		Set("name", Doc{"givenName": u.GivenName, "familyName": u.FamilyName}),
		Set("emails", Values{Doc{"value": u.Email, "type": "work", "primary": true}}),
	}, with...)...)
	id := s.t.Given(scim.UsersEndpoint, doc).ID
	s.kept[key], s.behindBack[key] = id, true
	return id
}

// addEmailBehind gives the target's user an address at home besides.
func (s *Sync) addEmailBehind(key, address string) {
	value := Doc{"value": address, "type": "home"}
	s.behind(s.userPath(key), change{
		operations: []scim.PatchOperation{Add("emails", Values{value})},
		replace: func(d Doc) {
			list, _ := d["emails"].([]any)
			d["emails"] = append(list, value)
		},
		shows: func(r scim.Resource) bool { return r.Has(`emails[type eq "home"]`) },
	})
}
