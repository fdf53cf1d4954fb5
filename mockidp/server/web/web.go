package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/mockidp/server"
)

//go:embed static
var static embed.FS

// patience is how long a form waits for what it began.
const patience = 20 * time.Second

// maxForm bounds a form, in bytes; maxUpload one with a file.
const (
	maxForm   = 1 << 20
	maxUpload = 256 << 20
)

// Site is the pages of an App, to be mounted at /.
type Site struct {
	app   *server.App
	guard *server.Guard
	mux   *http.ServeMux
	// key signs messages.
	key    []byte
	origin *http.CrossOriginProtection

	mu   sync.Mutex
	seen map[string]*lately
}

// New makes the pages of an App. They are to stand behind the guard, as the API
// does; its token is in every form.
func New(app *server.App, guard *server.Guard) *Site {
	s := &Site{
		app: app, guard: guard, mux: http.NewServeMux(), key: make([]byte, 32), origin: http.NewCrossOriginProtection(),
		seen: map[string]*lately{},
	}
	_, _ = rand.Read(s.key) // never fails
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	assets := http.StripPrefix("/static/", http.FileServerFS(files))
	s.mux.HandleFunc("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=604800")
		assets.ServeHTTP(w, r)
	})
	s.routes()
	return s
}

// ServeHTTP answers with a page.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

// get and post mount a page of a tenant, below /t/{tenant}.
func (s *Site) get(path string, do func(*visit) error)  { s.handle("GET", "/t/{tenant}"+path, do) }
func (s *Site) post(path string, do func(*visit) error) { s.handle("POST", "/t/{tenant}"+path, do) }

func (s *Site) handle(method, path string, do func(*visit) error) {
	s.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Site: s, w: w, r: r}
		if err := v.serve(do); err != nil {
			v.sorry(err)
		}
	})
}

// visit is one request for a page.
type visit struct {
	*Site
	w http.ResponseWriter
	r *http.Request
	// t is the tenant, and base the path below which its pages are; nil and
	// "" where the page is of no tenant.
	t    *server.Tenant
	base string
	// edition is that of the tenant before anything of it was read.
	edition int
}

func (v *visit) serve(do func(*visit) error) error {
	if id := v.r.PathValue("tenant"); id != "" {
		t, err := v.app.Tenant(id)
		if err != nil {
			return err
		}
		v.t, v.base, v.edition = t, "/t/"+t.ID(), t.Edition()
	}
	if v.r.Method == http.MethodPost {
		if err := v.genuine(); err != nil {
			return err
		}
	}
	return do(v)
}

// ctx is how long a form waits.
func (v *visit) ctx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.r.Context(), patience)
}

// page is what a template gets.
type page struct {
	Title string
	// Nav is the entry of the menu that the page belongs to.
	Nav    string
	Base   string
	Tenant *server.Glance
	// Tenants are all tenants, for the menu.
	Tenants []link
	Token   string
	Flash   *flash
	// URL is that of the page itself, for live updates and for forms that
	// come back to it.
	URL string
	// Edition is that of what the page shows.
	Edition int
	Data    any
}

type link struct{ ID, Name string }

// show writes a page.
func (v *visit) show(name, title string, data any) error {
	return v.showAs(http.StatusOK, name, title, nil, data)
}

// showAs writes a page with a status, and a message on it.
func (v *visit) showAs(status int, name, title string, message *flash, data any) error {
	p := page{
		Title: title, Nav: name, Base: v.base, Token: v.guard.Token(), Flash: message, URL: v.r.URL.RequestURI(), Edition: v.edition, Data: data,
	}
	if p.Flash == nil {
		p.Flash = v.takeFlash()
	}
	for _, t := range v.app.Tenants() {
		g := t.Glance()
		p.Tenants = append(p.Tenants, link{g.ID, g.Name})
		if v.t != nil && v.t.ID() == g.ID {
			p.Tenant = &g
		}
	}
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "layout", p); err != nil {
		return fmt.Errorf("the page %s cannot be made: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes()) // the reader may be gone
	return nil
}

// statusOf is the HTTP status of an error.
func statusOf(err error) int {
	if errors.Is(err, errForged) {
		return http.StatusForbidden
	}
	return server.StatusOf(err)
}

// sorry writes the page of an error.
func (v *visit) sorry(err error) {
	status := statusOf(err)
	data := struct {
		Status int
		Text   string
		Error  string
	}{status, http.StatusText(status), err.Error()}
	if err := v.showAs(status, "error", http.StatusText(status), nil, data); err != nil {
		http.Error(v.w, err.Error(), http.StatusInternalServerError)
	}
}

// goTo sends the browser to another page of the tenant, with a message on it.
func (v *visit) goTo(path, kind, format string, args ...any) error {
	v.leaveFlash(flash{kind, fmt.Sprintf(format, args...)})
	http.Redirect(v.w, v.r, v.base+path, http.StatusSeeOther)
	return nil
}

// back is the page of the tenant that the form was on, or another one.
func (v *visit) back(path string) string {
	u, err := url.Parse(v.r.PostFormValue("back"))
	if err != nil || u.IsAbs() || u.Host != "" || strings.Contains(u.Path, "\\") {
		return path
	}
	rest, ok := strings.CutPrefix(u.RequestURI(), v.base)
	if !ok || rest != "" && rest[0] != '/' && rest[0] != '?' {
		return path
	}
	return rest
}

// acted ends a form that did something: what came of it is told on the page
// that it goes to.
func (v *visit) acted(to, what string, r server.Result, err error) error {
	switch {
	case err == nil:
	case errors.Is(err, server.ErrGoesOn):
		return v.goTo(to, "info", "%s: %v.", what, err)
	case isWrong(err), errors.Is(err, server.ErrNotFound):
		return v.goTo(to, "bad", "%s: %v.", what, err)
	default:
		return err
	}
	kind := "ok"
	if r.Failed > 0 {
		kind = "bad"
	}
	text := what + "."
	if counts := tally(r); counts != "" {
		text = what + ": " + counts + "."
	}
	return v.goTo(to, kind, "%s", text)
}

// tally words what was sent to the target.
func tally(r server.Result) string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{r.Done, "done"}, {r.Skipped, "skipped"}, {r.Failed, "failed"}} {
		if c.n > 0 {
			parts = append(parts, thousands(c.n)+" "+c.word)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ")
	if r.Failed == 1 && len(r.Changes) > 0 {
		for _, c := range r.Changes {
			if c.Outcome == "failed" && c.Reason != "" {
				return text + " (" + c.Reason + ")"
			}
		}
	}
	return text
}
