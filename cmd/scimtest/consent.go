package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/suites/engine"
)

// What a check sends and creates on the average, by which a run announces what
// it will do; measured on the embedded reference.
const (
	requestsPerCheck = 8
	usersPerCheck    = 2
	checksPerGroup   = 4
	timePerRequest   = 200 * time.Millisecond
)

// consent makes sure that somebody wants a target elsewhere to be written to.
func (o *runOptions) consent(cmd *cobra.Command, d *destination, plan *engine.Plan) error {
	writing := 0
	for i := range plan.Checks {
		if !plan.Checks[i].ReadOnly {
			writing++
		}
	}
	if d.loopback || o.readOnly || o.sandbox || d.profile.Sandbox || writing == 0 {
		return nil
	}
	host, what := hostOf(d.baseURL), o.announce(len(plan.Checks), writing)
	if plan.Hostile {
		what += ", hostile values among them"
	}
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usage(fmt.Errorf("%s is not on this machine, and nobody agreed to writing to it: a run %s, and the product may send mail to addresses under %s",
			host, what, d.domain()),
			"add --sandbox, or sandbox: true to the profile file, if this is a test tenant; --read-only writes nothing")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "A run %s on %s. The product may send mail to addresses under %s.\nIs this a test tenant, and shall it be written to? [y/N] ",
		what, host, d.domain())
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-cmd.Context().Done():
		return exitCode(engine.ExitInterrupted)
	case a := <-answer:
		if a == "y" || a == "yes" {
			return nil
		}
	}
	return usage(errors.New("nobody agreed to writing to "+host), "--read-only writes nothing")
}

// announce says what to expect of so many checks.
func (o *runOptions) announce(checks, writing int) string {
	requests := checks * requestsPerCheck
	length := time.Duration(requests) * timePerRequest / time.Duration(o.parallel)
	if o.conn.rate > 0 {
		length = max(length, time.Duration(float64(requests)/o.conn.rate*float64(time.Second)))
	}
	minutes := "about a minute"
	if n := int(math.Ceil(length.Minutes())); n > 1 {
		minutes = fmt.Sprintf("about %d minutes", n)
	}
	return fmt.Sprintf("creates and removes about %d users and %d groups, and some of what else /ResourceTypes lists, with about %d requests in %s",
		writing*usersPerCheck, (writing+checksPerGroup-1)/checksPerGroup, requests, minutes)
}

func (d *destination) domain() string {
	if d.profile.UserDomain != "" {
		return d.profile.UserDomain
	}
	return fake.DefaultDomain
}
