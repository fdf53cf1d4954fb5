package rfc

import (
	"crypto/tls"

	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 7.2.
var transportChecks = []Check{
	{Meta: Meta{
		// RFC 7644 says MUST, of the newest version that was there in 2015.
		// RFC 9325 lets a service provider speak TLS 1.3 alone, which is no
		// fault but shuts out clients that are no younger: advisory.
		ID: "transport.tls-1.2", Level: Should, ReadOnly: true,
		Title:    "The target takes a TLS 1.2 handshake",
		Requires: []string{"7644-7.2-02", "7642-4-02"},
		Catches:  []string{"tls-1-3-alone"},
	}, Body: func(t *T) {
		refusal := t.Handshake(tls.VersionTLS12)
		t.Expect(refusal == "", nil, "TLS", "a handshake of TLS 1.2", refusal,
			"a handshake of TLS 1.2 is refused: RFC 9325 allows that today, but clients without TLS 1.3 are shut out")
	}},
}
