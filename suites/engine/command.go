package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// commandTime bounds a command of the profile.
const commandTime = 30 * time.Second

// The situations that a profile may have a command for.
const (
	// JITAccount is an account that a sign-in makes, with the userName.
	JITAccount = "jit-account"
	// SeatLimit is a tenant without a free seat. Its command is given "fill" or
	// "free".
	SeatLimit = "seat-limit"
)

// Observation is what somebody beside SCIM sees of a user. What is nil was not
// said.
type Observation struct {
	Exists   *bool `json:"exists"`
	Active   *bool `json:"active"`
	CanLogIn *bool `json:"can_log_in"`
	// Groups are the names of the user's groups.
	Groups []string `json:"groups"`
}

// CanObserve reports whether the profile has a command that observes users.
func (t *T) CanObserve() bool { return len(t.run.plan.Profile.Observe) > 0 }

// Observe asks the profile's command what it sees of a user. Without one the
// step is skipped as not shown; a command that fails, or says what cannot be
// read, blocks it.
func (t *T) Observe(userName, id string) Observation {
	if !t.CanObserve() {
		t.Skip("not shown: the profile has no command observe")
	}
	out := t.command("observe", t.run.plan.Profile.Observe, userName, id)
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
func (t *T) CanArrange(situation string) bool {
	return len(t.run.plan.Profile.Arrange[situation]) > 0
}

// Arrange brings a situation about by the profile's command, which gets the
// arguments. Without one the step is skipped as not shown; a command that fails
// blocks it. What it makes is not cleaned up.
func (t *T) Arrange(situation string, args ...string) {
	if !t.CanArrange(situation) {
		t.Skip("not shown: the profile has no command arrange: %s", situation)
	}
	t.command("arrange: "+situation, t.run.plan.Profile.Arrange[situation], args...)
}

// command runs a command of the profile, and blocks the step when it fails.
func (t *T) command(name string, words []string, args ...string) []byte {
	out, err := runCommand(t.ctx, words, args...)
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
