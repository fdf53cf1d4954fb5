package engine

import (
	"net/url"
	"strings"
)

// Below returns where a URI of the target is below the base URL, as a path and
// a query that can be sent. ok is false for a URI of another host, or outside
// the base URL: no request goes there.
func (t *T) Below(uri string) (path, query string, ok bool) {
	base, err := url.Parse(t.run.plan.BaseURL)
	if err != nil {
		return "", "", false
	}
	u, err := base.Parse(uri)
	if err != nil || u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		return "", "", false
	}
	path, ok = strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(base.EscapedPath(), "/"))
	return path, u.RawQuery, ok && strings.HasPrefix(path, "/")
}
