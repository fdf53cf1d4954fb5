package reference

import (
	"html"
	"regexp"
	"strings"
)

// dataFaults are in what a write stores. Those of text touch the displayName alone, so
// that a resource can still be found by its other names.
var dataFaults = []Fault{
	{"store-doubles-apostrophe", "An apostrophe in a displayName becomes two", "7643-2.3.1-01",
		onDisplayName(func(s string) string { return strings.ReplaceAll(s, "'", "''") })},
	{"store-drops-quotes", "Quotation marks in a displayName are lost", "7643-2.3.1-01",
		onDisplayName(func(s string) string { return strings.ReplaceAll(s, `"`, "") })},
	{"store-drops-backslash", "Backslashes in a displayName are lost", "7643-2.3.1-01",
		onDisplayName(func(s string) string { return strings.ReplaceAll(s, `\`, "") })},
	{"store-drops-brackets", "Brackets and parentheses in a displayName are lost", "7643-2.3.1-01",
		onDisplayName(strings.NewReplacer("[", "", "]", "", "(", "", ")", "").Replace)},
	{"store-escapes-html", "A displayName is stored as it would stand in HTML", "7643-2.3.1-01",
		onDisplayName(html.EscapeString)},
	{"store-decodes-url", "A displayName is decoded as if it stood in a URL", "7643-2.3.1-01, OKTA-Q06",
		onDisplayName(func(s string) string {
			return strings.NewReplacer("+", " ", "%20", " ", "%25", "%").Replace(s)
		})},
	{"store-truncates", "A displayName ends after a hundred characters", "7643-2.3.1-01",
		onDisplayName(func(s string) string { return string([]rune(s)[:min(100, len([]rune(s)))]) })},
	{"store-splits-surrogates", "A surrogate pair in JSON escapes becomes two replacement characters", "7643-2.3.1-01",
		onBody(func(raw []byte) []byte { return surrogate.ReplaceAll(raw, []byte(`\ufffd`)) })},
	{"put-groups-from-client", "A PUT of a user with groups makes it a member of them", "7643-4.1.2-26",
		onWrite(func(c *call, r *resource, _, _ object) error {
			for _, g := range listOf(c.body["groups"]) {
				if group := c.srv.store.byID[memberID(g)]; c.isPut() && group != nil {
					doc := cloneObject(group.doc)
					doc["members"] = append(listOf(doc["members"]), object{"value": r.id})
					c.srv.store.replace(group, doc)
				}
			}
			return nil
		})},
}

// surrogate is half a character outside the basic plane, as JSON escapes it.
var surrogate = regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)

// onDisplayName changes a displayName that is stored anew.
func onDisplayName(change func(string) string) func(*behaviour) {
	return onWrite(func(_ *call, _ *resource, before, after object) error {
		if name, ok := after["displayName"].(string); ok && before["displayName"] != after["displayName"] {
			after["displayName"] = change(name)
		}
		return nil
	})
}
