package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

const runID = "abcdefg1"

// target is a service provider in memory, just good enough to run checks
// against. It keeps every request.
type target struct {
	// before, when it returns an exchange, answers instead.
	before func(scim.Request) *scim.Exchange
	// config and types are what discovery answers; 404 when empty.
	config, types string

	mu       sync.Mutex
	bodies   map[string]string // by path
	order    []string
	made     int
	requests []scim.Request
}

func (s *target) Do(_ context.Context, req scim.Request) *scim.Exchange {
	s.mu.Lock()
	s.requests = append(s.requests, req)
	before := s.before
	s.mu.Unlock()
	if before != nil {
		if x := before(req); x != nil {
			x.Request, x.Started = req, time.Now()
			return x
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.serve(req)
	x.Request, x.Started = req, time.Now()
	return x
}

func (s *target) serve(req scim.Request) *scim.Exchange {
	switch req.Path {
	case "/ServiceProviderConfig":
		return given(s.config)
	case "/ResourceTypes":
		return given(s.types)
	}
	body, known := s.bodies[req.Path]
	switch {
	case req.Method == http.MethodPost && (req.Path == "/Users" || req.Path == "/Groups"):
		s.made++
		id := fmt.Sprintf("id%d", s.made)
		body = strings.Replace(string(req.Body), "{", `{"id":"`+id+`",`, 1)
		s.put(req.Path+"/"+id, body)
		return answer(201, body)
	case req.Method == http.MethodGet && (req.Path == "/Users" || req.Path == "/Groups"):
		return answer(200, s.list(req))
	case !known:
		return answer(404, scimError(404))
	case req.Method == http.MethodPut:
		s.put(req.Path, string(req.Body))
		return answer(200, string(req.Body))
	case req.Method == http.MethodPatch:
		s.put(req.Path, strings.Replace(body, `"active":true`, `"active":false`, 1))
		return answer(204, "")
	case req.Method == http.MethodDelete:
		delete(s.bodies, req.Path)
		return answer(204, "")
	}
	return answer(200, body)
}

// put stores a resource; put("/Users/x", ...) plants one.
func (s *target) put(path, body string) {
	if s.bodies == nil {
		s.bodies = map[string]string{}
	}
	if _, known := s.bodies[path]; !known {
		s.order = append(s.order, path)
	}
	s.bodies[path] = body
}

func (s *target) list(req scim.Request) string {
	query, _ := url.ParseQuery(req.RawQuery)
	_, wanted, filtered := strings.Cut(query.Get("filter"), `"`)
	wanted = strings.TrimSuffix(wanted, `"`)
	var found []string
	for _, path := range s.order {
		body, there := s.bodies[path]
		if there && strings.HasPrefix(path, req.Path+"/") && (!filtered || strings.Contains(body, `"`+wanted+`"`)) {
			found = append(found, body)
		}
	}
	return listOf(found...)
}

// users are those that there are.
func (s *target) users() (bodies []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range s.order {
		if body, there := s.bodies[path]; there && strings.HasPrefix(path, "/Users/") {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// sent lists the requests as "METHOD /path?query".
func (s *target) sent() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		out = append(out, strings.TrimSuffix(r.Method+" "+r.Path+"?"+r.RawQuery, "?"))
	}
	return out
}

func listOf(resources ...string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":%d,"Resources":[%s]}`,
		len(resources), strings.Join(resources, ","))
}

func scimError(status int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d"}`, status)
}

func given(body string) *scim.Exchange {
	if body == "" {
		return answer(404, scimError(404))
	}
	return answer(200, body)
}

func answer(status int, body string) *scim.Exchange {
	return &scim.Exchange{Response: &scim.Response{
		Status: status, Header: http.Header{"Content-Type": {scim.MediaType}}, Body: scim.Body(body),
	}}
}

// unsendable is a request that never reached the wire, closed one without an
// answer.
func unsendable() *scim.Exchange {
	return &scim.Exchange{Error: "connection refused", Phase: scim.PhaseConnect}
}

func closed() *scim.Exchange {
	return &scim.Exchange{Error: "the connection was closed before a complete answer", Phase: scim.PhaseExchange}
}

// check makes a check of level Must.
func check(id string, body func(*engine.T)) engine.Check {
	return engine.Check{Meta: engine.Meta{ID: id, Suite: "rfc", Title: "Does what it has to", Level: engine.Must}, Body: body}
}

// fine is a check that passes on every target.
func fine(id string) engine.Check {
	return check(id, func(t *engine.T) { t.Fetch("/Users").NoServerError() })
}

// play runs checks against a target, one by one.
func play(t *testing.T, s scim.Doer, checks []engine.Check, bend ...func(*engine.Plan)) *engine.Report {
	t.Helper()
	plan := &engine.Plan{Checks: checks, Target: s, BaseURL: "https://scim.example.com/v2", RunID: runID, Parallel: 1}
	for _, b := range bend {
		b(plan)
	}
	report, err := engine.Run(t.Context(), plan)
	require.NoError(t, err)
	return report
}

// one runs one check and returns its result.
func one(t *testing.T, s scim.Doer, body func(*engine.T), bend ...func(*engine.Plan)) *engine.Result {
	t.Helper()
	return play(t, s, []engine.Check{check("the.check", body)}, bend...).Find("the.check")
}

// outcomes lists the results of a suite as "key outcome: reason".
func outcomes(r *engine.Report, suite string) (out []string) {
	for i := range r.Results {
		if res := &r.Results[i]; res.Suite == suite {
			s := res.Key() + " " + string(res.Outcome)
			if res.Reason != "" {
				s += ": " + res.Reason
			}
			out = append(out, s)
		}
	}
	return out
}
