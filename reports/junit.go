package reports

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/scimtest/scimtest/suites/engine"
)

// The limits of a file that every consumer of JUnit XML takes: Buildkite
// refuses more than 5,000 cases, GitLab more than 30 MB or 250,000 objects.
const (
	maxCases = 5000
	maxBytes = 20 << 20
)

// JUnit writes the report as one JUnit XML file: two levels, at most one
// element in a case, names that do not change with the outcome.
func JUnit(w io.Writer, r *engine.Report) error { return writeJUnit(w, r, testcases(r)) }

// WriteJUnit writes the report to the file, or, when it is too long for some
// consumer, to several: junit-001.xml, junit-002.xml. Each is there whole or
// not at all. It returns the names of the files.
func WriteJUnit(path string, r *engine.Report) ([]string, error) {
	parts := split(testcases(r), maxCases, maxBytes)
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

// split cuts the cases into parts of at most so many cases and bytes.
func split(all []testcase, cases, size int) (parts [][]testcase) {
	from, sum := 0, 0
	for i, c := range all {
		if i > from && (i-from >= cases || sum+len(c.xml) > size) {
			parts = append(parts, all[from:i])
			from, sum = i, 0
		}
		sum += len(c.xml)
	}
	return append(parts, all[from:])
}

// Name is the name of a result in JUnit. Consumers keep history by it, so it
// depends on the check and the target's name alone, never on the outcome.
func Name(target string, r *engine.Result) (suite, classname, name string) {
	prefix := "scimtest."
	suite = r.Suite
	if target != "" {
		prefix += target + "."
		suite = target + "." + suite
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

// Names lists the names of all results, each as suite, classname and name
// with blanks between, for golden lists.
func Names(r *engine.Report) []string {
	var out []string
	for i := range r.Results {
		suite, classname, name := Name(r.Target.Name, &r.Results[i])
		out = append(out, suite+" "+classname+" "+name)
	}
	return out
}

// tally counts cases, as the attributes of a suite do.
type tally struct {
	tests, failures, errors, skipped int
	seconds                          float64
}

func (n *tally) add(c testcase) {
	n.tests++
	n.seconds += c.seconds
	switch c.element {
	case failure:
		n.failures++
	case fault:
		n.errors++
	case skipped:
		n.skipped++
	}
}

// writeJUnit writes a file with some of the cases of the report.
func writeJUnit(w io.Writer, report *engine.Report, cases []testcase) error {
	type suite struct {
		name  string
		cases bytes.Buffer
		tally tally
	}
	var all tally
	var suites []*suite
	byName := map[string]*suite{}
	for _, c := range cases {
		s := byName[c.suite]
		if s == nil {
			s = &suite{name: c.suite}
			byName[c.suite] = s
			suites = append(suites, s)
		}
		s.cases.Write(c.xml)
		s.tally.add(c)
		all.add(c)
	}
	p := &printer{w: w}
	p.print("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	p.print(fmt.Sprintf("<testsuites name=\"scimtest\" tests=\"%d\" failures=\"%d\" errors=\"%d\" time=\"%.3f\">\n",
		all.tests, all.failures, all.errors, all.seconds))
	properties := suiteProperties(report)
	for id, s := range suites {
		n := s.tally
		p.print(fmt.Sprintf("  <testsuite name=\"%s\" package=\"scimtest\" id=\"%d\" hostname=\"localhost\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\" timestamp=\"%s\">\n",
			attribute(s.name), id, n.tests, n.failures, n.errors, n.skipped, n.seconds,
			report.Started.UTC().Format("2006-01-02T15:04:05")))
		p.print(properties)
		p.print(s.cases.String())
		p.print("  </testsuite>\n")
	}
	p.print("</testsuites>\n")
	return p.err
}

func suiteProperties(r *engine.Report) string {
	var b strings.Builder
	b.WriteString("    <properties>\n")
	for _, kv := range [][2]string{
		{"version", r.Tool.Version}, {"profile", r.Target.Profile}, {"target", r.Target.BaseURL},
		{"run", r.RunID}, {"seed", fmt.Sprint(r.Seed)},
	} {
		fmt.Fprintf(&b, "      <property name=\"scimtest.%s\" value=\"%s\"/>\n", kv[0], attribute(kv[1]))
	}
	for _, v := range r.Verdicts {
		text := string(v.Readiness)
		if len(v.Why) > 0 {
			text += ": " + oneLine(v.Why[0])
		}
		fmt.Fprintf(&b, "      <property name=\"scimtest.verdict.%s\" value=\"%s\"/>\n", attribute(v.Dialect), attribute(text))
	}
	b.WriteString("    </properties>\n")
	return b.String()
}
