package from

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp"
)

// entry is a record of Entra ID's provisioning log: provisioningObjectSummary of
// Graph (auditLogs/provisioning), which the portal's JSON download has as well.
type entry struct {
	at     time.Time
	cycle  string
	action string
	// trouble is the error code of a failure; skipped says that nothing was
	// written.
	trouble  string
	skipped  bool
	group    bool
	sourceID string
	targetID string
	name     string
	userName string
	changed  []property
}

// property is a modified property: a path of SCIM, as the target has it.
type property struct{ path, before, after string }

func isEntra(data []byte) bool {
	return slices.ContainsFunc(records(data), func(r gjson.Result) bool {
		return lookup(r, "sourceIdentity").Exists() && (lookup(r, "modifiedProperties").Exists() || lookup(r, "provisioningSteps").Exists())
	})
}

// records are the objects of a log: a list, the list of an answer of Graph, one
// object alone, or an object a line.
func records(data []byte) []gjson.Result {
	if !gjson.ValidBytes(data) {
		var out []gjson.Result
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if !gjson.Valid(line) {
				return nil
			}
			out = append(out, gjson.Parse(line))
		}
		return out
	}
	v := gjson.ParseBytes(data)
	if list := lookup(v, "value"); list.IsArray() {
		v = list
	}
	if v.IsArray() {
		return v.Array()
	}
	return []gjson.Result{v}
}

func readEntra(s *story, files [][]byte, _ Options) error {
	var all []entry
	for _, data := range files {
		for _, r := range records(data) {
			all = append(all, entryOf(r))
		}
	}
	return s.entra(all)
}

func entryOf(r gjson.Result) entry {
	source, target := lookup(r, "sourceIdentity"), lookup(r, "targetIdentity")
	details := lookup(source, "details")
	status := lookup(r, "provisioningStatusInfo")
	if !status.Exists() {
		status = lookup(r, "statusInfo") // the name of the beta, which has been deprecated
	}
	action := lookup(r, "provisioningAction")
	if !action.Exists() {
		action = lookup(r, "action") // likewise
	}
	e := entry{
		cycle: lookup(r, "cycleId").String(), action: action.String(),
		group:    strings.HasSuffix(strings.ToLower(lookup(source, "identityType").String()), "group") || strings.HasSuffix(strings.ToLower(lookup(target, "identityType").String()), ":group"),
		sourceID: lookup(source, "id").String(), targetID: lookup(target, "id").String(),
		name: lookup(source, "displayName").String(), userName: lookup(details, "userPrincipalName").String(),
	}
	if e.name == "" {
		e.name = lookup(details, "displayName").String()
	}
	e.at, _ = time.Parse(time.RFC3339Nano, lookup(r, "activityDateTime").String()) // without one the order of the file counts
	e.outcome(lookup(status, "status").String(), lookup(lookup(status, "errorInformation"), "errorCode").String())
	for _, p := range lookup(r, "modifiedProperties").Array() {
		e.changed = append(e.changed, property{lookup(p, "displayName").String(), lookup(p, "oldValue").String(), lookup(p, "newValue").String()})
	}
	return e
}

// outcome reads a status of the log.
func (e *entry) outcome(status, code string) {
	switch strings.ToLower(status) {
	case "failure":
		if e.trouble = code; !wordOnly.MatchString(code) {
			e.trouble = "failure"
		}
	case "skipped":
		e.skipped = true
	}
}

// actions are the names of the export steps (entra.md 4.7) that older records have
// for what was done.
var actions = map[string]string{"entryexportadd": "create", "entryexportupdate": "update", "entryexportdelete": "delete"}

// entra tells what entries tell. Those of a cycle stand before its run-cycle.
func (s *story) entra(all []entry) error {
	if len(s.dialects) == 0 {
		d, err := mockidp.Lookup("entra-legacy", nil)
		if err != nil {
			return err
		}
		s.speaks(d)
	}
	if len(all) == 0 {
		return errors.New("the log has no entries")
	}
	if slices.ContainsFunc(all, func(e entry) bool { return e.at.IsZero() }) {
		s.ask(question{text: "not every entry has a time that can be read: see whether the steps are in order"})
	}
	if all[0].at.After(all[len(all)-1].at) {
		slices.Reverse(all) // Graph gives the newest first
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.at.Compare(b.at) })
	cycle := ""
	for i := range all {
		e := &all[i]
		if action, ok := actions[strings.ToLower(e.action)]; ok {
			e.action = action
		}
		if e.cycle != cycle && len(s.steps) > 0 && cycle != "" {
			s.add("run-cycle", false, object{}, "")
		}
		cycle = e.cycle
		s.place = fmt.Sprintf("entry %d", i+1)
		switch action := strings.ToLower(e.action); {
		case e.skipped || action == "other":
		case e.group:
			s.entraGroup(action, e)
		default:
			s.entraUser(action, e)
		}
	}
	if cycle != "" && len(s.steps) > 0 {
		s.add("run-cycle", false, object{}, "")
	}
	return nil
}

// wants is what an entry wants somebody to be like, and was what she was like.
func (e *entry) wants() (was, w *wanted) {
	was, w = &wanted{set: map[string]string{}}, &wanted{set: map[string]string{}}
	for _, p := range e.changed {
		was.take(p.path, stringValue(p.before))
		w.take(p.path, stringValue(p.after))
	}
	return was, w
}

func stringValue(v string) gjson.Result {
	data, err := json.Marshal(v)
	if err != nil {
		return gjson.Result{}
	}
	return gjson.ParseBytes(data)
}

func (s *story) entraUser(action string, e *entry) {
	was, w := e.wants()
	p := s.person(e.sourceID, e.targetID)
	if p == nil {
		p = newPerson(map[string]string{"userName": e.userName})
		switch {
		case action == "create":
			p.learn(w.set)
		default:
			p.learn(was.set)
		}
		if strings.Contains(e.name, "@") {
			p.learn(map[string]string{"userName": e.name})
		} else {
			p.learn(map[string]string{"displayName": e.name})
		}
		s.enter(p)
		if p.cast["userName"] == "" {
			s.ask(question{person: p, id: e.sourceID, text: "the log does not tell the userName of user ID: give it to KEY under people"})
		}
		if action != "create" {
			s.ask(question{person: p, id: e.sourceID, text: "user ID was there before the log begins: KEY is assigned first"})
			if w.active == nil || !*w.active {
				s.wasAssigned(p)
			}
		}
	}
	s.known(p, e.sourceID, e.targetID)
	off := w.active != nil && !*w.active
	switch action {
	case "create":
		if p.standing == unassigned || p.gone {
			s.change(p, w.set, "")
		}
		s.assign(p, e.trouble)
	case "update":
		wrong := e.trouble
		if w.active != nil && *w.active && p.standing != assigned {
			s.assign(p, wrong)
			wrong = ""
		}
		s.change(p, w.set, wrong)
		if off {
			s.unassign(p, wrong)
		}
	case "disable":
		s.unassign(p, e.trouble)
	case "delete":
		s.remove(p, e.trouble)
	default:
		s.remark("%s is nothing that a verb tells", e.action)
	}
	if w.manager != nil && action != "disable" && action != "delete" {
		s.entraManager(p, *w.manager)
	}
	for _, path := range w.unknown {
		s.once(path, "%s is nothing that people in scenarios have", path)
	}
}

func (s *story) entraManager(p *person, id string) {
	if id == "" {
		s.manages(p, nil, "")
		return
	}
	manager := s.person(id)
	if manager == nil {
		manager = s.mentioned(id)
	}
	s.manages(p, manager, "")
}

// mentioned brings in somebody of whom the log has an id alone.
func (s *story) mentioned(id string) *person {
	p := s.enter(newPerson(nil))
	s.known(p, id)
	s.ask(question{person: p, id: id, text: "user ID was not seen being created: give the userName of KEY under people"})
	s.wasAssigned(p)
	return p
}

func (s *story) entraGroup(action string, e *entry) {
	g := s.group(e.sourceID, e.targetID)
	_, w := e.wants()
	name := w.set["displayName"]
	if g == nil {
		g = &group{cast: e.name, now: e.name}
		if name != "" && action == "create" {
			g.cast, g.now = name, name
		}
		if action != "create" {
			for _, p := range e.changed {
				if strings.EqualFold(p.path, "displayName") && p.before != "" {
					g.cast, g.now = p.before, p.before
				}
			}
			s.ask(question{group: g, id: e.sourceID, text: "group ID was there before the log begins: KEY is pushed first; give its members to push-group"})
			s.wasPushed(g, nil)
		}
	}
	s.knownGroup(g, e.sourceID, e.targetID)
	joined, left := s.entraMembers(e)
	switch action {
	case "create":
		s.push(g, joined, e.trouble)
	case "update":
		s.rename(g, name, e.trouble)
		s.leave(g, left, e.trouble)
		s.join(g, joined, e.trouble)
	case "delete":
		s.removeGroup(g, e.trouble)
	default:
		s.remark("%s of a group is nothing that a verb tells", e.action)
	}
}

// entraMembers are who joins and who leaves: ids, one or several with commas.
func (s *story) entraMembers(e *entry) (joined, left []*person) {
	ids := func(text string) (out []*person) {
		for id := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(`,;[]" `, r) }) {
			p := s.person(id)
			if p == nil {
				p = s.mentioned(id)
			}
			out = append(out, p)
		}
		return out
	}
	for _, p := range e.changed {
		if name, _ := plainPath(p.path); base(name) != "members" {
			continue
		}
		was, is := ids(p.before), ids(p.after)
		for _, who := range is {
			if !slices.Contains(was, who) {
				joined = append(joined, who)
			}
		}
		for _, who := range was {
			if !slices.Contains(is, who) {
				left = append(left, who)
			}
		}
	}
	return joined, left
}
