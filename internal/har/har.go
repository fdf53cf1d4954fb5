package har

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// Entry is one exchange of a recording.
type Entry struct {
	// URL is the absolute URL of the request, as it was sent.
	URL string
	// Exchange has the whole path of URL as its path.
	Exchange scim.Exchange
}

// The messages of HAR 1.2. Fields with an underscore are extensions, which the
// format allows.
type (
	creator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	message struct {
		Started  string   `json:"startedDateTime"`
		Time     float64  `json:"time"`
		Request  request  `json:"request"`
		Response response `json:"response"`
		Cache    struct{} `json:"cache"`
		Timings  timings  `json:"timings"`
		// Phase says how far an attempt without an answer came.
		Phase string `json:"_phase,omitempty"`
	}
	request struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []pair    `json:"cookies"`
		Headers     []pair    `json:"headers"`
		QueryString []pair    `json:"queryString"`
		PostData    *postData `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
		Truncated   bool      `json:"_truncated,omitempty"`
	}
	response struct {
		Status      int     `json:"status"`
		StatusText  string  `json:"statusText"`
		HTTPVersion string  `json:"httpVersion"`
		Cookies     []pair  `json:"cookies"`
		Headers     []pair  `json:"headers"`
		Content     content `json:"content"`
		RedirectURL string  `json:"redirectURL"`
		HeadersSize int     `json:"headersSize"`
		BodySize    int     `json:"bodySize"`
		Truncated   bool    `json:"_truncated,omitempty"`
		// Error is why there is no answer; browsers use the same name.
		Error string `json:"_error,omitempty"`
	}
	pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	postData struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		// Encoding is "base64" where the body is no text; the format has it
		// for answers alone.
		Encoding string `json:"_encoding,omitempty"`
	}
	content struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
	timings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

const httpVersion = "HTTP/1.1"

// maxTime is the longest time of an exchange that is believed, in milliseconds.
const maxTime = 24 * 60 * 60 * 1000

// messageOf words an entry as HAR.
func messageOf(e Entry) message {
	x := &e.Exchange
	took := float64(x.Elapsed.Microseconds()) / 1000
	m := message{
		Started: x.Started.UTC().Format(time.RFC3339Nano), Time: took, Timings: timings{Wait: took}, Phase: string(x.Phase),
		Request: request{
			Method: x.Request.Method, URL: e.URL, HTTPVersion: httpVersion, Cookies: []pair{}, Headers: pairsOf(x.Request.Header),
			QueryString: queryOf(e.URL), HeadersSize: -1, BodySize: len(x.Request.Body), Truncated: x.Request.Truncated,
		},
		Response: response{
			HTTPVersion: httpVersion, Cookies: []pair{}, Headers: []pair{}, HeadersSize: -1, BodySize: -1, Error: x.Error,
		},
	}
	if body := x.Request.Body; len(body) > 0 {
		text, encoding := textOf(body)
		m.Request.PostData = &postData{MimeType: x.Request.Header.Get("Content-Type"), Text: text, Encoding: encoding}
	}
	if r := x.Response; r != nil {
		m.Response.Status, m.Response.StatusText = r.Status, http.StatusText(r.Status)
		m.Response.Headers, m.Response.BodySize, m.Response.Truncated = pairsOf(r.Header), len(r.Body), r.Truncated
		m.Response.RedirectURL = r.Header.Get("Location")
		m.Response.Content = content{Size: len(r.Body), MimeType: r.Header.Get("Content-Type")}
		m.Response.Content.Text, m.Response.Content.Encoding = textOf(r.Body)
	}
	return m
}

func textOf(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func pairsOf(h http.Header) []pair {
	out := []pair{}
	for _, k := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[k] {
			out = append(out, pair{k, strings.ToValidUTF8(v, "\uFFFD")})
		}
	}
	return out
}

func queryOf(raw string) []pair {
	out := []pair{}
	_, query, _ := strings.Cut(raw, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, pair{unescaped(name), unescaped(value)})
	}
	return out
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return strings.ToValidUTF8(plain, "\uFFFD")
	}
	return s
}

// entryOf reads an entry as this package or a browser writes it.
func entryOf(m message) (Entry, error) {
	e := Entry{URL: m.Request.URL}
	path, query, err := splitURL(m.Request.URL)
	if err != nil {
		return e, err
	}
	if m.Request.Method == "" {
		return e, fmt.Errorf("the request to %s has no method", m.Request.URL)
	}
	x := &e.Exchange
	x.Request = scim.Request{Method: m.Request.Method, Path: path, RawQuery: query, Header: headerOf(m.Request.Headers), Truncated: m.Request.Truncated}
	x.Started, _ = time.Parse(time.RFC3339Nano, m.Started) // some tools leave it out: then no order in time is known
	x.Elapsed = time.Duration(min(max(m.Time, 0), maxTime) * float64(time.Millisecond))
	if p := m.Request.PostData; p != nil {
		if x.Request.Body, err = bodyOf(p.Text, p.Encoding); err != nil {
			return e, fmt.Errorf("the body of the request to %s: %w", m.Request.URL, err)
		}
	}
	if m.Response.Status == 0 {
		x.Error, x.Phase = m.Response.Error, scim.Phase(m.Phase)
		if x.Error == "" {
			x.Error = "no answer was recorded"
		}
		if x.Phase == "" {
			x.Phase = scim.PhaseExchange
		}
		return e, nil
	}
	r := &scim.Response{Status: m.Response.Status, Header: headerOf(m.Response.Headers), Truncated: m.Response.Truncated}
	if r.Body, err = bodyOf(m.Response.Content.Text, m.Response.Content.Encoding); err != nil {
		return e, fmt.Errorf("the body of the answer to %s: %w", m.Request.URL, err)
	}
	x.Response = r
	return e, nil
}

func bodyOf(text, encoding string) (scim.Body, error) {
	switch {
	case text == "":
		return nil, nil
	case strings.EqualFold(encoding, "base64"):
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("it is no base64: %w", err)
		}
		return b, nil
	}
	return scim.Body(text), nil
}

// headerOf leaves out the pseudo headers of HTTP/2, and gives the names of
// HTTP/2, which are in lower case, their usual form. Names with capitals of
// their own stay as they are: ADSCIMVersion.
func headerOf(pairs []pair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		name := p.Name
		if strings.HasPrefix(name, ":") || name == "" {
			continue
		}
		if canonical := http.CanonicalHeaderKey(name); name == strings.ToLower(name) || name == strings.ToUpper(name) {
			name = canonical
		}
		h[name] = append(h[name], p.Value)
	}
	return h
}

// splitURL is the path and the query of an absolute URL, as they were sent.
func splitURL(raw string) (path, query string, err error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", fmt.Errorf("the URL %q cannot be read", raw)
	}
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", fmt.Errorf("%q is no absolute URL of HTTP", raw)
	}
	raw, _, _ = strings.Cut(raw, "#")
	rest, query, _ := strings.Cut(raw, "?")
	_, rest, _ = strings.Cut(rest, "://")
	if i := strings.Index(rest, "/"); i >= 0 {
		path = rest[i:]
	}
	return path, query, nil
}
