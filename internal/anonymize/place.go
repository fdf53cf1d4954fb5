package anonymize

import (
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/rewrite"
)

// impersonal are the attributes whose values the protocol or the target makes,
// and those that tell of nobody: what is not listed is taken for personal.
var impersonal = []string{
	"schemas", "resourcetype", "type", "op", "operation", "method", "primary", "active", "version", "location", "$ref", "created",
	"lastmodified", "id", "status", "scimtype", "detail", "totalresults", "startindex", "itemsperpage", "nextcursor", "previouscursor",
	"cursor", "bulkid", "locale", "preferredlanguage", "timezone", "country", "usertype", "schema", "path", "filter", "attributes",
	"excludedattributes", "sortby", "sortorder", "password", "",
}

// referring are the attributes whose values are ids, and listing those whose
// values are words of the application.
var (
	referring = []string{"members", "groups", "manager"}
	listing   = []string{"roles", "entitlements"}
)

// personal reports whether the value at a place may tell of somebody.
func personal(p rewrite.Place) bool {
	switch p.Kind {
	case rewrite.JSON, rewrite.Filter:
	default:
		return false
	}
	switch {
	case slices.Contains(impersonal, p.Key), slices.Contains(listing, p.Key), slices.Contains(listing, p.Parent):
		return false
	case p.Key == "value" && (slices.Contains(referring, p.Parent) || p.Parent == ""), slices.Contains(referring, p.Key), p.Parent == "meta":
		return false
	}
	return true
}

// isPhone reports whether a place has a telephone number.
func isPhone(p rewrite.Place) bool {
	return p.Parent == "phonenumbers" || p.Key == "phonenumbers" || strings.Contains(p.Key, "phone") || strings.Contains(p.Key, "mobile")
}

// fixed are the forms of values that tell of nobody wherever they stand.
var fixed = regexp.MustCompile(`^(?:|(?i:urn:ietf:\S+|true|false|null)|\d{4}-\d\d-\d\dT\S+|\{\{[\w-]+\}\})$`)

func kept(v string) bool { return fixed.MatchString(v) }
