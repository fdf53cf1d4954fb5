package profile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Generic is the profile of a service provider that promises what the RFCs
// demand, and the one that Load gives when it is asked for none.
const Generic = "generic"

//go:embed *.yaml
var builtin embed.FS

// Names lists the profiles that come with the program, in alphabetical order.
func Names() []string {
	files, err := fs.Glob(builtin, "*.yaml")
	if err != nil {
		panic(err) // the pattern is malformed
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	return files
}

// Load reads a profile: a file when the argument holds a slash or ends in
// .yaml or .yml, and otherwise the built-in one of that name. An empty name is
// Generic. The profile of a file is called after the file unless it names
// itself. What is wrong inside a file is told in *Error values.
func Load(nameOrPath string) (*Profile, error) {
	if nameOrPath == "" {
		nameOrPath = Generic
	}
	file, source, err := read(nameOrPath)
	if err != nil {
		return nil, err
	}
	return Parse(file, source)
}

// read finds the file of a profile.
func read(nameOrPath string) (file string, source []byte, err error) {
	if isPath(nameOrPath) {
		source, err = os.ReadFile(nameOrPath)
		if err != nil {
			return "", nil, fmt.Errorf("the profile cannot be read: %w", err)
		}
		return nameOrPath, source, nil
	}
	file = nameOrPath + ".yaml"
	source, err = builtin.ReadFile(file)
	if err != nil {
		return "", nil, fmt.Errorf("there is no profile %q%s A file is named with a slash, or by its ending .yaml",
			nameOrPath, suggest(nameOrPath, Names()))
	}
	return file, source, nil
}

func isPath(s string) bool {
	ext := strings.ToLower(path.Ext(s))
	return strings.ContainsAny(s, "/"+string(filepath.Separator)) || ext == ".yaml" || ext == ".yml"
}

// Parse reads a profile that stands in a file of this name, which errors show
// and which a profile without a name is called after. What it extends is read
// from other files.
func Parse(file string, source []byte) (*Profile, error) {
	d, err := parse(file, source)
	if err != nil {
		return nil, err
	}
	all, err := d.extended(source, 0)
	if err != nil {
		return nil, err
	}
	p, err := typed(all)
	if err != nil {
		return nil, &Error{File: file, Message: err.Error()}
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if problems := d.validate(p); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return p, nil
}

// parse reads a file by itself, and says what is wrong with its form.
func parse(file string, source []byte) (*document, error) {
	d := &document{file: file}
	var err error
	if d.tree, err = parser.ParseBytes(source, 0); err != nil {
		return nil, d.explain(err)
	}
	switch docs := withContent(d.tree.Docs); {
	case len(docs) == 0:
		return nil, &Error{File: file, Message: "the file is empty; write at least a name"}
	case len(docs) > 1:
		return nil, d.at(docs[1].GetToken(), "there is a second document; one file holds one profile")
	}
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&Profile{}); err != nil {
		return nil, d.explain(err)
	}
	return d, nil
}

// withContent leaves out documents that hold nothing but comments.
func withContent(docs []*ast.DocumentNode) (out []*ast.DocumentNode) {
	for _, doc := range docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentGroupType {
			out = append(out, doc)
		}
	}
	return out
}
