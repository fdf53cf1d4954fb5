package scim

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// closing is a connection whose n-th write finds that the other end has closed
// it, after some bytes.
type closing struct {
	net.Conn
	writes, n, bytes int
}

func (c *closing) Write(b []byte) (int, error) {
	if c.writes++; c.writes < c.n {
		return c.Conn.Write(b)
	}
	n, _ := c.Conn.Write(b[:c.bytes])
	return n, &net.OpError{Op: "write", Err: syscall.EPIPE}
}

// A server may close a connection that is idle at any time: that is no fault,
// and what was to be sent on it goes over another one. Once bytes were sent,
// nobody knows what the target did with them.
func TestAConnectionThatWasClosedWhileIdleIsPassedOver(t *testing.T) {
	for name, c := range map[string]struct {
		// The write that fails on the first connection, after how many bytes.
		write, bytes int
		phases       []Phase
	}{
		"closed while idle":    {write: 2, phases: []Phase{"", ""}},
		"closed while sending": {write: 2, bytes: 1, phases: []Phase{"", PhaseExchange}},
		"closed at once":       {write: 1, phases: []Phase{PhaseConnect, ""}},
	} {
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
			t.Run(name+" "+method, func(t *testing.T) {
				server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				defer server.Close()
				client, err := NewClient(Config{BaseURL: server.URL})
				require.NoError(t, err)
				defer client.Close()
				dial := client.transport.DialContext
				var dials atomic.Int32
				client.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := dial(ctx, network, address)
					if dials.Add(1) == 1 && err == nil {
						counted := conn.(*countedConn)
						counted.Conn = &closing{Conn: counted.Conn, n: c.write, bytes: c.bytes}
					}
					return conn, err
				}
				for _, phase := range c.phases {
					x := client.Do(context.Background(), Request{Method: method, Path: "/Users", Body: Body("{}")})
					assert.Equal(t, phase, x.Phase, x.Error)
					if phase == "" {
						assert.Equal(t, http.StatusOK, x.Status())
					} else {
						assert.Equal(t, "the connection was closed before a complete answer", x.Error)
					}
				}
			})
		}
	}
}
