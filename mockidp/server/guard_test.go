package server_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/mockidp/server"
)

// strangers goes through all routes: without the password, from another site,
// and with a tenant that is not there.
func (a *api) strangers() {
	closed := httptest.NewServer(server.NewGuard("pass", nil).Wrap(a.app.API()))
	defer closed.Close()
	open := a.web
	for p, item := range a.paths {
		path := strings.NewReplacer("{tenant}", "nobody", "{key}", "x", "{id}", "1").Replace(p)
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if method == "parameters" {
				continue
			}
			method := strings.ToUpper(method)
			a.web = closed
			a.call(401, method, path, "")
			a.call(401, method, path, "", "Authorization", "Basic dTp3cm9uZw==")
			a.web = open
			if method != http.MethodGet {
				a.call(403, method, path, "{}", "Origin", "https://evil.example.com")
				a.call(403, method, path, "{}", "Sec-Fetch-Site", "cross-site")
				a.call(403, method, path, "", "Origin", a.web.URL, "Sec-Fetch-Site", "same-origin")
			}
			if strings.Contains(p, "{tenant}") {
				a.call(404, method, path, "{}")
			}
		}
	}
}

func TestGuard(t *testing.T) {
	s := newStage(t, "okta-aiw")
	guard := server.NewGuard("", []string{"127.0.0.1", "localhost"})
	web := guard.Wrap(s.app.API())
	ask := func(method, url string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, url, strings.NewReader(""))
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		web.ServeHTTP(w, r)
		return w
	}
	const here = "http://127.0.0.1:8086"
	w := ask("GET", here+"/api/v1/tenants")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'self'")
	assert.Equal(t, http.StatusOK, ask("GET", "http://localhost:8086/api/v1/tenants").Code)
	assert.Equal(t, http.StatusMisdirectedRequest, ask("GET", "http://evil.example.com:8086/api/v1/tenants").Code)
	assert.Equal(t, http.StatusMethodNotAllowed, ask("PUT", here+"/api/v1/tenants").Code)
	assert.Equal(t, http.StatusNotFound, ask("GET", here+"/api/v1/nothing").Code)
	w = ask("GET", here+"/api/openapi.yaml")
	assert.Contains(t, w.Body.String(), "openapi: 3.1.0")

	const start = here + "/api/v1/tenants/desk/start"
	own := []string{"Origin", here, "Sec-Fetch-Site", "same-origin"}
	assert.Equal(t, http.StatusForbidden, ask("POST", start, own...).Code, "our own origin without the token")
	assert.Equal(t, http.StatusOK, ask("POST", start, append(own, server.TokenHeader, guard.Token())...).Code)
	assert.Equal(t, http.StatusForbidden, ask("POST", start, "Origin", "null", server.TokenHeader, guard.Token()).Code)
	assert.Equal(t, http.StatusForbidden, ask("POST", start, "Origin", "http://127.0.0.1:9999", server.TokenHeader, guard.Token()).Code)
	assert.Equal(t, http.StatusOK, ask("POST", start).Code, "a program")
}
