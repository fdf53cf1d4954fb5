package rfc

import (
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.14. ETags are demanded on GET alone.
var etagChecks = []Check{
	{Meta: Meta{
		ID: "etag.on-get", Level: Must,
		Title:    "A GET of a resource has the header ETag",
		Requires: []string{"7644-3.14-03", "7644-3.14-01"}, Needs: []Feature{ETag},
		Catches: []string{"etag-missing"},
	}, Body: func(t *T) {
		t.Get(t.GivenUser()).Status(200).HasHeader("ETag")
	}},
	{Meta: Meta{
		ID: "etag.in-meta-version", Level: Should,
		Title:    "A resource has its ETag in meta.version",
		Requires: []string{"7644-3.14-04"}, Needs: []Feature{ETag},
		Catches: []string{"etag-without-version"},
	}, Body: func(t *T) {
		a := t.Get(t.GivenUser()).Status(200)
		a.Holds(a.Text("meta.version") != "" && opaque(a.Text("meta.version")) == opaque(a.HeaderValue("ETag")), "meta.version", "the ETag", given(a.Text("meta.version")),
			"meta.version is not the ETag")
	}},
	{Meta: Meta{
		ID: "etag.changes-with-the-resource", Level: Must,
		Title:    "A change of a resource changes its ETag",
		Requires: []string{"7644-3.14-09"}, Needs: []Feature{ETag, PutMethod},
		Catches: []string{"etag-constant"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, first := versioned(t)
		second := change(t, u, first)
		t.Expect(second != first, nil, "header ETag", "another ETag", "the same", "the ETag stays the same after a change")
	}},
	{Meta: Meta{
		ID: "etag.not-modified", Level: Should,
		Title:    "A GET with the current ETag in If-None-Match is answered with 304",
		Requires: []string{"7644-3.14-06", "7644-3.14-05"}, Needs: []Feature{ETag},
		Catches: []string{"if-none-match-ignored"},
	}, Body: func(t *T) {
		u, tag := versioned(t)
		t.Get(u, Header("If-None-Match", tag)).Status(304)
	}},
	{Meta: Meta{
		ID: "etag.modified", Level: Must,
		Title:    "A GET with an old ETag in If-None-Match is answered with the resource",
		Requires: []string{"7644-3.14-06", "7644-3.14-05"}, Needs: []Feature{ETag, PutMethod},
		Catches: []string{"if-none-match-always-304"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, old := versioned(t)
		if change(t, u, old) == old {
			t.Block("the ETag does not change")
		}
		t.Get(u, Header("If-None-Match", old)).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "etag.current-version-is-replaced", Level: Must,
		Title:    "A PUT with the current ETag in If-Match is done, also when the ETag is weak",
		Requires: []string{"7644-3.14-07", "7644-3.14-02"}, Needs: []Feature{ETag, PutMethod},
		Catches: []string{"if-match-never-matches", "if-match-weak-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, tag := versioned(t)
		t.Put(u, changed(u, "North Star"), Header("If-Match", tag)).Status(200)
		t.Get(u).Status(200).EqualFold("displayName", "North Star")
	}},
	{Meta: Meta{
		ID: "etag.current-version-is-patched", Level: Must,
		Title:    "A PATCH with the current ETag in If-Match is done, also when the ETag is weak",
		Requires: []string{"7644-3.14-07", "7644-3.14-02"}, Needs: []Feature{ETag, Patch},
		Catches: []string{"if-match-never-matches", "if-match-weak-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, tag := versioned(t)
		t.PatchWith(u, rename, Header("If-Match", tag)).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", "North Star")
	}},
	{Meta: Meta{
		ID: "etag.old-version-is-not-replaced", Level: Must,
		Title:    "A PUT with an old ETag in If-Match is refused with 412 and changes nothing",
		Requires: []string{"7644-3.14-08", "7644-3.12-13"}, Needs: []Feature{ETag, PutMethod},
		Catches: []string{"if-match-ignored", "if-match-checked-late"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, old := versioned(t)
		if change(t, u, old) == old {
			t.Block("the ETag does not change")
		}
		a := t.Put(u, changed(u, "Overwritten"), Header("If-Match", old))
		t.Get(u).Status(200).NotEqual("displayName", "Overwritten")
		a.Status(409, 412).Advisory().Status(412)
	}},
	{Meta: Meta{
		ID: "etag.old-version-is-not-patched", Level: Must,
		Title:    "A PATCH with an old ETag in If-Match is refused with 412 and changes nothing",
		Requires: []string{"7644-3.14-08", "7644-3.12-13"}, Needs: []Feature{ETag, PutMethod, Patch},
		Catches: []string{"if-match-ignored", "if-match-checked-late"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, old := versioned(t)
		if change(t, u, old) == old {
			t.Block("the ETag does not change")
		}
		a := t.PatchWith(u, rename, Header("If-Match", old))
		t.Get(u).Status(200).NotEqual("displayName", "North Star")
		a.Status(409, 412).Advisory().Status(412)
	}},
}

// versioned arranges a user and its ETag.
func versioned(t *T) (u *Resource, tag string) {
	u = t.GivenUser()
	return u, t.Get(u).Arranging().Status(200).HasHeader("ETag").HeaderValue("ETag")
}

// changed is what was sent, with another displayName.
func changed(u *Resource, displayName string) Doc {
	doc := Doc{}
	for k, v := range u.Sent {
		doc[k] = v
	}
	doc["displayName"] = displayName
	return doc
}

// change changes a user by PUT and returns its ETag. One that is made of a
// time with whole seconds gets a second try when they have passed.
func change(t *T, u *Resource, tag string) string {
	for _, try := range []struct {
		name string
		wait time.Duration
	}{{"Once Changed", 0}, {"Twice Changed", 2 * time.Second}} {
		t.Wait(try.wait)
		t.Put(u, changed(u, try.name)).Arranging().Status(200)
		if now := t.Get(u).Arranging().Status(200).HeaderValue("ETag"); now != tag {
			return now
		}
	}
	return tag
}
