package server

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
)

// shelf keeps lists as the store does.
type shelf struct {
	lists map[string][]byte
	// whole is how often a list was written anew, and size how much was written.
	whole, size int
}

func (s *shelf) save(_ string, writes []write) error {
	for _, w := range writes {
		if w.form == wholeList {
			s.lists[w.kind] = nil
			s.whole++
		}
		s.lists[w.kind] = append(s.lists[w.kind], w.data...)
		s.size += len(w.data)
	}
	return nil
}
func (*shelf) drop(string) error { return nil }
func (*shelf) close() error      { return nil }

func newShelf() (*shelf, *Tenant) {
	s := &shelf{lists: map[string][]byte{}}
	return s, &Tenant{app: &App{store: s}, lists: map[listID]keptList{}}
}

// keep has a list kept, and returns it as it is read again, by another program.
func (s *shelf) keep(t *testing.T, tenant *Tenant, now []string) []string {
	tenant.writeList("list", "all", now)
	require.NoError(t, s.save("", tenant.pending))
	tenant.pending = nil
	_, other := newShelf()
	k := kept{"list": {"all": s.lists["list"]}}
	got, err := other.readList(k, "list", "all")
	require.NoError(t, err)
	if len(now) > 0 {
		require.Equal(t, tenant.lists[listID{"list", "all"}].lines, other.lists[listID{"list", "all"}].lines)
	}
	return got
}

// Whatever becomes of a list, it is read as it was written, and its order is kept.
func TestLists(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		s, tenant := newShelf()
		var list []string
		for i := range 300 {
			before := slices.Clone(list)
			switch n := len(list); {
			case random.IntN(60) == 0:
				list = nil
			case random.IntN(20) == 0:
				random.Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
			case random.IntN(2) == 0 && n > 0: // in place, as the directory does it
				at := random.IntN(n)
				list = slices.Delete(list, at, min(n, at+1+random.IntN(3)))
			default:
				list = slices.Insert(list, min(n, random.IntN(2*n+1)), "u"+strconv.Itoa(i))
			}
			got := s.keep(t, tenant, list)
			require.True(t, slices.Equal(list, got), "seed %d, step %d: %v is read as %v", seed, i, list, got)

			joined, left := difference(before, list)
			for _, key := range joined {
				require.True(t, slices.Contains(list, key) && !slices.Contains(before, key))
			}
			for _, key := range left {
				require.True(t, !slices.Contains(list, key) && slices.Contains(before, key))
			}
			require.Len(t, list, len(before)+len(joined)-len(left))
		}
	}
}

// One who leaves or joins a large group costs a line; lines that are not needed any
// more go now and then.
func TestListsCostLittle(t *testing.T) {
	s, tenant := newShelf()
	var list []string
	for i := range 5000 {
		list = append(list, "user-"+strconv.Itoa(i))
	}
	s.keep(t, tenant, list)
	first := s.size
	for i := range 50 {
		list = append(slices.Delete(list, i, i+1), "new-"+strconv.Itoa(i))
		s.keep(t, tenant, list)
	}
	assert.Less(t, s.size-first, 50*25)
	assert.Equal(t, 1, s.whole)
	list = list[:10]
	s.keep(t, tenant, list)
	assert.Equal(t, 2, s.whole, "most of the lines were of who left")
	s.keep(t, tenant, nil)
	assert.Empty(t, s.lists["list"])
	assert.Equal(t, []string{"ada"}, s.keep(t, tenant, []string{"ada"}), "and begins anew")
}

func TestListThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"+ada", "+ada\n+ada\n", "-ada\n", "ada\n", "\n", "+ada\n\n"} {
		_, tenant := newShelf()
		_, err := tenant.readList(kept{"list": {"all": []byte(text)}}, "list", "all")
		assert.Error(t, err, "%q", text)
	}
}

// A file of the first version is read, and goes on: members stood in their groups
// then.
func TestFirstVersion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "idp.db")
	rows, err := os.ReadFile("testdata/version-1.sql")
	require.NoError(t, err)
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	_, err = db.Exec(migrations[0] + ";PRAGMA user_version = 1;" + string(rows))
	require.NoError(t, err)
	require.NoError(t, db.Close())

	ctx := context.Background()
	then := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) } // nothing is tried again
	want := []string{"eve", "ada", "bob"}
	for i := range 3 {
		app, err := Open(Config{File: file, Tick: -1, Now: then})
		require.NoError(t, err)
		for _, id := range []string{"desk", "entra"} {
			tenant, err := app.Tenant(id)
			require.NoError(t, err)
			group, err := tenant.Group("crew")
			require.NoError(t, err)
			assert.Equal(t, want, group.Members, "%s, opened %d times before", id, i)
			told := tenant.dir.teams["crew"].Told.Members
			if id == "desk" {
				assert.Equal(t, want, told)
				assert.Equal(t, want, tenant.provider.MemberKeys("crew"))
				assert.Equal(t, 4, tenant.provider.TaskCount())
			} else {
				// The provider was told of the first two; the rest waits for the next cycle.
				assert.Equal(t, []string{"eve", "ada"}, told)
				parts := tenant.provider.Parts()
				lists := parts[mockidp.Part{Kind: mockidp.PartGroup, Key: "crew"}].Lists
				assert.Equal(t, []string{"eve", "ada"}, lists["source-members"])
				assert.Equal(t, []string{"+eve", "+ada"}, lists["references"])
			}
			if i == 0 { // another order, so that it is written
				_, _, err = tenant.RemoveMembers(ctx, "crew", "eve")
				require.NoError(t, err)
				_, _, err = tenant.AddMembers(ctx, "crew", "eve")
				require.NoError(t, err)
			}
		}
		want = []string{"ada", "bob", "eve"}
		require.NoError(t, app.Close())
	}
}
