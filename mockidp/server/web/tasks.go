package web

import (
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

type tasksData struct {
	Query server.TaskQuery
	Kind  string
	Rows  []taskRow
	Pages pager
	// Cycles: the tasks are objects in escrow, which cycles try again.
	Cycles bool
	// Any: the tasks are filtered.
	Any bool
}

type taskRow struct {
	server.Task
	// Last is the exchange that went wrong.
	Last *sent
	// Lost: something was sent, and is not kept.
	Lost bool
}

// tasks lists what failed and is not mended.
func (v *visit) tasks() error {
	q := v.r.URL.Query()
	d := tasksData{
		Query:  server.TaskQuery{Search: strings.TrimSpace(q.Get("search")), Subject: q.Get("subject"), Group: v.kind()},
		Kind:   q.Get("kind"),
		Cycles: v.t.Glance().Cycles,
	}
	d.Any = d.Query != (server.TaskQuery{})
	d.Query.Offset, d.Query.Limit = pageOf(v.r), perPage
	page, total := v.t.Tasks(d.Query)
	d.Pages = pagesOf(v.r, total, d.Query.Offset)
	for _, k := range page {
		row := taskRow{Task: k, Lost: k.Change == nil || k.ID != 0 && k.Change.Outcome == mockidp.Failed && len(k.Change.Exchanges) == 0}
		if k.Change != nil && len(k.Change.Exchanges) > 0 {
			all := v.exchanges(k.Change.Exchanges)
			row.Last = &all[len(all)-1]
			row.Last.Number = 0 // no anchor: there are many on the page
		}
		d.Rows = append(d.Rows, row)
	}
	return v.show("tasks", "Tasks", d)
}

func (v *visit) actOnTasks() error {
	ctx, cancel := v.ctx()
	defer cancel()
	id, err := v.whole("id", 0)
	to := v.back("/tasks") // the same page of the list
	if err != nil {
		return v.acted(to, "Nothing was done", server.Result{}, err)
	}
	switch v.r.PostFormValue("do") {
	case "retry":
		r, err := v.t.RetryTask(ctx, id)
		return v.acted(to, "The task was tried again", r, err)
	case "drop":
		return v.acted(to, "The task was struck off the list", server.Result{}, v.t.DropTask(ctx, id))
	}
	return errNoPage
}
