package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp/server"
)

// What the initial cycle of Entra ID costs beside a client that does nothing but
// send: both send the same requests, slice by slice in turn, to two reference
// targets in the same state. The targets are in one process and the bare client in
// another, so that neither pays for the memory of the identity provider, and what
// is measured does not pay for the slices, which go from one to the other. The
// median of the slices is the ratio: what else the machine does counts little.
//
//	go test ./mockidp/server -run '^$' -bench InitialCycle -benchtime 1x [-large] -v
func BenchmarkInitialCycle(b *testing.B) {
	users, groups, slice := 5000, 250, 500
	if *large {
		users, groups, slice = 100000, 5000, 2000
	}
	bounded, unbound := context.WithCancel(ctx)
	defer unbound()
	go server.BoundMemory(bounded) // as scimtest idp does
	for range b.N {
		targets := startChild(b, targetsVariable)
		client := startChild(b, bareVariable)
		var urls [3]string
		require.NoError(b, targets.from.Decode(&urls))
		app, err := server.Open(server.Config{Tick: -1, Now: func() time.Time { return begin }})
		require.NoError(b, err)
		tenant, err := app.AddTenant(server.Settings{Name: "desk", Dialect: "entra-compliant", Target: urls[0]}, secret)
		require.NoError(b, err)
		_, _, _, err = tenant.Generate(ctx, server.Generate{Users: users, Groups: groups, Seed: 1, Assign: true, Push: true})
		require.NoError(b, err)

		going, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			defer stop()
			_, err := tenant.RunCycle(ctx)
			done <- err
		}()
		var all rates
		byKind := map[string]rates{}
		for {
			s, ok := nextSlice(b, going, urls[2], slice)
			if !ok {
				break
			}
			require.NoError(b, client.to.Encode(bareOrder{urls[1], urls[2]}))
			var bare time.Duration
			require.NoError(b, client.from.Decode(&bare))
			r := rate{slice, s.Elapsed, bare}
			all = append(all, r)
			byKind[s.Kind] = append(byKind[s.Kind], r)
		}
		require.NoError(b, <-done)
		require.Equal(b, users, tenant.Overview().Statuses[server.InSync])
		require.NoError(b, app.Close())
		require.NotEmpty(b, all, "the cycle sends less than a slice")
		for _, kind := range sortedKeys(byKind) {
			b.Logf("%-14s %s", kind, byKind[kind])
		}
		b.Logf("%-14s %s", "all", all)
		cycle, bare := all.perSecond()
		b.ReportMetric(all.median(), "ratio")
		b.ReportMetric(cycle, "cycle-req/s")
		b.ReportMetric(bare, "bare-req/s")
		targets.end()
		client.end()
	}
}

func sortedKeys[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// rate is how long so many requests took the cycle, and the bare client.
type rate struct {
	requests    int
	cycle, bare time.Duration
}

type rates []rate

// median is the rate of the cycle as a part of that of the bare client.
func (r rates) median() float64 {
	var ratios []float64
	for _, s := range r {
		ratios = append(ratios, float64(s.bare)/float64(s.cycle))
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func (r rates) perSecond() (cycle, bare float64) {
	n, c, b := 0, time.Duration(0), time.Duration(0)
	for _, s := range r {
		n, c, b = n+s.requests, c+s.cycle, b+s.bare
	}
	return float64(n) / c.Seconds(), float64(n) / b.Seconds()
}

func (r rates) String() string {
	cycle, bare := r.perSecond()
	return fmt.Sprintf("%3d slices: %5.0f and bare %5.0f requests/s, median ratio %.2f", len(r), cycle, bare, r.median())
}

// sent is a request as the bare client sends it again.
type sent struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

type sliceTaken struct {
	Elapsed time.Duration
	Kind    string
}

// kindOf is what a slice is about.
func kindOf(slice []sent) string {
	last := slice[len(slice)-1]
	path := strings.Split(strings.TrimPrefix(last.Path, "/scim/v2/"), "?")[0]
	endpoint, _, _ := strings.Cut(path, "/")
	if last.Method == http.MethodGet {
		return "POST " + endpoint // creates are pairs of a query and a POST
	}
	return last.Method + " " + endpoint
}

// nextSlice lets the cycle send so many requests; it is false when the cycle ends
// before.
func nextSlice(b *testing.B, going context.Context, control string, n int) (s sliceTaken, ok bool) {
	r, err := http.NewRequestWithContext(going, http.MethodPost, fmt.Sprintf("%s?n=%d", control, n), nil)
	require.NoError(b, err)
	answer, err := http.DefaultClient.Do(r)
	if going.Err() != nil {
		return s, false
	}
	require.NoError(b, err)
	defer answer.Body.Close()
	err = json.NewDecoder(answer.Body).Decode(&s)
	return s, err == nil && going.Err() == nil
}

// process is the test binary as something else, which is talked to in JSON.
type process struct {
	b    *testing.B
	cmd  *exec.Cmd
	to   *json.Encoder
	from *json.Decoder
	in   io.Closer
}

func startChild(b *testing.B, variable string) *process {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(b, err)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	p := &process{b, cmd, json.NewEncoder(in), json.NewDecoder(out), in}
	b.Cleanup(func() { _ = cmd.Process.Kill() })
	return p
}

// end has the process end by the end of its input.
func (p *process) end() {
	require.NoError(p.b, p.in.Close())
	require.NoError(p.b, p.cmd.Wait())
}

const (
	targetsVariable = "SCIMTEST_BENCH_TARGETS"
	bareVariable    = "SCIMTEST_BENCH_BARE"
)

func init() {
	children[targetsVariable] = func(string) { targets() }
	children[bareVariable] = func(string) { bareClient() }
}

// gate lets requests through in slices, and remembers them.
type gate struct {
	mu    sync.Mutex
	moved *sync.Cond
	left  int
	// waiting: a request waits for the next slice, since the time.
	waiting bool
	since   time.Time
	slice   []sent
}

func (g *gate) pass(s sent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left == 0 {
		g.waiting, g.since = true, time.Now()
		g.moved.Broadcast()
		for g.left == 0 {
			g.moved.Wait()
		}
		g.waiting = false
	}
	g.left--
	g.slice = append(g.slice, s)
}

// release lets n requests through, and waits for the one behind them.
func (g *gate) release(ctx context.Context, n int) (s sliceTaken, ok bool) {
	defer context.AfterFunc(ctx, g.moved.Broadcast)()
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.waiting && ctx.Err() == nil {
		g.moved.Wait() // for the first request of all
	}
	began := time.Now()
	g.left, g.slice = n, nil
	g.moved.Broadcast()
	for (!g.waiting || g.left > 0) && ctx.Err() == nil {
		g.moved.Wait()
	}
	return sliceTaken{g.since.Sub(began), kindOf(g.slice)}, ctx.Err() == nil
}

// targets serves two equal targets, one of them behind a gate, until the input
// ends. It tells their URLs, and that of the gate.
func targets() {
	g := &gate{}
	g.moved = sync.NewCond(&g.mu)
	var urls [3]string
	for i := range 2 {
		sp, err := reference.New(reference.Config{Token: secret, Seed: 7})
		must(err)
		urls[i] = listen(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			must(err)
			r.Body = io.NopCloser(bytes.NewReader(body))
			s := sent{r.Method, r.URL.RequestURI(), r.Header.Clone(), body}
			if i == 0 {
				g.pass(s)
			}
			sp.ServeHTTP(w, r)
		}) + "/scim/v2"
	}
	urls[2] = listen(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_ = json.NewEncoder(w).Encode(g.slice) // the gate is shut, and so nobody writes
			return
		}
		n := 0
		_, err := fmt.Sscan(r.URL.Query().Get("n"), &n)
		must(err)
		if s, ok := g.release(r.Context(), n); ok {
			_ = json.NewEncoder(w).Encode(s)
		}
	})
	must(json.NewEncoder(os.Stdout).Encode(urls))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func listen(h http.HandlerFunc) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() { _ = http.Serve(l, h) }() //nolint:gosec // for the time of a test
	return "http://" + l.Addr().String()
}

// bareOrder is where to send the slice that the gate let through last. It goes
// straight to the bare client, so that the program that is measured has no part in
// it.
type bareOrder struct{ URL, Gate string }

// bareClient sends what it is told, one request after another, and says how long
// it took.
func bareClient() {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true}}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o bareOrder
		if err := in.Decode(&o); err != nil {
			return
		}
		base := strings.TrimSuffix(o.URL, "/scim/v2")
		answer, err := http.Get(o.Gate)
		must(err)
		var slice []sent
		must(json.NewDecoder(answer.Body).Decode(&slice))
		must(answer.Body.Close())
		began := time.Now()
		for _, s := range slice {
			r, err := http.NewRequest(s.Method, base+s.Path, bytes.NewReader(s.Body))
			must(err)
			r.Header = s.Header
			answer, err := client.Do(r)
			must(err)
			_, err = io.ReadAll(answer.Body)
			must(err)
			answer.Body.Close()
			if answer.StatusCode >= 300 {
				must(fmt.Errorf("%s %s: %s", s.Method, s.Path, answer.Status))
			}
		}
		must(out.Encode(time.Since(began)))
	}
}
