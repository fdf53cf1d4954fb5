package main

import (
	"bufio"
	"cmp"
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
	writing := writers(plan.Checks)
	if d.loopback || o.readOnly || o.sandbox || d.profile.Sandbox || writing == 0 {
		return nil
	}
	what := announce(len(plan.Checks), writing, o.parallel, o.conn.rate)
	if plan.Hostile {
		what += ", hostile values among them"
	}
	return agreed(cmd, d, "a run "+what, "addresses under "+d.domain(), "; --read-only writes nothing")
}

// writers counts the checks that write.
func writers(checks []engine.Check) (n int) {
	for i := range checks {
		if !checks[i].ReadOnly {
			n++
		}
	}
	return n
}

// agreed asks whether a target may be written to. what says what is done, to
// what addresses the product may send mail, and otherwise how to do without.
func agreed(cmd *cobra.Command, d *destination, what, addresses, otherwise string) error {
	host := hostOf(d.baseURL)
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usage(fmt.Errorf("%s is not on this machine, and nobody agreed to writing to it: %s, and the product may send mail to %s",
			host, what, addresses),
			"add --sandbox, or sandbox: true to the profile file, if this is a test tenant"+otherwise)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s on %s. The product may send mail to %s.\nIs this a test tenant, and shall it be written to? [y/N] ",
		strings.ToUpper(what[:1])+what[1:], host, addresses)
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
	return usage(errors.New("nobody agreed to writing to "+host), "add --sandbox if this is a test tenant"+otherwise)
}

// announce says what to expect of so many checks. A rate of 0 is no limit.
func announce(checks, writing, parallel int, rate float64) string {
	requests := checks * requestsPerCheck
	length := time.Duration(requests) * timePerRequest / time.Duration(parallel)
	if rate > 0 {
		length = max(length, time.Duration(float64(requests)/rate*float64(time.Second)))
	}
	minutes := "about a minute"
	if n := int(math.Ceil(length.Minutes())); n > 1 {
		minutes = fmt.Sprintf("about %d minutes", n)
	}
	return fmt.Sprintf("creates and removes about %d users and %d groups, and some of what else /ResourceTypes lists, with about %d requests in %s",
		writing*usersPerCheck, (writing+checksPerGroup-1)/checksPerGroup, requests, minutes)
}

func (d *destination) domain() string { return cmp.Or(d.profile.Domain(), fake.DefaultDomain) }
