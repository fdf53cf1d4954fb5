package mockidp

import (
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// maxTaskExchanges bounds what tasks keep of their exchanges, in bytes. A target
// that fails for everybody makes as many tasks as there are users, which all wait
// until they are done; what was sent for the first ones tells enough.
const maxTaskExchanges = 32 << 20

// taskList is the tasks of a provider. A target that is down for an hour makes
// many, and each change asks for those of its subject. The zero value is empty.
type taskList struct {
	byID map[int]*task
	by   map[subject][]*task // the oldest first
	// order is all of them, the oldest first, and some that were removed.
	order []*task
	// size is what the exchanges take.
	size int
}

func (l *taskList) add(t *task) {
	if l.byID == nil {
		l.byID, l.by = map[int]*task{}, map[subject][]*task{}
	}
	if l.size += sizeOf(t.Change.Exchanges); l.size > maxTaskExchanges {
		l.size -= sizeOf(t.Change.Exchanges)
		t.Change.Exchanges = nil
	}
	l.byID[t.ID] = t
	l.by[t.subject] = append(l.by[t.subject], t)
	l.order = append(l.order, t)
}

// sort puts tasks in order that were added in another one.
func (l *taskList) sort() {
	older := func(a, b *task) int { return a.ID - b.ID }
	slices.SortFunc(l.order, older)
	for _, list := range l.by {
		slices.SortFunc(list, older)
	}
}

func (l *taskList) remove(t *task) {
	if t.gone {
		return
	}
	t.gone = true
	delete(l.byID, t.ID)
	l.size -= sizeOf(t.Change.Exchanges)
	rest := slices.DeleteFunc(slices.Clone(l.by[t.subject]), func(other *task) bool { return other == t })
	if l.by[t.subject] = rest; len(rest) == 0 {
		delete(l.by, t.subject)
	}
	if len(l.order) > 2*len(l.byID) { // not each time: there may be many
		l.order = slices.DeleteFunc(slices.Clone(l.order), func(t *task) bool { return t.gone })
	}
}

// sizeOf is about how many bytes exchanges take.
func sizeOf(exchanges []*scim.Exchange) (n int) {
	for _, x := range exchanges {
		n += 2000 + len(x.Request.Body)
		if x.Response != nil {
			n += len(x.Response.Body)
		}
	}
	return n
}

// of lists the tasks of a subject, the oldest first. The list does not change
// when tasks are removed.
func (l *taskList) of(s subject) []*task { return l.by[s] }

// all lists the tasks, the oldest first.
func (l *taskList) all() []*task {
	out := make([]*task, 0, len(l.byID))
	for _, t := range l.order {
		if !t.gone {
			out = append(out, t)
		}
	}
	return out
}
