package lifecycle

import (
	"time"

	"github.com/scimtest/scimtest/mockidp"
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
