package engine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// configSwitch is where ServiceProviderConfig tells of a feature.
var configSwitch = map[Feature]string{
	Patch:          "patch.supported",
	Bulk:           "bulk.supported",
	Filtering:      "filter.supported",
	Sorting:        "sort.supported",
	ETag:           "etag.supported",
	ChangePassword: "changePassword.supported",
	Cursor:         "pagination.cursor",
	IndexPaging:    "pagination.index",
}

// allFeatures lists every feature in the order of reports.
var allFeatures = []Feature{
	Patch, Bulk, Filtering, Sorting, ETag, ChangePassword, Cursor, IndexPaging, Groups, EnterpriseUser,
	Me, SearchPost, RootSearch, Discovery, ReadMembers, PutMethod, DeleteMethod,
	SecondTenant, ReadOnlyClient,
}

// resolveFeatures decides what the target has: the profile first, then what
// ServiceProviderConfig and ResourceTypes say, then a probe for what both
// leave open. What the RFCs require is never probed away.
func (r *run) resolveFeatures(ctx context.Context) {
	d := r.discovered
	d.features = map[Feature]FeatureState{}
	for _, f := range allFeatures {
		d.features[f] = r.resolve(ctx, f)
	}
}

func (r *run) resolve(ctx context.Context, f Feature) FeatureState {
	switch f {
	case SecondTenant:
		return FeatureState{f, r.plan.Second != nil, "credentials"}
	case ReadOnlyClient:
		return FeatureState{f, r.plan.Reader != nil, "credentials"}
	}
	if has, ok := r.plan.Profile.Features[string(f)]; ok {
		return FeatureState{f, has, "profile"}
	}
	if s, ok := r.fromProfile(f); ok {
		return s
	}
	d := r.discovered
	if path, ok := configSwitch[f]; ok {
		if d.Config.Has(path) {
			return FeatureState{f, d.Config.Get(path).Bool(), "ServiceProviderConfig"}
		}
		switch f {
		case Patch:
			if !r.plan.ReadOnly { // a resource that does not exist cannot change
				return r.probe(ctx, f, http.MethodPatch, scim.UsersEndpoint+"/"+r.plan.RunID, "", patchNothing, http.StatusMethodNotAllowed, http.StatusNotImplemented)
			}
		case Filtering:
			return r.probe(ctx, f, http.MethodGet, scim.UsersEndpoint, "count=1&filter="+escape(`userName eq "scimtest-probe"`), "", http.StatusNotImplemented)
		}
		// A provider that does not speak of cursors has none (RFC 9865
		// section 4). ETags, bulk, sorting and passwords are optional and
		// cannot be probed without a write, or without guessing: who does
		// not announce them has none.
		return FeatureState{f, f == Patch || f == IndexPaging, "default"}
	}
	switch f {
	case Groups:
		if d.TypeAt(scim.GroupsEndpoint) != nil {
			return FeatureState{f, true, "ResourceTypes"}
		}
		return r.probe(ctx, f, http.MethodGet, scim.GroupsEndpoint, "startIndex=1&count=1", "", absent...)
	case EnterpriseUser:
		if t := d.TypeAt(scim.UsersEndpoint); t != nil {
			for _, e := range t.Extensions {
				if strings.EqualFold(e, scim.EnterpriseUserURN) {
					return FeatureState{f, true, "ResourceTypes"}
				}
			}
			return FeatureState{f, false, "ResourceTypes"}
		}
		return FeatureState{f, true, "default"}
	case ReadMembers:
		if a, _ := d.Attribute(scim.GroupURN, "members"); a.Returned == "request" || a.Returned == "never" {
			return FeatureState{f, false, "Schemas"}
		}
	case Me:
		return r.probe(ctx, f, http.MethodGet, scim.MeEndpoint, "", "", absent...)
	case SearchPost:
		return r.probe(ctx, f, http.MethodPost, scim.UsersEndpoint+scim.SearchSuffix, "", searchNothing, absent...)
	case RootSearch:
		return r.probe(ctx, f, http.MethodPost, scim.SearchSuffix, "", searchNothing, absent...)
	case Discovery:
		return FeatureState{f, d.Config.Raw() != nil || len(d.Types) > 0 || len(d.Schemas) > 0, "probe"}
	}
	return FeatureState{f, true, "default"}
}

const searchNothing = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],` +
	`"filter":"userName eq \"scimtest-probe\"","startIndex":1,"count":1}`

const patchNothing = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],` +
	`"Operations":[{"op":"replace","path":"active","value":true}]}`

// fromProfile reads the features that the profile words in its own way.
func (r *run) fromProfile(f Feature) (FeatureState, bool) {
	p := r.plan.Profile
	names := func(list []string, words ...string) bool {
		for _, have := range list {
			for _, w := range words {
				if strings.EqualFold(strings.TrimSpace(have), w) {
					return true
				}
			}
		}
		return false
	}
	switch f {
	case Discovery:
		if p.Discovery != "" {
			return FeatureState{f, p.Discovery != "absent", "profile"}, true
		}
	case Groups:
		if names(p.ResourceTypes.Absent, "Group", "Groups") {
			return FeatureState{f, false, "profile"}, true
		}
	case ReadMembers:
		if p.Members == "none" {
			return FeatureState{f, false, "profile"}, true
		}
	case PutMethod, DeleteMethod, Patch:
		method := map[Feature]string{PutMethod: http.MethodPut, DeleteMethod: http.MethodDelete, Patch: http.MethodPatch}[f]
		if p.Lacks(method, scim.UsersEndpoint) {
			return FeatureState{f, false, "profile"}, true
		}
	}
	return FeatureState{}, false
}

// absent are the answers of an endpoint that is not there.
var absent = []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}

// probe asks once, without changing anything. Only an answer that is listed is
// no; with every other one the check speaks.
func (r *run) probe(ctx context.Context, f Feature, method, path, query, body string, no ...int) FeatureState {
	req := scim.Request{Method: method, Path: path, RawQuery: query, Header: r.header("probe")}
	if body != "" {
		req.Body = scim.Body(body)
		req.Header.Set("Content-Type", scim.MediaType)
	}
	x := r.sendRunLevel(ctx, req)
	return FeatureState{f, !slices.Contains(no, x.Status()), "probe"}
}

// missing returns why a check that needs the features does not apply, or "".
func (d *Discovered) missing(needs []Feature) string {
	for _, f := range needs {
		s, ok := d.features[f]
		if !ok || s.Has {
			continue
		}
		switch s.Source {
		case "profile":
			return fmt.Sprintf("the profile says that the target has no %s", f)
		case "ServiceProviderConfig":
			return fmt.Sprintf("ServiceProviderConfig says that %s is false", configSwitch[f])
		case "ResourceTypes":
			return fmt.Sprintf("ResourceTypes lists no %s", f)
		case "Schemas":
			return "the target's schemas say that a plain GET of a group does not return its members"
		case "credentials":
			if f == ReadOnlyClient {
				return "needs a credential that may only read: SCIMTEST_TOKEN_READ"
			}
			return "needs a second credential: --second URL and SCIMTEST_TOKEN_2"
		case "probe":
			return fmt.Sprintf("a probe found that the target has no %s", f)
		default:
			return fmt.Sprintf("the target does not announce %s", f)
		}
	}
	return ""
}

// states lists the resolved features for the report.
func (d *Discovered) states() []FeatureState {
	var out []FeatureState
	for _, s := range d.features {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Feature < out[j].Feature })
	return out
}
