package server

import (
	"context"
	"maps"

	"github.com/scimtest/scimtest/mockidp"
)

// Settings returns the settings.
func (t *Tenant) Settings() Settings {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.settings.clone()
}

// Configure changes the settings. The id stays, and the identity provider: a
// dialect of another one would not know what this one keeps. Another target, or
// other options, keep the links: restart, or make a new tenant, where they do
// not hold any more. A secret that is not nil is the new credential.
func (t *Tenant) Configure(ctx context.Context, change func(*Settings) error, secret *string) (Settings, error) {
	var after Settings
	_, err := t.act(ctx, "settings", func(context.Context) error {
		after = t.settings.clone()
		if err := change(&after); err != nil {
			return err
		}
		after.clean()
		after.ID = t.settings.ID
		d, err := after.check(t.mapping.parsed())
		if err != nil {
			return err
		}
		if d.IdP != t.dialect.IdP {
			return conflict("a tenant of %s cannot become one of %s; make another tenant", t.dialect.Label, d.Label)
		}
		credential := t.secret
		if secret != nil {
			credential = *secret
		}
		client, err := after.client(d, credential)
		if err != nil {
			return err
		}
		t.client.Close()
		t.settings, t.secret, t.dialect, t.client = after, credential, d, client
		if err := t.rebuild(); err != nil {
			return err
		}
		t.write(kindTenant, "", t.settings)
		t.write(kindSecret, "", t.secret)
		t.markUntold() // the scope may be another
		return nil
	})
	if err != nil {
		return Settings{}, err
	}
	_, err = t.edit(ctx, "settings", func() error { return nil })
	return after, err
}

// rebuild makes the identity provider anew with what it knows, for another
// dialect or other rules.
func (t *Tenant) rebuild() error {
	parts := t.provider.Parts()
	progress := t.provider.Progress()
	t.clock = mockidp.NewClock(progress.Now)
	t.machine()
	return t.provider.Restore(progress, maps.Clone(parts))
}
