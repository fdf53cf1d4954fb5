package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// notAgain lists the flags that change nothing of what a check finds: where
// reports go, which checks run, how many at a time. The seed is told apart.
var notAgain = []string{
	"out", "junit", "json", "verbose", "suite", "seed", "run-id", "parallel", "max-time", "journal", "target-name", "waivers", "strict",
}

// flagsAgain lists the flags of a run that another run needs to find the same:
// how the target is reached, what it promises, which faults were planted. What
// may be a secret is left out of them.
func flagsAgain(flags *pflag.FlagSet) (out []string) {
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(notAgain, f.Name) || f.Value.String() == "false" {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			switch f.Name {
			case "header":
				name, _, _ := strings.Cut(v, ":")
				v = name + ": ..."
			case "token-command":
				v = "..."
			}
			out = append(out, "--"+f.Name)
			if f.Value.Type() != "bool" {
				out = append(out, v)
			}
		}
	})
	return out
}
