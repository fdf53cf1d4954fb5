package scim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// secure serves over TLS and writes its certificate to a file.
func secure(t *testing.T, handler http.HandlerFunc, change func(*tls.Config)) (url, caFile string) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{}
	if change != nil {
		change(s.TLS)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL, writePEM(t, "CERTIFICATE", s.Certificate().Raw)
}

func writePEM(t *testing.T, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}

// clientCertificate makes a certificate for a client, signed by itself.
func clientCertificate(t *testing.T) (certificate *x509.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	return certificate, writePEM(t, "CERTIFICATE", der), writePEM(t, "EC PRIVATE KEY", private)
}

func ok(http.ResponseWriter, *http.Request) {}

func TestCertificatesOfTheTarget(t *testing.T) {
	url, caFile := secure(t, func(_ http.ResponseWriter, r *http.Request) { assert.Equal(t, 1, r.ProtoMajor) }, nil)
	assert.Equal(t, 200, get(t, scim.Config{BaseURL: url, CAFile: caFile}).Status())
	assert.Equal(t, 200, get(t, scim.Config{BaseURL: url, Insecure: true}).Status())
	x := get(t, scim.Config{BaseURL: url})
	assert.Equal(t, "TLS: the certificate is signed by an unknown authority; name it with --ca-file, or take any with --insecure", x.Error)
	assert.False(t, x.Sent())
}

func TestClientCertificates(t *testing.T) {
	certificate, certFile, keyFile := clientCertificate(t)
	url, caFile := secure(t, ok, func(c *tls.Config) {
		c.ClientAuth = tls.RequireAndVerifyClientCert
		c.ClientCAs = x509.NewCertPool()
		c.ClientCAs.AddCert(certificate)
	})
	assert.Equal(t, 200, get(t, scim.Config{BaseURL: url, CAFile: caFile, ClientCert: certFile, ClientKey: keyFile}).Status())
	x := get(t, scim.Config{BaseURL: url, CAFile: caFile})
	assert.Nil(t, x.Response)
	assert.Equal(t, "TLS: certificate required (the alert of the target)", x.Error)
	assert.False(t, x.Sent(), "the target refused the connection, not the request")
}

func TestTLSThatIsNone(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(ok))
	defer s.Close()
	x := get(t, scim.Config{BaseURL: "https" + s.URL[len("http"):]})
	assert.Equal(t, "TLS: the target does not speak TLS; is its URL http://?", x.Error)
	assert.False(t, x.Sent())
}

func TestFilesThatAreNoCertificates(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello"), 0o600))
	_, certFile, keyFile := clientCertificate(t)
	for want, cfg := range map[string]scim.Config{
		"check --ca-file":                   {CAFile: text + "x"},
		"holds no certificate":              {CAFile: text},
		"cannot read the client cert":       {ClientCert: text, ClientKey: keyFile},
		"--client-cert and --client-key":    {ClientCert: certFile, ClientKey: text},
		"check --client-cert":               {ClientCert: certFile},
		"certificate: open : no such file ": {ClientKey: keyFile},
	} {
		cfg.BaseURL = "https://scim.example.com"
		_, err := scim.NewClient(cfg)
		assert.ErrorContains(t, err, want)
	}
}

func TestATokenEndpointIsVerifiedInAnyCase(t *testing.T) {
	tokenURL, caFile := secure(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"at","token_type":"Bearer"}`)
	}, nil)
	target := httptest.NewServer(http.HandlerFunc(ok))
	defer target.Close()
	auth := func() scim.Authenticator {
		return scim.ClientCredentials(tokenURL, "client", scim.StaticToken("s3cret"))
	}
	assert.Equal(t, 200, get(t, scim.Config{BaseURL: target.URL, Auth: auth(), CAFile: caFile}).Status())
	x := get(t, scim.Config{BaseURL: target.URL, Auth: auth(), Insecure: true})
	assert.Equal(t, "the certificate of the token endpoint is signed by an unknown authority; name it with --ca-file", x.Error)
}
