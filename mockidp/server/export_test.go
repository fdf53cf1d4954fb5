package server

// Patterns lists the routes of the API, those of files and events among them.
func Patterns() []string {
	out := []string{
		"GET /tenants/{tenant}/export", "GET /tenants/{tenant}/log/export", "GET /tenants/{tenant}/events",
		"GET /tenants/{tenant}/test-runs/{id}/report",
	}
	for _, r := range routes {
		out = append(out, r.pattern)
	}
	return out
}
