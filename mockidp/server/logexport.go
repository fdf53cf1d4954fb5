package server

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/scim"
)

// LogFormats are the forms in which the log goes out.
var LogFormats = []string{"csv", "json", "har"}

// ExportLog writes the entries that are wanted, the oldest first. CSV has a line
// for each change, HAR an entry for each exchange.
func (t *Tenant) ExportLog(w io.Writer, format string, q LogQuery) error {
	entries, _ := t.Log(q)
	entries = slices.Clone(entries)
	slices.Reverse(entries)
	switch format {
	case "csv":
		return logCSV(w, entries)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(entries)
	case "har":
		return logHAR(w, t.Settings().Target, entries)
	}
	return invalid("there is no format %q; there are %s", format, strings.Join(LogFormats, ", "))
}

func logCSV(w io.Writer, entries []*Entry) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"id", "at", "source", "action", "kind", "subject", "name", "target_id", "outcome", "code", "reason", "attempt", "duration_ms", "requests", "last_status", "members",
	}}
	for _, e := range entries {
		kind, status := "user", ""
		if e.Group {
			kind = "group"
		}
		if e.Subject == "" {
			kind = ""
		}
		if n := len(e.Exchanges); n > 0 && e.Exchanges[n-1].Status() != 0 {
			status = strconv.Itoa(e.Exchanges[n-1].Status())
		}
		row := []string{
			strconv.FormatInt(e.ID, 10), e.At.UTC().Format(time.RFC3339), e.Source, e.Action, kind, e.Subject, e.Name, e.TargetID,
			string(e.Outcome), e.Code, e.Reason, strconv.Itoa(e.Attempt), strconv.FormatInt(e.Duration.Milliseconds(), 10),
			strconv.Itoa(len(e.Exchanges)), status, strings.Join(e.Members, ";"),
		}
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}

// harmless keeps a spreadsheet from taking a value of a target for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func logHAR(w io.Writer, target string, entries []*Entry) error {
	dir, err := os.MkdirTemp("", "scimtest-har")
	if err != nil {
		return fmt.Errorf("the HAR file cannot be made: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.har")
	out, err := har.Create(path, "scimtest idp", "1")
	if err != nil {
		return fmt.Errorf("the HAR file cannot be made: %w", err)
	}
	for _, e := range entries {
		for _, x := range e.Exchanges {
			if err := out.Write(har.Entry{URL: absolute(target, x.Request), Exchange: *x}); err != nil {
				_ = out.Close()
				return fmt.Errorf("the HAR file cannot be made: %w", err)
			}
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("the HAR file cannot be made: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// absolute is the URL that a request was sent to.
func absolute(target string, r scim.Request) string {
	base, query, _ := strings.Cut(target, "?")
	url := strings.TrimRight(base, "/") + r.Path
	if query = strings.Trim(query+"&"+r.RawQuery, "&"); query != "" {
		url += "?" + query
	}
	return url
}

// Curl words the exchanges of an entry as curl command lines. The credential is
// taken from the environment variable SCIMTEST_TOKEN.
func (t *Tenant) Curl(id int64) ([]string, error) {
	e, err := t.Entry(id)
	if err != nil {
		return nil, err
	}
	target := t.Settings().Target
	out := []string{}
	for _, x := range e.Exchanges {
		out = append(out, har.Curl(target, *x))
	}
	return out, nil
}
