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
// fields, custom ones included. judge returns why the type could not be judged,
// or "". The check is skipped when there is no such type, and when none could
// be judged.
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
		t.Skip("it could not be tried: %s", strings.Join(reasons, "; "))
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
// error names, and probes how many are made to find what it does not name.
const (
	giveUp = 4
	probes = 16
)

// arrange creates a resource of the type with generated values of the fields,
// and reads it. A service provider may demand a form of a value that its
// schemas do not tell of (RFC 7643 section 2.3.1): what its error names is left
// out then, or what is found to be refused. It is nil, with the reason, when
// resources of the type cannot be made; where these are users the check is
// blocked.
func arrange(t *T, of *ResourceType, fields []Field) (*generated, string) {
	doc, given := document(t, of, fields, 0)
	searched := false
	for range giveUp + 1 {
		a := t.Post(of.Endpoint, doc)
		if a.Code() == http.StatusCreated {
			r := a.Created(of.Endpoint, doc)
			shows := t.Get(r)
			shows.Arranging().Status(200).Resource()
			return &generated{r, of, given, shows}, ""
		}
		if notOffered(a) {
			return nil, "POST is not offered"
		}
		if !doubtful(a) || len(given) == 0 {
			return nil, notMade(t, a, of)
		}
		switch named := a.Names(given); {
		case len(named) > 0:
			doc, given = without(doc, given, named)
		case searched:
			return nil, notMade(t, a, of)
		default:
			bare := t.New(of)
			a := t.Post(of.Endpoint, bare)
			if a.Code() != http.StatusCreated {
				return nil, notMade(t, a, of)
			}
			a.Created(of.Endpoint, bare)
			searched = true
			left := probes
			doc, given = document(t, of, takes(t, of, given, &left), 0)
		}
	}
	return nil, "the target refuses the generated values"
}

// doubtful reports whether a create may have been refused for a value alone.
func doubtful(a *Answer) bool {
	return a.Code() == http.StatusBadRequest || a.Code() == http.StatusConflict
}

// takes searches for the fields whose generated values the target takes, by
// halves. Each try has values of its own, since unique ones are used up.
func takes(t *T, of *ResourceType, fields []Field, left *int) []Field {
	if len(fields) == 0 || *left == 0 {
		return nil
	}
	doc, _ := document(t, of, fields, 2+*left)
	*left--
	if a := t.Post(of.Endpoint, doc); a.Code() == http.StatusCreated {
		a.Created(of.Endpoint, doc)
		return fields
	} else if !doubtful(a) || len(fields) == 1 {
		return nil
	}
	half := len(fields) / 2
	return slices.Concat(takes(t, of, fields[:half], left), takes(t, of, fields[half:], left))
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
