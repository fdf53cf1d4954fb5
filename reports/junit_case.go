package reports

import (
	"fmt"
	"net/http"
	"sort"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// The limits within a case. Consumers cut longer texts, or refuse the file.
const (
	maxMessage = 1 << 10
	maxText    = 16 << 10
	maxOutput  = 32 << 10
	maxBody    = 4 << 10
	maxCurls   = 3
)

// The elements of a case; a case that passed has none.
const (
	failure = "failure"
	fault   = "error"
	skipped = "skipped"
)

// testcase is a result as JUnit knows it.
type testcase struct {
	suite   string
	element string
	seconds float64
	xml     []byte
}

func testcases(report *engine.Report) []testcase {
	var out []testcase
	for i := range report.Results {
		out = append(out, newTestcase(report, &report.Results[i]))
	}
	return out
}

func newTestcase(report *engine.Report, r *engine.Result) testcase {
	suite, classname, name := Name(report.Target.Name, r)
	element, kind, message := verdictOf(report, r)
	c := testcase{suite: suite, element: element, seconds: max(r.ElapsedMS/1000, 0)}
	var b strings.Builder
	fmt.Fprintf(&b, "    <testcase name=\"%s\" classname=\"%s\" time=\"%.3f\"", attribute(name), attribute(classname), c.seconds)
	if element == "" {
		b.WriteString("/>\n")
		c.xml = []byte(b.String())
		return c
	}
	message = shorten(oneLine(message), maxMessage)
	message = oneLine(message)
	text := message + "\n"
	if r.Outcome != engine.Skip && r.Outcome != engine.Blocked || element == fault {
		text = shorten(visible(text+explanation(report, r)), maxText)
	}
	fmt.Fprintf(&b, ">\n      <%s message=\"%s\"", element, attribute(message))
	if kind != "" {
		fmt.Fprintf(&b, " type=\"%s\"", kind)
	}
	fmt.Fprintf(&b, ">%s</%s>\n", escapeXML(text), element)
	if element != skipped && len(r.Exchanges) > 0 {
		fmt.Fprintf(&b, "      <system-out>%s</system-out>\n", escapeXML(shorten(traffic(report, r), maxOutput)))
	}
	b.WriteString("    </testcase>\n")
	c.xml = []byte(b.String())
	return c
}

// verdictOf says which element stands for the outcome, of which type, with
// which message.
func verdictOf(report *engine.Report, r *engine.Result) (element, kind, message string) {
	message = r.Reason
	if message == "" {
		message = r.Title
	}
	switch r.Outcome {
	case engine.Pass:
		return "", "", ""
	case engine.Fail:
		if r.Level == engine.IdP || r.Dialect != "" {
			return failure, "scimtest.idp", court(report, r) + ": " + message
		}
		return failure, "scimtest.must", message
	case engine.Advisory:
		if report.Strict {
			return failure, "scimtest.should", "advisory: " + message
		}
		return skipped, "", "advisory: " + message
	case engine.Skip:
		return skipped, "", "not applicable: " + message
	case engine.Waived:
		return skipped, "", "waived " + message
	case engine.Blocked:
		// A run that did not come to its end is an error, not a gap.
		if r.Suite != suiteRun {
			return skipped, "", "blocked: " + message
		}
	}
	return fault, faultKind(r), message
}

// faultKind is the type of an error: what kept the run from testing.
func faultKind(r *engine.Result) string {
	switch {
	case r.Suite != suiteRun:
	case strings.HasPrefix(r.Reason, engine.CredentialsRefused), strings.HasPrefix(r.Reason, engine.NoCredentials):
		return "scimtest.auth"
	case strings.HasPrefix(r.Reason, engine.Unreachable), strings.HasPrefix(r.Reason, engine.NotSCIM):
		return "scimtest.unreachable"
	}
	return "scimtest.broken"
}

// explanation is the text of a result behind its message.
func explanation(report *engine.Report, r *engine.Result) string {
	var b strings.Builder
	if g := ground(report, r); g != "" {
		b.WriteString(g)
		if len(r.Requires) > 0 {
			b.WriteString(" (" + strings.Join(r.Requires, ", ") + ")")
		}
		b.WriteByte('\n')
	}
	for _, l := range resultLines(report, r, len(r.Findings)) {
		b.WriteString(l.String() + "\n")
	}
	for i, l := range remedies(report, r) {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.String() + "\n")
	}
	if lines := curls(report, r, maxCurls); len(lines) > 0 {
		b.WriteString("\nReproduce:\n  " + strings.Join(lines, "\n  ") + "\n")
	}
	return b.String()
}

// traffic is the exchanges of a result as they were on the wire, with long
// bodies cut. Where they are too many, it is those that decided the outcome.
func traffic(report *engine.Report, r *engine.Result) string {
	var all, decisive strings.Builder
	chosen := map[*scim.Exchange]bool{}
	for _, f := range byWeight(r.Findings) {
		chosen[exchangeOf(r, f)] = true
		chosen[written(report, r, f)] = true
	}
	for i, x := range r.Exchanges {
		text := exchangeText(i+1, x)
		all.WriteString(text)
		if chosen[x] {
			decisive.WriteString(text)
		}
	}
	if all.Len() <= maxOutput || decisive.Len() == 0 {
		return all.String()
	}
	return fmt.Sprintf("The decisive of %d exchanges; the others are in report.json.\n\n", len(r.Exchanges)) + decisive.String()
}

func exchangeText(n int, x *scim.Exchange) string {
	var b strings.Builder
	path := x.Request.Path
	if x.Request.RawQuery != "" {
		path += "?" + x.Request.RawQuery
	}
	fmt.Fprintf(&b, "[%d] %s %s\n", n, oneLine(x.Request.Method), oneLine(path))
	writeMessage(&b, x.Request.Header, x.Request.Body)
	if x.Response == nil {
		return b.String() + "no answer: " + oneLine(x.Error) + "\n\n"
	}
	fmt.Fprintf(&b, "%d %s\n", x.Response.Status, http.StatusText(x.Response.Status))
	writeMessage(&b, x.Response.Header, x.Response.Body)
	return b.String() + "\n"
}

// writeMessage writes the header and the body of a request or an answer.
func writeMessage(b *strings.Builder, h http.Header, body scim.Body) {
	var keys []string
	for k := range h {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		for _, v := range h[k] {
			b.WriteString(oneLine(k+": "+v) + "\n")
		}
	}
	if len(body) > 0 {
		b.WriteString(shorten(visible(string(body)), maxBody) + "\n")
	}
}
