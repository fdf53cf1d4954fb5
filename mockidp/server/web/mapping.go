package web

import (
	"io"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

// wording is how an identity provider words an intent.
type wording struct {
	Name, Source, Mark, Note string
}

type mappingData struct {
	Dialect  *mockidp.Dialect
	Options  []chosen
	Wordings []wording
	// Example is a user, by whom the mapping is shown.
	Example *server.UserDetail
	Fields  []field
	Body    []line
	Match   *scim.Request
	// Mapping is what is mapped, with what it makes of the example.
	Mapping server.Mapping
	// Takes is what kind of mapping can be imported: entra, okta, or "".
	Takes string
}

// mapping shows what the identity provider makes of a user, and how each of its
// requests is known.
func (v *visit) mapping() error {
	d := mappingData{Dialect: v.t.Dialect(), Options: options(v.t.Dialect(), v.t.Settings().Options)}
	key := strings.TrimSpace(v.r.URL.Query().Get("user"))
	if key == "" {
		if page, _ := v.t.Users(server.ListQuery{Limit: 1}); len(page) > 0 {
			key = page[0].Key
		}
	} else if keys, _ := v.named(key); len(keys) > 0 {
		key = keys[0]
	}
	if u, err := v.t.User(key); err == nil {
		d.Example, d.Fields, d.Body = &u, userFields(&u.User), lines(u.Body, nil, false)
		if d.Dialect.Find != nil {
			find := d.Dialect.Find(mockidp.User{
				Key: u.Key, ObjectID: u.ObjectID, UserName: u.UserName, Email: u.Email, DisplayName: u.DisplayName, GivenName: u.GivenName,
				FamilyName: u.FamilyName, EmployeeNumber: u.EmployeeNumber, More: u.Attributes,
			})
			d.Match = &find
		}
	} else {
		key = ""
	}
	var err error
	if d.Mapping, err = v.t.Mapping(key); err != nil {
		return err
	}
	if idp := d.Dialect.IdP; idp == "entra" || idp == "okta" {
		d.Takes = idp
	}
	for _, name := range mockidp.Intents() {
		w := wording{Name: name}
		switch ref, known := d.Dialect.Source[name]; {
		case known:
			w.Source, w.Mark, w.Note = ref.Key, ref.Mark, d.Dialect.Assumed[name]
		case d.Dialect.Unknown[name] != "":
			w.Note = d.Dialect.Unknown[name]
		default:
			continue
		}
		d.Wordings = append(d.Wordings, w)
	}
	return v.show("mapping", "Mapping", d)
}

// chosen is an option of a dialect with the value that it has.
type chosen struct {
	mockidp.Option
	Value string
}

func options(d *mockidp.Dialect, set map[string]string) (out []chosen) {
	for _, o := range d.Options {
		value := o.Default
		if set[o.Name] != "" {
			value = set[o.Name]
		}
		out = append(out, chosen{o, value})
	}
	return out
}

// importMapping takes the mapping of a customer's own, from files or as text.
func (v *visit) importMapping() error {
	var files server.MappingFiles
	var err error
	if files.Schema, err = v.upload("schema"); err == nil {
		files.Mapping, err = v.upload("profile")
	}
	if err != nil {
		return v.acted("/mapping", "Nothing was imported", server.Result{}, err)
	}
	if len(files.Mapping) == 0 && v.t.Dialect().IdP == "okta" {
		return v.goTo("/mapping", "bad", "Nothing was imported: give both the profile mapping and the schema.")
	}
	ctx, cancel := v.ctx()
	defer cancel()
	m, err := v.t.ImportMapping(ctx, files)
	if err != nil {
		return v.acted("/mapping", "Nothing was imported", server.Result{}, err)
	}
	return v.goTo("/mapping", "info", "Imported %s, and left out what is not supported: %s.",
		count(len(m.Attributes), "attribute", "attributes"), count(len(m.Unsupported), "place", "places"))
}

// upload is a file of a form, or the text that was pasted in its place.
func (v *visit) upload(name string) ([]byte, error) {
	file, _, err := v.r.FormFile(name)
	if err != nil {
		return []byte(strings.TrimSpace(v.r.PostFormValue(name + "_text"))), nil
	}
	defer file.Close()
	return io.ReadAll(file)
}

func (v *visit) dropMapping() error {
	ctx, cancel := v.ctx()
	defer cancel()
	_, err := v.t.DropMapping(ctx)
	return v.acted("/mapping", "The default mapping is back", server.Result{}, err)
}
