package scim

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counting gives "token-1", "token-2" and so on.
type counting struct {
	now   func() time.Time
	life  time.Duration // no expiry when 0
	fixed bool          // always the first
	fail  error
	mu    sync.Mutex
	n     int
}

func (s *counting) Token(context.Context) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return Token{}, s.fail
	}
	s.n++
	t := Token{Value: "token-" + strconv.Itoa(s.n)}
	if s.fixed {
		t.Value = "token-1"
	}
	if s.life != 0 {
		t.Expiry = s.now().Add(s.life)
	}
	return t, nil
}

func (s *counting) Renewable() bool { return true }

// guarded is a client at a server that answers 401 where allow says no.
func guarded(t *testing.T, auth Authenticator, allow func(authorization string) bool) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allow(r.Header.Get("Authorization")) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	c, err := NewClient(Config{BaseURL: server.URL, Auth: auth})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestCredentialsOnTheWire(t *testing.T) {
	secret := StaticToken("s3cret")
	for want, auth := range map[string]Authenticator{
		"Bearer s3cret":              Bearer(secret),
		"s3cret":                     Raw(secret),
		"Basic YWRhOnMzY3JldA==":     Basic("ada", secret),
		"Basic YWTDqTpwOncgw6Qi4oKs": Basic("adé", StaticToken(`p:w ä"€`)),
		"":                           nil,
	} {
		var got string
		c := guarded(t, auth, func(a string) bool { got = a; return true })
		require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
		assert.Equal(t, want, got)
		if auth == nil {
			assert.Empty(t, c.Secrets())
			continue
		}
		sent := want[strings.LastIndexByte(want, ' ')+1:]
		assert.Contains(t, c.Secrets(), sent, "what was sent is a secret")
		assert.NotContains(t, c.Secrets(), "Bearer s3cret", "a scheme is none")

		require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET", NoAuth: true}).Status())
		assert.Empty(t, got, "NoAuth")
		own := http.Header{"authorization": {"Bearer wrong"}}
		require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET", Header: own}).Status())
		assert.Equal(t, "Bearer wrong", got, "a request's own credentials come first")
	}
}

func TestSecretsInHeadersOfTheConfiguration(t *testing.T) {
	c, err := NewClient(Config{BaseURL: "http://127.0.0.1", Header: http.Header{
		"Authorization": {"SSWS 0123456789"}, "X-Api-Key": {"abcdefgh"}, "X-Key-Version": {"2"}, "X-Tenant": {"acme-corporation"},
	}})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"SSWS 0123456789", "0123456789", "abcdefgh"}, c.Secrets())
}

func TestATokenIsHadAnewBeforeItExpires(t *testing.T) {
	for name, c := range map[string]struct {
		life, uses time.Duration // how long it lives, and how long it is used
	}{
		"an hour":        {time.Hour, time.Hour - 30*time.Second},
		"a minute":       {time.Minute, 30 * time.Second},
		"twenty seconds": {20 * time.Second, 10 * time.Second},
	} {
		clock := newClock()
		source := &counting{now: clock.now, life: c.life}
		auth := Bearer(source)
		auth.(*header).now = clock.now
		value := func() string {
			v, err := auth.Authorization(context.Background())
			require.NoError(t, err)
			return v
		}
		require.Equal(t, "Bearer token-1", value(), name)
		clock.t = clock.t.Add(c.uses - time.Millisecond)
		require.Equal(t, "Bearer token-1", value(), name)
		require.Zero(t, auth.Renewals(), name)
		clock.t = clock.t.Add(time.Millisecond)
		require.Equal(t, "Bearer token-2", value(), name)
		require.Equal(t, 1, auth.Renewals(), name)
		require.Equal(t, []string{"token-1", "token-2"}, auth.Secrets(), name)
	}
}

// withoutSchemes leaves out the secrets that are others with a scheme.
func TestATokenWithoutUseIsNotHadForEachRequest(t *testing.T) {
	for name, life := range map[string]time.Duration{"expired from the start": -time.Hour, "never expires": 0} {
		clock := newClock()
		source := &counting{now: clock.now, life: life}
		auth := Bearer(source)
		auth.(*header).now = clock.now
		for range 5 {
			v, err := auth.Authorization(context.Background())
			require.NoError(t, err)
			assert.Equal(t, "Bearer token-1", v, name)
			clock.t = clock.t.Add(time.Hour)
		}
	}
}

func TestA401OnACredentialThatWorkedRenewsItOnce(t *testing.T) {
	source := &counting{}
	valid := "Bearer token-1"
	c := guarded(t, Bearer(source), func(a string) bool { return a == valid })
	status := func() int { return c.Do(context.Background(), Request{Method: "GET"}).Status() }
	require.Equal(t, 200, status())
	valid = "Bearer token-2"
	assert.Equal(t, 200, status(), "sent again with the new one")
	assert.Equal(t, 1, c.Stats().TokenRefreshes)
	assert.Equal(t, 3, c.Stats().Exchanges, "every attempt is counted")

	valid = "none"
	last, seen := statuses(c)
	assert.Equal(t, []int{401, 401}, seen, "the new one is refused as well, and that is the answer")
	assert.Equal(t, 401, last.Status())
	_, seen = statuses(c)
	assert.Equal(t, []int{401}, seen, "token-3 never worked")
	assert.Equal(t, 2, c.Stats().TokenRefreshes)
}

func TestA401OnACredentialThatNeverWorkedIsTheAnswer(t *testing.T) {
	source := &counting{}
	c := guarded(t, Bearer(source), func(string) bool { return false })
	_, seen := statuses(c)
	assert.Equal(t, []int{401}, seen)
	assert.Equal(t, 1, source.n)
}

func TestASourceThatGivesTheSameTokenIsAskedOnce(t *testing.T) {
	source := &counting{fixed: true}
	n := 0
	c := guarded(t, Bearer(source), func(string) bool { n++; return n == 1 })
	for range 5 {
		c.Do(context.Background(), Request{Method: "GET"})
	}
	assert.Equal(t, 2, source.n)
	assert.Equal(t, 5, c.Stats().Exchanges, "nothing was sent again")
}

func TestATokenThatCannotBeHadAnewLeavesThe401(t *testing.T) {
	source := &counting{}
	c := guarded(t, Bearer(source), func(string) bool { return source.fail == nil })
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	source.fail = errors.New("no luck")
	_, seen := statuses(c)
	assert.Equal(t, []int{401}, seen)
}

func TestForeignCredentialsAreNeverRenewed(t *testing.T) {
	source := &counting{}
	c := guarded(t, Bearer(source), func(a string) bool { return a == "Bearer token-1" })
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	for _, r := range []Request{{Method: "GET", NoAuth: true}, {Method: "GET", Header: http.Header{"Authorization": {"Bearer x"}}}} {
		assert.Equal(t, 401, c.Do(context.Background(), r).Status())
	}
	assert.Equal(t, 1, source.n)
}

func TestManyRequestsRenewATokenOnce(t *testing.T) {
	source := &counting{}
	var valid atomic.Value
	valid.Store("Bearer token-1")
	const workers = 16
	together := make(chan struct{})
	var refused atomic.Int32
	c := guarded(t, Bearer(source), func(a string) bool {
		if a == valid.Load() {
			return true
		}
		// All of them are refused before the first is told.
		if refused.Add(1) == workers {
			close(together)
		}
		<-together
		return false
	})
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	valid.Store("Bearer token-2")
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			assert.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
		})
	}
	wait.Wait()
	assert.Equal(t, 2, source.n)
	assert.Equal(t, 1, c.Stats().TokenRefreshes)
}

func TestATokenThatCannotBeHadIsNothingSent(t *testing.T) {
	c := guarded(t, Bearer(&counting{fail: errors.New("the vault is sealed")}), func(string) bool { return true })
	x := c.Do(context.Background(), Request{Method: "GET"})
	assert.False(t, x.Sent())
	assert.Equal(t, "the vault is sealed", x.Error)
	assert.Zero(t, c.Stats().Exchanges)
}

// tokenEndpoint answers by a function and counts what it is asked.
func tokenEndpoint(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/token", asked
}

func TestClientCredentials(t *testing.T) {
	n := 0
	url, asked := tokenEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		assert.Equal(t, "client", user)
		assert.Equal(t, "s3cret", password)
		assert.Equal(t, "POST", r.Method)
		assert.NoError(t, r.ParseForm())
		assert.Equal(t, "client_credentials", r.PostForm.Get("grant_type"))
		assert.Equal(t, "scim users", r.PostForm.Get("scope"))
		assert.Empty(t, r.PostForm.Get("client_secret"))
		n++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"at-%d","token_type":"Bearer","expires_in":3600}`, n)
	})
	clock := newClock()
	clock.t = time.Now() // oauth2 has no other clock
	auth := ClientCredentials(url, "client", StaticToken("s3cret"), "scim", "users")
	auth.(*header).now = clock.now
	var got []string
	c := guarded(t, auth, func(a string) bool { got = append(got, a); return len(got) != 3 })
	for range 3 {
		require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	}
	assert.Equal(t, []string{"Bearer at-1", "Bearer at-1", "Bearer at-1", "Bearer at-2"}, got)
	clock.t = clock.t.Add(time.Hour)
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	assert.Equal(t, "Bearer at-3", got[4])
	assert.EqualValues(t, 3, asked.Load())
	assert.Equal(t, 2, c.Stats().TokenRefreshes)
	assert.Subset(t, c.Secrets(), []string{"at-1", "at-2", "at-3"})
}

func TestTokenEndpointsThatGiveNoToken(t *testing.T) {
	leaked, _ := tokenEndpoint(t, func(_ http.ResponseWriter, r *http.Request) { t.Error("followed a redirect with a secret") })
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"refused":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "answers 401; check the client id"},
		"not there": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "answers 404; check --oauth-token-url"},
		"redirected": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, leaked, http.StatusTemporaryRedirect)
		}, "answers 307; check --oauth-token-url"},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>s3cret</html>")
		}, "no token from the token endpoint"},
		"no token": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
		}, "no token from the token endpoint"},
	} {
		url, asked := tokenEndpoint(t, c.answer)
		x := guarded(t, ClientCredentials(url, "client", StaticToken("s3cret")), func(string) bool { return true }).
			Do(context.Background(), Request{Method: "GET"})
		assert.Contains(t, x.Error, c.want, name)
		assert.NotContains(t, x.Error, "s3cret", name)
		assert.False(t, x.Sent(), name)
		assert.EqualValues(t, 1, asked.Load(), name)
	}
}

// jwt is a token that expires at a time, without a signature worth the name.
func jwt(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"none"}`)) + "." + part([]byte(claims)) + ".c2ln"
}

func TestTokensAndWhenTheyExpire(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	exp := jwt(`{"exp":` + strconv.FormatInt(at.Unix(), 10) + `}`)
	path := filepath.Join(t.TempDir(), "token")
	t.Setenv("SCIMTEST_TEST_TOKEN", "  "+exp+"\n")
	require.NoError(t, os.WriteFile(path, []byte(exp+"\n"), 0o600))
	for name, c := range map[string]struct {
		source TokenSource
		value  string
		expiry time.Time
	}{
		"environment":          {EnvToken("SCIMTEST_TEST_TOKEN"), exp, at},
		"file":                 {FileToken(path), exp, at},
		"command":              {CommandToken("cat " + path), exp, at},
		"a plain token":        {CommandToken("echo abc; echo noise >&2"), "abc", time.Time{}},
		"JSON without expiry":  {CommandToken(`echo '{"access_token":"abc"}'`), "abc", time.Time{}},
		"JSON around a JWT":    {CommandToken(`echo '{"access_token":"` + exp + `"}'`), exp, at},
		"a JWT without exp":    {CommandToken("echo " + jwt(`{}`)), jwt(`{}`), time.Time{}},
		"no JWT after all":     {CommandToken("echo a.b.c"), "a.b.c", time.Time{}},
		"JSON of another kind": {CommandToken(`echo '{"token":1}'`), `{"token":1}`, time.Time{}},
	} {
		got, err := c.source.Token(context.Background())
		require.NoError(t, err, name)
		assert.Equal(t, c.value, got.Value, name)
		assert.True(t, c.expiry.Equal(got.Expiry), "%s: %s", name, got.Expiry)
	}

	for _, seconds := range []string{`90`, `"90"`, `9e1`} {
		before := time.Now()
		got, err := CommandToken(`echo '{"access_token":"abc","expires_in":` + seconds + `}'`).Token(context.Background())
		require.NoError(t, err)
		assert.Equal(t, "abc", got.Value)
		assert.WithinRange(t, got.Expiry, before.Add(90*time.Second), time.Now().Add(90*time.Second))
	}

	_, err := EnvToken("SCIMTEST_TEST_NONE").Token(context.Background())
	assert.ErrorContains(t, err, "SCIMTEST_TEST_NONE is empty; put the token there")
	require.NoError(t, os.WriteFile(path, []byte(" \n"), 0o600))
	_, err = FileToken(path).Token(context.Background())
	assert.ErrorContains(t, err, "is empty")
}

func TestATokenCommandMayLeaveSomethingRunning(t *testing.T) {
	got, err := CommandToken("sleep 2 & echo abc").Token(context.Background())
	require.NoError(t, err)
	assert.Equal(t, "abc", got.Value)
}

func TestATokenCommandEndsWithTheRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := CommandToken("sleep 2 & sleep 2; echo abc").Token(ctx)
	assert.EqualError(t, err, "the token command failed: it took too long; run it by hand to see more")
}
