package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// entraFlag is what a tenant appends to its URL to have Entra ID speak the
// compliant dialect (entra.md 1.4). It is never put on the wire.
const entraFlag = "aadOptscim062020"

// connection holds the flags that say how to reach a target.
type connection struct {
	auth, user               string
	tokenFile, tokenCommand  string
	oauthURL, oauthID, scope string
	headers                  []string
	caFile, cert, key        string
	insecure                 bool
	connectTimeout           time.Duration
	requestTimeout           time.Duration
	maxWait                  time.Duration
	rate                     float64
	profile                  string
	userDomain               string
	second                   string
}

func (c *connection) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.profile, "profile", profile.Generic, "what the target promises: the `name` of a built-in profile, or a YAML file")
	f.StringVar(&c.auth, "auth", "bearer", "the `way` to authenticate: bearer, raw (the token is the whole Authorization value), basic, oauth2, none")
	f.StringVar(&c.tokenFile, "token-file", "", "read the token or password from this `file` (default: environment SCIMTEST_TOKEN)")
	f.StringVar(&c.tokenCommand, "token-command", "", "run this `command` for the token, again before it expires")
	f.StringVar(&c.user, "user", "", "user `name` for --auth basic")
	f.StringVar(&c.oauthURL, "oauth-token-url", "", "`URL` of the token endpoint for --auth oauth2 (client credentials)")
	f.StringVar(&c.oauthID, "oauth-client-id", "", "client `id` for --auth oauth2; the secret is taken like a token")
	f.StringVar(&c.scope, "oauth-scope", "", "`scopes` for --auth oauth2, with spaces between them")
	f.StringArrayVarP(&c.headers, "header", "H", nil, "add this header, written `\"Name: value\"`, to every request (may be repeated)")
	f.StringVar(&c.caFile, "ca-file", "", "trust the certificates in this PEM `file`")
	f.StringVar(&c.cert, "client-cert", "", "client certificate, a PEM `file`")
	f.StringVar(&c.key, "client-key", "", "key of the client certificate, a PEM `file`")
	f.BoolVar(&c.insecure, "insecure", false, "do not verify the target's certificate")
	f.DurationVar(&c.connectTimeout, "connect-timeout", 10*time.Second, "time limit to connect")
	f.DurationVar(&c.requestTimeout, "timeout", time.Minute, "time limit of one request; Okta waits as long")
	f.DurationVar(&c.maxWait, "max-wait", 5*time.Minute, "how long answers 429 and 503 may make a run wait in all")
	f.Float64Var(&c.rate, "rate", 0, "at most this `number` of requests a second (0: the rate of the profile, or no limit)")
	f.StringVar(&c.userDomain, "user-domain", "", "`domain` of generated user names and addresses (default: the profile's, or "+fake.DefaultDomain+")")
}

// destination is a target as the command line names it.
type destination struct {
	client  *scim.Client
	baseURL string // without credentials and without Entra's flag
	profile *profile.Profile
	// compliant says that the URL bore Entra's flag.
	compliant bool
	loopback  bool
}

// loadProfile reads the profile that the flags name.
func (c *connection) loadProfile() (*profile.Profile, error) {
	p, err := profile.Load(c.profile)
	if err != nil {
		return nil, usage(err, "check --profile")
	}
	if c.userDomain != "" {
		p.UserDomain = c.userDomain
	}
	return p, nil
}

// checkLimits refuses limits that would silently be others.
func (c *connection) checkLimits() error {
	for _, l := range []struct {
		flag  string
		value time.Duration
	}{{"connect-timeout", c.connectTimeout}, {"timeout", c.requestTimeout}, {"max-wait", c.maxWait}} {
		if l.value <= 0 {
			return usage(fmt.Errorf("--%s %s is no time limit", l.flag, l.value), "give one such as 30s or 2m")
		}
	}
	if c.rate < 0 {
		return usage(fmt.Errorf("--rate %g is less than nothing", c.rate), "give the most requests a second, or 0 for no limit")
	}
	return nil
}

// open makes the client for the URL, or for the profile's when it is empty.
// A token that the caller has comes before the flags. Nothing is sent.
func (c *connection) open(ctx context.Context, p *profile.Profile, rawURL string, token scim.TokenSource) (*destination, error) {
	if err := c.checkLimits(); err != nil {
		return nil, err
	}
	if rawURL == "" {
		rawURL = p.BaseURL
	}
	d := &destination{profile: p}
	if rawURL, d.compliant = cutEntraFlag(rawURL); rawURL == "" {
		return nil, usage(errors.New("no target given"), "give its base URL, such as https://scim.example.com/v2, or --profile with a base-url")
	}
	u, err := scim.ParseBaseURL(rawURL)
	if err != nil {
		return nil, err
	}
	d.baseURL, d.loopback = u.String(), engine.Loopback(u.Hostname())
	header := headers(p)
	for _, h := range c.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usage(errors.New("a --header has no colon"), `write it as -H "Name: value"`)
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	auth, err := c.authenticator(ctx, token)
	if err != nil {
		return nil, err
	}
	rate := c.rate
	if rate == 0 && !d.loopback {
		rate = documentedRate(p)
	}
	d.client, err = scim.NewClient(scim.Config{
		BaseURL: d.baseURL, Auth: auth, Header: header,
		CAFile: c.caFile, ClientCert: c.cert, ClientKey: c.key, Insecure: c.insecure,
		ConnectTimeout: c.connectTimeout, RequestTimeout: c.requestTimeout, MaxWait: c.maxWait, Rate: rate,
	})
	return d, err
}

// headers are those that a product wants in every request by its profile.
func headers(p *profile.Profile) http.Header {
	header := http.Header{}
	for name, value := range p.Headers {
		header.Set(name, value)
	}
	return header
}

// documentedRate is how many requests a second a product takes by its profile; 0
// is no limit.
func documentedRate(p *profile.Profile) float64 {
	if limit := p.Limits.Rate; limit.Requests > 0 {
		return float64(limit.Requests) / limit.Per.Seconds()
	}
	return 0
}

// authenticator reads the credentials that the flags name. A file is read at
// once: nothing is to be sent, or started, without it.
func (c *connection) authenticator(ctx context.Context, token scim.TokenSource) (scim.Authenticator, error) {
	if ways := []string{"bearer", "raw", "basic", "oauth2", "none"}; !slices.Contains(ways, c.auth) {
		return nil, usage(fmt.Errorf("there is no --auth %q", c.auth), "there are "+strings.Join(ways, ", "))
	}
	if token == nil && c.auth != "none" {
		switch {
		case c.tokenFile != "" && c.tokenCommand != "":
			return nil, usage(errors.New("--token-file and --token-command exclude each other"), "give one of them")
		case c.tokenFile != "":
			token = scim.FileToken(c.tokenFile)
			if _, err := token.Token(ctx); err != nil {
				return nil, err
			}
		case c.tokenCommand != "":
			token = scim.CommandToken(c.tokenCommand)
		case os.Getenv("SCIMTEST_TOKEN") != "":
			token = scim.EnvToken("SCIMTEST_TOKEN")
		default:
			return nil, usage(errors.New("no credentials given"),
				"set SCIMTEST_TOKEN, or use --token-file, --token-command, or --auth none")
		}
	}
	switch c.auth {
	case "raw":
		return scim.Raw(token), nil
	case "basic":
		if c.user == "" {
			return nil, usage(errors.New("--auth basic needs a user name"), "add --user NAME; the password is taken like a token")
		}
		return scim.Basic(c.user, token), nil
	case "oauth2":
		if c.oauthURL == "" || c.oauthID == "" {
			return nil, usage(errors.New("--auth oauth2 needs a token endpoint and a client id"),
				"add --oauth-token-url and --oauth-client-id; the secret is taken like a token")
		}
		return scim.ClientCredentials(c.oauthURL, c.oauthID, token, strings.Fields(c.scope)...), nil
	case "none":
		return nil, nil
	}
	return scim.Bearer(token), nil
}

// cutEntraFlag takes Entra's flag off a URL.
func cutEntraFlag(raw string) (string, bool) {
	base, query, ok := strings.Cut(raw, "?")
	if !ok {
		return raw, false
	}
	var keep []string
	found := false
	for _, p := range strings.Split(query, "&") {
		if name, _, _ := strings.Cut(p, "="); strings.EqualFold(name, entraFlag) {
			found = true
		} else if p != "" {
			keep = append(keep, p)
		}
	}
	if len(keep) > 0 {
		base += "?" + strings.Join(keep, "&")
	}
	return base, found
}

// hostOf is the host of a URL for people.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}
