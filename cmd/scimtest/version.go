package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/suites/engine"
)

// version is set by the linker for releases (-X main.version=...).
var version = "dev"

// build tells which program this is.
func build() engine.Build {
	b := engine.Build{Name: "scimtest", Version: version, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		if version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value
			}
		}
	}
	return b
}

func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := build()
			if asJSON {
				return printed(json.NewEncoder(cmd.OutOrStdout()).Encode(b))
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s %s (%s)\n", b.Name, b.Version, b.Go)
			return printed(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
