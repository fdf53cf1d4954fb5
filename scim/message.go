package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"

	"github.com/tidwall/gjson"
)

// List is a ListResponse (RFC 7644 section 3.4.2, RFC 9865).
type List struct {
	// TotalResults is -1 when it is absent or not a whole number from 0.
	TotalResults int
	// StartIndex and ItemsPerPage are 0 likewise.
	StartIndex, ItemsPerPage int
	// NextCursor and PreviousCursor are empty when absent or not a string.
	NextCursor, PreviousCursor string
	// Resources holds the entries that are objects, in order.
	Resources []Resource
}

// errNotList is returned for a body that is no ListResponse.
var errNotList = errors.New("no ListResponse: neither Resources nor totalResults")

func parseList(r Resource) (List, error) {
	l := List{TotalResults: -1}
	isList := false
	r.json.ForEach(func(k, v gjson.Result) bool {
		switch strings.ToLower(k.Str) {
		case "totalresults":
			l.TotalResults, isList = whole(v, -1), true
		case "startindex":
			l.StartIndex = whole(v, 0)
		case "itemsperpage":
			l.ItemsPerPage = whole(v, 0)
		case "nextcursor":
			l.NextCursor = v.Str
		case "previouscursor":
			l.PreviousCursor = v.Str
		case "resources":
			if !v.IsArray() {
				break
			}
			isList = true
			for _, e := range v.Array() {
				if e.IsObject() {
					l.Resources = append(l.Resources, resourceOf(e))
				}
			}
		}
		return true
	})
	if !isList {
		return List{}, errNotList
	}
	return l, nil
}

// whole is a whole number from 0 to 2^53, or what stands for none.
func whole(v gjson.Result, none int) int {
	if v.Type != gjson.Number || v.Num < 0 || v.Num > 1<<53 || v.Num != math.Trunc(v.Num) {
		return none
	}
	return int(v.Num)
}

// Error is an error message (RFC 7644 section 3.12).
type Error struct {
	// Status is the status as it stands in the body, a string by the RFC.
	Status   string
	ScimType string
	Detail   string
}

// errNoError is returned for a body that is no SCIM Error.
var errNoError = errors.New("no SCIM Error: schemas does not name it")

// ParseErrorMessage reads a SCIM Error.
func ParseErrorMessage(body []byte) (Error, error) {
	r, err := NewResource(body)
	if err != nil {
		return Error{}, err
	}
	for _, s := range r.Lookup("schemas") {
		if strings.EqualFold(s.String(), ErrorURN) {
			return Error{
				Status: r.Get("status").String(), ScimType: r.Get("scimType").String(), Detail: r.Get("detail").String(),
			}, nil
		}
	}
	return Error{}, errNoError
}

// PatchOperation is an operation of a PATCH request (RFC 7644 section 3.5.2).
type PatchOperation struct {
	// Op is add, remove or replace.
	Op string
	// Path is left out of the request when empty.
	Path string
	// Value is left out of the request when nil; use json.RawMessage("null")
	// to send null.
	Value any
}

// PatchBody makes the body of a PATCH request. The keys stand in the order of
// the RFC's examples: schemas, Operations; op, path, value.
func PatchBody(operations ...PatchOperation) []byte {
	var b bytes.Buffer
	b.WriteString(`{"schemas":["` + PatchOpURN + `"],"Operations":[`)
	for i, op := range operations {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"op":` + Quote(op.Op))
		if op.Path != "" {
			b.WriteString(`,"path":` + Quote(op.Path))
		}
		if op.Value != nil {
			b.WriteString(`,"value":`)
			b.Write(compact(op.Value))
		}
		b.WriteByte('}')
	}
	b.WriteString("]}")
	return b.Bytes()
}

// compact marshals a value that our own code made; one that cannot be JSON is
// a bug.
func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("a value that cannot be JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
