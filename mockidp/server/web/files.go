package web

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

// files has what brings people into the directory, and out of it.
func (v *visit) files() error {
	return v.show("files", "Import and generate", server.Formats)
}

// whole reads a number of a form; def stands for nothing.
func (v *visit) whole(name string, def int) (int, error) {
	text := strings.TrimSpace(v.r.PostFormValue(name))
	if text == "" {
		return def, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%s is %q, and not a whole number: %w", strings.ToLower(label(name)), text, server.ErrInvalid)
	}
	return n, nil
}

func (v *visit) generate() error {
	var g server.Generate
	var err error
	if g.Users, err = v.whole("users", 0); err != nil {
		return v.acted("/files", "Nobody was generated", server.Result{}, err)
	}
	if g.Groups, err = v.whole("groups", 0); err != nil {
		return v.acted("/files", "Nobody was generated", server.Result{}, err)
	}
	seed, err := v.whole("seed", 1)
	if err != nil {
		return v.acted("/files", "Nobody was generated", server.Result{}, err)
	}
	g.Seed = int64(seed)
	g.Assign, g.Push = v.r.PostFormValue("assign") != "", v.r.PostFormValue("push") != ""
	ctx, cancel := v.ctx()
	defer cancel()
	users, groups, r, err := v.t.Generate(ctx, g)
	return v.acted("/users", "Generated "+count(users, "person", "people")+" and "+count(groups, "group", "groups"), r, err)
}

func (v *visit) importFile() error {
	var in io.Reader = strings.NewReader(v.r.PostFormValue("text"))
	format := v.r.PostFormValue("format")
	if file, head, err := v.r.FormFile("file"); err == nil {
		defer file.Close()
		in = file
		if ext := strings.TrimPrefix(strings.ToLower(path.Ext(head.Filename)), "."); format == "" && slices.Contains(server.Formats, ext) {
			format = ext
		}
	} else if v.r.PostFormValue("text") == "" {
		return v.goTo("/files", "bad", "Nothing was imported: choose a file, or paste its text.")
	}
	if format == "" {
		return v.goTo("/files", "bad", "Nothing was imported: say which format it is.")
	}
	ctx, cancel := v.ctx()
	defer cancel()
	done, r, err := v.t.Import(ctx, in, format)
	what := "Imported: " + strings.Join([]string{
		count(done.UsersAdded, "user added", "users added"), thousands(done.UsersChanged) + " changed",
		count(done.GroupsAdded, "group added", "groups added"), thousands(done.GroupsChanged) + " changed",
	}, ", ")
	if err != nil {
		return v.acted("/files", "Nothing was imported", r, err)
	}
	return v.acted("/users", what, r, nil)
}

// mediaTypes are those of files that go out.
var mediaTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "ldif": "text/plain; charset=utf-8", "json": "application/json", "har": "application/json",
}

// download makes the answer a file.
func (v *visit) download(name, format string) {
	v.w.Header().Set("Content-Type", mediaTypes[format])
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+v.t.ID()+"-"+name+"."+format+`"`)
}

func (v *visit) export() error {
	format := v.r.URL.Query().Get("format")
	if !slices.Contains(server.Formats, format) {
		return v.t.Export(io.Discard, format)
	}
	v.download("directory", format)
	return v.t.Export(v.w, format)
}
