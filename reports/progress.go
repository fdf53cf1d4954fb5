package reports

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/scimtest/scimtest/suites/engine"
)

// How often progress is shown: the status line of a terminal, and the lines
// of a log, which keep a CI system from taking the run for dead.
const (
	refreshTerminal = 100 * time.Millisecond
	refreshLog      = 30 * time.Second
)

// Progress shows how far a run is: on a terminal one status line, which is
// gone at the end, elsewhere a line now and then.
type Progress struct {
	w        io.Writer
	terminal bool
	now      func() time.Time
	last     time.Time
	counts   map[engine.Outcome]int
	shown    int // the length of the status line
}

// NewProgress makes a Progress that writes to w.
func NewProgress(w io.Writer, terminal bool) *Progress {
	return newProgress(w, terminal, time.Now)
}

func newProgress(w io.Writer, terminal bool, now func() time.Time) *Progress {
	return &Progress{w: w, terminal: terminal, now: now, last: now(), counts: map[engine.Outcome]int{}}
}

// Event takes an event of a run; a Plan calls it for one at a time.
func (p *Progress) Event(e engine.Event) {
	p.counts[e.Result.Outcome]++
	now := p.now()
	every := refreshLog
	if p.terminal {
		every = refreshTerminal
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	// Counts alone: the line must not wrap, or it could not be taken away.
	s := fmt.Sprintf("%d of %d", e.Done, e.Total)
	for _, o := range []engine.Outcome{engine.Fail, engine.Advisory, engine.Blocked, engine.Broken} {
		if n := p.counts[o]; n > 0 {
			s += fmt.Sprintf(", %d %s", n, o)
		}
	}
	if !p.terminal {
		fmt.Fprintln(p.w, s)
		return
	}
	fmt.Fprintf(p.w, "\r%-*s", p.shown, s)
	p.shown = max(p.shown, len(s))
}

// Close takes the status line away.
func (p *Progress) Close() {
	if p.shown > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.shown)+"\r")
	}
}
