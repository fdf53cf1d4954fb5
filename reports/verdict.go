package reports

import (
	"io"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/suites/engine"
)

// noneKnown is said where no source names anything to do.
const noneKnown = "none known"

// Verdict writes the verdict for one dialect in full: each cause, what shows it,
// what the administrator sees, and what to do. It is false when the report has
// no verdict for the dialect.
func Verdict(w io.Writer, report *engine.Report, dialect string, width int) (bool, error) {
	if width <= 0 {
		width = 100
	}
	for _, v := range report.Verdicts {
		if v.Dialect == dialect {
			t := &textWriter{printer: printer{w: w}, o: TextOptions{Width: width}, report: report}
			t.verdict(v)
			return true, t.err
		}
	}
	return false, nil
}

func (t *textWriter) verdict(v engine.Verdict) {
	t.say("%s", oneLine(v.Label+": "+string(v.Readiness)))
	for _, c := range v.Causes {
		t.print("\n")
		t.wrap(2, line{text: oneLine(c.Text)})
		if n := len(c.Results); n > 0 {
			t.wrap(4, line{label: "shown by    ", text: t.some(c.Results)})
		}
		for _, l := range causeLines(t.report, v, c) {
			t.wrap(4, l)
		}
	}
}

// causeLines says of a cause what the administrator sees, and what to do about
// it: on the server, and until then in the identity provider.
// An admission test has no administrator, and has to be passed.
func causeLines(report *engine.Report, v engine.Verdict, c engine.Cause) []line {
	var lines []line
	for _, r := range c.OnServer {
		lines = append(lines, line{label: "mend        ", text: oneLine(withSource(mendText(report, c, r), r))})
	}
	if len(lines) == 0 || isGate(v) {
		return lines
	}
	sees := c.AdminSees
	if sees == "" {
		sees = "not documented"
	}
	lines = append([]line{{label: "admin sees  ", text: oneLine(sees)}}, lines...)
	for _, r := range c.InIdP {
		lines = append(lines, line{label: "until then  ", text: oneLine(settingText(r))})
		if r.SideEffect != "" {
			lines = append(lines, line{label: "            ", text: oneLine("side effect: " + r.SideEffect)})
		}
	}
	if len(c.InIdP) == 0 {
		lines = append(lines, line{label: "until then  ", text: noneKnown})
	}
	return lines
}

// settingText words a setting: name, value, and where it is.
func settingText(r engine.Remedy) string {
	text := r.Do + ": " + r.Value
	if r.Menu != "" {
		text += " (" + r.Menu + ")"
	}
	return withSource(text, r)
}

// mendText words what to mend. Where the finding alone tells it, the write that it
// should have come of stands before it.
func mendText(report *engine.Report, c engine.Cause, r engine.Remedy) string {
	if r.Source != "" || len(c.Results) == 0 {
		return r.Do
	}
	i := slices.IndexFunc(report.Results, func(r engine.Result) bool { return r.Key() == c.Results[0] })
	if i < 0 || len(report.Results[i].Findings) == 0 {
		return r.Do
	}
	shown := &report.Results[i]
	x := written(report, shown, byWeight(shown.Findings)[0])
	if x == nil {
		return r.Do
	}
	return "after " + engine.Template(x.Request) + " (" + statusWord(x) + "), " + r.Do
}

func withSource(text string, r engine.Remedy) string {
	if r.Source == "" {
		return text
	}
	return text + " [" + r.Source + "]"
}

// remedies says what to do about the cause of a verdict that a result shows.
func remedies(report *engine.Report, r *engine.Result) []line {
	for _, v := range report.Verdicts {
		for _, c := range v.Causes {
			if v.Dialect == r.Dialect && slices.Contains(c.Results, r.Key()) {
				return causeLines(report, v, c)
			}
		}
	}
	return nil
}

// isGate reports whether a verdict is that of an admission test.
func isGate(v engine.Verdict) bool {
	return strings.HasPrefix(string(v.Readiness), string(engine.Passes)) || v.Readiness == engine.Fails
}
