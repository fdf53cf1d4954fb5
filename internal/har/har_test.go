package har

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

func entry(method, url, body string) Entry {
	path, query, _ := splitURL(url)
	return Entry{URL: url, Exchange: scim.Exchange{
		Request: scim.Request{
			Method: method, Path: path, RawQuery: query, Body: scim.Body(body),
			Header: http.Header{"ADSCIMVersion": {"5.0"}, "Content-Type": {"application/scim+json"}},
		},
		Response: &scim.Response{Status: 201, Header: http.Header{"Etag": {`W/"1"`}}, Body: scim.Body(`{"id":"1"}`)},
		Started:  time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), Elapsed: 1500 * time.Microsecond,
	}}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.har")
	w, err := Create(path, "scimtest", "1")
	require.NoError(t, err)
	lost := entry("GET", "http://h/scim/v2/Users?filter=userName+eq+%22a%2Bb%22&count=1", "")
	lost.Exchange.Request.Body, lost.Exchange.Response = nil, nil
	lost.Exchange.Error, lost.Exchange.Phase = "the connection was closed", scim.PhaseExchange
	want := []Entry{
		entry("POST", "http://h/scim/v2/Users", `{"userName":"Åsa <b>","x":"é"}`),
		entry("PATCH", "http://h/scim/v2/Users/1", "\xff\xfe"),
		lost,
	}
	for _, e := range want {
		require.NoError(t, w.Write(e))
	}
	// Nothing was closed: a program that is killed leaves this.
	got, err := ReadFile(path)
	require.NoError(t, err)
	assert.False(t, got.Cut)
	assert.Equal(t, want, got.Entries)
	assert.Equal(t, "http://h/scim/v2", got.BaseURL())
	below := got.Below(got.BaseURL())
	assert.Equal(t, "/Users/1", below[1].Request.Path)
	assert.Equal(t, "filter=userName+eq+%22a%2Bb%22&count=1", below[2].Request.RawQuery)
	require.NoError(t, w.Close())

	_, err = Create(path, "scimtest", "1")
	require.ErrorIs(t, err, os.ErrExist, "a recording is not overwritten")
	w, err = Append(path)
	require.NoError(t, err)
	require.NoError(t, w.Write(want[0]))
	assert.Equal(t, 4, w.Entries())
	require.NoError(t, w.Close())
	got, err = ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, append(want, want[0]), got.Entries)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
}

// What was cut anywhere still gives the entries before.
func TestCutFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.har")
	w, err := Create(path, "scimtest", "1")
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, w.Write(entry("POST", "http://h/Users", `{}`)))
	}
	require.NoError(t, w.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for n := range len(whole) - 2 {
		got, err := Read(strings.NewReader(string(whole[:n])))
		if err != nil {
			require.ErrorIs(t, err, errNotHAR, "%d bytes", n)
			continue
		}
		assert.True(t, got.Cut, "%d bytes", n)
		require.LessOrEqual(t, len(got.Entries), 3)
	}
	require.NoError(t, os.Truncate(path, int64(len(whole)-10)))
	_, err = Append(path)
	require.ErrorIs(t, err, errNotOurs)
}

// A browser has pseudo headers, lower case, bodies in base64, and fields of its
// own.
func TestBrowserHARIsRead(t *testing.T) {
	const file = "\xef\xbb\xbf" + `{"_x":{"y":[1]},"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"id":"page_1"}],
"entries":[
{"_initiator":{"type":"script"},"_priority":"High","cache":{},"connection":"443","pageref":"page_1","startedDateTime":"2026-03-01T12:00:00.000Z","time":12.5,
 "request":{"method":"OPTIONS","url":"https://idp.example.com/scim/v2/Users","httpVersion":"h2","headers":[],"queryString":[],"cookies":[]},
 "response":{"status":204,"content":{"size":0,"mimeType":"x-unknown"},"headers":[]}},
{"startedDateTime":"2026-03-01T13:00:00.000+01:00","time":12.5,
 "request":{"method":"POST","url":"https://idp.example.com/scim/v2/Users#top","httpVersion":"h2",
  "headers":[{"name":":authority","value":"idp.example.com"},{"name":"content-type","value":"application/json"},{"name":"ADSCIMVersion","value":"5.0"}],
  "postData":{"mimeType":"application/json","text":"{\"userName\":\"a\"}"}},
 "response":{"status":201,"headers":[{"name":"etag","value":"1"}],"content":{"size":10,"mimeType":"application/json","text":"eyJpZCI6IjEifQ==","encoding":"base64"}}},
{"startedDateTime":"2026-03-01T12:00:01.000Z","time":0,
 "request":{"method":"GET","url":"https://idp.example.com/logo.png","headers":[]},
 "response":{"status":0,"_error":"net::ERR_FAILED","headers":[],"content":{}}}
]}}`
	got, err := Read(strings.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, "WebInspector", got.Creator)
	require.Len(t, got.Entries, 3)
	assert.Equal(t, "https://idp.example.com/scim/v2", got.BaseURL())
	below := got.Below(got.BaseURL())
	require.Len(t, below, 1, "neither the browser's question nor the picture")
	x := below[0]
	assert.Equal(t, "/Users", x.Request.Path)
	assert.Equal(t, http.Header{"Content-Type": {"application/json"}, "ADSCIMVersion": {"5.0"}}, x.Request.Header)
	assert.Equal(t, `{"id":"1"}`, string(x.Response.Body))
	assert.Equal(t, "1", x.Response.Header.Get("ETag"))
	assert.Equal(t, 12500*time.Microsecond, x.Elapsed)
	assert.Equal(t, "net::ERR_FAILED", got.Entries[2].Exchange.Error)
}

func TestWhatIsNoHAR(t *testing.T) {
	for file, want := range map[string]string{
		"":                                 "no HAR file",
		"<html>":                           "no HAR file",
		"[]":                               "no HAR file",
		`{"log":{"entries":{}}}`:           "no HAR file",
		`{"log":{}}`:                       "no log with entries",
		`{"log":{"entries":[{"time":1}]}}`: "entry 1",
		`{"log":{"entries":[{"request":{"method":"GET","url":"/Users"}}]}}`:                                                                         "no absolute URL",
		`{"log":{"entries":[{"request":{"url":"http://h/"}}]}}`:                                                                                     "no method",
		`{"log":{"entries":[{"request":{"method":"GET","url":"http://h/"},"response":{"status":200,"content":{"text":"*","encoding":"base64"}}}]}}`: "no base64",
	} {
		_, err := Read(strings.NewReader(file))
		assert.ErrorContains(t, err, want, file)
	}
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "run.har")
	w, err := Create(path, "scimtest", "1")
	require.NoError(f, err)
	require.NoError(f, w.Write(entry("POST", "http://h/scim/v2/Users", `{"userName":"a"}`)))
	require.NoError(f, w.Close())
	b, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(string(b))
	f.Add(`{"log":{"entries":[{"time":1e309,"request":{"method":"GET","url":"http://h/%zz"}}]}}`)
	f.Add(`{"log":{"entries":[]}}`)
	f.Fuzz(func(t *testing.T, file string) {
		rec, err := Read(strings.NewReader(file))
		if err != nil {
			return
		}
		// What was read can be written, and reads back as the same.
		out := filepath.Join(t.TempDir(), "out.har")
		w, err := Create(out, "scimtest", "1")
		require.NoError(t, err)
		for _, e := range rec.Entries {
			require.NoError(t, w.Write(e))
		}
		require.NoError(t, w.Close())
		again, err := ReadFile(out)
		require.NoError(t, err)
		require.Len(t, again.Entries, len(rec.Entries))
		for i := range again.Entries {
			require.Equal(t, rec.Entries[i].Exchange.Request.Method, again.Entries[i].Exchange.Request.Method)
			require.Equal(t, rec.Entries[i].Exchange.Request.Body, again.Entries[i].Exchange.Request.Body)
			require.Equal(t, rec.Entries[i].Exchange.Status(), again.Entries[i].Exchange.Status())
		}
		_ = rec.Below(rec.BaseURL())
	})
}
