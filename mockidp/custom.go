package mockidp

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/scimtest/scimtest/scim"
)

// Given is the mark of what a file for a custom client says.
const Given = "given"

// customFile is a custom client: see docs/custom-idp.md.
type customFile struct {
	Name    string            `yaml:"name"`
	Label   string            `yaml:"label"`
	Headers map[string]string `yaml:"headers"`
	// Blank is how a blank in a value of a query is encoded.
	Blank   string                     `yaml:"blank"`
	Intents map[string][]customRequest `yaml:"intents"`
}

// customRequest is the template of a request.
type customRequest struct {
	Method string `yaml:"method"`
	Path   string `yaml:"path"`
	Query  string `yaml:"query"`
	Body   string `yaml:"body"`
	// Each makes a request of each member of add, remove or members.
	Each string `yaml:"each"`
	// NotJSON allows a body that is no JSON.
	NotJSON bool              `yaml:"not-json"`
	Headers map[string]string `yaml:"headers"`
}

// CustomIdP is the identity provider of every custom client, and so the suite
// of its flows.
const CustomIdP = "custom"

// ParseCustom makes a dialect of a YAML file with a template of each request
// that a custom client sends. A key, an intent or a placeholder that is not
// known, and a body that is no JSON, are errors.
func ParseCustom(data []byte) (*Dialect, error) {
	var f customFile
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("custom client: %w", err)
	}
	if f.Name == "" {
		return nil, errors.New("custom client: it has no name; say name: and one word")
	}
	if f.Blank != "" && f.Blank != "+" && f.Blank != "%20" {
		return nil, fmt.Errorf("custom client: blank cannot be %q; it can be + or %%20", f.Blank)
	}
	if f.Label == "" {
		f.Label = f.Name
	}
	d := &Dialect{
		Name: f.Name, Label: f.Label, IdP: CustomIdP, objectID: guid,
		Source: map[string]Ref{}, Unknown: map[string]string{},
	}
	known := customIntents(d, &f)
	for _, intent := range slices.Sorted(maps.Keys(f.Intents)) {
		example, ok := known[intent]
		if !ok {
			return nil, fmt.Errorf("custom client: there is no intent %q; there are %s", intent, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if err := f.check(intent, example); err != nil {
			return nil, fmt.Errorf("custom client: %s: %w", intent, err)
		}
		d.Source[intent] = Ref{Key: "the file of " + f.Name, Mark: Given}
	}
	var missing []string
	for intent := range known {
		if len(f.Intents[intent]) == 0 {
			missing = append(missing, intent)
		}
	}
	d.leaveOut("the file does not word it", missing...)
	return d, nil
}

// severals lists the intents that may take more than one request.
var severals = []string{"Discover", "Update", "Deactivate", "Reactivate", "SetRoles", "ChangeMembers"}

// check tries the templates of an intent with the values that it has.
func (f *customFile) check(intent string, v values) error {
	templates := f.Intents[intent]
	if len(templates) == 0 {
		return errors.New("it has no request; leave the intent away")
	}
	if len(templates) > 1 && !slices.Contains(severals, intent) {
		return errors.New("it takes one request")
	}
	for i, t := range templates {
		if t.Method == "" || !strings.HasPrefix(t.Path, "/") {
			return fmt.Errorf("request %d: it needs a method, and a path that begins with /", i+1)
		}
		if t.Each != "" && (!slices.Contains(severals, intent) || v.lists[t.Each] == nil) {
			return fmt.Errorf("request %d: there is nothing to repeat for each %q here", i+1, t.Each)
		}
		w := v
		if t.Each != "" {
			w = v.with("member", "u-1")
		}
		for _, part := range []string{t.Path, t.Query, t.Body} {
			if err := w.unknown(part); err != nil {
				return fmt.Errorf("request %d: %w", i+1, err)
			}
		}
		if body := w.body(t.Body); body != "" && !t.NotJSON && !scim.ValidJSON([]byte(body)) {
			return fmt.Errorf("request %d: the body is no JSON; mend it, or say not-json: true", i+1)
		}
	}
	return nil
}

// render makes the requests of an intent.
func (f *customFile) render(intent string, v values) (out []scim.Request) {
	for _, t := range f.Intents[intent] {
		if t.Each == "" {
			out = append(out, f.request(t, v))
			continue
		}
		for _, m := range v.lists[t.Each] {
			out = append(out, f.request(t, v.with("member", m.ID)))
		}
	}
	return out
}

func (f *customFile) request(t customRequest, v values) scim.Request {
	r := scim.Request{Method: t.Method, Path: v.path(t.Path), RawQuery: v.query(t.Query, f.Blank), Header: http.Header{}}
	for _, headers := range []map[string]string{f.Headers, t.Headers} {
		for name, value := range headers {
			if t.Body == "" && http.CanonicalHeaderKey(name) == "Content-Type" {
				continue // there is no content
			}
			r.Header.Set(name, value)
		}
	}
	if t.Body != "" {
		r.Body = scim.Body(v.body(t.Body))
	}
	return r
}
