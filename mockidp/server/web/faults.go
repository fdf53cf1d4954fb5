package web

import (
	"slices"

	"github.com/scimtest/scimtest/mockidp/server"
)

type faultsData struct {
	Set        []server.Fault
	Kinds      []struct{ Name, About string }
	Operations []string
}

// faults shows what goes wrong on the way to the target.
func (v *visit) faults() error {
	return v.show("faults", "Faults on the way", faultsData{v.t.Faults(), server.FaultKinds(), server.FaultOperations()})
}

func (v *visit) setFaults() error {
	set := v.t.Faults()
	f := v.r.PostFormValue
	switch f("do") {
	case "off":
		return v.acted("/faults", "All faults are switched off", server.Result{}, v.t.SetFaults(nil))
	case "remove":
		i, err := v.whole("index", -1)
		if err != nil || i < 0 || i >= len(set) || set[i].Kind != f("kind") || set[i].Operation != f("operation") {
			return v.goTo("/faults", "bad", "The faults were changed meanwhile; choose again.")
		}
		return v.acted("/faults", "The fault is switched off", server.Result{}, v.t.SetFaults(slices.Delete(set, i, i+1)))
	}
	fault := server.Fault{Kind: f("kind"), Operation: f("operation")}
	for _, n := range []struct {
		name string
		to   *int
	}{{"percent", &fault.Percent}, {"times", &fault.Times}, {"retry_after", &fault.RetryAfter}, {"delay_ms", &fault.Delay}} {
		var err error
		if *n.to, err = v.whole(n.name, 0); err != nil {
			return v.acted("/faults", "The fault was not set", server.Result{}, err)
		}
	}
	seed, err := v.whole("seed", 0)
	if err != nil || seed < 0 {
		return v.goTo("/faults", "bad", "The fault was not set: the seed has to be a whole number, 0 or more.")
	}
	fault.Seed = uint64(seed)
	if err := v.t.SetFaults(append(set, fault)); err != nil {
		return v.acted("/faults", "The fault was not set", server.Result{}, err)
	}
	return v.goTo("/faults", "ok", "The fault is set. Change somebody, and see in the log what happens.")
}
