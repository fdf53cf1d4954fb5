package engine

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Waiver says that a known failure is accepted for some time. The check still
// runs; a waiver that is no longer needed fails the run.
type Waiver struct {
	// ID is the id of a check, or "id/step" for a step of a flow.
	ID string `yaml:"id"`
	// Until is the last day on which the waiver holds.
	Until Date `yaml:"until"`
	// Reason says why, for those who read the report.
	Reason string `yaml:"reason"`
	// Issue names where the mending is tracked.
	Issue string `yaml:"issue"`
}

// Date is a day, written 2027-01-31.
type Date struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(string(b)))
	if err != nil {
		return fmt.Errorf("%q is not a day; write it as 2027-01-31", b)
	}
	d.Time = t
	return nil
}

// LoadWaivers reads a waiver file: YAML with a list "waivers". Unknown keys
// are errors.
func LoadWaivers(path string) ([]Waiver, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the waivers: %w", err)
	}
	var f struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
	}
	for i, w := range f.Waivers {
		switch {
		case w.ID == "":
			return nil, fmt.Errorf("%s: waiver %d has no id", path, i+1)
		case w.Until.IsZero():
			return nil, fmt.Errorf("%s: the waiver for %s has no date; add until: 2027-01-31", path, w.ID)
		case w.Reason == "":
			return nil, fmt.Errorf("%s: the waiver for %s has no reason", path, w.ID)
		}
	}
	return f.Waivers, nil
}

// waive applies the waivers to the results and returns what is wrong with the
// waivers themselves.
func waive(waivers []Waiver, results []Result, now time.Time) (stale []Finding) {
	complain := func(w Waiver, message string) {
		stale = append(stale, Finding{Message: "waiver " + message, Where: w.ID})
	}
	for _, w := range waivers {
		if now.After(w.Until.AddDate(0, 0, 1)) {
			complain(w, "out of date since "+w.Until.Format(time.DateOnly))
			continue
		}
		matched, needed, decided := false, false, false
		for i := range results {
			r := &results[i]
			if !named(r, w.ID) || r.Suite == suiteRun {
				continue
			}
			matched = true
			switch r.Outcome {
			case Fail, Advisory:
				needed = true
				text := "until " + w.Until.Format(time.DateOnly)
				if w.Issue != "" {
					text += " (" + w.Issue + ")"
				}
				r.Reason = text + ": " + w.Reason + ": would " + string(r.Outcome) + ": " + r.Reason
				r.Outcome, r.WaivedOutcome = Waived, r.Outcome
			case Pass:
				decided = true
			}
		}
		switch {
		case !matched:
			complain(w, "matches nothing")
		case decided && !needed:
			complain(w, "no longer needed: the check passes")
		}
	}
	return stale
}

// named reports whether a waiver's id names the result, by its id, a former
// id, or either with the step.
func named(r *Result, id string) bool {
	for _, have := range append([]string{r.ID}, r.FormerIDs...) {
		if id == have || r.Step != "" && id == have+"/"+r.Step {
			return true
		}
	}
	return false
}
