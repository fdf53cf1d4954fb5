package scim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Token is a secret with the time when it expires; zero when that is not
// known.
type Token struct {
	Value  string
	Expiry time.Time
}

// TokenSource gives a token, a password or another secret.
type TokenSource interface {
	Token(context.Context) (Token, error)
	// Renewable reports whether asking again may give another one.
	Renewable() bool
}

// StaticToken is a token that is known beforehand.
func StaticToken(token string) TokenSource { return static(token) }

type static string

func (s static) Token(context.Context) (Token, error) { return Token{Value: string(s)}, nil }
func (static) Renewable() bool                        { return false }

// EnvToken takes the token from an environment variable.
func EnvToken(name string) TokenSource { return env(name) }

type env string

func (e env) Token(context.Context) (Token, error) {
	v := strings.TrimSpace(os.Getenv(string(e)))
	if v == "" {
		return Token{}, fmt.Errorf("the environment variable %s is empty; put the token there", string(e))
	}
	return Token{Value: v, Expiry: expiryOf(v)}, nil
}

func (env) Renewable() bool { return false }

// FileToken takes the token from a file. It is read again after a 401, since
// such files are rotated.
func FileToken(path string) TokenSource { return file(path) }

type file string

func (f file) Token(context.Context) (Token, error) {
	b, err := os.ReadFile(string(f))
	if err != nil {
		return Token{}, fmt.Errorf("cannot read the token: %w; check --token-file", err)
	}
	v := strings.TrimSpace(string(b))
	if v == "" {
		return Token{}, fmt.Errorf("the token file %s is empty; put the token there", string(f))
	}
	return Token{Value: v, Expiry: expiryOf(v)}, nil
}

func (file) Renewable() bool { return true }

// CommandToken runs a command by the shell and takes what it prints: a token,
// or a JSON object with access_token and expires_in (seconds). It runs again
// before the token expires, and after a 401.
func CommandToken(command string) TokenSource { return shell(command) }

type shell string

// leftover is how long the output of a command stays open behind its end for
// what it has left running.
const leftover = 200 * time.Millisecond

func (s shell) Token(ctx context.Context) (Token, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", string(s))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.WaitDelay = leftover
	out, err := cmd.Output()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		switch {
		case ctx.Err() != nil:
			first = "it took too long"
		case first == "":
			first = err.Error()
		}
		return Token{}, fmt.Errorf("the token command failed: %s; run it by hand to see more", first)
	}
	v := strings.TrimSpace(string(out))
	if v == "" {
		return Token{}, errors.New("the token command printed nothing; it has to print the token")
	}
	var grant struct {
		AccessToken string `json:"access_token"`
		// Some write the number as a string, which json.Number takes.
		ExpiresIn json.Number `json:"expires_in"`
	}
	if strings.HasPrefix(v, "{") && json.Unmarshal([]byte(v), &grant) == nil && grant.AccessToken != "" {
		t := Token{Value: grant.AccessToken, Expiry: expiryOf(grant.AccessToken)}
		if seconds, err := grant.ExpiresIn.Float64(); err == nil && seconds > 0 {
			t.Expiry = time.Now().Add(time.Duration(seconds * float64(time.Second)))
		}
		return t, nil
	}
	return Token{Value: v, Expiry: expiryOf(v)}, nil
}

func (shell) Renewable() bool { return true }
