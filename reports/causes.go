package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/suites/engine"
)

// A group is a set of results that share a text: a cause or a reason.
type group struct {
	text string
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
		have = &group{text: text}
		g.byText[text] = have
	}
	have.results++
	if !slices.Contains(have.checks, r.ID) {
		have.checks = append(have.checks, r.ID)
	}
}

// by returns the groups ordered by size, the largest first.
func (g *groups) by(size func(*group) int) []*group {
	return slices.SortedFunc(maps.Values(g.byText), func(a, b *group) int {
		return cmp.Or(size(b)-size(a), strings.Compare(a.text, b.text))
	})
}

func byChecks(g *group) int  { return len(g.checks) }
func byResults(g *group) int { return g.results }

// causes groups the failures that more than one check has in common, by the
// first finding that decided them.
func causes(report *engine.Report) []*group {
	var g groups
	for i := range report.Results {
		r := &report.Results[i]
		if r.Outcome != engine.Fail || r.Suite == suiteRun || len(r.Findings) == 0 {
			continue
		}
		g.add(causeOf(r), r)
	}
	return slices.DeleteFunc(g.by(byChecks), func(c *group) bool { return len(c.checks) < 2 })
}

func causeOf(r *engine.Result) string {
	f := byWeight(r.Findings)[0]
	x := exchangeOf(r, f)
	switch {
	case x == nil:
		return "with the same finding: " + f.Message
	case x.Response == nil:
		return "with the same first failing request: " + engine.Template(x.Request) + " has no answer"
	case f.Where == "status":
		text := fmt.Sprintf("with the same first failing request: %s answers %d", engine.Template(x.Request), x.Response.Status)
		// A refusal has one cause, whatever was wanted; a success that should
		// have been a refusal has not.
		if x.Response.Status/100 == 2 {
			text += ", want " + f.Want
		}
		return text
	}
	return "with the same finding: " + engine.Template(x.Request) + ": " + f.Message
}
