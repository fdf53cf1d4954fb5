package rfc

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Rules for single values, by the type that RFC 7643 or the target's own
// schemas give their attribute.
var valueInvariants = []Invariant{
	perValue(Meta{
		ID: "value.date-times", Level: Must,
		Title:    "A dateTime is a string with a date and a time",
		Requires: []string{"7643-2.3.5-02", "7643-2.3.5-03", "7643-2.3-06"},
		Catches:  []string{"meta-times-dates", "meta-times-integers"},
	}, []string{"meta.created", "meta.lastModified"}, "dateTime", func(v gjson.Result) (want string) {
		if v.Type != gjson.String || !xsdDateTime.MatchString(v.Str) {
			return "a string such as 2011-05-13T04:42:34Z"
		}
		return ""
	}),
	perValue(Meta{
		ID: "value.binary", Level: Must,
		Title:    "A binary value is base64",
		Requires: []string{"7643-2.3.6-01", "7643-2.3-07"},
		Catches:  []string{"certificate-as-pem"},
	}, []string{"x509Certificates.value"}, "binary", func(v gjson.Result) (want string) {
		if _, ok := fromBase64(v.Str); v.Type != gjson.String || !ok {
			return "base64 in a string"
		}
		return ""
	}),
	perValue(Meta{
		ID: "value.references", Level: Must,
		Title:    "A reference is a URI, absolute or relative",
		Requires: []string{"7643-2.3.7-01", "7643-2.3-08", "7644-1.2-01"},
		Catches:  []string{"meta-location-with-space", "member-ref-object"},
	}, slices.Concat(ownReferences, []string{"profileUrl", "photos.value"}), "reference", func(v gjson.Result) (want string) {
		if v.Type != gjson.String || !isURI(v.Str) {
			return "a URI in a string"
		}
		return ""
	}),
	perValue(Meta{
		ID: "value.references-are-of-http", Level: Must,
		Title:    "meta.location and $ref can be addressed over HTTP",
		Requires: []string{"7643-2.3.7-06"},
		Catches:  []string{"meta-location-urn"},
	}, ownReferences, "", func(v gjson.Result) (want string) {
		u, err := url.Parse(v.Str)
		if err != nil || u.Scheme == "" || strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https") {
			return ""
		}
		return "an http or https URI, or a relative one"
	}),
	perValue(Meta{
		ID: "value.schemas-are-uris", Level: Must,
		Title:    "Each entry of schemas is a URI",
		Requires: []string{"7643-3-02"},
		Catches:  []string{"resource-schema-no-uri"},
	}, []string{"schemas"}, "", func(v gjson.Result) (want string) {
		if u, err := url.Parse(v.Str); v.Type != gjson.String || err != nil || !isURI(v.Str) || u.Scheme == "" {
			return "a URN"
		}
		return ""
	}),
	{Meta: Meta{
		ID: "wire.content-location-is-location", Level: Must,
		Title:    "The header Content-Location is the meta.location of the resource",
		Requires: []string{"7643-3.1-28"},
		Catches:  []string{"content-location-other"},
	}, Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
		header := x.Response.Header.Get("Content-Location")
		resources := resourcesIn(x, d)
		if header == "" || len(resources) != 1 || resources[0].listed {
			return false, nil
		}
		location := resources[0].Get("meta.location").String()
		if location == "" {
			return false, nil
		}
		// A gateway may write the host and the base path of one of them anew.
		if resourcePart(header) == resourcePart(location) {
			return true, nil
		}
		return true, []Finding{{
			Message: "the header Content-Location is not meta.location", Where: "header Content-Location", Want: location, Got: header,
			Advisory: !d.Owned(resources[0].Raw()),
		}}
	}},
	{Meta: Meta{
		ID: "wire.weak-etag-is-capital", Level: Must,
		Title:    "A weak entity-tag begins with a capital W",
		Requires: []string{"7643-3.1-31"},
		Catches:  []string{"etag-weak-in-lower-case"},
	}, Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
		tag := x.Response.Header.Get("ETag")
		if !strings.HasPrefix(tag, "w/") {
			return strings.HasPrefix(tag, "W/"), nil
		}
		return true, []Finding{{Message: "a weak entity-tag begins with a small w", Where: "header ETag", Want: `W/"..."`, Got: tag}}
	}},
}

// ownReferences are those that the service provider makes.
var ownReferences = []string{"meta.location", "members.$ref", "groups.$ref", enterprise("manager.$ref")}

// xsdDateTime is the form of xsd:dateTime; a colon may lack in the offset.
var xsdDateTime = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$`)

// perValue makes an invariant of a rule for the values at some paths and of
// all attributes to which the target's schemas give the type. It applies where
// there are such values. The rule says what it wants, or "".
func perValue(m Meta, paths []string, kind string, rule func(gjson.Result) (want string)) Invariant {
	return Invariant{Meta: m, Judge: func(x *scim.Exchange, d *Discovered) (applies bool, found []Finding) {
		for _, r := range resourcesIn(x, d) {
			for _, path := range slices.Concat(paths, others(d.PathsOfType(r.kind, kind), paths)) {
				for _, v := range r.Lookup(path) {
					applies = true
					if want := rule(v); want != "" {
						found = append(found, Finding{
							Message: path + " is not of the form that its type has", Where: path, Want: want, Got: short(v.Raw), Advisory: !d.Owned(r.Raw()),
						})
					}
				}
			}
		}
		return applies, found
	}}
}

// others leaves out the paths that are known, in any letter case.
func others(paths, known []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, p) })
	})
}

// isURI reports whether a text is a URI reference by RFC 3986. Letters outside
// ASCII pass, as in xsd:anyURI.
func isURI(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("<>\"{}|\\^`", r) }) {
		return false
	}
	_, err := url.Parse(s)
	return err == nil
}

// resourcePart is the end of a URI that names a resource below any base:
// "Users/2819c223".
func resourcePart(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	return strings.Join(segments[max(0, len(segments)-2):], "/")
}

// short is a JSON value for a finding.
func short(raw string) string {
	if r := []rune(raw); len(r) > 80 {
		return string(r[:80]) + "..."
	}
	return raw
}
