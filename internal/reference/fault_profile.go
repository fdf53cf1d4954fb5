package reference

import (
	"net/http"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// profileFaults are in what becomes of the singular attributes of a user.
var profileFaults = []Fault{
	{"user-type-word-refused", "A userType that is no usual word is refused, and no schema lists the words", "7643-4.1.1-13",
		refusingCreates(http.StatusBadRequest, func(o object) bool { return strings.Contains(textOf(o, "userType"), "-") })},
	{"locale-underscore-500", "A locale with an underscore is answered with 500", "7643-4.1.1-16",
		refusingCreates(http.StatusInternalServerError, func(o object) bool { return strings.Contains(textOf(o, "locale"), "_") })},
	{"address-needs-street", "An address without a street is refused, and no schema says so", "7643-4.1.2-17",
		refusingCreates(http.StatusBadRequest, func(o object) bool {
			for _, x := range listOf(o["addresses"]) {
				if a, ok := x.(object); ok && textOf(a, "streetAddress") == "" && textOf(a, "locality") != "" {
					return true
				}
			}
			return false
		})},
	{"manager-display-name-from-client", "The displayName of a manager is what the client sent", "7643-4.3-10",
		func(b *behaviour) {
			var sent sync.Map // by the id of the user
			onWrite(func(c *call, r *resource, before, _ object) error {
				ext, _ := c.body[scim.EnterpriseUserURN].(object)
				if manager, ok := ext["manager"].(object); ok && before == nil {
					sent.Store(r.id, textOf(manager, "displayName"))
				}
				return nil
			})(b)
			onShow(func(_ *call, r *resource, o object) {
				name, _ := sent.Load(r.id)
				ext, _ := o[scim.EnterpriseUserURN].(object)
				if manager, ok := ext["manager"].(object); ok && name != nil && name != "" {
					manager["displayName"] = name
				}
			})(b)
		}},
	{"name-dropped", "The name of a new user is not stored", "7643-4.1.1-05",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.isUser() {
				delete(after, "name")
			}
			return nil
		})},
	{"formatted-name-of-another", "name.formatted is the name of somebody else", "7643-4.1.1-06",
		onShow(func(_ *call, r *resource, o object) {
			if name, ok := o["name"].(object); ok && r.isUser() {
				name["formatted"] = "Scim Test"
			}
		})},
	{"preferred-language-cut", "Of several languages the first one is stored", "7643-4.1.1-14",
		onStoredText("preferredLanguage", func(s string) string { s, _, _ = strings.Cut(s, ","); return s })},
	{"locale-region-dropped", "The region of a locale is not stored", "7643-4.1.1-15",
		onStoredText("locale", func(s string) string { s, _, _ = strings.Cut(s, "-"); return s })},
	{"timezone-as-offset", "A time zone is stored as an offset from UTC", "7643-4.1.1-17",
		onStoredText("timezone", func(string) string { return "+01:00" })},
	{"profile-url-cut", "A profileUrl is stored without its last segment", "7643-4.1.1-11",
		onStoredText("profileUrl", func(s string) string { return s[:strings.LastIndex(s, "/")+1] })},
	{"title-cut-at-comma", "A title ends at its first comma", "7643-4.1.1-12",
		onStoredText("title", func(s string) string { s, _, _ = strings.Cut(s, ","); return s })},
}

// onStoredText changes the text of a singular attribute of new users.
func onStoredText(attribute string, change func(string) string) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, before, after object) error {
		if s := textOf(after, attribute); before == nil && r.isUser() && s != "" {
			after[attribute] = change(s)
		}
		return nil
	})
}

// refusingCreates refuses the creates of users that a condition holds for.
func refusingCreates(status int, when func(object) bool) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if t := c.kind(); c.isCreate() && t != nil && t.name == "User" && when(c.body) {
			return nil, &problem{status: status, scimType: scim.InvalidValue, detail: "a value is not understood"}
		}
		return nil, nil
	})
}
