//go:build unix

package reports_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/reports"
)

// A pipe, like /dev/null, is written to and stays what it is.
func TestAPipeIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	// Open for reading and writing, the pipe waits for nobody.
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer pipe.Close()
	r := rich()
	r.Results = r.Results[:1] // fits into the pipe's buffer
	files, err := reports.WriteJUnit(path, r)
	require.NoError(t, err)
	assert.Equal(t, []string{path}, files)

	want := junitOf(t, r)
	got := make([]byte, len(want))
	_, err = io.ReadFull(pipe, got)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.False(t, info.Mode().IsRegular())
}

// A full disk is an error that names the file.
func TestAFullDiskIsAnError(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("there is no " + full + " here")
	}
	files, err := reports.WriteJUnit(full, rich())
	assert.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, full)
	assert.Empty(t, files)
	assert.ErrorIs(t, reports.WriteJSON(full, rich()), syscall.ENOSPC)
}
