package reference

import "slices"

// indexed names attributes that are looked up often; unique ones are, too.
var indexed = map[string]bool{"userName": true, "externalId": true, "displayName": true}

func (p place) indexed() bool {
	a := p.attr
	return a.kind == typeString && !a.multiValued && (a.isUnique() || p.ext == nil && indexed[a.name])
}

// index finds resources by the values of an attribute.
type index struct {
	at place
	// leaf is what is compared: the attribute, or its sub-attribute value.
	leaf *attribute
	// found lists resources, in the order of their creation, by a prepared
	// value.
	found map[string][]*resource
}

// indexesOf makes the empty indexes of a type: those of the indexed attributes
// and of emails.value, by which identity providers look for accounts.
func indexesOf(t *resourceType) []*index {
	var out []*index
	for _, p := range t.places() {
		switch {
		case p.indexed():
			out = append(out, &index{p, p.attr, map[string][]*resource{}})
		case p.ext == nil && p.attr.name == "emails" && p.attr.sub("value") != nil:
			out = append(out, &index{p, p.attr.sub("value"), map[string][]*resource{}})
		}
	}
	return out
}

// keys lists the prepared values of a document.
func (x *index) keys(doc object) []string {
	var out []string
	for _, v := range listOf(x.at.get(doc)) {
		if x.leaf != x.at.attr {
			o, _ := v.(object)
			v = o[x.leaf.name]
		}
		if s, ok := v.(string); ok {
			out = append(out, prepare(s, x.leaf.caseExact))
		}
	}
	return out
}

// difference lists what is in one of two lists and not in the other. What they
// begin and end with alike is passed over: of many members few change at once.
func difference(before, after []string) (gone, come []string) {
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	return only(before, after), only(after, before)
}

// only lists what is in a list and not in the other.
func only(list, other []string) []string {
	if len(list) == 0 || len(other) == 0 {
		return list
	}
	there := make(map[string]bool, len(other))
	for _, s := range other {
		there[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return there[s] })
}

// relist moves a resource from the lists of some keys to those of others.
func relist(lists map[string][]*resource, r *resource, gone, come []string) {
	for _, key := range gone {
		drop(lists, key, r)
	}
	for _, key := range come {
		lists[key] = insertBySeq(lists[key], r)
	}
}

func bySeq(r *resource, seq int) int { return r.seq - seq }

func insertBySeq(list []*resource, r *resource) []*resource {
	i, ok := slices.BinarySearchFunc(list, r.seq, bySeq)
	if ok {
		return list
	}
	return slices.Insert(list, i, r)
}

func drop(lists map[string][]*resource, key string, r *resource) {
	list := lists[key]
	if i, ok := slices.BinarySearchFunc(list, r.seq, bySeq); ok {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(lists, key)
	} else {
		lists[key] = list
	}
}
