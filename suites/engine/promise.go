package engine

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// promised puts what a profile promises of attributes in the place of what the
// target's own /Schemas say of them, and of the resource types where there are
// no /ResourceTypes.
func promised(p *profile.Profile, schemaList, types []byte) (schemas, resourceTypes []byte) {
	ownSchemas, ownTypes := p.Discovered()
	if ownSchemas == nil {
		return schemaList, types
	}
	if len(parseTypes(types)) == 0 {
		types = ownTypes
	}
	known := map[string]bool{}
	var all []json.RawMessage
	for _, list := range [][]byte{ownSchemas, schemaList} {
		for _, s := range gjson.GetBytes(list, "Resources").Array() {
			if id := strings.ToLower(s.Get("id").String()); !known[id] {
				known[id] = true
				all = append(all, json.RawMessage(s.Raw))
			}
		}
	}
	out, err := json.Marshal(map[string]any{
		"schemas": []string{scim.ListResponseURN}, "totalResults": len(all), "startIndex": 1, "itemsPerPage": len(all), "Resources": all,
	})
	if err != nil {
		return ownSchemas, types // the target's own list is no JSON
	}
	return out, types
}

// Promises is the profile of the target: what it promises beside the RFCs.
func (t *T) Promises() *profile.Profile { return t.run.plan.Profile }

// Throttled is how many attempts of this step were answered with 429.
func (t *T) Throttled() (n int) {
	for _, x := range t.exchanges {
		if x.Status() == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

// neverPromised is why a request of a check or of an identity provider is not
// sent: the profile says that the target does not offer the method there.
func (r *run) neverPromised(req scim.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(req.Path, "/"), "/")
	if !r.plan.Profile.Lacks(req.Method, "/"+first) {
		return ""
	}
	return "the profile says that the target has no " + req.Method + " /" + first
}

// instead reports whether the profile has the target answer with the status
// where one of the wanted ones is usual.
func (a *Answer) instead(code int, want []int) bool {
	return slices.ContainsFunc(want, func(usual int) bool {
		return slices.Contains(a.t.run.plan.Profile.StatusInstead(pathTemplate(a.x.Request), usual), code)
	})
}
