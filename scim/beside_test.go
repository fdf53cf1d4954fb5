package scim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client beside another one has its own credentials and base URL.
func TestBesideHasItsOwnCredentials(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.Header.Get("X-Tenant"))
	}))
	defer server.Close()
	first, err := NewClient(Config{BaseURL: server.URL + "/one", Auth: Bearer(StaticToken("a")), Header: http.Header{"X-Tenant": {"t"}}})
	require.NoError(t, err)
	defer first.Close()
	second, err := first.Beside(server.URL+"/two", Bearer(StaticToken("b")))
	require.NoError(t, err)
	for _, c := range []*Client{first, second} {
		require.Equal(t, 200, c.Do(t.Context(), Request{Method: http.MethodGet, Path: "/Users"}).Status())
	}
	assert.Equal(t, []string{"/one/Users Bearer a t", "/two/Users Bearer b t"}, seen)
	assert.Equal(t, []string{"a"}, first.Secrets())
	assert.Equal(t, []string{"b"}, second.Secrets())
	_, err = first.Beside("ftp://scim.example.com", nil)
	require.Error(t, err)
}

// What the service asks one of them to wait, the other one waits too.
func TestBesideWaitsTogether(t *testing.T) {
	first, clock := paced(t, Config{}, answer{429, "7"})
	second, err := first.Beside(first.cfg.BaseURL, nil)
	require.NoError(t, err)
	req := Request{Method: http.MethodGet, Path: "/Users"}
	require.Equal(t, 429, first.Do(WithoutPacing(context.Background()), req).Status())
	_, err = first.pacer.pause(&Exchange{Response: &Response{Status: 429, Header: http.Header{"Retry-After": {"7"}}}}, 0)
	require.NoError(t, err)
	require.Equal(t, 200, second.Do(t.Context(), req).Status())
	assert.Equal(t, []time.Duration{7 * time.Second}, clock.slept)
}
