package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// player sends recorded requests with the values of this target in the place of
// those of the recorded one. Its methods but do are called by one goroutine at a
// time.
type player struct {
	r         *replay
	do        scim.Doer
	base, tag string

	// ids are the ids here of those in the recording, by endpoint.
	ids map[string]map[string]string
	// tokens are other values that the target makes: versions, cursors, times.
	tokens map[string]string
	// names are what people and groups are called in the recording, in lower
	// case.
	names map[string]bool
	// filled are the secrets that stand in the place of markers.
	filled map[string]string
	// authorized: the recording tells which requests had credentials. Browsers
	// leave them out when they export.
	authorized bool
	// rivals lists what raced with each exchange.
	rivals [][]int
	// sent holds the values that were sent, by attribute: what comes back of
	// them is compared.
	sent map[string]bool
}

// played is a request that was sent again.
type played struct {
	req         scim.Request
	x           *scim.Exchange // nil when it was not sent
	differences []difference
	// missing names a resource of the recording that nothing in it created:
	// then nothing is sent.
	missing string
}

func (p *played) failed() bool {
	return p.missing != "" || slices.ContainsFunc(p.differences, func(d difference) bool { return !d.advisory })
}

func newPlayer(r *replay, t *engine.T) *player {
	p := &player{
		r: r, do: t.Doer(), base: t.BaseURL(), tag: t.Tag(), ids: map[string]map[string]string{}, tokens: map[string]string{},
		names: map[string]bool{}, filled: maps.Clone(r.options.Secrets), sent: map[string]bool{},
	}
	p.rivals = rivals(r.exchanges)
	if p.filled == nil {
		p.filled = map[string]string{}
	}
	for i := range r.exchanges {
		q := &r.exchanges[i].Request
		for _, m := range markerForm.FindAllStringSubmatch(q.RawQuery+" "+string(q.Body), -1) {
			if name := strings.Trim(m[0], "{}"); p.filled[name] == "" {
				p.filled[name] = password(t.Seed(), name)
			}
		}
	}
	for i := range r.exchanges {
		// A recording of another program holds passwords as they are.
		rewrite.Body(r.exchanges[i].Request.Body, func(place rewrite.Place, v string) string {
			if strings.Contains(place.Key, "password") && !markerForm.MatchString(v) {
				t.Secret("password", v)
			}
			return v
		})
		p.authorized = p.authorized || r.exchanges[i].Request.Header.Get("Authorization") != ""
	}
	for kind, value := range p.filled {
		t.Secret(strings.TrimRight(kind, "-0123456789"), value)
	}
	if !r.options.KeepNames {
		p.collectNames()
	}
	return p
}

// password makes up a password that common policies take.
func password(seed int64, marker string) string {
	sum := sha256.Sum256([]byte(marker + string(rune(seed%1000))))
	return "Pw-" + hex.EncodeToString(sum[:])[:18] + "-Zq7"
}

// identity reports whether a place has what somebody, or a group, is known by.
func identity(p rewrite.Place) bool {
	if p.Kind != rewrite.JSON && p.Kind != rewrite.Filter {
		return false
	}
	switch p.Key {
	case "username", "externalid", "displayname":
		return p.Parent != "roles" && p.Parent != "entitlements"
	case "value":
		return p.Parent == "emails"
	case "emails":
		return true
	}
	return false
}

// collectNames finds what people and groups are called: what the recording
// creates and changes, and what it looks for in vain.
func (p *player) collectNames() {
	collect := func(place rewrite.Place, v string) string {
		if identity(place) && v != "" && !markerForm.MatchString(v) {
			p.names[strings.ToLower(v)] = true
		}
		return v
	}
	for i := range p.r.exchanges {
		x := &p.r.exchanges[i]
		switch {
		case x.Request.Method != http.MethodGet:
			rewrite.Body(x.Request.Body, collect)
		case x.Response != nil && gjson.GetBytes(x.Response.Body, "totalResults").Raw == "0":
			rewrite.RawQuery(x.Request.RawQuery, collect)
		}
	}
}

// protocolKeys are the attributes whose values are words of the protocol.
var protocolKeys = []string{"schemas", "op", "type", "resourcetype", "method", "status", "scimtype", "detail", "primary", "active", "locale", "country"}

// here is what takes the place of a recorded value. endpoint is that of the
// request.
func (p *player) here(endpoint string) rewrite.Func {
	return func(place rewrite.Place, v string) string {
		if slices.Contains(protocolKeys, place.Key) && (place.Kind == rewrite.JSON || place.Kind == rewrite.Filter) {
			return v
		}
		if markerForm.MatchString(v) {
			return markerForm.ReplaceAllStringFunc(v, func(m string) string { return p.filled[strings.Trim(m, "{}")] })
		}
		if id, ok := p.id(place, endpoint, v); ok {
			return id
		}
		if place.Kind == rewrite.Segment && (place.Parent == users || place.Parent == groups) && !strings.HasPrefix(v, "bulkId:") {
			// Here it may be the id of something that is not ours.
			return rename(v, p.tag)
		}
		switch place.Key {
		case "version", "nextcursor", "previouscursor", "cursor", "created", "lastmodified", "etag", "if-match", "if-none-match":
			if now, ok := p.tokens[v]; ok {
				return now
			}
		}
		if rest, ok := strings.CutPrefix(v, strings.TrimSuffix(p.r.base, "/")); ok && (rest == "" || rest[0] == '/') {
			return p.base + p.path(rest)
		}
		if place.Key == "$ref" || place.Key == "location" {
			return p.path(v)
		}
		if p.names[strings.ToLower(v)] {
			return rename(v, p.tag)
		}
		return v
	}
}

// path changes the ids in a URL or a path.
func (p *player) path(raw string) string {
	endpoint := ""
	return rewrite.URL(raw, func(segment string) string {
		if ids := p.ids[strings.ToLower(segment)]; ids != nil {
			endpoint = strings.ToLower(segment)
			return segment
		}
		if now, ok := p.ids[endpoint][segment]; ok {
			return now
		}
		return segment
	})
}

// longID is the length from which a value is an id wherever it stands; shorter
// ones are numbers that may mean anything.
const longID = 8

// id is the id here of a recorded one, where the place can hold one.
func (p *player) id(place rewrite.Place, endpoint, v string) (string, bool) {
	for _, e := range endpointsFor(place, endpoint) {
		if now, ok := p.ids[e][v]; ok {
			return now, true
		}
	}
	if len(v) >= longID {
		for _, e := range slices.Sorted(maps.Keys(p.ids)) {
			if now, ok := p.ids[e][v]; ok {
				return now, true
			}
		}
	}
	return "", false
}

const (
	users  = "users"
	groups = "groups"
)

// endpointsFor lists the endpoints whose ids a place may hold.
func endpointsFor(place rewrite.Place, endpoint string) []string {
	switch {
	case place.Kind == rewrite.Segment:
		return []string{place.Parent}
	case place.Key == "id":
		return []string{endpoint}
	case place.Parent == "members" && place.Key == "value", place.Key == "members":
		return []string{users, groups}
	case place.Parent == "manager" && place.Key == "value", place.Key == "manager":
		return []string{users}
	case place.Parent == "groups" && place.Key == "value":
		return []string{groups}
	}
	return nil
}

// request makes the request that is sent in the place of a recorded one.
func (p *player) request(x *scim.Exchange) *played {
	endpoint, id := splitPath(x.Request.Path)
	missing := ""
	if _, known := p.ids[endpoint][id]; id != "" && !known && x.Status()/100 == 2 && (endpoint == users || endpoint == groups) {
		missing = "/" + strings.Split(strings.Trim(x.Request.Path, "/"), "/")[0] + "/" + id
	}
	req := rewrite.Request(x.Request, p.here(endpoint))
	header := http.Header{}
	for k, v := range req.Header {
		if !unsent(k) {
			header[k] = v
		}
	}
	req.Header, req.NoAuth = header, p.authorized && x.Request.Header.Get("Authorization") == ""
	rewrite.Body(req.Body, func(place rewrite.Place, v string) string {
		p.sent[place.Key+"\x00"+strings.ToLower(v)] = true
		return v
	})
	if scim.ValidJSON(req.Body) {
		p.sentKeys(gjson.ParseBytes(req.Body))
	}
	return &played{req: req, missing: missing}
}

// sentKeys notes which attributes were sent, with values that are no strings.
func (p *player) sentKeys(v gjson.Result) {
	if !v.IsObject() && !v.IsArray() {
		return
	}
	v.ForEach(func(k, item gjson.Result) bool {
		key := strings.ToLower(k.Str)
		if item.IsBool() || item.Type == gjson.Number {
			p.sent[key+"\x00"+item.Raw] = true
		}
		if path := v.Get("path").Str; key == "value" && path != "" {
			last := strings.ToLower(path[strings.LastIndexAny(path, ":.")+1:])
			p.sent[last+"\x00"+item.Raw] = true
			p.sent[last] = true
		}
		p.sent[key] = true
		p.sentKeys(item)
		return true
	})
}

func splitPath(path string) (endpoint, id string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	endpoint = strings.ToLower(segments[0])
	if len(segments) == 2 && !strings.HasPrefix(segments[1], ".") {
		if plain, err := url.PathUnescape(segments[1]); err == nil {
			return endpoint, plain
		}
		return endpoint, segments[1]
	}
	return endpoint, ""
}

// came compares the answer to the i-th request with the recorded one, and learns
// from it. Of those that were on their way together any may have had what the
// other had.
func (p *player) came(one *played, i int, now *scim.Exchange) {
	one.x = now
	x := &p.r.exchanges[i]
	racing := len(p.rivals[i]) > 0
	if racing && now.Status() != x.Status() {
		for _, j := range p.rivals[i] {
			if other := &p.r.exchanges[j]; other.Status() == now.Status() && other.Request.Method == x.Request.Method {
				x = other
				break
			}
		}
	}
	if x.Response == nil || now.Response == nil {
		one.differences = p.compareStatus(x, now)
		return
	}
	// Learning comes first: an id is only known by its place.
	p.learn(x, now)
	one.differences = p.compare(x, now, racing)
}

// learn takes in the values that the target made.
func (p *player) learn(x, now *scim.Exchange) {
	if x.Status()/100 != 2 || now.Status()/100 != 2 {
		return
	}
	endpoint, _ := splitPath(x.Request.Path)
	for _, name := range []string{"Location", "Content-Location"} {
		p.learnLocation(x.Response.Header.Get(name), now.Response.Header.Get(name))
	}
	p.token(x.Response.Header.Get("ETag"), now.Response.Header.Get("ETag"))
	if !scim.ValidJSON(x.Response.Body) || !scim.ValidJSON(now.Response.Body) {
		return
	}
	p.learnFrom(endpoint, gjson.ParseBytes(x.Response.Body), gjson.ParseBytes(now.Response.Body))
}

// learnFrom learns from two objects that stand for each other.
func (p *player) learnFrom(endpoint string, was, now gjson.Result) {
	if !was.IsObject() || !now.IsObject() {
		return
	}
	if of := endpointOf(was); of != "" {
		endpoint = of
	}
	was.ForEach(func(k, v gjson.Result) bool {
		other := now.Get(gjson.Escape(k.Str))
		switch key := strings.ToLower(k.Str); {
		case key == "id":
			p.learnID(endpoint, v.String(), other.String())
		case key == "location" || key == "$ref":
			p.learnLocation(v.Str, other.Str)
		case key == "version", key == "nextcursor", key == "previouscursor", key == "created", key == "lastmodified":
			p.token(v.Str, other.Str)
		case v.IsArray() && other.IsArray():
			p.learnFromList(endpoint, v.Array(), other.Array())
		case v.IsObject():
			p.learnFrom(endpoint, v, other)
		}
		return true
	})
}

// learnFromList pairs the objects of two lists: resources by what they are
// called, others by their place.
func (p *player) learnFromList(endpoint string, was, now []gjson.Result) {
	for i, v := range was {
		if !v.IsObject() {
			return
		}
		if name := nameOf(v); name != "" {
			want := name
			if p.names[strings.ToLower(name)] {
				want = rename(name, p.tag)
			}
			if j := slices.IndexFunc(now, func(o gjson.Result) bool { return strings.EqualFold(nameOf(o), want) }); j >= 0 {
				p.learnFrom(endpoint, v, now[j])
			}
			continue
		}
		if len(was) == len(now) && !v.Get("value").Exists() {
			p.learnFrom(endpoint, v, now[i])
		}
	}
}

// nameOf is what a resource is called.
func nameOf(v gjson.Result) string {
	for _, key := range []string{"userName", "displayName", "externalId"} {
		if s := v.Get(key); s.Type == gjson.String {
			return s.Str
		}
	}
	return ""
}

// endpointOf is the endpoint of a resource by its type; "" when it does not say.
func endpointOf(v gjson.Result) string {
	switch strings.ToLower(v.Get("meta.resourceType").String()) {
	case "user":
		return users
	case "group":
		return groups
	}
	return ""
}

func (p *player) learnID(endpoint, was, now string) {
	if was == "" || now == "" {
		return
	}
	if p.ids[endpoint] == nil {
		p.ids[endpoint] = map[string]string{}
	}
	p.ids[endpoint][was] = now
}

func (p *player) learnLocation(was, now string) {
	e1, id1 := lastOf(was)
	e2, id2 := lastOf(now)
	if e1 == e2 && (e1 == users || e1 == groups) {
		p.learnID(e1, id1, id2)
	}
}

// lastOf is the endpoint and the id in which a location ends.
func lastOf(location string) (endpoint, id string) {
	segments := strings.Split(strings.TrimRight(location, "/"), "/")
	if len(segments) < 2 {
		return "", ""
	}
	id = segments[len(segments)-1]
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	return strings.ToLower(segments[len(segments)-2]), id
}

func (p *player) token(was, now string) {
	if was != "" && now != "" {
		p.tokens[was] = now
	}
}

// uuidForm is a UUID.
var uuidForm = regexp.MustCompile(`^(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)[0-9a-fA-F]{12}$`)

// rename gives somebody another name, which bears the tag. What an address is,
// and what a UUID is, it stays; names that differ in letter case alone still do.
func rename(v, tag string) string {
	if uuidForm.MatchString(v) {
		sum := sha256.Sum256([]byte(tag + strings.ToLower(v)))
		return v[:24] + hex.EncodeToString(sum[:])[:12]
	}
	if at := strings.LastIndex(v, "@"); at > 0 {
		local := v[:at]
		if plus := strings.Index(local, "+"); plus > 0 {
			return v[:plus] + "." + tag + v[plus:]
		}
		return local + "." + tag + v[at:]
	}
	if strings.Contains(v, " ") {
		return v + " " + tag
	}
	return v + "-" + tag
}
