package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// authFaults are in who is let in.
var authFaults = []Fault{
	{"auth-not-checked", "Credentials are not checked", "7644-2-04", onAdmit(func(*call, string) bool { return true })},
	{"auth-any-token", "Every token is taken", "7644-2-04",
		onAdmit(func(_ *call, authorization string) bool { return tokenOf(authorization) != "" })},
	{"auth-scheme-is-enough", "The word Bearer without a token is enough", "7644-2-04",
		onAdmit(func(_ *call, authorization string) bool { return strings.TrimSpace(authorization) == "Bearer" })},
	{"auth-token-prefix", "The beginning of the token is enough", "7644-2-04",
		onAdmit(func(c *call, authorization string) bool {
			token := tokenOf(authorization)
			return token != "" && strings.HasPrefix(c.srv.token, token)
		})},
	{"auth-answers-403", "Missing and wrong credentials are answered with 403", "7644-3.12-09",
		onAnswer(func(_ *call, a *reply) {
			if unauthorized(a) {
				setStatus(a, http.StatusForbidden)
			}
		})},
	{"auth-wrong-token-500", "A wrong token is answered with 500", "7644-2-04",
		onAnswer(func(c *call, a *reply) {
			if unauthorized(a) && c.header.Get("Authorization") != "" {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"auth-checked-late", "A request with wrong credentials is done and then refused", "7644-2-04",
		admittedLate(func(_ *call, authorization string) bool { return tokenOf(authorization) != "" })},
}

func onAdmit(f func(c *call, authorization string) bool) func(*behaviour) {
	return func(b *behaviour) { b.admit = append(b.admit, f) }
}

// admittedLate does what a request with bad credentials asks for, and refuses it
// then.
func admittedLate(when func(c *call, authorization string) bool) func(*behaviour) {
	const late = "X-Refuse-Afterwards"
	return func(b *behaviour) {
		onAdmit(func(c *call, authorization string) bool {
			if !when(c, authorization) {
				return false
			}
			c.header.Set(late, "yes")
			return true
		})(b)
		onAnswer(func(c *call, a *reply) {
			if c.header.Get(late) != "" {
				*a = *errorReply(unauthenticated("late"))
			}
		})(b)
	}
}

// tokenOf is what stands behind the scheme.
func tokenOf(authorization string) string {
	_, token, _ := strings.Cut(authorization, " ")
	return token
}

// requestFaults are in what is made of requests that are wrong.
var requestFaults = []Fault{
	{"body-unchecked", "A create with a body that is no resource answers 201", "7644-3.12-08",
		onAnswer(func(c *call, a *reply) {
			if c.isCreate() && a.body["scimType"] == scim.InvalidSyntax {
				*a = *newReply(http.StatusCreated, object{"schemas": []any{c.kind().schema.id}, "id": "none"})
			}
		})},
	{"collection-put-200", "PUT to an endpoint answers 200", "7644-3.2-08",
		onAnswer(func(c *call, a *reply) {
			if c.method == http.MethodPut && len(c.path) == 1 && a.status == http.StatusMethodNotAllowed {
				*a = *newReply(http.StatusOK, c.body)
			}
		})},
	{"text-body-500", "A body of another media type is answered with 500", "7644-3.8-05",
		onAnswer(func(_ *call, a *reply) {
			if a.status == http.StatusUnsupportedMediaType {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
}
