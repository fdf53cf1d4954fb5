package server

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimtest/scimtest/mockidp"
)

// Task is a change that failed and is not mended.
type Task struct {
	ID int `json:"id"`
	// Text says what failed, as the identity provider's list of tasks does.
	Text    string `json:"text"`
	Subject string `json:"subject"`
	Group   bool   `json:"group,omitempty"`
	Name    string `json:"name"`
	// Change is the last attempt.
	Change *Entry `json:"change"`
	// Next is when it is tried again by itself; zero when it waits for an
	// administrator.
	Next time.Time `json:"next,omitzero"`
}

// TaskQuery says which tasks are wanted; its zero value is all.
type TaskQuery struct {
	// Search is looked for, in any letter case, in names, keys and reasons.
	Search string
	// Subject is the key of a user or group; "" is anybody.
	Subject string
	// Group asks for groups, or for users, where it is not nil.
	Group *bool
	// Offset and Limit choose a page; Limit 0 is all.
	Offset, Limit int
}

// wantsTask reports whether a task of a user or group is wanted.
func (t *Tenant) wantsTask(q *TaskQuery, group bool, key, reason string) bool {
	switch {
	case q.Subject != "" && q.Subject != key, q.Group != nil && *q.Group != group:
		return false
	case q.Search == "":
		return true
	}
	word := strings.ToLower(q.Search)
	if p := t.dir.people[key]; p != nil && !group {
		return p.User.has(word) || containsFold(reason, word)
	}
	name, _ := t.nameOf(group, key)
	return containsFold(name, word) || containsFold(key, word) || containsFold(reason, word)
}

// containsFold reports whether a word in lower case is in a text in any letter
// case. It makes no copy of the text: a search looks at very many.
func containsFold(text, word string) bool {
	if strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.Contains(strings.ToLower(text), word)
	}
	first := word[0]
	for i := range len(text) - len(word) + 1 {
		if lower(text[i]) != first {
			continue
		}
		n := 1
		for n < len(word) && lower(text[i+n]) == word[n] {
			n++
		}
		if n == len(word) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// shows reports whether a task that is wanted is on the page, by its number.
func (q *TaskQuery) shows(number int) bool {
	return number >= q.Offset && (q.Limit == 0 || number < q.Offset+q.Limit)
}

// Tasks returns what failed and is not mended, the oldest first, and how many
// tasks there are on all pages. Of Entra ID they are the objects in escrow, users
// first: their numbers are 0, and cycles try them again. None is lost: a task is
// there until it is mended or struck off, and is not kept any longer.
func (t *Tenant) Tasks(q TaskQuery) (page []Task, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	page = []Task{}
	i := 0
	for k := range t.provider.AllTasks() {
		t.breathe(i)
		i++
		if !t.provider.HasTask(k.Group, k.Change.Subject) || !t.wantsTask(&q, k.Group, k.Change.Subject, k.Change.Reason) {
			continue
		}
		if q.shows(total) {
			page = append(page, t.task(k))
		}
		total++
	}
	if c, ok := t.rhythm.(*cycles); ok {
		return t.escrows(c.job, q, page, total)
	}
	return page, total
}

func (t *Tenant) task(k *mockidp.Task) Task {
	e := t.entryOf(k.Change)
	e.At, e.Source = k.Change.At, "task"
	task := Task{ID: k.ID, Subject: e.Subject, Group: k.Group, Name: e.Name, Change: e, Next: k.Next}
	task.Text = t.taskText(task)
	return task
}

// escrows adds what waits for a later cycle after a failure, with the last
// failure that the log has.
func (t *Tenant) escrows(j *mockidp.Job, q TaskQuery, page []Task, total int) ([]Task, int) {
	if j.EscrowCount() == 0 {
		return page, total
	}
	last := map[subject]*Entry{}
	for _, l := range t.log.entries {
		if l.Outcome == mockidp.Failed {
			last[subject{l.Group, l.Subject}] = l
		}
	}
	i := 0
	for group, key := range j.AllEscrows() {
		t.breathe(i)
		i++
		if !j.InEscrow(group, key) {
			continue // mended while others had their turn
		}
		reason := ""
		if q.Search != "" {
			if e := last[subject{group, key}]; e != nil {
				reason = e.Reason
			}
		}
		if !t.wantsTask(&q, group, key, reason) {
			continue
		}
		if q.shows(total) {
			task := Task{Subject: key, Group: group, Next: j.Escrow(group, key).Next, Change: last[subject{group, key}]}
			task.Name, _ = t.nameOf(group, key)
			task.Text = t.taskText(task)
			page = append(page, task)
		}
		total++
	}
	return page, total
}

// taskText words a task as Okta does (okta.md 6).
func (t *Tenant) taskText(k Task) string {
	reason := "it failed"
	if k.Change != nil {
		reason = k.Change.Reason
	}
	switch {
	case t.dialect.IdP == "okta" && !k.Group:
		return fmt.Sprintf("Automatic provisioning of user %s to app %s failed: %s", k.Name, t.settings.Name, reason)
	case k.Group:
		return fmt.Sprintf("group %s: %s", k.Name, reason)
	}
	return fmt.Sprintf("user %s: %s", k.Name, reason)
}

// taskCount is how many tasks there are.
func (t *Tenant) taskCount() int {
	n := t.provider.TaskCount()
	if c, ok := t.rhythm.(*cycles); ok {
		n += c.job.EscrowCount()
	}
	return n
}

// failed reports whether a user or a group has a task.
func (t *Tenant) failed(group bool, key string) bool {
	if t.provider.HasTask(group, key) {
		return true
	}
	c, ok := t.rhythm.(*cycles)
	return ok && c.job.InEscrow(group, key)
}

// RetryTask tries a task once more: "Retry Selected" (okta.md 6).
func (t *Tenant) RetryTask(ctx context.Context, id int) (Result, error) {
	return t.act(ctx, "retry", func(ctx context.Context) error {
		if _, ok := t.provider.RetryTask(ctx, id); !ok {
			return missing("there is no task %d; it may be mended", id)
		}
		return nil
	})
}

// RetryAll tries all tasks once more. Entra ID has no such thing: a restart
// clears the escrows.
func (t *Tenant) RetryAll(ctx context.Context) (Result, error) {
	return t.act(ctx, "retry", func(ctx context.Context) error {
		for _, k := range t.provider.Tasks() {
			t.provider.RetryTask(ctx, k.ID)
		}
		return nil
	})
}

// DropTask strikes a task off the list.
func (t *Tenant) DropTask(ctx context.Context, id int) error {
	_, err := t.act(ctx, "drop task", func(context.Context) error {
		if !t.provider.DropTask(id) {
			return missing("there is no task %d; it may be mended", id)
		}
		return nil
	})
	return err
}
