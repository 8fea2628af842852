package app

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deployFolder holds the files that people run the program with.
const deployFolder = "../deploy"

// deployed reads a file of the folder, without the comments.
func deployed(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(deployFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^\s*#[^!].*$`).ReplaceAllString(string(body), "")
}

// one finds the only match of the pattern's group in a file.
func one(t *testing.T, name, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindAllStringSubmatch(deployed(t, name), -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d of %s", name, len(found), pattern)
	}
	return found[0][1]
}

func number(t *testing.T, name, pattern string) int {
	t.Helper()
	n, err := strconv.Atoi(one(t, name, pattern))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// What a file sets and the program does not know is a mistake that nobody would be told of.
func TestEveryVariableOfTheDeployFilesIsASetting(t *testing.T) {
	var known []string
	for _, s := range settings() {
		known = append(known, s.Env())
	}
	files := map[string]int{ // with how many variables each has at least: fewer means that the test missed them
		"Dockerfile": 2, "compose.yaml": 5, "roomstream.service": 2, "roomstream.env.example": 5, "chart/templates/deployment.yaml": 2,
	}
	for name, least := range files {
		// With the comments: an example there is copied.
		body, err := os.ReadFile(filepath.Join(deployFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`ROOMSTREAM_[A-Z_]*[A-Z]`).FindAllString(string(body), -1)
		if len(found) < least {
			t.Errorf("%s has %q, want %d at least", name, found, least)
		}
		for _, variable := range found {
			if !slices.Contains(known, variable) {
				t.Errorf("%s sets %s, which is no setting", name, variable)
			}
		}
	}
}

func TestEverySettingOfTheChartIsOne(t *testing.T) {
	var known []string
	for _, s := range settings() {
		known = append(known, s.Name)
	}
	block := one(t, "chart/values.yaml", `(?m)^settings:\n((?:  .*\n)+)`)
	names := regexp.MustCompile(`(?m)^  ([a-z-]+):`).FindAllStringSubmatch(block, -1)
	if len(names) == 0 {
		t.Error("the chart sets nothing")
	}
	for _, name := range names {
		if !slices.Contains(known, name[1]) {
			t.Errorf("values.yaml sets %s, which is no setting", name[1])
		}
	}
	// What must come from a Secret, the schema refuses among the plain settings; the chart gives the first two by itself.
	refused := one(t, "chart/values.schema.json", `"description": "by the flag's name[^}]*"enum": \[([^\]]*)\]`)
	for _, s := range settings() {
		if quoted := strconv.Quote(s.Name); (s.Secret || s.Name == "addr" || s.Name == "data-dir") && !strings.Contains(refused, quoted) {
			t.Errorf("values.schema.json lets %s stand among the settings, in the open: add it to the names that `settings` refuses", s.Name)
		}
	}
}

// The commands in the files are the program's, with flags that it has.
func TestTheCommandsOfTheDeployFilesAreThere(t *testing.T) {
	for name, pattern := range map[string]string{
		"Dockerfile":                      `CMD \["/roomstream", ("healthcheck")\]`,
		"roomstream.service":              `ExecStart=/usr/local/bin/roomstream (.*)`,
		"chart/templates/deployment.yaml": `args:\n\s+- (serve)\n`,
	} {
		words := strings.Trim(one(t, name, pattern), `"`)
		c, rest, err := findCommand(strings.Fields(words))
		if err != nil || c.words != words || len(rest) > 0 {
			t.Errorf("%s runs %q: %q, %q, %v", name, words, c.words, rest, err)
		}
	}
}

// All keep to the port of the program's default, to one user and to one folder.
func TestTheDeployFilesAgreeOnPortUserAndFolder(t *testing.T) {
	_, port, _ := strings.Cut(DefaultConfig().Addr, ":")
	for name, patterns := range map[string][]string{
		"Dockerfile":                      {`ROOMSTREAM_ADDR=:(\d+)`, `EXPOSE (\d+)`},
		"compose.yaml":                    {`"127\.0\.0\.1:(\d+):\d+"`, `"127\.0\.0\.1:\d+:(\d+)"`},
		"roomstream.service":              {`ROOMSTREAM_ADDR=127\.0\.0\.1:(\d+)`},
		"chart/templates/deployment.yaml": {`-addr=:(\d+)`, `containerPort: (\d+)`},
	} {
		for _, pattern := range patterns {
			if got := one(t, name, pattern); got != port {
				t.Errorf("%s: the port of %s is %s, want %s", name, pattern, got, port)
			}
		}
	}
	for _, pattern := range []string{`runAsUser: (\d+)`, `runAsGroup: (\d+)`, `fsGroup: (\d+)`} {
		if got, want := one(t, "chart/templates/deployment.yaml", pattern), one(t, "Dockerfile", `USER (\d+):`); got != want {
			t.Errorf("the chart's %s is %s, the image's user is %s", pattern, got, want)
		}
	}
	if folder := one(t, "Dockerfile", `ROOMSTREAM_DATA_DIR=(\S+)`); one(t, "Dockerfile", `VOLUME (\S+)`) != folder || one(t, "Dockerfile", `/out/data (\S+)`) != folder {
		t.Error("the image's data folder is not its volume")
	}
	if state := one(t, "roomstream.service", `StateDirectory=(\S+)`); one(t, "roomstream.service", `ROOMSTREAM_DATA_DIR=%S/(\S+)`) != state {
		t.Error("the unit's data folder is not its state directory")
	}
}

// Who supervises the program waits for longer than it takes to stop, however that is set.
func TestTheDeployFilesGiveAStopItsTime(t *testing.T) {
	least := int(DefaultConfig().ShutdownTimeout / time.Second)
	for what, seconds := range map[string]int{
		"the unit":  number(t, "roomstream.service", `TimeoutStopSec=(\d+)`),
		"compose":   number(t, "compose.yaml", `stop_grace_period: (1\d)s`),
		"the chart": number(t, "chart/templates/deployment.yaml", `terminationGracePeriodSeconds: {{ add .Values.termination.stopSeconds (\d+) }}`) + least,
	} {
		if seconds <= least {
			t.Errorf("%s kills after %d s, a stop takes %d s", what, seconds, least)
		}
	}
	delay, timeout := number(t, "chart/values.yaml", `delaySeconds: (\d+)`), number(t, "chart/values.yaml", `stopSeconds: (\d+)`)
	if _, err := (&Config{}).parse("serve", []string{fmt.Sprintf("-shutdown-delay=%ds", delay), fmt.Sprintf("-shutdown-timeout=%ds", timeout)}, func(string) string { return "" }, nil); err != nil {
		t.Errorf("the program refuses the chart's times: %v", err)
	}
}

// What SECURITY.md, and the table of hostile clients, say is held by a test, is: the test is there.
func TestTheDefencesOfTheSecurityPageHaveTheirTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, ".github", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(root, "server", "attacks", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(string(page), -1)
	inTable := regexp.MustCompile(`\b(Test\w+)`).FindAllStringSubmatch(string(table), -1)
	if len(named) < 30 || len(inTable) < 30 {
		t.Errorf("the page names %d tests, the table %d", len(named), len(inTable))
	}
	named = append(named, inTable...)
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return nil
		}
		body, err := os.ReadFile(file)
		for _, found := range declared.FindAllStringSubmatch(string(body), -1) {
			there[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range named {
		if !there[name[1]] {
			t.Errorf("SECURITY.md or server/attacks/doc.go names %s, which is no test", name[1])
		}
	}
	for _, name := range regexp.MustCompile("`(web/[^`]+\\.test\\.ts)`").FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name[1]))); err != nil {
			t.Errorf("SECURITY.md names a file of tests: %v", err)
		}
	}
}
