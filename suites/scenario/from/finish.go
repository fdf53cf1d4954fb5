package from

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/anonymize"
	"github.com/scimtest/scimtest/suites/scenario"
)

// finish makes the scenario: without personal data unless a is nil, and with a
// key for everybody.
func (s *story) finish(a *anonymize.Anonymizer, name string) *Result {
	s.begin()
	s.dropUnused()
	tags := s.runTag()
	if a != nil {
		s.anonymize(a)
	}
	s.keys(tags)
	out := &Result{Scenario: &scenario.Scenario{Name: name, Look: scenario.Touched, Comments: s.remarks}}
	for _, d := range s.dialects {
		out.Scenario.IdPs = append(out.Scenario.IdPs, d.Name)
	}
	for _, p := range s.people {
		out.Scenario.People = append(out.Scenario.People, scenario.Person{Key: p.key, Set: inOrder(p.cast)})
		if missing := p.missing(); len(missing) > 0 {
			out.MadeUp = append(out.MadeUp, p.key+": "+strings.Join(missing, ", "))
		}
	}
	for _, g := range s.groups {
		if g.cast == "" {
			out.MadeUp = append(out.MadeUp, g.key+": its name")
			continue
		}
		out.Scenario.Groups = append(out.Scenario.Groups, scenario.Group{Key: g.key, Name: g.cast})
	}
	for _, st := range s.steps {
		out.Scenario.Steps = append(out.Scenario.Steps, st.tell())
	}
	for _, q := range s.questions {
		key := ""
		switch {
		case q.person != nil:
			key = q.person.key
		case q.group != nil:
			key = q.group.key
		}
		id := q.id
		if a != nil {
			id = a.Text(id)
		}
		out.Questions = append(out.Questions, strings.NewReplacer("ID", id, "KEY", key).Replace(q.text))
	}
	return out
}

// dropUnused leaves out whom the log mentions and no step is about.
func (s *story) dropUnused() {
	used := map[any]bool{}
	for _, st := range s.steps {
		for _, o := range st.on {
			used[o.person], used[o.group] = true, true
			for _, p := range o.with {
				used[p] = true
			}
		}
	}
	s.people = slices.DeleteFunc(s.people, func(p *person) bool { return !used[p] })
	s.groups = slices.DeleteFunc(s.groups, func(g *group) bool { return !used[g] })
}

// tell is the step as scenarios have it.
func (st *step) tell() scenario.Step {
	out := scenario.Step{Verb: st.verb, Behind: st.behind, Fails: st.fails, Comments: st.remarks}
	for _, o := range st.on {
		x := scenario.Object{Text: o.name, Set: o.set, With: o.words}
		switch {
		case o.group != nil:
			x.Key = o.group.key
		case o.person != nil:
			x.Key = o.person.key
		}
		for _, p := range o.with {
			x.With = append(x.With, p.key)
		}
		out.On = append(out.On, x)
	}
	return out
}

// missing are the attributes that everybody has to have, and that the recording
// does not tell.
func (p *person) missing() (out []string) {
	for _, name := range []string{"userName", "givenName", "familyName"} {
		if p.cast[name] == "" {
			out = append(out, name)
		}
	}
	return out
}

func inOrder(set map[string]string) (out []scenario.Value) {
	for _, name := range attributeOrder {
		if v := set[name]; v != "" {
			out = append(out, scenario.Value{Path: name, Value: v})
		}
	}
	return out
}

// anonymize replaces personal data where it is values: comments have none.
func (s *story) anonymize(a *anonymize.Anonymizer) {
	for _, p := range s.people {
		for _, name := range attributeOrder {
			if v := p.cast[name]; v != "" {
				p.cast[name] = a.Value(name, v)
			}
		}
	}
	for _, g := range s.groups {
		if g.cast != "" {
			g.cast = a.Value("displayName", g.cast)
		}
	}
	for _, st := range s.steps {
		for i := range st.on {
			o := &st.on[i]
			if o.name != "" {
				o.name = a.Value("displayName", o.name)
			}
			for j, v := range o.set {
				if text, ok := v.Value.(string); ok {
					o.set[j].Value = a.Value(v.Path, text)
				}
			}
		}
	}
}

// keys gives everybody a key: of people what stands before the @ of their
// userName, of groups the name. tags says which words are left out, see runTag.
func (s *story) keys(tags map[any][]int) {
	taken, count := map[string]bool{}, map[string]int{}
	choose := func(name string, drop []int, otherwise string) string {
		var kept []string
		for i, w := range wordForm.FindAllString(name, -1) {
			if !slices.Contains(drop, i) {
				kept = append(kept, w)
			}
		}
		key := strings.Trim(notKey.ReplaceAllString(strings.ToLower(strings.Join(kept, "-")), "-"), "-")
		if key == "" {
			key = otherwise
		}
		unique := key
		for taken[unique] {
			count[key]++
			unique = fmt.Sprintf("%s-%d", key, count[key]+1)
		}
		taken[unique] = true
		return unique
	}
	for _, p := range s.people {
		name := localPart(p.cast["userName"])
		if name == "" {
			name = p.cast["displayName"]
		}
		p.key = choose(name, tags[p], "person")
	}
	for _, g := range s.groups {
		g.key = choose(g.cast, tags[g], "group")
	}
}

var (
	wordForm = regexp.MustCompile(`[\p{L}\p{M}\p{N}]+`)
	notKey   = regexp.MustCompile(`[^a-z0-9]+`)
)

func localPart(userName string) string {
	local, _, _ := strings.Cut(userName, "@")
	return local
}

// tagLength is the length of the tag of a run of scimtest.
const tagLength = 8

// runTag finds the word that all people of a recording of scimtest itself have in
// their userNames, and the number behind it: they are in the way in keys. It
// returns which words of a name they are: replacing personal data changes words
// and leaves their places.
func (s *story) runTag() map[any][]int {
	out := map[any][]int{}
	var named []*person
	for _, p := range s.people {
		if p.cast["userName"] != "" {
			named = append(named, p)
		}
	}
	if len(named) < 2 {
		return out
	}
	for _, w := range wordForm.FindAllString(localPart(named[0].cast["userName"]), -1) {
		if len(w) < tagLength {
			continue
		}
		tag := strings.ToLower(w[:tagLength])
		if slices.ContainsFunc(named, func(p *person) bool { return len(tagIn(localPart(p.cast["userName"]), tag)) == 0 }) {
			continue
		}
		for _, p := range named {
			out[p] = tagIn(localPart(p.cast["userName"]), tag)
		}
		for _, g := range s.groups {
			out[g] = tagIn(g.cast, tag)
		}
		break
	}
	return out
}

// tagIn lists which words of a name are the tag and the number behind it.
func tagIn(name, tag string) (out []int) {
	for i, w := range wordForm.FindAllString(name, -1) {
		switch {
		case len(out) == 0 && strings.HasPrefix(strings.ToLower(w), tag):
			out = append(out, i)
		case len(out) == 1 && i == out[0]+1 && strings.Trim(w, "0123456789") == "":
			out = append(out, i)
		}
	}
	return out
}
