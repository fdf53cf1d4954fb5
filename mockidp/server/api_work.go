package server

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func fastForward(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Duration string `json:"duration"`
	}
	if err := read(r, &b, false); err != nil {
		return 0, nil, err
	}
	d, err := time.ParseDuration(b.Duration)
	if err != nil {
		return 0, nil, invalid("the duration cannot be %q; give a time such as 40m or 26h", b.Duration)
	}
	result, err := t.FastForward(r.Context(), d)
	return http.StatusOK, result, err
}

func restart(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Full bool `json:"full"`
	}
	if err := read(r, &b, true); err != nil {
		return 0, nil, err
	}
	result, err := t.Restart(r.Context(), b.Full)
	return http.StatusOK, result, err
}

func reconcile(t *Tenant, r *http.Request) (int, any, error) {
	found, err := t.Reconcile(r.Context())
	return http.StatusOK, found, err
}

func getTasks(t *Tenant, r *http.Request) (int, any, error) {
	group, err := kindOf(r)
	if err != nil {
		return 0, nil, err
	}
	v := r.URL.Query()
	q := TaskQuery{Search: v.Get("search"), Subject: v.Get("subject"), Group: group}
	if q.Offset, q.Limit, err = pageOf(r); err != nil {
		return 0, nil, err
	}
	page, total := t.Tasks(q)
	return http.StatusOK, pageBody[Task]{page, total}, nil
}

// kindOf reads whether groups are wanted, or users; nil is both.
func kindOf(r *http.Request) (group *bool, err error) {
	switch kind := r.URL.Query().Get("kind"); kind {
	case "":
		return nil, nil
	case "user", "group":
		is := kind == "group"
		return &is, nil
	default:
		return nil, invalid("kind cannot be %q; it can be user or group", kind)
	}
}

func taskOf(r *http.Request) (int, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return 0, missing("there is no task %q", r.PathValue("id"))
	}
	return id, nil
}

func retryTask(t *Tenant, r *http.Request) (int, any, error) {
	id, err := taskOf(r)
	if err != nil {
		return 0, nil, err
	}
	result, err := t.RetryTask(r.Context(), id)
	return http.StatusOK, result, err
}

func dropTask(t *Tenant, r *http.Request) (int, any, error) {
	id, err := taskOf(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, t.DropTask(r.Context(), id)
}

func getLog(t *Tenant, r *http.Request) (int, any, error) {
	q, err := logQuery(r)
	if err != nil {
		return 0, nil, err
	}
	if q.Offset, q.Limit, err = pageOf(r); err != nil {
		return 0, nil, err
	}
	page, total := t.Log(q)
	return http.StatusOK, pageBody[*Entry]{page, total}, nil
}

func logQuery(r *http.Request) (LogQuery, error) {
	v := r.URL.Query()
	q := LogQuery{
		Search: v.Get("search"), Outcome: v.Get("outcome"), Action: v.Get("action"), Source: v.Get("source"),
		Subject: v.Get("subject"), Code: v.Get("code"),
	}
	var err error
	if q.Group, err = kindOf(r); err != nil {
		return q, err
	}
	for _, p := range []struct {
		name string
		to   *time.Time
	}{{"from", &q.From}, {"to", &q.To}} {
		raw := v.Get(p.name)
		if raw == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			return q, invalid("%s cannot be %q; give a time such as 2026-03-02T09:00:00Z", p.name, raw)
		}
		*p.to = at
	}
	return q, nil
}

func clearLog(t *Tenant, _ *http.Request) (int, any, error) {
	return http.StatusNoContent, nil, t.ClearLog()
}

func entryID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, missing("the log has no entry %q", r.PathValue("id"))
	}
	return id, nil
}

func getEntry(t *Tenant, r *http.Request) (int, any, error) {
	id, err := entryID(r)
	if err != nil {
		return 0, nil, err
	}
	e, err := t.Entry(id)
	return http.StatusOK, e, err
}

func getCurl(t *Tenant, r *http.Request) (int, any, error) {
	id, err := entryID(r)
	if err != nil {
		return 0, nil, err
	}
	lines, err := t.Curl(id)
	return http.StatusOK, lines, err
}

func getFaults(t *Tenant, _ *http.Request) (int, any, error) { return http.StatusOK, t.Faults(), nil }

func putFaults(t *Tenant, r *http.Request) (int, any, error) {
	var faults []Fault
	if err := read(r, &faults, false); err != nil {
		return 0, nil, err
	}
	if err := t.SetFaults(faults); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.Faults(), nil
}

// download answers with a file.
func download(w http.ResponseWriter, name, format string, write func(*bytes.Buffer) error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		writeProblem(w, StatusOf(err), err.Error())
		return
	}
	kinds := map[string]string{"csv": "text/csv; charset=utf-8", "ldif": "text/ldif; charset=utf-8"}
	kind := kinds[format]
	if kind == "" {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+"."+format))
	_, _ = w.Write(b.Bytes())
}

func (a *App) export(w http.ResponseWriter, r *http.Request) {
	t, err := a.Tenant(r.PathValue("tenant"))
	if err != nil {
		writeProblem(w, StatusOf(err), err.Error())
		return
	}
	format := r.URL.Query().Get("format")
	download(w, t.ID()+"-directory", format, func(b *bytes.Buffer) error { return t.Export(b, format) })
}

func (a *App) exportLog(w http.ResponseWriter, r *http.Request) {
	t, err := a.Tenant(r.PathValue("tenant"))
	var q LogQuery
	if err == nil {
		q, err = logQuery(r)
	}
	if err != nil {
		writeProblem(w, StatusOf(err), err.Error())
		return
	}
	format := r.URL.Query().Get("format")
	download(w, t.ID()+"-log", format, func(b *bytes.Buffer) error { return t.ExportLog(b, format, q) })
}

// keepAlive is how often a stream that has no news says that it is there.
const keepAlive = 15 * time.Second

// events tells by server-sent events when something changed: what changed is to
// be asked for.
func (a *App) events(w http.ResponseWriter, r *http.Request) {
	t, err := a.Tenant(r.PathValue("tenant"))
	if err != nil {
		writeProblem(w, StatusOf(err), err.Error())
		return
	}
	changed, end := t.Watch(t.Edition())
	defer end()
	w.Header().Set("Content-Type", "text/event-stream")
	stream := http.NewResponseController(w)
	say := func(text string) bool {
		_, err := w.Write([]byte(text))
		return err == nil && stream.Flush() == nil
	}
	if !say(": here\n\n") {
		return
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		text := ": still here\n\n"
		select {
		case <-r.Context().Done():
			return
		case <-t.lifetime.Done():
			return
		case <-changed:
			text = "event: change\ndata: {}\n\n"
		case <-alive.C:
		}
		if !say(text) {
			return
		}
	}
}
