package scim

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// piped is a client of a target in this process, at the other end of a pipe:
// nothing but the target takes time, and that is the time of a synctest bubble.
func piped(t *testing.T, cfg Config, serve func(net.Conn)) *Client {
	t.Helper()
	cfg.BaseURL = "http://scim.example.com"
	c, err := NewClient(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			serve(there)
		}()
		return &countedConn{Conn: here}, nil
	}
	return c
}

// An answer that does not come in time is one that was waited for: the request
// was sent, and nobody knows what became of it.
func TestSlowAnswersEndWithTheTimeOfTheRequest(t *testing.T) {
	for name, start := range map[string]string{
		"before the answer":  "",
		"in the status line": "HTTP/1.1 ",
		"in the header":      "HTTP/1.1 200 OK\r\nX-Slow: ",
		"in the body":        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := piped(t, Config{RequestTimeout: 50 * time.Millisecond}, func(conn net.Conn) {
					_, _ = http.ReadRequest(bufio.NewReader(conn))
					_, _ = io.WriteString(conn, start)
					_, _ = io.Copy(io.Discard, conn) // until the client leaves
				})
				x := c.Do(t.Context(), Request{Method: http.MethodGet, Path: "/Users"})
				assert.Equal(t, "no answer within 50ms", x.Error)
				assert.Equal(t, PhaseExchange, x.Phase)
				assert.Equal(t, 50*time.Millisecond, x.Elapsed)
			})
		})
	}
}

// Without a connection nothing was sent.
func TestASlowConnectionEndsWithTheTimeOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := piped(t, Config{RequestTimeout: 50 * time.Millisecond}, nil)
		c.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		x := c.Do(t.Context(), Request{Method: http.MethodGet, Path: "/Users"})
		assert.Equal(t, "no answer within 50ms", x.Error)
		assert.Equal(t, PhaseConnect, x.Phase)
	})
}

// late is an empty body, of which that is known only after a while.
type late struct{}

func (late) Read([]byte) (int, error) {
	time.Sleep(time.Second)
	return 0, io.EOF
}

// A request without a body is the same on a machine that is busy.
func TestWhatIsSentDoesNotDependOnTheTimeItTakes(t *testing.T) {
	c, err := NewClient(Config{BaseURL: "http://scim.example.com"})
	require.NoError(t, err)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"} {
		synctest.Test(t, func(t *testing.T) {
			req := c.request(t.Context(), Request{Method: method, Path: "/Users"}, http.Header{})
			length := ""
			if req.Body != http.NoBody {
				req.Body = io.NopCloser(late{})
			} else if method != http.MethodDelete {
				length = "Content-Length: 0\r\n"
			}
			var sent bytes.Buffer
			require.NoError(t, req.Write(&sent))
			assert.Equal(t, method+" /Users HTTP/1.1\r\nHost: scim.example.com\r\n"+length+"\r\n", sent.String())
		})
	}
}
