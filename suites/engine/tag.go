package engine

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"strconv"
)

const (
	runTagLength   = 8
	checkTagLength = 5
	tagAlphabet    = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// NewRunID draws a run tag. It does not come from the seed: names never
// repeat across runs, since service providers that delete softly keep them.
func NewRunID() string {
	b := make([]byte, runTagLength)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	for i := range b {
		b[i] = tagAlphabet[int(b[i])%len(tagAlphabet)]
	}
	return string(b)
}

// ValidRunID reports what is wrong with a run tag that a user gave.
func ValidRunID(id string) error {
	if len(id) != runTagLength {
		return fmt.Errorf("run id %q has %d characters: it needs %d of a-z and 0-9", id, len(id), runTagLength)
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return fmt.Errorf("run id %q holds %q: it needs %d of a-z and 0-9", id, r, runTagLength)
		}
	}
	return nil
}

// bears reports whether the bytes hold the tag, in any letter case: some
// targets change that of names.
func bears(raw []byte, tag string) bool {
	return tag != "" && (bytes.Contains(raw, []byte(tag)) || bytes.Contains(bytes.ToLower(raw), []byte(tag)))
}

// tagFor adds a hash of the check's id to the run tag, so that names tell
// which check made them and two checks never share one.
func tagFor(runID, checkID string) string {
	h := fnv.New64a()
	h.Write([]byte(checkID))
	s := strconv.FormatUint(h.Sum64(), 36)
	for len(s) < checkTagLength {
		s = "0" + s
	}
	return runID + s[len(s)-checkTagLength:]
}
