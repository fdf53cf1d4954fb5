package lifecycle

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// deeds are the intents in the words of people.
var deeds = map[string]string{
	"Discover": "discovery", "Probe": "the connection test", "ListUsers": "the list of users", "ListGroups": "the list of groups",
	"Find": "the lookup of users", "Read": "the read of users", "Create": "the create of users", "Update": "the update of users",
	"Deactivate": "the disabling of users", "Reactivate": "the enabling of users", "Delete": "the deletion of users",
	"SetManager": "the manager", "ClearManager": "the clearing of the manager", "SetRoles": "the roles",
	"FindGroup": "the lookup of groups", "ReadGroup": "the read of groups", "CreateGroup": "the create of groups",
	"Reconcile": "the name of groups", "RenameGroup": "the renaming of groups", "ChangeMembers": "the change of members",
	"ReplaceMembers": "the push of members", "DeleteGroup": "the deletion of groups",
}

// assumption says what of an intent no source shows; "" where one does.
func assumption(d *mockidp.Dialect, intent string) string {
	if ref := d.Source[intent]; ref.Mark == mockidp.Assumed {
		return deeds[intent] + ", " + ref.Key
	}
	return ""
}

// assumptions lists the assumed wordings of a dialect by intent, in the words
// of people.
func assumptions(d *mockidp.Dialect) map[string]string {
	out := map[string]string{}
	for intent := range d.Source {
		if assumption(d, intent) != "" {
			out[intent] = deeds[intent]
		}
	}
	return out
}

// sending returns a Doer that remembers what the identity provider sent last:
// what the target shows afterwards rests on it.
func (s *Sync) sending(target scim.Doer) scim.Doer {
	return scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
		x := target.Do(ctx, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case r.Intent == "":
		case r.Method == http.MethodGet:
			s.looked = r.Intent
		default:
			s.wrote = r.Intent
		}
		return x
	})
}

// restsOn says on which assumption the judgement of an exchange rests. A
// request of the identity provider rests on its own wording, a read of the
// target on the last write, and what no exchange shows on the lookup as well.
func (s *Sync) restsOn(x *scim.Exchange) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	intent := s.wrote
	switch {
	case x == nil && assumption(s.dialect, s.looked) != "":
		intent = s.looked
	case x != nil && x.Request.Intent != "":
		intent = x.Request.Intent
	}
	what := assumption(s.dialect, intent)
	if x != nil && x.Request.Intent != "" {
		switch status := x.Status(); {
		case status == http.StatusUnsupportedMediaType && s.dialect.KnownMediaType:
			what = "" // the body may be assumed, its media type is not
		case status == http.StatusUnsupportedMediaType, status == http.StatusNotAcceptable:
			what = cmp.Or(what, assumedHeaders(s.dialect, intent))
		}
	}
	s.forgiven = s.forgiven || what != ""
	return what
}

// assumedHeaders says that no source shows which media types a dialect names.
func assumedHeaders(d *mockidp.Dialect, intent string) string {
	for _, part := range d.Assumed {
		if strings.Contains(part, "Accept") {
			return "the media types, " + d.Source[intent].Key
		}
	}
	return ""
}
