package web

import (
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

type logData struct {
	Query server.LogQuery
	Kind  string
	// From and To are the bounds of the time, as the form has them.
	From, To string
	Actions  []string
	Sources  []string
	Rows     []*server.Entry
	Pages    pager
	// Filter is the query without the page, for the links of the exports.
	Filter string
	Empty  bool
	Any    bool
}

// logQuery reads the filter of a page of the log.
func (v *visit) logQuery() server.LogQuery {
	q := v.r.URL.Query()
	out := server.LogQuery{
		Search: strings.TrimSpace(q.Get("search")), Outcome: q.Get("outcome"), Action: q.Get("action"), Source: q.Get("source"),
		Subject: q.Get("subject"), Code: q.Get("code"),
	}
	out.From, out.To = fromForm(q.Get("from")), fromForm(q.Get("to"))
	out.Group = v.kind()
	return out
}

// kind reads whether groups are wanted, or users; nil is both.
func (v *visit) kind() *bool {
	kind := v.r.URL.Query().Get("kind")
	if kind != "user" && kind != "group" {
		return nil
	}
	group := kind == "group"
	return &group
}

// formTime is a time as a form has it, in UTC.
const formTime = "2006-01-02T15:04"

// fromForm reads a time; what is none is no bound.
func fromForm(text string) time.Time {
	t, err := time.Parse(formTime, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func forForm(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(formTime)
}

// log lists what was done.
func (v *visit) log() error {
	d := logData{Query: v.logQuery(), Kind: v.r.URL.Query().Get("kind")}
	d.From, d.To = forForm(d.Query.From), forForm(d.Query.To)
	everything, _ := v.t.Log(server.LogQuery{})
	for _, e := range everything {
		if !slices.Contains(d.Actions, e.Action) {
			d.Actions = append(d.Actions, e.Action)
		}
		if !slices.Contains(d.Sources, e.Source) {
			d.Sources = append(d.Sources, e.Source)
		}
	}
	slices.Sort(d.Actions)
	slices.Sort(d.Sources)
	q := d.Query
	q.Offset, q.Limit = pageOf(v.r), perPage
	var total int
	d.Rows, total = v.t.Log(q)
	d.Pages = pagesOf(v.r, total, q.Offset)
	d.Empty, d.Any = len(everything) == 0, d.Query != (server.LogQuery{})
	filter := v.r.URL.Query()
	filter.Del("page")
	filter.Del("format")
	d.Filter = filter.Encode()
	return v.show("log", "Log", d)
}

// sent is an exchange of an entry, worded for a page.
type sent struct {
	*scim.Exchange
	Number int
	URL    string
	Curl   string
	// RequestHead and ResponseHead are the headers, in order.
	RequestHead, ResponseHead []header
}

type header struct{ Name, Value string }

func headers(h map[string][]string) (out []header) {
	for _, name := range slices.Sorted(keys(h)) {
		for _, value := range h[name] {
			out = append(out, header{name, value})
		}
	}
	return out
}

func keys(h map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range h {
			if !yield(k) {
				return
			}
		}
	}
}

func (v *visit) exchanges(list []*scim.Exchange) (out []sent) {
	base := v.t.Settings().Target
	for i, x := range list {
		s := sent{Exchange: x, Number: i + 1, URL: requestLine(x.Request), Curl: har.Curl(base, *x), RequestHead: headers(x.Request.Header)}
		if x.Response != nil {
			s.ResponseHead = headers(x.Response.Header)
		}
		out = append(out, s)
	}
	return out
}

type entryData struct {
	*server.Entry
	Sent []sent
}

// entry shows one change with its exchanges.
func (v *visit) entry() error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return errNoPage
	}
	e, err := v.t.Entry(id)
	if err != nil {
		return err
	}
	return v.show("entry", "Log entry "+v.r.PathValue("id"), entryData{e, v.exchanges(e.Exchanges)})
}

func (v *visit) clearLog() error {
	return v.acted("/log", "The log was emptied", server.Result{}, v.t.ClearLog())
}

// exportLog sends the entries of the filter as a file.
func (v *visit) exportLog() error {
	format := v.r.URL.Query().Get("format")
	if !slices.Contains(server.LogFormats, format) {
		return v.t.ExportLog(io.Discard, format, server.LogQuery{})
	}
	v.download("log", format)
	return v.t.ExportLog(v.w, format, v.logQuery())
}

// asked is a row of the list of requests.
type asked struct {
	*scim.Exchange
	Entry  *server.Entry
	Number int
	URL    string
	At     time.Time
}

type requestsData struct {
	Method, Status, Search string
	Rows                   []asked
	Pages                  pager
	Empty                  bool
}

// requests lists the exchanges with the target, the newest first.
func (v *visit) requests() error {
	q := v.r.URL.Query()
	d := requestsData{Method: q.Get("method"), Status: q.Get("status"), Search: strings.TrimSpace(q.Get("search"))}
	entries, _ := v.t.Log(server.LogQuery{})
	offset, total := pageOf(v.r), 0
	for _, e := range entries {
		for i := len(e.Exchanges) - 1; i >= 0; i-- {
			x := e.Exchanges[i]
			if !d.wants(x) {
				continue
			}
			if total >= offset && len(d.Rows) < perPage {
				d.Rows = append(d.Rows, asked{x, e, i + 1, requestLine(x.Request), e.At})
			}
			total++
		}
	}
	d.Pages = pagesOf(v.r, total, offset)
	d.Empty = total == 0 && d.Method == "" && d.Status == "" && d.Search == ""
	return v.show("requests", "Requests", d)
}

func (d *requestsData) wants(x *scim.Exchange) bool {
	class := strconv.Itoa(x.Status()/100) + "xx"
	if x.Status() == 0 {
		class = "none"
	}
	switch {
	case d.Method != "" && d.Method != x.Request.Method, d.Status != "" && d.Status != class:
		return false
	case d.Search == "":
		return true
	}
	plain, err := url.QueryUnescape(x.Request.RawQuery)
	if err != nil {
		plain = x.Request.RawQuery
	}
	return strings.Contains(strings.ToLower(x.Request.Path+"?"+plain), strings.ToLower(d.Search))
}
