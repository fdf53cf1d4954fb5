package reports

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/scimtest/scimtest/suites/engine"
)

// The limits that satisfy every consumer of JUnit XML.
const (
	maxCases      = 2000
	maxFileBytes  = 20 << 20
	maxFailure    = 16 << 10
	maxOutput     = 32 << 10
	maxBody       = 4 << 10
	maxCaseLength = 64 << 10 // of one case, roughly, to decide where to split
)

// testcase is a result as JUnit knows it.
type testcase struct {
	suite, classname, name string
	seconds                float64
	started                time.Time
	// element is "", "failure", "error" or "skipped".
	element, kind, message, text string
	output                       string
}

// JUnit writes the report as one JUnit XML file: two levels, one element a
// case, names that never change with the outcome.
func JUnit(w io.Writer, r *engine.Report) error { return writeJUnit(w, r, testcases(r)) }

// WriteJUnit writes the report to the file, or, where it is too long for some
// consumers, to several numbered ones. It returns the names of the files.
func WriteJUnit(path string, r *engine.Report) ([]string, error) {
	parts := split(testcases(r))
	var written []string
	for i, part := range parts {
		name := path
		if len(parts) > 1 {
			ext := filepath.Ext(path)
			name = fmt.Sprintf("%s-%03d%s", strings.TrimSuffix(path, ext), i+1, ext)
		}
		if err := writeFile(name, func(w io.Writer) error { return writeJUnit(w, r, part) }); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	return written, nil
}

func split(all []testcase) (parts [][]testcase) {
	size, from := 0, 0
	for i, c := range all {
		size += min(len(c.text)+len(c.output)+512, maxCaseLength)
		if i-from >= maxCases || size > maxFileBytes {
			parts, from, size = append(parts, all[from:i]), i, 0
		}
	}
	return append(parts, all[from:])
}

// Name is the name of a result in JUnit: suite, classname and name. It is a
// public interface: history is kept by it.
func Name(targetName string, r *engine.Result) (suite, classname, name string) {
	prefix := "scimtest."
	suite = r.Suite
	if targetName != "" {
		prefix += targetName + "."
		suite = targetName + "." + suite
	}
	if r.Step != "" {
		return suite, prefix + r.Suite + "." + r.ID, r.Step
	}
	topic, last := "", r.ID
	if i := strings.LastIndexByte(r.ID, '.'); i >= 0 {
		topic, last = "."+r.ID[:i], r.ID[i+1:]
	}
	return suite, prefix + r.Suite + topic, last
}

func testcases(report *engine.Report) []testcase {
	var out []testcase
	for i := range report.Results {
		r := &report.Results[i]
		c := testcase{seconds: r.ElapsedMS / 1000, started: r.Started}
		c.suite, c.classname, c.name = Name(report.Target.Name, r)
		c.element, c.kind, c.message = element(report, r)
		if c.element != "" {
			c.text = cut(c.message+"\n"+detail(report, r), maxFailure, "in report.json")
		}
		if c.element == "failure" || c.element == "error" {
			c.output = cut(traffic(r), maxOutput, "in report.json")
		}
		out = append(out, c)
	}
	return out
}

// element says which element stands for the outcome.
func element(report *engine.Report, r *engine.Result) (name, kind, message string) {
	one := strings.Join(strings.Fields(r.Reason), " ")
	switch r.Outcome {
	case engine.Fail:
		kind = "scimtest.must"
		if r.Level == engine.IdP || r.Dialect != "" {
			kind = "scimtest.idp"
		}
		return "failure", kind, one
	case engine.Advisory:
		if report.Strict {
			return "failure", "scimtest.should", "advisory: " + one
		}
		return "skipped", "", "advisory: " + one
	case engine.Skip:
		return "skipped", "", "not applicable: " + one
	case engine.Waived:
		return "skipped", "", "waived " + one
	case engine.Blocked:
		return "skipped", "", "blocked: " + one
	case engine.Broken:
		kind = "scimtest.broken"
		if r.ID == "preflight" {
			kind = "scimtest.unreachable"
			if strings.Contains(one, "credentials") {
				kind = "scimtest.auth"
			}
		}
		return "error", kind, one
	}
	return "", "", ""
}

// detail is the text of a result: what a good target does, the findings, and
// how to see them again.
func detail(report *engine.Report, r *engine.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", r.Title, cause(r))
	for _, f := range r.Findings {
		for _, line := range findingLines(r, f) {
			b.WriteString("  " + line + "\n")
		}
	}
	for _, line := range breaks(r) {
		b.WriteString("breaks: " + line + "\n")
	}
	var curls []string
	for _, f := range r.Findings {
		if c := curlOf(report, r, f); c != "" && len(curls) < 3 {
			curls = append(curls, c)
		}
	}
	if len(curls) > 0 {
		b.WriteString("\nReproduce:\n  " + strings.Join(curls, "\n  ") + "\n")
	}
	return b.String()
}

// traffic is the exchanges of a result, shortened.
func traffic(r *engine.Result) string {
	var b strings.Builder
	for i, x := range r.Exchanges {
		fmt.Fprintf(&b, "[%d] %s %s", i+1, x.Request.Method, x.Request.Path)
		if x.Request.RawQuery != "" {
			b.WriteString("?" + x.Request.RawQuery)
		}
		b.WriteByte('\n')
		if len(x.Request.Body) > 0 {
			b.WriteString(cut(string(x.Request.Body), maxBody, "in report.json") + "\n")
		}
		if x.Response == nil {
			b.WriteString("-> no answer: " + x.Error + "\n")
			continue
		}
		fmt.Fprintf(&b, "-> %d\n", x.Response.Status)
		if len(x.Response.Body) > 0 {
			b.WriteString(cut(string(x.Response.Body), maxBody, "in report.json") + "\n")
		}
	}
	return b.String()
}

type counts struct {
	tests, failures, errors, skipped int
	seconds                          float64
}

func (n *counts) add(c testcase) {
	n.tests++
	n.seconds += c.seconds
	switch c.element {
	case "failure":
		n.failures++
	case "error":
		n.errors++
	case "skipped":
		n.skipped++
	}
}

func writeJUnit(w io.Writer, report *engine.Report, cases []testcase) error {
	var order []string
	bySuite := map[string][]testcase{}
	var all counts
	for _, c := range cases {
		if _, ok := bySuite[c.suite]; !ok {
			order = append(order, c.suite)
		}
		bySuite[c.suite] = append(bySuite[c.suite], c)
		all.add(c)
	}
	p := &printer{w: w}
	p.printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	p.printf("<testsuites name=\"scimtest\" tests=\"%d\" failures=\"%d\" errors=\"%d\" time=\"%.3f\">\n",
		all.tests, all.failures, all.errors, all.seconds)
	for id, name := range order {
		var n counts
		for _, c := range bySuite[name] {
			n.add(c)
		}
		p.printf("  <testsuite name=\"%s\" package=\"scimtest\" id=\"%d\" hostname=\"localhost\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\" timestamp=\"%s\">\n",
			attr(name), id, n.tests, n.failures, n.errors, n.skipped, n.seconds, report.Started.UTC().Format("2006-01-02T15:04:05"))
		p.printf("    <properties>\n")
		for _, kv := range [][2]string{
			{"scimtest.version", report.Tool.Version}, {"scimtest.profile", report.Target.Profile},
			{"scimtest.target", report.Target.BaseURL}, {"scimtest.run", report.RunID}, {"scimtest.seed", fmt.Sprint(report.Seed)},
		} {
			p.printf("      <property name=\"%s\" value=\"%s\"/>\n", attr(kv[0]), attr(kv[1]))
		}
		p.printf("    </properties>\n")
		for _, c := range bySuite[name] {
			p.testcase(c)
		}
		p.printf("  </testsuite>\n")
	}
	p.printf("</testsuites>\n")
	return p.err
}

// printer keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) testcase(c testcase) {
	p.printf("    <testcase name=\"%s\" classname=\"%s\" time=\"%.3f\"", attr(c.name), attr(c.classname), c.seconds)
	switch c.element {
	case "":
		p.printf("/>\n")
		return
	case "skipped":
		p.printf(">\n      <skipped message=\"%s\"/>\n", attr(cut(c.message, maxBody, "in report.json")))
	default:
		p.printf(">\n      <%s message=\"%s\" type=\"%s\">%s</%s>\n", c.element, attr(c.message), c.kind, escapeXML(c.text), c.element)
		if c.output != "" {
			p.printf("      <system-out>%s</system-out>\n", escapeXML(c.output))
		}
	}
	p.printf("    </testcase>\n")
}
