//go:build !unix

package engine

import "os"

// lockFile does nothing where files have no advisory locks.
func lockFile(*os.File) error { return nil }
