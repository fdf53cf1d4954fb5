package web

import (
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

type settingsData struct {
	server.Overview
	Auth     []string
	Dialects []*mockidp.Dialect
	Options  []chosen
}

// settings shows what a tenant is, with its clock. The credential goes in and
// never comes out.
func (v *visit) settings() error {
	o, d := v.t.Overview(), v.t.Dialect()
	data := settingsData{Overview: o, Auth: server.AuthForms(d), Options: options(d, o.Options)}
	for _, other := range chosenDialects() {
		if other.IdP == d.IdP {
			data.Dialects = append(data.Dialects, other)
		}
	}
	return v.show("settings", "Settings", data)
}

func (v *visit) saveSettings() error {
	ctx, cancel := v.ctx()
	defer cancel()
	f := v.r.PostFormValue
	timeout, err := v.whole("timeout", 0)
	if err != nil {
		return v.acted("/settings", "Nothing was changed", server.Result{}, err)
	}
	deletions, err := v.whole("max_deletions", 0)
	if err != nil {
		return v.acted("/settings", "Nothing was changed", server.Result{}, err)
	}
	var secret *string
	switch given := f("secret"); {
	case f("no_secret") != "":
		secret = new(string)
	case given != "":
		secret = &given
	}
	dialect := v.t.Dialect()
	_, err = v.t.Configure(ctx, func(s *server.Settings) error {
		s.Name, s.Target, s.Auth, s.User, s.Insecure, s.Timeout = f("name"), f("target"), f("auth"), f("user"), f("insecure") != "", timeout
		if v.r.PostForm.Has("max_deletions") {
			s.MaxDeletions, s.KeepOutOfScope = deletions, f("keep_out_of_scope") != ""
		}
		s.Options = map[string]string{}
		if d := f("dialect"); d != "" && d != s.Dialect {
			s.Dialect = d // with the defaults of its options
			return nil
		}
		for _, o := range dialect.Options {
			if value := f("option." + o.Name); value != "" && value != o.Default {
				s.Options[o.Name] = value
			}
		}
		return nil
	}, secret)
	return v.acted("/settings", "The settings were changed", server.Result{}, err)
}

// clock moves the clock of the tenant on.
func (v *visit) clock() error {
	text := strings.ReplaceAll(v.r.PostFormValue("by"), " ", "")
	d, err := parseTime(text)
	if err != nil {
		return v.goTo(v.back("/settings"), "bad", "The clock was not moved: %q is no time such as 40m, 2h30m or 7d.", text)
	}
	ctx, cancel := v.ctx()
	defer cancel()
	r, err := v.t.FastForward(ctx, d)
	return v.acted(v.back("/settings"), "The clock was moved on by "+text, r, err)
}

// parseTime reads a time such as 40m, with days too.
func parseTime(text string) (time.Duration, error) {
	if days, rest, ok := strings.Cut(text, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		if err != nil || d > 1000*time.Hour {
			return 0, errNoPage
		}
		d *= 24
		if rest == "" {
			return d, nil
		}
		more, err := time.ParseDuration(rest)
		return d + more, err
	}
	return time.ParseDuration(text)
}

func (v *visit) removeTenant() error {
	id := v.t.ID()
	if strings.TrimSpace(v.r.PostFormValue("id")) != id {
		return v.goTo("/settings", "bad", "Nothing was removed: write the id %s to confirm.", id)
	}
	if err := v.app.RemoveTenant(id); err != nil {
		return err
	}
	v.forget(id)
	v.base = ""
	return v.goTo("/", "ok", "The identity provider %s was removed. The target was not told.", id)
}
