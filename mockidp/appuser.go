package mockidp

import "context"

// AppUser is the record that Okta keeps of a user of an application (okta.md
// 5.1).
type AppUser struct {
	// Status is STAGED, PROVISIONED, ACTIVE or DEPROVISIONED.
	Status string
	// SyncState is DISABLED, OUT_OF_SYNC, SYNCHRONIZED or ERROR.
	SyncState string
	// ExternalID is the link: the target's id; "" until a create or a link
	// succeeded.
	ExternalID string
}

// AppUser returns Okta's record of somebody; ok is false for whom it has none,
// and of another identity provider.
func (p *Provider) AppUser(key string) (record AppUser, ok bool) {
	a := p.users[key]
	if a == nil || !p.isOkta() {
		return AppUser{}, false
	}
	record.ExternalID = a.id
	failed, waits := false, false
	if theirs := p.tasks.of(ofUser(key)); len(theirs) > 0 {
		waits = !theirs[len(theirs)-1].Next.IsZero()
		failed = !waits
	}
	switch {
	case !a.assigned:
		record.Status, record.SyncState = "DEPROVISIONED", "SYNCHRONIZED"
	case a.id != "":
		record.Status, record.SyncState = "PROVISIONED", pick(a.dirty, "OUT_OF_SYNC", "SYNCHRONIZED")
	case !failed && !waits:
		// Assigned while provisioning was off (okta.md 5.1).
		record.Status, record.SyncState = "ACTIVE", "DISABLED"
	default:
		record.Status, record.SyncState = "STAGED", "OUT_OF_SYNC"
	}
	if failed {
		record.SyncState = "ERROR"
	}
	return record, true
}

// Suspend suspends somebody in Okta's directory, or ends it: nothing is sent
// (okta.md 2.5). Of other identity providers it is not known.
func (p *Provider) Suspend(ctx context.Context, key string) Change {
	w := p.begin(ctx, "suspend", key)
	if !p.isOkta() {
		w.change.Lacks = true
		return p.tell(w.skip("whether a suspension is sent is not known"))
	}
	return p.tell(w.skip("Okta sends nothing when a user is suspended (okta.md 2.5)"))
}

// RenameOnAssignment gives somebody another userName on the assignment instead
// of the directory. Okta was seen to deactivate the account and to create a new
// one with the same externalId (okta.md 2.8); others have no such thing.
func (p *Provider) RenameOnAssignment(ctx context.Context, key, userName string) []Change {
	a := p.users[key]
	if a == nil || !p.isOkta() {
		w := p.begin(ctx, "rename on the assignment", key)
		w.change.Lacks = true
		return []Change{p.tell(w.skip("only Okta has a userName on the assignment (okta.md 2.8)"))}
	}
	gone := p.Unassign(ctx, key)
	if gone.Outcome == Failed {
		return []Change{gone}
	}
	u := *a.user
	u.UserName = userName
	return []Change{gone, p.Assign(ctx, u)}
}
