package lifecycle

import (
	"time"

	"github.com/scimtest/scimtest/mockidp"
	. "github.com/scimtest/scimtest/suites/engine"
)

// inTime holds every answer to the time that the identity provider waits for
// one. What comes later is lost on it, whatever the target did meanwhile.
func (s *Sync) inTime(c mockidp.Change) {
	limit := s.dialect.TimeLimit
	if limit == 0 {
		return
	}
	for _, x := range c.Exchanges {
		s.t.Expect(x.Elapsed <= limit, s.t.AnswerTo(x), "time", "an answer within "+limit.String(),
			x.Elapsed.Round(time.Second/10).String(), s.name()+" gives up waiting")
	}
}

// settled says, once a flow, that a write shows later than the identity provider
// calls again. It works in part: what was read too early is sent as it was.
func (s *Sync) settled(a *Answer) *Answer {
	if late := s.t.SettlesByID(); s.dialect.Pace > 0 && late > s.dialect.Pace && !s.told {
		s.told = true
		a.Advisory().Holds(false, "time", "a write that shows within "+s.dialect.Pace.String(), "within "+late.String()+", by the profile",
			"a write shows later than "+s.name()+" calls again")
	}
	return a
}
