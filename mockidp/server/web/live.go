package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// calm is the shortest time between two updates of a page.
	calm = time.Second
	// heartbeat keeps a connection open on which nothing happens.
	heartbeat = 20 * time.Second
)

// events tells a page by server-sent events that something changed since it was
// made; the page then reads itself again.
func (v *visit) events() error {
	since, err := strconv.Atoi(v.r.URL.Query().Get("since"))
	if err != nil {
		since = v.edition
	}
	changed, end := v.t.Watch(since)
	defer end()
	out := http.NewResponseController(v.w)
	_ = out.SetWriteDeadline(time.Time{}) // it may stay open for hours
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprint(v.w, "retry: 3000\n\n"); err != nil || out.Flush() != nil {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		text := ": still here\n\n"
		select {
		case <-v.r.Context().Done():
			return nil
		case <-beat.C:
		case <-changed:
			text = "event: changed\ndata: 1\n\n"
		}
		if _, err := fmt.Fprint(v.w, text); err != nil || out.Flush() != nil {
			return nil
		}
		select {
		case <-v.r.Context().Done():
			return nil
		case <-time.After(calm):
		}
	}
}
