package server

import (
	"context"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/mockidp"
)

// maxGenerated bounds how many people can be generated in one go.
const maxGenerated = 100000

// Generate says what is to be generated.
type Generate struct {
	Users  int   `json:"users"`
	Groups int   `json:"groups"`
	Seed   int64 `json:"seed"`
	// Assign assigns the application to everybody who is generated.
	Assign bool `json:"assign"`
	// Push has the groups pushed, or assigned in Entra ID.
	Push bool `json:"push"`
}

// Generate puts people and groups who do not exist into the directory: the same
// for the same seed. People are dealt out to the groups in turn, and the first
// one of each group is the manager of the others. Who is there already by the
// same name is left alone. It returns how many of each were added.
func (t *Tenant) Generate(ctx context.Context, g Generate) (users, groups int, r Result, err error) {
	if g.Users < 0 || g.Groups < 0 || g.Users > maxGenerated || g.Groups > maxGenerated {
		return 0, 0, Result{}, invalid("between 0 and %d users and groups can be generated", maxGenerated)
	}
	r, err = t.edit(ctx, "generate", func() error {
		users, groups = t.generate(g)
		return nil
	})
	return users, groups, r, err
}

func (t *Tenant) generate(g Generate) (users, groups int) {
	source := fake.New(g.Seed, "idp", "s"+itoa(int(g.Seed)), "")
	keys := make([]string, g.Users)
	for i := range g.Users {
		made := source.Person(i)
		m := mockidp.UserOf(t.dialect, "", t.settings.ID, made)
		u := User{
			UserName: m.UserName, GivenName: m.GivenName, FamilyName: m.FamilyName, DisplayName: made.GivenName + " " + made.FamilyName,
			Email: m.Email, Title: m.Title, Department: m.Department, EmployeeNumber: m.EmployeeNumber, MobilePhone: m.MobilePhone,
			StreetAddress: m.StreetAddress, Locality: m.Locality, Region: m.Region, PostalCode: m.PostalCode, Country: m.Country,
			Locale: m.Locale, Enabled: true,
		}
		if t.ready(&u, t.taken) != nil {
			continue // is there already
		}
		if g.Groups > 0 && i >= g.Groups {
			u.Manager = keys[i%g.Groups]
		}
		p := &person{User: u, Assigned: g.Assign}
		t.dir.add(p)
		keys[i] = p.User.Key
		t.changedUser(keys[i])
		users++
	}
	names := map[string]bool{}
	for _, team := range t.dir.teams {
		names[team.Group.Name] = true
	}
	for i := range g.Groups {
		group := Group{Name: source.GroupName(i), Members: []string{}}
		if names[group.Name] || t.readyGroup(&group, func(k string) bool { return t.dir.teams[k] != nil }) != nil {
			continue
		}
		for j := i; j < g.Users; j += g.Groups {
			if keys[j] != "" {
				group.Members = append(group.Members, keys[j])
			}
		}
		entra := t.dialect.IdP == "entra"
		t.dir.addTeam(&team{Group: group, Assigned: g.Push && entra, Pushed: g.Push && !entra})
		t.changedGroup(group.Key)
		groups++
	}
	return users, groups
}
