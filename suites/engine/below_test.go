package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/suites/engine"
)

func TestBelow(t *testing.T) {
	for uri, want := range map[string]string{
		"https://scim.example.com/v2/Users/1":     "/Users/1",
		"https://SCIM.example.com/v2/Events?id=1": "/Events?id=1",
		"/v2/Users/a%20b":                         "/Users/a%20b",
		"https://other.example.com/v2/Users/1":    "",
		"http://scim.example.com/v2/Users/1":      "",
		"https://scim.example.com/v2":             "",
		"https://scim.example.com/v20/Users/1":    "",
		"https://scim.example.com/Users/1":        "",
		"://":                                     "",
	} {
		one(t, &target{}, func(c *engine.T) {
			c.Fetch("/Users").Status(200)
			got := ""
			if path, query, ok := c.Below(uri); ok {
				got = path
				if query != "" {
					got += "?" + query
				}
			}
			assert.Equal(t, want, got, uri)
		}, func(p *engine.Plan) { p.BaseURL = "https://scim.example.com/v2" })
	}
}
