package server

import (
	"context"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Tester runs suites of conformance checks against a target. The program is
// given one by who makes it: an identity provider knows nothing of checks. All
// of it may be called at the same time.
type Tester interface {
	// Suites lists what can be chosen for an identity provider.
	Suites(d *mockidp.Dialect) []Suite
	// Profiles lists what targets can be judged by; the first one is taken where
	// none is chosen.
	Profiles() []TargetProfile
	// Foresee says what a run would do; nothing is sent. Suites and profiles that
	// there are not are an error.
	Foresee(o TestOrder) (Forecast, error)
	// Run runs. It removes what it created, also when the context ends, and
	// calls progress, one call at a time, for each result.
	Run(ctx context.Context, o TestOrder, progress func(TestProgress)) (*TestReport, error)
}

// Suite is a suite of checks.
type Suite struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Checks is how many it has, and Writing how many of them write.
	Checks  int `json:"checks"`
	Writing int `json:"writing"`
	// Usual: it is run unless something else is chosen.
	Usual bool `json:"usual"`
}

// TargetProfile says what a product promises, and what is expected of it.
type TargetProfile struct {
	Name string `json:"name"`
	// Title names the product.
	Title string `json:"title"`
}

// TestOrder says what is run, and where.
type TestOrder struct {
	// Name is what the target is called in the report.
	Name    string
	Target  scim.Config
	Dialect *mockidp.Dialect
	// Suites are names of suites; none stands for all.
	Suites []string
	// Profile is the name of the profile that the target is judged by.
	Profile string
	// ReadOnly runs what can be judged without a write.
	ReadOnly bool
	// Seed makes the generated values; never 0.
	Seed int64
}

// Forecast is what a run would do.
type Forecast struct {
	Checks int
	// Writes says, as a clause, what it would do at the target; "" is nothing.
	Writes string
	// Consent: the target is not on this machine, so that somebody has to agree
	// to what the run writes.
	Consent bool
}

// TestProgress is how far a run is.
type TestProgress struct {
	// Outcome is that of the result that was just decided.
	Outcome     string
	Done, Total int
}

// TestReport is what a run found.
type TestReport struct {
	Counts map[string]int
	Total  int
	// Requests is how many requests were sent.
	Requests int
	// Exit is the exit code that scimtest run would end with, and Meaning what
	// it means.
	Exit    int
	Meaning string
	// Trouble says why the target could not be tested; "" when it could.
	Trouble  string
	Verdicts []TestVerdict
	// Results are those that neither passed nor were skipped, the worst first.
	Results []TestResult
	// JSON and JUnit are the whole report as files.
	JSON, JUnit []byte
}

// TestVerdict is how well the target would serve an identity provider.
type TestVerdict struct {
	Label string `json:"label"`
	// Verdict is its words, and Class how good it is: good, limited, bad or
	// open.
	Verdict string   `json:"verdict"`
	Class   string   `json:"class"`
	Why     []string `json:"why,omitempty"`
	// Mend says what to mend on the target, the worst first.
	Mend []string `json:"mend,omitempty"`
}

// TestResult is a result that somebody should look at.
type TestResult struct {
	// ID is that of the check, with the step's after a slash.
	ID      string `json:"id"`
	Suite   string `json:"suite"`
	Title   string `json:"title"`
	Outcome string `json:"outcome"`
	// Ground is whose word it rests on, and Reason why it ended so.
	Ground   string        `json:"ground,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Findings []TestFinding `json:"findings,omitempty"`
	// More counts the findings that are in the report alone.
	More int `json:"more,omitempty"`
	// After are the writes before what was read.
	After   []string `json:"after,omitempty"`
	Sources []string `json:"sources,omitempty"`
	// Breaks says which identity providers it hurts.
	Breaks []string `json:"breaks,omitempty"`
	Curls  []string `json:"curls,omitempty"`
}

// TestFinding is one thing that is wrong; what is not known is "".
type TestFinding struct {
	Place     string `json:"place,omitempty"`
	Message   string `json:"message,omitempty"`
	Want      string `json:"want,omitempty"`
	Got       string `json:"got,omitempty"`
	AdminSees string `json:"admin_sees,omitempty"`
	Count     int    `json:"count,omitempty"`
	Advisory  bool   `json:"advisory,omitempty"`
}

// The states of a run.
const (
	TestRunning = "running"
	TestEnded   = "ended"
	// TestCanceled: somebody ended it, or the program ended in good order.
	TestCanceled = "canceled"
	// TestFailed: it could not be begun.
	TestFailed = "failed"
	// TestLost: the program ended in the middle of it.
	TestLost = "lost"
)

// TestRun is a run of suites, while it goes on and afterwards.
type TestRun struct {
	ID int64 `json:"id"`
	// Suites are those that were chosen; none stands for all.
	Suites []string `json:"suites"`
	// Profile is what the target is judged by.
	Profile  string `json:"profile"`
	ReadOnly bool   `json:"read_only"`
	Seed     int64  `json:"seed"`
	Target   string `json:"target"`
	State    string `json:"state"`
	// Began and Ended are of the wall; Ended is zero while it goes on.
	Began time.Time `json:"began"`
	Ended time.Time `json:"ended,omitzero"`
	// Done of Total results are decided; Counts are they by outcome.
	Done   int            `json:"done"`
	Total  int            `json:"total"`
	Counts map[string]int `json:"counts"`
	// Requests, Exit and Meaning are those of the report.
	Requests int    `json:"requests"`
	Exit     int    `json:"exit"`
	Meaning  string `json:"meaning,omitempty"`
	// Error says why there is no report, or why the target could not be tested.
	Error    string        `json:"error,omitempty"`
	Verdicts []TestVerdict `json:"verdicts,omitempty"`
	Results  []TestResult  `json:"results,omitempty"`
}

// Running reports whether the run goes on.
func (r TestRun) Running() bool { return r.State == TestRunning }

// TestChoice is what somebody wants to be run.
type TestChoice struct {
	// Suites are names of suites; none stands for all.
	Suites []string `json:"suites"`
	// Profile is the name of a profile; "" stands for the first one.
	Profile  string `json:"profile"`
	ReadOnly bool   `json:"read_only"`
	// Seed makes the generated values; 0 stands for 1.
	Seed int64 `json:"seed"`
	// Consent: the target may be written to, though it is not on this machine.
	Consent bool `json:"consent"`
}
