package server

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

//go:embed openapi.yaml
var openAPI []byte

// route is a route of the API: a pattern of http.ServeMux below /api/v1, and
// what answers it.
type route struct {
	pattern string
	answer  func(a *App, r *http.Request) (status int, body any, err error)
}

// routes lists the API; openapi.yaml documents each of them.
var routes = []route{
	{"GET /dialects", getDialects},
	{"GET /fault-kinds", getFaultKinds},
	{"GET /tenants", getTenants},
	{"POST /tenants", postTenant},
	{"GET /tenants/{tenant}", ofTenant(getTenant)},
	{"PATCH /tenants/{tenant}", ofTenant(patchTenant)},
	{"DELETE /tenants/{tenant}", deleteTenant},

	{"GET /tenants/{tenant}/users", ofTenant(getUsers)},
	{"POST /tenants/{tenant}/users", ofTenant(postUser)},
	{"GET /tenants/{tenant}/users/{key}", ofTenant(getUser)},
	{"PATCH /tenants/{tenant}/users/{key}", ofTenant(patchUser)},
	{"DELETE /tenants/{tenant}/users/{key}", ofTenant(deleteUser)},
	{"POST /tenants/{tenant}/users/{key}/restore", ofTenant(restoreUser)},
	{"PUT /tenants/{tenant}/users/{key}/assignment", ofTenant(assignUser(true))},
	{"DELETE /tenants/{tenant}/users/{key}/assignment", ofTenant(assignUser(false))},
	{"POST /tenants/{tenant}/users/{key}/provision", ofTenant(provisionUser)},
	{"GET /tenants/{tenant}/users/{key}/drift", ofTenant(getDrift)},
	{"POST /tenants/{tenant}/users/{key}/repair", ofTenant(repair(false))},

	{"GET /tenants/{tenant}/groups", ofTenant(getGroups)},
	{"POST /tenants/{tenant}/groups", ofTenant(postGroup)},
	{"GET /tenants/{tenant}/groups/{key}", ofTenant(getGroup)},
	{"PATCH /tenants/{tenant}/groups/{key}", ofTenant(patchGroup)},
	{"DELETE /tenants/{tenant}/groups/{key}", ofTenant(deleteGroup)},
	{"POST /tenants/{tenant}/groups/{key}/members", ofTenant(postMembers)},
	{"PUT /tenants/{tenant}/groups/{key}/assignment", ofTenant(assignGroup(true))},
	{"DELETE /tenants/{tenant}/groups/{key}/assignment", ofTenant(assignGroup(false))},
	{"PUT /tenants/{tenant}/groups/{key}/push", ofTenant(pushGroup(true))},
	{"DELETE /tenants/{tenant}/groups/{key}/push", ofTenant(pushGroup(false))},
	{"POST /tenants/{tenant}/groups/{key}/push-now", ofTenant(pushNow)},
	{"POST /tenants/{tenant}/groups/{key}/provision", ofTenant(provisionGroup)},
	{"POST /tenants/{tenant}/groups/{key}/repair", ofTenant(repair(true))},

	{"POST /tenants/{tenant}/assignments", ofTenant(postAssignments)},
	{"POST /tenants/{tenant}/generate", ofTenant(postGenerate)},
	{"POST /tenants/{tenant}/import", ofTenant(postImport)},

	{"POST /tenants/{tenant}/test-connection", action((*Tenant).TestConnection)},
	{"POST /tenants/{tenant}/start", action((*Tenant).Start)},
	{"POST /tenants/{tenant}/pause", action((*Tenant).Pause)},
	{"POST /tenants/{tenant}/cycle", action((*Tenant).RunCycle)},
	{"POST /tenants/{tenant}/fast-forward", ofTenant(fastForward)},
	{"POST /tenants/{tenant}/force-sync", action((*Tenant).ForceSync)},
	{"POST /tenants/{tenant}/provision-out-of-sync", action((*Tenant).ProvisionOutOfSync)},
	{"POST /tenants/{tenant}/restart", ofTenant(restart)},
	{"POST /tenants/{tenant}/allow-deletions", action((*Tenant).AllowDeletions)},
	{"POST /tenants/{tenant}/reconcile", ofTenant(reconcile)},

	{"GET /tenants/{tenant}/mapping", ofTenant(getMapping)},
	{"PUT /tenants/{tenant}/mapping", ofTenant(putMapping)},
	{"DELETE /tenants/{tenant}/mapping", ofTenant(deleteMapping)},

	{"GET /tenants/{tenant}/tasks", ofTenant(getTasks)},
	{"POST /tenants/{tenant}/tasks/retry", action((*Tenant).RetryAll)},
	{"POST /tenants/{tenant}/tasks/{id}/retry", ofTenant(retryTask)},
	{"DELETE /tenants/{tenant}/tasks/{id}", ofTenant(dropTask)},

	{"GET /tenants/{tenant}/log", ofTenant(getLog)},
	{"DELETE /tenants/{tenant}/log", ofTenant(clearLog)},
	{"GET /tenants/{tenant}/log/{id}", ofTenant(getEntry)},
	{"GET /tenants/{tenant}/log/{id}/curl", ofTenant(getCurl)},

	{"GET /tenants/{tenant}/suites", ofTenant(getSuites)},
	{"GET /tenants/{tenant}/test-runs", ofTenant(getTestRuns)},
	{"POST /tenants/{tenant}/test-runs", ofTenant(postTestRun)},
	{"GET /tenants/{tenant}/test-runs/{id}", ofTenant(getTestRun)},
	{"POST /tenants/{tenant}/test-runs/{id}/cancel", ofTenant(cancelTestRun)},

	{"GET /tenants/{tenant}/faults", ofTenant(getFaults)},
	{"PUT /tenants/{tenant}/faults", ofTenant(putFaults)},
}

// API serves the JSON API under /api. It is to stand behind a Guard.
func (a *App) API() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" /api/v1"+path, func(w http.ResponseWriter, req *http.Request) {
			status, body, err := r.answer(a, req)
			respond(w, status, body, err)
		})
	}
	mux.HandleFunc("GET /api/v1/tenants/{tenant}/export", a.export)
	mux.HandleFunc("GET /api/v1/tenants/{tenant}/log/export", a.exportLog)
	mux.HandleFunc("GET /api/v1/tenants/{tenant}/test-runs/{id}/report", a.testReport)
	mux.HandleFunc("GET /api/v1/tenants/{tenant}/events", a.events)
	mux.HandleFunc("GET /api/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		// Another method of a path that there is.
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			probe := r.Clone(r.Context())
			probe.Method = method
			if _, pattern := mux.Handler(probe); pattern != "/api/" {
				writeProblem(w, http.StatusMethodNotAllowed, r.Method+" is not possible here; /api/openapi.yaml lists what is")
				return
			}
		}
		writeProblem(w, http.StatusNotFound, "there is nothing at "+r.URL.Path+"; /api/openapi.yaml lists what there is")
	})
	return mux
}

func respond(w http.ResponseWriter, status int, body any, err error) {
	switch {
	case errors.Is(err, ErrGoesOn):
		status, body = http.StatusAccepted, map[string]any{"goes_on": true, "detail": err.Error()}
	case err != nil:
		writeProblem(w, StatusOf(err), err.Error())
		return
	case body == nil:
		w.WriteHeader(status)
		return
	}
	data, err := json.Marshal(body)
	if err != nil {
		writeProblem(w, http.StatusInternalServerError, "the answer cannot be written as JSON")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}

// ofTenant finds the tenant, and bounds how long the request waits.
func ofTenant(do func(*Tenant, *http.Request) (int, any, error)) func(*App, *http.Request) (int, any, error) {
	return func(a *App, r *http.Request) (int, any, error) {
		t, err := a.Tenant(r.PathValue("tenant"))
		if err != nil {
			return 0, nil, err
		}
		patience, err := waitOf(r)
		if err != nil {
			return 0, nil, err
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		return do(t, r.WithContext(ctx))
	}
}

// How long a request waits for what it began, unless ?wait= says otherwise.
const (
	defaultWait = 30 * time.Second
	maxWait     = 10 * time.Minute
)

func waitOf(r *http.Request) (time.Duration, error) {
	raw := r.URL.Query().Get("wait")
	if raw == "" {
		return defaultWait, nil
	}
	d, err := time.ParseDuration(raw)
	if err != nil || d < 0 || d > maxWait {
		return 0, invalid("wait cannot be %q; give a time such as 30s, up to 10m", raw)
	}
	return d, nil
}

// action is a route that does one thing and takes no body.
func action(do func(*Tenant, context.Context) (Result, error)) func(*App, *http.Request) (int, any, error) {
	return ofTenant(func(t *Tenant, r *http.Request) (int, any, error) {
		result, err := do(t, r.Context())
		return http.StatusOK, result, err
	})
}

// read reads a JSON body; an empty one leaves v as it is where it may.
func read(r *http.Request, v any, optional bool) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	var tooLarge *http.MaxBytesError
	switch {
	case optional && errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &tooLarge):
		return err
	case err != nil:
		return invalid("the body cannot be read as JSON: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return invalid("the body holds more than one JSON value")
	}
	return nil
}

type (
	dialectBody struct {
		Name    string       `json:"name"`
		IdP     string       `json:"idp"`
		Label   string       `json:"label"`
		Cycles  bool         `json:"cycles"`
		Auth    []string     `json:"auth"`
		Options []optionBody `json:"options"`
	}
	optionBody struct {
		Name    string   `json:"name"`
		About   string   `json:"about"`
		Default string   `json:"default"`
		Values  []string `json:"values"`
		Source  string   `json:"source"`
		Mark    string   `json:"mark"`
	}
	pageBody[V any] struct {
		Items []V `json:"items"`
		Total int `json:"total"`
	}
	userBody struct {
		User   User   `json:"user"`
		Result Result `json:"result"`
	}
	groupBody struct {
		Group  Group  `json:"group"`
		Result Result `json:"result"`
	}
	demandBody struct {
		Steps     []Step           `json:"steps"`
		Outcome   mockidp.Outcome  `json:"outcome"`
		Action    string           `json:"action"`
		Code      string           `json:"code,omitempty"`
		Reason    string           `json:"reason,omitempty"`
		Exchanges []*scim.Exchange `json:"exchanges"`
	}
)

func getDialects(*App, *http.Request) (int, any, error) {
	out := []dialectBody{}
	for _, d := range mockidp.Dialects() {
		if d.Name == "entra-ondemand" {
			continue // is spoken by provisioning on demand
		}
		b := dialectBody{Name: d.Name, IdP: d.IdP, Label: d.Label, Cycles: d.IdP == "entra", Auth: AuthForms(d), Options: []optionBody{}}
		for _, o := range d.Options {
			b.Options = append(b.Options, optionBody{o.Name, o.About, o.Default, o.Values, o.Source.Key, o.Source.Mark})
		}
		out = append(out, b)
	}
	return http.StatusOK, out, nil
}

func getFaultKinds(*App, *http.Request) (int, any, error) {
	kinds := []map[string]string{}
	for _, k := range FaultKinds() {
		kinds = append(kinds, map[string]string{"name": k.Name, "about": k.About})
	}
	return http.StatusOK, map[string]any{"kinds": kinds, "operations": FaultOperations()}, nil
}

func getTenants(a *App, _ *http.Request) (int, any, error) {
	out := []Overview{}
	for _, t := range a.Tenants() {
		out = append(out, t.Overview())
	}
	return http.StatusOK, out, nil
}

// settingsBody are settings with the credential, which only goes in.
type settingsBody struct {
	Settings
	Credential *string `json:"credential"`
}

func postTenant(a *App, r *http.Request) (int, any, error) {
	var b settingsBody
	if err := read(r, &b, false); err != nil {
		return 0, nil, err
	}
	secret := ""
	if b.Credential != nil {
		secret = *b.Credential
	}
	t, err := a.AddTenant(b.Settings, secret)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, t.Overview(), nil
}

func getTenant(t *Tenant, _ *http.Request) (int, any, error) { return http.StatusOK, t.Overview(), nil }

func patchTenant(t *Tenant, r *http.Request) (int, any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, err
	}
	// Read first, so that a mistake is found before anything waits.
	if err := unmarshal(raw, &settingsBody{}); err != nil {
		return 0, nil, err
	}
	var secret struct {
		Credential *string `json:"credential"`
	}
	_ = json.Unmarshal(raw, &secret)
	if _, err := t.Configure(r.Context(), func(s *Settings) error {
		b := settingsBody{Settings: *s}
		if err := unmarshal(raw, &b); err != nil {
			return err
		}
		*s = b.Settings
		return nil
	}, secret.Credential); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.Overview(), nil
}

func unmarshal(raw []byte, v any) error {
	r := &http.Request{Body: io.NopCloser(newReader(raw))}
	return read(r, v, false)
}

func deleteTenant(a *App, r *http.Request) (int, any, error) {
	return http.StatusNoContent, nil, a.RemoveTenant(r.PathValue("tenant"))
}

// pageOf reads offset and limit.
func pageOf(r *http.Request) (offset, limit int, err error) {
	limit = 100
	for _, p := range []struct {
		name string
		to   *int
		most int
	}{{"offset", &offset, 1 << 30}, {"limit", &limit, 1000}} {
		raw := r.URL.Query().Get(p.name)
		if raw == "" {
			continue
		}
		n, err := strconv.Atoi(raw)
		if err != nil || n < 0 || n > p.most || p.name == "limit" && n == 0 {
			return 0, 0, invalid("%s cannot be %q; give a number up to %d", p.name, raw, p.most)
		}
		*p.to = n
	}
	return offset, limit, nil
}

func listQuery(r *http.Request) (ListQuery, error) {
	offset, limit, err := pageOf(r)
	v := r.URL.Query()
	return ListQuery{Search: v.Get("search"), Status: v.Get("status"), Offset: offset, Limit: limit}, err
}
