package reference

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/scimtest/scimtest/scim"
)

// dataFaults are in what a write stores. Those of text touch the displayName alone, so
// that a user can still be found by its other names.
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
	{"group-name-cut", "The displayName of a group ends after 64 characters", "7643-2.3.1-01, pulumi 14435",
		onGroupName(func(s string) (string, error) { return string([]rune(s)[:min(64, len([]rune(s)))]), nil })},
	{"group-name-ascii-only", "Letters beyond ASCII in the displayName of a group become question marks", "7643-2.3.1-01",
		onGroupName(func(s string) (string, error) {
			return strings.Map(func(r rune) rune {
				if r > unicode.MaxASCII {
					return '?'
				}
				return r
			}, s), nil
		})},
	{"group-name-cut-at-slash", "What stands before a slash in the displayName of a group is taken for a domain, and lost", "wso2 4651",
		onGroupName(func(s string) (string, error) { return s[strings.LastIndexByte(s, '/')+1:], nil })},
	{"group-name-signs-refused", "A displayName of a group with other signs than hyphens and underscores is refused", "postman 12551",
		onGroupName(func(s string) (string, error) {
			if strings.ContainsAny(s, ".,&/()#!+'") {
				return "", refuse(scim.InvalidValue, "the displayName of a group has no special characters")
			}
			return s, nil
		})},
	{"user-name-cut", "A userName ends after a hundred characters", "7643-2.3.1-01", cutText("userName", 100)},
	{"external-id-cut", "An externalId ends after 64 characters", "7643-2.3.1-01", cutText("externalId", 64)},
	{"second-of-a-type-lost", "Of several e-mail addresses of one type the first one is stored", "7644-3.3-13, pingidentity 224",
		onWrite(func(_ *call, r *resource, before, after object) error {
			seen := map[string]bool{}
			for _, v := range listOf(after["emails"]) {
				seen[textOf(v.(object), "type")] = true
			}
			if list := listOf(after["emails"]); before == nil && r.isUser() && len(seen) < len(list) {
				after["emails"] = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
					kind := textOf(v.(object), "type")
					first := seen[kind]
					seen[kind] = false
					return !first
				})
			}
			return nil
		})},
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

// onGroupName is onDisplayName for groups alone, and may refuse a name.
func onGroupName(change func(string) (string, error)) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, before, after object) (err error) {
		if name := textOf(after, "displayName"); r.kind.endpoint == scim.GroupsEndpoint && before["displayName"] != after["displayName"] {
			after["displayName"], err = change(name)
		}
		return err
	})
}

// cutText ends a text of users after so many characters.
func cutText(name string, most int) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, _, after object) error {
		if text := []rune(textOf(after, name)); r.isUser() && len(text) > most {
			after[name] = string(text[:most])
		}
		return nil
	})
}
