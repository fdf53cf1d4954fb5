package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/mockidp/server/web"
	"github.com/scimtest/scimtest/suites/engine"
)

// passwordVariable is the environment variable with the password of the mock
// identity provider.
const passwordVariable = "SCIMTEST_IDP_PASSWORD"

// idpFlags say where the mock identity provider listens, and who may use it.
type idpFlags struct {
	listen, passwordFile, data string
}

func (f *idpFlags) register(cmd *cobra.Command, listen string) {
	cmd.Flags().StringVar(&f.listen, "listen", listen, "`address` to listen on; port 0 takes a free one; another address than this machine's own needs a password")
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "", "read the password from this `file` (default: environment "+passwordVariable+"; without one none is asked for)")
}

func newIdP() *cobra.Command {
	var f idpFlags
	var s server.Settings
	var dialect string
	cmd := &cobra.Command{
		Use:   "idp [URL]",
		Short: "Serve a mock identity provider that provisions to a target",
		Long: `idp serves an identity provider to point at a SCIM endpoint: a directory,
assignments, cycles or real time, a log with every request and answer, and faults
on the way. It has pages for a browser, and a JSON API, which /api/openapi.yaml
describes.

With a URL it begins with a tenant that provisions there, in the dialect that
--dialect names; the token is in SCIMTEST_TOKEN. More tenants are made on the
pages, or by the API.

  scimtest idp
  SCIMTEST_TOKEN=... scimtest idp https://scim.example.com/v2 --dialect entra-legacy --data idp.db`,
		Args: takes(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && (dialect != "" || s.ID != "") {
				return usage(errors.New("--dialect and --tenant are for a tenant, and no URL is given"), "give the URL of the target, or make a tenant by the API")
			}
			return f.serve(cmd, func(app *server.App, url string) error {
				if len(args) == 1 {
					if err := firstTenant(app, s, args[0], dialect); err != nil {
						return err
					}
				}
				return printIdP(cmd, app, url, f.data)
			})
		},
	}
	f.register(cmd, "127.0.0.1:8086")
	cmd.Flags().StringVar(&f.data, "data", "", "keep everything in this SQLite `file` (default: in memory)")
	cmd.Flags().StringVar(&dialect, "dialect", "", "the `name` of the dialect of the tenant for URL (default: okta-aiw; scimtest explain lists them)")
	cmd.Flags().StringVar(&s.ID, "tenant", "", "the `id` of the tenant for URL (default: the dialect's name)")
	return cmd
}

// firstTenant makes the tenant that the command line names, where the file has
// none of that id yet.
func firstTenant(app *server.App, s server.Settings, url, dialect string) error {
	s.Target, _ = cutEntraFlag(url)
	compliant := s.Target != url
	s.Dialect = dialect
	switch {
	case dialect == "" && compliant:
		s.Dialect = "entra-compliant" // the flag is Entra's (entra.md 1.4)
	case dialect == "":
		s.Dialect = "okta-aiw"
	}
	if s.ID == "" {
		s.ID = s.Dialect
	}
	token := os.Getenv("SCIMTEST_TOKEN")
	if t, err := app.Tenant(s.ID); err == nil {
		if have := t.Settings(); have.Target != strings.TrimRight(s.Target, "/") || dialect != "" && have.Dialect != dialect {
			return usage(fmt.Errorf("the tenant %s is there already, for %s in the dialect %s", s.ID, have.Target, have.Dialect),
				"leave the URL out to go on with it, or give --tenant for another one")
		}
		return nil
	}
	if _, err := app.AddTenant(s, token); err != nil {
		return usage(err, "scimtest idp --help shows how it is used")
	}
	return nil
}

func printIdP(cmd *cobra.Command, app *server.App, url, data string) error {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "mock IdP  %s\n", url)
	fmt.Fprintf(out, "API       %s/api/openapi.yaml\n", url)
	for _, t := range app.Tenants() {
		s := t.Settings()
		fmt.Fprintf(out, "tenant    %s, %s, provisions to %s\n", s.ID, t.Dialect().Label, s.Target)
	}
	if len(app.Tenants()) == 0 {
		fmt.Fprintln(out, "tenant    none yet; the pages make one, and so does POST /api/v1/tenants")
	}
	kept := "nothing is kept"
	if data != "" {
		kept = "everything is kept in " + data
	}
	_, err := fmt.Fprintf(out, "Ctrl-C ends it; %s\n", kept)
	return printed(err)
}

// serve opens the program, has begin make and print what it will, and serves
// until the context ends.
func (f *idpFlags) serve(cmd *cobra.Command, begin func(app *server.App, url string) error) (err error) {
	password, err := f.password()
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return usage(fmt.Errorf("--listen %q is no address", f.listen), "give one such as 127.0.0.1:8086")
	}
	// Under names of this machine alone: a site that resolves to it is not let
	// in under its own.
	hosts := []string{"127.0.0.1", "localhost", "::1", strings.ToLower(host)}
	if !engine.Loopback(host) {
		if password == "" {
			return usage(fmt.Errorf("others can reach %s, and there is no password", f.listen), "set "+passwordVariable+", or use --password-file, or listen on 127.0.0.1")
		}
		hosts = nil
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return untested(fmt.Errorf("cannot listen: %w", err), "choose another address with --listen, such as 127.0.0.1:0 for a free port")
	}
	defer l.Close()
	go server.BoundMemory(cmd.Context())
	app, err := server.Open(server.Config{File: f.data, Tester: tester{}})
	if err != nil {
		return untested(err, "check --data")
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	if err := begin(app, "http://"+l.Addr().String()); err != nil {
		return err
	}
	guard := server.NewGuard(password, hosts)
	if err := app.Serve(cmd.Context(), l, guard, web.New(app, guard)); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return untested(fmt.Errorf("the server ended: %w", err), "start it again")
	}
	return nil
}

func (f *idpFlags) password() (string, error) {
	if f.passwordFile == "" {
		return os.Getenv(passwordVariable), nil
	}
	data, err := os.ReadFile(f.passwordFile)
	if err != nil {
		return "", usage(fmt.Errorf("cannot read the password: %w", err), "check --password-file")
	}
	password := strings.TrimSpace(string(data))
	if password == "" {
		return "", usage(fmt.Errorf("the file %s holds no password", f.passwordFile), "write one into it")
	}
	return password, nil
}
