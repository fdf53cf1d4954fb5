package reference

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// unauthorized reports whether the answer refuses the credentials.
func unauthorized(a *reply) bool { return a.status == http.StatusUnauthorized }

// onHeader sees a request before anything else; it may change the header, or
// answer and return false.
func onHeader(f func(w http.ResponseWriter, r *http.Request) bool) func(*behaviour) {
	return onWire(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f(w, r) {
				next.ServeHTTP(w, r)
			}
		})
	})
}

// answerError sends a SCIM Error from the wire.
func answerError(w http.ResponseWriter, status int, detail string) {
	write(w, status, scim.MediaType, string(encode(errorReply(fail(status, "%s", detail)).body)))
}

var wireFaults = []Fault{
	{"media-type-json", "Answers are application/json", "E03, 7644-3.8-07",
		onAnswer(func(_ *call, a *reply) { a.header.Set("Content-Type", "application/json") })},
	{"media-type-html", "Answers are JSON called text/html", "E03, 7644-3.1-01",
		onAnswer(func(_ *call, a *reply) { a.header.Set("Content-Type", "text/html; charset=utf-8") })},
	{"media-type-missing", "Answers have no Content-Type", "E03",
		onWire(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(&withoutType{w}, r)
			})
		})},
	{"charset-latin1", "Answers are in ISO-8859-1", "7644-3.8-03",
		onAnswer(func(_ *call, a *reply) {
			if a.body != nil {
				a.header.Set("Content-Type", scim.MediaType+"; charset=iso-8859-1")
				a.raw = latin1(encode(a.body))
			}
		})},
	{"charset-parameter-415", "A body with a charset parameter is refused", "E02, OKTA-Q22",
		onHeader(func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.Header.Get("Content-Type"), "charset") {
				answerError(w, http.StatusUnsupportedMediaType, "the media type is not supported")
				return false
			}
			return true
		})},
	{"scim-json-415", "A body called application/scim+json is refused", "E02, medplum 4143",
		onHeader(func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.Header.Get("Content-Type"), scim.MediaType) {
				answerError(w, http.StatusUnsupportedMediaType, "send application/json")
				return false
			}
			return true
		})},
	{"plain-json-415", "A body called application/json is refused", "SCIM-SDK 629, 7644-3.8-05",
		onHeader(func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
				answerError(w, http.StatusUnsupportedMediaType, "send "+scim.MediaType)
				return false
			}
			return true
		})},
	{"accept-json-406", "Accept: application/json is answered with 406", "scim-for-keycloak 23, 7644-3.8-08",
		refuseAccept(func(accept string) bool { return accept == "application/json" })},
	{"accept-missing-406", "A request without Accept is answered with 406", "E01",
		refuseAccept(func(accept string) bool { return accept == "" })},
	{"accept-quality-406", "A header Accept with qualities is answered with 406", "OKTA-Q23",
		refuseAccept(func(accept string) bool { return strings.Contains(accept, ";q=") || strings.Contains(accept, "; q=") })},
	{"unauthorized-without-challenge", "An answer 401 has no header WWW-Authenticate", "SCM-2, 7644-2-07",
		onAnswer(func(_ *call, a *reply) { a.header.Del("WWW-Authenticate") })},
	{"unauthorized-html", "Wrong credentials are answered with 401 and a login page", "OKTA-Q16",
		onAnswer(func(_ *call, a *reply) {
			if unauthorized(a) {
				a.header.Set("Content-Type", "text/html; charset=utf-8")
				a.raw = []byte(loginPage)
			}
		})},
	{"unauthorized-200", "Wrong credentials are answered with 200 and a login page", "E06, snipe-it 14138",
		onAnswer(func(_ *call, a *reply) {
			if unauthorized(a) {
				a.status = http.StatusOK
				a.header.Del("WWW-Authenticate")
				a.header.Set("Content-Type", "text/html; charset=utf-8")
				a.raw = []byte(loginPage)
			}
		})},
	{"unauthorized-redirect", "Wrong credentials are answered with a redirect to a login page", "E06, 7644-3.12-09",
		onAnswer(func(_ *call, a *reply) {
			if unauthorized(a) {
				a.status, a.body = http.StatusFound, nil
				a.header.Set("Location", "/login")
			}
		})},
	{"no-content-with-length", "An answer 204 has a body", "RFC 9110 section 8.6, 7644-3.6-08",
		onWire(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(&withBody{w}, r)
			})
		})},
	{"body-truncated", "Lists of more than one resource end in the middle", "OKTA-Q15",
		onAnswer(func(_ *call, a *reply) {
			if len(listOf(a.body["Resources"])) > 1 {
				raw := encode(a.body)
				a.raw = raw[:len(raw)-2]
			}
		})},
	{"query-plus-kept", "A + in a query is not a blank", "E05, OKTA-Q06",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "+", "%2B")
			return true
		})},
	{"query-decoded-twice", "A query is decoded twice, so that an encoded + becomes a blank", "OKTA-Q06 (B31), 7644-1.2-01",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%2B", "+")
			return true
		})},
	{"store-mojibake", "Text is read as ISO-8859-1", "7643-2.3.1-01",
		onBody(fromLatin1)},
	{"store-drops-astral", "Characters outside the basic plane are lost", "7643-2.3.1-01",
		onBody(func(raw []byte) []byte {
			return bytes.Map(func(r rune) rune {
				if r > 0xffff {
					return -1
				}
				return r
			}, raw)
		})},
	{"store-joins-lines", "Line breaks in text become blanks", "7643-4.1.2-18",
		onBody(func(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte(`\n`), []byte(" ")) })},
}

func refuseAccept(refused func(accept string) bool) func(*behaviour) {
	return onHeader(func(w http.ResponseWriter, r *http.Request) bool {
		if refused(r.Header.Get("Accept")) {
			answerError(w, http.StatusNotAcceptable, "the media type is not available")
			return false
		}
		return true
	})
}

// onBody changes the bytes of a request.
func onBody(f func(raw []byte) []byte) func(*behaviour) {
	return onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
		changeBody(r, f)
		return true
	})
}

// changeBody changes the bytes of one request.
func changeBody(r *http.Request, f func(raw []byte) []byte) {
	if raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err == nil {
		raw = f(raw)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		r.ContentLength = int64(len(raw))
	}
}

// onRaw refuses a request by the bytes of its body.
func onRaw(refused func(r *http.Request, raw []byte) bool) func(*behaviour) {
	return onRawAs(http.StatusBadRequest, refused)
}

// onRawAs answers a request with an error by the bytes of its body.
func onRawAs(status int, when func(r *http.Request, raw []byte) bool) func(*behaviour) {
	return onHeader(func(w http.ResponseWriter, r *http.Request) bool {
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if err == nil && when(r, raw) {
			answerError(w, status, "the body cannot be read")
			return false
		}
		return true
	})
}

// latin1 writes text in ISO-8859-1; what it lacks becomes a question mark.
func latin1(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// fromLatin1 reads bytes as ISO-8859-1.
func fromLatin1(raw []byte) []byte {
	var out []byte
	for _, b := range raw {
		out = utf8.AppendRune(out, rune(b))
	}
	return out
}

// withoutType takes Content-Type away.
type withoutType struct{ http.ResponseWriter }

func (w *withoutType) WriteHeader(status int) {
	w.Header()["Content-Type"] = nil // an empty value would be sniffed
	w.ResponseWriter.WriteHeader(status)
}

// withBody sends 204 with a body, which Go's server would leave out.
type withBody struct{ http.ResponseWriter }

func (w *withBody) WriteHeader(status int) {
	if status != http.StatusNoContent {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	conn, _, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
}
