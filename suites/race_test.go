//go:build race

package suites_test

func init() { raceDetector = true }
