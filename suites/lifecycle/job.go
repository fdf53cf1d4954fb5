package lifecycle

import (
	"time"

	"github.com/scimtest/scimtest/mockidp"
)

// entraJob is an Entra ID whose cycles go by a clock of its own (entra.md 4): what
// is changed in its directory is sent in the next one.
type entraJob struct {
	*mockidp.Job
	s       *Sync
	clock   *mockidp.Clock
	changes []mockidp.Change
}

// startJob makes the identity provider such a one, with these options of the
// dialect, or with those that it has.
func (s *Sync) startJob(options map[string]string) {
	d := s.dialect
	if options != nil {
		var err error
		if d, err = mockidp.Lookup(s.dialect.Name, options); err != nil {
			s.t.Block("%v", err)
		}
	}
	s.start(false)
	j := &entraJob{s: s, clock: mockidp.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	s.idp = mockidp.New(mockidp.Config{
		Dialect: d, Target: s.line.over(s.t.Doer()), Clock: j.clock,
		OnChange: func(c mockidp.Change) { j.changes = append(j.changes, c) },
	})
	j.Job = mockidp.NewJob(s.idp, j.clock, mockidp.DefaultJobRules())
	s.job = j
}

// cycle lets the next cycle come, and judges what was done in it.
func (j *entraJob) cycle() {
	j.changes = nil
	if j.Running() {
		j.clock.Advance(j.s.t.Context(), mockidp.DefaultJobRules().Interval)
	} else {
		j.Start(j.s.t.Context())
	}
	for _, c := range j.changes {
		j.s.must(c)
	}
}
