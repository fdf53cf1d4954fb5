package profile

import (
	"fmt"
	"maps"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

var (
	sourceForm  = regexp.MustCompile(`^(documented|observed|assumed): \S`)
	rowForm     = regexp.MustCompile(`^(\d{4}-[0-9.]+-\d{2}|E\d+|OKTA-Q\d+)$`)
	requestForm = regexp.MustCompile(`^[A-Z]+ /[A-Za-z.]+(/\{id\})?$`)
)

// promises says what is wrong with what a profile promises.
func (v *validator) promises(p *Profile) {
	v.optional(p.Discovery, discoveryWords, "discovery")
	v.optional(p.Deactivation, deactivationWords, "deactivation")
	v.optional(p.UserName.Form, formWords, "user-name", "form")
	v.optional(p.Limits.Rate.Of, rateWords, "limits", "rate", "of")
	if p.BasePath != "" && !strings.HasPrefix(p.BasePath, "/") {
		v.fail(fmt.Sprintf("%q is no path; write it like /scim/{tenant}/v2", p.BasePath), "base-path")
	}
	for i, m := range p.MediaTypes {
		if kind, params, err := mime.ParseMediaType(m); err != nil || len(params) > 0 || !strings.Contains(kind, "/") {
			v.fail(fmt.Sprintf("%q is no media type; write it like application/json", m), "media-types", i)
		}
	}
	for i, d := range p.UserName.Domains {
		if !domainForm.MatchString(d) {
			v.fail(fmt.Sprintf("%q is no domain; write it like people.example.com", d), "user-name", "domains", i)
		}
	}
	v.limits(&p.Limits)
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		if baseSchemas[name] == "" {
			v.fail(fmt.Sprintf("the attributes of %s cannot be listed; those of User and Group can", name), "attributes", name)
		}
		for _, at := range slices.Sorted(maps.Keys(p.Attributes[name])) {
			v.attribute(p.Attributes[name][at], name, at)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Filters)) {
		v.typeName(name, "filters", name)
		for i, f := range p.Filters[name] {
			if _, err := scim.ParseFilter(FilterText(f)); err != nil {
				v.fail(fmt.Sprintf("%q is no filter: %s; write it like userName eq VALUE", f, err), "filters", name, i)
			}
		}
	}
}

// optional notes a word that is not among the known ones; none is fine.
func (v *validator) optional(got string, known []string, keys ...any) {
	if got != "" {
		v.word(got, known, keys...)
	}
}

func (v *validator) limits(l *Limits) {
	for _, n := range []struct {
		value int
		keys  []any
	}{
		{l.Page.Default, []any{"limits", "page", "default"}}, {l.Page.Maximum, []any{"limits", "page", "maximum"}},
		{l.Rate.Requests, []any{"limits", "rate", "requests"}}, {int(l.Rate.Per), []any{"limits", "rate", "per"}},
		{l.MembersPerRequest, []any{"limits", "members-per-request"}}, {l.GroupsPerUser, []any{"limits", "groups-per-user"}},
	} {
		if n.value < 0 {
			v.fail("a limit is not below zero; leave it out when there is none", n.keys...)
		}
	}
	if l.Page.Maximum > 0 && l.Page.Default > l.Page.Maximum {
		v.fail("a page is longer by default than it may be; mend one of the two", "limits", "page", "default")
	}
	if (l.Rate.Requests > 0) != (l.Rate.Per > 0) {
		v.fail("a rate is a number of requests in a time; add both requests and per", "limits", "rate")
	}
}

func (v *validator) attribute(a Attribute, name, at string) {
	if p, err := scim.ParsePath(at); err != nil || p.Filter != nil {
		v.fail(fmt.Sprintf("%q is no path of an attribute; write it like name.givenName", at), "attributes", name, at)
	}
	v.optional(a.Type, typeWords, "attributes", name, at, "type")
	v.optional(a.Returned, returnedWords, "attributes", name, at, "returned")
	if a.AtMost < 0 {
		v.fail("a limit is not below zero; leave it out when there is none", "attributes", name, at, "at-most")
	}
}

func (v *validator) deviations(all map[string]Deviation) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d := all[name]
		if strings.TrimSpace(d.Says) == "" {
			v.fail(fmt.Sprintf("the deviation %s does not say what the product does; add says, the report shows it", name), "deviations", name)
		}
		if !sourceForm.MatchString(d.Source) {
			v.fail(fmt.Sprintf("the deviation %s has no source; write it like source: \"documented: where\" (or observed, assumed)", name), "deviations", name)
		}
		v.optional(d.Level, levelWords, "deviations", name, "level")
		for i, row := range d.Breaches {
			if !rowForm.MatchString(row) {
				v.fail(fmt.Sprintf("%q is no row of the requirements; write it like 7644-3.5.1-05", row), "deviations", name, "breaches", i)
			}
		}
		for key, list := range map[string][]string{"checks": d.Checks, "under-generic": d.UnderGeneric} {
			for i, pattern := range list {
				if _, err := path.Match(pattern, ""); err != nil {
					v.fail(fmt.Sprintf("%q is no pattern of ids; close its brackets", pattern), "deviations", name, key, i)
				}
			}
		}
		for i, s := range d.Answers {
			if !requestForm.MatchString(s.To) || s.With < 100 || s.With > 599 || s.Instead < 100 || s.Instead > 599 {
				v.fail("another status is written like {to: \"PATCH /Users/{id}\", with: 204, instead: 200}; mend it", "deviations", name, "answers", i)
			}
		}
	}
}

// sources makes sure that a source is of something.
func (v *validator) sources(p *Profile) {
	for _, at := range slices.Sorted(maps.Keys(p.Sources)) {
		if !sourceForm.MatchString(p.Sources[at]) {
			v.fail(fmt.Sprintf("the source of %s does not begin with documented, observed or assumed; write it like \"documented: where\"", at), "sources", at)
		}
		if !slices.ContainsFunc(p.Statements(), func(s Statement) bool { return s.Path == at || strings.HasPrefix(s.Path, at+".") }) {
			v.fail(fmt.Sprintf("there is a source of %s, of which the profile says nothing; mend the path, or leave it out", at), "sources", at)
		}
	}
}
