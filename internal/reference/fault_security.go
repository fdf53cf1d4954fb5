package reference

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// accessFaults are in doors that were forgotten.
var accessFaults = []Fault{
	{"auth-forgotten-on-queries", "Queries are answered whatever the credentials", "7642-4-01",
		onAdmit(func(c *call, _ string) bool { return c.isList() })},
	{"auth-forgotten-on-put", "PUT is done whatever the credentials", "7642-4-01",
		onAdmit(func(c *call, _ string) bool { return c.isPut() })},
	{"auth-forgotten-on-patch", "PATCH is done whatever the credentials", "7642-4-01",
		onAdmit(func(c *call, _ string) bool { return c.isPatch() })},
	{"auth-forgotten-on-groups", "/Groups is open whatever the credentials", "7642-4-01",
		onAdmit(func(c *call, _ string) bool { return c.endpoint() == scim.GroupsEndpoint })},
	{"auth-forgotten-on-bulk", "/Bulk is open whatever the credentials", "7642-4-01",
		onAdmit(func(c *call, _ string) bool { return c.endpoint() == scim.BulkEndpoint })},
	{"auth-absent-done", "A write without credentials is done and then refused", "7642-4-01",
		admittedLate(func(c *call, authorization string) bool { return authorization == "" && c.method != http.MethodGet })},
	{"discovery-anonymous-500", "/ResourceTypes and /Schemas without credentials are answered with 500", "7644-3.12-09",
		onAnswer(func(c *call, a *reply) {
			if unauthorized(a) && c.isDiscovery() && c.header.Get("Authorization") == "" {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"config-basic-alone", "HTTP Basic is the only authentication scheme on offer", "7644-2-06",
		onConfig(func(o object) {
			scheme := listOf(o["authenticationSchemes"])[0].(object)
			scheme["type"], scheme["name"] = "httpbasic", "HTTP Basic"
		})},
}

// passwordFaults show a password, or tell of it.
var passwordFaults = []Fault{
	{"password-in-lists", "Lists show that a user has a password", "7643-4.1.1-20",
		onShow(func(c *call, r *resource, o object) {
			if _, has := r.doc["password"]; has && c.isList() {
				o["password"] = "********"
			}
		})},
	{"password-in-answer-to-patch", "The answer to a PATCH shows the new password", "7643-4.1.1-20",
		onShow(func(c *call, _ *resource, o object) {
			for _, op := range listOf(c.body["Operations"]) {
				if op, _ := op.(object); c.isPatch() && op["path"] == "password" {
					o["password"] = op["value"]
				}
			}
		})},
	{"password-in-answer-to-put", "The answer to a PUT shows the new password", "7643-4.1.1-20",
		onShow(func(c *call, _ *resource, o object) {
			if secret, sent := c.body["password"]; sent && c.isPut() {
				o["password"] = secret
			}
		})},
	{"password-in-answer-to-bulk", "The answer to a bulk request repeats the operations", "7643-4.1.1-20",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.BulkEndpoint && !c.inBulk && a.status == http.StatusOK {
				a.body["request"] = c.body
			}
		})},
	{"password-in-errors", "The refusal of a user shows what was sent", "7643-4.1.1-20",
		onAnswer(func(c *call, a *reply) {
			if _, sent := c.body["password"]; sent && isError(a) {
				a.body["detail"] = fmt.Sprintf("%v: %s", a.body["detail"], encode(c.body))
			}
		})},
	{"password-in-filter-errors", "The refusal of a filter shows it", "7643-4.1.1-20",
		onAnswer(func(c *call, a *reply) {
			if filter, given := c.param("filter"); given && isError(a) {
				a.body["detail"] = fmt.Sprintf("%v: %s", a.body["detail"], filter)
			}
		})},
	{"password-found-by-beginning", "The operator sw finds users by their passwords", "7643-9.2-02",
		onPassword(scim.SW)},
	{"password-filter-answered", "A filter on the password in a URL is answered", "7644-7.5.2-03",
		onPassword(scim.EQ)},
	{"error-stack-trace", "Errors show where in the program they come from", "7644-3.12-05",
		onDetail("java.lang.IllegalStateException: bad request\n\tat com.example.scim.UserService.find(UserService.java:42)")},
	{"error-sql", "Errors show what the database says", "7644-3.12-05",
		onDetail(`pq: duplicate key value violates unique constraint "users_user_name_key"`)},
	{"error-file-path", "Errors show where on its machine the program lies", "7644-3.12-05",
		onDetail("bad request in /srv/app/releases/42/scim/users.py")},
}

// onDetail replaces the detail of errors.
func onDetail(detail string) func(*behaviour) {
	return onError(func(a *reply) { a.body["detail"] = detail })
}

// onPassword evaluates comparisons of the password by an operator; right ones
// are all that is ever asked.
func onPassword(op scim.Op) func(*behaviour) {
	return onCompare(func(_ *call, f *scim.Compare) scim.Filter {
		if strings.EqualFold(f.Attr.Name, "password") && f.Op == op {
			return holdsAlways
		}
		return f
	})
}

var (
	tag        = regexp.MustCompile(`<[^>]*>`)
	expression = strings.NewReplacer("{{7*7}}", "49", "${7*7}", "49", "#{7*7}", "49", "<%= 7*7 %>", "49", "@(7*7)", "49")
	formatVerb = strings.NewReplacer("%s", "", "%d", "0", "%n", "", "%x", "0", "{0}", "")
	shellSigns = strings.NewReplacer("$(id)", "uid=0", "`id`", "uid=0", "%PATH%", "", "$PATH", "")
	dots       = strings.NewReplacer("../", "", `..\`, "")
	onWithText = func(part string) func(*behaviour) {
		return onNewName(func(s string) bool { return strings.Contains(s, part) })
	}
	errInjection = errors.New("the statement could not be executed")
)

// payloadFaults are in what becomes of hostile texts, ids and paths.
var payloadFaults = []Fault{
	{"user-name-sql-500", "A new userName with the signs of SQL is answered with 500", "7643-9.2-02",
		onWrite(func(c *call, _ *resource, before, after object) error {
			if before == nil && sqlName(after) {
				return errInjection
			}
			return nil
		})},
	{"user-name-sql-conflict", "An apostrophe in a userName ends it in SQL, and every user seems to have it", "7643-9.2-02",
		onWrite(func(c *call, _ *resource, before, after object) error {
			if before == nil && sqlName(after) {
				return &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the userName is taken"}
			}
			return nil
		})},
	{"text-sql-500", "A new displayName with the signs of SQL is answered with 500", "7643-9.2-02", onWithText("' OR '")},
	{"text-ldap-500", "A new displayName with the signs of LDAP filters is answered with 500", "7643-9.2-02", onWithText("*)(")},
	{"text-null-500", "A new displayName with U+0000 is answered with 500", "7643-2.3.1-01", onWithText("\x00")},
	{"text-control-500", "A new displayName with control characters is answered with 500", "7643-2.3.1-01", onWithText("\x1b")},
	{"text-long-500", "A new displayName of more than 4000 characters is answered with 500", "7643-2.3.1-01",
		onNewName(func(s string) bool { return len(s) > 4000 })},
	{"text-template-evaluated", "The expressions of templates in a displayName are evaluated", "7643-9.2-02", onDisplayName(expression.Replace)},
	{"text-markup-removed", "Markup in a displayName is taken out", "7643-2.3.1-01",
		onDisplayName(func(s string) string { return tag.ReplaceAllString(s, "") })},
	{"text-path-resolved", "Dots and slashes in a displayName are taken out", "7643-2.3.1-01", onDisplayName(dots.Replace)},
	{"text-shell-removed", "A shell sees the displayName", "7643-9.2-02", onDisplayName(shellSigns.Replace)},
	{"text-format-evaluated", "A displayName is used as a format string", "7643-9.2-02", onDisplayName(formatVerb.Replace)},

	{"id-path-traversal", "Encoded dots and slashes in an id are resolved", "7644-3.4.1-01",
		onID(func(c *call, id string) error {
			if id = strings.ReplaceAll(id, `\`, "/"); strings.Contains(id, "../") {
				c.path = strings.Split(strings.Trim(path.Clean(c.endpoint()+"/"+id), "/"), "/")
			}
			return nil
		})},
	{"id-wildcard", "An id of a wildcard finds the first resource", "7643-9.2-02",
		onID(func(c *call, id string) error {
			c.srv.store.mu.RLock()
			defer c.srv.store.mu.RUnlock()
			if list := c.srv.store.collections[c.kind()].list; (id == "%" || id == "*") && len(list) > 0 {
				c.path[1] = list[0].id
			}
			return nil
		})},
	{"id-sql-injection", "An id ends at a quotation mark with a comment behind it", "7643-9.2-02",
		onID(func(c *call, id string) error {
			c.path[1], _, _ = strings.Cut(id, "' --")
			return nil
		})},
	{"id-sql-500", "An id with a quotation mark is answered with 500", "7643-9.2-02", onBadID(func(id string) bool { return strings.Contains(id, "'") })},
	{"id-template-500", "An id with the expressions of templates is answered with 500", "7643-9.2-02",
		onBadID(func(id string) bool { return strings.Contains(id, "7*7") })},
	{"id-null-500", "An id with U+0000 is answered with 500", "7644-3.12-11", onBadID(func(id string) bool { return strings.Contains(id, "\x00") })},
	{"id-null-ends", "An id ends at U+0000", "7644-3.4.1-01",
		onID(func(c *call, id string) error {
			c.path[1], _, _ = strings.Cut(id, "\x00")
			return nil
		})},
	{"id-not-utf-8-500", "An id that is not UTF-8 is answered with 500", "7644-3.12-11", onBadID(func(id string) bool { return !utf8.ValidString(id) })},
	{"id-long-500", "An id of more than 1000 characters is answered with 500", "7644-3.12-11", onBadID(func(id string) bool { return len(id) > 1000 })},

	{"trace-echoes", "TRACE shows the request", "RFC 9110 section 9.3.8",
		onHeader(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodTrace {
				return true
			}
			var b strings.Builder
			fmt.Fprintf(&b, "TRACE %s HTTP/1.1\r\n", r.URL.RequestURI())
			_ = r.Header.Write(&b) // a Builder never fails
			write(w, http.StatusOK, "message/http", b.String())
			return false
		})},
	{"unknown-method-500", "A method that does not exist is answered with 500", "7644-3.2-11",
		onHeader(func(w http.ResponseWriter, r *http.Request) bool {
			if !slices.Contains(knownMethods, r.Method) {
				answerError(w, http.StatusInternalServerError, "the method has no handler")
				return false
			}
			return true
		})},
	{"unknown-method-as-get", "A method that does not exist is taken for GET", "7644-3.2-22",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			if !slices.Contains(knownMethods, r.Method) {
				r.Method = http.MethodGet
			}
			return true
		})},
	{"method-override", "A header can make a GET another method", "7644-3.2-22",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			if other := r.Header.Get("X-HTTP-Method-Override"); other != "" {
				r.Method = other
			}
			return true
		})},
	{"patch-path-injection", "A quotation mark in the filter of a PATCH path ends its value", "7643-9.2-02",
		onOperation(func(_ *patcher, o *operation) error {
			if attr, filter, _ := strings.Cut(o.path, "["); strings.Contains(filter, `\" or `) {
				o.path = attr
			}
			return nil
		})},
}

var knownMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace,
}

// sqlName reports whether the userName of a user has the signs of SQL.
func sqlName(user object) bool {
	name, _ := user["userName"].(string)
	return strings.Contains(name, "' OR '")
}

// onNewName answers the create of a displayName with 500.
func onNewName(bad func(name string) bool) func(*behaviour) {
	return onWrite(func(c *call, _ *resource, before, after object) error {
		if name, _ := after["displayName"].(string); before == nil && bad(name) {
			return errInjection
		}
		return nil
	})
}

// onID sees the id of a GET of one resource.
func onID(f func(c *call, id string) error) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if c.isSingle() && c.method == http.MethodGet {
			return nil, f(c, c.path[1])
		}
		return nil, nil
	})
}

// onBadID answers the GET of an id with 500.
func onBadID(bad func(id string) bool) func(*behaviour) {
	return onID(func(_ *call, id string) error {
		if bad(id) {
			return errInjection
		}
		return nil
	})
}
