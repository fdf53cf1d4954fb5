package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// exchangeOf is the exchange that a finding names, or nil.
func exchangeOf(r *engine.Result, f engine.Finding) *scim.Exchange {
	if f.Exchange < 1 || f.Exchange > len(r.Exchanges) {
		return nil
	}
	return r.Exchanges[f.Exchange-1]
}

// JSON writes the whole report; docs/report-json.md describes it.
func JSON(w io.Writer, r *engine.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

// ReadJSON reads what JSON wrote.
func ReadJSON(r io.Reader) (*engine.Report, error) {
	var out engine.Report
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		return nil, fmt.Errorf("the file is not a report: %w", err)
	}
	if out.SchemaVersion != engine.SchemaVersion {
		return nil, fmt.Errorf("the report has version %d, this program reads version %d; use the version of scimtest that wrote it",
			out.SchemaVersion, engine.SchemaVersion)
	}
	return &out, nil
}

// WriteJSON writes the report to a file, which is there whole or not at all.
func WriteJSON(path string, r *engine.Report) error {
	return writeFile(path, func(w io.Writer) error { return JSON(w, r) })
}

// writeFile writes beside the file, and puts the whole in its place.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
