package server

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

func newReader(raw []byte) io.Reader { return bytes.NewReader(raw) }

func getUsers(t *Tenant, r *http.Request) (int, any, error) {
	q, err := listQuery(r)
	if err != nil {
		return 0, nil, err
	}
	page, total := t.Users(q)
	return http.StatusOK, pageBody[UserRow]{page, total}, nil
}

func postUser(t *Tenant, r *http.Request) (int, any, error) {
	u := User{Enabled: true}
	if err := read(r, &u, false); err != nil {
		return 0, nil, err
	}
	u, result, err := t.AddUser(r.Context(), u)
	return http.StatusCreated, userBody{u, result}, err
}

func getUser(t *Tenant, r *http.Request) (int, any, error) {
	u, err := t.User(r.PathValue("key"))
	return http.StatusOK, u, err
}

func patchUser(t *Tenant, r *http.Request) (int, any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, err
	}
	u, result, err := t.EditUser(r.Context(), r.PathValue("key"), func(u *User) error { return unmarshal(raw, u) })
	return http.StatusOK, userBody{u, result}, err
}

func deleteUser(t *Tenant, r *http.Request) (int, any, error) {
	result, err := t.DeleteUser(r.Context(), r.PathValue("key"), r.URL.Query().Get("purge") == "true")
	return http.StatusOK, result, err
}

func restoreUser(t *Tenant, r *http.Request) (int, any, error) {
	result, err := t.RestoreUser(r.Context(), r.PathValue("key"))
	return http.StatusOK, result, err
}

func assignUser(on bool) func(*Tenant, *http.Request) (int, any, error) {
	return func(t *Tenant, r *http.Request) (int, any, error) {
		result, err := t.Assign(r.Context(), on, r.PathValue("key"))
		return http.StatusOK, result, err
	}
}

func postAssignments(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Assign   []string `json:"assign"`
		Unassign []string `json:"unassign"`
	}
	if err := read(r, &b, false); err != nil {
		return 0, nil, err
	}
	var total Result
	total.Changes = []*Entry{}
	for _, part := range []struct {
		on   bool
		keys []string
	}{{false, b.Unassign}, {true, b.Assign}} {
		if len(part.keys) == 0 {
			continue
		}
		result, err := t.Assign(r.Context(), part.on, part.keys...)
		if err != nil {
			return 0, nil, err
		}
		total.Done, total.Skipped, total.Failed = total.Done+result.Done, total.Skipped+result.Skipped, total.Failed+result.Failed
		total.Changes = append(total.Changes, result.Changes...)
	}
	return http.StatusOK, total, nil
}

func provisionUser(t *Tenant, r *http.Request) (int, any, error) {
	d, err := t.ProvisionOnDemand(r.Context(), r.PathValue("key"))
	return http.StatusOK, demandOf(d), err
}

func demandOf(d mockidp.OnDemand) demandBody {
	b := demandBody{
		Steps: []Step{}, Outcome: d.Change.Outcome, Action: d.Change.Action, Code: d.Change.Code, Reason: d.Change.Reason,
		Exchanges: append([]*scim.Exchange{}, d.Change.Exchanges...),
	}
	for _, s := range d.Steps {
		b.Steps = append(b.Steps, Step(s))
	}
	return b
}

func getDrift(t *Tenant, r *http.Request) (int, any, error) {
	f, body, err := t.Drift(r.Context(), r.PathValue("key"))
	return http.StatusOK, map[string]any{"finding": f, "body": body}, err
}

func repair(group bool) func(*Tenant, *http.Request) (int, any, error) {
	return func(t *Tenant, r *http.Request) (int, any, error) {
		result, err := t.Repair(r.Context(), group, r.PathValue("key"))
		return http.StatusOK, result, err
	}
}

func getGroups(t *Tenant, r *http.Request) (int, any, error) {
	q, err := listQuery(r)
	if err != nil {
		return 0, nil, err
	}
	page, total := t.Groups(q)
	return http.StatusOK, pageBody[GroupRow]{page, total}, nil
}

func postGroup(t *Tenant, r *http.Request) (int, any, error) {
	var g Group
	if err := read(r, &g, false); err != nil {
		return 0, nil, err
	}
	g, result, err := t.AddGroup(r.Context(), g)
	return http.StatusCreated, groupBody{g, result}, err
}

func getGroup(t *Tenant, r *http.Request) (int, any, error) {
	g, err := t.Group(r.PathValue("key"))
	return http.StatusOK, g, err
}

func patchGroup(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Name string `json:"name"`
	}
	if err := read(r, &b, false); err != nil {
		return 0, nil, err
	}
	g, result, err := t.RenameGroup(r.Context(), r.PathValue("key"), b.Name)
	return http.StatusOK, groupBody{g, result}, err
}

func deleteGroup(t *Tenant, r *http.Request) (int, any, error) {
	result, err := t.DeleteGroup(r.Context(), r.PathValue("key"))
	return http.StatusOK, result, err
}

func postMembers(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Add    []string `json:"add"`
		Remove []string `json:"remove"`
	}
	if err := read(r, &b, false); err != nil {
		return 0, nil, err
	}
	key := r.PathValue("key")
	g, result, err := t.RemoveMembers(r.Context(), key, b.Remove...)
	if err == nil && len(b.Add) > 0 {
		var added Result
		g, added, err = t.AddMembers(r.Context(), key, b.Add...)
		added.Done, added.Skipped, added.Failed = added.Done+result.Done, added.Skipped+result.Skipped, added.Failed+result.Failed
		added.Changes = append(result.Changes, added.Changes...)
		result = added
	}
	return http.StatusOK, groupBody{g, result}, err
}

func assignGroup(on bool) func(*Tenant, *http.Request) (int, any, error) {
	return func(t *Tenant, r *http.Request) (int, any, error) {
		result, err := t.AssignGroup(r.Context(), on, r.PathValue("key"))
		return http.StatusOK, result, err
	}
}

func pushGroup(on bool) func(*Tenant, *http.Request) (int, any, error) {
	return func(t *Tenant, r *http.Request) (int, any, error) {
		result, err := t.PushGroup(r.Context(), on, r.URL.Query().Get("leave") == "true", r.PathValue("key"))
		return http.StatusOK, result, err
	}
}

func pushNow(t *Tenant, r *http.Request) (int, any, error) {
	result, err := t.PushNow(r.Context(), r.PathValue("key"))
	return http.StatusOK, result, err
}

func provisionGroup(t *Tenant, r *http.Request) (int, any, error) {
	var b struct {
		Members []string `json:"members"`
	}
	if err := read(r, &b, true); err != nil {
		return 0, nil, err
	}
	d, err := t.ProvisionGroupOnDemand(r.Context(), r.PathValue("key"), b.Members...)
	return http.StatusOK, demandOf(d), err
}

func postGenerate(t *Tenant, r *http.Request) (int, any, error) {
	g := Generate{Seed: 1}
	if err := read(r, &g, false); err != nil {
		return 0, nil, err
	}
	users, groups, result, err := t.Generate(r.Context(), g)
	return http.StatusOK, map[string]any{"users": users, "groups": groups, "result": result}, err
}

func postImport(t *Tenant, r *http.Request) (int, any, error) {
	done, result, err := t.Import(r.Context(), r.Body, formatOf(r))
	return http.StatusOK, map[string]any{"imported": done, "result": result}, err
}

// formatOf is the format that the query names, or else the media type.
func formatOf(r *http.Request) string {
	if f := r.URL.Query().Get("format"); f != "" {
		return f
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(kind) {
	case "text/csv":
		return "csv"
	case "application/json":
		return "json"
	case "text/ldif", "text/x-ldif":
		return "ldif"
	}
	return ""
}
