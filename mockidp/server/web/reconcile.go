package web

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

type reconcileData struct {
	Last   *server.Reconciliation
	Status string
	Rows   []server.Finding
	Pages  pager
	Counts []card
}

// open are the findings that somebody should look at.
var open = []string{server.Drifted, server.Missing, server.Orphaned, server.Broken, server.Pending}

// reconciliation shows the last comparison of the directory with the target.
func (v *visit) reconciliation() error {
	l := v.lately()
	l.mu.Lock()
	d := reconcileData{Last: l.last, Status: v.r.URL.Query().Get("status")}
	l.mu.Unlock()
	if d.Last != nil {
		offset, total := pageOf(v.r), 0
		for _, f := range d.Last.Findings {
			if d.Status == "" && !slices.Contains(open, f.Status) || d.Status != "" && d.Status != "all" && f.Status != d.Status {
				continue
			}
			if total >= offset && len(d.Rows) < perPage {
				d.Rows = append(d.Rows, f)
			}
			total++
		}
		d.Pages = pagesOf(v.r, total, offset)
		for _, s := range append([]string{server.InSync}, append(slices.Clone(open), server.OutOfScope)...) {
			m := stateOf(s)
			d.Counts = append(d.Counts, card{m.Text, "/reconcile?status=" + s, m.Class, d.Last.Counts[s]})
		}
	}
	return v.show("reconcile", "Reconciliation", d)
}

func (v *visit) compareAll() error {
	ctx, cancel := v.ctx()
	defer cancel()
	r, err := v.t.Reconcile(ctx)
	if err != nil {
		return err
	}
	l := v.lately()
	l.mu.Lock()
	l.last = &r
	l.mu.Unlock()
	return nil
}

func (v *visit) reconcile() error {
	if err := v.compareAll(); err != nil {
		return v.acted("/reconcile", "The target was not compared", server.Result{}, err)
	}
	l := v.lately()
	l.mu.Lock()
	n := 0
	for _, s := range open {
		n += l.last.Counts[s]
	}
	l.mu.Unlock()
	if n == 0 {
		return v.goTo("/reconcile", "ok", "Directory and target agree.")
	}
	return v.goTo("/reconcile", "info", "%s to look at.", count(n, "finding", "findings"))
}

// repair mends one finding, and compares again.
func (v *visit) repair() error {
	ctx, cancel := v.ctx()
	defer cancel()
	group, key := v.r.PostFormValue("kind") == "group", strings.TrimSpace(v.r.PostFormValue("key"))
	r, err := v.t.Repair(ctx, group, key)
	to := v.back("/reconcile")
	if err != nil {
		return v.acted(to, "Nothing was repaired", r, err)
	}
	v.lately().drifts.drop(key)
	if err := v.compareAll(); err != nil {
		return v.acted(to, "Repaired, but the target was not compared again", r, err)
	}
	return v.acted(to, "Repaired", r, nil)
}
