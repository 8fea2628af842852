package app

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// Release is what the linker was told of the program, where the build did not see git: in a container, from an archive of
// the sources. An empty field is what Go wrote into the program by itself, if it did.
type Release struct {
	Version string // v1.2.3
	Commit  string // 40 hexadecimal digits
}

// build is what this program was made from.
type build struct {
	// Version is the release's, or the commit, or "devel" where neither is known.
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	// CommittedAt is the commit's time, not the build's: two builds of one commit are the same.
	CommittedAt *time.Time `json:"committedAt,omitempty"`
	// Modified: the sources differed from the commit.
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// version is how the program calls itself in its log.
func (r Release) version() string { return r.build().Version }

func (r Release) build() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return r.of(info)
}

// of reads what Go wrote into a program; what the linker was told stands above it.
func (r Release) of(info *debug.BuildInfo) build {
	b := build{Go: info.GoVersion, OS: runtime.GOOS, Arch: runtime.GOARCH}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			if at, err := time.Parse(time.RFC3339, s.Value); err == nil {
				b.CommittedAt = &at
			}
		case "vcs.modified":
			b.Modified = s.Value == "true"
		case "GOOS":
			b.OS = s.Value
		case "GOARCH":
			b.Arch = s.Value
		}
	}
	if r.Commit != "" && r.Commit != b.Commit {
		b.Commit, b.CommittedAt, b.Modified = r.Commit, nil, false // git's view is of another tree
	}
	module := info.Main.Version
	if module == "(devel)" {
		module = ""
	}
	b.Version = cmp.Or(r.Version, module, b.Commit, "devel")
	return b
}

// printVersion prints the version for people, or all that is known of the build for programs.
func printVersion(_ context.Context, e Environment) error {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	flags.SetOutput(e.Stderr)
	asJSON := flags.Bool("json", false, "print all that is known of the build, as JSON")
	if err := flags.Parse(e.Args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("version: %q is too much: it takes -json and nothing else", flags.Arg(0))
	}
	if !*asJSON {
		fmt.Fprintln(e.Stdout, "roomstream", e.Release.version())
		return nil
	}
	encoder := json.NewEncoder(e.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(e.Release.build())
}
