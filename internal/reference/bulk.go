package reference

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The limits of a bulk request (RFC 7644 section 3.7.4).
const (
	maxOperations  = 1000
	maxPayloadSize = 1 << 20 // bytes
)

// bulkIDPrefix marks a reference to a resource that another operation of the
// same request creates.
const bulkIDPrefix = "bulkId:"

// bulkOperation is one operation of a bulk request.
type bulkOperation struct {
	method, bulkID, path, version string
	data                          any
	// refs are the bulkIds that data and path refer to.
	refs []string
	// result is nil until the operation was processed.
	result *reply
}

// bulkJob is a bulk request in progress.
type bulkJob struct {
	srv        *Server
	c          *call
	operations []*bulkOperation
	// ids holds the id that a created resource got, by bulkId; an empty one
	// says that the create failed.
	ids map[string]string
	// repairs are put in place once every bulkId is known.
	repairs []*bulkOperation
}

// bulk answers POST on /Bulk (RFC 7644 section 3.7). Operations run in their
// order, except that one that refers to a later create waits for it.
func (s *Server) bulk(c *call) (*reply, error) {
	if c.body == nil {
		return nil, refuse(scim.InvalidSyntax, "the request needs operations in its body")
	}
	if err := checkSchemas(c.body, scim.BulkRequestURN); err != nil {
		return nil, err
	}
	v, _ := member(c.body, "Operations")
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, refuse(scim.InvalidSyntax, "Operations has to be an array with at least one operation")
	}
	if len(list) > maxOperations {
		return nil, fail(http.StatusRequestEntityTooLarge,
			"%d operations exceed the limit of %d (maxOperations)", len(list), maxOperations)
	}
	tolerated, err := failOnErrors(c.body)
	if err != nil {
		return nil, err
	}
	job := &bulkJob{srv: s, c: c, ids: map[string]string{}}
	for _, x := range list {
		job.operations = append(job.operations, readBulkOperation(x))
	}
	job.run(tolerated)
	return newReply(http.StatusOK, object{"schemas": []any{scim.BulkResponseURN}, "Operations": job.results()}), nil
}

// failOnErrors is the number of errors at which a job stops; 0 for never.
func failOnErrors(body object) (int, error) {
	v, given := member(body, "failOnErrors")
	if !given || v == nil {
		return 0, nil
	}
	text, _ := v.(json.Number)
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return 0, refuse(scim.InvalidSyntax, "failOnErrors has to be a positive whole number")
	}
	return n, nil
}

func readBulkOperation(x any) *bulkOperation {
	in, _ := x.(object)
	word := func(name string) string { v, _ := member(in, name); s, _ := v.(string); return s }
	o := &bulkOperation{
		method: strings.ToUpper(word("method")), bulkID: word("bulkId"), path: word("path"), version: word("version"),
	}
	o.data, _ = member(in, "data")
	visitStrings(o.data, func(s string) {
		if id, ok := strings.CutPrefix(s, bulkIDPrefix); ok {
			o.refs = append(o.refs, id)
		}
	})
	if _, id, ok := strings.Cut(o.path, "/"+bulkIDPrefix); ok {
		o.refs = append(o.refs, id)
	}
	return o
}

func visitStrings(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, x := range v {
			visitStrings(x, visit)
		}
	case object:
		for _, x := range v {
			visitStrings(x, visit)
		}
	}
}

// run processes operations until all are done or too many have failed.
func (j *bulkJob) run(tolerated int) {
	errors := 0
	for {
		o := j.next()
		if o == nil {
			break
		}
		o.result = j.process(o)
		if o.method == http.MethodPost && o.bulkID != "" {
			j.ids[o.bulkID] = ""
			if r := o.result.shows; r != nil {
				j.ids[o.bulkID] = r.id
			}
		}
		if o.result.status >= http.StatusBadRequest {
			if errors++; errors == tolerated {
				break
			}
		}
	}
	for _, o := range j.repairs {
		if o.result.shows != nil {
			j.repair(o)
		}
	}
}

// next is the first operation whose references are known. When all that is
// left waits for each other (RFC 7644 section 3.7.1) it is the first create,
// which goes ahead without the references and gets them at the end.
func (j *bulkJob) next() *bulkOperation {
	var first, create *bulkOperation
	for _, o := range j.operations {
		if o.result != nil {
			continue
		}
		if !slices.ContainsFunc(o.refs, j.pending) {
			return o
		}
		if first == nil {
			first = o
		}
		if create == nil && o.method == http.MethodPost {
			create = o
		}
	}
	if create != nil {
		j.repairs = append(j.repairs, create)
		return create
	}
	return first
}

// pending reports whether a bulkId belongs to a create that was not tried yet.
func (j *bulkJob) pending(bulkID string) bool {
	if _, done := j.ids[bulkID]; done {
		return false
	}
	return slices.ContainsFunc(j.operations, func(o *bulkOperation) bool {
		return o.method == http.MethodPost && o.bulkID == bulkID && o.result == nil
	})
}

// process runs one operation as the request that it stands for.
func (j *bulkJob) process(o *bulkOperation) *reply {
	c, err := j.call(o)
	if err != nil {
		return j.srv.finish(j.c, errorReply(err))
	}
	return j.srv.dispatch(c)
}

func (j *bulkJob) call(o *bulkOperation) (*call, error) {
	switch o.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil, refuse(scim.InvalidSyntax, "the method of an operation has to be POST, PUT, PATCH or DELETE")
	}
	if o.method == http.MethodPost && (o.bulkID == "" || j.taken(o)) {
		return nil, refuse(scim.InvalidSyntax, "a POST needs a bulkId of its own")
	}
	path, err := j.resolve(o.path)
	if err != nil {
		return nil, err
	}
	c := &call{srv: j.srv, method: o.method, base: j.c.base, params: map[string][]string{}, header: http.Header{}, inBulk: true}
	if c.path, err = segments(path); err != nil {
		return nil, err
	}
	if c.kind() == nil || len(c.path) != 1 && o.method == http.MethodPost || len(c.path) != 2 && o.method != http.MethodPost {
		return nil, refuse(scim.InvalidSyntax, "the path %s does not fit %s", scim.Quote(o.path), o.method)
	}
	if o.version != "" {
		c.header.Set("If-Match", o.version)
	}
	if o.method == http.MethodDelete {
		return c, nil
	}
	data, err := j.substitute(o.data)
	if err != nil {
		return nil, err
	}
	var ok bool
	if c.body, ok = data.(object); !ok {
		return nil, refuse(scim.InvalidSyntax, "data has to be an object")
	}
	return c, nil
}

// taken reports whether an earlier operation has the same bulkId.
func (j *bulkJob) taken(o *bulkOperation) bool {
	for _, x := range j.operations {
		if x == o {
			return false
		}
		if x.method == http.MethodPost && x.bulkID == o.bulkID {
			return true
		}
	}
	return false
}

// resolve puts the id in place of a reference. A reference to a create that
// was not tried yet resolves to nothing.
func (j *bulkJob) resolve(s string) (string, error) {
	i := strings.Index(s, bulkIDPrefix)
	if i < 0 {
		return s, nil
	}
	bulkID := s[i+len(bulkIDPrefix):]
	if id := j.ids[bulkID]; id != "" {
		return s[:i] + id, nil
	}
	if j.pending(bulkID) {
		return "", nil
	}
	return "", fail(http.StatusConflict, "the bulkId %s stands for no resource", scim.Quote(bulkID))
}

// substitute copies data with ids in place of references. An object whose
// reference is not known yet is left out.
func (j *bulkJob) substitute(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if !strings.HasPrefix(v, bulkIDPrefix) {
			return v, nil
		}
		id, err := j.resolve(v)
		if id == "" {
			return nil, err
		}
		return id, nil
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			y, err := j.substitute(x)
			if err != nil {
				return nil, err
			}
			if !isEmpty(y) {
				out = append(out, y)
			}
		}
		return out, nil
	case object:
		out := object{}
		for k, x := range v {
			y, err := j.substitute(x)
			if err != nil {
				return nil, err
			}
			if id, isText := x.(string); isText && y == nil && strings.HasPrefix(id, bulkIDPrefix) {
				return nil, nil
			}
			out[k] = y
		}
		return out, nil
	}
	return v, nil
}

// repair gives a resource the references that were not known when it was
// created.
func (j *bulkJob) repair(o *bulkOperation) {
	again := &bulkOperation{
		method: http.MethodPut, path: o.path + "/" + url.PathEscape(o.result.shows.id), data: o.data,
	}
	if a := j.process(again); a.status >= http.StatusBadRequest {
		o.result = a
	} else {
		o.result.header.Set("ETag", a.header.Get("ETag"))
	}
}

// results lists what became of the processed operations, in their order.
func (j *bulkJob) results() []any {
	var out []any
	for _, o := range j.operations {
		if o.result == nil {
			continue
		}
		entry := object{"method": o.method, "status": strconv.Itoa(o.result.status)}
		if o.bulkID != "" {
			entry["bulkId"] = o.bulkID
		}
		if location := j.location(o); location != "" {
			entry["location"] = location
		}
		if tag := o.result.header.Get("ETag"); tag != "" {
			entry["version"] = tag
		}
		if o.result.status >= http.StatusBadRequest {
			entry["response"] = o.result.body
		}
		out = append(out, entry)
	}
	return out
}

// location is given for every operation but a POST that failed.
func (j *bulkJob) location(o *bulkOperation) string {
	if l := o.result.header.Get("Location"); l != "" || o.method == http.MethodPost {
		return l
	}
	path, _ := j.resolve(o.path)
	if path == "" {
		return ""
	}
	return j.c.base + path
}
