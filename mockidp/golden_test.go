package mockidp_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

var update = flag.Bool("update", false, "write the golden requests anew")

// ann is the person of the golden requests.
var ann = mockidp.User{
	Key: "ann", ObjectID: "00uEXAMPLE0000000001", UserName: "ann.lee+1@example.com", GivenName: "Ann", FamilyName: "Lee",
	DisplayName: "Ann Lee", Email: "ann.lee@example.com", Title: "Welder", Department: "Hull", EmployeeNumber: "4711",
	MobilePhone: "+1-201-555-0101", Locality: "Oslo", Country: "Norway", Locale: "en-US", Password: "k3Vq9TzA", ManagerName: "Bo Chen",
}

var sales = mockidp.Group{Key: "sales", ObjectID: "aaaaaaaa-0000-4000-8000-0000000000a1", Name: "Sales EMEA"}

// before is what a target returned: some values differ, some are missing.
const before = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1001","userName":"ann.lee+1@example.com",` +
	`"name":{"formatted":"Ann Old","givenName":"Ann","familyName":"Old"},"displayName":"Ann Old","active":true,` +
	`"emails":[{"value":"old@example.com","type":"work"}],"meta":{"resourceType":"User","version":"W/\"1\""}}`

var (
	one  = mockidp.Member{ID: "u-1001", UserName: "ann.lee@example.com"}
	two  = mockidp.Member{ID: "u-1002", UserName: "bo@example.com"}
	more = mockidp.Member{ID: "u-1003", UserName: "cy@example.com"}
)

// intents words every intent that a dialect has.
func intents(t *testing.T, d *mockidp.Dialect) map[string][]scim.Request {
	current, err := scim.NewResource([]byte(before))
	require.NoError(t, err)
	members := []mockidp.Member{one}
	every := map[string]func() []scim.Request{
		"Discover": func() []scim.Request { return d.Discover() },
		"Probe":    func() []scim.Request { return only(d.Probe()) },
		"Find":     func() []scim.Request { return only(d.Find(ann)) },
		"Read":     func() []scim.Request { return only(d.Read("u-1001")) },
		"Create":   func() []scim.Request { return only(d.Create(ann)) },
		"Update": func() []scim.Request {
			out := d.Update("u-1001", current, ann)
			if d.IdP == "okta" { // where an option says what an emptied attribute looks like
				u := ann
				u.Title = ""
				titled, err := scim.NewResource([]byte(strings.Replace(before, `"active"`, `"title":"Welder","active"`, 1)))
				require.NoError(t, err)
				out = append(out, d.Update("u-1001", titled, u)...)
			}
			return out
		},
		"Deactivate":   func() []scim.Request { return d.Deactivate("u-1001", current, deleted(d, ann)) },
		"Reactivate":   func() []scim.Request { return d.Reactivate("u-1001", current, ann) },
		"Delete":       func() []scim.Request { return only(d.Delete("u-1001")) },
		"SetManager":   func() []scim.Request { return only(d.SetManager("u-1001", current, "u-1002")) },
		"ClearManager": func() []scim.Request { return only(d.ClearManager("u-1001")) },
		"SetRoles":     func() []scim.Request { return d.SetRoles("u-1001", []string{"Admin", "Auditor"}) },
		"ListUsers":    func() []scim.Request { return []scim.Request{d.ListUsers(1), d.ListUsers(101)} },
		"ListGroups":   func() []scim.Request { return []scim.Request{d.ListGroups(1), d.ListGroups(101)} },
		"FindGroup":    func() []scim.Request { return only(d.FindGroup(sales)) },
		"ReadGroup":    func() []scim.Request { return only(d.ReadGroup("g-2001")) },
		"CreateGroup":  func() []scim.Request { return only(d.CreateGroup(sales, members)) },
		"Reconcile":    func() []scim.Request { return only(d.Reconcile("g-2001", sales)) },
		"RenameGroup":  func() []scim.Request { return only(d.RenameGroup("g-2001", scim.Resource{}, sales, members)) },
		"ReplaceMembers": func() []scim.Request {
			return only(d.ReplaceMembers("g-2001", scim.Resource{}, sales, []mockidp.Member{one, two}))
		},
		"DeleteGroup": func() []scim.Request { return only(d.DeleteGroup("g-2001")) },
		"ChangeMembers": func() []scim.Request {
			return d.ChangeMembers("g-2001", scim.Resource{}, sales, members, members, []mockidp.Member{two, more})
		},
	}
	out := map[string][]scim.Request{}
	for name, f := range wordings(d) {
		require.True(t, every[name] != nil, "no example of %s", name)
		if !f.IsNil() {
			out[name] = every[name]()
		}
	}
	return out
}

func only(r scim.Request) []scim.Request { return []scim.Request{r} }

// wordings lists the functions of a dialect.
func wordings(d *mockidp.Dialect) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	v := reflect.ValueOf(*d)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Type.Kind() == reflect.Func && f.IsExported() {
			out[f.Name] = v.Field(i)
		}
	}
	return out
}

// Every wording is compared, byte for byte as it is on the wire, with a file
// that names its source. The other values of the options have files of their
// own, for the intents that they word otherwise.
func TestGoldenRequests(t *testing.T) {
	wanted := map[string]bool{}
	for _, d := range mockidp.Dialects() {
		plain := intents(t, d)
		for intent, requests := range plain {
			file := filepath.Join("testdata", d.Name, intent+".http")
			wanted[file] = true
			t.Run(d.Name+"/"+intent, func(t *testing.T) {
				ref, ok := d.Source[intent]
				require.True(t, ok, "the wording has no source")
				golden(t, file, ref, d.Assumed[intent], nil, requests)
			})
		}
		for _, form := range d.Auth {
			file := filepath.Join("testdata", d.Name, "auth-"+form.Name+".http")
			wanted[file] = true
			t.Run(d.Name+"/auth-"+form.Name, func(t *testing.T) {
				golden(t, file, form.Source, "", &form, only(scim.Request{Method: "GET", Path: scim.UsersEndpoint}))
			})
		}
		for _, o := range d.Options {
			for _, value := range o.Values {
				other, err := mockidp.Lookup(d.Name, map[string]string{o.Name: value})
				require.NoError(t, err)
				for intent, requests := range intents(t, other) {
					if reflect.DeepEqual(requests, plain[intent]) || shownOnce[o.Name] != "" && intent != shownOnce[o.Name] {
						continue
					}
					name := intent + "." + o.Name + "=" + fileName.Replace(value)
					file := filepath.Join("testdata", d.Name, name+".http")
					wanted[file] = true
					t.Run(d.Name+"/"+name, func(t *testing.T) {
						golden(t, file, o.Source, other.Assumed[intent], nil, requests)
					})
				}
			}
		}
	}
	files, err := filepath.Glob("testdata/*/*")
	require.NoError(t, err)
	for _, file := range files {
		switch {
		case wanted[file] || slices.Contains([]string{"custom", "examples", "mapped"}, strings.Split(file, "/")[1]): // see custom_test.go, mapped_test.go
		case *update:
			require.NoError(t, os.Remove(file))
		default:
			t.Errorf("%s belongs to no wording: delete it", file)
		}
	}
}

// shownOnce names the intent that shows an option of a header that every
// request has.
var shownOnce = map[string]string{"adscim-version": "Read", "content-type": "Create", "headers": "Create"}

// fileName makes a file name of an option's value.
var fileName = strings.NewReplacer("%", "percent-", "+", "plus", " ", "-", "/", "-")

// golden compares requests with a file.
func golden(t *testing.T, file string, ref mockidp.Ref, assumed string, auth *mockidp.AuthForm, requests []scim.Request) {
	t.Helper()
	require.NotEmpty(t, requests)
	if auth == nil {
		auth = &mockidp.AuthForm{Header: "Bearer TOKEN"}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# source: %s\n# mark: %s\n", ref.Key, ref.Mark)
	if assumed != "" {
		fmt.Fprintf(&b, "# assumed: %s\n", assumed)
	}
	for _, r := range requests {
		b.WriteString("\n" + capture(t, r, *auth) + "\n")
	}
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// capture sends a request through the client and returns what arrived.
func capture(t *testing.T, r scim.Request, auth mockidp.AuthForm) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		in := bufio.NewReader(c)
		var b strings.Builder
		length := 0
		for {
			line, err := in.ReadString('\n')
			b.WriteString(line)
			_, _ = fmt.Sscanf(line, "Content-Length: %d", &length)
			if err != nil || line == "\r\n" {
				break
			}
		}
		body := make([]byte, length)
		for n := 0; n < length; {
			k, err := in.Read(body[n:])
			if err != nil {
				break
			}
			n += k
		}
		b.Write(body)
		_, _ = c.Write([]byte("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
		got <- b.String()
	}()
	client, err := scim.NewClient(scim.Config{
		BaseURL: "http://" + l.Addr().String() + "/scim/v2", Auth: auth.Authenticate("example-token"),
	})
	require.NoError(t, err)
	defer client.Close()
	x := client.Do(context.Background(), r)
	require.Empty(t, x.Error)
	sent := strings.ReplaceAll(<-got, l.Addr().String(), "scim.example.com")
	return strings.ReplaceAll(sent, "\r\n", "\n")
}

// Each function of a dialect has a source, or a reason why it is nil; what is
// only assumed can be left out by an option that says so.
func TestNothingIsInvented(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		plain := intents(t, d)
		for name, f := range wordings(d) {
			ref, sourced := d.Source[name]
			_, unknown := d.Unknown[name]
			assert.Equal(t, !f.IsNil(), sourced, "%s: a source and no %s, or the reverse", d.Name, name)
			assert.Equal(t, f.IsNil(), unknown, "%s: says why it has no %s, and has it, or the reverse", d.Name, name)
			if sourced && ref.Mark == mockidp.Assumed {
				assert.True(t, canBeChanged(t, d, name, plain), "%s: %s is assumed, and no option says so", d.Name, name)
			}
		}
		for name := range d.Assumed {
			assert.Contains(t, d.Source, name, d.Name)
		}
		for _, o := range d.Options {
			assert.Contains(t, o.Values, o.Default, "%s option %s", d.Name, o.Name)
			assert.NotEmpty(t, o.Source.Key)
		}
	}
}

// deleted is a user as Entra ID's recycle bin holds it; elsewhere it is as
// before.
func deleted(d *mockidp.Dialect, u mockidp.User) mockidp.User {
	if d.IdP == "entra" {
		u.UserName = strings.ReplaceAll(u.ObjectID, "-", "") + u.UserName
	}
	return u
}

// canBeChanged reports whether an option that is marked as assumed rules the
// wording of an intent.
func canBeChanged(t *testing.T, d *mockidp.Dialect, intent string, plain map[string][]scim.Request) bool {
	for _, o := range d.Options {
		if o.Source.Mark != mockidp.Assumed {
			continue
		}
		for _, value := range o.Values {
			other, err := mockidp.Lookup(d.Name, map[string]string{o.Name: value})
			require.NoError(t, err)
			if !reflect.DeepEqual(plain[intent], intents(t, other)[intent]) {
				return true
			}
		}
	}
	return false
}

// Every value of every option changes something that is sent.
func TestOptionsHaveAnEffect(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		plain := intents(t, d)
		for _, o := range d.Options {
			if o.Name == "on-missing" || o.Name == "reassignment" || strings.HasPrefix(o.Name, "throttle-") {
				// It changes a reaction: see TestEntraLooksForWhoIsGone,
				// TestOktaPushesWhatItReadBefore, TestSailPointWaitsForTheReset.
				continue
			}
			for _, value := range o.Values {
				if value == o.Default {
					continue
				}
				other, err := mockidp.Lookup(d.Name, map[string]string{o.Name: value})
				require.NoError(t, err)
				assert.False(t, reflect.DeepEqual(plain, intents(t, other)), "%s %s=%s changes nothing", d.Name, o.Name, value)
			}
		}
	}
	_, err := mockidp.Lookup("okta-aiw", map[string]string{"space": "_"})
	assert.ErrorContains(t, err, "it can be %20, +")
	_, err = mockidp.Lookup("okta", nil)
	assert.ErrorContains(t, err, "there are authentik, entra-compliant")
}

// okta.md 3.5: so many changes of members go into one PATCH, removals first.
func TestOktaBatches(t *testing.T) {
	d, err := mockidp.Lookup("okta-oin", nil)
	require.NoError(t, err)
	var add, remove []mockidp.Member
	for i := range 150 {
		add = append(add, mockidp.Member{ID: fmt.Sprint("a", i)})
		remove = append(remove, mockidp.Member{ID: fmt.Sprint("r", i)})
	}
	requests := d.ChangeMembers("g", scim.Resource{}, sales, add, add, remove)
	var shape []string
	for _, r := range requests {
		body := string(r.Body)
		shape = append(shape, fmt.Sprintf("%d out, %d in", strings.Count(body, `"remove"`), strings.Count(body, `"value":"a`)))
	}
	assert.Equal(t, []string{"100 out, 0 in", "50 out, 50 in", "0 out, 100 in"}, shape)
}
