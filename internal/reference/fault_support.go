package reference

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// What fills support queues: accounts that are taken for those of others, and
// refusals that do half of what they refuse.

// planting plants one after the other.
func planting(first, second func(*behaviour)) func(*behaviour) {
	return func(b *behaviour) { first(b); second(b) }
}

// refusals changes the answers of a refusal with this detail.
func refusals(detail string, change func(c *call, a *reply)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if a.body["detail"] == detail {
			change(c, a)
		}
	})
}

// withoutDetail takes the words from a refusal.
func withoutDetail(_ *call, a *reply) { delete(a.body, "detail") }

var supportFaults = []Fault{
	{"create-merges-by-email", "A create with the e-mail address of another user overwrites that user and answers 201", "E71, ory/polis 4065",
		onRequest(func(c *call) (*reply, error) {
			email := firstEmail(c.body)
			if !c.isCreate() || c.endpoint() != scim.UsersEndpoint || email == "" {
				return nil, nil
			}
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			for _, r := range c.srv.store.collections[c.kind()].list {
				if !strings.EqualFold(firstEmail(r.doc), email) || strings.EqualFold(textOf(r.doc, "userName"), textOf(c.body, "userName")) {
					continue
				}
				doc := fork(r.doc)
				for _, name := range []string{"userName", "externalId", "name", "displayName"} {
					if v := c.body[name]; v != nil {
						doc[name] = clone(v)
					}
				}
				c.srv.store.replace(r, doc)
				return c.srv.show(c, r, http.StatusCreated), nil
			}
			return nil, nil
		})},
	{"taken-email-500", "A create with the e-mail address of another user is answered with 500", "E71, OKTA-Q14 (B33)",
		onWrite(func(c *call, r *resource, before, after object) error {
			email := firstEmail(after)
			if before == nil && r.isUser() && email != "" && c.others(r, func(doc object) bool { return strings.EqualFold(firstEmail(doc), email) }) > 0 {
				return fail(http.StatusInternalServerError, "duplicate key value violates unique constraint")
			}
			return nil
		})},
	{"external-id-read-only", "The externalId of a user stays as it was created", "E74", frozen("externalId")},
	{"external-id-change-500", "A change of the externalId of a user is answered with 500", "E74, interop elimity",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before != nil && r.isUser() && before["externalId"] != after["externalId"] {
				return fail(http.StatusInternalServerError, "the externalId is a key")
			}
			return nil
		})},
	{"inactive-deleted-stays-member", "A user that is made inactive is deleted, and stays a member of its groups", "entra.md 5.12, OKTA-Q36 (B25)",
		onAnswer(func(c *call, a *reply) {
			if r := a.shows; r.isUser() && r.doc["active"] == false && (c.isPatch() || c.isPut()) {
				c.srv.store.mu.Lock()
				defer c.srv.store.mu.Unlock()
				if c.srv.store.byID[r.id] == r {
					c.srv.store.remove(r)
				}
			}
		})},
	{"inactive-member-stuck", "An inactive user cannot be taken out of a group: the request is done without effect", "E51, OKTA-Q17",
		onWrite(func(c *call, r *resource, before, after object) error {
			left, _ := difference(memberIDs(before), memberIDs(after))
			for _, m := range listOf(before["members"]) {
				x := c.srv.store.byID[memberID(m)]
				if slices.Contains(left, memberID(m)) && x.isUser() && x.doc["active"] == false {
					after["members"] = append(slices.Clone(listOf(after["members"])), m)
				}
			}
			return nil
		})},
	{"login-while-inactive", "Who is inactive can log in all the same", "zscaler.md 3.6",
		onSwitch(func(s *switches) { s.inactiveGetIn = true })},
	{"login-by-former-name", "Who was renamed can log in by the former name alone", "zscaler.md 3.1",
		func(b *behaviour) {
			b.signsIn = map[string]string{}
			onWrite(func(_ *call, r *resource, before, after object) error {
				if name := textOf(before, "userName"); r.isUser() && name != "" && name != textOf(after, "userName") {
					b.signsIn[r.id] = name
				}
				return nil
			})(b)
		}},
	{"login-refused", "Who was provisioned cannot log in", "zscaler.md 3.6",
		onSwitch(func(s *switches) { s.provisionedStayOut = true })},
	{"seat-limit-500", "A create without a seat left is answered with 500", "entra.md 4.7 (LicenseLimitExceeded)",
		seatLimit(func() error { return fail(http.StatusInternalServerError, "no seat") }, activeSeat)},
	{"seat-limit-without-detail", "A create without a seat left is refused without a word", "okta.md 2.3, entra.md 4.7",
		planting(seatLimit(noSeat, activeSeat), refusals("every seat of the plan is taken", withoutDetail))},
	{"seat-limit-leaves-record", "A create without a seat left is refused, and an inactive user is there all the same", "okta.md 2.3, entra.md 4.7",
		planting(seatLimit(noSeat, activeSeat), refusals("every seat of the plan is taken", func(c *call, _ *reply) {
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			if c.isCreate() {
				doc := object{"userName": c.body["userName"], "active": false}
				r := &resource{id: c.srv.store.newID(), kind: c.kind(), created: c.srv.now(), modified: c.srv.now(), revision: 1, doc: doc}
				c.srv.store.insert(r)
			}
		}))},
	{"seat-limit-blocks-changes", "Without a seat left nobody can be deactivated", "entra.md 4.7",
		planting(seatLimit(noSeat, activeSeat), onWrite(func(c *call, r *resource, before, after object) error {
			plan := planOf(seatPrefix, before)
			if plan == "" || !r.isUser() || c.others(r, func(doc object) bool { return activeSeat(doc, plan) }) < seats-1 {
				return nil
			}
			return noSeat()
		}))},
	{"seat-never-freed", "Who is inactive takes a seat as well", "entra.md 4.7", seatLimit(noSeat, everySeat)},
	{"last-administrator-500", "To deactivate the last administrator is answered with 500", "okta.md 6, entra.md 4.7",
		lastAdministrator(func() error { return fail(http.StatusInternalServerError, "no administrator") })},
	{"last-administrator-403", "To deactivate the last administrator is answered with 403, as if the credentials lacked rights", "entra.md 1.5",
		lastAdministrator(func() error { return fail(http.StatusForbidden, "the last administrator cannot be deactivated") })},
	{"last-administrator-without-detail", "To deactivate the last administrator is refused without a word", "okta.md 2.3",
		planting(lastAdministrator(noAdministratorLeft), refusals("the last administrator cannot be deactivated", withoutDetail))},
	{"last-administrator-half-done", "To deactivate the last administrator is refused, and done all the same", "okta.md 2.3",
		planting(lastAdministrator(noAdministratorLeft), refusals("the last administrator cannot be deactivated", func(c *call, _ *reply) {
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			if r := c.srv.store.get(c.kind(), c.path[1]); r != nil {
				doc := fork(r.doc)
				doc["active"] = false
				c.srv.store.replace(r, doc)
			}
		}))},
}

// firstEmail is the first e-mail address of a user.
func firstEmail(doc object) string {
	for _, e := range listOf(doc["emails"]) {
		if o, ok := e.(object); ok {
			return textOf(o, "value")
		}
	}
	return ""
}
