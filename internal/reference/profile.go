package reference

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// tenantNumber stands for what a product gives each tenant in its base URL.
const tenantNumber = "144000000000000001"

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// emulate makes the service provider behave as a profile says: the hooks of
// the core are set by the same file that a run judges by.
func (s *Server) emulate(cfg *Config) error {
	p := cfg.Profile
	if p == nil {
		return nil
	}
	if cfg.BasePath == "" && p.BasePath != "" {
		s.basePath = strings.TrimSuffix(placeholder.ReplaceAllString(p.BasePath, tenantNumber), "/")
	}
	b := &s.b
	b.pageDefault, b.pageMaximum = p.Limits.Page.Default, p.Limits.Page.Maximum
	if err := s.offer(p); err != nil {
		return err
	}
	if model := p.Model(); len(model) > 0 {
		onShape(func(types []*resourceType) []*resourceType { return modelled(types, model) })(b)
		onWrite(func(_ *call, r *resource, _, after object) error { return holdTo(model, r.kind, after) })(b)
		onShow(func(_ *call, r *resource, o object) { showDeclared(r.kind, o) })(b)
	}
	onWrite(func(c *call, r *resource, before, after object) error {
		if !r.isUser() || before != nil && before["userName"] == after["userName"] {
			return nil
		}
		return userNameFits(p, textOf(after, "userName"))
	})(b)
	limitMembers(b, p.Limits)
	if len(p.MediaTypes) > 0 {
		b.mediaTypes = p.MediaTypes
	}
	if len(p.Filters) > 0 {
		refuseFilters(b, p.Filters)
	}
	deactivation := p.Deactivation
	if cfg.Deactivation != "" {
		deactivation = cfg.Deactivation
	}
	switch deactivation {
	case "", "inactive":
	case "gone", "either":
		if err := s.trait("inactive-deleted"); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a deactivated user cannot become %q; it can be inactive or gone", deactivation)
	}
	if cfg.RateLimited && p.Limits.Rate.Requests > 0 {
		limitRate(b, p.Limits.Rate, s.now)
	}
	for _, name := range sortedKeys(p.Deviations) {
		for _, other := range p.Deviations[name].Answers {
			onAnswer(func(c *call, a *reply) { answerWith(c, a, other) })(b)
		}
		for _, word := range p.Deviations[name].Emulate {
			if err := s.trait(word); err != nil {
				return fmt.Errorf("the deviation %s: %w", name, err)
			}
		}
	}
	return nil
}

// answerWith gives a request another status than the usual one.
func answerWith(c *call, a *reply, s profile.Status) {
	to := c.method + " " + c.endpoint()
	if c.isSingle() {
		to += "/{id}"
	}
	if to != s.To || a.status != s.Instead {
		return
	}
	setStatus(a, s.With)
	if s.With == http.StatusNoContent {
		a.body = nil
	}
}

// trait plants what a product does: a trait, a variation or a fault.
func (s *Server) trait(name string) error {
	for _, f := range traits {
		if f.Name == name {
			f.plant(&s.b)
			return nil
		}
	}
	for _, v := range allVariations() {
		if v.Name == name {
			v.plant(&s.b)
			return nil
		}
	}
	return s.plant([]string{name}, nil)
}

// offer takes away what the product does not have.
func (s *Server) offer(p *profile.Profile) error {
	lacks := func(f string) bool { has, said := p.Features[f]; return said && !has }
	for _, feature := range [...][2]string{
		{"patch", "no-patch"}, {"bulk", "no-bulk"}, {"me", "no-me"},
		{"sort", "no-sort"}, {"filter", "no-filter"}, {"etag", "etags-absent"}, {"groups", "no-groups"}, {"enterprise-user", "no-extension"},
	} {
		if lacks(feature[0]) {
			if err := s.trait(feature[1]); err != nil {
				return err
			}
		}
	}
	b := &s.b
	for f, segments := range map[string]int{"search": 2, "root-search": 1} {
		if lacks(f) {
			refusing(http.StatusNotFound, func(c *call) bool { return c.isSearch() && len(c.path) == segments })(b)
		}
	}
	if lacks("cursor") {
		onCall(func(c *call) { c.dropParam("cursor") })(b)
		onConfig(func(o object) {
			if told, ok := o["pagination"].(object); ok {
				told["cursor"] = false
				delete(told, "cursorTimeout")
			}
		})(b)
	}
	if lacks("index-paging") {
		onCall(func(c *call) { c.dropParam("startIndex") })(b)
		onConfig(func(o object) {
			told, ok := o["pagination"].(object)
			if ok && told["cursor"] == true {
				told["index"], told["defaultPaginationMethod"] = false, "cursor"
				return
			}
			delete(o, "pagination")
		})(b)
	}
	if lacks("change-password") {
		onConfig(func(o object) { o["changePassword"] = supported(false) })(b)
	}
	switch p.Discovery {
	case "absent":
		refusing(http.StatusNotFound, (*call).isDiscovery)(b)
	case "anonymous":
		b.openDiscovery = true
	}
	if slices.Contains(p.ResourceTypes.Absent, "Group") {
		if err := s.trait("no-groups"); err != nil {
			return err
		}
	}
	refusing(http.StatusMethodNotAllowed, func(c *call) bool {
		return c.kind() != nil && !c.isSearch() &&
			(p.Lacks(c.method, c.endpoint()) || c.method == http.MethodPut && lacks("put") || c.method == http.MethodDelete && lacks("delete"))
	})(b)
	return nil
}

// modelled leaves to the resource types what a profile lists of them. A type
// that it does not list goes.
func modelled(types []*resourceType, model []profile.Type) []*resourceType {
	var out []*resourceType
	for _, t := range types {
		i := slices.IndexFunc(model, func(m profile.Type) bool { return m.Endpoint == t.endpoint })
		if i < 0 {
			continue
		}
		t.schema.attributes = narrowed(t.schema.attributes, model[i].Schemas[0].Attributes)
		var extensions []*schema
		for _, x := range model[i].Schemas[1:] {
			own := t.extension(x.ID)
			if own == nil {
				own = &schema{id: x.ID, name: x.ID[strings.LastIndex(x.ID, ":")+1:], about: "What the product adds."}
			}
			own.attributes = narrowed(own.attributes, x.Attributes)
			extensions = append(extensions, own)
		}
		t.extensions = extensions
		out = append(out, t)
	}
	return out
}

// narrowed are the attributes that a profile lists, with the characteristics
// that it gives them.
func narrowed(have []*attribute, want []profile.Definition) []*attribute {
	var out []*attribute
	for _, d := range want {
		a := find(have, d.Name)
		if a == nil {
			a = define(d.Type, d.Name, "An attribute of the product.", nil)
		}
		a.kind, a.multiValued, a.required, a.mutability, a.returned = d.Type, d.MultiValued, d.Required, d.Mutability, d.Returned
		a.uniqueness, a.caseExact, a.canonicalValues = d.Uniqueness, d.CaseExact, d.Canonical
		a.subs = narrowed(a.subs, d.Subs)
		out = append(out, a)
	}
	return out
}

// showDeclared leaves out of the groups of a user what their definition does
// not list: they are computed.
func showDeclared(t *resourceType, o object) {
	a := t.find("", "groups").attr
	for _, g := range listOf(o["groups"]) {
		if g, ok := g.(object); ok && a != nil {
			maps.DeleteFunc(g, func(k string, _ any) bool { return a.sub(k) == nil })
		}
	}
}

// holdTo keeps the closed lists of values, and the most values of an
// attribute; further ones are dropped.
func holdTo(model []profile.Type, t *resourceType, doc object) error {
	for _, m := range model {
		if m.Name != t.name {
			continue
		}
		for i, x := range m.Schemas {
			urn := ""
			if i > 0 {
				urn = x.ID
			}
			for _, d := range x.Attributes {
				p := t.find(urn, d.Name)
				v := p.get(doc)
				if list := listOf(v); d.AtMost > 0 && len(list) > d.AtMost {
					v = list[:d.AtMost]
					p.set(doc, v)
				}
				if text, ok := v.(string); ok && text != "" && len(d.Canonical) > 0 && !slices.ContainsFunc(d.Canonical, func(w string) bool { return strings.EqualFold(w, text) }) {
					return refuse(scim.InvalidValue, "%s has to be one of %s", d.Name, strings.Join(d.Canonical, ", "))
				}
			}
		}
	}
	return nil
}

// userNameFits refuses a userName of another form or domain.
func userNameFits(p *profile.Profile, name string) error {
	at, want := strings.LastIndex(name, "@"), p.UserName
	if want.Form == "address" && (at < 1 || at == len(name)-1) {
		return refuse(scim.InvalidValue, "userName has to have the form user@domain")
	}
	if len(want.Domains) > 0 && !slices.ContainsFunc(append([]string{p.Domain()}, want.Domains...), func(d string) bool { return strings.EqualFold(d, name[at+1:]) }) {
		return refuse(scim.InvalidValue, "the domain of userName is not registered")
	}
	return nil
}

// limitMembers refuses too many members in a request, and drops memberships
// that are more than a user can have.
func limitMembers(b *behaviour, l profile.Limits) {
	if l.MembersPerRequest > 0 {
		onWrite(func(_ *call, r *resource, before, after object) error {
			left, joined := difference(memberIDs(before), memberIDs(after))
			if len(left)+len(joined) > l.MembersPerRequest {
				return refuse(scim.TooMany, "a request may change %d members", l.MembersPerRequest)
			}
			return nil
		})(b)
	}
	if l.GroupsPerUser > 0 {
		onWrite(func(c *call, r *resource, before, after object) error {
			_, joined := difference(memberIDs(before), memberIDs(after))
			full := func(m any) bool {
				id := memberID(m)
				return slices.Contains(joined, id) && len(c.srv.store.groups[id]) >= l.GroupsPerUser
			}
			if list := listOf(after["members"]); slices.ContainsFunc(list, full) {
				place{attr: r.kind.find("", "members").attr}.set(after, slices.DeleteFunc(slices.Clone(list), full))
			}
			return nil
		})(b)
	}
}

// refuseFilters refuses the filters that a profile does not list for a type.
func refuseFilters(b *behaviour, offered map[string][]string) {
	shapes := map[string][]string{}
	for name, list := range offered {
		for _, text := range list {
			f, err := scim.ParseFilter(profile.FilterText(text))
			if err == nil {
				shapes[name] = append(shapes[name], shapeOf(f))
			}
		}
	}
	onFilterRefuse := func(c *call) (*reply, error) {
		t := c.kind()
		text, given := c.param("filter")
		if t == nil || !given || !c.isList() {
			return nil, nil
		}
		list, limited := shapes[t.name]
		f, _, err := scim.ParseFilterLenient(strings.TrimSpace(text))
		if !limited || err != nil || slices.Contains(list, shapeOf(f)) {
			return nil, nil
		}
		return nil, refuse(scim.InvalidFilter, "this filter is not supported")
	}
	onRequest(onFilterRefuse)(b)
}

// shapeOf is a filter without its values, to be compared; empty for what no
// profile can list.
func shapeOf(f scim.Filter) string {
	switch f := f.(type) {
	case *scim.Compare:
		return strings.ToLower(f.Attr.String() + " " + string(f.Op))
	case *scim.And:
		left, right := shapeOf(f.Left), shapeOf(f.Right)
		if left != "" && right != "" {
			return left + " and " + right
		}
	}
	return ""
}

// limitRate answers 429 to more requests than a product takes in a time.
func limitRate(b *behaviour, r profile.Rate, now func() time.Time) {
	state := make(chan []time.Time, 1)
	state <- nil
	onWire(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if r.Of == "writes" && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
				next.ServeHTTP(w, req)
				return
			}
			at := now()
			recent := slices.DeleteFunc(<-state, func(t time.Time) bool { return at.Sub(t) >= r.Per })
			over := len(recent) >= r.Requests
			if !over {
				recent = append(recent, at)
			}
			state <- recent
			if over {
				w.Header().Set("Retry-After", "1")
				answerError(w, http.StatusTooManyRequests, "too many requests: try again")
				return
			}
			next.ServeHTTP(w, req)
		})
	})(b)
}
