package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

// errForged: a form that did not come from a page of this program.
var errForged = errors.New("the form did not come from a page that this program made, or the program was started anew since; open the page again and send it once more")

// cookieName holds the port, since ports share cookies: two programs on one
// machine do not take each other's.
func cookieName(base string, r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil && port != "" && strings.Trim(port, "0123456789") == "" {
		return base + "-" + port
	}
	return base
}

func setCookie(w http.ResponseWriter, name, value string, age int) {
	//nolint:gosec // the pages are served over plain HTTP on this machine: Secure would lose the cookie
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

func (s *Site) sign(what, value string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(what + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// genuine refuses a form that came from elsewhere, and reads one that did not.
// Who is no browser needs the token too: programs have the API.
func (v *visit) genuine() error {
	if err := v.origin.Check(v.r); err != nil {
		return errForged
	}
	limit := int64(maxForm)
	if strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
		limit = maxUpload
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	var err error
	if limit == maxUpload {
		err = v.r.ParseMultipartForm(8 << 20)
	} else {
		err = v.r.ParseForm()
	}
	if err != nil {
		return errors.Join(errForged, err)
	}
	if !hmac.Equal([]byte(v.r.PostFormValue(server.TokenField)), []byte(v.guard.Token())) {
		return errForged
	}
	return nil
}

// flash is a message that is shown once: ok, bad or info.
type flash struct{ Kind, Text string }

// leaveFlash leaves a message for the next page.
func (v *visit) leaveFlash(f flash) {
	if r := []rune(f.Text); len(r) > 500 {
		f.Text = string(r[:500]) + "..."
	}
	data, err := json.Marshal(f)
	if err != nil {
		return // two strings always can be
	}
	text := base64.RawURLEncoding.EncodeToString(data)
	setCookie(v.w, cookieName("scimtest-flash", v.r), text+"."+v.sign("flash", text), 60)
}

// takeFlash takes the message that was left for this page. A page that is only
// brought up to date leaves it.
func (v *visit) takeFlash() *flash {
	name := cookieName("scimtest-flash", v.r)
	c, err := v.r.Cookie(name)
	if err != nil || v.r.Header.Get("HX-Request") != "" {
		return nil
	}
	setCookie(v.w, name, "", -1)
	text, mac, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(mac), []byte(v.sign("flash", text))) {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	f := &flash{}
	if json.Unmarshal(data, f) != nil {
		return nil
	}
	return f
}
