package server

import (
	"net/http"
	"strconv"
)

type suitesBody struct {
	Suites   []Suite         `json:"suites"`
	Profiles []TargetProfile `json:"profiles"`
	// Writes and Consent are of a run of what is usual.
	Writes  string `json:"writes,omitempty"`
	Consent bool   `json:"consent_needed"`
}

func getSuites(t *Tenant, _ *http.Request) (int, any, error) {
	suites, _, err := t.Suites(TestChoice{})
	if err != nil {
		return 0, nil, err
	}
	_, f, err := t.Suites(TestChoice{Suites: Usual(suites)})
	return http.StatusOK, suitesBody{suites, t.TestProfiles(), f.Writes, f.Consent}, err
}

// Usual names the suites that are run unless something else is chosen.
func Usual(suites []Suite) []string {
	var out []string
	for _, s := range suites {
		if s.Usual {
			out = append(out, s.Name)
		}
	}
	return out
}

func getTestRuns(t *Tenant, _ *http.Request) (int, any, error) {
	return http.StatusOK, t.TestRuns(), nil
}

func postTestRun(t *Tenant, r *http.Request) (int, any, error) {
	var c TestChoice
	if err := read(r, &c, false); err != nil {
		return 0, nil, err
	}
	run, err := t.StartTest(c)
	return http.StatusCreated, run, err
}

func runID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, missing("there is no run %q", r.PathValue("id"))
	}
	return id, nil
}

func getTestRun(t *Tenant, r *http.Request) (int, any, error) {
	id, err := runID(r)
	if err != nil {
		return 0, nil, err
	}
	run, err := t.TestRun(id)
	return http.StatusOK, run, err
}

func cancelTestRun(t *Tenant, r *http.Request) (int, any, error) {
	id, err := runID(r)
	if err != nil {
		return 0, nil, err
	}
	run, err := t.CancelTest(id)
	return http.StatusOK, run, err
}

// testReport answers with the report of a run as a file.
func (a *App) testReport(w http.ResponseWriter, r *http.Request) {
	t, err := a.Tenant(r.PathValue("tenant"))
	var data []byte
	var id int64
	if err == nil {
		id, err = runID(r)
	}
	format := r.URL.Query().Get("format")
	if err == nil {
		data, err = t.TestFile(id, format)
	}
	if err != nil {
		writeProblem(w, StatusOf(err), err.Error())
		return
	}
	SendTestFile(w, format, data)
}

// SendTestFile answers with a report of a run.
func SendTestFile(w http.ResponseWriter, format string, data []byte) {
	name, kind := "report.json", "application/json"
	if format == "junit" {
		name, kind = "junit.xml", "application/xml"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(data) // the reader may be gone
}
