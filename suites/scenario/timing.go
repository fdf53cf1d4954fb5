package scenario

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// inOrder sends one request behind the other, until one fails.
func (p *player) inOrder(ctx context.Context) []*played {
	var out []*played
	for i := range p.r.exchanges {
		x := &p.r.exchanges[i]
		one := p.request(x)
		out = append(out, one)
		if one.missing == "" {
			p.came(one, i, p.do.Do(ctx, one.req))
		}
		if one.failed() || ctx.Err() != nil {
			break
		}
	}
	return out
}

// together keeps the overlap of the recording: a request is sent when all that
// had been answered before it are answered, and as long behind the last one that
// was on its way as it was. Pauses in which nothing was on its way are left out.
func (p *player) together(ctx context.Context) []*played {
	all := p.r.exchanges
	out := make([]*played, len(all))
	begun, done := make([]chan struct{}, len(all)), make([]chan struct{}, len(all))
	for i := range all {
		out[i] = &played{}
		begun[i], done[i] = make(chan struct{}), make(chan struct{})
	}
	var mu sync.Mutex
	failed := false
	var wg sync.WaitGroup
	for i := range all {
		before, beside := around(all, i)
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(done[i])
			for _, j := range before {
				<-done[j]
			}
			if beside >= 0 {
				<-begun[beside]
				pause(ctx, all[i].Started.Sub(all[beside].Started))
			}
			mu.Lock()
			if failed || ctx.Err() != nil {
				mu.Unlock()
				close(begun[i])
				return
			}
			one := p.request(&all[i])
			out[i] = one
			failed = failed || one.missing != ""
			mu.Unlock()
			close(begun[i])
			if one.missing != "" {
				return
			}
			now := p.do.Do(ctx, one.req)
			mu.Lock()
			defer mu.Unlock()
			p.came(one, i, now)
			failed = failed || out[i].failed()
		}()
	}
	wg.Wait()
	return out
}

// longest bounds how far back exchanges are looked at.
const longest = 1000

// around lists the exchanges that had been answered when one began, and the last
// that was on its way, or -1.
func around(all []scim.Exchange, i int) (before []int, beside int) {
	beside = -1
	for j := i - 1; j >= 0 && i-j <= longest; j-- {
		switch ended := all[j].Started.Add(all[j].Elapsed); {
		case !ended.After(all[i].Started):
			before = append(before, j)
		case beside < 0:
			beside = j
		}
	}
	return before, beside
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// rivals lists, for each exchange, those that were on their way at the same time
// and about the same resource, one of them a write: in what order they take
// effect is open each time.
func rivals(all []scim.Exchange) [][]int {
	out := make([][]int, len(all))
	for i := range all {
		_, beside := around(all, i)
		if beside < 0 {
			continue
		}
		for j := i - 1; j >= 0 && i-j <= longest; j-- {
			if all[j].Started.Add(all[j].Elapsed).After(all[i].Started) && rival(&all[i], &all[j]) {
				out[i], out[j] = append(out[i], j), append(out[j], i)
			}
		}
	}
	return out
}

func rival(a, b *scim.Exchange) bool {
	if a.Request.Method == http.MethodGet && b.Request.Method == http.MethodGet {
		return false
	}
	if _, id := splitPath(a.Request.Path); id != "" {
		return a.Request.Path == b.Request.Path
	}
	// Two that create the same, or one that looks for what the other creates.
	for _, x := range [2][2]*scim.Exchange{{a, b}, {b, a}} {
		if x[0].Request.Method != http.MethodPost || !scim.ValidJSON(x[0].Request.Body) {
			continue
		}
		name := nameOf(gjson.ParseBytes(x[0].Request.Body))
		query, _ := url.QueryUnescape(x[1].Request.RawQuery)
		if name != "" && strings.Contains(strings.ToLower(query+string(x[1].Request.Body)), strings.ToLower(name)) {
			return true
		}
	}
	return false
}
