package from

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// user tells what the client writes about a user.
func (t *traffic) user(id string, x *scim.Exchange) {
	body := gjson.ParseBytes(x.Request.Body)
	switch x.Request.Method {
	case http.MethodPost:
		t.create(x, wantedBy(body))
	case http.MethodPut:
		w := wantedBy(body)
		w.unknown = nil // much of it is what the target itself returned
		t.written(id, x, w)
	case http.MethodPatch:
		t.written(id, x, wantedByPatch(body))
	case http.MethodDelete:
		t.deleted(id, x)
	}
}

// create tells of a create.
func (t *traffic) create(x *scim.Exchange, w *wanted) {
	externalID := lookup(gjson.ParseBytes(x.Request.Body), "externalId").String()
	p := t.called(w.set["userName"])
	if p == nil {
		p = t.story.person(externalKey(externalID))
	}
	wrong := trouble(x)
	switch {
	case p == nil:
		p = newPerson(w.set)
		t.assign(p, wrong)
	case p.lost:
		// What is changed before is sent to an account that is gone.
		t.assign(p, wrong)
		t.change(p, w.set, "")
	default:
		// Who was made by somebody else is to have what the directory has.
		made := p.standing == stranger && !p.gone
		p.found = made
		t.change(p, w.set, "")
		t.assign(p, wrong)
		if made && p.last.failed && t.neverLooks() {
			p.last.fails = x.Status()
		}
	}
	t.known(p, externalKey(externalID))
	if x.Status()/100 == 2 {
		t.known(p, idIn(x))
	}
	t.rest(p, w, "")
	if w.active != nil && !*w.active {
		t.unassign(p, "")
	}
}

// neverLooks reports whether the identity provider creates people without looking
// for them: then one who is there is a conflict, and rightly so.
func (t *traffic) neverLooks() bool {
	d := t.dialect()
	return d != nil && d.Find == nil && d.ListUsers == nil
}

// externalKey is an externalId among the ids of somebody.
func externalKey(id string) string {
	if id == "" {
		return ""
	}
	return "externalId " + id
}

// idIn is the id of what was created.
func idIn(x *scim.Exchange) string {
	if scim.ValidJSON(x.Response.Body) {
		if id := gjson.GetBytes(x.Response.Body, "id").String(); id != "" {
			return id
		}
	}
	location := strings.TrimRight(x.Response.Header.Get("Location"), "/")
	return location[strings.LastIndex(location, "/")+1:]
}

// written tells of a change.
func (t *traffic) written(id string, x *scim.Exchange, w *wanted) {
	p := t.person(id)
	if p == nil {
		p = t.unseen(id, x, w)
	}
	if p.gone && p.standing != assigned {
		t.remark("somebody is changed who is gone")
		return
	}
	wrong := trouble(x)
	if w.active != nil && *w.active && p.standing != assigned || p.standing == stranger {
		t.assign(p, wrong)
		wrong = ""
	}
	t.change(p, w.set, wrong)
	t.rest(p, w, wrong)
	if w.active != nil && !*w.active {
		t.unassign(p, wrong)
	}
}

// rest tells of manager and roles, and of what has no word.
func (t *traffic) rest(p *person, w *wanted, wrong string) {
	if w.manager != nil {
		var manager *person
		if *w.manager != "" {
			if manager = t.person(*w.manager); manager == nil {
				manager = t.unseen(*w.manager, nil, nil)
			}
		}
		t.manages(p, manager, wrong)
	}
	if len(w.roles) > 0 {
		t.roles(p, w.roles, wrong)
	}
	for _, path := range w.unknown {
		t.once(path, "%s is nothing that people in scenarios have", path)
	}
}

// unseen brings in somebody whom the recording does not show being created. What
// answers tell of her is taken for what she was like at first.
func (t *traffic) unseen(id string, x *scim.Exchange, w *wanted) *person {
	was := t.seen[users+"/"+id]
	set := wantedBy(was).set
	if !was.Exists() && x != nil && x.Response != nil && scim.ValidJSON(x.Response.Body) && x.Status()/100 == 2 {
		for name, v := range wantedBy(gjson.ParseBytes(x.Response.Body)).set {
			if _, written := w.set[name]; !written {
				set[name] = v
			}
		}
	}
	p := t.enter(newPerson(set))
	t.known(p, id)
	text := "user ID was there before the recording begins: KEY is assigned first"
	if set["userName"] == "" {
		text = "user ID was not seen being created, and no answer tells its userName: give it to KEY under people"
	}
	t.ask(question{person: p, id: id, text: text})
	if w == nil || w.active == nil || !*w.active {
		t.wasAssigned(p)
	}
	return p
}

// deleted tells of a DELETE, which is the end of an assignment for some identity
// providers, and for others that of somebody.
func (t *traffic) deleted(id string, x *scim.Exchange) {
	p := t.person(id)
	if p == nil {
		p = t.unseen(id, nil, nil)
	}
	wrong := trouble(x)
	if x.Status() == http.StatusNotFound {
		wrong = ""
	}
	switch d := t.dialect(); {
	case d == nil || d.Delete != nil && !deactivates(d):
		t.remove(p, wrong)
	case deactivates(d):
		t.unassign(p, wrong)
		p.gone = true
	default:
		t.remark("%s is not known to send DELETE for people", d.Label)
		t.add("delete", true, object{person: p}, "")
		p.gone = true
	}
}

// deactivates reports whether a dialect takes an assignment away by DELETE.
func deactivates(d *mockidp.Dialect) bool {
	if d.Deactivate == nil || d.NeedsCurrent {
		return false
	}
	for _, r := range d.Deactivate("1", scim.Resource{}, mockidp.User{UserName: "x"}) {
		if r.Method == http.MethodDelete {
			return true
		}
	}
	return false
}
