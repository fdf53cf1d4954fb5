package mockidp

import "slices"

// entraOnDemand is "Provision on demand": one user, or one group with up to
// five members. It does not honour aadOptscim062020, and so always speaks the
// legacy dialect (entra.md 4.5).
func entraOnDemand(set settings) *Dialect {
	d := entraLegacy(set)
	d.Name, d.Label, d.Flows = "entra-ondemand", "Entra, on demand", true
	for name := range d.Source {
		d.Source[name] = Ref{d.Source[name].Key + " and 4.5", d.Source[name].Mark}
	}
	d.Options = slices.DeleteFunc(d.Options, func(o Option) bool { return o.Name == deletedNameOption.Name })
	d.Limit = "leavers are not part of it: it neither disables nor deletes (entra.md 4.5)"
	d.leaveOut("provisioning on demand neither disables nor deletes (entra.md 4.5)", "Deactivate", "Delete", "DeleteGroup")
	return d
}
