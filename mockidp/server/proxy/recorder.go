package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/internal/anonymize"
	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// recorder judges, tells and records what has passed.
type recorder struct {
	out    io.Writer
	file   *har.Writer // nil records nothing
	base   string      // the target's base URL, and shown is what stands for it
	shown  string
	people *anonymize.Anonymizer // nil keeps personal data

	mu         sync.Mutex
	live       *engine.Live
	secrets    *secrets
	recognizer *mockidp.Recognizer
	strangers  map[string]bool
	sum        Summary
	rules      map[string]int // index into sum.Broken, by rule and message
}

// exampleHost stands for the target's host where personal data is replaced.
const exampleHost = "scim.example.com"

func newRecorder(cfg Config, base string) *recorder {
	r := &recorder{
		out: cfg.Out, base: base, shown: base, live: engine.NewLive(cfg.Invariants), secrets: newSecrets(),
		recognizer: mockidp.NewRecognizer(), strangers: map[string]bool{}, rules: map[string]int{},
		sum: Summary{Started: time.Now(), Statuses: map[int]int{}},
	}
	if r.out == nil {
		r.out = io.Discard
	}
	if cfg.Token != "" {
		r.secrets.marker("token", cfg.Token)
	}
	if cfg.Anonymize {
		r.people = anonymize.New()
		if u, err := url.Parse(base); err == nil {
			r.shown = u.Scheme + "://" + exampleHost + u.EscapedPath()
		}
	}
	return r
}

// learn takes in what the target says of itself.
func (r *recorder) learn(x *scim.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live.Learn(x)
}

// refused tells of a caller who was not let in: once for each reason, since
// strangers may come by the thousand.
func (r *recorder) refused(req *http.Request, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum.Refused++
	if !r.strangers[reason] {
		r.strangers[reason] = true
		fmt.Fprintf(r.out, "%s  refused: %s %s: %s\n", time.Now().Format(clock), req.Method, visible(req.URL.Path), reason)
	}
}

// clock is how times are shown.
const clock = "15:04:05.000"

// add judges, tells and records an exchange. Judging sees it raw; what is told
// and recorded is without secrets.
func (r *recorder) add(x *scim.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live.Learn(x)
	found := r.live.Judge(x)
	if !strings.HasPrefix(x.Request.Header.Get(userAgent), "scimtest/") {
		r.recognizer.Observe(x.Request)
	}
	shown := r.show(x)
	r.sum.Exchanges++
	r.sum.Statuses[x.Status()]++
	r.line(shown)
	for _, f := range found {
		r.finding(f)
	}
	if r.file == nil || r.sum.RecordError != nil {
		return
	}
	e := har.Entry{URL: r.shown + shown.Request.Path, Exchange: *shown}
	if shown.Request.RawQuery != "" {
		e.URL += "?" + shown.Request.RawQuery
	}
	if err := r.file.Write(e); err != nil {
		r.sum.RecordError = err
		fmt.Fprintf(r.out, "error: the recording cannot be written: %s\n", err)
	}
}

// show is what may be seen of an exchange.
func (r *recorder) show(x *scim.Exchange) *scim.Exchange {
	shown := r.secrets.exchange(x)
	if r.people == nil {
		return shown
	}
	shown = r.people.Exchange(shown)
	host := func(s string) string { return strings.ReplaceAll(s, r.base, r.shown) }
	shown.Request.Body = scim.Body(host(string(shown.Request.Body)))
	if resp := shown.Response; resp != nil {
		resp := *resp
		resp.Body, resp.Header = scim.Body(host(string(resp.Body))), resp.Header.Clone()
		for _, values := range resp.Header {
			for i := range values {
				values[i] = host(values[i])
			}
		}
		shown.Response = &resp
	}
	return shown
}

// text is what may be seen of a text.
func (r *recorder) text(s string) string {
	s = r.secrets.text(s)
	if r.people != nil {
		s = strings.ReplaceAll(r.people.Text(s), r.base, r.shown)
	}
	return visible(s)
}

// line tells of an exchange.
func (r *recorder) line(x *scim.Exchange) {
	what := x.Request.Path
	if x.Request.RawQuery != "" {
		what += "?" + x.Request.RawQuery
	}
	came := fmt.Sprint(x.Status())
	if x.Response == nil {
		came = "no answer: " + x.Error
	}
	fmt.Fprintf(r.out, "%s  #%d  %s %s  %s  %s\n", x.Started.Format(clock), r.sum.Exchanges, x.Request.Method, visible(what), visible(came),
		x.Elapsed.Round(time.Millisecond))
}

// told is how often the same finding is told; more is only counted.
const told = 3

// finding tells of a rule that an answer breaks.
func (r *recorder) finding(f engine.LiveFinding) {
	f.Message, f.Where, f.Want, f.Got = r.text(f.Message), r.text(f.Where), r.text(f.Want), r.text(f.Got)
	key := f.ID + " " + f.Message
	i, ok := r.rules[key]
	if !ok {
		i = len(r.sum.Broken)
		r.rules[key] = i
		r.sum.Broken = append(r.sum.Broken, Broken{
			ID: f.ID, Message: f.Message, Advisory: f.Level == engine.Should || f.Advisory, First: r.sum.Exchanges, Breaks: f.Breaks,
		})
	}
	b := &r.sum.Broken[i]
	if b.Count++; b.Count > told {
		return
	}
	fmt.Fprintf(r.out, "      %-4s %s: %s\n", b.mark(), f.ID, f.Message)
	if f.Want != "" || f.Got != "" {
		fmt.Fprintf(r.out, "           %s: want %s, got %s\n", f.Where, f.Want, f.Got)
	}
	if b.Count == told {
		fmt.Fprintln(r.out, "           (the same is only counted from here on)")
	}
}

// visible writes what a terminal would act on as text.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u202e' {
			return '\uFFFD'
		}
		return c
	}, s)
}

func (r *recorder) summary() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sum
	s.Guess = r.recognizer.Guess()
	s.Ended = time.Now()
	return s
}
