package reference

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/scimtest/scimtest/scim"
)

// wireVariations are in headers, bytes and errors.
var wireVariations = []Variation{
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
	{"conflict-409", "A precondition that fails is answered with 409", "requirements.md, contradiction 57",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusPreconditionFailed && c.method != http.MethodGet {
				setStatus(a, http.StatusConflict)
			}
		})},
	{"errors-without-detail", "Errors have a detail only where it is demanded, and a member of their own", "7644-3.12-05",
		onAnswer(func(c *call, a *reply) {
			demanded := a.status == http.StatusRequestEntityTooLarge || a.body["scimType"] == scim.InvalidFilter || // 7644-3.4.2.2-42
				c.inBulk || c.endpoint() == scim.BulkEndpoint // 7644-3.7.3-04
			if a.status >= http.StatusBadRequest && a.body["detail"] != nil && !demanded {
				delete(a.body, "detail")
				a.body["correlationId"] = "4711"
			}
		})},
	{"bulk-status-object", "The status of a result of bulk is an object with a code", "requirements.md, contradiction 58",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.BulkEndpoint {
				for _, o := range listOf(a.body["Operations"]) {
					if o, ok := o.(object); ok {
						o["status"] = object{"code": o["status"]}
					}
				}
			}
		})},
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
