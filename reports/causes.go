package reports

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// A group is a set of results that share a text: a cause or a reason.
type group struct {
	text string
	// rank tells which group was found first.
	rank int
	// checks lists the ids of the checks, each once, in plan order.
	checks []string
	// results counts the results, which for flows are the steps.
	results int
}

// groups collects groups.
type groups struct {
	byText map[string]*group
}

func (g *groups) add(text string, r *engine.Result) {
	if g.byText == nil {
		g.byText = map[string]*group{}
	}
	have := g.byText[text]
	if have == nil {
		have = &group{text: text, rank: len(g.byText)}
		g.byText[text] = have
	}
	have.results++
	if !slices.Contains(have.checks, r.ID) {
		have.checks = append(have.checks, r.ID)
	}
}

// by returns the groups ordered by size, the largest first, and of one size as
// they were found.
func (g *groups) by(size func(*group) int) []*group {
	return slices.SortedFunc(maps.Values(g.byText), func(a, b *group) int {
		return cmp.Or(size(b)-size(a), a.rank-b.rank)
	})
}

func byChecks(g *group) int  { return len(g.checks) }
func byResults(g *group) int { return g.results }

// A cause is what the failures of more than one check have in common: the
// request that went wrong, or the write that what was read does not show.
type cause struct {
	group
	// ways are the messages of the failures that say more, the most frequent
	// first.
	ways []*group
}

// causes groups the failures by the finding that decided them.
func causes(report *engine.Report) []cause {
	var all groups
	ways := map[string]*groups{}
	for i := range report.Results {
		r := &report.Results[i]
		if r.Outcome != engine.Fail || r.Suite == suiteRun || len(r.Findings) == 0 {
			continue
		}
		why, way := causeOf(report, r)
		all.add(why, r)
		if ways[why] == nil {
			ways[why] = &groups{}
		}
		ways[why].add(way, r)
	}
	var out []cause
	for _, g := range all.by(byChecks) {
		if len(g.checks) < 2 {
			continue
		}
		// A message that only repeats the cause tells nothing.
		c := cause{*g, slices.DeleteFunc(ways[g.text].by(byChecks), func(w *group) bool {
			return strings.HasPrefix(w.text, g.text) || strings.HasSuffix(g.text, w.text)
		})}
		out = append(out, c)
	}
	return out
}

// causeOf says why a result failed: what it has in common with others, and in
// which way it shows.
func causeOf(report *engine.Report, r *engine.Result) (why, way string) {
	f := byWeight(r.Findings)[0]
	x := exchangeOf(r, f)
	if x == nil {
		return f.Message, f.Message
	}
	request := engine.Template(x.Request)
	switch {
	case x.Response == nil:
		return request + " has no answer", f.Message
	// A refusal has one cause, whatever was wanted; a success that should
	// have been a refusal has not.
	case f.Where == "status" && x.Response.Status/100 != 2:
		return fmt.Sprintf("%s answers %d", request, x.Response.Status), f.Message
	case f.Where == "status":
		return fmt.Sprintf("%s answers %d, want %s", request, x.Response.Status, f.Want), f.Message
	}
	if w := written(report, r, f); w != nil {
		return request + " after " + engine.Template(w.Request) + " (" + statusWord(w) + ")", f.Message
	}
	return request + ": " + f.Message, f.Message
}

// written is the last write to the resource that a finding read, in the check
// so far, or nil: what was read should show it.
func written(report *engine.Report, r *engine.Result, f engine.Finding) *scim.Exchange {
	read := exchangeOf(r, f)
	if read == nil || read.Request.Method != http.MethodGet {
		return nil
	}
	before := r.Exchanges[:f.Exchange-1]
	for {
		for _, x := range slices.Backward(before) {
			if writes(x, read.Request.Path) {
				return x
			}
		}
		if r = stepBefore(report, r); r == nil {
			return nil
		}
		before = r.Exchanges
	}
}

// writes reports whether an exchange may have changed the resource at a path.
func writes(x *scim.Exchange, path string) bool {
	switch x.Request.Method {
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		return x.Request.Path == path
	case http.MethodPost:
		if x.Request.Path == scim.BulkEndpoint {
			return true
		}
		id, ok := strings.CutPrefix(path, x.Request.Path+"/")
		return ok && x.Response != nil && strings.Contains(string(x.Response.Body), id)
	}
	return false
}

// stepBefore is the step before a step of a flow, or nil.
func stepBefore(report *engine.Report, r *engine.Result) *engine.Result {
	if r.Step == "" {
		return nil
	}
	for i := range report.Results {
		same := &report.Results[i]
		if i > 0 && same.ID == r.ID && same.Step == r.Step && report.Results[i-1].ID == r.ID {
			return &report.Results[i-1]
		}
	}
	return nil
}
