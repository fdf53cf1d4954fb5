package engine

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// cleanupTime bounds the clean-up of one check, on a clock of its own.
const cleanupTime = 30 * time.Second

// willCreate notes that the request may create something, before it is sent.
// It returns nil for requests that create nothing.
func (t *T) willCreate(req scim.Request) *created {
	if req.Method != http.MethodPost || strings.HasSuffix(req.Path, scim.SearchSuffix) || req.Path == scim.BulkEndpoint {
		return nil
	}
	if strings.Count(strings.Trim(req.Path, "/"), "/") != 0 {
		return nil
	}
	body := gjson.ParseBytes(req.Body)
	c := &created{
		endpoint: "/" + strings.Trim(req.Path, "/"),
		names: names{
			userName:    body.Get("userName").String(),
			displayName: body.Get("displayName").String(),
			externalID:  body.Get("externalId").String(),
		},
	}
	c.journal = t.run.plan.Journal.will(t.meta.ID, c.endpoint, c.names)
	t.created = append(t.created, c)
	return c
}

// didCreate notes what came of a request.
func (t *T) didCreate(c *created, req scim.Request, x *scim.Exchange) {
	switch {
	case c != nil:
		if !x.Sent() {
			c.gone = true
			return
		}
		if x.Response == nil {
			return // it may exist: clean-up looks for it
		}
		code := x.Response.Status
		if code/100 == 2 {
			c.id = idOf(x.Response)
			t.run.discovered.own(c.id)
		} else if code/100 != 5 {
			c.gone = true // refused
		}
		t.run.plan.Journal.did(c.journal, c.id, code)
	case req.Method == http.MethodPost && req.Path == scim.BulkEndpoint && x.Response != nil:
		t.createdInBulk(x.Response)
	case req.Method == http.MethodDelete && x.Response != nil && x.Response.Status/100 == 2:
		t.deleted(req.Path)
	}
}

// createdInBulk reads the locations of what a bulk request created.
func (t *T) createdInBulk(resp *scim.Response) {
	if !scim.ValidJSON(resp.Body) {
		return
	}
	for _, op := range gjson.GetBytes(resp.Body, "Operations").Array() {
		if !strings.EqualFold(op.Get("method").String(), http.MethodPost) || !strings.HasPrefix(op.Get("status").String(), "2") {
			continue
		}
		endpoint, id := splitLocation(op.Get("location").String())
		if id == "" {
			continue
		}
		c := &created{endpoint: endpoint, id: id}
		c.journal = t.run.plan.Journal.will(t.meta.ID, endpoint, names{})
		t.run.plan.Journal.did(c.journal, id, http.StatusCreated)
		t.run.discovered.own(id)
		t.created = append(t.created, c)
	}
}

// deleted marks what the check itself has deleted. A target that says so need
// not have done it: clean-up makes sure.
func (t *T) deleted(path string) {
	for _, c := range t.created {
		if c.id != "" && c.endpoint+"/"+url.PathEscape(c.id) == path {
			c.deleted = true
		}
	}
}

func idOf(resp *scim.Response) string {
	if r, err := scim.NewResource(resp.Body); err == nil && r.ID() != "" {
		return r.ID()
	}
	_, id := splitLocation(resp.Header.Get("Location"))
	return id
}

// splitLocation reads endpoint and id from the end of a resource's URI.
func splitLocation(location string) (endpoint, id string) {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return "", ""
	}
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if len(parts) < 2 {
		return "", ""
	}
	id, err = url.PathUnescape(parts[len(parts)-1])
	if err != nil {
		return "", ""
	}
	return "/" + parts[len(parts)-2], id
}

// cleanUp removes what the check created, last first. It returns the exchanges
// and what could not be removed.
func (t *T) cleanUp(parent context.Context) (traffic []*scim.Exchange, left leftovers) {
	if t.run.plan.Profile.Cleanup == "keep" {
		return nil, left
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), cleanupTime)
	defer cancel()
	s := &sweeper{
		do: t.run.plan.Target, header: func() http.Header { return t.run.header(t.tag + "-cleanup") },
		profile: t.run.plan.Profile, observe: func(x *scim.Exchange) { traffic = append(traffic, x) },
	}
	for _, c := range slices.Backward(t.created) {
		switch {
		case c.gone:
		case t.sweep(ctx, s, c):
			t.run.plan.Journal.gone(c.journal)
		default:
			left.note(c.endpoint)
		}
	}
	left.deactivated = s.deactivated
	return traffic, left
}

// sweep removes one thing that the check created. It reports whether nothing
// is left of it.
func (t *T) sweep(ctx context.Context, s *sweeper, c *created) bool {
	switch {
	case c.id == "":
		ids, ok := s.find(ctx, c.endpoint, c.names, t.tag)
		for _, id := range ids {
			ok = s.remove(ctx, c.endpoint, id) && ok
		}
		return ok
	case c.deleted:
		return s.removeAgain(ctx, c.endpoint, c.id)
	}
	return s.remove(ctx, c.endpoint, c.id)
}

// leftovers counts what a run leaves on the target.
type leftovers struct {
	// at counts what could not be removed, by endpoint.
	at map[string]int
	// deactivated counts the users that were deactivated instead of deleted.
	deactivated int
}

func (l *leftovers) note(endpoint string) {
	if l.at == nil {
		l.at = map[string]int{}
	}
	l.at[endpoint]++
}

func (l *leftovers) add(more leftovers) {
	for endpoint, n := range more.at {
		for range n {
			l.note(endpoint)
		}
	}
	l.deactivated += more.deactivated
}

func (l *leftovers) total() (n int) {
	for _, k := range l.at {
		n += k
	}
	return n
}
