package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoFailure says that a scenario does not fail, so that there is nothing to
// shrink.
var ErrNoFailure = errors.New("the scenario does not fail on this target")

// Shrink looks for a shorter scenario that fails the same way: fewer steps, then
// fewer people in them, then fewer values. It ends when nothing can be left out
// any more, or when the runner has no requests left. The failure is that of the
// scenario returned.
func Shrink(ctx context.Context, s *Scenario, r *Runner) (*Scenario, *Failure, error) {
	first, err := r.Play(ctx, s)
	switch {
	case err != nil:
		return nil, nil, err
	case first == nil:
		return nil, nil, ErrNoFailure
	}
	return shrink(ctx, s, first, r)
}

// shrink shrinks a scenario that is known to fail.
func shrink(ctx context.Context, s *Scenario, first *Failure, r *Runner) (*Scenario, *Failure, error) {
	k := &shrinker{ctx: ctx, r: r, best: s.with(s.Steps[:first.Step+1]), failure: first, consistent: s.consistent()}
	for _, pass := range []func() error{k.narrow, k.chunks, k.objects, k.people} {
		switch err := pass(); {
		case errors.Is(err, errBudget):
			return k.best, k.failure, nil
		case err != nil:
			return nil, nil, err
		}
	}
	return k.best, k.failure, nil
}

// shrinker holds the shortest scenario so far.
type shrinker struct {
	ctx     context.Context
	r       *Runner
	best    *Scenario
	failure *Failure
	// consistent: the story can happen, and has to remain one that can.
	consistent bool
}

// try plays a candidate, and takes it when it fails the same way. What comes
// behind the step that fails is left away.
func (k *shrinker) try(candidate *Scenario) (bool, error) {
	if k.consistent && !candidate.consistent() {
		return false, nil
	}
	switch {
	case !k.r.affords(1):
		return false, errBudget
	case !k.r.affords(len(candidate.Steps)):
		return false, nil // a shorter one may still be
	}
	f, err := k.r.Play(k.ctx, candidate)
	if err != nil || f == nil || !f.Same(k.failure) {
		return false, err
	}
	k.best, k.failure = candidate.with(candidate.Steps[:f.Step+1]), f
	return true, nil
}

// narrow tells the story of those alone whom the failure is about: with the few
// last steps first, then with more of them. If that does not fail, those who had
// to do with them are let in.
func (k *shrinker) narrow() error {
	all := k.best.Steps
	last := all[len(all)-1]
	people, groups := last.mentions()
	keys := slices.Concat(people, groups)
	if k.failure.Of != "" {
		keys = []string{k.failure.Of}
	}
	for range 3 {
		about := relevant(all, keys)
		for n, whole := 1, false; !whole; n *= 2 {
			told := tail(about, n)
			if whole = n >= len(about); len(told) == len(all) {
				return nil
			}
			if ok, err := k.try(k.best.with(told)); ok || err != nil {
				return err
			}
		}
		wider := k.best.widen(keys)
		if len(wider) == len(keys) {
			return nil
		}
		keys = wider
	}
	return nil
}

// relevant are the steps about these keys, without others in them. Those about
// nobody, such as run-cycle, stay.
func relevant(steps []Step, keys []string) (out []Step) {
	if len(keys) == 0 {
		return steps
	}
	for _, s := range steps {
		if only, ok := s.only(keys); ok {
			out = append(out, only)
		}
	}
	return out
}

// only is the step without those who are not among the keys; ok is false when
// nothing is left.
func (s Step) only(keys []string) (Step, bool) {
	if s.Verb == "request" {
		return s, true
	}
	in := func(key string) bool { return slices.Contains(keys, key) }
	var on []Object
	for _, o := range s.On {
		switch verbs[s.Verb].takes {
		case takesTrue:
			on = append(on, o)
			continue
		case takesMembers:
			o.With = slices.DeleteFunc(slices.Clone(o.With), func(key string) bool { return !in(key) })
			if !in(o.Key) || len(o.With) == 0 && s.Verb != "push-group" {
				continue
			}
		case takesManager:
			if !in(o.Key) || len(o.With) > 0 && !in(o.With[0]) {
				continue
			}
		default:
			if o.Key != "" && !in(o.Key) {
				continue
			}
		}
		on = append(on, o)
	}
	s.On = on
	return s, len(on) > 0
}

// widen adds those who had to do with one of the keys: who is in a step with it,
// or has had one of its values.
func (s *Scenario) widen(keys []string) []string {
	out := slices.Clone(keys)
	valued := map[string][]string{} // keys by value
	for _, p := range s.People {
		for _, v := range p.Set {
			note(valued, v, p.Key)
		}
	}
	for i := range s.Steps {
		people, groups := s.Steps[i].mentions()
		both := slices.Concat(people, groups)
		if slices.ContainsFunc(both, func(k string) bool { return slices.Contains(keys, k) }) {
			out = append(out, both...)
		}
		for _, o := range s.Steps[i].On {
			for _, v := range o.Set {
				note(valued, v, o.Key)
			}
		}
	}
	for _, sharing := range valued {
		if slices.ContainsFunc(sharing, func(k string) bool { return slices.Contains(keys, k) }) {
			out = append(out, sharing...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func note(valued map[string][]string, v Value, key string) {
	if text, ok := v.Value.(string); ok && text != "" {
		text = strings.ToLower(text)
		valued[text] = append(valued[text], key)
	}
}

// begins lists the verbs by which somebody or something gets to the target.
var begins = []string{"assign", "push-group", "create"}

// tail are the last n steps, and before them the first of each person and group
// that brings it to the target.
func tail(steps []Step, n int) (out []Step) {
	begun := map[string]bool{}
	for i, s := range steps {
		if i >= len(steps)-n {
			out = append(out, s)
			continue
		}
		if !slices.Contains(begins, s.Verb) {
			continue
		}
		fresh := slices.DeleteFunc(slices.Clone(s.On), func(o Object) bool { return begun[o.Key] })
		for _, o := range fresh {
			begun[o.Key] = true
		}
		if len(fresh) > 0 {
			s.On = fresh
			out = append(out, s)
		}
	}
	return out
}

// chunks leaves out parts of the story, big ones first, until no step can be left
// out. The last step, which fails, stays.
func (k *shrinker) chunks() error {
	for size := (len(k.best.Steps) - 1) / 2; size >= 1; {
		shorter := false
		for end := len(k.best.Steps) - 1; end > 0; end -= size {
			steps := k.best.Steps
			if end > len(steps)-1 { // it got shorter
				end = len(steps) - 1
			}
			begin := max(end-size, 0)
			ok, err := k.try(k.best.with(slices.Concat(steps[:begin], steps[end:])))
			if err != nil {
				return err
			}
			shorter = shorter || ok
		}
		switch {
		case size > 1:
			size /= 2
		case !shorter:
			return nil
		}
	}
	return nil
}

// objects leaves out people and values in the steps that are left.
func (k *shrinker) objects() error {
	for i := len(k.best.Steps) - 1; i >= 0; i-- {
		for _, parts := range []func(*Step) int{
			func(s *Step) int { return len(s.On) },
			func(s *Step) int { return len(s.On[0].With) },
			func(s *Step) int { return len(s.On[0].Set) },
		} {
			if i >= len(k.best.Steps) || len(k.best.Steps[i].On) == 0 {
				continue
			}
			for j := parts(&k.best.Steps[i]) - 1; j >= 0; j-- {
				if i >= len(k.best.Steps) {
					break
				}
				smaller, ok := k.best.Steps[i].without(j, parts)
				if !ok {
					continue
				}
				steps := slices.Clone(k.best.Steps)
				steps[i] = smaller
				if _, err := k.try(k.best.with(steps)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// without leaves the j-th part of a step out, of whichever kind parts counts.
// One object has to stay, and one value.
func (s Step) without(j int, parts func(*Step) int) (Step, bool) {
	n := parts(&s)
	for _, cut := range []func(*Step){
		func(c *Step) {
			if len(c.On) > 1 && j < len(c.On) {
				c.On = slices.Delete(c.On, j, j+1)
			}
		},
		func(c *Step) {
			if o := &c.On[0]; j < len(o.With) && (len(o.With) > 1 || c.Verb == "push-group") {
				o.With = slices.Delete(slices.Clone(o.With), j, j+1)
			}
		},
		func(c *Step) {
			if o := &c.On[0]; len(o.Set) > 1 && j < len(o.Set) {
				o.Set = slices.Delete(slices.Clone(o.Set), j, j+1)
			}
		},
	} {
		c := s
		c.On = slices.Clone(s.On)
		cut(&c)
		if parts(&c) == n-1 {
			return c, true
		}
	}
	return s, false
}

// people leaves out the values of people and groups that do not matter, and those
// who are not in the story any more.
func (k *shrinker) people() error {
	k.best = k.best.with(k.best.Steps)
	for i := len(k.best.People) - 1; i >= 0; i-- {
		plain := *k.best
		plain.People = slices.Delete(slices.Clone(k.best.People), i, i+1)
		if ok, err := k.try(&plain); ok || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		for j := len(k.best.People[i].Set) - 1; j >= 0 && len(k.best.People[i].Set) > 1; j-- {
			fewer := *k.best
			fewer.People = slices.Clone(k.best.People)
			fewer.People[i].Set = slices.Delete(slices.Clone(fewer.People[i].Set), j, j+1)
			if _, err := k.try(&fewer); err != nil {
				return err
			}
		}
	}
	for i := len(k.best.Groups) - 1; i >= 0; i-- {
		plain := *k.best
		plain.Groups = slices.Delete(slices.Clone(k.best.Groups), i, i+1)
		if _, err := k.try(&plain); err != nil {
			return err
		}
	}
	return nil
}

// with is the scenario with other steps, and with those people and groups alone
// who are in them.
func (s *Scenario) with(steps []Step) *Scenario {
	out := *s
	out.Steps = slices.Clone(steps)
	in := map[string]bool{}
	for i := range steps {
		people, groups := steps[i].mentions()
		for _, key := range append(people, groups...) {
			in[key] = true
		}
		for _, o := range steps[i].On {
			in[o.Key] = true
		}
	}
	out.People = slices.DeleteFunc(slices.Clone(s.People), func(p Person) bool { return !in[p.Key] })
	out.Groups = slices.DeleteFunc(slices.Clone(s.Groups), func(g Group) bool { return !in[g.Key] })
	return &out
}

// Told is the scenario under another name, with a title that says what fails.
func (s *Scenario) Told(name string, f *Failure) *Scenario {
	out := *s
	finding := f.Finding()
	out.Name = name
	out.Title = "Does not happen: " + finding.Message
	if r := f.Request(); r != "" {
		out.Title += fmt.Sprintf(" (%s)", r)
	}
	return &out
}
