package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// RestsOn sets what says on which assumption the judgement of an exchange
// rests, in a few words; "" on none. Without an exchange it is asked with nil.
// A finding that rests on one is advisory: nobody knows that the identity
// provider sends that, so no target is blamed for its answer.
func (t *T) RestsOn(assumption func(*scim.Exchange) string) { t.restsOn = assumption }

// assumed marks a finding that would fail and rests on an assumption.
func (t *T) assumed(f *Finding) {
	if t.restsOn == nil || f.Advisory {
		return
	}
	var x *scim.Exchange
	if n := f.Exchange; n > 0 && n <= len(t.exchanges) {
		x = t.exchanges[n-1]
	}
	if what := t.restsOn(x); what != "" {
		f.Advisory, f.Assumed = true, what
		f.Message += f.onAssumption()
	}
}

// onAssumption names the assumption, to be read behind a message.
func (f *Finding) onAssumption() string {
	if f.Assumed == "" {
		return ""
	}
	return " (assumed: " + f.Assumed + ")"
}

// plain is the message without the assumption.
func (f *Finding) plain() string { return strings.TrimSuffix(f.Message, f.onAssumption()) }

// onAssumption reports whether a result would be a failure but for an
// assumption.
func onAssumption(r *Result) bool {
	return r.Level != Should && slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Assumed != "" })
}

// assumes lists the assumed wordings that the flows of a dialect sent, in the
// words of the dialect.
func (d Dialect) assumes(results []Result) []string {
	sent := map[string]bool{}
	for _, r := range flowsOf(d, results) {
		for _, x := range r.Exchanges {
			if what := d.Assumed[x.Request.Intent]; what != "" {
				sent[what] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(sent))
}

// OnAssumptions says on which assumed wordings a good verdict rests, to be read
// behind it; "" on none.
func (v Verdict) OnAssumptions() string {
	if len(v.Assumes) == 0 || v.Readiness != Ready && v.Readiness != WorksWithLimits {
		return ""
	}
	return " (assumed: " + strings.Join(v.Assumes, ", ") + ")"
}
