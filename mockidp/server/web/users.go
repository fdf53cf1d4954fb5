package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

type usersData struct {
	Query server.ListQuery
	Rows  []server.UserRow
	Pages pager
	// Empty: the directory has nobody at all.
	Empty bool
}

func (v *visit) list() server.ListQuery {
	q := v.r.URL.Query()
	return server.ListQuery{
		Search: strings.TrimSpace(q.Get("search")), Status: q.Get("status"), Offset: pageOf(v.r), Limit: perPage,
	}
}

// users lists the people of the directory.
func (v *visit) users() error {
	d := usersData{Query: v.list()}
	var total int
	d.Rows, total = v.t.Users(d.Query)
	d.Pages = pagesOf(v.r, total, d.Query.Offset)
	d.Empty = total == 0 && d.Query.Search == "" && d.Query.Status == ""
	return v.show("users", "Users", d)
}

// field is an attribute of a user in a form.
type field struct {
	Name, Label, Value, Hint, Type string
	Required                       bool
	value                          func(*server.User) *string
}

// userFields are the attributes of a user, in the order of the form.
func userFields(u *server.User) []field {
	fields := []field{
		{Name: "user_name", Hint: "What the person signs in with; an address as a rule.", Required: true, value: func(u *server.User) *string { return &u.UserName }},
		{Name: "email", Type: "email", value: func(u *server.User) *string { return &u.Email }},
		{Name: "given_name", value: func(u *server.User) *string { return &u.GivenName }},
		{Name: "family_name", value: func(u *server.User) *string { return &u.FamilyName }},
		{Name: "display_name", Hint: "Left empty, it is made of the names.", value: func(u *server.User) *string { return &u.DisplayName }},
		{Name: "title", value: func(u *server.User) *string { return &u.Title }},
		{Name: "department", value: func(u *server.User) *string { return &u.Department }},
		{Name: "employee_number", value: func(u *server.User) *string { return &u.EmployeeNumber }},
		{Name: "mobile_phone", value: func(u *server.User) *string { return &u.MobilePhone }},
		{Name: "street_address", value: func(u *server.User) *string { return &u.StreetAddress }},
		{Name: "locality", value: func(u *server.User) *string { return &u.Locality }},
		{Name: "region", value: func(u *server.User) *string { return &u.Region }},
		{Name: "postal_code", value: func(u *server.User) *string { return &u.PostalCode }},
		{Name: "country", value: func(u *server.User) *string { return &u.Country }},
		{Name: "locale", Hint: "Such as en-GB.", value: func(u *server.User) *string { return &u.Locale }},
		{Name: "manager", Hint: "The key of another user.", value: func(u *server.User) *string { return &u.Manager }},
	}
	for i := range fields {
		f := &fields[i]
		f.Label, f.Value = label(f.Name), *f.value(u)
		if f.Type == "" || f.Type == "email" {
			f.Type = "text" // the directory takes any text, and wrong addresses are what is to be tried
		}
	}
	return fields
}

// fill takes the attributes of a form; those that cannot be read are as they were.
func (v *visit) fill(u *server.User) error {
	for _, f := range userFields(u) {
		if v.r.PostForm.Has(f.Name) {
			*f.value(u) = strings.TrimSpace(v.r.PostFormValue(f.Name))
		}
	}
	if !v.r.PostForm.Has("attributes") {
		return nil
	}
	values := map[string][]string{}
	for text := range strings.Lines(v.r.PostFormValue("attributes")) {
		name, value, ok := strings.Cut(strings.TrimSpace(text), ":")
		switch {
		case strings.TrimSpace(text) == "":
		case !ok || strings.TrimSpace(name) == "":
			return fmt.Errorf("the line %q of the further attributes is not like name: value: %w", strings.TrimSpace(text), server.ErrInvalid)
		default:
			name = strings.TrimSpace(name)
			values[name] = append(values[name], strings.TrimSpace(value))
		}
	}
	u.Attributes = mockidp.AttributesOf(values)
	return nil
}

// moreText is what a form shows of further attributes.
func moreText(u *server.User) string {
	var b strings.Builder
	values := u.Attributes.Values()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			b.WriteString(name + ": " + v + "\n")
		}
	}
	return b.String()
}

type userForm struct {
	Key    string
	Fields []field
	// More are the further attributes, one value a line.
	More    string
	Enabled bool
	Assign  bool
}

func (v *visit) newUser() error {
	return v.show("user-form", "Add a user", userForm{Fields: userFields(&server.User{}), Enabled: true})
}

func (v *visit) addUser() error {
	var u server.User
	wrong := v.fill(&u)
	u.Enabled = v.r.PostFormValue("enabled") != ""
	assign := v.r.PostFormValue("assign") != ""
	ctx, cancel := v.ctx()
	defer cancel()
	if wrong != nil {
		return v.wrongUser(wrong, "Add a user", userForm{"", userFields(&u), v.r.PostFormValue("attributes"), u.Enabled, assign})
	}
	added, r, err := v.t.AddUser(ctx, u)
	if err != nil && isWrong(err) {
		return v.wrongUser(err, "Add a user", userForm{"", userFields(&u), moreText(&u), u.Enabled, assign})
	}
	if err != nil {
		return v.acted("/users", "The user was added", r, err)
	}
	if assign {
		r, err = v.t.Assign(ctx, true, added.Key)
		return v.acted("/users/"+added.Key, "The user was added and assigned", r, err)
	}
	return v.acted("/users/"+added.Key, "The user was added", r, err)
}

func (v *visit) editUser() error {
	u, err := v.t.User(v.r.PathValue("key"))
	if err != nil {
		return err
	}
	return v.show("user-form", "Edit "+u.UserName, userForm{u.Key, userFields(&u.User), moreText(&u.User), u.Enabled, false})
}

// wrongUser shows the form again, with what was written and what is wrong.
func (v *visit) wrongUser(err error, title string, form userForm) error {
	return v.showAs(statusOf(err), "user-form", title, &flash{"bad", sentence(err)}, form)
}

func (v *visit) saveUser() error {
	key := v.r.PathValue("key")
	ctx, cancel := v.ctx()
	defer cancel()
	_, r, err := v.t.EditUser(ctx, key, func(u *server.User) error {
		return v.fill(u)
	})
	v.lately().drifts.drop(key)
	if err != nil && isWrong(err) {
		u := server.User{}
		_ = v.fill(&u) // what is wrong is known
		return v.wrongUser(err, "Edit a user", userForm{key, userFields(&u), v.r.PostFormValue("attributes"), true, false})
	}
	return v.acted("/users/"+key, "The user was changed", r, err)
}

type userData struct {
	server.UserDetail
	Fields []field
	// Sent and There are the two bodies, line by line; There is nil until the
	// target was read.
	Sent, There []line
	Drift       *drift
	Log         []*server.Entry
	Total       int
}

// drift is what the target was seen to hold.
type drift struct {
	At time.Time
	server.Finding
	Body scim.Body
}

// user shows all that is known of a user.
func (v *visit) user() error {
	u, err := v.t.User(v.r.PathValue("key"))
	if err != nil {
		return err
	}
	d := userData{UserDetail: u, Fields: userFields(&u.User), Drift: v.lately().drifts.get(u.Key)}
	no := false
	d.Log, d.Total = v.t.Log(server.LogQuery{Subject: u.Key, Group: &no, Limit: 20})
	var differ []server.Difference
	if d.Drift != nil {
		differ = d.Drift.Differences
		d.There = lines(d.Drift.Body, differ, true)
	}
	if u.Left {
		differ = nil // none of it is to be there
	}
	d.Sent = lines(u.Body, differ, false)
	return v.show("user", u.UserName, d)
}

// actOnUser does something with one user.
func (v *visit) actOnUser() error {
	key, t := v.r.PathValue("key"), v.t
	ctx, cancel := v.ctx()
	defer cancel()
	to := v.back("/users/" + key)
	v.lately().drifts.drop(key) // was read before this
	switch v.r.PathValue("action") {
	case "assign":
		r, err := t.Assign(ctx, true, key)
		return v.acted(to, "The user was assigned", r, err)
	case "unassign":
		r, err := t.Assign(ctx, false, key)
		return v.acted(to, "The assignment was taken away", r, err)
	case "enable":
		_, r, err := t.EnableUser(ctx, key, true)
		return v.acted(to, "The user was activated", r, err)
	case "disable":
		_, r, err := t.EnableUser(ctx, key, false)
		return v.acted(to, "The user was deactivated", r, err)
	case "restore":
		r, err := t.RestoreUser(ctx, key)
		return v.acted(to, "The user was restored", r, err)
	case "delete":
		return v.deleteUser(ctx, key)
	case "repair":
		r, err := t.Repair(ctx, false, key)
		return v.acted(to, "The user was repaired", r, err)
	case "compare":
		return v.compare(ctx, key)
	}
	return errNoPage
}

func (v *visit) deleteUser(ctx context.Context, key string) error {
	r, err := v.t.DeleteUser(ctx, key, v.r.PostFormValue("purge") != "")
	to := "/users"
	if _, missing := v.t.User(key); missing == nil {
		to = "/users/" + key
	}
	return v.acted(to, "The user was deleted", r, err)
}

// compare reads the user at the target.
func (v *visit) compare(ctx context.Context, key string) error {
	f, body, err := v.t.Drift(ctx, key)
	if err != nil {
		return v.acted("/users/"+key, "The target was not read", server.Result{}, err)
	}
	v.lately().drifts.put(key, &drift{v.t.Glance().Now, f, body})
	http.Redirect(v.w, v.r, v.base+"/users/"+key+"#compare", http.StatusSeeOther)
	return nil
}
