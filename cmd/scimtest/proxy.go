package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/mockidp/server/proxy"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// proxyOptions holds the flags of scimtest proxy.
type proxyOptions struct {
	to, listen, publicURL   string
	record                  string
	goOn                    bool
	anonymize               bool
	requireToken, anonymous bool
	tlsCert, tlsKey         string
	selfSigned              bool
	target                  scim.Config
	timeout                 time.Duration
}

func newProxy() *cobra.Command {
	var o proxyOptions
	cmd := &cobra.Command{
		Use:   "proxy --to URL [--record FILE]",
		Short: "Stand between an identity provider and a target: judge and record",
		Long: `proxy passes what an identity provider sends on to a target, and the answers back,
byte for byte. It judges each answer by the rules that hold for every answer, says
which dialect it sees and why, and writes what passes to a HAR file that scimtest
replay sends again. Secrets are never recorded; people are replaced by others of
the same shape, unless --anonymize=false says otherwise.

Who has no Authorization header, or one that the target refuses, is not passed on.
Behind a tunnel, --public-url is the base URL that the identity provider has: then
Location, meta.location and $ref in the answers name it, and nothing else changes.

  scimtest proxy --to http://127.0.0.1:8080/scim/v2 --record run.har
  scimtest proxy --to URL --record run.har --public-url https://abc.tunnel.example/scim/v2
  SCIMTEST_TOKEN=... scimtest proxy --to URL --require-token`,
		Args: takes(0),
		RunE: o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "base `URL` of the target")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8087", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.publicURL, "public-url", "", "base `URL` by which the identity provider reaches the proxy")
	f.StringVar(&o.record, "record", "", "write what passes to this HAR `file`")
	f.BoolVar(&o.goOn, "append", false, "go on with the file of --record")
	f.BoolVar(&o.anonymize, "anonymize", true, "replace people by others of the same shape in what is recorded and shown")
	f.BoolVar(&o.requireToken, "require-token", false, "let nobody in but who has the token in SCIMTEST_TOKEN")
	f.BoolVar(&o.anonymous, "allow-anonymous", false, "pass requests without credentials, for a target that asks for none")
	f.StringVar(&o.tlsCert, "tls-cert", "", "speak TLS with the certificate in this PEM `file`")
	f.StringVar(&o.tlsKey, "tls-key", "", "key of the certificate, a PEM `file`")
	f.BoolVar(&o.selfSigned, "tls-self-signed", false, "speak TLS with a certificate that nobody has signed")
	f.StringVar(&o.target.CAFile, "ca-file", "", "trust the certificates in this PEM `file` on the way to the target")
	f.StringVar(&o.target.ClientCert, "client-cert", "", "client certificate for the target, a PEM `file`")
	f.StringVar(&o.target.ClientKey, "client-key", "", "key of the client certificate, a PEM `file`")
	f.BoolVar(&o.target.Insecure, "insecure", false, "do not verify the target's certificate")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "time limit of one exchange; Okta waits as long")
	return cmd
}

func (o *proxyOptions) run(cmd *cobra.Command, _ []string) error {
	cfg, certificate, err := o.config(cmd)
	if err != nil {
		return err
	}
	p, err := proxy.New(cfg)
	if err != nil {
		return err
	}
	var record *har.Writer
	if o.record != "" {
		if record, err = o.openRecord(); err != nil {
			return err
		}
		defer record.Close()
		p.Record(record)
	}
	running, err := p.Listen(o.listen, certificate)
	if err != nil {
		if record != nil && !o.goOn {
			_ = os.Remove(o.record) // it is empty, and would be in the way
		}
		return untested(fmt.Errorf("cannot listen: %w", err), "choose another address with --listen, such as 127.0.0.1:0 for a free port")
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "proxy     %s\ntarget    %s\n", running.URL, o.to)
	if o.publicURL != "" {
		fmt.Fprintf(out, "public    %s\n", o.publicURL)
	}
	if o.record != "" {
		people := "people are replaced by others of the same shape"
		if !o.anonymize {
			people = "people are recorded as they are"
		}
		fmt.Fprintf(out, "record    %s: secrets are left out, %s\n", o.record, people)
	}
	fmt.Fprintln(out, "give the identity provider the URL of the proxy; Ctrl-C ends it")
	<-cmd.Context().Done()
	if err := running.Close(); err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), "error: some requests were still on their way: "+err.Error())
	}
	s := p.Summary()
	s.Write(out)
	o.next(cmd, s, record)
	if s.RecordError != nil {
		return untested(fmt.Errorf("the recording is not complete: %w", s.RecordError), "free some space, and record again")
	}
	return nil
}

// config makes what the flags say, and the certificate to listen with.
func (o *proxyOptions) config(cmd *cobra.Command) (cfg proxy.Config, certificate *tls.Certificate, err error) {
	host, _, err := net.SplitHostPort(o.listen)
	switch {
	case o.to == "":
		return cfg, nil, usage(errors.New("no target given"), "add --to URL, the base URL that the identity provider has now")
	case err != nil:
		return cfg, nil, usage(fmt.Errorf("--listen %q is no address", o.listen), "give one such as 127.0.0.1:8087")
	case o.anonymous && !engine.Loopback(host):
		return cfg, nil, usage(errors.New("--allow-anonymous would let the whole network write to the target"), "listen on 127.0.0.1, or leave it out")
	case o.anonymous && o.requireToken:
		return cfg, nil, usage(errors.New("--allow-anonymous and --require-token exclude each other"), "give one of them")
	case o.goOn && o.record == "":
		return cfg, nil, usage(errors.New("--append has no use without --record"), "name the file with --record")
	case o.timeout <= 0:
		return cfg, nil, usage(fmt.Errorf("--timeout %s is no time limit", o.timeout), "give one such as 30s or 2m")
	}
	cfg = proxy.Config{
		Target: o.to, PublicURL: o.publicURL, AllowAnonymous: o.anonymous, Anonymize: o.anonymize,
		Invariants: suites.All().Invariants, Out: cmd.OutOrStdout(), Timeout: o.timeout,
	}
	if o.requireToken {
		if cfg.Token = os.Getenv("SCIMTEST_TOKEN"); cfg.Token == "" {
			return cfg, nil, usage(errors.New("--require-token, and there is no token"), "set SCIMTEST_TOKEN to the one that the identity provider has")
		}
	}
	if cfg.TLS, err = o.target.TLSConfig(); err != nil {
		return cfg, nil, err
	}
	certificate, err = o.certificate(host)
	return cfg, certificate, err
}

func (o *proxyOptions) certificate(host string) (*tls.Certificate, error) {
	switch {
	case (o.tlsCert == "") != (o.tlsKey == ""):
		return nil, usage(errors.New("--tls-cert and --tls-key belong together"), "give both")
	case o.tlsCert != "" && o.selfSigned:
		return nil, usage(errors.New("--tls-cert and --tls-self-signed exclude each other"), "give one of them")
	case o.tlsCert != "":
		pair, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey)
		if err != nil {
			return nil, usage(fmt.Errorf("cannot read the certificate: %w", err), "check --tls-cert and --tls-key")
		}
		return &pair, nil
	case o.selfSigned:
		names := []string{"localhost", host}
		if u, err := url.Parse(o.publicURL); err == nil && u.Hostname() != "" {
			names = append(names, u.Hostname())
		}
		return proxy.OwnCertificate(names...)
	}
	return nil, nil
}

func (o *proxyOptions) openRecord() (*har.Writer, error) {
	if o.goOn {
		w, err := har.Append(o.record)
		if err != nil {
			return nil, usage(fmt.Errorf("cannot go on with the recording: %w", err), "choose another file with --record, without --append")
		}
		return w, nil
	}
	w, err := har.Create(o.record, "scimtest", build().Version)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, usage(fmt.Errorf("%s is there already", o.record), "choose another file, or add --append to go on with it")
	case err != nil:
		return nil, usage(fmt.Errorf("cannot write the recording: %w", err), "choose another place with --record")
	}
	return w, nil
}

// next says what to do now.
func (o *proxyOptions) next(cmd *cobra.Command, s proxy.Summary, w *har.Writer) {
	out := cmd.OutOrStdout()
	fmt.Fprintln(out)
	switch {
	case s.Exchanges == 0:
		fmt.Fprintln(out, "next: give the identity provider the URL of the proxy, and have it test the connection")
	case w == nil:
		fmt.Fprintln(out, "next: scimtest proxy --to "+har.Quote(o.to)+" --record run.har keeps what passes")
	default:
		fmt.Fprintf(out, "recorded: %d exchanges in %s\nnext: scimtest replay %s %s\n", w.Entries(), o.record, har.Quote(o.record), har.Quote(o.to))
	}
}
