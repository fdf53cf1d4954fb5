package scim_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// The environment is read once a process, so each case runs the test binary
// again: there this test is the client, and sends one request.
const proxiedURL = "SCIMTEST_TEST_PROXIED_URL"

func TestProxyClient(t *testing.T) {
	url := os.Getenv(proxiedURL)
	if url == "" {
		t.Skip("run by the tests of proxies")
	}
	x := get(t, scim.Config{BaseURL: url, Auth: scim.Bearer(scim.StaticToken("t0k"))})
	_, _ = os.Stdout.WriteString("status " + http.StatusText(x.Status()) + " " + string(x.Phase) + " " + x.Error + "\n")
}

// proxied sends a request in a process with an environment of its own.
func proxied(t *testing.T, url string, environment ...string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^TestProxyClient$", "-test.v")
	cmd.Env = append([]string{proxiedURL + "=" + url}, environment...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func TestProxies(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+r.RequestURI+" "+r.Header.Get("Authorization")+r.Header.Get("Proxy-Authorization"))
		w.WriteHeader(http.StatusTeapot)
	}))
	defer proxy.Close()
	withUser := strings.Replace(proxy.URL, "http://", "http://u:p@", 1)
	for name, c := range map[string]struct {
		url         string
		environment []string
		out, seen   string
	}{
		"http": {
			"http://scim.example.com/v2?a=1", []string{"HTTP_PROXY=" + proxy.URL},
			"status I'm a teapot", "GET http://scim.example.com/v2/Users?a=1 Bearer t0k",
		},
		"https tells the proxy the host alone": {
			"https://scim.example.com/v2", []string{"HTTPS_PROXY=" + withUser},
			"connect ", "CONNECT scim.example.com:443 Basic dTpw",
		},
		"NO_PROXY": {
			"http://scim.example.invalid/v2", []string{"HTTP_PROXY=" + proxy.URL, "NO_PROXY=example.invalid"},
			"status  connect ", "",
		},
		"no way to the proxy": {
			"http://scim.example.com/v2", []string{"HTTP_PROXY=http://" + unused(t)},
			"the proxy (HTTP_PROXY, HTTPS_PROXY): connection refused", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := proxied(t, c.url, c.environment...)
			mu.Lock()
			defer mu.Unlock()
			assert.Contains(t, out, c.out)
			assert.Equal(t, c.seen, strings.Join(seen, "\n"))
			seen = nil
		})
	}
}

func TestLoopbackNeedsNoProxy(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer target.Close()
	assert.Contains(t, proxied(t, target.URL, "HTTP_PROXY=http://"+unused(t)), "status OK")
}

// unused is an address on which nothing listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}
