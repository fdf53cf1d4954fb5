package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/scimtest/scimtest/mockidp"
)

// write is a part of the state of a tenant to be kept, or a list, or more lines of
// it; data is nil for what is gone.
type write struct {
	kind, key string
	data      []byte
	form      form
}

type form int

const (
	wholePart form = iota
	wholeList
	moreOfList
)

// The kinds of parts. Those of the identity provider itself have "idp-" before
// the kind that the library has.
const (
	kindTenant   = "tenant"   // settings
	kindSecret   = "secret"   //nolint:gosec // the name of a kind, not a secret
	kindMapping  = "mapping"  // the files of a customer's own mapping
	kindProgress = "progress" // clock, cycles, switches
	kindFaults   = "faults"
	kindUser     = "user"
	kindGroup    = "group"
	kindMembers  = "group.members"      // a list
	kindTold     = "group.told-members" // a list: those the identity provider was told of
	kindLog      = "log"
	kindTest     = "test"  // a run of suites
	kindTestFile = "test-" // its report, with the format behind
	idpPrefix    = "idp-"
)

// store keeps the parts of tenants. A call of save is kept altogether or not
// at all, and stays so when it has returned.
type store interface {
	save(tenant string, writes []write) error
	drop(tenant string) error
	close() error
}

// kept are the parts of a tenant by kind and key, and its lists, line by line.
type kept map[string]map[string][]byte

// memory keeps nothing.
type memory struct{}

func (memory) save(string, []write) error { return nil }
func (memory) drop(string) error          { return nil }
func (memory) close() error               { return nil }

// write notes something to be kept; v is nil for what is gone.
func (t *Tenant) write(kind, key string, v any) {
	if _, ok := t.app.store.(memory); ok {
		return
	}
	var data []byte
	if v != nil {
		data = encode(v)
	}
	t.writeBytes(kind, key, data)
}

// writeBytes notes something to be kept as it is; nil is gone.
func (t *Tenant) writeBytes(kind, key string, data []byte) {
	if _, ok := t.app.store.(memory); !ok {
		t.pending = append(t.pending, write{kind: kind, key: key, data: data})
	}
}

// keep keeps what changed, in one transaction.
func (t *Tenant) keep() error {
	touched := t.provider.Touched()
	if _, ok := t.app.store.(memory); ok || t.broken != nil {
		return t.broken
	}
	for _, touched := range touched {
		kind, kept := idpPrefix+string(touched.Kind), t.provider.Part(touched)
		t.writeBytes(kind, touched.Key, kept.Data)
		if touched.Kind == mockidp.PartGroup {
			for _, list := range mockidp.GroupLists() {
				t.writeList(kind+"."+list, touched.Key, kept.Lists[list])
			}
		}
	}
	if faults := t.way.faults(); !slices.Equal(faults, t.keptFaults) {
		t.keptFaults = faults
		t.write(kindFaults, "", faults)
	}
	p := t.progress()
	p.Now = time.Time{} // a clock that moved and did nothing is no news
	if state := encode(p); len(t.pending) > 0 || !bytes.Equal(state, t.keptProgress) {
		t.keptProgress = state
		t.write(kindProgress, "", t.progress())
	}
	if len(t.pending) == 0 {
		return nil
	}
	writes := t.pending
	t.pending = nil
	t.broken = stored(t.app.store.save(t.settings.ID, writes))
	return t.broken
}

// progress is what is about no user or group.
type progress struct {
	mockidp.Progress
	Ahead int64 `json:"ahead_ns,omitempty"`
}

func (t *Tenant) progress() progress { return progress{t.provider.Progress(), int64(t.ahead)} }

// keepAll keeps a tenant that was just made.
func (t *Tenant) keepAll() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(kindTenant, "", t.settings)
	t.write(kindSecret, "", t.secret)
	return t.keep()
}

// keepUser and keepGroup note a part of the directory.
func (t *Tenant) keepUser(key string) {
	if p := t.dir.people[key]; p != nil {
		t.write(kindUser, key, p)
		return
	}
	t.write(kindUser, key, nil)
}

func (t *Tenant) keepGroup(key string) {
	var members, toldMembers []string
	var data any
	if g := t.dir.teams[key]; g != nil {
		head := *g
		members, head.Group.Members = g.Group.Members, nil
		if g.Told != nil {
			toldMembers, head.Told = g.Told.Members, &toldGroup{Group: g.Told.Group}
		}
		data = head
	}
	t.write(kindGroup, key, data)
	t.writeList(kindMembers, key, members)
	t.writeList(kindTold, key, toldMembers)
}

// restoreTenant makes a tenant of what was kept. It sends nothing.
func restoreTenant(a *App, id string, k kept) (*Tenant, error) {
	var s Settings
	var secret string
	var p progress
	for _, part := range []struct {
		kind string
		to   any
	}{{kindTenant, &s}, {kindSecret, &secret}, {kindProgress, &p}} {
		if err := json.Unmarshal(k[part.kind][""], part.to); err != nil {
			return nil, fmt.Errorf("its %s cannot be read: %w", part.kind, err)
		}
	}
	s.ID = id
	var own *imported
	if data := k[kindMapping][""]; data != nil {
		var files MappingFiles
		err := json.Unmarshal(data, &files)
		if err == nil {
			own, err = files.read()
		}
		if err != nil {
			return nil, fmt.Errorf("its mapping cannot be read: %w", err)
		}
	}
	t, err := newTenant(a, s, secret, own)
	if err != nil {
		return nil, err
	}
	if !p.Now.IsZero() {
		t.clock = mockidp.NewClock(p.Now)
		t.machine()
	}
	t.ahead = time.Duration(p.Ahead)
	if data := k[kindFaults][""]; data != nil {
		var rules []Fault
		if err := json.Unmarshal(data, &rules); err != nil {
			return nil, fmt.Errorf("its faults cannot be read: %w", err)
		}
		t.way.set(rules, true)
	}
	for key, data := range k[kindGroup] {
		var g team
		if err := json.Unmarshal(data, &g); err != nil {
			return nil, fmt.Errorf("the group %s cannot be read: %w", key, err)
		}
		delete(k[kindGroup], key) // what was read is not held twice
		if err := t.restoreMembers(k, key, &g); err != nil {
			return nil, err
		}
		t.dir.addTeam(&g)
	}
	for key, data := range k[kindUser] {
		var u person
		if err := json.Unmarshal(data, &u); err != nil {
			return nil, fmt.Errorf("the user %s cannot be read: %w", key, err)
		}
		delete(k[kindUser], key)
		t.dir.add(&u)
		if !u.User.Deleted.IsZero() && !u.Gone {
			t.bin[key] = true
		}
	}
	parts, err := t.restoreParts(k)
	if err != nil {
		return nil, err
	}
	if err := t.provider.Restore(p.Progress, parts); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(k[kindLog])) {
		var e Entry
		if err := json.Unmarshal(k[kindLog][key], &e); err != nil {
			return nil, fmt.Errorf("the log entry %s cannot be read: %w", key, err)
		}
		t.log.add(&e)
	}
	if err := t.restoreTests(k); err != nil {
		return nil, err
	}
	t.markUntold()
	return t, nil
}

// restoreMembers reads the members of a group. An older program wrote them into
// the group itself.
func (t *Tenant) restoreMembers(k kept, key string, g *team) error {
	members, err := t.readList(k, kindMembers, key)
	if err != nil {
		return err
	}
	g.Group.Members = append(append([]string{}, g.Group.Members...), members...)
	toldMembers, err := t.readList(k, kindTold, key)
	if g.Told != nil {
		g.Told.Members = append(g.Told.Members, toldMembers...)
	}
	return err
}

// restoreParts reads what the identity provider itself has.
func (t *Tenant) restoreParts(k kept) (map[mockidp.Part]mockidp.Kept, error) {
	parts := map[mockidp.Part]mockidp.Kept{}
	for _, kind := range []mockidp.PartKind{mockidp.PartUser, mockidp.PartGroup, mockidp.PartTask} {
		name := idpPrefix + string(kind)
		for key, data := range k[name] {
			part := mockidp.Kept{Data: data}
			if kind == mockidp.PartGroup {
				part.Lists = map[string][]string{}
				for _, list := range mockidp.GroupLists() {
					entries, err := t.readList(k, name+"."+list, key)
					if err != nil {
						return nil, err
					}
					part.Lists[list] = entries
				}
			}
			parts[mockidp.Part{Kind: kind, Key: key}] = part
		}
		delete(k, name)
	}
	return parts, nil
}

// markUntold finds whom the identity provider was not told of when the program
// ended.
func (t *Tenant) markUntold() {
	for key, p := range t.dir.people {
		if v := t.view(p); p.Gone || p.Told == nil && v.InScope || p.Told != nil && *p.Told != v {
			t.dirtyUsers[key] = true
		}
	}
	for key, g := range t.dir.teams {
		wants := t.wantsGroup(g)
		if g.Gone || wants != (g.Told != nil) || wants && (g.Told.Group != g.Group.mockidp() || !slices.Equal(g.Told.Members, g.Group.Members)) {
			t.dirtyGroups[key] = true
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
