package from

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// The portal's CSV download is three files that the change id joins: the entries,
// their steps, and the modified properties. Which columns they have is not
// documented, so columns are found by the names that Graph has for the same, in
// any spelling: "Source Identity Id", "sourceIdentity.id".

// table is a CSV file: rows by the plain names of columns.
type table []map[string]string

func readTable(data []byte) (table, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("this is no CSV: %w", err)
	}
	var out table
	for i, row := range rows {
		if i == 0 {
			continue
		}
		cells := map[string]string{}
		for j, cell := range row {
			if j < len(rows[0]) {
				cells[plainName(rows[0][j])] = cell
			}
		}
		out = append(out, cells)
	}
	return out, nil
}

// plainName is the name of a column in lower case, of letters alone.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// first is the first of these columns that has a value.
func first(row map[string]string, columns ...string) string {
	for _, c := range columns {
		if v := row[c]; v != "" {
			return v
		}
	}
	return ""
}

// has reports whether a file is CSV with these columns.
func has(data []byte, columns ...string) bool {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	head, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return false
	}
	names := map[string]bool{}
	for _, h := range head {
		names[plainName(h)] = true
	}
	for _, c := range columns {
		if !names[c] {
			return false
		}
	}
	return true
}

func isModified(data []byte) bool { return has(data, "changeid", "newvalue") }

func isEntries(data []byte) bool {
	return has(data, "changeid") && (has(data, "action") || has(data, "provisioningaction"))
}

func isEntraCSV(data []byte) bool { return isEntries(data) || isModified(data) }

func readEntraCSV(s *story, files [][]byte, _ Options) error {
	changed := map[string][]property{}
	var entries table
	told := false
	for _, data := range files {
		rows, err := readTable(data)
		if err != nil {
			return err
		}
		switch {
		case isModified(data):
			told = true
			for _, row := range rows {
				p := property{first(row, "displayname", "name", "propertyname", "property", "attributename"), row["oldvalue"], row["newvalue"]}
				changed[row["changeid"]] = append(changed[row["changeid"]], p)
			}
		case isEntries(data):
			entries = append(entries, rows...)
		}
	}
	if len(entries) == 0 {
		return errors.New("the CSV has modified properties and no entries; give ProvisioningLogs.csv as well")
	}
	if !told {
		s.ask(question{text: "the CSV does not tell which attributes changed: give ProvisioningLogs_ModifiedProperties.csv as well"})
	}
	var all []entry
	for _, row := range entries {
		e := entry{
			cycle: row["cycleid"], action: first(row, "provisioningaction", "action"),
			group:    strings.HasSuffix(strings.ToLower(first(row, "sourceidentityidentitytype", "sourceidentitytype", "identitytype")), "group"),
			sourceID: first(row, "sourceidentityid", "sourceid"), targetID: first(row, "targetidentityid", "targetid"),
			name:     first(row, "sourceidentitydisplayname", "sourceidentityname", "sourceidentity", "identity"),
			userName: first(row, "sourceidentityuserprincipalname", "sourceidentitydetailsuserprincipalname", "userprincipalname"),
			changed:  changed[row["changeid"]],
		}
		if e.sourceID == "" {
			e.sourceID = e.name
		}
		e.at, _ = time.Parse(time.RFC3339Nano, first(row, "activitydatetime", "dateutc", "date")) // without one the order of the file counts
		e.outcome(first(row, "provisioningstatusinfostatus", "statusinfostatus", "status"), first(row, "provisioningstatusinfoerrorinformationerrorcode", "errorcode", "statuserrorcode"))
		all = append(all, e)
	}
	return s.entra(all)
}
