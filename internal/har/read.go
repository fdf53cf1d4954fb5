package har

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The bounds of a recording that is read.
const (
	maxFile    = 512 << 20
	maxEntries = 200_000
)

// Recording is what a HAR file holds.
type Recording struct {
	// Creator is the name of the program that made it.
	Creator string
	Entries []Entry
	// Cut says that the file ends in the middle, as that of a program that was
	// killed may: Entries has what came before.
	Cut bool
}

// ErrTooLong is returned for a recording beyond the bounds.
var ErrTooLong = errors.New("the recording is too long; cut it into parts")

// ReadFile reads a HAR file.
func ReadFile(path string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Read reads HAR 1.2 entry by entry, also that of browsers: bodies in base64,
// pseudo headers of HTTP/2, fields of their own. It returns an error for what is
// no HAR, and for an entry that is not a message of HTTP.
func Read(r io.Reader) (*Recording, error) {
	limited := &io.LimitedReader{R: skipBOM(r), N: maxFile}
	d := json.NewDecoder(limited)
	rec := &Recording{}
	err := rec.read(d)
	switch {
	case limited.N <= 0:
		return nil, ErrTooLong
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		if len(rec.Entries) == 0 {
			return nil, errNotHAR
		}
		rec.Cut = true
	case err != nil:
		return nil, err
	}
	return rec, nil
}

var errNotHAR = errors.New("this is no HAR file: it has no log with entries")

// skipBOM steps over the byte order mark that some programs write.
func skipBOM(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, _ := io.ReadFull(r, head)
	if string(head[:n]) == "\xef\xbb\xbf" {
		return r
	}
	return io.MultiReader(strings.NewReader(string(head[:n])), r)
}

func (rec *Recording) read(d *json.Decoder) error {
	found := false
	err := eachKey(d, func(key string) error {
		if key != "log" {
			return skipValue(d)
		}
		return eachKey(d, func(key string) error {
			switch key {
			case "creator":
				var c creator
				if err := d.Decode(&c); err != nil {
					return wrong(err, "creator")
				}
				rec.Creator = c.Name
			case "entries":
				found = true
				return rec.readEntries(d)
			default:
				return skipValue(d)
			}
			return nil
		})
	})
	if err == nil && !found {
		return errNotHAR
	}
	return err
}

func (rec *Recording) readEntries(d *json.Decoder) error {
	if err := expect(d, '['); err != nil {
		return err
	}
	for d.More() {
		if len(rec.Entries) >= maxEntries {
			return ErrTooLong
		}
		var m message
		if err := d.Decode(&m); err != nil {
			return wrong(err, fmt.Sprintf("entry %d", len(rec.Entries)+1))
		}
		e, err := entryOf(m)
		if err != nil {
			return fmt.Errorf("entry %d: %w", len(rec.Entries)+1, err)
		}
		rec.Entries = append(rec.Entries, e)
	}
	return expect(d, ']')
}

// eachKey calls f behind each key of an object.
func eachKey(d *json.Decoder, f func(key string) error) error {
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return wrong(err, "key")
		}
		key, _ := t.(string)
		if err := f(key); err != nil {
			return err
		}
	}
	return expect(d, '}')
}

func expect(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return wrong(err, "JSON")
	}
	if t != want {
		return errNotHAR
	}
	return nil
}

func skipValue(d *json.Decoder) error {
	var v json.RawMessage
	if err := d.Decode(&v); err != nil {
		return wrong(err, "JSON")
	}
	return nil
}

// wrong keeps the end of the file apart from what is wrong in it.
func wrong(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("this is no HAR file: %s: %w", what, err)
}

// endpoints are the segments behind which a base URL ends.
var endpoints = []string{
	scim.UsersEndpoint, scim.GroupsEndpoint, scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint,
	scim.BulkEndpoint, scim.MeEndpoint, scim.SearchSuffix,
}

// BaseURL is the base URL of the service provider of a recording: what stands
// most often before an endpoint of SCIM. It is empty when there is none.
func (rec *Recording) BaseURL() string {
	count := map[string]int{}
	best := ""
	for i := range rec.Entries {
		base := baseOf(rec.Entries[i].URL)
		if base == "" {
			continue
		}
		if count[base]++; best == "" || count[base] > count[best] {
			best = base
		}
	}
	return best
}

func baseOf(raw string) string {
	plain, _, _ := strings.Cut(raw, "?")
	start := strings.Index(plain, "://") + len("://")
	for _, endpoint := range endpoints {
		for at := start; ; {
			i := strings.Index(plain[at:], endpoint)
			if i < 0 {
				break
			}
			if end := at + i + len(endpoint); end == len(plain) || plain[end] == '/' {
				return plain[:at+i]
			}
			at += i + 1
		}
	}
	return ""
}

// Below keeps the exchanges with the service provider at a base URL, with
// their paths below it.
func (rec *Recording) Below(baseURL string) []scim.Exchange {
	var out []scim.Exchange
	for i := range rec.Entries {
		rest, ok := strings.CutPrefix(rec.Entries[i].URL, baseURL)
		if !ok || rest != "" && rest[0] != '/' && rest[0] != '?' || rec.Entries[i].Exchange.Request.Method == http.MethodOptions {
			continue // of another host, or a browser's question before a request
		}
		x := rec.Entries[i].Exchange
		x.Request.Path, _, _ = strings.Cut(rest, "?")
		x.Request.Path, _, _ = strings.Cut(x.Request.Path, "#")
		out = append(out, x)
	}
	return out
}
