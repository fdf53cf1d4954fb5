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
	MobilePhone: "+1-201-555-0101", Locality: "Oslo", Country: "Norway", Locale: "en-US", Password: "k3Vq9TzA",
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

// intents words every intent of a dialect.
func intents(t *testing.T, d *mockidp.Dialect) map[string][]scim.Request {
	current, err := scim.NewResource([]byte(before))
	require.NoError(t, err)
	out := map[string][]scim.Request{}
	if d.Probe != nil {
		out["Probe"] = []scim.Request{d.Probe()}
	}
	out["Find"] = []scim.Request{d.Find(ann)}
	out["Read"] = []scim.Request{d.Read("u-1001")}
	out["Create"] = []scim.Request{d.Create(ann)}
	out["Update"] = d.Update("u-1001", current, ann)
	out["Deactivate"] = d.Deactivate("u-1001", current, ann)
	out["Reactivate"] = d.Reactivate("u-1001", current, ann)
	if d.Delete != nil {
		out["Delete"] = []scim.Request{d.Delete("u-1001")}
	}
	if d.SetManager != nil {
		out["SetManager"] = []scim.Request{d.SetManager("u-1001", current, "u-1002")}
	}
	if d.ClearManager != nil {
		out["ClearManager"] = []scim.Request{d.ClearManager("u-1001")}
	}
	out["FindGroup"] = []scim.Request{d.FindGroup(sales)}
	if d.ReadGroup != nil {
		out["ReadGroup"] = []scim.Request{d.ReadGroup("g-2001")}
	}
	out["CreateGroup"] = []scim.Request{d.CreateGroup(sales, []mockidp.Member{one})}
	if d.Reconcile != nil {
		out["Reconcile"] = []scim.Request{d.Reconcile("g-2001", sales)}
	}
	out["RenameGroup"] = []scim.Request{d.RenameGroup("g-2001", scim.Resource{}, sales, []mockidp.Member{one})}
	out["ChangeMembers"] = d.ChangeMembers("g-2001", scim.Resource{}, sales,
		[]mockidp.Member{one}, []mockidp.Member{one}, []mockidp.Member{two, more})
	if d.ReplaceMembers != nil {
		out["ReplaceMembers"] = []scim.Request{d.ReplaceMembers("g-2001", scim.Resource{}, sales, []mockidp.Member{one, two})}
	}
	out["DeleteGroup"] = []scim.Request{d.DeleteGroup("g-2001")}
	return out
}

// Every wording is compared, byte for byte as it is on the wire, with a file
// that names its source. The other values of the options have files of their
// own, for the intents that they word otherwise.
func TestGoldenRequests(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		plain := intents(t, d)
		for intent, requests := range plain {
			t.Run(d.Name+"/"+intent, func(t *testing.T) {
				ref, ok := d.Source[intent]
				require.True(t, ok, "the wording has no source")
				golden(t, filepath.Join("testdata", d.Name, intent+".http"), ref, requests)
			})
		}
		for _, o := range d.Options {
			for _, value := range o.Values {
				other, err := mockidp.Lookup(d.Name, map[string]string{o.Name: value})
				require.NoError(t, err)
				for intent, requests := range intents(t, other) {
					// A header that every request has is shown once.
					if reflect.DeepEqual(requests, plain[intent]) || o.Name == "adscim-version" && intent != "Read" {
						continue
					}
					name := intent + "." + o.Name + "=" + fileName.Replace(value)
					t.Run(d.Name+"/"+name, func(t *testing.T) {
						golden(t, filepath.Join("testdata", d.Name, name+".http"), o.Source, requests)
					})
				}
			}
		}
	}
}

// fileName makes a file name of an option's value.
var fileName = strings.NewReplacer("%", "percent-", "+", "plus", " ", "-")

// golden compares requests with a file.
func golden(t *testing.T, file string, ref mockidp.Ref, requests []scim.Request) {
	t.Helper()
	assert.Contains(t, []string{mockidp.Documented, mockidp.Observed}, ref.Mark)
	require.NotEmpty(t, requests)
	var b strings.Builder
	fmt.Fprintf(&b, "# source: %s\n# mark: %s\n", ref.Key, ref.Mark)
	for _, r := range requests {
		b.WriteString("\n" + capture(t, r) + "\n")
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
func capture(t *testing.T, r scim.Request) string {
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
		BaseURL: "http://" + l.Addr().String() + "/scim/v2", Auth: scim.Bearer(scim.StaticToken("example-token")),
	})
	require.NoError(t, err)
	defer client.Close()
	x := client.Do(context.Background(), r)
	require.Empty(t, x.Error)
	sent := strings.ReplaceAll(<-got, l.Addr().String(), "scim.example.com")
	return strings.ReplaceAll(sent, "\r\n", "\n")
}

// Each function of a dialect has a source, or a reason why it is nil.
func TestNothingIsInvented(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		v := reflect.ValueOf(*d)
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Type.Kind() != reflect.Func || !f.IsExported() {
				continue
			}
			_, sourced := d.Source[f.Name]
			_, unknown := d.Unknown[f.Name]
			if v.Field(i).IsNil() {
				assert.False(t, sourced, "%s has a source for %s and does not word it", d.Name, f.Name)
				if f.Name != "Reconcile" || d.IdP == "entra" {
					assert.True(t, unknown, "%s does not say why it has no %s", d.Name, f.Name)
				}
				continue
			}
			assert.True(t, sourced, "%s has no source for %s", d.Name, f.Name)
			assert.False(t, unknown, "%s words %s and says that it does not", d.Name, f.Name)
		}
		for _, o := range d.Options {
			assert.Contains(t, o.Values, o.Default, "%s option %s", d.Name, o.Name)
			assert.NotEmpty(t, o.Source.Key)
		}
	}
}

// Every value of every option changes something that is sent.
func TestOptionsHaveAnEffect(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		plain := intents(t, d)
		for _, o := range d.Options {
			if o.Name == "on-missing" {
				continue // changes a reaction: see TestEntraLooksForWhoIsGone
			}
			for _, value := range o.Values {
				if value == o.Default {
					continue
				}
				other, err := mockidp.Lookup(d.Name, map[string]string{o.Name: value})
				require.NoError(t, err)
				assert.NotEqual(t, plain, intents(t, other), "%s %s=%s changes nothing", d.Name, o.Name, value)
			}
		}
	}
	_, err := mockidp.Lookup("okta-aiw", map[string]string{"space": "_"})
	assert.ErrorContains(t, err, "it can be %20, +")
	_, err = mockidp.Lookup("okta", nil)
	assert.ErrorContains(t, err, "there are entra-compliant")
}
