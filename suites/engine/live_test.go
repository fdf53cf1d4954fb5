package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

func TestLive(t *testing.T) {
	var types int
	live := engine.NewLive([]engine.Invariant{
		{Meta: engine.Meta{ID: "broken"}, Judge: func(*scim.Exchange, *engine.Discovered) (bool, []engine.Finding) { panic("no") }},
		{Meta: engine.Meta{ID: "owned"}, Judge: func(x *scim.Exchange, d *engine.Discovered) (bool, []engine.Finding) {
			types = len(d.Types)
			if d.Owned(x.Response.Body) {
				return true, []engine.Finding{{Message: "ours"}}
			}
			return true, nil
		}},
	})
	x := &scim.Exchange{
		Request:  scim.Request{Method: "GET", Path: "/ResourceTypes"},
		Response: &scim.Response{Status: 200, Body: scim.Body(`{"totalResults":1,"Resources":[{"name":"User","endpoint":"/Users"}]}`)},
	}
	assert.Len(t, live.Judge(x), 1, "whoever made it, it is judged")
	assert.Zero(t, types)
	live.Learn(x)
	found := live.Judge(x)
	assert.Equal(t, 1, types)
	assert.Equal(t, "owned", found[0].ID)
	assert.Equal(t, "ours", found[0].Message)
	assert.Empty(t, live.Judge(&scim.Exchange{Error: "closed"}))
}
