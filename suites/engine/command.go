package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// commandTime bounds a command of the profile.
const commandTime = 30 * time.Second

// The situations that a profile may have a command for.
const (
	// JITAccount is an account that a sign-in makes. Its command is given what
	// the assertion says: the userName, the given and the family name, the name
	// to be shown and the e-mail address.
	JITAccount = "jit-account"
	// SeatLimit is a tenant with as many seats as are taken. Its command is given
	// "fill", and "free" at the end.
	SeatLimit = "seat-limit"
	// LastAdministrator is a user who is the only active administrator. Its
	// command is given "make", and "undo" at the end, with the userName and the
	// id.
	LastAdministrator = "last-administrator"
)

// turns are the words that begin and end a situation of the whole tenant.
var turns = map[string]struct{ on, off string }{
	SeatLimit:         {"fill", "free"},
	LastAdministrator: {"make", "undo"},
}

// Observation is what somebody beside SCIM sees of a user. What is nil was not
// said.
type Observation struct {
	Exists   *bool `json:"exists"`
	Active   *bool `json:"active"`
	CanLogIn *bool `json:"can_log_in"`
	// Groups are the names of the user's groups.
	Groups []string `json:"groups"`
}

// beside runs what the plan has for a command of the profile: "observe", or a
// situation of arrange. It is nil without one.
func (p *Plan) beside(name string) func(context.Context, ...string) ([]byte, error) {
	words := p.Profile.Observe
	if name != observe {
		words = p.Profile.Arrange[name]
	}
	switch {
	case len(words) > 0:
		return func(ctx context.Context, args ...string) ([]byte, error) { return runCommand(ctx, words, args...) }
	case p.Beside != nil:
		return func(ctx context.Context, args ...string) ([]byte, error) {
			return p.Beside(ctx, append([]string{name}, args...)...)
		}
	}
	return nil
}

const observe = "observe"

// CanObserve reports whether the profile has a command that observes users.
func (t *T) CanObserve() bool { return t.run.plan.beside(observe) != nil }

// Observe asks the profile's command what it sees of a user, by the name that
// she signs in with and the id, which is empty where SCIM has no account. Without one the
// step is skipped as not shown; a command that fails, or says what cannot be
// read, blocks it.
func (t *T) Observe(name, id string) Observation {
	if !t.CanObserve() {
		t.Skip("not shown: the profile has no command observe")
	}
	out := t.command(observe, observe, name, id)
	var o Observation
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		t.Block("the command observe prints no observation: %s; see docs/profile-file.md", err)
	}
	return o
}

// CanArrange reports whether the profile has a command that brings a situation
// about, such as SeatLimit.
func (t *T) CanArrange(situation string) bool { return t.run.plan.canArrange(situation) }

func (p *Plan) canArrange(situation string) bool { return p.beside(situation) != nil }

// Arrange brings a situation about by the profile's command, which gets the
// arguments. Without one the step is skipped as not shown; a command that fails
// blocks it. A situation of the whole tenant, such as SeatLimit, ends with the
// check, before what the check created is removed.
func (t *T) Arrange(situation string, args ...string) {
	turn, lasts := turns[situation]
	if lasts && t.CanArrange(situation) {
		off := append([]string{turn.off}, args...)
		t.undo = append(t.undo, func(ctx context.Context) error {
			if _, err := t.run.plan.beside(situation)(ctx, off...); err != nil {
				return fmt.Errorf("the command arrange: %s of the profile fails at %q: %w", situation, turn.off, err)
			}
			return nil
		})
	}
	if lasts {
		args = append([]string{turn.on}, args...)
	}
	t.arranged(situation, args...)
}

// arranged runs the command of a situation and returns what it prints.
func (t *T) arranged(situation string, args ...string) []byte {
	if !t.CanArrange(situation) {
		t.Skip("not shown: the profile has no command arrange: %s", situation)
	}
	return t.command("arrange: "+situation, situation, args...)
}

// SignIn has the profile's command make the account of a sign-in with the values
// of JITAccount, and returns its id; clean-up removes it. Where the command does
// not print the id the account is looked for by its userName, and the step
// blocked when that finds nobody.
func (t *T) SignIn(userName string, values ...string) (id string) {
	made := &created{endpoint: scim.UsersEndpoint, names: names{userName: userName}}
	made.journal = t.run.plan.Journal.will(t.meta.ID, made.as, made.endpoint, made.names)
	t.created = append(t.created, made)
	made.id = strings.TrimSpace(string(t.arranged(JITAccount, append([]string{userName}, values...)...)))
	if made.id == "" {
		found := t.List(scim.UsersEndpoint, Filter("userName eq "+scim.Quote(userName))).Arranging().Status(http.StatusOK)
		for _, r := range found.Page().Resources {
			if strings.EqualFold(r.Get("userName").String(), userName) {
				made.id = r.ID()
			}
		}
	}
	if made.id == "" {
		t.Block("after the command arrange: %s nobody is found by the userName", JITAccount)
	}
	t.run.discovered.of(made.as).own(made.id)
	t.run.plan.Journal.did(made.journal, made.id, http.StatusCreated)
	return made.id
}

// endSituations ends what Arrange began, last first.
func (t *T) endSituations(parent context.Context) (errs []error) {
	for _, undo := range slices.Backward(t.undo) {
		if err := undo(context.WithoutCancel(parent)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// command runs a command of the profile, and blocks the step when it fails.
func (t *T) command(name, what string, args ...string) []byte {
	out, err := t.run.plan.beside(what)(t.ctx, args...)
	switch {
	case t.ctx.Err() != nil:
		t.Block("%s", t.run.why(t.ctx))
	case err != nil:
		t.Block("the command %s of the profile fails: %s", name, err)
	}
	return out
}

// runCommand runs a command without a shell, with more arguments, and returns
// what it prints. The error has the first line of its complaints.
func runCommand(ctx context.Context, words []string, args ...string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(limited, words[0], append(words[1:len(words):len(words)], args...)...)
	// What it started itself may hold the output open.
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if limited.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%s: it takes more than %s", words[0], commandTime)
	}
	if err == nil {
		return out, nil
	}
	text := err.Error()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if first, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n"); first != "" {
			text += ": " + first
		}
	}
	return nil, fmt.Errorf("%s: %s", words[0], text)
}
