package server

import (
	"bytes"
	"fmt"
	"slices"
)

// A list of the state is kept as what came and went: "+ada" is put at its end, and
// "-ada" taken out of it. A group of 50,000 is not written anew for one of them.

// keptList is what the store has of a list.
type keptList struct {
	entries []string
	// lines is how many the store has; more than there are entries, where some
	// were taken out.
	lines int
}

type listID struct{ kind, key string }

// spareLines is how many lines more than twice the entries are kept before a
// list is written anew.
const spareLines = 64

// writeList notes a list to be kept. Its entries are in it once and hold no line
// break; an empty list is kept as none.
func (t *Tenant) writeList(kind, key string, now []string) {
	if _, ok := t.app.store.(memory); ok {
		return
	}
	id := listID{kind, key}
	before, known := t.lists[id]
	if len(now) == 0 {
		if known {
			delete(t.lists, id)
			t.pending = append(t.pending, write{kind: kind, key: key, form: wholeList})
		}
		return
	}
	left, joined := passage(before.entries, now)
	if known && len(left)+len(joined) == 0 {
		return
	}
	w := write{kind: kind, key: key, form: moreOfList}
	lines := before.lines + len(left) + len(joined)
	if !known || lines > 2*len(now)+spareLines {
		w.form, left, joined, lines = wholeList, nil, now, len(now)
	}
	w.data = appendLines(appendLines(nil, '-', left), '+', joined)
	t.lists[id] = keptList{slices.Clone(now), lines}
	t.pending = append(t.pending, w)
}

func appendLines(text []byte, mark byte, entries []string) []byte {
	for _, e := range entries {
		text = append(append(append(text, mark), e...), '\n')
	}
	return text
}

// readList reads a list that was kept.
func (t *Tenant) readList(k kept, kind, key string) ([]string, error) {
	text := k[kind][key]
	delete(k[kind], key) // what was read is not held twice
	var all []string
	at, lines := map[string]int{}, 0
	for line := range bytes.Lines(text) {
		entry, whole := bytes.CutSuffix(line[1:], []byte("\n"))
		i, there := at[string(entry)]
		switch {
		case whole && line[0] == '+' && !there:
			at[string(entry)] = len(all)
			all = append(all, string(entry))
		case whole && line[0] == '-' && there:
			delete(at, all[i])
			all[i] = ""
		default:
			return nil, fmt.Errorf("the list %s of %s cannot be read at line %d", kind, key, lines+1)
		}
		lines++
	}
	all = slices.DeleteFunc(all, func(entry string) bool { return entry == "" })
	if lines > 0 {
		t.lists[listID{kind, key}] = keptList{slices.Clone(all), lines}
	}
	return all, nil
}

// passage is a way from one list to another: the entries that are taken out
// first, and those that are put at the end then. An entry that only moved is among
// both.
func passage(before, now []string) (left, joined []string) {
	i := 0
	for _, entry := range before {
		if i < len(now) && entry == now[i] {
			i++
		} else {
			left = append(left, entry)
		}
	}
	return left, now[i:]
}

// difference lists who joined and who left.
func difference(before, after []string) (joined, left []string) {
	out, in := passage(before, after)
	moved := map[string]bool{}
	for _, entry := range out {
		moved[entry] = true
	}
	for _, entry := range in {
		if !moved[entry] {
			joined = append(joined, entry)
		}
		delete(moved, entry)
	}
	for _, entry := range out {
		if moved[entry] {
			left = append(left, entry)
		}
	}
	return joined, left
}
