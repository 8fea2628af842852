package app

import (
	"encoding/json"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

func TestWhatGoAndTheLinkerSayOfABuild(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	ofGit := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "c0ffee"}, {Key: "vcs.time", Value: at.Format(time.RFC3339)}, {Key: "vcs.modified", Value: "true"},
		{Key: "GOOS", Value: "plan9"}, {Key: "GOARCH", Value: "arm64"},
	}
	there := build{Go: "go1", OS: "plan9", Arch: "arm64", Commit: "c0ffee", CommittedAt: &at, Modified: true}
	for name, c := range map[string]struct {
		release Release
		module  string
		git     []debug.BuildSetting
		want    build
	}{
		"nothing is known":            {want: build{Version: "devel", Go: "go1", OS: runtime.GOOS, Arch: runtime.GOARCH}},
		"git, without a tag":          {module: "(devel)", git: ofGit, want: with(there, func(b *build) { b.Version = "c0ffee" })},
		"git, at a tag":               {module: "v1.2.3", git: ofGit, want: with(there, func(b *build) { b.Version = "v1.2.3" })},
		"the linker, at git's commit": {release: Release{"v2.0.0", "c0ffee"}, module: "v1.2.3", git: ofGit, want: with(there, func(b *build) { b.Version = "v2.0.0" })},
		"the linker, at another one": {release: Release{"v2.0.0", "beef"}, git: ofGit, want: with(there, func(b *build) {
			b.Version, b.Commit, b.CommittedAt, b.Modified = "v2.0.0", "beef", nil, false
		})},
		"the linker's commit alone": {release: Release{Commit: "beef"}, want: build{Version: "beef", Commit: "beef", Go: "go1", OS: runtime.GOOS, Arch: runtime.GOARCH}},
	} {
		t.Run(name, func(t *testing.T) {
			info := &debug.BuildInfo{GoVersion: "go1", Settings: c.git}
			info.Main.Version = c.module
			if got := c.release.of(info); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func with(b build, change func(*build)) build { change(&b); return b }

func TestTheVersionForProgramsAndForPeople(t *testing.T) {
	var out strings.Builder
	e := Environment{Stdout: &out, Stderr: t.Output(), Release: Release{Version: "v1.2.3", Commit: "c0ffee"}}
	if err := Run(t.Context(), withArgs(e, "version")); err != nil || out.String() != "roomstream v1.2.3\n" {
		t.Errorf("%v, %q", err, out.String())
	}
	out.Reset()
	var told build
	err := Run(t.Context(), withArgs(e, "version", "-json"))
	if err != nil || json.Unmarshal([]byte(out.String()), &told) != nil {
		t.Fatalf("%v, %q", err, out.String())
	}
	if told.Version != "v1.2.3" || told.Commit != "c0ffee" || told.Go != runtime.Version() || told.OS != runtime.GOOS || told.Arch != runtime.GOARCH {
		t.Errorf("told %+v", told)
	}
	if err := Run(t.Context(), withArgs(e, "version", "more")); err == nil || !strings.Contains(err.Error(), `"more"`) {
		t.Errorf("an argument too much: %v", err)
	}
}

func withArgs(e Environment, args ...string) Environment { e.Args = args; return e }
