package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/reference"
)

// named stands before a reference and gives those people who are there already
// ids made of their names, as many products do.
func named(t *testing.T, target *watched) func(http.Handler, http.ResponseWriter, *http.Request) {
	t.Helper()
	var out, in []string
	for path, raw := range target.everything(t) {
		r := gjson.Parse(raw)
		id := r.Get("id").String()
		name := strings.TrimSuffix(r.Get("userName").String(), "@people.test")
		if name == "" {
			name = r.Get("displayName").String()
		}
		name = "id-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
		require.NotContains(t, path, name)
		out, in = append(out, id, name), append(in, name, id)
	}
	outward, inward := strings.NewReplacer(out...), strings.NewReplacer(in...)
	return func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		body := sniff(t, r)
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery = inward.Replace(r.URL.Path), inward.Replace(r.URL.RawPath), inward.Replace(r.URL.RawQuery)
		body = []byte(inward.Replace(string(body)))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		for k, values := range rec.Header() {
			for _, v := range values {
				w.Header().Add(k, outward.Replace(v))
			}
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, outward.Replace(rec.Body.String()))
	}
}

// Nobody is shown: no name, address, number or id of the people who are on the
// target already is in any output, whatever the target answers.
func TestForeignPeopleAreNotShown(t *testing.T) {
	// Everything is run on the good target; where every list shows everybody a
	// few checks of each kind do, and all invariants.
	some := []string{"filter.eq*", "read", "pagination.w*", "search", "me", "joiner", "message", "resource", "wire"}
	for _, c := range []struct {
		name   string
		faults []string
		mangle func([]byte) []byte
		flags  []string
	}{
		{"good target", nil, nil, nil},
		{"everything is listed", []string{"filter-ignored", "paging-ignored", "attributes-ignored"}, nil, some},
		{"another is shown", []string{"read-answers-another", "search-filter-ignored", "me-lists-users", "active-as-string"}, nil, some},
		{"broken answers", []string{"filter-ignored"}, func(body []byte) []byte { return body[:len(body)*2/3] }, some},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := newWatched(t, reference.Config{Faults: c.faults})
			before := len(target.everything(t))
			target.plantForeigners(t, 50)
			naming := named(t, target)
			var shown atomic.Bool
			target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				naming(inner, rec, r)
				body := rec.Body.Bytes()
				if bytes.Contains(body, []byte(foreignName(0))) {
					shown.Store(true)
					if c.mangle != nil && r.Method == http.MethodGet && r.URL.Query().Has("filter") {
						body = c.mangle(body)
					}
				}
				maps.Copy(w.Header(), rec.Header())
				w.WriteHeader(rec.Code)
				_, _ = w.Write(body)
			})
			run := scimtest(t, append([]string{"run", target.URL, "--verbose"}, c.flags...)...)
			_ = run.run() // judged below
			require.Contains(t, []int{0, 1}, run.ProcessState.ExitCode(), "%s\n%s", &run.stdout, &run.stderr)
			require.True(t, shown.Load(), "the target showed nobody: the test would prove nothing")

			private := regexp.MustCompile(`(?i)quillfeather|zebulon|people\.test|49-30-98|staff-`)
			for file, content := range run.outputs(t) {
				for _, at := range private.FindAllStringIndex(content, 3) {
					assert.Failf(t, "somebody is shown", "in %s: ...%s...", file,
						content[max(0, at[0]-300):min(len(content), at[1]+50)])
				}
			}
			target.settle(t)
			assert.Len(t, target.everything(t), before+50+3)
		})
	}
}
