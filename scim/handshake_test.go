package scim_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// A handshake is refused by a target that speaks newer versions alone, and
// nothing secret is sent to one that does not refuse it.
func TestHandshake(t *testing.T) {
	var seen []*http.Request
	record := func(w http.ResponseWriter, r *http.Request) { seen = append(seen, r) }
	handshake := func(url, caFile string, version uint16) error {
		c, err := scim.NewClient(scim.Config{
			BaseURL: url + "/v2?code=k3y", CAFile: caFile, Auth: scim.Bearer(scim.StaticToken("t0ken")), Header: http.Header{"X-Api-Key": {"k3y"}},
		})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c.Handshake(context.Background(), version)
	}
	var refused *scim.HandshakeError

	url, caFile := secure(t, record, nil)
	require.NoError(t, handshake(url, caFile, tls.VersionTLS12))
	require.Len(t, seen, 1)
	assert.EqualValues(t, tls.VersionTLS12, seen[0].TLS.Version)
	assert.Equal(t, "/v2/ServiceProviderConfig", seen[0].URL.String())
	assert.Empty(t, seen[0].Header.Get("Authorization"))
	assert.Empty(t, seen[0].Header.Get("X-Api-Key"))

	url, caFile = secure(t, record, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 })
	err := handshake(url, caFile, tls.VersionTLS12)
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, err.Error(), "protocol version")
	require.NoError(t, handshake(url, caFile, tls.VersionTLS13))

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	err = handshake("https://"+closed.Addr().String(), "", tls.VersionTLS12)
	require.Error(t, err)
	assert.False(t, errors.As(err, &refused), "nothing was refused where nobody listens: %v", err)
	assert.EqualError(t, handshake("http://127.0.0.1", "", tls.VersionTLS12), "the base URL is not https")
}
