package engine_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

const manager = scim.EnterpriseUserURN + ":manager"

// What a user has to refer to is arranged under another tag, so that the
// check's own queries do not find it.
func TestReferencesStayOutOfTheQueriesOfACheck(t *testing.T) {
	for _, variation := range []string{"manager-required", "manager-required-in-extension"} {
		res := onReference(t, reference.Config{Variations: []string{variation}}, func(x *engine.T) {
			one, other := x.GivenUser(), x.GivenUser()
			boss := one.Body.Get(manager + ".value").String()
			require.NotEmpty(t, boss)
			assert.Equal(t, boss, other.Body.Get(manager+".value").String(), "one manager is enough")
			x.List(scim.UsersEndpoint, engine.Filter(x.Mine())).Status(200).Finds(one, other)
			name := x.Fetch("/Users/" + boss).Status(200).Text("userName")
			assert.NotContains(t, name, x.Tag())
			assert.Contains(t, name, "aaaaaaa1", "the tag of the run")
		}, func(p *engine.Plan) { p.RunID = "aaaaaaa1" })
		assert.Equal(t, engine.Pass, res.Outcome, "%s: %s", variation, res.Reason)
	}
}

// Where a manager needs a manager, it is one that was there before the run, and
// nothing that a report shows tells who that is.
func TestTheFirstManagerNamesSomeoneAndNobodySeesWho(t *testing.T) {
	res := onReference(t, reference.Config{Variations: []string{"manager-required"}}, func(x *engine.T) {
		boss := x.GivenUser().Body.Get(manager + ".value").String()
		assert.Equal(t, "Provisioning Client", x.Fetch("/Users/"+boss).Status(200).Text(manager+".displayName"))
	})
	require.Equal(t, engine.Pass, res.Outcome, res.Reason)
	shown, err := json.Marshal(res)
	require.NoError(t, err)
	assert.Contains(t, string(shown), "{{someone")
	assert.NotContains(t, string(shown), "Provisioning Client")
}

// The extension is left out where the target lets it: what others refer to
// needs nobody itself.
func TestAReferenceNeedsLittleItself(t *testing.T) {
	res := onReference(t, reference.Config{Variations: []string{"manager-required-in-extension"}}, func(x *engine.T) {
		boss := x.GivenUser().Body.Get(manager + ".value").String()
		x.Fetch("/Users/" + boss).Status(200).HasNot(manager)
	})
	require.Equal(t, engine.Pass, res.Outcome, res.Reason)
	for _, x := range res.Exchanges {
		assert.Less(t, x.Status(), 400, "%s %s", x.Request.Method, x.Request.Path)
	}
}

// Where nobody is there to begin with, the reason says how to go on, and that
// works.
func TestAMissingBeginningBlocksAndSaysWhatToDo(t *testing.T) {
	cfg := reference.Config{Variations: []string{"manager-required", "wide-queries-refused"}}
	var someone string
	blocked := onReference(t, cfg, func(x *engine.T) { x.GivenUser() })
	require.Equal(t, engine.Blocked, blocked.Outcome)
	assert.Contains(t, blocked.Reason, "could not arrange a resource to refer to: POST /Users without "+manager+" answers 400, ")
	_, line, found := strings.Cut(blocked.Reason, "(--profile): ")
	require.True(t, found, blocked.Reason)

	cfg.Seed = 1
	onReference(t, cfg, func(x *engine.T) {
		someone = x.Fetch("/Me").Status(200).Text("id")
	})
	p, err := profile.Parse("advice.yaml", []byte(strings.Replace(line, "VALUE", someone, 1)+"\n"))
	require.NoError(t, err, line)
	res := onReference(t, cfg, func(x *engine.T) { x.GivenUser() }, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// A reference whose answer to the create is lost is found by its own tag, and
// removed.
func TestAReferenceWhoseAnswerIsLostIsRemoved(t *testing.T) {
	const schema = `{"id":"urn:ietf:params:scim:schemas:core:2.0:User","attributes":[{"name":"userName"},` +
		`{"name":"boss","type":"complex","required":true,"subAttributes":[{"name":"value"},{"name":"$ref","type":"reference","referenceTypes":["User"]}]}]}`
	s := &target{}
	s.before = func(req scim.Request) *scim.Exchange {
		switch {
		case req.Path == "/Schemas":
			return answer(200, listOf(schema))
		case req.Method == http.MethodPost:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.serve(req)
			return closed()
		}
		return nil
	}
	res := one(t, s, func(x *engine.T) { x.GivenUser() })
	assert.Equal(t, engine.Blocked, res.Outcome)
	assert.Equal(t, 1, s.made, "the boss")
	assert.Empty(t, s.users())
}
