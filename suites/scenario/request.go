package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// Request is a request of the scenario's own, with placeholders: {{tag}}, which
// marks what the run creates, {{domain}}, under which generated people live,
// {{ada.id}} of a person or group, and {{name.path}} of an answer that was kept.
type Request struct {
	Method string
	// Path is below the base URL; a query is encoded where it has to be.
	Path    string
	Headers [][2]string
	Body    string
	// As keeps the answer under this name.
	As string
	// Statuses are those that are right; none stands for any of success.
	Statuses []int
	// Answer is what the body of the answer has.
	Answer []Value
}

// methods are those of SCIM.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func parseRequest(take func(string) (any, bool)) (*Request, error) {
	v, _ := take("request")
	line, _ := v.(string)
	method, path, ok := strings.Cut(line, " ")
	if !ok || !slices.Contains(methods, method) || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("request: %v is not like POST /Users", v)
	}
	r := &Request{Method: method, Path: path}
	if v, ok := take("headers"); ok {
		m, isMap := v.(yaml.MapSlice)
		if !isMap {
			return nil, errors.New("headers are names with values")
		}
		for _, item := range m {
			r.Headers = append(r.Headers, [2]string{fmt.Sprint(item.Key), fmt.Sprint(item.Value)})
		}
	}
	if v, ok := take("body"); ok {
		r.Body = body(v)
	}
	if v, ok := take("as"); ok {
		if r.As, ok = v.(string); !ok || !nameForm.MatchString(r.As) {
			return nil, fmt.Errorf("as: %v is not made of lower-case letters, digits and dashes", v)
		}
	}
	v, ok = take("answer")
	if !ok {
		return r, nil
	}
	m, isMap := v.(yaml.MapSlice)
	if !isMap {
		return nil, errors.New("answer is a status and paths with values, such as {status: 201, active: true}")
	}
	for _, item := range values(m) {
		if item.Path != "status" {
			r.Answer = append(r.Answer, item)
			continue
		}
		list, isList := item.Value.([]any)
		if !isList {
			list = []any{item.Value}
		}
		for _, one := range list {
			n, ok := one.(uint64)
			if !ok || n < 100 || n > 599 {
				return nil, fmt.Errorf("answer: status cannot be %v", one)
			}
			r.Statuses = append(r.Statuses, int(n))
		}
	}
	return r, nil
}

// body is a body as it is sent: a text as it stands, and what is written in YAML
// as JSON, with its keys in order.
func body(v any) string {
	if s, ok := v.(string); ok {
		return strings.TrimSuffix(s, "\n")
	}
	var b bytes.Buffer
	writeJSON(&b, v)
	return b.String()
}

func writeJSON(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case yaml.MapSlice:
		b.WriteByte('{')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, fmt.Sprint(item.Key))
			b.WriteByte(':')
			writeJSON(b, item.Value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	default:
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(v) // YAML has no other scalars
		b.Write(bytes.TrimSuffix(one.Bytes(), []byte("\n")))
	}
}

func (r *Request) line() string { return r.Method + " " + r.Path }

// placeholder is one in a path, a header, a body or a value.
var placeholder = regexp.MustCompile(`\{\{ *([a-z0-9-]+)(?:\.([A-Za-z0-9:.\[\]" _-]+?))? *\}\}`)

// fill puts values in the place of placeholders.
func (st *stage) fill(text string, escape func(string) string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		parts := placeholder.FindStringSubmatch(m)
		return escape(st.lookup(parts[1], parts[2]))
	})
}

// lookup is what a placeholder stands for.
func (st *stage) lookup(name, path string) string {
	switch {
	case path == "" && name == "tag":
		return st.t.Tag()
	case path == "" && name == "domain":
		return st.t.UserDomain()
	}
	if r, ok := st.saved[name]; ok {
		if v := r.Get(path); v.Exists() {
			return v.String()
		}
		st.t.Block("the answer that was kept as %s has no %s", name, path)
	}
	if st.Sync != nil {
		people, groups := st.scenario.everyone()
		if slices.Contains(people, name) && path == "userName" {
			return st.Person(name).UserName
		}
		if id, ok := st.Known(name); ok && path == "id" {
			return id
		}
		if id, ok := st.KnownGroup(name); ok && path == "id" && slices.Contains(groups, name) {
			return id
		}
	}
	st.t.Block("nothing is known of {{%s}}: keep an answer with as, or assign a person first", strings.TrimSuffix(name+"."+path, "."))
	return ""
}

// sendRequest sends a request of the scenario's own.
func sendRequest(st *stage, _ *Object) {
	r := st.step.Request
	path, query, hasQuery := strings.Cut(r.Path, "?")
	var options []engine.Option
	if hasQuery {
		options = append(options, engine.RawQuery(encoded(st.fill(query, url.QueryEscape))))
	}
	sent := map[string]string{"Accept": scim.MediaType, "Content-Type": scim.MediaType}
	for _, h := range r.Headers {
		sent[http.CanonicalHeaderKey(h[0])] = st.fill(h[1], func(s string) string { return s })
	}
	if r.Body != "" {
		options = append(options, engine.RawBody(sent["Content-Type"], st.fill(r.Body, escapedJSON)))
	}
	delete(sent, "Content-Type")
	for name, value := range sent {
		options = append(options, engine.Header(name, value))
	}
	a := st.t.Send(r.Method, encoded(st.fill(path, url.PathEscape)), nil, options...)
	statuses := r.Statuses
	if len(statuses) == 0 {
		statuses = []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent}
	}
	a.Status(statuses...)
	for _, v := range r.Answer {
		st.holds(a, v)
	}
	if r.As != "" {
		st.saved[r.As] = a.Resource()
	}
}

// escapedJSON is a value within a JSON string.
func escapedJSON(s string) string {
	q := quoted(s)
	return q[1 : len(q)-1]
}

// encoded escapes what no URL can hold, and leaves the rest as it is.
func encoded(s string) string {
	return strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "\\", "%5C", "^", "%5E", "`", "%60", "{", "%7B", "|", "%7C", "}", "%7D").Replace(s)
}
