package reference

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// query is what a list was asked for (RFC 7644 section 3.4.2).
type query struct {
	// types are the resource types that are searched.
	types []*resourceType
	// filter is nil without one.
	filter            scim.Filter
	sortBy, sortOrder string
	startIndex        int
	// count is the number of resources wanted; nil when none was given.
	count *int
	// cursor is nil without cursor paging (RFC 9865).
	cursor *string
	// text identifies the query without its place in the list, so that a
	// cursor can be bound to it.
	text string
	sel  selection
}

// queryOf reads the parameters of a query, from the URL or from the body of a
// search by POST (RFC 7644 section 3.4.3).
func (s *Server) queryOf(c *call) (*query, error) {
	q := &query{types: s.types, startIndex: 1, sel: selected(c)}
	if t := c.kind(); t != nil {
		q.types = []*resourceType{t}
	}
	err := q.readParams(c)
	if err != nil {
		return nil, err
	}
	for _, hook := range s.b.filter {
		if q.filter != nil {
			q.filter = hook(c, q.filter)
		}
	}
	return q, nil
}

func (q *query) readParams(c *call) error {
	if _, given := c.params["filter"]; given {
		text := c.params.Get("filter")
		f, _, err := scim.ParseFilterLenient(text)
		if err != nil {
			return refuse(scim.InvalidFilter, "the filter cannot be read: %s", err)
		}
		q.filter = f
	}
	q.sortBy, q.sortOrder = c.params.Get("sortBy"), c.params.Get("sortOrder")
	if order := q.sortOrder; order != "" && !strings.EqualFold(order, ascending) && !strings.EqualFold(order, descending) {
		return refuse(scim.InvalidValue, "sortOrder has to be %s or %s", ascending, descending)
	}
	if text := c.params.Get("startIndex"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return refuse(scim.InvalidValue, "startIndex has to be a whole number")
		}
		q.startIndex = max(n, 1)
	}
	if text := c.params.Get("count"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return refuse(scim.InvalidValue, "count has to be a whole number")
		}
		n = max(n, 0)
		q.count = &n
	}
	if _, given := c.params["cursor"]; given {
		cursor := c.params.Get("cursor")
		q.cursor = &cursor
	}
	q.text = strings.Join([]string{
		c.endpoint(), c.params.Get("filter"), q.sortBy, strings.ToLower(q.sortOrder),
		strings.Join(c.params["attributes"], ","), strings.Join(c.params["excludedAttributes"], ","),
	}, "\x00")
	return nil
}

// search answers POST on .search: the body holds what the URL of a GET would
// (RFC 7644 section 3.4.3).
func (s *Server) search(c *call) (*reply, error) {
	if len(c.path) > 2 || len(c.path) == 2 && c.kind() == nil {
		return nil, notFound("this endpoint")
	}
	if c.body == nil {
		return nil, refuse(scim.InvalidSyntax, "the request needs a search in its body")
	}
	if err := checkSchemas(c.body, scim.SearchRequestURN); err != nil {
		return nil, err
	}
	as := *c
	as.params = map[string][]string{}
	if len(c.path) == 1 {
		as.path = nil
	}
	for _, name := range [...]string{"filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"} {
		v, _ := member(c.body, name)
		if err := setParam(&as, name, v); err != nil {
			return nil, err
		}
	}
	return s.list(&as)
}

func setParam(c *call, name string, v any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		c.params[name] = []string{v}
		return nil
	case json.Number:
		if name == "startIndex" || name == "count" {
			c.params[name] = []string{v.String()}
			return nil
		}
	case []any:
		if words := stringsIn(v); len(words) == len(v) && strings.HasSuffix(strings.ToLower(name), "attributes") {
			c.params[name] = words
			return nil
		}
	}
	return refuse(scim.InvalidSyntax, "%s has the wrong type", name)
}

// sensitive turns the refusal of a filter on secrets into 403 where the filter
// stands in the URL (RFC 7644 section 7.5.2).
func sensitive(c *call, err error) error {
	var p *problem
	if !errors.As(err, &p) || p.scimType != scim.Sensitive {
		return err
	}
	if c.method == http.MethodGet {
		p.status = http.StatusForbidden
	} else {
		p.scimType = scim.InvalidFilter
	}
	return p
}
