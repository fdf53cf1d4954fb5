package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// Option changes a request before it is sent.
type Option func(*scim.Request)

// Query adds a parameter to the query, percent-encoded (a space is %20).
func Query(name, value string) Option {
	return func(r *scim.Request) {
		q := escape(name) + "=" + escape(value)
		if r.RawQuery != "" {
			q = r.RawQuery + "&" + q
		}
		r.RawQuery = q
	}
}

// Filter adds a filter parameter.
func Filter(filter string) Option { return Query("filter", filter) }

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// RawQuery sends the query exactly as given.
func RawQuery(q string) Option { return func(r *scim.Request) { r.RawQuery = q } }

// Header sets a header; an empty value removes it.
func Header(name, value string) Option {
	return func(r *scim.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// RawBody sends these bytes with this media type.
func RawBody(mediaType, body string) Option {
	return func(r *scim.Request) {
		r.Body = scim.Body(body)
		r.Header.Set("Content-Type", mediaType)
	}
}

// NoAuth sends the request without credentials.
func NoAuth() Option {
	return func(r *scim.Request) {
		r.NoAuth = true
		r.Header.Del("Authorization")
	}
}

// Send sends any request. body is nil, a Doc, or anything that marshals to
// JSON; it is sent as application/scim+json.
func (t *T) Send(method, path string, body any, options ...Option) *Answer {
	return t.do(t.request(method, path, body, options))
}

func (t *T) request(method, path string, body any, options []Option) scim.Request {
	req := scim.Request{Method: method, Path: path, Header: t.run.header(t.requestID())}
	if body != nil {
		req.Body = marshal(body)
		req.Header.Set("Content-Type", scim.MediaType)
	}
	for _, o := range options {
		o(&req)
	}
	return req
}

func marshal(v any) scim.Body {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("a body that cannot be JSON: " + err.Error())
	}
	return scim.Body(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// Post creates a resource at the endpoint.
func (t *T) Post(endpoint string, doc Doc, options ...Option) *Answer {
	return t.Send(http.MethodPost, endpoint, doc, options...)
}

// Get reads a resource. When the target needs time to settle, it waits until
// the last write shows.
//
// A resource that no GET has read before cannot be judged by a GET that
// fails: a wrong status or an unreadable body blocks there, unless Judged says
// otherwise. What a readable answer holds is judged.
func (t *T) Get(r *Resource, options ...Option) *Answer {
	owned := r.asOwner(options)
	a := t.Send(http.MethodGet, r.Path(), nil, owned...)
	if window := t.run.plan.Profile.SettlesWithin.ByID; window > 0 {
		until := time.Now().Add(window)
		for r.unsettled(a.x) && time.Now().Before(until) {
			t.Wait(min(window/10+time.Millisecond, time.Second))
			a = t.Send(http.MethodGet, r.Path(), nil, owned...)
		}
	}
	a.unread = !r.read
	if a.x.Status() == http.StatusOK && len(options) == 0 {
		if body, err := scim.NewResource(a.x.Response.Body); err == nil {
			r.Body, r.read = body, true
		}
	}
	return a
}

// unsettled reports whether a read does not show the last write yet: a new
// resource is not there, or one that was read before is as it was.
func (r *Resource) unsettled(x *scim.Exchange) bool {
	if !r.read {
		return x.Status() == http.StatusNotFound
	}
	return x.Status() == http.StatusOK && bytes.Equal(x.Response.Body, r.Body.Raw())
}

// Fetch sends a GET to a path below the base URL.
func (t *T) Fetch(path string, options ...Option) *Answer {
	return t.Send(http.MethodGet, path, nil, options...)
}

// Put replaces a resource, with AsKept of the document.
func (t *T) Put(r *Resource, doc Doc, options ...Option) *Answer {
	return t.Send(http.MethodPut, r.Path(), t.AsKept(r, doc), r.asOwner(options)...)
}

// AsKept is a document that is to replace a resource. What is immutable, and stands
// there as it was created, becomes what the target shows: it has to match what the
// target made of it (RFC 7644 section 3.5.1).
func (t *T) AsKept(r *Resource, doc Doc) Doc {
	of := t.run.discovered.TypeAt(r.Endpoint)
	if of == nil {
		return doc
	}
	for _, f := range t.run.discovered.Fields(of) {
		given, in := f.In(doc)
		created, sent := f.In(r.Sent)
		kept := r.Body.Lookup(f.Path())
		if !f.Immutable() || !in || !sent || len(kept) == 0 || !reflect.DeepEqual(given, created) {
			continue
		}
		if !f.MultiValued {
			doc = f.Changed(doc, kept[0].Value())
			continue
		}
		var all Values
		for _, v := range kept {
			all = append(all, v.Value())
		}
		doc = f.Changed(doc, all)
	}
	return doc
}

// Patch changes a resource by the operations, in their order.
func (t *T) Patch(r *Resource, operations ...scim.PatchOperation) *Answer {
	return t.PatchWith(r, operations)
}

// PatchWith is Patch with options for the request.
func (t *T) PatchWith(r *Resource, operations []scim.PatchOperation, options ...Option) *Answer {
	body := Option(func(req *scim.Request) {
		req.Body = scim.PatchBody(operations...)
		req.Header.Set("Content-Type", scim.MediaType)
	})
	return t.Send(http.MethodPatch, r.Path(), nil, append([]Option{body}, r.asOwner(options)...)...)
}

// Add is a PATCH operation "add". An empty path sends none.
func Add(path string, value any) scim.PatchOperation {
	return scim.PatchOperation{Op: "add", Path: path, Value: value}
}

// Replace is a PATCH operation "replace". An empty path sends none.
func Replace(path string, value any) scim.PatchOperation {
	return scim.PatchOperation{Op: "replace", Path: path, Value: value}
}

// Remove is a PATCH operation "remove".
func Remove(path string) scim.PatchOperation {
	return scim.PatchOperation{Op: "remove", Path: path}
}

// Delete removes a resource.
func (t *T) Delete(r *Resource, options ...Option) *Answer {
	return t.Send(http.MethodDelete, r.Path(), nil, r.asOwner(options)...)
}

// List queries an endpoint. When the target's index needs time to settle, it
// waits the whole window first.
func (t *T) List(endpoint string, options ...Option) *Answer {
	t.Wait(t.run.plan.Profile.SettlesWithin.ByFilter)
	return t.Send(http.MethodGet, endpoint, nil, options...)
}

// Search queries an endpoint by POST (RFC 7644 section 3.4.3); the schema of
// the message is added.
func (t *T) Search(endpoint string, search Doc, options ...Option) *Answer {
	t.Wait(t.run.plan.Profile.SettlesWithin.ByFilter)
	body := Doc{"schemas": Values{scim.SearchRequestURN}}
	for k, v := range search {
		body[k] = v
	}
	return t.Send(http.MethodPost, endpoint+scim.SearchSuffix, body, options...)
}

// Mine is a filter that holds for the users of this check alone.
func (t *T) Mine() string { return `userName co "` + t.tag + `"` }

// And joins filters, each in parentheses.
func And(filters ...string) string { return "(" + strings.Join(filters, ") and (") + ")" }

// Call is a request to be sent beside others.
type Call struct {
	Method, Path string
	Body         any
	Options      []Option
}

// Together sends the calls at the same time and returns their answers in the
// order of the calls.
func (t *T) Together(calls ...Call) []*Answer {
	type sent struct {
		x        *scim.Exchange
		attempts []*scim.Exchange
		entry    []*created
		req      scim.Request
	}
	all := make([]sent, len(calls))
	for i, c := range calls {
		t.requests++
		all[i].req = t.request(c.Method, c.Path, c.Body, c.Options)
		t.bounded(all[i].req)
		all[i].entry = t.willCreate(all[i].req)
	}
	var wg sync.WaitGroup
	for i := range all {
		wg.Add(1)
		go func(s *sent) {
			defer wg.Done()
			ctx := scim.WithObserver(t.ctx, func(x *scim.Exchange) { s.attempts = append(s.attempts, x) })
			s.x = t.sendCreating(ctx, s.entry, s.req)
			if len(s.attempts) == 0 || s.attempts[len(s.attempts)-1] != s.x {
				s.attempts = append(s.attempts, s.x)
			}
		}(&all[i])
	}
	wg.Wait()
	for i := range all {
		t.didCreate(all[i].entry, all[i].req, all[i].x)
	}
	answers := make([]*Answer, len(all))
	for i := range all {
		answers[i] = t.record(all[i].x, all[i].attempts)
	}
	for i := range all {
		t.heed(all[i].req, all[i].attempts)
		t.verify(all[i].req, all[i].x)
	}
	return answers
}

// sendRunLevel sends a request of the run itself, outside any check.
func (r *run) sendRunLevel(ctx context.Context, req scim.Request) *scim.Exchange {
	var attempts []*scim.Exchange
	x := r.plan.do(scim.WithObserver(ctx, func(x *scim.Exchange) { attempts = append(attempts, x) }), req)
	if len(attempts) == 0 || attempts[len(attempts)-1] != x {
		attempts = append(attempts, x)
	}
	r.mu.Lock()
	r.ownTraffic = append(r.ownTraffic, attempts...)
	r.mu.Unlock()
	return x
}
