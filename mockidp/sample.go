package mockidp

import "github.com/scimtest/scimtest/scim"

// What samples are made of. The target knows the user in another form, so that
// a change is worded.
var (
	sampleUser = User{
		Key: "ann", ObjectID: "00uEXAMPLE0000000001", UserName: "ann@example.com", GivenName: "Ann", FamilyName: "Lee",
		DisplayName: "Ann Lee", Email: "ann.lee@example.com", Title: "Welder", Department: "Hull", EmployeeNumber: "4711",
		MobilePhone: "+1-201-555-0101", Locality: "Oslo", Country: "Norway", Locale: "en-US", Password: "k3Vq9TzA", ManagerName: "Bo Chen",
	}
	sampleGroup   = Group{Key: "sales", ObjectID: "aaaaaaaa-0000-4000-8000-0000000000a1", Name: "Sales"}
	sampleMembers = []Member{{"u-1001", "ann@example.com"}, {"u-1002", "bo@example.com"}}
)

const sampleCurrent = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1001","userName":"ann@example.com",` +
	`"name":{"formatted":"Ann Old","givenName":"Ann","familyName":"Old"},"displayName":"Ann Old","active":true,` +
	`"emails":[{"value":"old@example.com","type":"work"}],"meta":{"resourceType":"User"}}`

// samples words every intent that the dialect has, once.
func (d *Dialect) samples() map[string][]scim.Request {
	out := map[string][]scim.Request{}
	current, _ := scim.NewResource([]byte(sampleCurrent)) // it is JSON
	u, g, one := sampleUser, sampleGroup, sampleMembers[:1]
	add := func(intent string, known bool, word func() []scim.Request) {
		if known {
			out[intent] = word()
		}
	}
	only := func(r scim.Request) []scim.Request { return []scim.Request{r} }
	add("Discover", d.Discover != nil, func() []scim.Request { return d.Discover() })
	add("Probe", d.Probe != nil, func() []scim.Request { return only(d.Probe()) })
	add("ListUsers", d.ListUsers != nil, func() []scim.Request { return only(d.ListUsers(1)) })
	add("ListGroups", d.ListGroups != nil, func() []scim.Request { return only(d.ListGroups(1)) })
	add("Find", d.Find != nil, func() []scim.Request { return only(d.Find(u)) })
	add("Read", d.Read != nil, func() []scim.Request { return only(d.Read("u-1001")) })
	add("Create", d.Create != nil, func() []scim.Request { return only(d.Create(u)) })
	add("Update", d.Update != nil, func() []scim.Request { return d.Update("u-1001", current, u) })
	add("Deactivate", d.Deactivate != nil, func() []scim.Request { return d.Deactivate("u-1001", current, d.deletedSample()) })
	add("Reactivate", d.Reactivate != nil, func() []scim.Request { return d.Reactivate("u-1001", current, u) })
	add("Delete", d.Delete != nil, func() []scim.Request { return only(d.Delete("u-1001")) })
	add("SetManager", d.SetManager != nil, func() []scim.Request { return only(d.SetManager("u-1001", current, "u-1002")) })
	add("ClearManager", d.ClearManager != nil, func() []scim.Request { return only(d.ClearManager("u-1001")) })
	add("SetRoles", d.SetRoles != nil, func() []scim.Request { return d.SetRoles("u-1001", []string{"Admin", "Auditor"}) })
	add("FindGroup", d.FindGroup != nil, func() []scim.Request { return only(d.FindGroup(g)) })
	add("ReadGroup", d.ReadGroup != nil, func() []scim.Request { return only(d.ReadGroup("g-2001")) })
	add("CreateGroup", d.CreateGroup != nil, func() []scim.Request { return only(d.CreateGroup(g, one)) })
	add("Reconcile", d.Reconcile != nil, func() []scim.Request { return only(d.Reconcile("g-2001", g)) })
	add("RenameGroup", d.RenameGroup != nil, func() []scim.Request { return only(d.RenameGroup("g-2001", scim.Resource{}, g, one)) })
	add("ChangeMembers", d.ChangeMembers != nil, func() []scim.Request {
		return d.ChangeMembers("g-2001", scim.Resource{}, g, one, one, sampleMembers[1:])
	})
	add("ReplaceMembers", d.ReplaceMembers != nil, func() []scim.Request {
		return only(d.ReplaceMembers("g-2001", scim.Resource{}, g, sampleMembers))
	})
	add("DeleteGroup", d.DeleteGroup != nil, func() []scim.Request { return only(d.DeleteGroup("g-2001")) })
	return out
}

// deletedSample is the user as it is when it is deactivated: Entra ID's recycle
// bin holds it under another name (entra.md 2.8).
func (d *Dialect) deletedSample() User {
	u := sampleUser
	if d.IdP == "entra" {
		u.UserName = tombstone(u) + u.UserName
	}
	return u
}
