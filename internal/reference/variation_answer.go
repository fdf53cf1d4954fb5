package reference

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// answerVariations are in the form of answers: statuses, headers, and how
// resources are written.
var answerVariations = []Variation{
	{"patch-answers-204", "PATCH answers 204 unless attributes are asked for", "7644-3.5.2-33, notes 1",
		onAnswer(func(c *call, a *reply) {
			if c.method == http.MethodPatch && a.status == http.StatusOK && !c.projects() {
				a.status, a.body = http.StatusNoContent, nil
			}
		})},
	{"create-answers-without-body", "A create is answered with the header Location and no body", "7644-3.3-08",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				a.body = nil
			}
		})},
	{"charset-named", "Answers name the charset UTF-8", "7644-8.1-01",
		onAnswer(func(_ *call, a *reply) {
			if a.body != nil {
				a.header.Set("Content-Type", scim.MediaType+"; charset=utf-8")
			}
		})},
	{"etags-strong", "ETags are strong", "7644-3.14-02",
		func(b *behaviour) {
			onMeta(func(_ *call, _ *resource, meta object) {
				meta["version"] = strings.TrimPrefix(textOf(meta, "version"), "W/")
			})(b)
			onAnswer(func(_ *call, a *reply) {
				if tag := a.header.Get("ETag"); tag != "" {
					a.header.Set("ETag", strings.TrimPrefix(tag, "W/"))
				}
			})(b)
		}},
	{"etags-absent", "There are no ETags, and preconditions are ignored", "7643-5-19, 7644-3.14-03",
		func(b *behaviour) {
			onConfig(func(o object) { o["etag"] = supported(false) })(b)
			onCall(func(c *call) { c.header.Del("If-Match"); c.header.Del("If-None-Match") })(b)
			onMeta(func(_ *call, _ *resource, meta object) { delete(meta, "version") })(b)
			onAnswer(func(_ *call, a *reply) { a.header.Del("ETag") })(b)
		}},
	{"resources-absent-when-empty", "A list without resources has no Resources", "7644-3.4.2-07, notes 39",
		onPage(func(_ *call, _ *query, list object) {
			if len(listOf(list["Resources"])) == 0 {
				delete(list, "Resources")
			}
		})},
	{"resources-null-when-empty", "A list without resources has Resources null", "7644-3.4.2-07, notes 39",
		onPage(func(_ *call, _ *query, list object) {
			if len(listOf(list["Resources"])) == 0 {
				list["Resources"] = nil
			}
		})},
	{"empty-lists-shown", "A multi-valued attribute without values is shown as []", "7643-2.5-01",
		showingEmpty(func(a *attribute) any {
			if a.multiValued {
				return []any{}
			}
			return unshown
		})},
	{"nulls-shown", "An attribute without a value is shown as null", "7643-2.5-01",
		showingEmpty(func(*attribute) any { return nil })},
	{"times-with-offset", "Times are written with an offset from UTC", "7643-2.3.5-01",
		writingTimes(func(t time.Time) string {
			return t.In(time.FixedZone("", -(9*3600 + 1800))).Format("2006-01-02T15:04:05.000-07:00")
		})},
	{"times-in-seconds", "Times are written in whole seconds", "7643-2.3.5-01",
		writingTimes(func(t time.Time) string { return t.UTC().Format(time.RFC3339) })},
	{"times-without-zone", "Times are written without a zone", "7643-2.3.5-01",
		writingTimes(func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000") })},
	{"location-relative", "Location, meta.location and $ref are relative references", "7643-2.3.7-05",
		locating(func(c *call, uri string) string {
			_, path, _ := strings.Cut(uri[strings.Index(uri, "://")+len("://"):], "/")
			return "/" + path
		}, true)},
	{"location-of-another-host", "Location, meta.location and $ref name the host behind a gateway", "7643-3.1-27",
		locating(func(c *call, uri string) string {
			return "https://scim.example.org/v2" + strings.TrimPrefix(uri, c.base)
		}, true)},
	{"location-header-of-another-host", "The header Location alone names the host before a gateway", "7644-3.3-10",
		locating(func(c *call, uri string) string {
			return "https://scim.example.org/v2" + strings.TrimPrefix(uri, c.base)
		}, false)},
	{"extensions-always-named", "schemas names every extension, whether it has data or not", "7643-3.3-04",
		onShow(func(c *call, r *resource, o object) {
			if _, shown := o["schemas"]; !shown {
				return
			}
			all := []any{r.kind.schema.id}
			for _, x := range r.kind.extensions {
				all = append(all, x.id)
			}
			o["schemas"] = all
		})},
	{"schemas-left-out-of-projections", "An answer with chosen attributes has no schemas and no meta", "7644-3.9-04, notes 42",
		onShow(func(c *call, _ *resource, o object) {
			if c.projects() {
				delete(o, "schemas")
				delete(o, "meta")
			}
		})},
	{"members-without-reference", "Members are shown with their value alone", "7643-4.2-07, notes 29",
		onShow(func(_ *call, _ *resource, o object) {
			members := listOf(o["members"])
			for i, m := range members {
				members[i] = object{"value": memberID(m)}
			}
		})},
	{"numeric-ids", "Ids are numbers, written as strings", "7643-3.1-06",
		func(b *behaviour) {
			next := 1000
			onWrite(func(_ *call, r *resource, before, _ object) error {
				if before == nil {
					next++
					r.id = fmt.Sprint(next)
				}
				return nil
			})(b)
		}},
	{"ids-with-slashes", "Ids hold a slash, a space and a percent sign, which URIs escape", "7643-3.1-06",
		onWrite(func(_ *call, r *resource, before, _ object) error {
			if before == nil {
				r.id = "a/b %" + r.id
			}
			return nil
		})},
	{"names-in-capitals", "The names of attributes begin with a capital letter", "7643-2.1-02",
		onShow(func(_ *call, _ *resource, o object) { capitalize(o) })},
	{"scim-types-left-out", "Errors have a scimType only where the RFC demands one", "7644-3.12-04",
		onAnswer(func(c *call, a *reply) {
			switch kind := textOf(a.body, "scimType"); {
			case a.status < http.StatusBadRequest:
			case kind == scim.InvalidFilter, kind == scim.NoTarget, kind == scim.TooMany, kind == scim.Uniqueness && c.method == http.MethodPost:
			default:
				delete(a.body, "scimType")
			}
		})},
	{"gateway-errors", "What a gateway refuses, it refuses in words of its own", "7644-3.12-01, 7644-3.2-21",
		onAnswer(func(c *call, a *reply) {
			switch {
			case a.status == http.StatusUnauthorized, a.status == http.StatusMethodNotAllowed, a.status == http.StatusRequestEntityTooLarge && len(c.path) == 0,
				a.status == http.StatusUnsupportedMediaType, a.status == http.StatusNotFound && c.kind() == nil && !c.isDiscovery():
				a.header.Set("Content-Type", "text/html; charset=utf-8")
				a.raw = []byte("<html><body>" + http.StatusText(a.status) + "</body></html>")
			}
		})},
	{"throttled-now-and-then", "Every 50th request is answered with 429", "RFC 6585 section 4",
		onWire(func(next http.Handler) http.Handler {
			turns := make(chan int, 1)
			turns <- 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				turn := <-turns + 1
				turns <- turn
				if turn%50 == 0 {
					w.Header().Set("Retry-After", "0")
					answerError(w, http.StatusTooManyRequests, "too many requests: try again")
					return
				}
				next.ServeHTTP(w, r)
			})
		})},
}

// unshown is a value that showingEmpty does not show.
var unshown any = struct{}{}

// showingEmpty shows attributes of the top level that have no value, unless
// the request chose attributes.
func showingEmpty(empty func(*attribute) any) func(*behaviour) {
	return onShow(func(c *call, r *resource, o object) {
		for _, a := range r.kind.schema.attributes {
			if _, there := member(o, a.name); there || c.projects() || a.returned != byDefault {
				continue
			}
			if v := empty(a); v != unshown {
				o[a.name] = v
			}
		}
	})
}

// capitalize writes the names of attributes and of their parts with a capital
// letter. A URN keeps its form.
func capitalize(o object) {
	for name, v := range maps.Clone(o) {
		if part, ok := v.(object); ok {
			capitalize(part)
		}
		for _, x := range listOf(v) {
			if part, ok := x.(object); ok {
				capitalize(part)
			}
		}
		if !strings.HasPrefix(name, "urn:") {
			delete(o, name)
			o[strings.ToUpper(name[:1])+name[1:]] = v
		}
	}
}

func writingTimes(layout func(time.Time) string) func(*behaviour) {
	return onMeta(func(_ *call, r *resource, meta object) {
		if meta["created"] != nil {
			meta["created"] = layout(r.created)
		}
		if meta["lastModified"] != nil {
			meta["lastModified"] = layout(r.modified)
		}
	})
}

// locating changes the header Location, and with bodies every URI of a
// resource.
func locating(change func(c *call, uri string) string, bodies bool) func(*behaviour) {
	return func(b *behaviour) {
		onAnswer(func(c *call, a *reply) {
			for _, name := range [...]string{"Location", "Content-Location"} {
				if uri := a.header.Get(name); strings.HasPrefix(uri, c.base) {
					a.header.Set(name, change(c, uri))
				}
			}
		})(b)
		if !bodies {
			return
		}
		onShow(func(c *call, _ *resource, o object) {
			visitObjects(o, func(part object) {
				for _, name := range [...]string{"location", "$ref"} {
					if uri := textOf(part, name); strings.HasPrefix(uri, c.base) {
						part[name] = change(c, uri)
					}
				}
			})
		})(b)
	}
}
