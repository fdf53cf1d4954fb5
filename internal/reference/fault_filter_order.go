package reference

import (
	"encoding/json"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// filterOrderFaults are in what gt, ge, lt and le mean for equal values of a type
// of attribute, and for numbers.
var filterOrderFaults = []Fault{
	{"filter-time-gt-as-ge", "The operator gt holds for equal times", "7644-3.4.2.2-16", swapOperatorOf(typeDateTime, scim.GT, scim.GE)},
	{"filter-time-ge-as-gt", "The operator ge does not hold for equal times", "7644-3.4.2.2-18", swapOperatorOf(typeDateTime, scim.GE, scim.GT)},
	{"filter-time-lt-as-le", "The operator lt holds for equal times", "7644-3.4.2.2-20", swapOperatorOf(typeDateTime, scim.LT, scim.LE)},
	{"filter-time-le-as-lt", "The operator le does not hold for equal times", "7644-3.4.2.2-22", swapOperatorOf(typeDateTime, scim.LE, scim.LT)},
	{"filter-number-gt-as-ge", "The operator gt holds for equal numbers", "7644-3.4.2.2-16", swapOperatorOf(typeInteger, scim.GT, scim.GE)},
	{"filter-number-ge-as-gt", "The operator ge does not hold for equal numbers", "7644-3.4.2.2-18", swapOperatorOf(typeInteger, scim.GE, scim.GT)},
	{"filter-number-lt-as-le", "The operator lt holds for equal numbers", "7644-3.4.2.2-20", swapOperatorOf(typeInteger, scim.LT, scim.LE)},
	{"filter-number-le-as-lt", "The operator le does not hold for equal numbers", "7644-3.4.2.2-22", swapOperatorOf(typeInteger, scim.LE, scim.LT)},
	{"filter-numbers-as-text", "Numbers are compared digit by digit, so that 9 is above 10", "7644-3.4.2.2-16",
		onAttribute(func(c *call, at place, f *scim.Compare) scim.Filter {
			want, isNumber := f.Value.(json.Number)
			if !isNumber || !isOrderOp(f.Op) {
				return f
			}
			found := holdsNever
			c.srv.store.mu.RLock()
			defer c.srv.store.mu.RUnlock()
			for _, r := range c.srv.store.collections[c.kind()].list {
				if n, is := at.get(r.doc).(json.Number); is && ordered(f.Op, strings.Compare(string(n), string(want))) {
					found = &scim.Or{Left: found, Right: &scim.Compare{Attr: scim.AttrPath{Name: "id"}, Op: scim.EQ, Value: r.id}}
				}
			}
			return found
		})},
}

// swapOperatorOf takes one operator for another for attributes of a type.
func swapOperatorOf(kind string, from, to scim.Op) func(*behaviour) {
	return onCompare(func(c *call, f *scim.Compare) scim.Filter {
		t := c.kind()
		if t == nil || f.Op != from {
			return f
		}
		at, sub, ok := t.resolve(f.Attr)
		if !ok || at.attr == nil || sub == nil && at.attr.kind != kind || sub != nil && sub.kind != kind {
			return f
		}
		return &scim.Compare{Attr: f.Attr, Op: to, Value: f.Value}
	})
}
