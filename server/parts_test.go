package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
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
	var modules []string
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		modules = append(modules, m.Path+" "+m.Version)
	}
	t.Run("its licences are listed", func(t *testing.T) { modulesAreListed(t, modules) })
	t.Run("their texts come along", func(t *testing.T) { textsComeAlong(t, modules) })
}

// listed are the rows of licences.md of a kind: names and versions.
func listed(t *testing.T, kind string) (parts []string) {
	t.Helper()
	page, err := os.ReadFile("../web/docs/licences.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile(`(?m)^\| `+kind+` \| (\S+) \| (\S*) \| [^|]+ \|$`).FindAllStringSubmatch(string(page), -1) {
		parts = append(parts, row[1]+" "+row[2])
	}
	return parts
}

// modulesAreListed holds licences.md to the modules of a program.
func modulesAreListed(t *testing.T, modules []string) {
	rows := listed(t, "Go")
	for _, m := range modules {
		if !slices.Contains(rows, m) {
			t.Errorf("web/docs/licences.md lacks %s; type: task licences", m)
		}
	}
	for _, row := range rows {
		// On another system than that of the list the linker may do without one.
		if runtime.GOOS == "linux" && row != "std " && !slices.Contains(modules, row) {
			t.Errorf("web/docs/licences.md has %s, which is not in the program; type: task licences", row)
		}
	}
}

// textsComeAlong holds what a release adds for the licences to the modules of a program.
func textsComeAlong(t *testing.T, modules []string) {
	file := filepath.Join(t.TempDir(), "texts", "THIRD-PARTY.txt")
	if said, err := exec.CommandContext(t.Context(), "../.ci/licences.sh", "-texts", file, "go").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	texts, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		_, text, found := strings.Cut(string(texts), "\nGo "+m+"\n")
		text, _, _ = strings.Cut(text, "\nGo ")
		if !found || !strings.Contains(strings.ToLower(text), "copyright") {
			t.Errorf("the text of %s's licence is missing: %.200q", m, text)
		}
	}
	for name, line := range map[string]string{"../.goreleaser.yaml": "- src: .build/THIRD-PARTY.txt", "deploy/Dockerfile": "COPY --from=program /out/roomstream /out/THIRD-PARTY.txt /"} {
		if content, err := os.ReadFile(name); err != nil || !strings.Contains(string(content), line) {
			t.Errorf("%s does not give the texts along by %q: %v", name, line, err)
		}
	}
}

// notInThePage are packages that others of the page have for Node.js only.
var notInThePage = []string{"debug", "ms", "ws", "xmlhttprequest-ssl"}

// The list has each npm package that may be in the page, in the version that is installed.
func TestTheListOfLicencesHasThePackagesOfTheLockFile(t *testing.T) {
	body, err := os.ReadFile("../web/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version string
			Dev     bool
		}
	}
	if err := json.Unmarshal(body, &lock); err != nil {
		t.Fatal(err)
	}
	rows := listed(t, "npm")
	installed := map[string]bool{}
	for folder, p := range lock.Packages {
		const root = "node_modules/"
		at := strings.LastIndex(folder, root)
		if at < 0 {
			continue // the page itself
		}
		name := folder[at+len(root):]
		installed[name+" "+p.Version] = true
		if !p.Dev && !slices.Contains(notInThePage, name) && !slices.Contains(rows, name+" "+p.Version) {
			t.Errorf("web/docs/licences.md lacks %s %s; type: task licences", name, p.Version)
		}
	}
	if len(rows) == 0 {
		t.Error("web/docs/licences.md lists no npm package")
	}
	for _, row := range rows {
		if !installed[row] {
			t.Errorf("web/docs/licences.md has %s, which is not in web/package-lock.json; type: task licences", row)
		}
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
