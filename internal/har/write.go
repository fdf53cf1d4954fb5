package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// tail ends a file between any two entries.
const tail = "\n]}}\n"

// Writer writes a HAR file. After each entry the file is complete: each one
// takes the place of the end and brings the end again, in one write, so that
// what a killed program leaves can be read. It is safe for use by many
// goroutines.
type Writer struct {
	mu      sync.Mutex
	file    *os.File
	end     int64 // where the tail begins
	entries int
}

// Create makes a HAR file, which only its owner can read. A file that is there
// is not touched.
func Create(path, name, version string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	c, err := json.Marshal(creator{name, version})
	if err != nil {
		return nil, err
	}
	head := `{"log":{"version":"1.2","creator":` + string(c) + `,"entries":[`
	if _, err := f.WriteString(head + tail); err != nil {
		f.Close()
		return nil, err
	}
	return &Writer{file: f, end: int64(len(head))}, nil
}

// errNotOurs is returned for a file that cannot be gone on with.
var errNotOurs = errors.New("it does not end as a recording of this program")

// Append goes on with a file that Create made.
func Append(path string) (*Writer, error) {
	rec, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	w := &Writer{file: f, end: info.Size() - int64(len(tail)), entries: len(rec.Entries)}
	last := make([]byte, len(tail))
	if _, err := f.ReadAt(last, max(w.end, 0)); err != nil || string(last) != tail || rec.Cut {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, errNotOurs)
	}
	return w, nil
}

// Write adds an entry.
func (w *Writer) Write(e Entry) error {
	var b bytes.Buffer
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.entries > 0 {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(messageOf(e)); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line's end is the tail's
	size := b.Len()
	b.WriteString(tail)
	if _, err := w.file.WriteAt(b.Bytes(), w.end); err != nil {
		return err
	}
	w.end += int64(size)
	w.entries++
	return nil
}

// Entries is how many entries the file holds.
func (w *Writer) Entries() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries
}

// Close ends the file.
func (w *Writer) Close() error { return w.file.Close() }
