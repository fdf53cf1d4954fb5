// Package scenario makes checks of stories from files: recordings that are
// replayed.
package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/redact"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// Suite is the suite of replays.
const Suite = "replay"

// Timing says when the requests of a replay are sent.
type Timing string

// The timings.
const (
	// Sequential sends one request behind the other, in the order in which
	// they began.
	Sequential Timing = "sequential"
	// Recorded keeps what overlapped in time; pauses are left out.
	Recorded Timing = "recorded"
)

// Timings lists them for people.
var Timings = []Timing{Sequential, Recorded}

// ReplayOptions say how a recording is replayed.
type ReplayOptions struct {
	// BaseURL is that of the service provider in the recording; empty finds it
	// out.
	BaseURL string
	// KeepNames sends people under their recorded names.
	KeepNames bool
	Timing    Timing
	// Secrets are the values of markers such as "secret-1".
	Secrets map[string]string
}

// replay is a recording, ready to be sent again.
type replay struct {
	base      string
	exchanges []scim.Exchange
	// left counts what is not sent again.
	left    int
	options ReplayOptions
}

// Replay makes a check of a recording. It returns an error when there is nothing
// to replay, and for a marker whose secret nobody knows.
func Replay(path string, rec *har.Recording, o ReplayOptions) (engine.Check, error) {
	r := &replay{base: o.BaseURL, options: o}
	if r.base == "" {
		r.base = rec.BaseURL()
	}
	if r.base == "" {
		return engine.Check{}, errors.New("the recording has no request to a SCIM endpoint; name the base URL in it with --recorded-url")
	}
	for _, x := range rec.Below(strings.TrimSuffix(r.base, "/")) {
		if again(&x) {
			r.exchanges = append(r.exchanges, x)
		} else {
			r.left++
		}
	}
	if len(r.exchanges) == 0 {
		return engine.Check{}, fmt.Errorf("the recording has no exchange with %s; name the base URL in it with --recorded-url", r.base)
	}
	slices.SortStableFunc(r.exchanges, func(a, b scim.Exchange) int { return a.Started.Compare(b.Started) })
	if missing := r.unknownSecret(); missing != "" {
		return engine.Check{}, fmt.Errorf("the recording holds %s in the place of a secret; set the secret in an environment variable, and name it with --secret %s=VARIABLE", missing, strings.Trim(missing, "{}"))
	}
	name := slug.ReplaceAllString(strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))), "-")
	return engine.Check{
		Meta: engine.Meta{
			ID: Suite + "." + strings.Trim(name, "-."), Suite: Suite, Level: engine.IdP,
			Title: "What was recorded happens again: the same statuses, and answers of the same shape",
		},
		Body: r.run,
	}, nil
}

var slug = regexp.MustCompile(`[^a-z0-9-]+`)

// again reports whether an exchange is sent again. What the service provider put
// off, or refused for the credentials, the client sent once more itself.
func again(x *scim.Exchange) bool {
	switch x.Status() {
	case http.StatusTooManyRequests, http.StatusUnauthorized:
		return false
	case http.StatusServiceUnavailable:
		return x.Response.Header.Get("Retry-After") == ""
	}
	return x.Sent()
}

// Requests counts what a replay sends, and Creates what of it creates resources.
func Requests(rec *har.Recording, o ReplayOptions) (requests, creates int) {
	base := o.BaseURL
	if base == "" {
		base = rec.BaseURL()
	}
	for _, x := range rec.Below(strings.TrimSuffix(base, "/")) {
		if !again(&x) {
			continue
		}
		requests++
		if x.Request.Method == http.MethodPost && x.Status() == http.StatusCreated {
			creates++
		}
	}
	return requests, creates
}

// markerForm is a marker as recordings have it.
var markerForm = regexp.MustCompile(`\{\{([a-z]+)-\d+\}\}`)

// unknownSecret is a marker in a path, query or body whose secret is not known.
// Passwords are made up.
func (r *replay) unknownSecret() string {
	for i := range r.exchanges {
		q := &r.exchanges[i].Request
		for _, m := range markerForm.FindAllStringSubmatch(q.Path+" "+q.RawQuery+" "+string(q.Body), -1) {
			if m[1] != "password" && r.options.Secrets[strings.Trim(m[0], "{}")] == "" {
				return m[0]
			}
		}
	}
	return ""
}

// run replays the recording.
func (r *replay) run(t *engine.T) {
	p := newPlayer(r, t)
	var played []*played
	if r.options.Timing == Recorded {
		played = p.together(t.Context())
	} else {
		played = p.inOrder(t.Context())
	}
	for _, one := range played {
		if one.x != nil || one.missing != "" { // otherwise an earlier one ended the replay
			r.judge(t, one)
		}
	}
	t.Settle()
}

// judge tells how an exchange differs from the recorded one. The first that
// fails ends the replay: what comes behind it follows from it.
func (r *replay) judge(t *engine.T, one *played) {
	if one.missing != "" {
		t.Settle()
		t.Block("%s is about %s, which the recording does not create; record from the first request on", engine.Template(one.req), one.missing)
	}
	a := t.AnswerTo(one.x)
	if a == nil {
		t.Settle()
		t.Block("%s was not sent", engine.Template(one.req))
	}
	a.Holds(true, "", "", "", "")
	for _, d := range one.differences {
		b := a
		if d.advisory {
			b = a.Advisory()
		}
		b.Holds(false, d.where, d.want, d.got, d.message)
	}
	if slices.ContainsFunc(one.differences, func(d difference) bool { return !d.advisory }) {
		t.Stop()
	}
}

// unsent are the headers that a replay does not send as they were: those of the
// connection, and credentials.
func unsent(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization", "Host", "Content-Length", "Connection", "Keep-Alive", "Transfer-Encoding", "Te", "Trailer", "Upgrade":
		return true
	}
	return redact.SecretHeader(name) || strings.HasPrefix(strings.ToLower(name), "sec-")
}
