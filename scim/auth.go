package scim

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Authenticator gives the credentials of requests.
type Authenticator interface {
	// Authorization is the value of the Authorization header.
	Authorization(context.Context) (string, error)
	// Worked notes that the target took a value that Authorization gave.
	Worked(value string)
	// Renew is told of a 401 on a value that Authorization gave, and reports
	// whether Authorization gives another one now. New credentials are had
	// once for each that worked before: those that never did are wrong.
	Renew(ctx context.Context, value string) bool
	// Renewals counts how often credentials were had anew.
	Renewals() int
	// Secrets lists every secret that was in use.
	Secrets() []string
}

// Bearer sends "Bearer TOKEN" (RFC 6750).
func Bearer(s TokenSource) Authenticator {
	return &header{source: s, form: func(t string) string { return "Bearer " + t }}
}

// Raw sends the token as the whole value of the Authorization header, as some
// identity providers do (okta.md 1.2).
func Raw(s TokenSource) Authenticator {
	return &header{source: s, form: func(t string) string { return t }}
}

// Basic sends user and password (RFC 7617); the source gives the password.
func Basic(user string, s TokenSource) Authenticator {
	return &header{source: s, form: func(t string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+t))
	}}
}

// header makes the Authorization header of a token.
type header struct {
	source TokenSource
	form   func(token string) string

	mu    sync.Mutex
	now   func() time.Time // time.Now when nil
	value string           // of the header; empty before the first token
	// renewAt is when a new token is had; zero when that is not known.
	renewAt time.Time
	// worked says that the target took the value, refused that a 401 on it
	// was answered by asking for another.
	worked, refused bool
	fetches         int
	secrets         []string
}

// expiryMargin is how long before its expiry a token is had anew, at most: one
// that lives less than twice as long is used for half of its life.
const expiryMargin = 30 * time.Second

// tokenTime bounds how long it may take to get a token.
const tokenTime = 30 * time.Second

func (h *header) Authorization(ctx context.Context) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.value == "" || !h.renewAt.IsZero() && !h.clock().Before(h.renewAt) {
		if err := h.fetch(ctx); err != nil {
			return "", err
		}
	}
	return h.value, nil
}

func (h *header) clock() time.Time {
	if h.now != nil {
		return h.now()
	}
	return time.Now()
}

func (h *header) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	t, err := h.source.Token(ctx)
	if err != nil {
		return err
	}
	h.fetches++
	h.renewAt = time.Time{}
	// A token that seems to be expired is used all the same: clocks differ,
	// and the target has the last word.
	if life := t.Expiry.Sub(h.clock()); !t.Expiry.IsZero() && life > 0 && h.source.Renewable() {
		h.renewAt = t.Expiry.Add(-min(expiryMargin, life/2))
	}
	if value := h.form(t.Value); value != h.value {
		h.value, h.worked, h.refused = value, false, false
	}
	for _, s := range []string{t.Value, withoutScheme(h.value, t.Value)} {
		if !slices.Contains(h.secrets, s) {
			h.secrets = append(h.secrets, s)
		}
	}
	return nil
}

// withoutScheme is what an Authorization value holds behind the scheme that was
// put before the token, or the token encoded.
func withoutScheme(value, token string) string {
	if _, behind, ok := strings.Cut(value, " "); ok && value != token {
		return behind
	}
	return value
}

func (h *header) Worked(value string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if value == h.value {
		h.worked = true
	}
}

func (h *header) Renew(ctx context.Context, value string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if value != h.value {
		return true // another request was first
	}
	if !h.worked || h.refused || !h.source.Renewable() {
		return false
	}
	h.refused = true
	return h.fetch(ctx) == nil && h.value != value
}

func (h *header) Renewals() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(h.fetches-1, 0)
}

func (h *header) Secrets() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.secrets)
}

// ClientCredentials gets access tokens from a token endpoint by the OAuth 2.0
// client credentials grant (RFC 6749 section 4.4), with the secret in a basic
// Authorization header; the source gives the secret.
func ClientCredentials(tokenURL, clientID string, secret TokenSource, scopes ...string) Authenticator {
	return Bearer(&grant{tokenURL: tokenURL, clientID: clientID, secret: secret, scopes: scopes})
}

type grant struct {
	tokenURL, clientID string
	secret             TokenSource
	scopes             []string
}

func (g *grant) Token(ctx context.Context) (Token, error) {
	secret, err := g.secret.Token(ctx)
	if err != nil {
		return Token{}, err
	}
	cfg := clientcredentials.Config{
		ClientID: g.clientID, ClientSecret: secret.Value, TokenURL: g.tokenURL, Scopes: g.scopes,
		AuthStyle: oauth2.AuthStyleInHeader,
	}
	t, err := cfg.Token(ctx)
	if err != nil {
		return Token{}, g.explain(err)
	}
	return Token{Value: t.AccessToken, Expiry: t.Expiry}, nil
}

func (g *grant) explain(err error) error {
	var (
		refused *oauth2.RetrieveError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &refused) && refused.Response != nil:
		hint := "check --oauth-token-url"
		switch refused.Response.StatusCode {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
			hint = "check the client id, its secret and --oauth-scope"
		}
		return fmt.Errorf("the token endpoint answers %d; %s", refused.Response.StatusCode, hint)
	case errors.As(err, &unknown):
		return errors.New("the certificate of the token endpoint is signed by an unknown authority; name it with --ca-file")
	}
	return fmt.Errorf("no token from the token endpoint: %s; check --oauth-token-url", plain(err))
}

func (g *grant) Renewable() bool { return true }

// expiryOf reads when a JWT expires; zero when it is none or does not say.
func expiryOf(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if json.Unmarshal(b, &claims) != nil || claims.Exp <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}
