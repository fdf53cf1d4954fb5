package reference

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

func (c *call) isPatch() bool { return c.method == http.MethodPatch }

// onTarget sees every operation of a PATCH with what its path names; t is nil
// for an operation without a path, or with one that names nothing.
func onTarget(f func(p *patcher, o *operation, t *target) error) func(*behaviour) {
	return onOperation(func(p *patcher, o *operation) error {
		t, err := p.target(o.path)
		if err != nil {
			t = nil
		}
		return f(p, o, t)
	})
}

// skipWhen leaves out the operations for which the condition holds.
func skipWhen(condition func(p *patcher, o *operation, t *target) bool) func(*behaviour) {
	return onTarget(func(p *patcher, o *operation, t *target) error {
		o.skip = o.skip || condition(p, o, t)
		return nil
	})
}

// refuseWhen refuses the operations for which the condition holds.
func refuseWhen(status int, scimType string, condition func(p *patcher, o *operation, t *target) bool) func(*behaviour) {
	return onTarget(func(p *patcher, o *operation, t *target) error {
		if condition(p, o, t) {
			return &problem{status: status, scimType: scimType, detail: "this operation is not supported"}
		}
		return nil
	})
}

// withoutPath reports whether an operation sets attributes without a path.
func withoutPath(_ *patcher, o *operation, _ *target) bool {
	return o.path == "" && !o.is(opRemove)
}

// inObject reports whether an operation without a path sets something whose
// key fulfils the condition.
func inObject(o *operation, condition func(key string) bool) bool {
	in, _ := o.value.(object)
	return o.path == "" && slices.ContainsFunc(memberNames(in), condition)
}

func isDotted(key string) bool { return strings.Contains(key, ".") && !strings.Contains(key, ":") }
func isURN(key string) bool    { return strings.HasPrefix(strings.ToLower(key), "urn:") }

// patched reports whether the answer is that of a successful PATCH.
func patched(c *call, a *reply) bool { return c.isPatch() && a.shows != nil }

var patchFaults = []Fault{
	{"patch-loses-addresses", "A PATCH of another attribute takes the addresses of a user away", "7644-3.5.2.3-10, wso2 11801",
		onWrite(func(c *call, r *resource, before, after object) error {
			if c.isPatch() && r.isUser() && same(before["addresses"], after["addresses"]) {
				delete(after, "addresses")
			}
			return nil
		})},
	{"patch-ignored", "PATCH answers 200 and changes nothing", "OKTA-Q01 (B5), E44",
		skipWhen(func(*patcher, *operation, *target) bool { return true })},
	{"patch-op-capitals-only", "Only operations called Add, Remove and Replace do something", "E21, OKTA-Q27 (B27)",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.op == strings.ToLower(o.op) })},
	{"patch-unknown-op-accepted", "An unknown operation is left out", "7644-3.5.2-07",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool {
			return !o.is(opAdd) && !o.is(opRemove) && !o.is(opReplace)
		})},
	{"patch-first-operation-only", "Only the first operation of a PATCH is applied", "OKTA-Q27, 7644-3.5.2-26",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.index > 0 })},
	{"patch-order-reversed", "The operations of a PATCH are applied from the last to the first", "SimpleIdServer 644, OKTA-Q27",
		onRequest(func(c *call) (*reply, error) {
			if v, _ := member(c.body, "Operations"); c.isPatch() && v != nil {
				slices.Reverse(listOf(v))
			}
			return nil, nil
		})},
	{"patch-op-must-come-first", "An operation has to begin with op", "7643-2.3.8-02",
		onRawPatch(func(raw []byte) bool { return !bytes.Contains(raw, []byte(`{"op"`)) })},
	{"patch-not-atomic", "The operations before one that fails stay applied", "zulip 39869, 7644-3.5.2-29",
		onSwitch(func(s *switches) { s.patchNotAtomic = true })},
	{"patch-skips-failing-operation", "An operation that fails is left out and the others are applied", "7644-3.5.2-31",
		onSwitch(func(s *switches) { s.patchSkipsFailing = true })},
	{"patch-no-op-touches-last-modified", "A PATCH that changes nothing moves lastModified", "7644-3.5.2.1-11",
		onSwitch(func(s *switches) { s.patchTouches = true })},
	{"patch-keeps-old-primary", "A new primary value leaves the former one primary", "7644-3.5.2-28, wso2 3866",
		onSwitch(func(s *switches) { s.keepOldPrimary = true })},
	{"patch-accepts-duplicate", "PATCH can give a user the userName of another", "E73, SimpleIdServer 928",
		onSwitch(func(s *switches) { s.acceptDuplicate = (*call).isPatch })},
	{"patch-answers-old-state", "PATCH answers with the resource as it was", "E44, ory/polis 4070",
		onSwitch(func(s *switches) { s.patchAnswersOld = true })},
	{"patch-200-without-body", "PATCH answers 200 without a body", "OKTA-Q33, 7644-3.5.2-33",
		onAnswer(func(c *call, a *reply) {
			if patched(c, a) {
				a.body = nil
			}
		})},
	{"patch-answers-201", "A PATCH that is done is answered with 201", "7644-3.5.2-33",
		onAnswer(func(c *call, a *reply) {
			if patched(c, a) {
				a.status = http.StatusCreated
			}
		})},
	{"patch-204-with-body", "PATCH answers 204 with a body", "7644-3.5.2-33",
		func(b *behaviour) {
			onAnswer(func(c *call, a *reply) {
				if patched(c, a) {
					a.status, a.body = http.StatusNoContent, nil
				}
			})(b)
			onWire(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPatch {
						w = &withBody{w}
					}
					next.ServeHTTP(w, r)
				})
			})(b)
		}},
	{"patch-error-without-scimtype", "Errors of a PATCH have no scimType", "7644-3.12-23",
		onAnswer(func(c *call, a *reply) {
			if c.isPatch() {
				delete(a.body, "scimType")
			}
		})},
	{"patch-unknown-id-accepted", "PATCH to an unknown id is answered with 204", "7644-3.5.2-36",
		onAnswer(func(c *call, a *reply) {
			if c.isPatch() && a.status == http.StatusNotFound {
				a.status, a.body = http.StatusNoContent, nil
			}
		})},
	{"patch-malformed-accepted", "A PATCH body that is no PatchOp is answered with 200", "7644-3.5.2-05",
		func(b *behaviour) {
			onRequest(func(c *call) (*reply, error) {
				_, err := readOperations(c)
				if t := c.kind(); c.isPatch() && t != nil && len(c.path) == 2 && c.body != nil && err != nil && checkSchemas(c.body, scim.PatchOpURN) == nil {
					return c.srv.get(c, t, c.path[1])
				}
				return nil, nil
			})(b)
			skipWhen(func(_ *patcher, o *operation, _ *target) bool {
				_, isObject := o.value.(object)
				return !o.is(opRemove) && (!o.hasValue || o.path == "" && !isObject)
			})(b)
		}},
	{"patch-without-schemas-ignored", "A PATCH body without schemas is answered with 200 and not applied", "7644-3.5.2-04",
		onRequest(func(c *call) (*reply, error) {
			if t := c.kind(); c.isPatch() && t != nil && len(c.path) == 2 && withoutSchemas(c) {
				return c.srv.get(c, t, c.path[1])
			}
			return nil, nil
		})},
	{"patch-of-other-message-accepted", "A PATCH body whose schemas names another message is applied", "7644-3.5.2-04",
		onRequest(func(c *call) (*reply, error) {
			if c.isPatch() && c.body != nil {
				c.body["schemas"] = []any{scim.PatchOpURN}
			}
			return nil, nil
		})},
	{"patch-ignores-active", "PATCH does not change active", "OKTA-Q01 (B5), E26",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if in, ok := o.value.(object); ok && o.path == "" {
				delete(in, "active")
			}
			o.skip = o.skip || t != nil && t.attr != nil && t.attr.name == "active"
			return nil
		})},
	{"patch-only-active", "PATCH changes nothing but active", "E23, getsentry 3573",
		skipWhen(func(_ *patcher, o *operation, t *target) bool {
			return (t == nil || t.attr == nil || t.attr.name != "active") && !inObject(o, func(key string) bool { return key == "active" })
		})},
	{"patch-refuses-inactive", "PATCH of a user that is not active is refused", "E76, learn-qa 1185756",
		refuseWhen(http.StatusConflict, "", func(p *patcher, _ *operation, _ *target) bool { return p.r.doc["active"] == false })},
	{"patch-deactivated-404", "A PATCH that makes a user inactive is answered with 404", "OKTA-Q17 (B6)",
		onAnswer(func(c *call, a *reply) {
			if patched(c, a) && a.shows.doc["active"] == false {
				*a = *errorReply(notFound("the user"))
			}
		})},
	{"patch-refuses-rename", "PATCH of the userName is refused", "E77",
		refuseWhen(http.StatusBadRequest, scim.Mutability, func(_ *patcher, o *operation, t *target) bool {
			return t != nil && t.attr != nil && t.attr.name == "userName" || inObject(o, func(key string) bool { return key == "userName" })
		})},
	{"patch-string-boolean-true", `The string "False" is taken for true`, "E24, ssoready 155",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if _, isText := o.value.(string); isText && t != nil && t.attr != nil && t.attr.kind == typeBoolean {
				o.value = true
			}
			return nil
		})},
	{"patch-without-path-ignored", "An operation without a path does nothing", "OKTA-Q01 (B5), 7644-3.5.2-09",
		skipWhen(withoutPath)},
	{"patch-without-path-500", "An operation without a path is answered with 500", "OKTA-Q01 (B1), OKTA-Q28 (B14)",
		refuseWhen(http.StatusInternalServerError, "", withoutPath)},
	{"patch-without-path-replaces-resource", "A replace without a path removes what it does not name", "OKTA-Q01 (B3)",
		onOperation(func(p *patcher, o *operation) error {
			if o.path == "" && o.is(opReplace) {
				p.keepOnly("userName", "displayName", "active")
			}
			return nil
		})},
	{"patch-without-path-refuses-extension", "An operation without a path refuses attributes of extensions", "EL-4",
		refuseWhen(http.StatusBadRequest, scim.InvalidValue, func(_ *patcher, o *operation, _ *target) bool { return inObject(o, isURN) })},
	{"patch-without-path-ignores-empty-list", "An operation without a path ignores empty lists", "SCM-9",
		onOperation(func(_ *patcher, o *operation) error {
			in, _ := o.value.(object)
			for key, v := range in {
				if list, ok := v.([]any); ok && o.path == "" && len(list) == 0 {
					delete(in, key)
				}
			}
			return nil
		})},
	{"patch-without-path-members-alone", "A PATCH without a path that has members changes nothing else", "7644-3.5.2.3-01",
		onOperation(func(_ *patcher, o *operation) error {
			if in, _ := o.value.(object); o.path == "" && in["members"] != nil {
				delete(in, "displayName")
			}
			return nil
		})},
	{"patch-dotted-key-ignored", "A key with a dot in a value without a path is ignored", "E27",
		dropKeys(isDotted)},
	{"patch-dotted-key-literal", "A key with a dot in a value without a path is kept as it is", "EL-7, E27",
		literal(func(o *operation, keep func(key string, v any)) {
			in, _ := o.value.(object)
			for key, v := range in {
				if o.path == "" && isDotted(key) {
					delete(in, key)
					keep(key, v)
				}
			}
		})},
	{"patch-id-in-value-refused", "A value without a path must not hold the id", "OKTA-Q26 (B13)",
		refuseWhen(http.StatusBadRequest, scim.Mutability, func(_ *patcher, o *operation, _ *target) bool {
			return inObject(o, func(key string) bool { return key == "id" })
		})},
	{"patch-changes-meta", "PATCH can change meta.created", "wso2 12910, 7644-3.5.2-18",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if t != nil && t.attr != nil && t.attr.name == "meta" {
				o.skip = true
				if s, _ := o.value.(string); s != "" {
					if at, ok := parseTime(s); ok {
						p.r.created = at.Truncate(time.Millisecond)
					}
				}
			}
			return nil
		})},
	{"patch-changes-id", "PATCH can change the id", "7643-3.1-07",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if id, ok := o.value.(string); ok && t != nil && t.attr != nil && t.attr.name == "id" && !o.is(opRemove) {
				delete(p.srv.store.byID, p.r.id)
				p.r.id, o.skip = id, true
				p.srv.store.byID[id] = p.r
			}
			return nil
		})},
	{"patch-read-only-ignored", "An operation on a readOnly attribute does nothing", "7643-7-27, SCIM-SDK 140",
		skipWhen(func(_ *patcher, _ *operation, t *target) bool {
			return t != nil && t.attr != nil && (t.attr.mutability == readOnly || t.sub != nil && t.sub.mutability == readOnly)
		})},
	{"patch-refuses-extension", "A path with the URN of an extension is refused", "E29, scim2 104",
		refuseWhen(http.StatusBadRequest, scim.InvalidPath, func(_ *patcher, _ *operation, t *target) bool { return t != nil && t.ext != nil })},
	{"patch-core-urn-unknown", "A path with the URN of the core schema is refused", "scimitar 116, 7644-3.5.2-22",
		refuseWhen(http.StatusBadRequest, scim.InvalidPath, func(p *patcher, o *operation, _ *target) bool {
			return strings.HasPrefix(o.path, p.r.kind.schema.id+":")
		})},
	{"patch-path-case-sensitive", "The names in a path have to be written as in the schema", "7644-3.5.2-22",
		refuseWhen(http.StatusBadRequest, scim.InvalidPath, func(_ *patcher, o *operation, t *target) bool {
			return t != nil && t.attr != nil && (!strings.Contains(o.path, t.attr.name) || t.sub != nil && !strings.Contains(o.path, t.sub.name))
		})},
}

// keepOnly removes all but some attributes of the document.
func (p *patcher) keepOnly(names ...string) {
	for name := range p.doc {
		if !slices.Contains(names, name) {
			delete(p.doc, name)
		}
	}
}

// dropKeys removes keys from the values of operations without a path.
func dropKeys(condition func(key string) bool) func(*behaviour) {
	return onOperation(func(_ *patcher, o *operation) error {
		in, _ := o.value.(object)
		for _, key := range memberNames(in) {
			if o.path == "" && condition(key) {
				delete(in, key)
			}
		}
		return nil
	})
}

// literal keeps what it is given under keys that no schema has, and shows it
// ever after.
func literal(f func(o *operation, keep func(key string, v any))) func(*behaviour) {
	return func(b *behaviour) {
		extras := map[string]object{}
		onOperation(func(p *patcher, o *operation) error {
			f(o, func(key string, v any) {
				if extras[p.r.id] == nil {
					extras[p.r.id] = object{}
				}
				extras[p.r.id][key] = v
			})
			return nil
		})(b)
		onShow(func(_ *call, r *resource, o object) {
			for key, v := range extras[r.id] {
				o[key] = clone(v)
			}
		})(b)
	}
}

// onRawPatch refuses a PATCH by its bytes.
func onRawPatch(refused func(raw []byte) bool) func(*behaviour) {
	return onRaw(func(r *http.Request, raw []byte) bool { return r.Method == http.MethodPatch && refused(raw) })
}
