package mockidp

import (
	"fmt"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/scim"
)

// Connect makes an identity provider that speaks the dialect with this name to
// the service provider at the base URL. It is an error when there is no such
// dialect, or the URL is none.
func Connect(dialect, baseURL, token string) (*Provider, error) {
	d, err := Lookup(dialect, nil)
	if err != nil {
		return nil, err
	}
	return d.Connect(baseURL, token)
}

// Connect makes an identity provider that speaks the dialect to the service
// provider at the base URL. The token is sent in the first of the dialect's
// forms, else as a bearer token. New takes a client of your own, and a clock.
func (d *Dialect) Connect(baseURL, token string) (*Provider, error) {
	auth := scim.Bearer(scim.StaticToken(token))
	if len(d.Auth) > 0 {
		auth = d.Auth[0].Authenticate(token)
	}
	client, err := scim.NewClient(scim.Config{BaseURL: baseURL, Auth: auth})
	if err != nil {
		return nil, err
	}
	return New(Config{Dialect: d, Target: client}), nil
}

// sampleTag marks generated people and groups.
const sampleTag = "sample"

// Person makes up a user of the directory, with all that one can have: the same
// for the same key. Nothing is sent.
func (p *Provider) Person(key string) User {
	return UserOf(p.d, key, sampleTag, fake.New(1, key, sampleTag, "").Person(0))
}

// Team makes up a group of the directory: the same for the same key. Nothing is
// sent.
func (p *Provider) Team(key string) Group {
	return GroupOf(p.d, key, sampleTag, fake.New(1, key, sampleTag, "").GroupName(0))
}

// Err is nil unless the change failed; then it says what the identity
// provider's log would.
func (c Change) Err() error {
	if c.Outcome != Failed {
		return nil
	}
	return fmt.Errorf("%s %s: %s", c.Action, c.Subject, c.Reason)
}
