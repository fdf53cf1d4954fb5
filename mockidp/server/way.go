package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// Fault is something that goes wrong on the way between the identity provider
// and the target.
type Fault struct {
	// Kind is one of FaultKinds.
	Kind string `json:"kind"`
	// Operation says which requests it hits: one of FaultOperations.
	Operation string `json:"operation"`
	// Percent of these requests are hit, chosen by the seed; 0 is all.
	Percent int    `json:"percent,omitempty"`
	Seed    uint64 `json:"seed,omitempty"`
	// Times bounds how many requests are hit; 0 is without end.
	Times int `json:"times,omitempty"`
	// RetryAfter is sent with 429 and 503, in seconds; 0 sends none.
	RetryAfter int `json:"retry_after,omitempty"`
	// Delay is how long slow bytes take, in milliseconds (2000).
	Delay int `json:"delay_ms,omitempty"`

	// Hits counts the requests that it hit since it was set.
	Hits int `json:"hits"`
}

// FaultKinds lists what can go wrong, with what it means.
func FaultKinds() []struct{ Name, About string } {
	return []struct{ Name, About string }{
		{"429", "answered 429 before it reaches the target, with Retry-After when that is given"},
		{"500", "answered 500 before it reaches the target"},
		{"503", "answered 503 before it reaches the target"},
		{"timeout-before", "no answer in time, and the target never saw the request"},
		{"timeout-after", "no answer in time, but the target did what was asked"},
		{"reset", "the connection is reset before the target saw the request"},
		{"slow", "the answer takes long"},
		{"truncated", "the answer ends in the middle of its body"},
		{"duplicate", "the request reaches the target twice; the second answer comes back"},
		{reorder, "no answer in time, and the target sees the request late: after the next other write to the same resource"},
		{"expired-token", "the request carries a credential that is not valid any more"},
	}
}

// FaultOperations lists which requests a fault can be set on.
func FaultOperations() []string {
	return []string{
		"any", "read", "write", "create", "update", "delete", "lookup",
		"users", "groups", "create-user", "update-user", "delete-user", "create-group", "update-group", "delete-group",
	}
}

func (f Fault) check() error {
	var kinds []string
	for _, k := range FaultKinds() {
		kinds = append(kinds, k.Name)
	}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return invalid("there is no fault %q; there are %s", f.Kind, strings.Join(kinds, ", "))
	case !slices.Contains(FaultOperations(), f.Operation):
		return invalid("a fault cannot be set on %q; it can be on %s", f.Operation, strings.Join(FaultOperations(), ", "))
	case f.Kind == reorder && (f.Operation == "read" || f.Operation == "lookup"):
		return invalid("nobody sees in which order reads arrive; set %s on writes", reorder)
	case f.Percent < 0 || f.Percent > 100:
		return invalid("%d is no number of percent", f.Percent)
	case f.Times < 0 || f.RetryAfter < 0 || f.Delay < 0 || f.Delay > 60000:
		return invalid("times, retry_after and delay_ms cannot be negative, and delay_ms no more than 60000")
	}
	return nil
}

// on reports whether a fault is set on such requests.
func (f Fault) on(r scim.Request) bool {
	write := r.Method != http.MethodGet && r.Method != http.MethodHead
	verb := map[string]string{
		http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "update", http.MethodDelete: "delete",
	}[r.Method]
	what := "user"
	if strings.HasPrefix(r.Path, scim.GroupsEndpoint) {
		what = "group"
	} else if !strings.HasPrefix(r.Path, scim.UsersEndpoint) {
		what = ""
	}
	switch f.Operation {
	case "any":
		return true
	case "read":
		return !write
	case "write":
		return write
	case "lookup":
		return !write && r.RawQuery != ""
	case "users", "groups":
		return f.Operation == what+"s"
	}
	return verb != "" && (f.Operation == verb || f.Operation == verb+"-"+what)
}

// way is what lies between the identity provider and the target.
type way struct {
	mu    sync.Mutex
	rules []*rule
	// held are requests that are held back, oldest first.
	held []held
}

type rule struct {
	Fault
	random *rand.Rand
}

func newWay() *way { return &way{} }

// set puts other faults in the place of those that are set. Those that were kept
// count on. What was held back is lost.
func (w *way) set(faults []Fault, kept bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules, w.held = nil, nil
	for _, f := range faults {
		if !kept {
			f.Hits = 0
		}
		w.rules = append(w.rules, &rule{f, rand.New(rand.NewPCG(f.Seed, 0))}) //nolint:gosec // the same for the same seed
	}
}

func (w *way) faults() []Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []Fault{}
	for _, r := range w.rules {
		out = append(out, r.Fault)
	}
	return out
}

// pick finds the fault that hits a request, the first that does.
func (w *way) pick(r scim.Request) (Fault, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.rules {
		if !f.on(r) || f.Kind == reorder && !w.reorders(r) || f.Times > 0 && f.Hits >= f.Times || f.Percent > 0 && f.random.IntN(100) >= f.Percent {
			continue
		}
		f.Hits++
		return f.Fault, true
	}
	return Fault{}, false
}

const defaultDelay = 2000

// do sends a request, and lets happen what was set. late is a request that this
// one has overtaken, delivered behind it; nil is none.
func (w *way) do(ctx context.Context, target scim.Doer, r scim.Request) (x, late *scim.Exchange) {
	reached := false
	x = w.through(ctx, scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
		reached = true
		return target.Do(ctx, r)
	}), r)
	if reached {
		if behind, ok := w.overtaken(r); ok {
			late = target.Do(ctx, behind)
		}
	}
	return x, late
}

// through sends a request through the fault that hits it.
func (w *way) through(ctx context.Context, target scim.Doer, r scim.Request) *scim.Exchange {
	f, hit := w.pick(r)
	if !hit {
		return target.Do(ctx, r)
	}
	switch f.Kind {
	case "timeout-before":
		return lost(r, "timed out (a fault on the way)")
	case "timeout-after":
		x := target.Do(ctx, r)
		return &scim.Exchange{
			Request: x.Request, Error: "timed out after the request was sent (a fault on the way)", Phase: scim.PhaseExchange,
			Started: x.Started, Elapsed: x.Elapsed,
		}
	case reorder:
		w.hold(r)
		return lost(r, "timed out (a fault on the way holds the request back)")
	case "reset":
		return lost(r, "connection reset (a fault on the way)")
	case "slow":
		delay := time.Duration(f.Delay) * time.Millisecond
		if f.Delay == 0 {
			delay = defaultDelay * time.Millisecond
		}
		x := target.Do(ctx, r)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
		x.Elapsed += delay
		return x
	case "truncated":
		x := target.Do(ctx, r)
		if x.Response != nil && len(x.Response.Body) > 0 {
			x.Response.Body = x.Response.Body[:len(x.Response.Body)/2]
		}
		return x
	case "duplicate":
		target.Do(ctx, r)
		return target.Do(ctx, r)
	case "expired-token":
		header := r.Header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Authorization", "Bearer expired")
		r.Header = header
		return target.Do(ctx, r)
	}
	status, _ := strconv.Atoi(f.Kind)
	return answered(r, status, f.RetryAfter)
}

func lost(r scim.Request, why string) *scim.Exchange {
	return &scim.Exchange{Request: r, Error: why, Phase: scim.PhaseExchange, Started: time.Now()}
}

// answered is an answer that a gateway before the target would give.
func answered(r scim.Request, status, retryAfter int) *scim.Exchange {
	h := http.Header{"Content-Type": {scim.MediaType}}
	if retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	body := fmt.Sprintf(`{"schemas":[%q],"status":"%d","detail":"a fault on the way"}`, scim.ErrorURN, status)
	return &scim.Exchange{
		Request: r, Response: &scim.Response{Status: status, Header: h, Body: scim.Body(body)}, Started: time.Now(),
	}
}
