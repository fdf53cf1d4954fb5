package web

import (
	"slices"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

// step is what there is to do next.
type step struct{ Text, Link, Label string }

// nextStep says what to do next with a tenant.
func nextStep(o server.Overview) step {
	base := "/t/" + o.ID
	assigned := o.Statuses[server.InSync] + o.Statuses[server.Pending] + o.Statuses[server.Broken]
	switch {
	case o.Broken != "":
		return step{"Nothing can be kept any more: " + o.Broken, "", ""}
	case o.Quarantine != "":
		return step{"The job is in quarantine. See why the last requests failed, mend the target, then restart.", base + "/log?outcome=failed", "See what failed"}
	case o.Users == 0:
		return step{"The directory is empty. Add a person, import a file, or have people generated.", base + "/files", "Fill the directory"}
	case len(o.Held) > 0:
		return step{count(len(o.Held), "deletion is held", "deletions are held") + " by the guard against accidents. Allow them, or assign the people again.", base + "/settings#provisioning", "Decide"}
	case o.Tasks > 0 && o.Faults > 0:
		return step{count(o.Tasks, "change", "changes") + " failed while faults are set on the way. Switch the faults off, then retry.", base + "/faults", "See the faults"}
	case o.Tasks > 0:
		return step{count(o.Tasks, "change", "changes") + " failed. See the exchange that went wrong, mend the target, then retry.", base + "/tasks", "See the tasks"}
	case assigned == 0:
		return step{"Nobody is assigned yet, so nothing is sent to the target.", base + "/assignments", "Assign people"}
	case !o.Running:
		return step{"Provisioning does not run. Start it, and watch the log.", base + "/settings#provisioning", "Start provisioning"}
	case o.Statuses[server.Pending] > 0 && o.Cycles:
		return step{count(o.Statuses[server.Pending], "person waits", "people wait") + " for the next cycle. Run it now, or move the clock on.", base + "/settings#clock", "Move the clock"}
	case o.Statuses[server.Pending] > 0:
		return step{count(o.Statuses[server.Pending], "person is", "people are") + " assigned but not provisioned yet.", base + "/settings#provisioning", "Provision them"}
	}
	return step{"All is in sync. Change somebody, set a fault on the way, or compare with the target.", base + "/reconcile", "Compare with the target"}
}

type tenantRow struct {
	server.Overview
	Next step
}

// home lists the tenants.
func (v *visit) home() error {
	rows := []tenantRow{}
	for _, t := range v.app.Tenants() {
		o := t.Overview()
		rows = append(rows, tenantRow{o, nextStep(o)})
	}
	return v.show("home", "Identity providers", rows)
}

// nothing answers where there is no page.
func (v *visit) nothing() error { return errNoPage }

type tenantForm struct {
	server.Settings
	Dialects []*mockidp.Dialect
}

func (v *visit) newTenant() error {
	return v.show("new", "New identity provider", tenantForm{server.Settings{Dialect: "okta-aiw", Target: "http://127.0.0.1:8085/scim/v2"}, chosenDialects()})
}

// chosenDialects are the dialects that a tenant can speak.
func chosenDialects() []*mockidp.Dialect {
	return slices.DeleteFunc(mockidp.Dialects(), func(d *mockidp.Dialect) bool { return d.Name == "entra-ondemand" })
}

func (v *visit) addTenant() error {
	f := v.r.PostFormValue
	s := server.Settings{Name: f("name"), Dialect: f("dialect"), Target: f("target"), Auth: f("auth"), User: f("user")}
	t, err := v.app.AddTenant(s, f("secret"))
	if err != nil {
		if !isWrong(err) {
			return err
		}
		return v.showAs(statusOf(err), "new", "New identity provider", &flash{"bad", sentence(err)}, tenantForm{s, chosenDialects()})
	}
	v.base = "/t/" + t.ID()
	return v.goTo("", "ok", "The identity provider is there. Now fill its directory.")
}

type overviewData struct {
	tenantRow
	Log   []*server.Entry
	Cards []card
}

type card struct {
	Label, Link, Class string
	Value              int
}

// overview shows a tenant at a glance.
func (v *visit) overview() error {
	o := v.t.Overview()
	d := overviewData{tenantRow: tenantRow{o, nextStep(o)}}
	d.Log, _ = v.t.Log(server.LogQuery{Limit: 10})
	d.Cards = []card{{"Users", "/users", "", o.Users}, {"Groups", "/groups", "", o.Groups}}
	for _, s := range []string{server.InSync, server.Pending, server.Broken, server.OutOfScope} {
		m := stateOf(s)
		d.Cards = append(d.Cards, card{m.Text, "/users?status=" + s, m.Class, o.Statuses[s]})
	}
	return v.show("overview", o.Name, d)
}
