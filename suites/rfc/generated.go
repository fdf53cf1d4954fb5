package rfc

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	. "github.com/scimtest/scimtest/suites/engine"
)

// generated is a resource whose values were made from the target's own
// schemas.
type generated struct {
	*Resource
	of *ResourceType
	// fields are those that were given a value.
	fields []Field
	// shows is the read behind the create, to be judged.
	shows *Answer
}

// eachType calls judge for each resource type of the target that has such
// fields. The check is skipped when there is none, and when none could be
// judged; it is blocked when users are among those that could not be made.
//
// judge returns why the type could not be judged, or "".
func eachType(t *T, what string, which func(Field) bool, judge func(of *ResourceType, fields []Field) string) {
	if len(t.Target().Schemas) == 0 {
		t.Skip("the target's schemas cannot be read")
	}
	var reasons []string
	judged := false
	for _, of := range t.Target().ResourceTypes() {
		fields := slices.DeleteFunc(t.Target().Fields(of), func(f Field) bool { return !which(f) })
		if len(fields) == 0 {
			continue
		}
		if reason := judge(of, fields); reason != "" {
			reasons = append(reasons, of.Name+": "+reason)
			continue
		}
		judged = true
	}
	switch {
	case judged:
	case len(reasons) == 0:
		t.Skip("the target's schemas list no %s", what)
	default:
		t.Skip("no %s could be tried: %s", what, strings.Join(reasons, "; "))
	}
}

// document makes a resource of the type with the n-th values of the fields,
// without sending it. given are the fields for which there is a value.
func document(t *T, of *ResourceType, fields []Field, n int) (d Doc, given []Field) {
	d = t.New(of)
	for _, f := range fields {
		if v, ok := t.Value(f, n); ok {
			f.Put(d, v)
			given = append(given, f)
		}
	}
	return d, given
}

// giveUp is how often a refused resource is tried again without what the
// error names.
const giveUp = 4

// arrange creates a resource of the type with generated values of the fields,
// and reads it. A service provider may demand a form of a value that its
// schemas do not tell of (RFC 7643 section 2.3.1): what its error names is left
// out then, or else all of them, to know what it is that is refused. It is nil,
// with the reason, when that cannot be told apart, and when resources of the
// type cannot be made; where these are users the check is blocked.
func arrange(t *T, of *ResourceType, fields []Field) (*generated, string) {
	doc, given := document(t, of, fields, 0)
	refusal := ""
	for range giveUp + 1 {
		a := t.Post(of.Endpoint, doc)
		if a.Code() == http.StatusCreated {
			r := a.Created(of.Endpoint, doc)
			if refusal != "" {
				return nil, refusal
			}
			shows := t.Get(r)
			shows.Arranging().Status(200).Resource()
			return &generated{r, of, given, shows}, ""
		}
		if notOffered(a) {
			return nil, "POST is not offered"
		}
		if a.Code() != http.StatusBadRequest && a.Code() != http.StatusConflict || len(given) == 0 {
			return nil, notMade(t, a, of)
		}
		named := a.Names(given)
		if len(named) == 0 {
			refusal, named = "the target refuses a generated value of "+paths(given), given
		}
		doc, given = without(doc, given, named)
	}
	return nil, "the target refuses the generated values"
}

// notMade words why a resource cannot be made. Without users nothing can be
// tried: that blocks the check.
func notMade(t *T, a *Answer, of *ResourceType) string {
	if of.Endpoint == t.Target().UserType().Endpoint || !refused(a) {
		a.Arranging().Status(201)
	}
	return "POST answers " + strconv.Itoa(a.Code()) + a.Advice()
}

// withoutField is a copy of a document in which the field is left out.
func withoutField(doc Doc, f Field) Doc {
	doc = maps.Clone(doc)
	f.Drop(doc)
	return doc
}

// without leaves fields out of a document and of the list of what was given.
func without(doc Doc, given, out []Field) (Doc, []Field) {
	left := maps.Clone(doc)
	var kept []Field
	for _, f := range given {
		if !slices.ContainsFunc(out, func(o Field) bool { return o.Path() == f.Path() }) {
			kept = append(kept, f)
			continue
		}
		f.Drop(left)
	}
	return left, kept
}

// notOffered reports whether the answer says that there is no such operation
// at the endpoint, or not for us.
func notOffered(a *Answer) bool {
	return slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, a.Code())
}

// taken and refused report whether a write succeeded, and whether it was
// understood to be wrong.
func taken(a *Answer) bool   { return a.Code()/100 == 2 }
func refused(a *Answer) bool { return a.Code()/100 == 4 }

// codeOf shows the status of an answer and what its error says.
func codeOf(a *Answer) string {
	if a.Code() == 0 {
		return "no answer"
	}
	s := strconv.Itoa(a.Code())
	if word := a.ScimType(); word != "" {
		s += " " + word
	}
	if detail := a.Detail(); detail != "" {
		s += ": " + detail
	}
	return s
}

// paths lists the SCIM paths of fields for a finding.
func paths(fields []Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Path())
	}
	return strings.Join(out, ", ")
}
