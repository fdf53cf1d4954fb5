package reports

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// Wording is a result in the words of the reports, each part by itself, for who
// lays it out in another way. All of it is one-line text but Curls.
type Wording struct {
	// Ground is what the result rests on: "MUST  RFC 7644 section 3.5.2.2".
	Ground   string
	Findings []FindingWording
	// More counts the findings that are not worded.
	More int
	// After are the writes that came before what was read.
	After []string
	// Sources are documents of identity providers, and Breaks what they rely
	// on: "Entra ID: filtered remove (E51)".
	Sources, Breaks []string
	// Curls are command lines that send the requests again.
	Curls []string
}

// FindingWording is one finding; what is not known is "".
type FindingWording struct {
	// Place is the request with its status, and the part of the answer.
	Place string
	// Text says more than the other lines do.
	Text, Want, Got string
	// Admin is what the administrator of the identity provider gets to see.
	Admin string
	// Count is how often the same was found, when more than once.
	Count int
	// Advisory: the finding does not fail its check.
	Advisory bool
}

// Word words a result. At most limit findings are worded; those that decided the
// outcome come first.
func Word(report *engine.Report, r *engine.Result, limit int) Wording {
	w := word(report, r, limit)
	w.Ground = ground(report, r)
	w.Curls = curls(report, r, maxCurls)
	return w
}

// word words a result without what the writers of text set elsewhere: the
// ground and the command lines.
func word(report *engine.Report, r *engine.Result, limit int) (w Wording) {
	ordered := byWeight(r.Findings)
	shown := ordered[:min(limit, len(ordered))]
	w.More = len(ordered) - len(shown)
	var writes []*scim.Exchange
	for _, f := range shown {
		w.Findings = append(w.Findings, wordFinding(r, f))
		if x := written(report, r, f); x != nil && !slices.Contains(writes, x) {
			writes = append(writes, x)
		}
	}
	// What was read is wrong by what was written before.
	for _, x := range writes {
		w.After = append(w.After, writeText(x))
	}
	for _, s := range r.Sources {
		w.Sources = append(w.Sources, oneLine(sourceText(s)))
	}
	for _, id := range r.Breaks {
		w.Breaks = append(w.Breaks, oneLine(breaksText(id)))
	}
	return w
}

func wordFinding(r *engine.Result, f engine.Finding) FindingWording {
	w := FindingWording{
		Place: oneLine(f.Where), Want: oneLine(f.Want), Got: oneLine(f.Got), Admin: oneLine(f.AdminSees), Advisory: f.Advisory,
	}
	if f.Count > 1 {
		w.Count = f.Count
	}
	x := exchangeOf(r, f)
	if x != nil {
		w.Place = oneLine(engine.Template(x.Request) + " (" + statusWord(x) + ")")
		if f.Where != "" && f.Where != "status" {
			w.Place += "   " + oneLine(f.Where)
		}
	}
	if saysMore(f, x != nil && x.Response != nil) {
		text := f.Message
		if x != nil {
			text = strings.TrimPrefix(text, engine.Template(x.Request)+": ")
		}
		w.Text = oneLine(text)
	}
	return w
}

// lines lays a finding out for a console.
func (w FindingWording) lines() []line {
	var lines []line
	if w.Place != "" {
		lines = append(lines, line{text: w.Place})
	}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, line{2, label, text})
		}
	}
	add("", w.Text)
	add("want  ", w.Want)
	add("got   ", w.Got)
	add("admin ", w.Admin)
	if w.Count > 1 {
		add("seen  ", strconv.Itoa(w.Count)+" times")
	}
	if w.Advisory {
		add("note  ", "advisory")
	}
	return lines
}
