package reports

import (
	"fmt"
	"io"
	"time"

	"github.com/scimtest/scimtest/suites/engine"
)

// refresh is how often the status line is written anew, at most.
const refresh = 100 * time.Millisecond

// Progress shows how far a run is: one status line on a terminal, nothing
// elsewhere.
type Progress struct {
	w        io.Writer
	terminal bool
	last     time.Time
	failed   int
	shown    bool
}

// NewProgress makes a Progress that writes to w.
func NewProgress(w io.Writer, terminal bool) *Progress { return &Progress{w: w, terminal: terminal} }

// Event takes an event of a run; a Plan calls it for one at a time.
func (p *Progress) Event(e engine.Event) {
	if e.Result.Outcome == engine.Fail {
		p.failed++
	}
	if !p.terminal || time.Since(p.last) < refresh {
		return
	}
	p.last, p.shown = time.Now(), true
	fmt.Fprintf(p.w, "\r\x1b[K%d of %d, %d failed  %s", e.Done, e.Total, p.failed, e.Result.Key())
}

// Close takes the status line away.
func (p *Progress) Close() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
