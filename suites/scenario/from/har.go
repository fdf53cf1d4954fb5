package from

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

func isHAR(data []byte) bool {
	if gjson.ValidBytes(data) {
		return gjson.GetBytes(data, "log.entries").IsArray()
	}
	// The file of a program that was killed ends in the middle.
	rec, err := har.Read(bytes.NewReader(data))
	return err == nil && len(rec.Entries) > 0
}

// traffic reads the exchanges of a recording.
type traffic struct {
	*story
	// client is the product that provisions. What others write happens behind
	// its back, and what they read tells nothing.
	client string
	// seen are the resources in answers, by endpoint and id.
	seen map[string]gjson.Result
	// met are the names and the externalIds, in lower case, of everybody whom
	// the client writes about or is told of.
	met map[string]bool
}

func readHAR(s *story, files [][]byte, o Options) error {
	if len(files) > 1 {
		return errors.New("a HAR file is a recording by itself; give one file")
	}
	rec, err := har.Read(bytes.NewReader(files[0]))
	if err != nil {
		return err
	}
	base := o.BaseURL
	if base == "" {
		base = rec.BaseURL()
	}
	if base == "" {
		return errors.New("the recording has no request to a SCIM endpoint; name the base URL in it with --recorded-url")
	}
	if rec.Cut {
		s.ask(question{text: "the end of the recording is missing: what came before it is told"})
	}
	exchanges := rec.Below(strings.TrimSuffix(base, "/"))
	if len(exchanges) == 0 {
		return fmt.Errorf("the recording has no exchange with %s; name the base URL in it with --recorded-url", base)
	}
	slices.SortStableFunc(exchanges, func(a, b scim.Exchange) int { return a.Started.Compare(b.Started) })
	t := &traffic{story: s, client: clientOf(exchanges), seen: map[string]gjson.Result{}, met: map[string]bool{}}
	t.recognise(exchanges)
	for i := range exchanges {
		t.collect(&exchanges[i])
	}
	for i := range exchanges {
		t.place = fmt.Sprintf("exchange %d", i+1)
		t.read(&exchanges[i])
	}
	if len(s.dialects) == 0 {
		s.ask(question{text: "who sent this is not recognised, so every identity provider plays it: name one with idp:"})
	}
	return nil
}

// versionForm is where the version begins in a User-Agent.
var versionForm = regexp.MustCompile(`[/ ]?v?\d.*$`)

func product(x *scim.Exchange) string {
	return versionForm.ReplaceAllString(x.Request.Header.Get("User-Agent"), "")
}

// tester is the product that looks on, and arranges, when scimtest itself is
// recorded while it plays an identity provider.
const tester = "scimtest"

// clientOf is the product that writes most. Whoever only deletes tidies up.
func clientOf(exchanges []scim.Exchange) (best string) {
	count := map[string]int{}
	looksOn := func(p string) bool { return strings.HasPrefix(p, tester) }
	for i := range exchanges {
		x := &exchanges[i]
		endpoint, _ := target(x)
		if endpoint == "" || x.Request.Method == http.MethodGet || x.Request.Method == http.MethodDelete {
			continue
		}
		p := product(x)
		count[p]++
		switch {
		case len(count) == 1, looksOn(best) && !looksOn(p):
			best = p
		case looksOn(p) && !looksOn(best):
		case count[p] > count[best]:
			best = p
		}
	}
	return best
}

// recognise finds out which dialect the client speaks.
func (t *traffic) recognise(exchanges []scim.Exchange) {
	if len(t.dialects) > 0 {
		return
	}
	r := mockidp.NewRecognizer()
	for i := range exchanges {
		if product(&exchanges[i]) == t.client {
			r.Observe(exchanges[i].Request)
		}
	}
	t.speaks(r.Guess().Dialects...)
}

// The endpoints, in the case of paths.
const (
	users  = "users"
	groups = "groups"
)

// target is the endpoint and the id that a request is about; the endpoint is
// empty for others than users and groups.
func target(x *scim.Exchange) (endpoint, id string) {
	segments := strings.Split(strings.Trim(x.Request.Path, "/"), "/")
	endpoint = strings.ToLower(segments[0])
	if endpoint != users && endpoint != groups || len(segments) > 2 {
		return "", ""
	}
	if len(segments) == 2 {
		if strings.HasPrefix(segments[1], ".") {
			return "", ""
		}
		id = segments[1]
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
	}
	return endpoint, id
}

// collect notes whom the client meets.
func (t *traffic) collect(x *scim.Exchange) {
	if product(x) != t.client {
		return
	}
	note := func(v gjson.Result) {
		for _, key := range []string{"userName", "externalId", "displayName"} {
			if text := lookup(v, key); text.Type == gjson.String {
				t.met[strings.ToLower(text.Str)] = true
			}
		}
	}
	if x.Request.Method != http.MethodGet && scim.ValidJSON(x.Request.Body) {
		note(gjson.ParseBytes(x.Request.Body))
	}
	if x.Response != nil && scim.ValidJSON(x.Response.Body) {
		body := gjson.ParseBytes(x.Response.Body)
		note(body)
		for _, r := range lookup(body, "Resources").Array() {
			note(r)
		}
	}
}

// read tells what an exchange tells.
func (t *traffic) read(x *scim.Exchange) {
	if !x.Sent() || putOff(x) {
		return
	}
	endpoint, id := target(x)
	ours := product(x) == t.client
	switch {
	case x.Request.Method == http.MethodGet:
		if ours {
			t.lookup(endpoint, x)
		}
	case endpoint == "":
		if ours && !strings.HasSuffix(x.Request.Path, scim.SearchSuffix) {
			endpoint := strings.Split(strings.Trim(x.Request.Path, "/"), "/")[0]
			if !wordOnly.MatchString(endpoint) {
				endpoint = "..."
			}
			t.remark("%s /%s is nothing that a verb tells", x.Request.Method, endpoint)
		}
	case !ours:
		if x.Status()/100 == 2 {
			t.behind(endpoint, id, x)
		}
	case endpoint == users:
		t.user(id, x)
	default:
		t.group(id, x)
	}
	t.look(endpoint, x)
}

// putOff reports whether the client will send the request again: the target was
// not ready, or wanted other credentials.
func putOff(x *scim.Exchange) bool {
	switch x.Status() {
	case http.StatusTooManyRequests, http.StatusUnauthorized:
		return true
	case http.StatusServiceUnavailable:
		return x.Response.Header.Get("Retry-After") != ""
	}
	return false
}

// trouble is what went wrong with a request; empty for nothing.
func trouble(x *scim.Exchange) string {
	if x.Response == nil {
		return "no answer"
	}
	if x.Status() < http.StatusBadRequest {
		return ""
	}
	out := fmt.Sprint(x.Status())
	if scim.ValidJSON(x.Response.Body) {
		if kind := gjson.GetBytes(x.Response.Body, "scimType"); kind.Type == gjson.String && wordOnly.MatchString(kind.Str) {
			out += " " + kind.Str
		}
	}
	return out
}

var wordOnly = regexp.MustCompile(`^[A-Za-z]+$`)

// look remembers the resources in an answer.
func (t *traffic) look(endpoint string, x *scim.Exchange) {
	if endpoint == "" || x.Status()/100 != 2 || x.Response == nil || !scim.ValidJSON(x.Response.Body) {
		return
	}
	for _, r := range resources(x) {
		if id := lookup(r, "id").String(); id != "" {
			t.seen[endpoint+"/"+id] = r
		}
	}
}

// resources are those in an answer: one, or a list.
func resources(x *scim.Exchange) []gjson.Result {
	if x.Response == nil || !scim.ValidJSON(x.Response.Body) {
		return nil
	}
	body := gjson.ParseBytes(x.Response.Body)
	if list := lookup(body, "Resources"); list.IsArray() {
		return list.Array()
	}
	return []gjson.Result{body}
}

// comparedForm is the value that a filter compares with.
var comparedForm = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

// compared is the first value in the filter of a request; ok is false when there
// is none.
func compared(r scim.Request) (value string, ok bool) {
	query, err := url.ParseQuery(r.RawQuery)
	if err != nil {
		return "", false
	}
	m := comparedForm.FindStringSubmatch(query.Get("filter"))
	if m == nil {
		return "", false
	}
	return gjson.Parse(`"` + m[1] + `"`).Str, true
}

// shape is a request without the values in its filter.
func shape(r scim.Request) string {
	query, err := url.QueryUnescape(r.RawQuery)
	if err != nil {
		query = r.RawQuery
	}
	return r.Method + " " + r.Path + "?" + comparedForm.ReplaceAllString(query, `""`)
}

// lookup tells what a query of the client tells: that it tests the connection, or
// that somebody was there already.
func (t *traffic) lookup(endpoint string, x *scim.Exchange) {
	value, filtered := compared(x.Request)
	if d := t.dialect(); d != nil && d.Probe != nil && shape(d.Probe()) == shape(x.Request) && !(filtered && t.met[strings.ToLower(value)]) {
		t.add("test-connection", false, object{}, trouble(x))
		return
	}
	if !filtered || endpoint != users || x.Status() != http.StatusOK {
		return
	}
	found := resources(x)
	if len(found) != 1 || !matches(found[0], value) {
		return
	}
	id := lookup(found[0], "id").String()
	if p := t.person(id); p == nil || p.standing == stranger && !p.gone {
		if p == nil {
			p = newPerson(wantedBy(found[0]).set)
			t.known(p, id)
			t.wasThere(p)
			return
		}
		p.found = true
		t.assign(p, "")
	}
}

// matches reports whether a resource has the value that was looked for.
func matches(r gjson.Result, value string) bool {
	if sameWord(lookup(r, "userName").String(), value) || sameWord(lookup(r, "externalId").String(), value) {
		return true
	}
	return slices.ContainsFunc(lookup(r, "emails").Array(), func(e gjson.Result) bool { return sameWord(lookup(e, "value").String(), value) })
}
