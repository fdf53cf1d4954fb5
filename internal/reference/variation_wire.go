package reference

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/scimtest/scimtest/scim"
)

// wireVariations are in headers, bytes and errors.
var wireVariations = []Variation{
	{"charset-parameter", "The media type of answers has a charset parameter, in capitals", "7644-3.1-01, RFC 2045 section 5.1",
		onAnswer(func(_ *call, a *reply) {
			if a.header.Get("Content-Type") == "" {
				a.header.Set("Content-Type", "Application/SCIM+JSON; charset=UTF-8")
			}
		})},
	{"media-type-plain", "Answers are application/json", "requirements.md, expectation 13",
		onAnswer(func(_ *call, a *reply) { a.header.Set("Content-Type", "application/json") })},
	{"error-media-type-plain", "Errors are application/json", "requirements.md, expectation 13",
		onAnswer(func(_ *call, a *reply) {
			if a.status >= http.StatusBadRequest {
				a.header.Set("Content-Type", "application/json; charset=utf-8")
			}
		})},
	{"indented", "Bodies are indented, with their members in another order", "RFC 8259 section 4",
		onSwitch(func(s *switches) {
			s.encode = func(o object) []byte {
				var b bytes.Buffer
				if err := json.Indent(&b, backwards(o), " ", "\t"); err != nil {
					panic("an answer is not JSON: " + err.Error())
				}
				return b.Bytes()
			}
		})},
	{"another-host", "Locations and references name another host", "RFC 7644 section 3.1, architecture section 7",
		onCall(func(c *call) { c.base = "https://gateway.scimtest.example.com" + c.srv.basePath })},
	{"relative-location", "meta.location and $ref are relative references", "7643-2.3.7-05, interop notes",
		onCall(func(c *call) { c.base = c.srv.basePath })},
	{"throttled", "Every fortieth request is answered with 429 first", "RFC 6585 section 4",
		func(b *behaviour) {
			var n atomic.Int64
			onHeader(func(w http.ResponseWriter, _ *http.Request) bool {
				if n.Add(1)%40 != 0 {
					return true
				}
				w.Header().Set("Retry-After", "0")
				answerError(w, http.StatusTooManyRequests, "slower, please")
				return false
			})(b)
		}},
	{"strong-etags", "ETags are strong", "7644-3.14-02", retag(func(tag string) string { return strings.TrimPrefix(tag, "W/") })},
	{"no-etags", "There are no ETags, and preconditions are ignored", "7644-3.14-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["etag"] = supported(false) })(b)
			onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
				r.Header.Del("If-Match")
				r.Header.Del("If-None-Match")
				return true
			})(b)
			retag(func(string) string { return "" })(b)
		}},
	{"conflict-409", "A precondition that fails is answered with 409", "requirements.md, contradiction 57",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusPreconditionFailed && c.method != http.MethodGet {
				setStatus(a, http.StatusConflict)
			}
		})},
	{"scim-type-left-out", "Errors have a scimType only where it is demanded", "7644-3.12-04",
		onAnswer(func(c *call, a *reply) {
			switch word, _ := a.body["scimType"].(string); word {
			case scim.Uniqueness:
				if !c.isCreate() {
					delete(a.body, "scimType")
				}
			case scim.InvalidFilter, scim.NoTarget, scim.Mutability, scim.TooMany:
			default:
				if a.status >= http.StatusBadRequest {
					delete(a.body, "scimType")
				}
			}
		})},
	{"errors-without-detail", "Errors have a detail only where it is demanded, and a member of their own", "7644-3.12-05",
		onAnswer(func(_ *call, a *reply) {
			demanded := a.status == http.StatusRequestEntityTooLarge || a.body["scimType"] == scim.InvalidFilter // 7644-3.4.2.2-42
			if a.status >= http.StatusBadRequest && a.body["detail"] != nil && !demanded {
				delete(a.body, "detail")
				a.body["correlationId"] = "4711"
			}
		})},
}

// retag changes the entity-tags that answers show; "" takes them away.
func retag(change func(tag string) string) func(*behaviour) {
	return func(b *behaviour) {
		onShow(func(_ *call, _ *resource, o object) {
			meta, ok := o["meta"].(object)
			if !ok || meta["version"] == nil {
				return
			}
			if meta["version"] = change(meta["version"].(string)); meta["version"] == "" {
				delete(meta, "version")
			}
		})(b)
		onAnswer(func(_ *call, a *reply) {
			if tag := change(a.header.Get("ETag")); tag != "" {
				a.header.Set("ETag", tag)
			} else {
				a.header.Del("ETag")
			}
			for _, o := range listOf(a.body["Operations"]) { // results of bulk
				if o, ok := o.(object); ok && o["version"] != nil {
					if tag := change(o["version"].(string)); tag != "" {
						o["version"] = tag
					} else {
						delete(o, "version")
					}
				}
			}
		})(b)
	}
}

// backwards encodes a value with the members of objects from Z to A.
func backwards(v any) []byte {
	var b bytes.Buffer
	switch v := v.(type) {
	case object:
		names := memberNames(v)
		b.WriteByte('{')
		for i := len(names) - 1; i >= 0; i-- {
			b.WriteString(strconv.Quote(names[i]) + ":")
			b.Write(backwards(v[names[i]]))
			if i > 0 {
				b.WriteByte(',')
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(backwards(x))
		}
		b.WriteByte(']')
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			panic("a value of an answer is not JSON: " + err.Error())
		}
		b.Write(raw)
	}
	return b.Bytes()
}
