package reference

import (
	"net/http"
	"strings"
)

// States of a service provider in which it refuses what it takes otherwise. They
// hang on the userName, so that nothing else is changed by them: users of a plan
// share two seats, and the last administrator of a plan cannot go.

const (
	seatPrefix  = "seat-"
	adminPrefix = "admin-"
	seats       = 2
)

// planOf is the word between a prefix and the next dash of a userName, or "".
func planOf(prefix string, doc object) string {
	name, _ := doc["userName"].(string)
	rest, ok := strings.CutPrefix(strings.ToLower(name), prefix)
	if !ok {
		return ""
	}
	plan, _, _ := strings.Cut(rest, "-")
	return plan
}

// takes reports whether a user counts in a plan.
func takes(doc object, prefix, plan string) bool {
	return planOf(prefix, doc) == plan && doc["active"] != false
}

// others counts the users of a plan beside one.
func (c *call) others(r *resource, count func(object) bool) (n int) {
	for _, x := range c.srv.store.collections[r.kind].list {
		if x != r && count(x.doc) {
			n++
		}
	}
	return n
}

// seatLimit refuses what would take a seat too many, in these words.
func seatLimit(refusal func() error, occupies func(object, string) bool) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		plan := planOf(seatPrefix, after)
		if plan == "" || !r.isUser() || !takes(after, seatPrefix, plan) || before != nil && takes(before, seatPrefix, plan) {
			return nil
		}
		if c.others(r, func(doc object) bool { return occupies(doc, plan) }) >= seats {
			return refusal()
		}
		return nil
	})
}

func activeSeat(doc object, plan string) bool { return takes(doc, seatPrefix, plan) }

func everySeat(doc object, plan string) bool { return planOf(seatPrefix, doc) == plan }

func noSeat() error { return fail(http.StatusConflict, "every seat of the plan is taken") }

// lastAdministrator refuses to make the last administrator of a plan inactive.
func lastAdministrator(refusal func() error) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		plan := planOf(adminPrefix, before)
		if plan == "" || !r.isUser() || !takes(before, adminPrefix, plan) || takes(after, adminPrefix, plan) {
			return nil
		}
		if c.others(r, func(doc object) bool { return takes(doc, adminPrefix, plan) }) == 0 {
			return refusal()
		}
		return nil
	})
}

func noAdministratorLeft() error {
	return fail(http.StatusConflict, "the last administrator cannot be deactivated")
}

var supportVariations = []Variation{
	{"seat-limit", "Users whose userName begins with seat- and the name of a plan share two seats", "7644-3.12, entra.md 4.7",
		seatLimit(noSeat, activeSeat)},
	{"last-administrator", "Of users whose userName begins with admin- and the name of a plan the last one stays active", "7644-3.12",
		lastAdministrator(noAdministratorLeft)},
}
