package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// site is one mutation: the bytes of a file from start to end become text.
type site struct {
	file       string
	line       int
	start, end int
	text       string
	// what is done, for people.
	what string
	// guard: an assertion of the status of an answer whose body is judged
	// as well. Without it a finding says less.
	guard bool
	// checks are the ids of those that run the code.
	checks []string
}

// inverse are the assertions of an answer that have an opposite with the same
// arguments; the others are only removed.
var inverse = map[string]string{
	"Equal": "NotEqual", "NotEqual": "Equal", "Has": "HasNot", "HasNot": "Has",
	"Contains": "Lacks", "Lacks": "Contains", "Success": "Refused", "Refused": "Success",
	"EqualFold": "", "Count": "", "Holds": "", "HasHeader": "", "Empty": "", "SCIMError": "", "Finds": "", "Status": "", "NoServerError": "",
}

// guards reports whether a call asserts the status of an answer that is used
// afterwards: what is asserted of the body stands in for it.
func guards(call *ast.CallExpr, stack []ast.Node) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Status" && f.Sel.Name != "Success" && f.Sel.Name != "NoServerError" {
		return false
	}
	_, statement := stack[len(stack)-1].(*ast.ExprStmt)
	return !statement
}

// source is the non-test files of a package.
type source struct {
	fset  *token.FileSet
	files map[string]*ast.File
	bytes map[string][]byte
	// users lists, by the name of a function, the checks that reach it.
	users map[string]map[string]bool
}

func load(dir string) (*source, error) {
	s := &source{fset: token.NewFileSet(), files: map[string]*ast.File{}, bytes: map[string][]byte{}, users: map[string]map[string]bool{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(s.fset, path, text, 0)
		if err != nil {
			return nil, err
		}
		s.files[path], s.bytes[path] = file, text
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("%s has no Go files; name the directory of a package", dir)
	}
	s.reach()
	return s, nil
}

// reach finds out which checks run each function, by name.
func (s *source) reach() {
	calls := map[string]map[string]bool{} // function: functions it names
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		walk(s.files[path], func(n ast.Node, stack []ast.Node) {
			name, ok := n.(*ast.Ident)
			if !ok {
				return
			}
			if id := checkOf(stack); id != "" {
				set(s.users, name.Name, id)
			} else if f := functionOf(stack); f != "" && f != name.Name {
				set(calls, f, name.Name)
			}
		})
	}
	for changed := true; changed; {
		changed = false
		for f, named := range calls {
			for id := range s.users[f] {
				for g := range named {
					if !s.users[g][id] {
						set(s.users, g, id)
						changed = true
					}
				}
			}
		}
	}
}

func set(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

// walk visits all nodes, each with its ancestors.
func walk(file *ast.File, visit func(ast.Node, []ast.Node)) {
	var stack []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		visit(n, stack)
		stack = append(stack, n)
		return true
	})
}

// checkOf is the id of the innermost check or invariant around, or empty.
func checkOf(stack []ast.Node) string {
	for _, n := range slices.Backward(stack) {
		if lit, ok := n.(*ast.CompositeLit); ok {
			if id := idIn(lit); id != "" {
				return id
			}
		}
	}
	return ""
}

// idIn is the ID of a literal, or of its Meta.
func idIn(lit *ast.CompositeLit) string {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := kv.Key.(*ast.Ident)
		if key == nil {
			continue
		}
		switch v := kv.Value.(type) {
		case *ast.BasicLit:
			if key.Name == "ID" {
				id, _ := strconv.Unquote(v.Value)
				return id
			}
		case *ast.CompositeLit:
			if key.Name == "Meta" {
				return idIn(v)
			}
		}
	}
	return ""
}

func functionOf(stack []ast.Node) string {
	for _, n := range stack {
		if f, ok := n.(*ast.FuncDecl); ok {
			return f.Name.Name
		}
	}
	return ""
}

// sites lists every mutation of the assertions of the package.
func (s *source) sites() (out []site) {
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		text := s.bytes[path]
		at := func(p token.Pos) int { return s.fset.Position(p).Offset }
		src := func(n ast.Node) string { return string(text[at(n.Pos()):at(n.End())]) }
		walk(s.files[path], func(n ast.Node, stack []ast.Node) {
			checks := s.users[functionOf(stack)]
			if id := checkOf(stack); id != "" {
				checks = map[string]bool{id: true}
			}
			if len(checks) == 0 || !inBody(stack) {
				return
			}
			guard := false
			if call, ok := n.(*ast.CallExpr); ok {
				guard = guards(call, stack)
			}
			add := func(n ast.Node, text, what string) {
				out = append(out, site{
					file: path, line: s.fset.Position(n.Pos()).Line, start: at(n.Pos()), end: at(n.End()),
					text: text, what: what, guard: guard && strings.HasPrefix(what, "removed"), checks: slices.Sorted(maps.Keys(checks)),
				})
			}
			switch n := n.(type) {
			case *ast.CallExpr:
				mutateCall(n, stack, src, add)
			case *ast.ExprStmt:
				if call, ok := n.X.(*ast.CallExpr); ok && localOrReport(call) {
					add(n, dropped(call, src), "removed "+clip(src(n)))
				}
			case *ast.IfStmt:
				if judges(n.Body) {
					add(n.Cond, "!("+src(n.Cond)+")", "inverted if "+clip(src(n.Cond)))
				}
			}
		})
	}
	return out
}

// inBody says that code runs when a check does: it is in a function.
func inBody(stack []ast.Node) bool {
	return slices.ContainsFunc(stack, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return true
		}
		return false
	})
}

// mutateCall removes and inverts an assertion in a chain: a.Status(200).Has("id").
func mutateCall(call *ast.CallExpr, stack []ast.Node, src func(ast.Node) string, add func(ast.Node, string, string)) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	name := method.Sel.Name
	if name == "Expect" && len(call.Args) > 0 {
		add(call.Args[0], "!("+src(call.Args[0])+")", "inverted Expect "+clip(src(call.Args[0])))
		return
	}
	opposite, ok := inverse[name]
	if !ok {
		return
	}
	rest := src(method.X)
	if _, statement := stack[len(stack)-1].(*ast.ExprStmt); statement {
		rest = "_ = " + rest
	}
	add(call, rest, "removed ."+clip(src(call)[len(src(method.X))+1:]))
	switch {
	case opposite != "":
		add(method.Sel, opposite, "inverted "+clip(src(call)[len(src(method.X))+1:]))
	case name == "Status":
		add(call, src(method.X)+".Status(418)", "inverted "+clip(src(call)[len(src(method.X))+1:]))
	case name == "Holds":
		add(call.Args[0], "!("+src(call.Args[0])+")", "inverted Holds "+clip(src(call.Args[0])))
	}
}

// localOrReport says that a call that stands as a statement is a helper of the
// package, which asserts since its result is not used, or reports.
func localOrReport(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name != "panic" && f.Name != "delete" && f.Name != "close"
	case *ast.SelectorExpr:
		return f.Sel.Name == "Report" || f.Sel.Name == "Expect" || f.Sel.Name == "Offers"
	}
	return false
}

// dropped keeps what a call evaluates, so that its requests are still sent.
func dropped(call *ast.CallExpr, src func(ast.Node) string) string {
	var b strings.Builder
	for _, a := range call.Args {
		b.WriteString("_ = " + src(a) + "; ")
	}
	return b.String()
}

// judges says that a block reports something.
func judges(block *ast.BlockStmt) (yes bool) {
	ast.Inspect(block, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok {
				yes = yes || f.Sel.Name == "Report" || f.Sel.Name == "Expect" || f.Sel.Name == "Holds"
			}
		}
		return !yes
	})
	return yes
}

func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return s
}
