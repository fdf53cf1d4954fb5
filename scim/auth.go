package scim

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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
	// Renew gets new credentials after a 401 on ones that had worked or were
	// never tried, and reports whether there are other ones now.
	Renew(context.Context) bool
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

	mu      sync.Mutex
	token   Token
	have    bool
	secrets []string
}

// expiryMargin is how long before its expiry a token is had anew.
const expiryMargin = 30 * time.Second

func (h *header) Authorization(ctx context.Context) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.have || !h.token.Expiry.IsZero() && time.Until(h.token.Expiry) < expiryMargin {
		if err := h.fetch(ctx); err != nil {
			return "", err
		}
	}
	return h.form(h.token.Value), nil
}

func (h *header) fetch(ctx context.Context) error {
	t, err := h.source.Token(ctx)
	if err != nil {
		return err
	}
	h.token, h.have = t, true
	for _, s := range []string{t.Value, strings.TrimPrefix(h.form(t.Value), "Basic ")} {
		if !slices.Contains(h.secrets, s) {
			h.secrets = append(h.secrets, s)
		}
	}
	return nil
}

func (h *header) Renew(ctx context.Context) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.token.Value
	return h.source.Renewable() && h.fetch(ctx) == nil && h.token.Value != old
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
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.Response != nil {
			return Token{}, fmt.Errorf("the token endpoint answers %d; check the client id and its secret", refused.Response.StatusCode)
		}
		return Token{}, fmt.Errorf("no token from the token endpoint: %s; check --oauth-token-url", plain(err))
	}
	return Token{Value: t.AccessToken, Expiry: t.Expiry}, nil
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
