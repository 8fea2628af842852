package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// builtAs builds the program as the files for containers and releases do, with the linker's word on what it is. The race
// detector is in it when it is in the test, so that the packages are compiled already.
func builtAs(t *testing.T, version, commit string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "roomstream")
	args := []string{"build", "-buildvcs=false", "-ldflags", "-X main.version=" + version + " -X main.commit=" + commit, "-o", out}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	if said, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	return out
}

// A released program knows its version, its commit and each module that is in it.
func TestAReleasedProgramKnowsWhatItIsMadeOf(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	program := builtAs(t, "v9.8.7", commit)
	var build struct{ Version, Commit string }
	if err := json.Unmarshal([]byte(said(t, program, "version", "-json")), &build); err != nil {
		t.Fatal(err)
	}
	if build.Version != "v9.8.7" || build.Commit != commit {
		t.Errorf("it is %+v", build)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 20 {
		t.Fatalf("%d modules are in it", len(info.Deps))
	}
	document := said(t, program, "sbom")
	for _, m := range info.Deps {
		if !strings.Contains(document, `"purl": "pkg:golang/`+m.Path+"@"+m.Version) {
			t.Errorf("%s %s is missing", m.Path, m.Version)
		}
	}
	if !strings.Contains(document, `"version": "v9.8.7"`) {
		t.Error("the program's own version is missing")
	}
	if again := said(t, program, "sbom", "-binary", program); again != document {
		t.Error("the program read as a file has another document, or two differ")
	}
}

func said(t *testing.T, program string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stderr = t.Output()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}
