package reference

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"time"
)

// transportFaults are below HTTP. They bring TLS with them, by a certificate
// that nobody trusts: reach them with --insecure.
var transportFaults = []Fault{
	{"tls-1-3-alone", "The service provider speaks TLS 1.3 and nothing older", "7644-7.2-02", onSwitch(func(s *switches) { s.tlsFrom = tls.VersionTLS13 })},
}

// transportVariations are below HTTP.
var transportVariations = []Variation{
	{"tls", "The service provider speaks TLS, from version 1.2 on", "7644-7.2-02", onSwitch(func(s *switches) { s.tlsFrom = tls.VersionTLS12 })},
}

// ownCertificate makes a certificate for an address, signed by itself.
func ownCertificate(address net.Addr) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"},
	}
	if tcp, ok := address.(*net.TCPAddr); ok {
		template.IPAddresses = []net.IP{tcp.IP}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
