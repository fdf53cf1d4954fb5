package engine

import (
	"fmt"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// keptExchanges is how many exchanges an invariant's finding shows.
const keptExchanges = 3

// judgement is what the invariants found in a part of the traffic, in order.
type judgement struct {
	// applied says which invariants had something to judge.
	applied []bool
	// found is the list of findings, each with its exchange.
	found []invariantFinding
}

type invariantFinding struct {
	invariant int
	finding   Finding
	request   string // method and path template
	exchange  *scim.Exchange
}

// judge holds all invariants against the exchanges. A judge that panics is
// broken, not the target.
func (r *run) judge(exchanges []*scim.Exchange, red *redactor, shown map[*scim.Exchange]shownExchange) (j judgement) {
	j.applied = make([]bool, len(r.plan.Invariants))
	for _, x := range exchanges {
		if x.Response == nil {
			continue
		}
		for i := range r.plan.Invariants {
			applies, findings := r.judgeOne(i, x)
			if applies {
				j.applied[i] = true
			}
			for _, f := range findings {
				s, ok := shown[x]
				if !ok {
					s.x, s.foreign = red.exchange(x)
					shown[x] = s
				}
				j.found = append(j.found, invariantFinding{i, red.finding(f, s.foreign), pathTemplate(x.Request), s.x})
			}
		}
	}
	return j
}

func (r *run) judgeOne(i int, x *scim.Exchange) (applies bool, findings []Finding) {
	defer func() {
		if p := recover(); p != nil {
			r.mu.Lock()
			r.brokenInvariants[i] = fmt.Sprintf("panic: %v", p)
			r.mu.Unlock()
		}
	}()
	return r.plan.Invariants[i].Judge(x, r.discovered.of(x.Request.As))
}

// invariantResults joins the judgements, which come in plan order, into one
// result for each invariant. The same message on the same method and path
// template is one finding with a count and at most three exchanges.
func (r *run) invariantResults(parts []judgement) []Result {
	results := make([]Result, len(r.plan.Invariants))
	type key struct{ message, request string }
	index := make([]map[key]int, len(results))
	applied := make([]bool, len(results))
	kept := make([]map[int]int, len(results))
	for i := range results {
		results[i].Meta = r.plan.adjust(r.plan.Invariants[i].Meta)
		results[i].Started = r.started
		index[i], kept[i] = map[key]int{}, map[int]int{}
	}
	for _, p := range parts {
		for i, a := range p.applied {
			applied[i] = applied[i] || a
		}
		for _, f := range p.found {
			res := &results[f.invariant]
			k := key{f.finding.Message, f.request}
			n, ok := index[f.invariant][k]
			if !ok {
				n = len(res.Findings)
				index[f.invariant][k] = n
				res.Findings = append(res.Findings, f.finding)
			} else {
				have := &res.Findings[n]
				have.Count = max(have.Count, 1) + 1
				// One of ours that breaks the rule outweighs any number of
				// others' that do.
				have.Advisory = have.Advisory && f.finding.Advisory
			}
			if kept[f.invariant][n] < keptExchanges {
				at := slices.Index(res.Exchanges, f.exchange)
				if at < 0 {
					at = len(res.Exchanges)
					res.Exchanges = append(res.Exchanges, f.exchange)
					kept[f.invariant][n]++
				}
				if res.Findings[n].Exchange == 0 {
					res.Findings[n].Exchange = at + 1
				}
			}
		}
	}
	for i := range results {
		res := &results[i]
		if reason := r.plan.leftOut(&res.Meta); reason != "" {
			res.Outcome, res.Reason, res.Findings, res.Exchanges = Skip, reason, nil, nil
			continue
		}
		switch {
		case r.brokenInvariants[i] != "":
			res.Outcome, res.Reason = Broken, r.brokenInvariants[i]
		case !applied[i] && len(res.Findings) == 0:
			res.Outcome, res.Reason = Skip, "no such answer seen"
		default:
			res.Outcome, res.Reason = r.outcomeOf(&res.Meta, res.Level, res.Findings)
		}
	}
	return results
}

// outcomeOf is the outcome that findings lead to at a level.
func (r *run) outcomeOf(m *Meta, level Level, findings []Finding) (Outcome, string) {
	if len(findings) == 0 {
		return Pass, ""
	}
	worst := slices.IndexFunc(findings, func(f Finding) bool { return !f.Advisory })
	switch {
	case worst < 0:
		return Advisory, findings[0].Message
	case level == Should:
		if c, ok := r.plan.levelChange(m); ok {
			return Advisory, "advisory by the profile (" + c.Reason + "): " + findings[worst].Message
		}
		return Advisory, findings[worst].Message
	case m.Provisional:
		return Advisory, "new check, advisory for now: " + findings[worst].Message
	case !r.plan.claimed(m.Dialect):
		return Advisory, "the profile does not claim to support " + m.Dialect + ": " + findings[worst].Message
	}
	if c, ok := r.plan.levelChange(m); ok {
		return Fail, c.Level + " by the profile (" + c.Reason + "): " + findings[worst].Message
	}
	return Fail, findings[worst].Message
}

// failing reports whether a finding is more than advisory.
func failing(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return !f.Advisory })
}
