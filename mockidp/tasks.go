package mockidp

import "slices"

// taskList is the tasks of a provider. A target that is down for an hour makes
// many, and each change asks for those of its subject. The zero value is empty.
type taskList struct {
	byID map[int]*task
	by   map[subject][]*task // the oldest first
}

func (l *taskList) add(t *task) {
	if l.byID == nil {
		l.byID, l.by = map[int]*task{}, map[subject][]*task{}
	}
	l.byID[t.ID] = t
	l.by[t.subject] = append(l.by[t.subject], t)
}

func (l *taskList) remove(t *task) {
	delete(l.byID, t.ID)
	rest := slices.DeleteFunc(slices.Clone(l.by[t.subject]), func(other *task) bool { return other == t })
	if l.by[t.subject] = rest; len(rest) == 0 {
		delete(l.by, t.subject)
	}
}

// holds reports whether a task was not removed.
func (l *taskList) holds(t *task) bool { return l.byID[t.ID] == t }

// of lists the tasks of a subject, the oldest first. The list does not change
// when tasks are removed.
func (l *taskList) of(s subject) []*task { return l.by[s] }

// all lists the tasks, the oldest first.
func (l *taskList) all() []*task {
	out := make([]*task, 0, len(l.byID))
	for _, t := range l.byID {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *task) int { return a.ID - b.ID })
	return out
}
