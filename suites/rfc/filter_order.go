package rfc

import (
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// order is an operator that compares by size, with what it holds for.
type order struct {
	op, row             string
	below, equal, above bool // the operator value is below the attribute's, ...
	// opposite holds where op does not.
	opposite string
	// title says what is found.
	title string
	// fault is the part of a fault's name that takes op for its neighbour.
	fault string
}

var orders = []order{
	{"gt", "7644-3.4.2.2-16", true, false, false, "le", "a value above the given one, and not the equal one", "gt-as-ge"},
	{"ge", "7644-3.4.2.2-18", true, true, false, "lt", "a value above the given one, and the equal one", "ge-as-gt"},
	{"lt", "7644-3.4.2.2-20", false, false, true, "ge", "a value below the given one, and not the equal one", "lt-as-le"},
	{"le", "7644-3.4.2.2-22", false, true, true, "gt", "a value below the given one, and the equal one", "le-as-lt"},
}

// filterOrderChecks are about values that are equal: on the times of meta, and on
// numbers and times that a client wrote, of any resource type.
func filterOrderChecks() (checks []Check) {
	for _, o := range orders {
		found := map[bool]string{true: "finds", false: "does not find"}[o.equal]
		checks = append(checks,
			Check{Meta: Meta{
				ID: "filter." + o.op + "-of-equal-times", Level: Must,
				Title:    "The operator " + o.op + " " + found + " a user by its own meta.created or meta.lastModified",
				Requires: []string{o.row}, Needs: []Feature{Filtering},
				Catches: []string{"filter-time-" + o.fault},
			}, Body: func(t *T) { equalTimes(t, o) }},
			writtenOrder(o, "numbers", "number", "filter-number-"+o.fault, isOfNumbers, []string{"filter-numbers-as-text"}),
			writtenOrder(o, "date-times", "dateTime", "filter-time-"+o.fault, singular("dateTime"), nil))
	}
	return checks
}

func isOfNumbers(f Field) bool { return singular("integer")(f) || singular("decimal")(f) }

// equalTimes compares the times of meta with what the target shows of them.
func equalTimes(t *T, o order) {
	u := t.GivenUser()
	judged, reason := false, "the target tells no meta.created and no meta.lastModified"
	for _, path := range [...]string{"meta.created", "meta.lastModified"} {
		if shown := u.Body.Get(path).String(); shown != "" {
			why := o.equals(t, u, t.Mine(), path, gjson.Parse(scim.Quote(shown)))
			judged = judged || why == ""
			if why != "" {
				reason = why
			}
		}
	}
	if !judged {
		t.Skip("%s", reason)
	}
}

func writtenOrder(o order, id, what, fault string, has func(Field) bool, more []string) Check {
	return Check{Meta: Meta{
		ID: "filter." + o.op + "-of-" + id, Level: Must,
		Title:    "The operator " + o.op + " on a " + what + " of any resource type finds " + o.title,
		Requires: []string{o.row}, Needs: []Feature{Filtering},
		Catches: append([]string{fault}, more...),
	}, Body: func(t *T) {
		eachType(t, what, func(f Field) bool { return has(f) && roundTrips(f) }, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			return eachField(m.fields, func(f Field) string {
				value := m.Body.Get(f.Path())
				below, above, ok := around(value)
				if !ok {
					return "a create does not keep " + f.Path()
				}
				narrow := eq("id", m.ID)
				if why := o.equals(t, m.Resource, narrow, f.Path(), value); why != "" {
					return why
				}
				expect(find(t, of.Endpoint, And(narrow, f.Path()+" "+o.op+" "+below)), m.Resource, o.below)
				expect(find(t, of.Endpoint, And(narrow, f.Path()+" "+o.op+" "+above)), m.Resource, o.above)
				return ""
			})
		})
	}}
}

// equals judges the operator where both values are equal. The target may store a
// value finer than it shows it, and then they are not: so its own eq has to find
// the resource by the value, and the opposite operator has to agree. It returns
// why there is nothing to be judged, or "".
func (o order) equals(t *T, r *Resource, narrow, path string, value gjson.Result) string {
	holds := func(op string) (found, accepted bool) {
		a := t.List(r.Endpoint, Filter(And(narrow, path+" "+op+" "+value.Raw)))
		if a.Code() == 400 {
			return false, false
		}
		return slices.Contains(a.Arranging().Status(200).All().IDs(), r.ID), true
	}
	if found, accepted := holds("eq"); !accepted {
		return "the target refuses a filter on " + path + " with 400"
	} else if !found {
		return "a filter does not find " + path + " by the value that is shown: it may be stored finer"
	}
	if found, accepted := holds(o.opposite); accepted && found == o.equal {
		return "the target takes the value that is shown of " + path + " for another than the stored one: that may be finer"
	}
	a := find(t, r.Endpoint, And(narrow, path+" "+o.op+" "+value.Raw))
	now := t.Fetch(r.Path()).Arranging().Status(200).Resource().Get(path)
	if now.Raw != value.Raw {
		return path + " has changed meanwhile"
	}
	expect(a, r, o.equal)
	return ""
}

// expect wants the resource in an answer, or nothing.
func expect(a *Answer, r *Resource, found bool) {
	if found {
		a.Finds(r)
		return
	}
	a.Finds()
}

// around makes literals below and above a value that was read: of a number such
// that comparing digits would put one of them on the other side, of a dateTime an
// hour away.
func around(v gjson.Result) (below, above string, ok bool) {
	switch {
	case v.Type == gjson.Number && v.Num > 0:
		above := 10.0
		for above <= v.Num {
			above *= 10
		}
		below := "0"
		if v.Num > 9 {
			below = "9"
		}
		return below, strconv.FormatFloat(above, 'f', -1, 64), true
	case v.Type == gjson.String && !instant(v.Str).IsZero():
		at := instant(v.Str)
		return timeLiteral(at.Add(-time.Hour), 0), timeLiteral(at.Add(time.Hour), 0), true
	}
	return "", "", false
}
