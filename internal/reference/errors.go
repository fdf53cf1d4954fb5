package reference

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// problem is an error that is answered as a SCIM Error (RFC 7644 section 3.12).
type problem struct {
	status   int
	scimType string
	detail   string
	header   http.Header
}

func (p *problem) Error() string { return p.detail }

// refuse makes a problem with status 400.
func refuse(scimType, format string, args ...any) error {
	return &problem{status: http.StatusBadRequest, scimType: scimType, detail: fmt.Sprintf(format, args...)}
}

// fail makes a problem without a scimType.
func fail(status int, format string, args ...any) error {
	return &problem{status: status, detail: fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return fail(http.StatusNotFound, "%s does not exist", what)
}

func notAllowed(method string, allowed ...string) error {
	header := http.Header{"Allow": {strings.Join(allowed, ", ")}}
	return &problem{status: http.StatusMethodNotAllowed, detail: method + " is not offered here", header: header}
}

func notImplemented(what string) error {
	return fail(http.StatusNotImplemented, "%s is not supported", what)
}

// errorReply is the answer for an error. What is not a problem is a bug of
// ours and answers 500.
func errorReply(err error) *reply {
	var p *problem
	if !errors.As(err, &p) {
		p = &problem{status: http.StatusInternalServerError, detail: err.Error()}
	}
	body := object{
		"schemas": []any{scim.ErrorURN},
		"status":  strconv.Itoa(p.status),
		"detail":  p.detail,
	}
	if p.scimType != "" {
		body["scimType"] = p.scimType
	}
	header := p.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &reply{status: p.status, header: header, body: body}
}
