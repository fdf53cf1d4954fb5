package server_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// kept is a tenant whose state is kept in a file, with one group of all users.
func kept(b *testing.B, dialect string, users int) *server.Tenant {
	app, err := server.Open(server.Config{File: filepath.Join(b.TempDir(), "idp.db"), Tick: -1, Now: func() time.Time { return begin }})
	require.NoError(b, err)
	b.Cleanup(func() { _ = app.Close() })
	tenant, err := app.AddTenant(server.Settings{Name: "desk", Dialect: dialect, Target: bare(b)}, secret)
	require.NoError(b, err)
	_, _, _, err = tenant.Generate(ctx, server.Generate{Users: users, Seed: 1})
	require.NoError(b, err)
	all, _ := tenant.Users(server.ListQuery{})
	var keys []string
	for _, u := range all {
		keys = append(keys, u.Key)
	}
	_, _, err = tenant.AddGroup(ctx, server.Group{Name: "Everybody", Key: "all", Members: keys})
	require.NoError(b, err)
	return tenant
}

// What it costs that one user leaves a large group and another joins it.
//
//	go test ./mockidp/server -run '^$' -bench MemberChange
func BenchmarkMemberChange(b *testing.B) {
	for _, members := range []int{500, 50000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			tenant := kept(b, "okta-oin", members)
			_, err := tenant.PushGroup(ctx, true, false, "all")
			require.NoError(b, err)
			group, err := tenant.Group("all")
			require.NoError(b, err)
			b.ResetTimer()
			for i := range b.N {
				someone := group.Members[i%len(group.Members)]
				_, _, err = tenant.RemoveMembers(ctx, "all", someone)
				require.NoError(b, err)
				_, _, err = tenant.AddMembers(ctx, "all", someone)
				require.NoError(b, err)
			}
		})
	}
}

// What a cycle costs that fills one large group: Entra ID sends its members one by
// one.
//
//	go test ./mockidp/server -run '^$' -bench LargeGroupCycle -benchtime 1x
func BenchmarkLargeGroupCycle(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		tenant := kept(b, "entra-compliant", 5000)
		_, err := tenant.AssignGroup(ctx, true, "all")
		require.NoError(b, err)
		b.StartTimer()
		_, err = tenant.RunCycle(ctx)
		require.NoError(b, err)
	}
}
