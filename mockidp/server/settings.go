package server

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// Settings say what a tenant is. The credential is none of them: it goes in,
// and never comes out.
type Settings struct {
	// ID names the tenant in URLs: lower-case letters, digits and dashes. It
	// never changes.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Dialect is the name of a dialect, and Options are its options that
	// differ from the default.
	Dialect string            `json:"dialect"`
	Options map[string]string `json:"options,omitempty"`
	// Target is the base URL of the service provider.
	Target string `json:"target"`
	// Auth is the form of the Authorization header: one of the dialect's, or
	// basic with User, or none. "" is the dialect's first.
	Auth string `json:"auth,omitempty"`
	User string `json:"user,omitempty"`
	// Insecure takes any certificate of the target.
	Insecure bool `json:"insecure,omitempty"`
	// Timeout is how many seconds an answer is waited for; 0 is what the
	// identity provider waits, or 60.
	Timeout int `json:"timeout_seconds,omitempty"`
	// MaxDeletions in one cycle of Entra ID are done without asking; 0 asks
	// never (entra.md 4.8).
	MaxDeletions int `json:"max_deletions,omitempty"`
	// KeepOutOfScope sends nothing when somebody leaves the scope of Entra ID
	// (entra.md 4.9).
	KeepOutOfScope bool `json:"keep_out_of_scope,omitempty"`
	// SyncAll puts everybody in scope, assigned or not (entra.md 4.3).
	SyncAll bool `json:"sync_all,omitempty"`
	// Scope are the scoping filters: who is assigned and meets all of them is
	// in scope.
	Scope []Clause `json:"scope,omitempty"`
}

// defaultTimeout is for identity providers of which no time limit is known.
const defaultTimeout = time.Minute

func (s *Settings) clean() {
	s.ID, s.Name, s.Target = strings.TrimSpace(s.ID), strings.TrimSpace(s.Name), strings.TrimSpace(s.Target)
	if s.Name == "" {
		s.Name = s.ID
	}
}

// slug makes an id of a name.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// check returns the dialect that the settings name, with a mapping of a
// customer's own or nil, or what is wrong with them.
func (s *Settings) check(own *mapping.Mapping) (*mockidp.Dialect, error) {
	if s.ID == "" || s.ID != slug(s.ID) || len(s.ID) > 60 {
		return nil, invalid("the id %q of a tenant has to be lower-case letters, digits and dashes", s.ID)
	}
	d, err := mockidp.LookupMapped(s.Dialect, s.Options, own)
	if err != nil {
		return nil, invalid("%v", err)
	}
	if s.Dialect == "entra-ondemand" {
		return nil, invalid("entra-ondemand is spoken by provisioning on demand; choose entra-legacy or entra-compliant")
	}
	u, err := scim.ParseBaseURL(s.Target)
	if err != nil {
		return nil, invalid("%v", err)
	}
	s.Target = u.String()
	if secretIn(u.Query()) {
		return nil, invalid("the URL of the target holds a secret in its query; give it as the credential")
	}
	if s.Auth != "" && !slices.Contains(AuthForms(d), s.Auth) {
		return nil, invalid("%s does not authenticate by %q; it can by %s", d.Label, s.Auth, strings.Join(AuthForms(d), ", "))
	}
	if s.Auth == "basic" && s.User == "" {
		return nil, invalid("basic authentication needs a user name; give it as user")
	}
	if s.Timeout < 0 || s.Timeout > 3600 {
		return nil, invalid("a time limit of %d seconds cannot be; give 1 to 3600, or 0 for the identity provider's own", s.Timeout)
	}
	if s.MaxDeletions < 0 {
		return nil, invalid("the number of deletions cannot be %d; give 0 for no limit", s.MaxDeletions)
	}
	for _, c := range s.Scope {
		if err := c.check(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// secretIn reports whether a query seems to hold a secret.
func secretIn(q url.Values) bool {
	for name := range q {
		for _, word := range []string{"token", "secret", "passw", "apikey", "api_key"} {
			if strings.Contains(strings.ToLower(name), word) {
				return true
			}
		}
	}
	return false
}

// AuthForms lists the forms of the Authorization header that a tenant of this
// dialect may choose.
func AuthForms(d *mockidp.Dialect) []string {
	var out []string
	for _, f := range d.Auth {
		out = append(out, f.Name)
	}
	for _, name := range []string{"bearer", "basic", "none"} {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// client makes the client of the target. Nothing is sent.
func (s *Settings) client(d *mockidp.Dialect, secret string) (*scim.Client, error) {
	c, err := scim.NewClient(s.config(d, secret))
	if err != nil {
		return nil, invalid("%v", err)
	}
	return c, nil
}

// config says how the target is reached.
func (s *Settings) config(d *mockidp.Dialect, secret string) scim.Config {
	timeout := time.Duration(s.Timeout) * time.Second
	if timeout == 0 {
		timeout = d.TimeLimit
	}
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return scim.Config{
		BaseURL: s.Target, Auth: s.authenticator(d, secret), Insecure: s.Insecure, RequestTimeout: timeout,
	}
}

func (s *Settings) authenticator(d *mockidp.Dialect, secret string) scim.Authenticator {
	name := s.Auth
	if name == "" && len(d.Auth) > 0 {
		name = d.Auth[0].Name
	}
	i := slices.IndexFunc(d.Auth, func(f mockidp.AuthForm) bool { return f.Name == name })
	switch {
	case name == "none" || secret == "":
		return nil
	case name == "basic" && s.User != "":
		return scim.Basic(s.User, scim.StaticToken(secret))
	case i >= 0:
		return d.Auth[i].Authenticate(secret)
	}
	return scim.Bearer(scim.StaticToken(secret))
}
