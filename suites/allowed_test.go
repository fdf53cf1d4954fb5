package suites_test

import (
	"regexp"

	"github.com/scimtest/scimtest/suites/engine"
)

// contradictions lists the results that are advisory on the reference because
// the RFC and an identity provider ask opposite things of the same request.
var contradictions = map[string]string{}

func contradiction(id string) bool { return contradictions[id] != "" }

// passesOnHostile lists, by id, the results that pass on a hostile target
// although nothing there is a service provider, each with the reason.
var passesOnHostile = map[string]string{
	"clean-up": "nothing was created, or the first create could be removed",
}

// mayPass reports whether a result may pass on a hostile target.
func mayPass(hostile, after string, r *engine.Result) bool {
	return passesOnHostile[r.ID] != ""
}

// regexpIDs matches what the reference and the clock make: ids, times,
// versions, cursors, ports.
func regexpIDs() *regexp.Regexp {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}` +
		`|\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?` +
		`|W/(\\?")[^"\\]*(\\?")|cursor=[0-9a-f.]+|127\.0\.0\.1(:|%3A)\d+`)
}

func mask(ids *regexp.Regexp, s string) string { return ids.ReplaceAllString(s, "MASKED") }
