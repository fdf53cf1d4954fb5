package reference

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// filterFaults are in what operators mean.
var filterFaults = []Fault{
	{"filter-ignored", "A filter is taken as no filter", "E16", onFilter(func(*call, scim.Filter) scim.Filter { return nil })},
	{"filter-eq-contains", "The operator eq is read as co", "7644-3.4.2.2-10",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if _, isText := f.Value.(string); isText && f.Op == scim.EQ {
				return &scim.Compare{Attr: f.Attr, Op: scim.CO, Value: f.Value}
			}
			return f
		})},
	{"filter-group-names-contain", "The operator eq on the displayName of groups is read as co", "FusionAuth 3111, 7644-3.4.2.2-10",
		onCompare(func(c *call, f *scim.Compare) scim.Filter {
			if f.Op == scim.EQ && c.endpoint() == scim.GroupsEndpoint && strings.EqualFold(f.Attr.Name, "displayName") {
				return &scim.Compare{Attr: f.Attr, Op: scim.CO, Value: f.Value}
			}
			return f
		})},
	{"filter-unsupported-ignored", "Filters are announced as unsupported, and ignored", "7644-3.4.2.2-01, E16",
		func(b *behaviour) {
			onConfig(func(o object) { o["filter"] = object{"supported": false, "maxResults": maxPageSize} })(b)
			onFilter(func(*call, scim.Filter) scim.Filter { return nil })(b)
		}},
	{"filter-user-name-matches-email", "A filter on userName looks at the e-mail addresses, too", "E71",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if !strings.EqualFold(f.Attr.Name, "userName") || f.Op != scim.EQ {
				return f
			}
			return &scim.Or{Left: f, Right: &scim.Compare{Attr: scim.AttrPath{Name: "emails", Sub: "value"}, Op: f.Op, Value: f.Value}}
		})},
	{"filter-no-match-404", "A filter without a match answers 404", "OKTA-Q07, E04",
		onAnswer(func(c *call, a *reply) {
			if _, given := c.param("filter"); given && a.status == http.StatusOK && a.body["totalResults"] == 0 {
				*a = *errorReply(notFound("a match"))
			}
		})},
	{"filter-ne-as-eq", "The operator ne is read as eq", "7644-3.4.2.2-11", swapOperator(scim.NE, scim.EQ)},
	{"filter-co-as-sw", "The operator co is read as sw", "7644-3.4.2.2-12", swapOperator(scim.CO, scim.SW)},
	{"filter-sw-as-co", "The operator sw is read as co", "7644-3.4.2.2-13", swapOperator(scim.SW, scim.CO)},
	{"filter-ew-as-co", "The operator ew is read as co", "7644-3.4.2.2-14", swapOperator(scim.EW, scim.CO)},
	{"filter-gt-as-ge", "The operator gt holds for equal values", "7644-3.4.2.2-16", swapOperator(scim.GT, scim.GE)},
	{"filter-ge-as-gt", "The operator ge does not hold for equal values", "7644-3.4.2.2-18", swapOperator(scim.GE, scim.GT)},
	{"filter-lt-as-le", "The operator lt holds for equal values", "7644-3.4.2.2-20", swapOperator(scim.LT, scim.LE)},
	{"filter-le-as-lt", "The operator le does not hold for equal values", "7644-3.4.2.2-22", swapOperator(scim.LE, scim.LT)},
	{"filter-sw-without-equal", "The operator sw does not hold for equal values", "7644-3.4.2.2-13",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if f.Op == scim.SW {
				return &scim.And{Left: f, Right: &scim.Compare{Attr: f.Attr, Op: scim.NE, Value: f.Value}}
			}
			return f
		})},
	{"filter-order-ignored", "The operators gt, ge, lt and le hold for everything", "7644-3.4.2.2-16",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if isOrderOp(f.Op) {
				return holdsAlways
			}
			return f
		})},
	{"filter-orders-booleans", "The operators gt, ge, lt and le are applied to booleans", "7644-3.4.2.2-17",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if _, isBool := f.Value.(bool); isBool && isOrderOp(f.Op) {
				return &scim.Compare{Attr: f.Attr, Op: scim.NE, Value: f.Value}
			}
			return f
		})},
	{"filter-pr-always-true", "The operator pr holds for everything", "7644-3.4.2.2-15",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if _, ok := leaf.(*scim.Present); ok {
				return holdsAlways
			}
			return leaf
		})},
	{"filter-pr-complex-never", "The operator pr never holds for a complex attribute", "7644-3.4.2.2-15",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if f, ok := leaf.(*scim.Present); ok && strings.EqualFold(f.Attr.Name, "name") && f.Attr.Sub == "" {
				return holdsNever
			}
			return leaf
		})},
	{"filter-boolean-as-string", "Booleans in filters have to be written in quotation marks", "E35",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if _, isBool := f.Value.(bool); isBool {
				return holdsNever
			}
			return f
		})},
	{"filter-default-unset", "A filter does not see a value that the service provider gave by default", "7644-3.4.2.2-39",
		func(b *behaviour) {
			defaulted := map[string]bool{}
			onWrite(func(c *call, r *resource, before, _ object) error {
				if _, given := member(c.body, "active"); before == nil && !given {
					defaulted[r.id] = true
				}
				return nil
			})(b)
			onPage(func(c *call, _ *query, list object) {
				if strings.Contains(c.params.Get("filter"), "active") {
					dropFrom(list, func(o object) bool { return defaulted[textOf(o, "id")] })
				}
			})(b)
		}},
	{"filter-time-never", "Comparisons of times never hold", "7644-3.4.2.2-16",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if isTime(f) {
				return holdsNever
			}
			return f
		})},
	{"filter-time-without-end", "Times are compared with the beginning of a span alone", "7644-3.4.2.2-22",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if isTime(f) && (f.Op == scim.LE || f.Op == scim.LT) {
				return holdsAlways
			}
			return f
		})},
	{"filter-time-as-text", "Times are compared without regard to their offset", "7644-3.4.2.2-16",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if s, _ := f.Value.(string); isTime(f) && len(s) > len(time.DateTime) {
				return &scim.Compare{Attr: f.Attr, Op: f.Op, Value: s[:len(time.DateTime)] + "Z"}
			}
			return f
		})},
	{"filter-time-needs-offset", "A time without offset from UTC matches nothing", "7643-2.3.5-01",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if s, _ := f.Value.(string); isTime(f) && len(s) == len(time.DateTime) {
				return holdsNever
			}
			return f
		})},
}

func isTime(f *scim.Compare) bool { return strings.EqualFold(f.Attr.Name, "meta") }

// filterTextFaults are in how the text of a filter is read.
var filterTextFaults = []Fault{
	{"filter-malformed-ignored", "A filter that cannot be read is taken as no filter", "E16",
		onCall(func(c *call) {
			if malformed(c) {
				c.dropParam("filter")
			}
		})},
	{"filter-malformed-500", "A filter that cannot be read answers 500", "interop SCM-5, E08",
		refusing(http.StatusInternalServerError, malformed)},
	{"filter-undeclared-ignored", "A condition on an undeclared attribute is taken to hold", "E16",
		onLeaf(func(c *call, leaf scim.Filter) scim.Filter {
			if t := c.kind(); t != nil && strings.HasPrefix(pathOf(leaf).Name, "scimtest") {
				if _, _, ok := t.resolve(pathOf(leaf)); !ok {
					return holdsAlways
				}
			}
			return leaf
		})},
	{"invalid-filter-without-scim-type", "The refusal of a filter has no scimType", "7644-3.4.2.2-41",
		onAnswer(func(_ *call, a *reply) {
			if a.body["scimType"] == scim.InvalidFilter {
				delete(a.body, "scimType")
			}
		})},
	{"filter-refused-as-invalid-vers", "A filter that is refused is refused with invalidVers", "7644-3.12-25",
		onAnswer(func(_ *call, a *reply) {
			if a.body["scimType"] == scim.InvalidFilter {
				a.body["scimType"] = scim.InvalidVers
			}
		})},
	{"filter-operators-case-sensitive", "Operators in filters are known in lower case only", "7644-3.4.2.2-05",
		onRequest(func(c *call) (*reply, error) {
			filter, _ := c.param("filter")
			for _, word := range operatorWords.FindAllString(quotedText.ReplaceAllString(filter, ""), -1) {
				if word != strings.ToLower(word) {
					return nil, refuse(scim.InvalidFilter, "there is no operator %s", word)
				}
			}
			return nil, nil
		})},
	{"filter-cut-at-apostrophe", "A value in a filter ends at an apostrophe", "7643-9.2-02", onText(cutAt("'"))},
	{"filter-cut-at-quote", "A value in a filter ends at an escaped quotation mark", "7644-3.4.2.2-33", onText(cutAt(`"`))},
	{"filter-cut-at-ampersand", "A value in a filter ends at an ampersand", "OKTA-Q06", onText(cutAt("&"))},
	{"filter-words-in-values", "A value in a filter ends at the word and", "7644-3.4.2.2-25", onText(cutAt(" and "))},
	{"filter-plus-as-space", "A plus sign in a value of a filter is read as a space", "OKTA-Q06",
		onText(func(s string) string { return strings.ReplaceAll(s, "+", " ") })},
	{"filter-decoded-twice", "A filter is percent-decoded twice", "OKTA-Q06",
		onText(func(s string) string {
			if again, err := url.PathUnescape(s); err == nil {
				return again
			}
			return s
		})},
	{"filter-ascii-only", "Letters beyond ASCII in a filter are lost", "7644-3.8-03",
		onText(func(s string) string {
			return strings.Map(func(r rune) rune {
				if r > 0x7f {
					return '?'
				}
				return r
			}, s)
		})},
	{"filter-escapes-kept", "The escapes of JSON strings in a filter are not read", "7644-3.4.2.2-33",
		onCompare(func(c *call, f *scim.Compare) scim.Filter {
			text, _ := c.param("filter")
			if s, isText := f.Value.(string); isText && !strings.Contains(text, s) {
				return holdsNever
			}
			return f
		})},
}

var (
	quotedText    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	operatorWords = regexp.MustCompile(`(?i)\b(eq|ne|co|sw|ew|pr|gt|ge|lt|le|and|or|not)\b`)
)

func cutAt(mark string) func(string) string {
	return func(s string) string { before, _, _ := strings.Cut(s, mark); return before }
}

// malformed reports whether the filter of a query cannot be read.
func malformed(c *call) bool {
	text, given := c.param("filter")
	if !given || !c.isList() {
		return false
	}
	_, _, err := scim.ParseFilterLenient(text)
	return err != nil
}
