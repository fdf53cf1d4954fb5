package rfc

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 9967 section 2.5.1.1: requests that are answered before they are done.
// What happens later is told by security events, which no client of SCIM sees;
// the answer 202 is judged by the invariants below.
var asyncChecks = []Check{
	{Meta: Meta{
		ID: "async.preference-does-no-harm", Level: Must,
		Title:    "A create with Prefer: respond-async is answered as without it, or with 202",
		Requires: []string{"9967-2.5.1.1-01", "9967-2.5.1.1-04"},
		Catches:  []string{"async-preference-400"},
	}, Body: func(t *T) {
		t.GivenUser()
		t.Post(scim.UsersEndpoint, t.NewUser(), preferAsync).Status(201, 202)
	}},
	{Meta: Meta{
		ID: "async.mode-is-known", Level: Should, ReadOnly: true,
		Title:    "securityEvents.asyncRequest in ServiceProviderConfig is none, long or request",
		Requires: []string{"9967-4-02", "9967-4-01"}, Needs: []Feature{Discovery},
		Catches: []string{"async-unknown-mode"},
	}, Body: func(t *T) {
		mode := asyncMode(t)
		if mode == "" {
			t.Skip("ServiceProviderConfig has no securityEvents.asyncRequest")
		}
		t.Expect(slices.Contains([]string{"none", "long", "request"}, mode), nil, "securityEvents.asyncRequest", "none, long or request", mode,
			"securityEvents.asyncRequest has a word of its own")
	}},
	{Meta: Meta{
		ID: "async.event-uris", Level: Should, ReadOnly: true,
		Title:    "securityEvents.eventUris in ServiceProviderConfig lists URIs of events",
		Requires: []string{"9967-4-03"}, Needs: []Feature{Discovery},
		Catches: []string{"async-event-names"},
	}, Body: func(t *T) {
		list := t.Target().Config.Lookup("securityEvents.eventUris")
		if len(list) == 0 {
			t.Skip("ServiceProviderConfig has no securityEvents.eventUris")
		}
		for _, v := range list {
			word := strings.ToLower(v.String())
			ofSCIM := strings.HasPrefix(word, "urn:ietf:params:scim:")
			isURI := v.Type == gjson.String && strings.Contains(word, ":") && (!ofSCIM || strings.HasPrefix(word, "urn:ietf:params:scim:event:"))
			t.Expect(isURI, nil, "securityEvents.eventUris", "URIs, those of SCIM below urn:ietf:params:scim:event:", v.Raw,
				"securityEvents.eventUris holds what is no URI of an event")
		}
	}},
	{Meta: Meta{
		ID: "async.none-is-answered-at-once", Level: Must,
		Title:    "Where asyncRequest is none a create with Prefer: respond-async is done at once",
		Requires: []string{"9967-4-02"}, Needs: []Feature{Discovery},
		Catches: []string{"async-though-none"},
	}, Body: func(t *T) {
		if asyncMode(t) != "none" {
			t.Skip("ServiceProviderConfig does not say that securityEvents.asyncRequest is none")
		}
		t.GivenUser()
		doc := t.NewUser()
		u := t.Post(scim.UsersEndpoint, doc, preferAsync).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Judged().Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "async.accept-is-ignored", Level: Must,
		Title:    "An asynchronous request is answered with 202 whatever its header Accept says",
		Requires: []string{"9967-2.5.1.1-02"},
		Catches:  []string{"async-accept-406"},
	}, Body: func(t *T) {
		asynchronous(t)
		t.Post(scim.UsersEndpoint, t.NewUser(), preferAsync, Header("Accept", "text/plain")).Status(202)
	}},
	{Meta: Meta{
		ID: "async.result-needs-credentials", Level: Must, BadCredentials: 1,
		Title:    "The URI where the result of an asynchronous request is found shows nothing without credentials",
		Requires: []string{"9967-5-01"},
		Catches:  []string{"async-result-for-everyone"},
	}, Body: func(t *T) {
		guarded(t)
		a := asynchronous(t)
		path, query, ok := t.Below(a.HeaderValue("Location"))
		if !ok {
			t.Skip("the result is not below the base URL: no request goes there")
		}
		result := t.Fetch(path, RawQuery(query), NoAuth())
		shows := result.Code()/100 == 2 && len(result.Exchange().Response.Body) > 0
		result.Holds(!shows, "status", "401, 403 or 404", "success with a body", "the result of an asynchronous request is shown without credentials")
		result.Advisory().Status(401, 403, 404)
	}},
}

// preferAsync asks for an answer before the request is done (RFC 7240 section
// 4.1).
var preferAsync = Header("Prefer", "respond-async")

// asyncMode is what ServiceProviderConfig says of asynchronous requests, in
// lower case; empty when it says nothing.
func asyncMode(t *T) string {
	return strings.ToLower(t.Target().Config.Get("securityEvents.asyncRequest").String())
}

// asynchronous arranges a create that the target answers with 202. The check
// does not apply where it promises none, or answers at once all the same.
func asynchronous(t *T) *Answer {
	if asyncMode(t) != "request" {
		t.Skip("ServiceProviderConfig does not say that securityEvents.asyncRequest is request")
	}
	a := t.Post(scim.UsersEndpoint, t.NewUser(), preferAsync)
	if a.Code() == http.StatusCreated {
		t.Skip("the target answers at once")
	}
	return a.Arranging().Status(202)
}

// The rules for every answer 202 to a request that asked for it.
var asyncInvariants = []Invariant{
	acceptedRule("async.accepted-has-no-body", Must, "An answer 202 to an asynchronous request has no body",
		[]string{"9967-2.5.1.1-05"}, "async-202-with-body",
		func(x *scim.Exchange) *Finding {
			if len(x.Response.Body) == 0 {
				return nil
			}
			return &Finding{Message: "a 202 to an asynchronous request has a body", Where: "body", Want: "none", Got: "a body"}
		}),
	acceptedRule("async.accepted-has-location", Must, "An answer 202 to an asynchronous request names in Location where its result will be",
		[]string{"9967-2.5.1.1-08"}, "async-202-without-location async-202-location-no-uri",
		func(x *scim.Exchange) *Finding {
			location := x.Response.Header.Get("Location")
			u, err := url.Parse(location)
			switch {
			case location == "":
				return &Finding{Message: "a 202 to an asynchronous request has no Location header", Where: "header Location", Want: "a URI", Got: "absent"}
			case err != nil || strings.ContainsAny(location, " <>\"") || u.Scheme == "" && !strings.Contains(location, "/"):
				return &Finding{Message: "the Location of a 202 is no URI", Where: "header Location", Want: "a URI", Got: "another text"}
			}
			return nil
		}),
	acceptedRule("async.accepted-has-set-txn", Must, "An answer 202 to an asynchronous request names in Set-Txn the transaction that its events will name",
		[]string{"9967-3-01", "9967-2.5.1.1-06"}, "async-202-without-set-txn",
		func(x *scim.Exchange) *Finding {
			if x.Response.Header.Get("Set-Txn") != "" {
				return nil
			}
			return &Finding{Message: "a 202 to an asynchronous request has no Set-Txn header", Where: "header Set-Txn", Want: "present", Got: "absent"}
		}),
	acceptedRule("async.accepted-names-the-preference", Should, "An answer 202 to an asynchronous request has the header Preference-Applied",
		[]string{"9967-2.5.1.1-07"}, "async-202-without-preference-applied",
		func(x *scim.Exchange) *Finding {
			given := x.Response.Header.Get("Preference-Applied")
			if strings.Contains(strings.ToLower(given), "respond-async") {
				return nil
			}
			if given == "" {
				given = "absent"
			}
			return &Finding{
				Message: "a 202 to an asynchronous request does not name the preference", Where: "header Preference-Applied", Want: "respond-async", Got: given,
			}
		}),
}

// acceptedRule is a rule for answers 202 to requests that asked for it.
func acceptedRule(id string, level Level, title string, rows []string, faults string, judge func(*scim.Exchange) *Finding) Invariant {
	return Invariant{
		Meta: Meta{ID: id, Level: level, Title: title, Requires: rows, Catches: strings.Fields(faults)},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if x.Response.Status != http.StatusAccepted || !strings.Contains(strings.ToLower(x.Request.Header.Get("Prefer")), "respond-async") {
				return false, nil
			}
			if f := judge(x); f != nil {
				return true, []Finding{*f}
			}
			return true, nil
		},
	}
}
