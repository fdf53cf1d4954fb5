package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

//go:embed templates
var templates embed.FS

// pages are the templates by the names of the pages. They are read when the
// program starts: a page that cannot be read stops it, and every test.
var pages = readPages()

func readPages() map[string]*template.Template {
	base := template.Must(template.New("").Funcs(functions).ParseFS(templates, "templates/layout.html", "templates/parts.html"))
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is right
	}
	out := map[string]*template.Template{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		out[name] = template.Must(template.Must(base.Clone()).ParseFS(templates, file))
	}
	return out
}

var functions = template.FuncMap{
	"n":       thousands,
	"count":   count,
	"when":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") },
	"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"state":   stateOf,
	"took":    took,
	"pretty":  pretty,
	"reason":  http.StatusText,
	"dict":    dict,
	"slist":   func(words ...string) []string { return words },
	"label":   label,
	"capital": capital,
	"short":   short,
	"request": requestLine,
	"asset":   func(name string) string { return "/static/" + name + "?v=" + edition },
	"items":   itemsOf,
	"others": func(counts map[string]int) (n int) {
		return counts["skip"] + counts["waived"] + counts["blocked"] + counts["broken"]
	},
	"few":      func(list []string) []string { return list[:min(len(list), 5)] },
	"outcomes": func() []mockidp.Outcome { return []mockidp.Outcome{mockidp.Done, mockidp.Skipped, mockidp.Failed} },
	"statuses": func() []string { return []string{server.InSync, server.Pending, server.Broken, server.OutOfScope} },
}

// edition tells the files of one build from those of another, so that a browser
// may keep them.
var edition = func() string {
	sum := sha256.New()
	files, err := fs.Glob(static, "static/*")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, f := range files {
		data, err := static.ReadFile(f)
		if err != nil {
			panic(err) // it is embedded
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}()

// thousands writes a number for people: 100,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number with a noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// mark is a state with its words and its colour.
type mark struct{ Class, Text string }

// stateOf words a status of a user, a finding, an outcome or an HTTP status.
func stateOf(v any) mark {
	s := fmt.Sprint(v)
	switch s {
	case server.InSync:
		return mark{"ok", "In sync"}
	case server.Pending:
		return mark{"warn", "Pending"}
	case server.Broken:
		return mark{"bad", "Failed"}
	case server.OutOfScope:
		return mark{"mute", "Out of scope"}
	case server.Drifted:
		return mark{"warn", "Drifted"}
	case server.Missing:
		return mark{"bad", "Missing"}
	case server.Orphaned:
		return mark{"warn", "Orphaned"}
	case string(mockidp.Done):
		return mark{"ok", "Done"}
	case string(mockidp.Skipped):
		return mark{"mute", "Skipped"}
	case "pass", "good":
		return mark{"ok", label(s)}
	case "fail", "bad", "broken":
		return mark{"bad", label(s)}
	case "skip":
		return mark{"mute", label(s)}
	case "advisory", "limited", "blocked", "open", server.TestCanceled, server.TestLost:
		return mark{"warn", label(s)}
	case server.TestRunning, "waived":
		return mark{"info", label(s)}
	case server.TestEnded:
		return mark{"ok", label(s)}
	case mockidp.Documented:
		return mark{"ok", "Documented"}
	case mockidp.Observed:
		return mark{"info", "Observed"}
	case mockidp.Assumed:
		return mark{"warn", "Assumed"}
	case "0":
		return mark{"bad", "No answer"}
	}
	if n, err := strconv.Atoi(s); err == nil {
		class := "ok"
		switch {
		case n >= 500:
			class = "bad"
		case n >= 400:
			class = "warn"
		case n >= 300:
			class = "info"
		}
		return mark{class, s}
	}
	return mark{"mute", s}
}

// took writes a duration for people.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// pretty indents JSON; what is none stays as it is.
func pretty(b scim.Body) string {
	var v json.RawMessage
	if json.Unmarshal(b, &v) != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return string(b)
	}
	return unescapeHTML(string(out))
}

// unescapeHTML takes back what encoding/json does to <, > and &: the template
// escapes them.
func unescapeHTML(s string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

// dict makes a map for a template that takes several values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict takes names and values")
	}
	out := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		out[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return out, nil
}

// capital begins a text that stands by itself.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// label makes words of a name in a file: given_name.
func label(name string) string {
	if l := labels[name]; l != "" {
		return l
	}
	return capital(strings.NewReplacer("_", " ", "-", " ").Replace(name))
}

var labels = map[string]string{"user_name": "User name", "object_id": "Object id", "email": "E-mail"}

// short cuts an id, so that a table stays readable.
func short(s string) string {
	if r := []rune(s); len(r) > 13 {
		return string(r[:12]) + "\u2026"
	}
	return s
}

// requestLine is what a request asks, for people: the query without percent
// signs where that reads the same.
func requestLine(r scim.Request) string {
	if r.RawQuery == "" {
		return r.Path
	}
	q, err := url.QueryUnescape(r.RawQuery)
	if err != nil {
		q = r.RawQuery
	}
	return r.Path + "?" + q
}

// pager is the links between the pages of a list.
type pager struct {
	Page, Pages, Total, First, Last int
	Prev, Next                      string
}

// perPage is how many rows a page of a list has.
const perPage = 50

// pageOf reads which page of a list is wanted: the offset of its first row.
func pageOf(r *http.Request) (offset int) {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > 1<<20 {
		return 0
	}
	return (n - 1) * perPage
}

// pagesOf makes the links.
func pagesOf(r *http.Request, total, offset int) pager {
	p := pager{
		Page: offset/perPage + 1, Pages: max(1, (total+perPage-1)/perPage), Total: total,
		First: min(offset+1, total), Last: min(offset+perPage, total),
	}
	at := func(n int) string {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return "?" + q.Encode()
	}
	if p.Page > 1 {
		p.Prev = at(min(p.Page-1, p.Pages))
	}
	if p.Page < p.Pages {
		p.Next = at(p.Page + 1)
	}
	return p
}
