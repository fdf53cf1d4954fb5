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

// settleTime is how long a creating request may still take when the run has
// been interrupted.
const settleTime = 5 * time.Second

// willCreate notes what the request may create, before it is sent. It returns
// nil for requests that create nothing.
func (t *T) willCreate(req scim.Request) []*created {
	if req.Method != http.MethodPost || strings.HasSuffix(req.Path, scim.SearchSuffix) {
		return nil
	}
	body := gjson.ParseBytes(req.Body)
	if req.Path != scim.BulkEndpoint {
		return t.willCreateAt(nil, req.As, req.Path, body, "")
	}
	var made []*created
	for _, op := range body.Get("Operations").Array() {
		// What has no name is refused, and could not be found.
		if strings.EqualFold(op.Get("method").String(), http.MethodPost) && namesIn(op.Get("data")) != (names{}) {
			made = t.willCreateAt(made, req.As, op.Get("path").String(), op.Get("data"), op.Get("bulkId").String())
		}
	}
	return made
}

func (t *T) willCreateAt(made []*created, as scim.Role, path string, body gjson.Result, bulkID string) []*created {
	path = strings.Trim(path, "/")
	if path == "" || strings.Contains(path, "/") {
		return made
	}
	c := &created{
		endpoint: "/" + path, tag: t.cast.tag, bulkID: bulkID, names: namesIn(body), as: tenantOf(as)}
	c.journal = t.run.plan.Journal.will(t.meta.ID, c.as, c.endpoint, c.names)
	t.created = append(t.created, c)
	return append(made, c)
}

func namesIn(body gjson.Result) names {
	return names{
		userName:    body.Get("userName").String(),
		displayName: body.Get("displayName").String(),
		externalID:  body.Get("externalId").String(),
	}
}

// didCreate notes what came of a request.
func (t *T) didCreate(made []*created, req scim.Request, x *scim.Exchange) {
	if req.Method == http.MethodDelete && x.Status()/100 == 2 {
		t.deleted(req)
	}
	if req.Path == scim.BulkEndpoint && x.Response != nil {
		t.didCreateInBulk(made, x.Response)
		return
	}
	for _, c := range made {
		id := ""
		switch {
		case x.Status() == http.StatusAccepted:
			// It may be created later, and Location name the event that tells
			// of it (RFC 9967 section 2.5.1.1).
			if endpoint, last := splitLocation(x.Response.Header.Get("Location")); endpoint == c.endpoint {
				id = last
			}
		case x.Status()/100 == 2:
			id = idOf(x.Response)
		}
		t.came(c, id, x)
	}
}

// came notes what came of one creation. What may exist all the same is looked
// for by clean-up.
func (t *T) came(c *created, id string, x *scim.Exchange) {
	switch {
	case !x.Sent():
		c.gone = true
	case x.Response == nil:
	default:
		c.id, c.gone = id, refused(x.Status())
		t.run.discovered.of(c.as).own(id)
		t.run.plan.Journal.did(c.journal, id, x.Status())
	}
}

// refused reports whether an answer to a creation says that nothing was made.
// After a 5xx something may be there nevertheless.
func refused(status int) bool { return status/100 != 2 && status/100 != 5 }

// didCreateInBulk reads which of the creations in a bulk request succeeded.
// What the answer does not tell, or calls refused, is looked for by clean-up:
// operations that refer to each other are known to be half done.
func (t *T) didCreateInBulk(made []*created, resp *scim.Response) {
	if !scim.ValidJSON(resp.Body) {
		return
	}
	for _, op := range gjson.GetBytes(resp.Body, "Operations").Array() {
		bulkID, status := op.Get("bulkId").String(), op.Get("status").String()
		endpoint, id := splitLocation(op.Get("location").String())
		succeeded := strings.HasPrefix(status, "2") && id != "" && strings.EqualFold(op.Get("method").String(), http.MethodPost)
		i := slices.IndexFunc(made, func(c *created) bool { return c.id == "" && bulkID != "" && c.bulkID == bulkID })
		if i < 0 && succeeded {
			// Without a bulkId any one of the same kind does: all are removed.
			i = slices.IndexFunc(made, func(c *created) bool { return c.id == "" && !c.gone && c.endpoint == endpoint })
		}
		if i >= 0 && succeeded {
			made[i].id = id
			t.run.discovered.of(made[i].as).own(id)
			t.run.plan.Journal.did(made[i].journal, id, http.StatusCreated)
		}
	}
}

// settling returns a context for a request that creates something. When ctx
// ends, the request has some more time: clean-up could not find what comes to
// be only after it has looked.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	settled, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(settleTime, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(settled, func() { timer.Stop() })
	})
	return settled, func() {
		stop()
		cancel(nil)
	}
}

// sendCreating sends a request, with more time when it creates something.
func (t *T) sendCreating(ctx context.Context, made []*created, req scim.Request) *scim.Exchange {
	if len(made) > 0 {
		var cancel context.CancelFunc
		ctx, cancel = settling(ctx)
		defer cancel()
	}
	return t.run.plan.do(ctx, req)
}

// deleted marks what the check itself has deleted. A target that says so need
// not have done it: clean-up makes sure.
func (t *T) deleted(req scim.Request) {
	for _, c := range t.created {
		if c.id != "" && c.endpoint+"/"+url.PathEscape(c.id) == req.Path && c.as == tenantOf(req.As) {
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
		do: scim.DoerFunc(t.run.plan.do), header: func() http.Header { return t.run.header(t.tag + "-cleanup") },
		profile: t.run.plan.Profile, observe: func(x *scim.Exchange) { traffic = append(traffic, x) },
	}
	for _, c := range slices.Backward(t.created) {
		s.as = c.as
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
		ids, ok := s.find(ctx, c.endpoint, c.names, c.tag)
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
	// situations are those that Arrange began and that could not be ended.
	situations []error
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
	l.situations = append(l.situations, more.situations...)
}

func (l *leftovers) total() (n int) {
	for _, k := range l.at {
		n += k
	}
	return n
}
