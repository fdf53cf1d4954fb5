package reference

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// isCreate reports whether the request creates a resource of its endpoint.
func (c *call) isCreate() bool {
	return c.method == http.MethodPost && len(c.path) == 1 && c.kind() != nil
}

// created reports whether the answer is that of a successful create.
func created(a *reply) bool { return a.status == http.StatusCreated && a.shows != nil }

var createFaults = []Fault{
	{"create-answers-200", "A create is answered with 200", "7644-3.3-07",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				a.status = http.StatusOK
			}
		})},
	{"create-empty-body", "A create is answered without a body", "OKTA-Q13",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				a.body = nil
				a.header.Del("Location")
			}
		})},
	{"create-without-location", "The answer to a create has no header Location", "SCM-1, 7644-3.3-09",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				a.header.Del("Location")
			}
		})},
	{"location-of-collection", "The header Location of a create is the URI of the endpoint", "7644-3.3-09",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				a.header.Set("Location", c.base+a.shows.kind.endpoint)
			}
		})},
	{"location-of-group-among-users", "The location of a group is below /Users", "zscaler.md 9, row 22",
		func(b *behaviour) {
			among := func(location string) string {
				return strings.Replace(location, scim.GroupsEndpoint+"/", scim.UsersEndpoint+"/", 1)
			}
			onShow(func(_ *call, r *resource, o object) {
				if meta, ok := o["meta"].(object); ok && r.kind.name == "Group" {
					meta["location"] = among(textOf(meta, "location"))
				}
			})(b)
			onAnswer(func(_ *call, a *reply) {
				if location := a.header.Get("Location"); location != "" {
					a.header.Set("Location", among(location))
				}
			})(b)
		}},
	{"create-echoes-request", "The answer to a create is what was sent, with an id", "7644-3.1-10",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				echo := cloneObject(c.body)
				echo["id"], echo["meta"] = a.body["id"], a.body["meta"]
				echo["title"] = "as requested"
				a.body = echo
			}
		})},
	{"create-forces-active", "Every new user is active, whatever was sent", "OKTA-Q45",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.kind.name == "User" {
				after["active"] = true
			}
			return nil
		})},
	{"create-without-user-name", "A user is created without a userName", "7643-4.1.1-01",
		onSwitch(func(s *switches) {
			s.optional = func(_ *call, a *attribute) bool { return a.name == "userName" }
		})},
	{"id-from-client", "The id that a client sends with a create is taken over", "7643-3.1-08",
		onWrite(func(c *call, r *resource, before, _ object) error {
			if id, ok := c.body["id"].(string); ok && before == nil && id != "" && c.srv.store.byID[id] == nil {
				r.id = id
			}
			return nil
		})},
	{"meta-from-client", "meta that a client sends is taken over", "7643-3.1-22",
		onShow(func(c *call, _ *resource, o object) {
			if meta, ok := c.body["meta"].(object); ok && c.isWrite() && o["meta"] != nil {
				for k, v := range meta {
					o["meta"].(object)[k] = v
				}
			}
		})},
	{"groups-from-client", "A create with groups makes the user a member of them", "7643-4.1.2-27, scimgateway 96",
		onAnswer(func(c *call, a *reply) {
			if !created(a) || a.shows.kind.name != "User" {
				return
			}
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			for _, g := range listOf(c.body["groups"]) {
				if r := c.srv.store.byID[memberID(g)]; r != nil {
					doc := cloneObject(r.doc)
					doc["members"] = append(listOf(doc["members"]), object{"value": a.shows.id})
					c.srv.store.replace(r, doc)
				}
			}
		})},
	{"post-refuses-read-only", "A create with readOnly attributes is refused", "OKTA-Q04, 7644-3.3-02",
		onRequest(func(c *call) (*reply, error) {
			for _, name := range [...]string{"id", "meta", "groups"} {
				if _, sent := c.body[name]; sent && c.isCreate() {
					return nil, refuse(scim.Mutability, "%s is readOnly", name)
				}
			}
			return nil, nil
		})},
	{"duplicate-user-name-accepted", "A second user with the same userName is created", "OKTA-Q14 (B28)",
		onSwitch(func(s *switches) { s.acceptDuplicate = (*call).isCreate })},
	{"duplicate-answers-400", "A duplicate is refused with 400", "7644-3.3-11, go-scim 65",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusConflict {
				setStatus(a, http.StatusBadRequest)
			}
		})},
	{"duplicate-without-scimtype", "A duplicate is refused without the scimType uniqueness", "E70, 7644-3.3-12",
		onAnswer(func(_ *call, a *reply) {
			if a.status == http.StatusConflict {
				delete(a.body, "scimType")
			}
		})},
	{"duplicate-answers-500", "A duplicate is answered with 500", "E70, sourcegraph 48353",
		onAnswer(func(_ *call, a *reply) {
			if a.status == http.StatusConflict {
				setStatus(a, http.StatusInternalServerError)
				delete(a.body, "scimType")
			}
		})},
	{"user-name-unique-by-case", "Two userNames that differ in letter case are not the same", "E72, OKTA-Q10 (B32)",
		onSwitch(func(s *switches) { s.uniqueByCase = true })},
	{"user-name-lower-cased", "A userName is stored in lower case", "OKTA-Q10 (B29)",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if name, ok := after["userName"].(string); ok {
				after["userName"] = strings.ToLower(name)
			}
			return nil
		})},
	{"user-name-is-email", "The userName becomes the work e-mail address", "E71, scenario of ory/polis 4065",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, e := range listOf(after["emails"]) {
				if address, ok := e.(object)["value"].(string); ok && r.kind.name == "User" {
					after["userName"] = address
					break
				}
			}
			return nil
		})},
	{"post-drops-optional", "A create stores the userName and little else", "7644-3.3-13",
		onWrite(func(_ *call, r *resource, before, after object) error {
			for name := range after {
				if before == nil && r.kind.name == "User" && name != "userName" && name != "active" {
					delete(after, name)
				}
			}
			return nil
		})},
	{"post-drops-members", "A group is created without its members", "OKTA-Q30 (B23)",
		onWrite(func(_ *call, _ *resource, before, after object) error {
			if before == nil {
				delete(after, "members")
			}
			return nil
		})},
	{"external-id-invented", "A user without an externalId gets the userName as one", "7643-3.1-15",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if name, ok := after["userName"]; ok && after["externalId"] == nil {
				after["externalId"] = name
			}
			return nil
		})},
	{"external-id-lower-cased", "An externalId is stored in lower case", "7643-3.1-18",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if id, ok := after["externalId"].(string); ok {
				after["externalId"] = strings.ToLower(id)
			}
			return nil
		})},
	{"external-id-dropped", "An externalId is not stored", "E15",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			delete(after, "externalId")
			return nil
		})},
	{"external-id-unique", "A second resource with the same externalId is refused", "OKTA-Q12 (B9)",
		onWrite(func(c *call, r *resource, _, after object) error {
			id, _ := after["externalId"].(string)
			a := r.kind.find("", "externalId").attr
			if id != "" && slices.ContainsFunc(c.srv.store.find(r.kind, a, id), func(x *resource) bool { return x != r }) {
				return conflict(a, id)
			}
			return nil
		})},
	{"null-refused", "A null in a create or a PUT is refused", "7643-2.5-01, OKTA-Q45",
		onRequest(func(c *call) (*reply, error) {
			for name, v := range c.body {
				if v == nil && c.kind() != nil && c.isWrite() {
					return nil, refuse(scim.InvalidValue, "%s must not be null", name)
				}
			}
			return nil, nil
		})},
	{"null-stored", "A null is stored as the word null", "7643-2.5-01",
		onWrite(func(c *call, r *resource, before, after object) error {
			for name, v := range c.body {
				if p := r.kind.find("", name); v == nil && before == nil && p.attr != nil && p.attr.kind == typeString {
					after[p.attr.name] = "null"
				}
			}
			return nil
		})},
	{"two-primaries", "Two primary values of one attribute are stored", "7643-2.4-05, wso2 3866",
		onSwitch(func(s *switches) { s.manyPrimaries = true })},
	{"extension-dropped", "The enterprise extension is not stored", "OKTA-Q05",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			delete(after, scim.EnterpriseUserURN)
			return nil
		})},
	{"extension-flattened", "Extension attributes stand at the top level", "7643-3.3-07",
		onShow(func(_ *call, _ *resource, o object) {
			if ext, ok := o[scim.EnterpriseUserURN].(object); ok {
				delete(o, scim.EnterpriseUserURN)
				for k, v := range ext {
					o[k] = v
				}
			}
		})},
	{"extension-not-in-schemas", "schemas does not name the extensions in use", "7643-3.3-04",
		onShow(func(_ *call, r *resource, o object) { o["schemas"] = []any{r.kind.schema.id} })},
	{"first-schema-only", "The first URI in schemas has to be that of the resource type", "7643-3-06",
		onRequest(func(c *call) (*reply, error) {
			v, _ := member(c.body, "schemas")
			if list := stringsIn(v); c.isCreate() && len(list) > 0 && list[0] != c.kind().schema.id {
				return nil, refuse(scim.InvalidSyntax, "%s is not a schema of this endpoint", list[0])
			}
			return nil, nil
		})},
	{"create-takes-scim-1", "A create with the schema of SCIM 1.1 is taken", "zscaler.md 1",
		onCall(func(c *call) {
			v, _ := member(c.body, "schemas")
			if c.isCreate() && slices.Contains(stringsIn(v), "urn:scim:schemas:core:1.0") {
				c.body["schemas"] = []any{c.kind().schema.id}
			}
		})},
	{"schemas-must-come-first", "schemas has to come before the userName", "7643-2.3.8-02",
		onRaw(func(r *http.Request, raw []byte) bool {
			schemas, name := bytes.Index(raw, []byte(`"schemas"`)), bytes.Index(raw, []byte(`"userName"`))
			return r.Method == http.MethodPost && name >= 0 && schemas > name
		})},
	{"attribute-names-case-sensitive", "Attribute names in a body have to be written as in the schema", "7643-2.1-02",
		onRequest(func(c *call) (*reply, error) {
			t := c.kind()
			for _, name := range memberNames(c.body) {
				if t == nil || c.method == http.MethodPatch || c.isSearch() {
					break
				}
				if p := t.find("", name); p.known() && p.attr.name != name {
					delete(c.body, name)
				}
			}
			return nil, nil
		})},
	{"password-returned", "The answer to a write shows the password", "7643-4.1.1-20, scimitar 56",
		onShow(func(c *call, _ *resource, o object) {
			if secret, sent := c.body["password"]; sent {
				o["password"] = secret
			}
		})},
	{"password-hash-returned", "A user shows the hash of the password", "7643-4.1.1-20",
		onShow(func(_ *call, r *resource, o object) {
			if hash, ok := r.doc["password"]; ok {
				o["password"] = hash
			}
		})},
	{"password-returned-when-asked", "A user shows a password when attributes names it", "7643-7-31",
		onShow(func(c *call, r *resource, o object) {
			asked := strings.Contains(c.params.Get("attributes"), "password")
			if _, ok := r.doc["password"]; ok && asked {
				o["password"] = "********"
			}
		})},
}

// setStatus changes the status of an error, in the body as well.
func setStatus(a *reply, status int) {
	a.status = status
	if _, ok := a.body["status"]; ok {
		a.body["status"] = strconv.Itoa(status)
	}
}
