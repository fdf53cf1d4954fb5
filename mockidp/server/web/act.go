package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

// errNoPage: there is no such page.
var errNoPage = fmt.Errorf("there is no such page: %w", server.ErrNotFound)

// sentence makes a sentence of an error.
func sentence(err error) string {
	return capital(strings.TrimSuffix(err.Error(), ".")) + "."
}

// act does something with the whole tenant.
func (v *visit) act() error {
	type action struct {
		what string
		do   func(context.Context) (server.Result, error)
	}
	t := v.t
	a, ok := map[string]action{
		"start":           {"Provisioning was started", t.Start},
		"pause":           {"Provisioning was paused", t.Pause},
		"cycle":           {"A cycle was run", t.RunCycle},
		"test":            {"The connection was tested", t.TestConnection},
		"restart":         {"Provisioning was restarted", func(c context.Context) (server.Result, error) { return t.Restart(c, false) }},
		"reset":           {"Provisioning was restarted without its links", func(c context.Context) (server.Result, error) { return t.Restart(c, true) }},
		"allow-deletions": {"The deletions were allowed", t.AllowDeletions},
		"force-sync":      {"Force sync", t.ForceSync},
		"out-of-sync":     {"Provision out of sync users", t.ProvisionOutOfSync},
		"retry-all":       {"The tasks were tried again", t.RetryAll},
	}[v.r.PathValue("action")]
	if !ok {
		return errNoPage
	}
	ctx, cancel := v.ctx()
	defer cancel()
	r, err := a.do(ctx)
	if err == nil && r.Done+r.Skipped+r.Failed == 0 && v.r.PathValue("action") != "pause" {
		a.what += "; there was nothing to send"
	}
	return v.acted(v.back(""), a.what, r, err)
}

// isWrong reports whether a form can be mended by who filled it in.
func isWrong(err error) bool {
	return errors.Is(err, server.ErrInvalid) || errors.Is(err, server.ErrConflict)
}
