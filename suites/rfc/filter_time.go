package rfc

import (
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// created is when the target says that it created the resource; without it
// the check is blocked.
func created(t *T, r *Resource) time.Time {
	at := instant(r.Body.Get("meta.created").String())
	if at.IsZero() {
		t.Block("could not arrange: the target does not tell meta.created")
	}
	return at
}

// timeLiteral writes a comparison value at an offset from UTC, in hours.
func timeLiteral(at time.Time, offset int) string {
	return scim.Quote(at.In(time.FixedZone("", offset*3600)).Format("2006-01-02T15:04:05Z07:00"))
}

// Times are compared in the order of time. An hour on both sides leaves room
// for any precision of the stored value.
func filterTimeOrderChecks() (checks []Check) {
	for _, c := range []struct {
		op, title, row string
		later          bool
	}{
		{"gt", "later", "7644-3.4.2.2-16", true},
		{"ge", "later", "7644-3.4.2.2-18", true},
		{"lt", "earlier", "7644-3.4.2.2-20", false},
		{"le", "earlier", "7644-3.4.2.2-22", false},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter." + c.op + "-of-times", Level: Must,
			Title:    "The operator " + c.op + " on meta.created finds what was created " + c.title + " and nothing else",
			Requires: []string{c.row}, Needs: []Feature{Filtering},
			Catches: []string{"filter-order-ignored", "filter-time-never"},
		}, Body: func(t *T) {
			u := t.GivenUser()
			holds, fails := created(t, u).Add(-time.Hour), created(t, u).Add(time.Hour)
			if !c.later {
				holds, fails = fails, holds
			}
			findUsers(t, mine(t, "meta.created "+c.op+" "+timeLiteral(holds, 0))).Finds(u)
			findUsers(t, mine(t, "meta.created "+c.op+" "+timeLiteral(fails, 0))).Finds()
		}})
	}
	return checks
}

var filterTimeChecks = []Check{
	{Meta: Meta{
		ID: "filter.times-with-offset", Level: Must,
		Title:    "Times are compared as instants, whatever offset from UTC they are written with",
		Requires: []string{"7644-3.4.2.2-16", "7644-3.4.2.2-20"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-time-as-text"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		// Ten hours to the west an hour later looks earlier, and to the east
		// an hour earlier looks later.
		later, earlier := created(t, u).Add(time.Hour), created(t, u).Add(-time.Hour)
		findUsers(t, mine(t, "meta.created lt "+timeLiteral(later, -10))).Finds(u)
		findUsers(t, mine(t, "meta.created gt "+timeLiteral(later, -10))).Finds()
		findUsers(t, mine(t, "meta.created gt "+timeLiteral(earlier, 10))).Finds(u)
		findUsers(t, mine(t, "meta.created lt "+timeLiteral(earlier, 10))).Finds()
	}},
	{Meta: Meta{
		ID: "filter.times-without-offset", Level: Must,
		Title:    "A time without offset from UTC is a valid comparison value",
		Requires: []string{"7644-3.4.2.2-16", "7643-2.3.5-01"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-time-needs-offset"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		findUsers(t, mine(t, `meta.created gt "2001-02-03T04:05:06"`)).Finds(u)
		findUsers(t, mine(t, `meta.created lt "2001-02-03T04:05:06"`)).Finds()
	}},
	{Meta: Meta{
		ID: "filter.last-modified", Level: Must,
		Title:    "A filter on meta.lastModified finds what changed within a span of time",
		Requires: []string{"7644-3.4.2.2-18", "7644-3.4.2.2-22"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-time-never", "filter-order-ignored", "filter-time-without-end"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		at := created(t, u)
		span := func(from, to time.Duration) string {
			return mine(t, "(meta.lastModified ge "+timeLiteral(at.Add(from), 0)+" and meta.lastModified le "+timeLiteral(at.Add(to), 0)+")")
		}
		findUsers(t, span(-time.Hour, time.Hour)).Finds(u)
		findUsers(t, span(-2*time.Hour, -time.Hour)).Finds()
		findUsers(t, span(time.Hour, 2*time.Hour)).Finds()
	}},
}
