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
		t.forget(req.Path)
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

// forget marks what the check itself has deleted. What bears a fault and was
// not really deleted is found by the sweep of the run tag.
func (t *T) forget(path string) {
	for _, c := range t.created {
		if c.id != "" && c.endpoint+"/"+url.PathEscape(c.id) == path && !c.gone {
			c.gone = true
			t.run.plan.Journal.gone(c.journal)
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
func (t *T) cleanUp(parent context.Context) (traffic []*scim.Exchange, left []leftover) {
	if t.run.plan.Profile.Cleanup == "keep" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), cleanupTime)
	defer cancel()
	s := &sweeper{
		do: t.run.plan.Target, header: func() http.Header { return t.run.header(t.tag + "-cleanup") },
		profile: t.run.plan.Profile, observe: func(x *scim.Exchange) { traffic = append(traffic, x) },
	}
	for _, c := range slices.Backward(t.created) {
		if c.gone {
			continue
		}
		if c.id == "" {
			found, ok := s.find(ctx, c.endpoint, c.names, t.tag)
			if !ok {
				left = append(left, leftover{c.endpoint, "", t.meta.ID})
				continue
			}
			if len(found) == 0 {
				t.run.plan.Journal.gone(c.journal)
				continue
			}
			gone := true
			for _, id := range found {
				gone = s.remove(ctx, c.endpoint, id) && gone
			}
			if gone {
				t.run.plan.Journal.gone(c.journal)
			} else {
				left = append(left, leftover{c.endpoint, "", t.meta.ID})
			}
			continue
		}
		if s.remove(ctx, c.endpoint, c.id) {
			t.run.plan.Journal.gone(c.journal)
		} else {
			left = append(left, leftover{c.endpoint, c.id, t.meta.ID})
		}
	}
	return traffic, left
}

// leftover is something that could not be removed.
type leftover struct{ endpoint, id, check string }
