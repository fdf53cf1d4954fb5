package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// trials is how often a draft is tried: what blocks is set lower with each.
const trials = 5

func newProfileInit() *cobra.Command {
	var (
		o    runOptions
		file string
	)
	cmd := &cobra.Command{
		Use:   "init URL",
		Short: "Draft a profile of a service provider",
		Long: `init reads what a target says of itself, and asks it a little more. Where it may
write (on this machine, or with --sandbox) it also tries the draft: all checks run,
what cannot be tried with this target gets another level, with the reason, and the
draft is tried again, until nothing is blocked. What it leaves out is for you to
judge: a bug of the target is to be mended, and its line to be deleted.

  scimtest profile init https://scim.example.com/v2 --sandbox --out acme.yaml
  scimtest run --profile acme.yaml --sandbox`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("no target given"), "give its base URL, such as https://scim.example.com/v2")
			}
			return takes(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.draft(cmd, args[0], file) },
	}
	o.conn.register(cmd)
	f := cmd.Flags()
	f.StringVar(&file, "out", "", "write the profile to this `file` (default: the standard output)")
	f.BoolVar(&o.sandbox, "sandbox", false, "consent to writing to a target that is not on this machine")
	f.BoolVar(&o.readOnly, "read-only", false, "draft from what can be read, and write nothing")
	f.StringVar(&o.journal, "journal", "", "`folder` for the journal of what is created (default: the user's state folder)")
	return cmd
}

// draft drafts a profile of the target and prints it.
func (o *runOptions) draft(cmd *cobra.Command, rawURL, file string) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	o.seed, o.parallel, o.checkTimeout = "1", engine.Parallelism, checkTimeout
	p, err := o.conn.loadProfile()
	if err != nil {
		return err
	}
	d, err := o.conn.open(ctx, p, rawURL, nil)
	if err != nil {
		return err
	}
	defer d.client.Close()
	out := &draft{base: o.conn.profile, baseURL: d.baseURL, features: map[string]bool{}}
	if err := out.read(ctx, d.client); err != nil {
		return err
	}
	tries := !o.readOnly && (d.loopback || o.sandbox || p.Sandbox)
	if !tries {
		fmt.Fprintln(stderr, "nothing is written to the target: the draft is not tried (--sandbox)")
	}
	for n := 1; tries && n <= trials; n++ {
		report, err := o.try(cmd, d, out)
		if err != nil {
			return err
		}
		left := out.learn(report)
		fmt.Fprintf(stderr, "trial %d: %d results are blocked\n", n, report.Summary.Counts[engine.Blocked])
		if out.hopeless != "" || left == 0 {
			break
		}
	}
	text := out.text()
	if _, err := profile.Parse("draft.yaml", []byte(text)); err != nil {
		return fmt.Errorf("the draft is no profile: %w", err)
	}
	if out.hopeless != "" {
		fmt.Fprintln(stderr, "no user can be created: "+out.hopeless+"\nadd what is missing to the draft, and run this again with --profile")
	} else if n := len(out.levels); n > 0 {
		fmt.Fprintf(stderr, "%d checks have another level in the draft: look at each, and delete the lines of those that found a bug\n", n)
	}
	if file == "" {
		_, err = io.WriteString(cmd.OutOrStdout(), text)
		return printed(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return usage(fmt.Errorf("the draft cannot be written: %w", err), "choose another place with --out")
	}
	return nil
}

// try runs everything under the draft.
func (o *runOptions) try(cmd *cobra.Command, d *destination, out *draft) (*engine.Report, error) {
	p, err := profile.Parse("draft.yaml", []byte(out.text()))
	if err != nil {
		return nil, fmt.Errorf("the draft is no profile: %w", err)
	}
	if o.conn.userDomain != "" {
		p.UserDomain = o.conn.userDomain
	}
	plan, err := o.plan(p, nil, d.baseURL)
	if err != nil {
		return nil, err
	}
	plan.Target, plan.BaseURL, plan.Profile = d.client, d.baseURL, p
	if plan.Journal, err = o.openJournal(plan); err != nil {
		return nil, untested(err, "name another folder with --journal")
	}
	progress := reports.NewProgress(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr()))
	plan.Events = progress.Event
	report, err := engine.Run(cmd.Context(), plan)
	progress.Close()
	if err != nil {
		return nil, err
	}
	if err := plan.Journal.Close(report.NothingLeft()); err != nil {
		return nil, err
	}
	if cmd.Context().Err() != nil {
		return nil, exitCode(engine.ExitInterrupted)
	}
	for i := range report.Results {
		if r := &report.Results[i]; r.ID == "preflight" && r.Outcome != engine.Pass {
			return nil, untested(errors.New(r.Reason), "check the URL and the credentials")
		}
	}
	return report, nil
}

// read asks the target what can be read.
func (d *draft) read(ctx context.Context, client scim.Doer) error {
	get := func(path string, anonymous bool) *scim.Exchange {
		h := http.Header{}
		h.Set("Accept", scim.MediaType)
		h.Set("User-Agent", "scimtest/"+build().Version)
		return client.Do(ctx, scim.Request{Method: http.MethodGet, Path: path, Header: h, NoAuth: anonymous})
	}
	users := get(scim.UsersEndpoint, false)
	switch {
	case users.Response == nil:
		return untested(errors.New("cannot reach the target: "+users.Error), "is the base URL right?")
	case users.Status() == http.StatusUnauthorized, users.Status() == http.StatusForbidden:
		return untested(fmt.Errorf("the credentials are refused: GET /Users answers %d", users.Status()), "is the token right, and not expired?")
	}
	list, err := scim.ParseList(users.Response.Body)
	if err != nil && get(scim.ServiceProviderConfigEndpoint, false).Status() != http.StatusOK {
		return untested(fmt.Errorf("no SCIM service provider answers here: GET /Users answers %d", users.Status()), "is the base URL right?")
	}
	if err == nil && list.TotalResults > len(list.Resources) && len(list.Resources) > 0 {
		d.pageDefault = len(list.Resources)
	}
	there, open := 0, 0
	for _, endpoint := range []string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint} {
		if get(endpoint, false).Status() == http.StatusOK {
			there++
			if get(endpoint, true).Status() == http.StatusOK {
				open++
			}
		}
	}
	switch {
	case there == 0:
		d.discovery = "absent"
	case open == 3:
		d.discovery = "anonymous"
	case there == 3:
		d.discovery = "present"
	}
	if config, err := scim.NewResource(bodyOf(get(scim.ServiceProviderConfigEndpoint, false))); err == nil {
		for _, path := range []string{"pagination.maxPageSize", "filter.maxResults"} {
			if n := int(config.Get(path).Int()); n > 0 && d.pageMaximum == 0 {
				d.pageMaximum = n
			}
		}
	}
	if d.pageMaximum > 0 && d.pageDefault > d.pageMaximum {
		d.pageMaximum = 0 // it says one thing and does another
	}
	return nil
}

func bodyOf(x *scim.Exchange) []byte {
	if x.Response == nil {
		return nil
	}
	return x.Response.Body
}

// hostName names a profile after the host of the target.
func hostName(baseURL string) string {
	host, _, _ := strings.Cut(hostOf(baseURL), ":")
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(host)), "-")
}
