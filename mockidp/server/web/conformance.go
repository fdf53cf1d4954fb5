package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/mockidp/server"
)

type conformanceData struct {
	Suites   []server.Suite
	Profiles []server.TargetProfile
	// Chosen are the names of the suites that are ticked.
	Chosen   map[string]bool
	Choice   server.TestChoice
	Forecast server.Forecast
	Target   string
	Runs     []server.TestRun
	Running  *server.TestRun
	Error    string
}

// conformance shows the suites, and the runs so far.
func (v *visit) conformance() error {
	suites, _, err := v.t.Suites(server.TestChoice{})
	if err != nil {
		return err
	}
	return v.suites(http.StatusOK, server.TestChoice{Suites: server.Usual(suites), Seed: 1}, "")
}

// suites shows the page with a choice.
func (v *visit) suites(status int, c server.TestChoice, wrong string) error {
	suites, forecast, err := v.t.Suites(c)
	if errors.Is(err, server.ErrNotFound) {
		return err
	}
	d := conformanceData{
		Suites: suites, Profiles: v.t.TestProfiles(), Chosen: map[string]bool{}, Choice: c, Forecast: forecast, Target: v.t.Settings().Target, Runs: v.t.TestRuns(), Error: wrong,
	}
	for _, s := range c.Suites {
		d.Chosen[s] = true
	}
	for i := range d.Runs {
		if d.Runs[i].Running() {
			d.Running = &d.Runs[i]
		}
	}
	return v.showAs(status, "conformance", "Conformance", nil, d)
}

// startTest begins a run, and shows it.
func (v *visit) startTest() error {
	f := v.r.PostFormValue
	c := server.TestChoice{Suites: slices.Clone(v.r.PostForm["suite"]), Profile: f("profile"), ReadOnly: f("read_only") != "", Consent: f("consent") != ""}
	if f("do") == "all" {
		c.Suites = nil
	}
	seed, err := v.whole("seed", 1)
	c.Seed = int64(seed)
	switch {
	case err != nil:
		return v.suites(http.StatusBadRequest, c, sentence(err))
	case len(c.Suites) == 0 && f("do") != "all":
		return v.suites(http.StatusBadRequest, c, "Nothing was chosen: tick a suite, or run all.")
	}
	// Who agreed has read what the page said; another choice means something else.
	if _, forecast, err := v.t.Suites(c); err == nil && forecast.Consent && c.Consent && forecast.Writes != "" && forecast.Writes != f("stated") {
		c.Consent = false
		return v.suites(http.StatusBadRequest, c, "What you chose means something else than the page said: "+forecast.Writes+". Agree to that, and send it once more.")
	}
	run, err := v.t.StartTest(c)
	switch {
	case isWrong(err):
		return v.suites(statusOf(err), c, sentence(err))
	case err != nil:
		return err
	}
	http.Redirect(v.w, v.r, v.base+"/conformance/"+strconv.FormatInt(run.ID, 10), http.StatusSeeOther)
	return nil
}

type testRunData struct {
	server.TestRun
	// Outcome is the outcome that is shown alone; "" is all.
	Outcome string
	Rows    []server.TestResult
	Pages   pager
	Counts  []card
	// Shown counts the results that can be shown, by outcome.
	Shown []outcomeTab
}

type outcomeTab struct {
	Outcome string
	N       int
}

// outcomes are all, as summaries show them.
var outcomes = []string{"pass", "fail", "advisory", "skip", "waived", "blocked", "broken"}

func (v *visit) runID() int64 {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return 0 // there is none
	}
	return id
}

// testRun shows a run: how far it is, and what it found.
func (v *visit) testRun() error {
	run, err := v.t.TestRun(v.runID())
	if err != nil {
		return err
	}
	d := testRunData{TestRun: run, Outcome: v.r.URL.Query().Get("outcome")}
	for _, o := range outcomes {
		if n := run.Counts[o]; n > 0 || o == "pass" || o == "fail" {
			d.Counts = append(d.Counts, card{stateOf(o).Text, "", stateOf(o).Class, n})
		}
	}
	offset, total := pageOf(v.r), 0
	for _, r := range run.Results {
		i := slices.IndexFunc(d.Shown, func(t outcomeTab) bool { return t.Outcome == r.Outcome })
		if i < 0 {
			i = len(d.Shown)
			d.Shown = append(d.Shown, outcomeTab{r.Outcome, 0})
		}
		d.Shown[i].N++
		if d.Outcome != "" && r.Outcome != d.Outcome {
			continue
		}
		if total >= offset && len(d.Rows) < perPage {
			d.Rows = append(d.Rows, r)
		}
		total++
	}
	d.Pages = pagesOf(v.r, total, offset)
	return v.show("test-run", "Conformance run "+strconv.FormatInt(run.ID, 10), d)
}

func (v *visit) cancelTest() error {
	id := v.runID()
	to := "/conformance/" + strconv.FormatInt(id, 10)
	if _, err := v.t.CancelTest(id); err != nil {
		return v.acted(to, "Nothing was canceled", server.Result{}, err)
	}
	return v.goTo(to, "info", "The run is being canceled: what it created is removed first.")
}

// testReport answers with the report of a run as a file.
func (v *visit) testReport() error {
	format := v.r.URL.Query().Get("format")
	data, err := v.t.TestFile(v.runID(), format)
	if err != nil {
		return err
	}
	server.SendTestFile(v.w, format, data)
	return nil
}
