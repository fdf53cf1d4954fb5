package har_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/scim"
)

// The command line means to a shell what the exchange says.
func TestCurlSurvivesTheShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	body := "{\"userName\":\"o'brien $HOME `x` \\\\ \\n é\"}"
	line := har.Curl("https://scim.example.com/v2?tenant=1", scim.Exchange{Request: scim.Request{
		Method: "PATCH", Path: "/Users/a%2Fb", RawQuery: `filter=userName+eq+"x"`,
		Header: http.Header{"Authorization": {"Bearer {{credential}}"}, "Content-Type": {scim.MediaType}, "User-Agent": {"scimtest/1"}},
		Body:   scim.Body(body),
	}})
	out, err := exec.Command(sh, "-c", `curl() { for a; do printf '%s\0' "$a"; done; }; SCIMTEST_TOKEN=t0k; `+line).Output()
	require.NoError(t, err)
	assert.Equal(t, []string{
		"-sS", "-X", "PATCH", "https://scim.example.com/v2/Users/a%2Fb?tenant=1&filter=userName+eq+%22x%22",
		"-H", "Authorization: Bearer t0k", "-H", "Content-Type: application/scim+json", "--data-binary", body,
	}, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
}
