package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/suites/engine"
)

// show sends 200 events, one every step, and returns what was shown of them.
func show(terminal bool, step time.Duration) (during, after string) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	p := newProgress(&b, terminal, func() time.Time { return now })
	for i := range 200 {
		now = now.Add(step)
		o := engine.Pass
		if i%50 == 0 {
			o = engine.Fail
		}
		p.Event(engine.Event{Result: &engine.Result{Outcome: o}, Done: i + 1, Total: 200})
	}
	during = b.String()
	p.Close()
	return during, b.String()
}

func TestProgressIsOneLineThatGoesAway(t *testing.T) {
	during, after := show(true, 10*time.Millisecond)
	assert.NotContains(t, after, "\n")
	assert.NotContains(t, after, "\x1b")
	lines := strings.Split(during, "\r")[1:]
	assert.Len(t, lines, 20, "at most ten a second")
	assert.Equal(t, "10 of 200, 1 fail", lines[0])
	assert.Equal(t, "200 of 200, 4 fail", lines[19])
	assert.Equal(t, "\r"+strings.Repeat(" ", len(lines[19]))+"\r", strings.TrimPrefix(after, during))
}

func TestProgressOverwritesALongerLine(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	p := newProgress(&b, true, func() time.Time { return now })
	for _, done := range []int{1000, 9} {
		now = now.Add(time.Second)
		p.Event(engine.Event{Result: &engine.Result{Outcome: engine.Pass}, Done: done, Total: 9})
	}
	assert.Equal(t, "\r1000 of 9\r9 of 9   ", b.String())
}

func TestProgressInALogIsRare(t *testing.T) {
	_, quick := show(false, 10*time.Millisecond)
	assert.Empty(t, quick)
	_, slow := show(false, time.Second)
	assert.Equal(t, 6, strings.Count(slow, "\n"))
	assert.Contains(t, slow, "180 of 200, 4 fail\n")
	assert.NotContains(t, slow, "\r")
}
