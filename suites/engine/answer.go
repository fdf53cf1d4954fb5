package engine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// Answer is the answer to one request, with the expectations that a check can
// have of it. Status comes first: a wrong status ends the check, since nothing
// behind it can be judged. The other expectations collect.
type Answer struct {
	t     *T
	x     *scim.Exchange
	index int
	// arranging: a disappointment blocks, it does not fail.
	arranging bool
	// unread: nothing was read there before, so an answer that cannot be
	// read blocks.
	unread bool
	// lenient: what is found is advisory.
	lenient bool

	parsed bool
	body   scim.Resource
	list   *scim.List
}

// Exchange is the attempt behind the answer.
func (a *Answer) Exchange() *scim.Exchange { return a.x }

// Code is the HTTP status, or 0 without an answer.
func (a *Answer) Code() int { return a.x.Status() }

// Judged says that a disappointment here fails the check, also where nothing
// was read before.
func (a *Answer) Judged() *Answer {
	b := *a
	b.arranging, b.unread = false, false
	return &b
}

// Arranging says that a disappointment here blocks the check.
func (a *Answer) Arranging() *Answer {
	b := *a
	b.arranging = true
	return &b
}

// Advisory says that what is found from here on is advisory.
func (a *Answer) Advisory() *Answer {
	b := *a
	b.lenient = true
	return &b
}

// unreadable ends the check, since nothing behind it can be judged: with a
// finding, or blocked where nothing was read before.
func (a *Answer) unreadable(f Finding) {
	a.arranging = a.arranging || a.unread
	a.disappoint(f)
	panic(stop{})
}

// disappoint files a finding, or blocks while arranging.
func (a *Answer) disappoint(f Finding) {
	f.Exchange = a.index
	if a.arranging {
		reason := f.Message
		if !strings.Contains(reason, template(a.x.Request)) {
			reason = template(a.x.Request) + ": " + reason
		}
		panic(stop{Blocked, "could not arrange: " + reason + a.Advice()})
	}
	f.Advisory = f.Advisory || a.lenient
	a.t.Report(f)
}

// Status expects one of the statuses. Any other ends the check.
func (a *Answer) Status(want ...int) *Answer {
	return a.status(func(code int) bool { return slices.Contains(want, code) || a.instead(code, want) }, words(want))
}

// Success expects a status from 200 to 299.
func (a *Answer) Success() *Answer {
	return a.status(func(code int) bool { return code/100 == 2 }, "2xx")
}

// Refused expects a status from 400 to 499: the request was understood to be
// wrong. What a rule says of the exact status is for the caller.
func (a *Answer) Refused() *Answer {
	return a.status(func(code int) bool { return code/100 == 4 }, "4xx")
}

// TakenOrRefused expects a status that says that the request was done, or one
// from 400 to 499, or 501: both are right, an error of the service provider is
// not.
func (a *Answer) TakenOrRefused(taken int) *Answer {
	ok := func(code int) bool { return code == taken || code/100 == 4 || code == http.StatusNotImplemented }
	return a.status(ok, strconv.Itoa(taken)+" or 4xx")
}

// NoServerError expects an answer below 500.
func (a *Answer) NoServerError() *Answer {
	return a.status(func(code int) bool { return code < 500 || code == http.StatusNotImplemented }, "below 500")
}

func (a *Answer) status(ok func(int) bool, want string) *Answer {
	a.t.asserted++
	if a.x.Response == nil {
		a.unreadable(Finding{
			Message: template(a.x.Request) + ": no answer: " + a.x.Error, Where: "status", Want: want, Got: "no answer",
		})
	}
	if !ok(a.Code()) {
		a.unreadable(Finding{
			Message: fmt.Sprintf("%s answers %d, want %s", template(a.x.Request), a.Code(), want),
			Where:   "status", Want: want, Got: a.statusText(),
		})
	}
	return a
}

// statusText is the status with what the error says.
func (a *Answer) statusText() string {
	s := strconv.Itoa(a.Code())
	if e, err := scim.ParseErrorMessage(a.x.Response.Body); err == nil {
		if e.ScimType != "" {
			s += " " + e.ScimType
		}
		if e.Detail != "" {
			s += ": " + clip(e.Detail, 160)
		}
	}
	return s
}

func words(codes []int) string {
	var out []string
	for _, c := range codes {
		out = append(out, strconv.Itoa(c))
	}
	return strings.Join(out, " or ")
}

// Resource is the body of the answer. The check ends when it is not a JSON
// object.
func (a *Answer) Resource() scim.Resource {
	if !a.parsed {
		if a.x.Response == nil {
			a.status(func(int) bool { return false }, "an answer")
		}
		r, err := scim.NewResource(a.x.Response.Body)
		if err != nil {
			got := "not JSON"
			if len(a.x.Response.Body) == 0 {
				got = "no body"
			}
			a.t.asserted++
			a.unreadable(Finding{
				Message: template(a.x.Request) + ": the body is not a JSON object", Where: "body", Want: "a JSON object", Got: got,
			})
		}
		a.body, a.parsed = r, true
	}
	return a.body
}

// Value is the first value at the SCIM path, or the zero Result.
func (a *Answer) Value(path string) gjson.Result { return a.Resource().Get(path) }

// Text is the string at the SCIM path, or "".
func (a *Answer) Text(path string) string { return a.Value(path).String() }

// Has expects a value at each of the SCIM paths.
func (a *Answer) Has(paths ...string) *Answer {
	for _, p := range paths {
		a.t.asserted++
		if !a.Resource().Has(p) {
			a.disappoint(Finding{Message: p + " is absent", Where: p, Want: "present", Got: "absent"})
		}
	}
	return a
}

// HasNot expects no value at any of the SCIM paths. null and [] are no value
// (RFC 7643 section 2.5).
func (a *Answer) HasNot(paths ...string) *Answer {
	for _, p := range paths {
		a.t.asserted++
		if v := a.Resource().Lookup(p); len(v) > 0 {
			a.disappoint(Finding{Message: p + " is present", Where: p, Want: "absent", Got: clip(v[0].Raw, 120)})
		}
	}
	return a
}

// Equal expects the value at the SCIM path to be this one, compared as JSON:
// numbers by value, objects without regard to the order of keys.
func (a *Answer) Equal(path string, want any) *Answer {
	a.t.asserted++
	got := a.Resource().Lookup(path)
	switch {
	case len(got) == 0:
		a.disappoint(Finding{Message: path + " is absent", Where: path, Want: show(want), Got: "absent"})
	case !sameJSON(got[0], want):
		a.disappoint(Finding{Message: path + " has another value", Where: path, Want: show(want), Got: clip(got[0].Raw, 160)})
	}
	return a
}

// EqualFold expects the string at the SCIM path, without regard to case.
func (a *Answer) EqualFold(path, want string) *Answer {
	a.t.asserted++
	got := a.Resource().Lookup(path)
	switch {
	case len(got) == 0:
		a.disappoint(Finding{Message: path + " is absent", Where: path, Want: show(want), Got: "absent"})
	case got[0].Type != gjson.String || !strings.EqualFold(got[0].String(), want):
		a.disappoint(Finding{Message: path + " has another value", Where: path, Want: show(want), Got: clip(got[0].Raw, 160)})
	}
	return a
}

// NotEqual expects any value but this one at the SCIM path, or none.
func (a *Answer) NotEqual(path string, not any) *Answer {
	a.t.asserted++
	for _, v := range a.Resource().Lookup(path) {
		if sameJSON(v, not) {
			a.disappoint(Finding{
				Message: path + " still has the value", Where: path, Want: "not " + show(not), Got: clip(v.Raw, 160),
			})
			break
		}
	}
	return a
}

// Count expects n values at the SCIM path.
func (a *Answer) Count(path string, n int) *Answer {
	a.t.asserted++
	if got := len(a.Resource().Lookup(path)); got != n {
		a.disappoint(Finding{
			Message: fmt.Sprintf("%s has another number of values", path), Where: path, Want: strconv.Itoa(n), Got: strconv.Itoa(got),
		})
	}
	return a
}

// Holds expects a condition on the answer that no other method words.
func (a *Answer) Holds(ok bool, where, want, got, message string) *Answer {
	a.t.asserted++
	if !ok {
		a.disappoint(Finding{Message: message, Where: where, Want: want, Got: clip(got, 200)})
	}
	return a
}

// HasHeader expects a header with a value.
func (a *Answer) HasHeader(name string) *Answer {
	a.t.asserted++
	if a.x.Response == nil || a.x.Response.Header.Get(name) == "" {
		a.disappoint(Finding{
			Message: "the header " + name + " is absent", Where: "header " + name, Want: "present", Got: "absent",
		})
	}
	return a
}

// HeaderValue is the value of a header of the answer, or "".
func (a *Answer) HeaderValue(name string) string {
	if a.x.Response == nil {
		return ""
	}
	return a.x.Response.Header.Get(name)
}

// Empty expects an answer without a body.
func (a *Answer) Empty() *Answer {
	n := 0
	if a.x.Response != nil {
		n = len(a.x.Response.Body)
	}
	return a.Holds(n == 0, "body", "no body", "a body", template(a.x.Request)+" answers with a body")
}

// SCIMError expects a status and a scimType in a SCIM Error (RFC 7644 section
// 3.12). An empty scimType is not judged.
func (a *Answer) SCIMError(status int, scimType string) *Answer {
	a.Status(status)
	if scimType == "" {
		return a
	}
	e, err := scim.ParseErrorMessage(a.x.Response.Body)
	got := e.ScimType
	if err != nil {
		got = "not a SCIM Error"
	} else if got == "" {
		got = "absent"
	}
	return a.Holds(got == scimType, "scimType", scimType, got, "the scimType of the error is not "+scimType)
}

// ScimType is the scimType of an error, or "".
func (a *Answer) ScimType() string {
	if a.x.Response == nil {
		return ""
	}
	e, err := scim.ParseErrorMessage(a.x.Response.Body)
	if err != nil {
		return ""
	}
	return e.ScimType
}

// Page reads the answer as a ListResponse; the check ends when it is none.
func (a *Answer) Page() *scim.List {
	if a.list == nil {
		a.Resource()
		l, err := scim.ParseList(a.x.Response.Body)
		if err != nil {
			a.t.asserted++
			a.unreadable(Finding{
				Message: template(a.x.Request) + ": the answer is not a ListResponse", Where: "body",
				Want: "a ListResponse", Got: clip(err.Error(), 120),
			})
		}
		a.list = &l
	}
	return a.list
}

// IDs lists the ids of the resources in a ListResponse, in order.
func (a *Answer) IDs() []string {
	var ids []string
	for _, r := range a.Page().Resources {
		ids = append(ids, r.ID())
	}
	return ids
}

// Finds expects a ListResponse with exactly these resources, in any order.
// The names in the finding are ours: the userName or displayName that was
// sent.
func (a *Answer) Finds(want ...*Resource) *Answer {
	a.t.asserted++
	ids := a.IDs()
	var missing, extra []string
	for _, r := range want {
		if !slices.Contains(ids, r.ID) {
			missing = append(missing, r.name())
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(want, func(r *Resource) bool { return r.ID == id }) {
			extra = append(extra, id)
		}
	}
	if i := slices.Index(ids, ""); i >= 0 {
		a.unreadable(Finding{
			Message: "a resource in the answer has no id", Where: fmt.Sprintf("Resources[%d].id", i), Want: "present", Got: "absent",
		})
	}
	wanted := strconv.Itoa(len(want)) + " resources"
	if len(want) == 1 {
		wanted = "1 resource"
	}
	if len(missing) > 0 {
		a.disappoint(Finding{
			Message: "the answer lacks resources that fulfil the query", Where: "Resources", Want: wanted,
			Got: fmt.Sprintf("%d, without %s", len(ids), strings.Join(missing, ", ")),
		})
	}
	if len(extra) > 0 {
		a.disappoint(Finding{
			Message: "the answer holds resources that do not fulfil the query", Where: "Resources", Want: wanted,
			Got: fmt.Sprintf("%d, with %s", len(ids), others(len(extra))),
		})
	}
	if len(missing) == 0 && len(extra) == 0 && len(ids) != len(want) {
		a.disappoint(Finding{
			Message: "the answer holds a resource more than once", Where: "Resources", Want: wanted, Got: strconv.Itoa(len(ids)),
		})
	}
	return a
}

// Contains expects a ListResponse that holds these resources, among others.
func (a *Answer) Contains(want ...*Resource) *Answer {
	a.t.asserted++
	ids := a.IDs()
	for _, r := range want {
		if !slices.Contains(ids, r.ID) {
			a.disappoint(Finding{
				Message: "the answer lacks a resource that fulfils the query", Where: "Resources", Want: r.name(), Got: "absent",
			})
		}
	}
	return a
}

// Lacks expects a ListResponse that holds none of these resources.
func (a *Answer) Lacks(unwanted ...*Resource) *Answer {
	a.t.asserted++
	ids := a.IDs()
	for _, r := range unwanted {
		if slices.Contains(ids, r.ID) {
			a.disappoint(Finding{
				Message: "the answer holds a resource that does not fulfil the query", Where: "Resources", Want: "without " + r.name(), Got: "present",
			})
		}
	}
	return a
}

func (r *Resource) name() string {
	for _, key := range []string{"userName", "displayName"} {
		if s := r.Text(key); s != "" {
			return s
		}
	}
	return r.Type
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return clip(string(b), 160)
}

// sameJSON compares a JSON value with a Go value by what they mean.
func sameJSON(got gjson.Result, want any) bool {
	b, err := json.Marshal(want)
	if err != nil {
		return false
	}
	return equalJSON(got, gjson.ParseBytes(b))
}

func equalJSON(a, b gjson.Result) bool {
	if a.Type != b.Type {
		return false
	}
	switch {
	case a.Type == gjson.String:
		return a.Str == b.Str
	case a.Type == gjson.Number:
		return a.Num == b.Num
	case a.IsArray() && b.IsArray():
		x, y := a.Array(), b.Array()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equalJSON(x[i], y[i]) {
				return false
			}
		}
		return true
	case a.IsObject() && b.IsObject():
		x, y := a.Map(), b.Map()
		if len(x) != len(y) {
			return false
		}
		for k := range x {
			if !equalJSON(x[k], y[k]) {
				return false
			}
		}
		return true
	}
	return a.Raw == b.Raw
}

// clip shortens text for a finding, at a rune's boundary.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "..."
}
