// Package from makes scenarios of what was recorded: of traffic (HAR), and of
// the logs of Entra ID and Okta.
package from

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/anonymize"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/scenario"
)

// Options say how a recording is read.
type Options struct {
	// Name becomes that of the scenario.
	Name string
	// IdP is the dialect that is spoken in the recording; empty finds it out.
	IdP string
	// KeepNames leaves personal data as it is.
	KeepNames bool
	// BaseURL is that of the service provider in a HAR file; empty finds it out.
	BaseURL string
}

// Result is the scenario of a recording.
type Result struct {
	Scenario *scenario.Scenario
	// Format is the kind of recording, for people: "HAR".
	Format string
	// Questions ask for what the recording does not tell, and MadeUp lists what
	// is drawn by chance when the scenario is played: "ada: givenName".
	Questions, MadeUp []string
}

// formats are what can be read. is recognises one by the content of a file.
var formats = []struct {
	name string
	is   func([]byte) bool
	read func(*story, [][]byte, Options) error
}{
	{"HAR", isHAR, readHAR},
	{"Entra ID provisioning log", isEntra, readEntra},
	{"Entra ID provisioning log (CSV)", isEntraCSV, readEntraCSV},
	{"Okta System Log", isOkta, readOkta},
}

// Readable lists what can be read, for people.
const Readable = "a HAR file, Entra ID's provisioning log as JSON (the portal's download, or auditLogs/provisioning of Graph) or as CSV (ProvisioningLogs with ProvisioningLogs_ModifiedProperties), or Okta's System Log as JSON"

// Read makes a scenario of a recording. The files are one recording: only the CSV
// download of Entra ID has several. It returns an error for what is none of the
// formats, for one that is broken, and when there is nothing in it that a verb of
// scenarios tells.
func Read(o Options, files ...[]byte) (*Result, error) {
	for i := range files {
		files[i] = bytes.TrimPrefix(files[i], []byte("\xef\xbb\xbf"))
	}
	for _, f := range formats {
		if !slices.ContainsFunc(files, f.is) {
			continue
		}
		s := &story{}
		if o.IdP != "" {
			d, err := mockidp.Lookup(o.IdP, nil)
			if err != nil {
				return nil, err
			}
			s.speaks(d)
		}
		if err := f.read(s, files, o); err != nil {
			return nil, err
		}
		if len(s.steps) == 0 {
			return nil, fmt.Errorf("nothing in the %s is a change that a scenario can tell; record somebody being assigned, changed or taken away", f.name)
		}
		var a *anonymize.Anonymizer
		if !o.KeepNames {
			a = anonymize.New()
		}
		out := s.finish(a, o.Name)
		out.Format = f.name
		return out, nil
	}
	return nil, errors.New("this is no recording that is known; a scenario is made from " + Readable)
}

// speaks sets the dialects; the first is asked for what it does.
func (s *story) speaks(dialects ...*mockidp.Dialect) {
	for _, d := range dialects {
		if d.Flows || len(dialects) == 1 {
			s.dialects = append(s.dialects, d)
		}
	}
}

// dialect is the dialect that is spoken; nil when nobody knows.
func (s *story) dialect() *mockidp.Dialect {
	if len(s.dialects) == 0 {
		return nil
	}
	return s.dialects[0]
}

// can reports whether the identity provider has words for an intent. Of one that
// nobody knows everything is believed.
func (s *story) can(has func(*mockidp.Dialect) bool) bool {
	d := s.dialect()
	return d == nil || has(d)
}

func sameWord(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
