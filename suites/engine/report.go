package engine

import (
	"time"

	"github.com/scimtest/scimtest/scim"
)

// SchemaVersion is the version of the JSON form of Report.
const SchemaVersion = 1

// Outcome is how a result ended.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	// Fail: a Must, or what an identity provider relies on, is violated.
	Fail Outcome = "fail"
	// Advisory: a SHOULD is not followed.
	Advisory Outcome = "advisory"
	// Skip: the rule does not apply to this target; nothing was sent.
	Skip Outcome = "skip"
	// Waived is written instead of Fail or Advisory, by a waiver.
	Waived Outcome = "waived"
	// Blocked: the rule was never put to the test.
	Blocked Outcome = "blocked"
	// Broken: our own fault, such as a panic or a check without assertion.
	Broken Outcome = "broken"
)

// Outcomes lists all outcomes in the order in which summaries show them.
var Outcomes = []Outcome{Pass, Fail, Advisory, Skip, Waived, Blocked, Broken}

// Result is how a check, a step, an invariant or a case of suite run ended.
type Result struct {
	Meta
	// Step is the id of the step; empty for checks without steps.
	Step    string  `json:"step,omitempty"`
	Outcome Outcome `json:"outcome"`
	// WaivedOutcome is the real outcome of a waived result.
	WaivedOutcome Outcome `json:"waived_outcome,omitempty"`
	// Reason says in one line why; empty for pass, but for a clean-up that
	// has a count to tell.
	Reason   string    `json:"reason,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	// Exchanges are redacted: no secrets, no data of others.
	Exchanges []*scim.Exchange `json:"exchanges,omitempty"`
	Started   time.Time        `json:"started"`
	ElapsedMS float64          `json:"elapsed_ms"`

	// skipped says why a result was skipped before anything was sent.
	skipped skipKind
	// unclaimed says that a failure is advisory because the profile does not
	// claim to support the dialect.
	unclaimed bool
}

// skipKind tells the reasons of a skip apart where verdicts depend on it.
type skipKind string

const (
	// skippedLacking: the target does not have what the check needs.
	skippedLacking skipKind = "lacking"
	// skippedReadOnly: the run does not write.
	skippedReadOnly skipKind = "read-only"
)

// Key is the name of the result, unique within a report: the check's id, with
// the step's id after a slash.
func (r *Result) Key() string {
	if r.Step == "" {
		return r.ID
	}
	return r.ID + "/" + r.Step
}

// Build says which program made a report.
type Build struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go,omitempty"`
}

// TargetInfo says what was tested.
type TargetInfo struct {
	// BaseURL never holds credentials.
	BaseURL string `json:"base_url"`
	// SecondURL is the base URL of the second tenant, if there is one.
	SecondURL string `json:"second_url,omitempty"`
	// Name is the label that the user gave, if any.
	Name    string `json:"name,omitempty"`
	Profile string `json:"profile"`
	// Embedded says that it is the reference service provider within.
	Embedded bool `json:"embedded,omitempty"`
	// Features says which features the target has, and who said so.
	Features []FeatureState `json:"features,omitempty"`
}

// FeatureState is whether a target has a feature, and who said so.
type FeatureState struct {
	Feature Feature `json:"feature"`
	Has     bool    `json:"has"`
	// Source is "profile", "ServiceProviderConfig", "ResourceTypes",
	// "probe", "credentials" (what the run was given) or "default".
	Source string `json:"source"`
}

// Readiness is how well a target would serve an identity provider.
type Readiness string

// The verdicts for a dialect.
const (
	Ready           Readiness = "ready"
	WorksWithLimits Readiness = "works with limits"
	WouldBreak      Readiness = "would break"
	// Undecided: the flows were not run, or could not be put to the test.
	Undecided Readiness = "undecided"
	// Passes, PassesWithRemarks and Fails take the place of the first three
	// where the dialect is an admission test.
	Passes            Readiness = "passes"
	PassesWithRemarks Readiness = "passes, with remarks"
	Fails             Readiness = "fails"
)

// Verdict is the conclusion for one dialect, from its flows alone.
type Verdict struct {
	Dialect string `json:"dialect"`
	// Label is the dialect's name for people: "Okta, custom app".
	Label     string    `json:"label"`
	Readiness Readiness `json:"readiness"`
	// Why names the reasons, worst first, in a few words each.
	Why []string `json:"why,omitempty"`
	// Assumes names what was sent in a form that no source shows: the verdict
	// holds as far as the identity provider words it like that.
	Assumes []string `json:"assumes,omitempty"`
	// Causes holds the same reasons, in the same order, with what shows them
	// and what to do.
	Causes []Cause `json:"causes,omitempty"`
}

// Cause is one reason why a verdict is not "ready".
type Cause struct {
	// Text is the reason in a few words, as in Verdict.Why.
	Text string `json:"text"`
	// Results lists the keys of the results that show it, in plan order.
	Results []string `json:"results,omitempty"`
	// AdminSees is what the administrator of the identity provider gets to
	// see: the text of a task, or the code of a log. Empty when no source says.
	AdminSees string `json:"admin_sees,omitempty"`
	// OnServer says what to mend on the target.
	OnServer []Remedy `json:"on_server,omitempty"`
	// InIdP says what can be set in the identity provider until the target is
	// mended; empty when no source names anything.
	InIdP []Remedy `json:"in_idp,omitempty"`

	// message is Text without the flow, by which equal causes are known;
	// assumed is what Text says of an assumption, at its end.
	message, assumed string
}

// Remedy is something to do about a cause.
type Remedy struct {
	// Do is what to mend on the target, or the name of the setting.
	Do string `json:"do"`
	// Menu is where the setting is found, as far as a source says.
	Menu string `json:"menu,omitempty"`
	// Value is what the setting is set to.
	Value string `json:"value,omitempty"`
	// SideEffect is what else changes with it.
	SideEffect string `json:"side_effect,omitempty"`
	// Source is the section of the protocol sheet. It is empty where the
	// finding alone tells what to mend.
	Source string `json:"source,omitempty"`
}

// Summary counts results by outcome.
type Summary struct {
	Total  int             `json:"total"`
	Counts map[Outcome]int `json:"counts"`
	// Exchanges is how many attempts were made, by requests of all kinds.
	Exchanges int `json:"exchanges"`
	// RateLimited counts answers 429, and 503 with Retry-After, that were
	// waited for.
	RateLimited int     `json:"rate_limited,omitempty"`
	WaitedMS    float64 `json:"waited_ms,omitempty"`
	// TokenRefreshes counts how often the token command ran again.
	TokenRefreshes int `json:"token_refreshes,omitempty"`
}

// Report is everything that a run found. Writers turn it into files; they
// never influence a run.
type Report struct {
	SchemaVersion int        `json:"schema_version"`
	Tool          Build      `json:"tool"`
	Target        TargetInfo `json:"target"`
	RunID         string     `json:"run_id"`
	Seed          int64      `json:"seed"`
	Started       time.Time  `json:"started"`
	ElapsedMS     float64    `json:"elapsed_ms"`
	// Strict says that advisory counts as failed.
	Strict bool `json:"strict,omitempty"`
	// Interrupted says that the run was ended from outside.
	Interrupted bool      `json:"interrupted,omitempty"`
	Summary     Summary   `json:"summary"`
	Verdicts    []Verdict `json:"verdicts,omitempty"`
	Results     []Result  `json:"results"`
}

// The exit codes of a run.
const (
	ExitOK          = 0
	ExitViolations  = 1
	ExitUsage       = 2
	ExitUntested    = 3
	ExitInterrupted = 130
)
