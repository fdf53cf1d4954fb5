package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the target's schemas say of returned, on any resource type (RFC 7643
// section 7).
var attributeReturnedChecks = []Check{
	{Meta: Meta{
		ID: "attribute.returned.on-request", Level: Should,
		Title:    "An attribute with returned request is shown when it is asked for, and not otherwise",
		Requires: []string{"7643-7-34"},
		Catches:  []string{"request-attributes-always-shown", "request-attributes-never-shown"},
	}, Body: func(t *T) {
		which := func(f Field) bool { return strings.EqualFold(f.Returned, "request") && f.ReadWrite() }
		eachType(t, "attribute with returned request", which, func(of *ResourceType, fields []Field) string {
			if strings.EqualFold(of.Endpoint, scim.GroupsEndpoint) {
				return "members have checks of their own"
			}
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			asked := t.Get(m.Resource, Query("attributes", commas(m.fields))).Status(200)
			for _, f := range m.fields {
				asked.Has(f.Path())
				m.shows.Judged().HasNot(f.Path())
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.returned.by-default", Level: Should,
		Title:    "What can be asked for and has returned default is shown without being asked for",
		Requires: []string{"7643-7-33", "7643-2.2-05"},
		Catches:  []string{"default-attributes-on-request"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return roundTrips(f) && (f.Returned == "" || strings.EqualFold(f.Returned, "default"))
		}
		eachType(t, "attribute with returned default", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			asked := t.Get(m.Resource, Query("attributes", commas(m.fields)))
			if refused(asked) {
				return "a GET that asks for them is refused"
			}
			asked.Arranging().Status(200)
			return eachField(m.fields, func(f Field) string {
				if !asked.Resource().Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				m.shows.Judged().Has(f.Path())
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.returned.always", Level: Must,
		Title:    "An attribute with returned always is shown whatever attributes and excludedAttributes say",
		Requires: []string{"7643-7-30"},
		Catches:  []string{"always-attributes-left-out"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return strings.EqualFold(f.Returned, "always") && (f.ReadWrite() || f.Immutable())
		}
		eachType(t, "attribute with returned always", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			other := t.Get(m.Resource, Query("attributes", "meta"))
			excluded := t.Get(m.Resource, Query("excludedAttributes", commas(m.fields)))
			if refused(other) || refused(excluded) {
				return "a GET with attributes or excludedAttributes is refused"
			}
			return eachField(m.fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				other.Status(200).Has(f.Path())
				excluded.Status(200).Has(f.Path())
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.returned.never", Level: Must,
		Title:    "An attribute with returned never, or writeOnly, is in no answer, even when it is asked for",
		Requires: []string{"7643-7-31", "7643-7-29"},
		Catches:  []string{"write-only-returned-when-asked"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return (strings.EqualFold(f.Returned, "never") || strings.EqualFold(f.Mutability, "writeOnly")) && !f.ReadOnly() && !strings.EqualFold(f.Name, "password")
		}
		eachType(t, "attribute with returned never besides password", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			asked := t.Get(m.Resource, Query("attributes", commas(m.fields)))
			for _, f := range m.fields {
				m.shows.Judged().HasNot(f.Path())
				if taken(asked) {
					asked.HasNot(f.Path())
				}
			}
			return ""
		})
	}},
}

// commas lists paths for the parameter attributes.
func commas(fields []Field) string { return strings.ReplaceAll(paths(fields), ", ", ",") }
