package rfc

import (
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The rules for status lines and headers.
var headerInvariants = []Invariant{
	{
		Meta: Meta{
			ID: "wire.media-type", Level: Must,
			Title:    "Answers with a body have a media type of JSON",
			Requires: []string{"7644-3.1-01", "7644-3.8-07", "7644-3.8-09", "7644-8.1-02"},
			Breaks:   []string{"E03"}, Catches: []string{"media-type-html", "media-type-missing"},
		},
		Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
			if len(x.Response.Body) == 0 || x.Response.Status/100 == 3 {
				return false, nil
			}
			given := x.Response.Header.Get("Content-Type")
			kind, _, err := mime.ParseMediaType(given)
			switch {
			case given == "":
				return true, []Finding{{
					Message: "an answer with a body has no Content-Type", Where: "header Content-Type", Want: scim.MediaType, Got: "absent",
					Advisory: ofGateway(x, d),
				}}
			case err == nil && isJSON(kind):
				return true, nil
			}
			return true, []Finding{{
				Message: "the media type of an answer is not SCIM", Where: "header Content-Type", Want: scim.MediaType, Got: kind,
				Advisory: ofGateway(x, d),
			}}
		},
	},
	{
		Meta: Meta{
			ID: "wire.scim-media-type", Level: Should,
			Title:    "Answers with a body have the media type application/scim+json",
			Requires: []string{"7644-3.1-01", "7644-8.1-02"},
			Breaks:   []string{"E03"}, Catches: []string{"media-type-json", "error-media-type-json"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			// application/json is right when it was asked for, and common
			// otherwise (requirements.md, expectation 13).
			kind, _, err := mime.ParseMediaType(x.Response.Header.Get("Content-Type"))
			if len(x.Response.Body) == 0 || x.Response.Status/100 == 3 || err != nil || !isJSON(kind) || asksForJSON(x) {
				return false, nil
			}
			if !strings.EqualFold(kind, scim.MediaType) {
				return true, []Finding{{
					Message: "the media type of an answer is application/json", Where: "header Content-Type", Want: scim.MediaType, Got: kind,
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "wire.charset", Level: Must,
			Title:    "Answers are UTF-8",
			Requires: []string{"7644-3.8-02", "7644-3.8-03"},
			Catches:  []string{"charset-latin1"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if len(x.Response.Body) == 0 {
				return false, nil
			}
			var found []Finding
			_, params, _ := mime.ParseMediaType(x.Response.Header.Get("Content-Type"))
			if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") {
				found = append(found, Finding{
					Message: "an answer names another charset than UTF-8", Where: "header Content-Type", Want: "charset=utf-8", Got: "charset=" + c,
				})
			}
			if !x.Response.Truncated && strings.ToValidUTF8(string(x.Response.Body), "") != string(x.Response.Body) {
				found = append(found, Finding{
					Message: "the body of an answer is not valid UTF-8", Where: "body", Want: "UTF-8", Got: "other bytes",
				})
			}
			return true, found
		},
	},
	{
		Meta: Meta{
			ID: "wire.created-has-location", Level: Must,
			Title:    "An answer 201 names the URI of the new resource in the Location header",
			Requires: []string{"7644-3.3-09"}, Catches: []string{"create-without-location"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if x.Response.Status != http.StatusCreated {
				return false, nil
			}
			if x.Response.Header.Get("Location") == "" {
				return true, []Finding{{
					Message: "a 201 has no Location header", Where: "header Location", Want: "the URI of the new resource", Got: "absent",
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "wire.unauthorized-has-challenge", Level: Must,
			Title:    "An answer 401 names the authentication schemes in the WWW-Authenticate header",
			Requires: []string{"7644-2-07"}, Catches: []string{"unauthorized-without-challenge"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if x.Response.Status != http.StatusUnauthorized {
				return false, nil
			}
			if x.Response.Header.Get("WWW-Authenticate") == "" {
				return true, []Finding{{
					Message: "a 401 has no WWW-Authenticate header", Where: "header WWW-Authenticate", Want: "a challenge", Got: "absent",
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "wire.no-content-has-no-body", Level: Must,
			Title:    "An answer 204 has no body",
			Requires: []string{"7644-3.6-08"}, Catches: []string{"no-content-with-length", "patch-204-with-body"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if x.Response.Status != http.StatusNoContent {
				return false, nil
			}
			if n := x.Response.Header.Get("Content-Length"); n != "" && n != "0" || len(x.Response.Body) > 0 {
				return true, []Finding{{Message: "a 204 announces a body", Where: "body", Want: "none", Got: "a body"}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "wire.etag-is-version", Level: Must,
			Title:    "The ETag header of a resource is its meta.version",
			Requires: []string{"7643-3.1-29"}, Catches: []string{"etag-differs-from-version"},
		},
		Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
			tag := x.Response.Header.Get("ETag")
			if tag == "" || x.Response.Status/100 != 2 || !isResourceAnswer(x) {
				return false, nil
			}
			r, err := scim.NewResource(x.Response.Body)
			if err != nil || !r.Has("meta.version") || !d.Owned(r.Raw()) {
				return false, nil
			}
			// Gateways weaken tags when they compress (RFC 9110 section
			// 8.8.3): the opaque part is what counts.
			if v := r.Get("meta.version").String(); opaque(v) != opaque(tag) {
				return true, []Finding{{
					Message: "the ETag header is not meta.version", Where: "meta.version", Want: "the ETag " + tag, Got: v,
				}}
			}
			return true, nil
		},
	},
}

// isJSON reports whether a media type is SCIM's or that of plain JSON.
func isJSON(kind string) bool {
	return strings.EqualFold(kind, scim.MediaType) || strings.EqualFold(kind, "application/json")
}

// opaque is the opaque part of an entity-tag, without what web servers append
// when they compress.
func opaque(tag string) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), "gzip"), "-")
}

// asksForJSON reports whether the request takes application/json as well.
func asksForJSON(x *scim.Exchange) bool {
	accept := strings.ToLower(x.Request.Header.Get("Accept"))
	return strings.Contains(accept, "application/json") || strings.Contains(accept, "*/*") || strings.Contains(accept, "application/*")
}

// isResourceAnswer reports whether the request was for one resource of a
// resource endpoint.
func isResourceAnswer(x *scim.Exchange) bool {
	switch endpointOf(x) {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint, scim.BulkEndpoint, scim.SearchSuffix:
		return false
	}
	return !strings.HasSuffix(x.Request.Path, scim.SearchSuffix)
}

// endpointOf is the first segment of the path, with its slash.
func endpointOf(x *scim.Exchange) string {
	first, _, _ := strings.Cut(strings.Trim(x.Request.Path, "/"), "/")
	return "/" + first
}

func status(x *scim.Exchange) string { return fmt.Sprint(x.Response.Status) }
