package reference

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Ask does beside SCIM what a command of a profile is asked to: the words are
// "observe", a userName and an id, or a situation of arrange and its arguments.
// The service provider is the one at the base URL. It returns what is printed,
// or an error for what cannot be done.
func Ask(ctx context.Context, baseURL string, words ...string) ([]byte, error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("%q is no URL; give the base URL that scimtest target prints", baseURL)
	}
	method, path, query, err := besideRequest(words)
	if err != nil {
		return nil, err
	}
	base.Path, base.RawQuery = BesidePath+path, query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, base.String(), nil)
	if err != nil {
		return nil, err
	}
	// The certificate is the service provider's own.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // on one machine
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %s", base.Path, resp.StatusCode, strings.TrimSpace(string(text)))
	}
	return text, err
}

// Beside is Ask at one base URL.
func Beside(baseURL string) func(context.Context, ...string) ([]byte, error) {
	return func(ctx context.Context, words ...string) ([]byte, error) { return Ask(ctx, baseURL, words...) }
}

// besideRequest is the request for the words.
func besideRequest(words []string) (method, path string, query url.Values, err error) {
	is := func(what string, arguments int) bool { return len(words) == arguments+1 && words[0] == what }
	query = url.Values{}
	switch {
	case is("observe", 2):
		method, path = http.MethodGet, "/observe"
		query.Set("name", words[1])
	case is("jit-account", 5):
		method, path = http.MethodPost, "/jit-account"
		for i, key := range [...]string{"name", "given", "family", "shown", "email"} {
			query.Set(key, words[i+1])
		}
	case is("seat-limit", 1):
		method, path = http.MethodPost, "/seat-limit/"+words[1]
	case is("last-administrator", 3):
		method, path = http.MethodPost, "/last-administrator/"+words[1]
		query.Set("name", words[2])
	default:
		return "", "", nil, errors.New("it takes: observe NAME ID, jit-account NAME GIVEN FAMILY SHOWN EMAIL, seat-limit fill or free, last-administrator make or undo NAME ID")
	}
	return method, path, query, nil
}
