package server_test

import (
	"fmt"
	"os"
	"testing"
)

// children are what the test binary can be instead, in a process of its own, when
// an environment variable is set: they get its value.
var children = map[string]func(string){}

func TestMain(m *testing.M) {
	for variable, child := range children {
		if value := os.Getenv(variable); value != "" {
			child(value)
			return
		}
	}
	os.Exit(m.Run())
}

// must ends a child that cannot go on.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
