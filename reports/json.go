package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/scimtest/scimtest/suites/engine"
)

// JSON writes the whole report; docs/report-json.md describes it. Texts are
// UTF-8, as the engine makes them; bodies may hold any bytes.
func JSON(w io.Writer, r *engine.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

// WriteJSON writes the whole report to a file, which is there whole or not at
// all.
func WriteJSON(path string, r *engine.Report) error {
	return writeFile(path, func(w io.Writer) error { return JSON(w, r) })
}

// ReadJSON reads what JSON wrote. A report of another version is an error, as
// is what is no report.
func ReadJSON(r io.Reader) (*engine.Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read the report: %w", err)
	}
	// The version comes first: another one may have other types.
	var head struct {
		SchemaVersion *int `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("this is not a report of scimtest: %w; give a report.json", err)
	}
	switch {
	case head.SchemaVersion == nil:
		return nil, fmt.Errorf("this is not a report of scimtest: it has no schema_version; give a report.json")
	case *head.SchemaVersion > engine.SchemaVersion:
		return nil, fmt.Errorf("the report has schema_version %d and this scimtest reads %d; use a newer scimtest",
			*head.SchemaVersion, engine.SchemaVersion)
	case *head.SchemaVersion < engine.SchemaVersion:
		return nil, fmt.Errorf("the report has schema_version %d and this scimtest reads %d; run the test again",
			*head.SchemaVersion, engine.SchemaVersion)
	}
	var out engine.Report
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("the report is damaged: %w; run the test again", err)
	}
	return &out, nil
}
