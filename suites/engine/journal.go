package engine

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Journal records, in one file a run, what the run creates, so that what a
// killed run left behind can be removed. Each line is one JSON object, written
// by one write call: what was written survives a kill -9.
//
// The header line holds no credentials. "will" stands before a creating
// request, "did" after its answer, "gone" after the resource was removed.
type Journal struct {
	path string

	mu   sync.Mutex
	file *os.File
	n    int
	err  error
}

type journalHeader struct {
	Journal int    `json:"journal"`
	Version string `json:"version"`
	RunID   string `json:"run"`
	BaseURL string `json:"base_url"`
	// SecondURL is the base URL of the second tenant.
	SecondURL string    `json:"second_url,omitempty"`
	Started   time.Time `json:"started"`
}

type journalLine struct {
	Event string `json:"event"`
	// N joins the lines of one creation.
	N     int    `json:"n"`
	Check string `json:"check,omitempty"`
	// As is the client that it is of.
	As          scim.Role `json:"as,omitempty"`
	Endpoint    string    `json:"endpoint,omitempty"`
	UserName    string    `json:"userName,omitempty"`
	DisplayName string    `json:"displayName,omitempty"`
	ExternalID  string    `json:"externalId,omitempty"`
	ID          string    `json:"id,omitempty"`
	Status      int       `json:"status,omitempty"`
}

// JournalPath is where the journal of a run lies in the folder.
func JournalPath(dir, runID string) string { return filepath.Join(dir, "run-"+runID+".ndjson") }

// JournalDir is the folder for journals in the user's state directory
// ($XDG_STATE_HOME, or ~/.local/state).
func JournalDir() (string, error) {
	if d := os.Getenv("XDG_STATE_HOME"); d != "" {
		return filepath.Join(d, "scimtest"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the journal: %w; name one with --journal", err)
	}
	return filepath.Join(home, ".local", "state", "scimtest"), nil
}

// CreateJournal starts the journal of a run and locks it: as long as the run
// lives, nobody cleans up after it. secondURL is empty without a second tenant.
func CreateJournal(path, version, runID, baseURL, secondURL string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the journal: %w; name another with --journal", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write the journal: %w; name another place with --journal", err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("the journal %s is in use by another run; choose another --run-id", path)
	}
	j := &Journal{path: path, file: f}
	j.write(journalHeader{1, version, runID, baseURL, secondURL, time.Now().UTC()})
	if j.err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot write the journal: %w; name another place with --journal", j.err)
	}
	return j, nil
}

// Path is the file of the journal.
func (j *Journal) Path() string { return j.path }

// Err is the first error of writing, or nil.
func (j *Journal) Err() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Close ends the journal. When nothing is left on the target, the file is
// removed.
func (j *Journal) Close(nothingLeft bool) error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.file.Close()
	if nothingLeft {
		return errors.Join(err, os.Remove(j.path))
	}
	return err
}

func (j *Journal) write(v any) {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = j.file.Write(append(b, '\n'))
	}
	if err != nil && j.err == nil {
		j.err = err
	}
}

func (j *Journal) will(check string, as scim.Role, endpoint string, n names) int {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.n++
	j.write(journalLine{
		Event: "will", N: j.n, Check: check, As: as, Endpoint: endpoint,
		UserName: n.userName, DisplayName: n.displayName, ExternalID: n.externalID,
	})
	return j.n
}

func (j *Journal) did(n int, id string, status int) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.write(journalLine{Event: "did", N: n, ID: id, Status: status})
}

func (j *Journal) gone(n int) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.write(journalLine{Event: "gone", N: n})
}

// journaled is a creation as a journal tells it.
type journaled struct {
	journalLine
	gone bool
}

// readJournal reads the journal of a run that has ended. It refuses one whose
// run is still alive. A last line that was cut off is ignored.
func readJournal(path string) (journalHeader, []journaled, error) {
	var h journalHeader
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return h, nil, err
	}
	defer f.Close()
	if err := lockFile(f); err != nil {
		return h, nil, fmt.Errorf("the run of %s is still alive; end it first", path)
	}
	var all []journaled
	byN := map[int]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for first := true; sc.Scan(); first = false {
		if first {
			if err := json.Unmarshal(sc.Bytes(), &h); err != nil || h.Journal != 1 {
				return h, nil, fmt.Errorf("%s is not a journal of this version", path)
			}
			continue
		}
		var l journalLine
		if json.Unmarshal(sc.Bytes(), &l) != nil {
			continue
		}
		switch i, known := byN[l.N]; {
		case l.Event == "will":
			byN[l.N] = len(all)
			all = append(all, journaled{journalLine: l})
		case !known:
		case l.Event == "did":
			all[i].ID, all[i].Status = l.ID, l.Status
		case l.Event == "gone":
			all[i].gone = true
		}
	}
	return h, all, sc.Err()
}
