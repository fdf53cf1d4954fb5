package reference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// BesidePath is the path, beside the base path, of what others than SCIM
// clients do to the service provider: people who sign in, and its
// administrator. There are no credentials: it is for tests on one machine.
//
//	GET  /beside/login?name=NAME                     whether somebody with this NameID gets in
//	GET  /beside/observe?name=NAME                   the same, and more, as a command of a profile prints it
//	POST /beside/jit-account?name=NAME               somebody signs in and gets an account; given, family, shown and email may follow
//	POST /beside/seat-limit/fill                     there are as many seats as active users
//	POST /beside/seat-limit/free                     there is no limit
//	POST /beside/last-administrator/make?name=NAME   the user is the only administrator
//	POST /beside/last-administrator/undo?name=NAME   the user is one no more
//
// The answer is a line of text: the id of an account that was made, else whether
// it is done.
const BesidePath = "/beside"

// The answers to a login. The words are those of an administrator; what a
// product shows is not known.
const (
	LoginAllowed  = "allowed"
	LoginUnknown  = "blocked: not in the SCIM database"
	LoginInactive = "blocked: inactive"
)

// tenant is what an administrator has set beside SCIM. It is guarded by the
// store's lock.
type tenant struct {
	// seats is how many users may be active, where limited.
	limited bool
	seats   int
	// administrator is the id of the only one; "" when nothing hangs on it.
	administrator string
}

// serveBeside answers below BesidePath and leaves the rest to SCIM.
func (s *Server) serveBeside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, BesidePath+"/")
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		status, text := s.answerBeside(r.Method+" "+rest, r.URL.Query())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintln(w, text)
	})
}

func (s *Server) answerBeside(what string, query url.Values) (status int, text string) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	user := s.named(query.Get("name"))
	switch what {
	case "GET login":
		return http.StatusOK, s.login(user)
	case "GET observe":
		return http.StatusOK, s.observe(user)
	case "POST jit-account":
		if user != nil || query.Get("name") == "" {
			return http.StatusConflict, "there is such a user already, or no name was given"
		}
		r, err := s.signIn(query)
		if err != nil {
			return http.StatusConflict, err.Error()
		}
		return http.StatusOK, r.id
	case "POST seat-limit/fill":
		s.tenant.limited, s.tenant.seats = true, s.activeBeside(nil)
	case "POST seat-limit/free":
		s.tenant.limited = false
	case "POST last-administrator/make", "POST last-administrator/undo":
		switch {
		case user == nil:
			return http.StatusNotFound, "there is no such user"
		case strings.HasSuffix(what, "make"):
			s.tenant.administrator = user.id
		case s.tenant.administrator == user.id:
			s.tenant.administrator = ""
		}
	default:
		return http.StatusNotFound, "nothing is done at " + what
	}
	return http.StatusOK, "done"
}

// signIn makes the account of somebody who signs in, of what the assertion says.
func (s *Server) signIn(assertion url.Values) (*resource, error) {
	t, doc := s.types[0], object{}
	for name, v := range map[string]any{
		"userName":    assertion.Get("name"),
		"name":        object{"givenName": assertion.Get("given"), "familyName": assertion.Get("family")},
		"displayName": assertion.Get("shown"),
		"emails":      emailOf(assertion.Get("email")),
	} {
		if err := readAttribute(doc, t.find("", name), v); err != nil {
			return nil, err
		}
	}
	complete(t, doc, "Unknown")
	return s.add(&call{srv: s, method: http.MethodPost}, t, doc)
}

// login says whether somebody gets in whose NameID is the userName of the user;
// nil for nobody's.
func (s *Server) login(user *resource) string {
	switch {
	case user == nil:
		return LoginUnknown
	case !isActive(user.doc) && !s.b.inactiveGetIn:
		return LoginInactive
	case s.b.provisionedStayOut:
		return LoginUnknown
	}
	return LoginAllowed
}

// observe is what a command "observe" prints of a user.
func (s *Server) observe(user *resource) string {
	seen := map[string]any{"exists": user != nil, "can_log_in": s.login(user) == LoginAllowed}
	if user != nil {
		names := []string{}
		for _, g := range s.store.groups[user.id] {
			names = append(names, textOf(g.doc, "displayName"))
		}
		seen["active"], seen["groups"] = isActive(user.doc), names
	}
	line, _ := json.Marshal(seen) // of such values always succeeds
	return string(line)
}

// withinTenant refuses what the administrator's settings do not let happen to
// a user (locked).
func (s *Server) withinTenant(r *resource, before, after object) error {
	switch t := &s.tenant; {
	case !r.isUser():
	case t.limited && isActive(after) && (before == nil || !isActive(before)) && s.activeBeside(r) >= t.seats:
		return noSeat()
	case t.administrator == r.id && isActive(before) && !isActive(after):
		return noAdministratorLeft()
	}
	return nil
}

// named finds a user by the userName, without regard to letter case (RFC 7643
// section 4.1.1); nil when there is none.
func (s *Server) named(userName string) *resource {
	list := s.store.collections[s.types[0]].list
	i := slices.IndexFunc(list, func(r *resource) bool {
		return strings.EqualFold(cmp.Or(s.b.signsIn[r.id], textOf(r.doc, "userName")), userName)
	})
	if i < 0 {
		return nil
	}
	return list[i]
}

// activeBeside counts the active users beside one.
func (s *Server) activeBeside(one *resource) (n int) {
	for _, r := range s.store.collections[s.types[0]].list {
		if r != one && isActive(r.doc) {
			n++
		}
	}
	return n
}

func isActive(doc object) bool { return doc["active"] != false }

// emailOf is the list of one address; nil without one.
func emailOf(address string) []any {
	if address == "" {
		return nil
	}
	return []any{object{"value": address, "type": "work", "primary": true}}
}
