package server

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The columns of CSV: the attributes, and these.
var moreColumns = []string{"enabled", "manager", "assigned", "groups"}

func writeCSV(w io.Writer, d Directory) error {
	out := csv.NewWriter(w)
	var head []string
	for _, f := range (&User{}).fields() {
		head = append(head, f.name)
	}
	if err := out.Write(append(head, moreColumns...)); err != nil {
		return err
	}
	for _, u := range d.Users {
		var row []string
		for _, f := range u.fields() {
			row = append(row, *f.value)
		}
		row = append(row, fmt.Sprint(u.Enabled), u.Manager, fmt.Sprint(u.Assigned), strings.Join(u.Groups, ";"))
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func readCSV(r io.Reader) (Directory, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return Directory{}, invalid("the CSV has no first line with the names of the columns: %v", err)
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
		if !slices.ContainsFunc((&User{}).fields(), func(f field) bool { return f.name == head[i] }) && !slices.Contains(moreColumns, head[i]) {
			return Directory{}, invalid("the CSV has a column %q, which is not known; there are those of an export", head[i])
		}
	}
	if !slices.Contains(head, "user_name") {
		return Directory{}, invalid("the CSV has no column user_name")
	}
	var d Directory
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return Directory{}, invalid("the CSV cannot be read: %v", err)
		}
		u := FileUser{User: User{Enabled: true}}
		for i, name := range head {
			if err := u.set(name, row[i]); err != nil {
				line, _ := in.FieldPos(i)
				return Directory{}, invalid("line %d: %v", line, err)
			}
		}
		d.Users = append(d.Users, u)
	}
}

// set gives a column its value.
func (u *FileUser) set(name, value string) error {
	switch name {
	case "enabled", "assigned":
		var on bool
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "true", "yes", "1":
			on = true
		case "false", "no", "0":
		case "":
			on = name == "enabled"
		default:
			return fmt.Errorf("%s is %q, and not true or false", name, value)
		}
		if name == "enabled" {
			u.Enabled = on
		} else {
			u.Assigned = on
		}
	case "manager":
		u.Manager = value
	case "groups":
		for g := range strings.SplitSeq(value, ";") {
			if g = strings.TrimSpace(g); g != "" {
				u.Groups = append(u.Groups, g)
			}
		}
	default:
		for _, f := range u.fields() {
			if f.name == name {
				*f.value = value
			}
		}
	}
	return nil
}
