package rfc

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What discovery describes cannot be changed through it. The checks send the
// resource back as it is, so that nothing changes even where it is accepted.
var readOnlyDiscoveryChecks = []Check{
	{Meta: Meta{
		ID: "discovery.read-only.config", Level: Should,
		Title:    "A PUT to /ServiceProviderConfig is refused",
		Requires: []string{"7643-5-02"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-writable"},
	}, Body: func(t *T) { refusesPut(t, scim.ServiceProviderConfigEndpoint) }},
	{Meta: Meta{
		ID: "discovery.read-only.schema", Level: Should,
		Title:    "A PUT to a schema is refused",
		Requires: []string{"7643-7-02"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-writable"},
	}, Body: func(t *T) { refusesPut(t, scim.SchemasEndpoint+"/"+scim.UserURN) }},
	{Meta: Meta{
		ID: "discovery.read-only.resource-type", Level: Should,
		Title:    "A PUT to a resource type is refused",
		Requires: []string{"7643-6-01"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-writable"},
	}, Body: func(t *T) { refusesPut(t, scim.ResourceTypesEndpoint+"/User") }},
}

func refusesPut(t *T, path string) {
	same := offered(t, path).Arranging().Status(200).Resource()
	t.Send(http.MethodPut, path, nil, RawBody(scim.MediaType, string(same.Raw()))).Status(400, 403, 404, 405, 501)
	t.Fetch(path).Status(200) // a target that has lost it refuses everything
}

// announcedChecks judge whether a feature that ServiceProviderConfig announces
// is there: 501, 404 and 405 say that it is not.
func announcedChecks() (checks []Check) {
	for _, c := range []struct {
		id, what, path string
		rows           []string
		fault          string
		use            func(*T) *Answer
	}{
		{"patch", "PATCH", "patch.supported", []string{"7643-5-06", "7644-3.5-03"}, "patch-not-implemented", func(t *T) *Answer {
			return t.Patch(t.GivenUser(), Replace("userName", mailbox(t, "renamed")))
		}},
		{"filter", "a filter", "filter.supported", []string{"7643-5-12", "7644-3.4.2.2-02"}, "filter-not-implemented", func(t *T) *Answer {
			return t.List(scim.UsersEndpoint, Filter(eq("userName", t.GivenUser().Text("userName"))))
		}},
		{"sort", "sortBy", "sort.supported", []string{"7643-5-17", "7644-3.4.2.3-02"}, "sort-not-implemented", func(t *T) *Answer {
			t.GivenUser()
			return t.List(scim.UsersEndpoint, Query("sortBy", "userName"), Query("count", "2"))
		}},
		{"bulk", "/Bulk", "bulk.supported", []string{"7643-5-08", "7644-3.7-01"}, "bulk-not-implemented", func(t *T) *Answer {
			u := t.GivenUser()
			return bulk(t, Doc{"method": "DELETE", "path": u.Path()})
		}},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "discovery.announced." + c.id, Level: Must,
			Title:    "A target that announces " + c.path + " offers " + c.what,
			Requires: c.rows, Needs: []Feature{Discovery},
			Catches: []string{c.fault},
		}, Body: func(t *T) {
			if !t.Target().Config.Get(c.path).Bool() {
				t.Skip("ServiceProviderConfig does not announce %s", c.path)
			}
			a := c.use(t).NoServerError()
			there := !slices.Contains([]int{404, 405, 501}, a.Code())
			a.Holds(there, "status", c.what+" as announced", strconv.Itoa(a.Code()), "ServiceProviderConfig announces "+c.path+", which is not there")
		}})
	}
	return checks
}
