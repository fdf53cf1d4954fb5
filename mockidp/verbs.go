package mockidp

import "context"

// The verbs of an identity provider. Each makes one change, tells it, and plans
// what follows a failure.

// TestConnection sends the connection test.
func (p *Provider) TestConnection(ctx context.Context) Change {
	return p.tell(p.testConnection(ctx))
}

// Assign assigns a user to the application, for the first time or again.
func (p *Provider) Assign(ctx context.Context, u User) Change {
	return p.attempt(ctx, ofUser(u.Key), act{Verb: "assign", User: &u})
}

// Update pushes the changed attributes of a user, its userName among them.
func (p *Provider) Update(ctx context.Context, u User) Change {
	return p.attempt(ctx, ofUser(u.Key), act{Verb: "update", User: &u})
}

// Unassign takes the application from a user: the account on the target is
// deactivated. Who is not linked causes no request (okta.md 2.5).
func (p *Provider) Unassign(ctx context.Context, key string) Change {
	return p.attempt(ctx, ofUser(key), act{Verb: "unassign"})
}

// Delete deletes the user in the directory for good. Okta sends nothing more
// (okta.md 2.6); Entra ID deletes on the target (entra.md 2.8).
func (p *Provider) Delete(ctx context.Context, key string) Change {
	return p.attempt(ctx, ofUser(key), act{Verb: "delete"})
}

// SetManager makes one user the manager of another. The reference is sent
// once both are linked (entra.md 4.4).
func (p *Provider) SetManager(ctx context.Context, key, managerKey string) Change {
	return p.attempt(ctx, ofUser(key), act{Verb: "set-manager", Name: managerKey})
}

// ClearManager takes the manager away.
func (p *Provider) ClearManager(ctx context.Context, key string) Change {
	return p.attempt(ctx, ofUser(key), act{Verb: "clear-manager"})
}

// SetRoles gives somebody these app roles.
func (p *Provider) SetRoles(ctx context.Context, key string, roles ...string) Change {
	return p.attempt(ctx, ofUser(key), act{Verb: "set-roles", Keys: roles})
}

// PushGroup pushes a group with its members: it is matched by its name, and
// created or linked. Only members that are linked are sent.
func (p *Provider) PushGroup(ctx context.Context, g Group, memberKeys ...string) Change {
	p.drop(ofGroup(g.Key))
	return p.attempt(ctx, ofGroup(g.Key), act{Verb: "push-group", Group: &g, Keys: memberKeys})
}

// AddMembers puts users into a group.
func (p *Provider) AddMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.attempt(ctx, ofGroup(groupKey), act{Verb: "add-members", Keys: userKeys})
}

// RemoveMembers takes users out of a group.
func (p *Provider) RemoveMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.attempt(ctx, ofGroup(groupKey), act{Verb: "remove-members", Keys: userKeys})
}

// PushNow is Okta's "Push Now": the whole list of members replaces what the
// target has (okta.md 3.5, 3.6). Entra ID has nothing like it.
func (p *Provider) PushNow(ctx context.Context, groupKey string) Change {
	p.drop(ofGroup(groupKey))
	return p.attempt(ctx, ofGroup(groupKey), act{Verb: "push-now"})
}

// RenameGroup gives a group another name.
func (p *Provider) RenameGroup(ctx context.Context, groupKey, name string) Change {
	return p.attempt(ctx, ofGroup(groupKey), act{Verb: "rename-group", Name: name})
}

// DeleteGroup deletes a group: in Okta by "Unlink" with "Delete the group in
// the target app" (okta.md 3.6).
func (p *Provider) DeleteGroup(ctx context.Context, groupKey string) Change {
	p.drop(ofGroup(groupKey))
	return p.attempt(ctx, ofGroup(groupKey), act{Verb: "delete-group"})
}
