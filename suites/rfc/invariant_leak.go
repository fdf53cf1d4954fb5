package rfc

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// internals are what errors give away of the program behind them. Each is a
// form that nobody writes for people to read; what the request itself says is
// no secret.
var internals = []struct {
	what string
	sign *regexp.Regexp
}{
	{"a stack trace", regexp.MustCompile(strings.Join([]string{
		`\bat [\w.$<>/]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)`, `\bat [\w.<>\[\]` + "`" + `]+\(.*\) in .+:line \d+`, // JVM, .NET
		`Traceback \(most recent call last\)`, `\bFile "[^"]+\.py", line \d+`,
		`\bat (?:[\w.<> ]+ )?\(?(?:file://|node:|/|[A-Z]:\\)[^\s()]*:\d+:\d+\)?`, // JavaScript
		`\bgoroutine \d+ \[`, `\w\.go:\d+\b`, `\w\.rb:\d+:in\b`, `\w\.php(?:\(\d+\)| on line \d+)`,
		`\b(?:java|javax|jakarta|kotlin|org\.(?:springframework|hibernate|postgresql))\.[\w.]+(?:Exception|Error)\b`,
		`\bSystem\.(?:\w+\.)*\w+Exception\b`,
	}, "|"))},
	{"words of the database", regexp.MustCompile(strings.Join([]string{
		`\bSQLSTATE\b`, `\bORA-\d{5}\b`, `\bPG::\w+`, `\bSQLITE_[A-Z]+\b`, `\bE11000\b`,
		`(?i:\bsyntax error at or near\b)`, `(?i:error in your SQL syntax)`, `(?i:\bviolates (?:unique|foreign key|not-null|check) constraint\b)`,
		`(?i:\b(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed\b)`, `\bDuplicate entry '.*' for key\b`,
		`\bSELECT\b.+\bFROM\b`, `\bINSERT INTO\b`, `\bUPDATE\b.+\bSET\b.+\bWHERE\b`, `\bDELETE FROM\b`,
	}, "|"))},
	{"a path on its machine", regexp.MustCompile(`(?:^|[\s"'(:=])(?:/(?:usr|var|opt|home|srv|app|root|tmp|etc|Users|workspace)/[\w./@+-]+` +
		`|[A-Z]:\\[\w.\\ -]+)\.(?:py|js|mjs|cjs|ts|rb|php|java|class|jar|go|cs|dll|exe|so|conf|cfg|ini|ya?ml|sql|db|log)\b`)},
}

// leakInvariants are about what errors give away.
var leakInvariants = []Invariant{{
	Meta: Meta{
		ID: "message.error-shows-no-internals", Level: Should,
		Title:    "Errors show no stack trace, no words of the database and no path of the program",
		Requires: []string{"7644-3.12-05"},
		Catches:  []string{"error-stack-trace", "error-sql", "error-file-path"},
	},
	Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
		if x.Response.Status < 400 || len(x.Response.Body) == 0 {
			return false, nil
		}
		var found []Finding
		said := shownText(x.Response.Body)
		for _, in := range internals {
			hits := in.sign.FindAllString(said, -1)
			if len(hits) == 0 {
				continue
			}
			asked := requestText(x)
			hits = slices.DeleteFunc(hits, func(hit string) bool { return strings.Contains(asked, strings.Trim(hit, ` "'(:=`)) })
			if len(hits) > 0 {
				found = append(found, Finding{
					Message: "an error shows " + in.what, Where: "body", Want: "words for the client", Got: scim.Quote(cut(hits[0])),
				})
			}
		}
		return true, found
	},
}}

// shownText is the text of a body: all strings in it where it is JSON.
func shownText(body []byte) string {
	if !scim.ValidJSON(body) {
		return string(body)
	}
	var b strings.Builder
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		switch {
		case v.IsObject(), v.IsArray():
			v.ForEach(func(_, item gjson.Result) bool { walk(item); return true })
		case v.Type == gjson.String:
			b.WriteString(v.Str + "\n")
		}
	}
	walk(gjson.ParseBytes(body))
	return b.String()
}

// requestText is everything that a request says, in clear.
func requestText(x *scim.Exchange) string {
	path, _ := url.PathUnescape(x.Request.Path)
	query, _ := url.QueryUnescape(x.Request.RawQuery)
	return strings.Join([]string{x.Request.Path, path, query, string(x.Request.Body), shownText(x.Request.Body)}, "\n")
}

// cut shortens what a finding quotes.
func cut(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "..."
	}
	return s
}
