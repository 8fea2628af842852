package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestResultsAreMediansBesideOurs(t *testing.T) {
	cpu := Figure{Name: "CPU", Unit: "us"}
	rate := Figure{Name: "rate", Unit: "1/s", Best: High}
	low, high := Case{Label: "few", X: 10}, Case{Label: "many", X: 1000}
	bars := &Section{Name: "bars", Title: "Bars", Figures: []Figure{cpu, rate}, Cases: []Case{low, high}}
	for _, v := range []float64{2, 9, 1} {
		bars.Add(low, ours, cpu, v)
		bars.Add(low, "node", cpu, 10*v)
	}
	bars.Add(high, ours, rate, 1234.4)
	bars.Fail(high, "node", errors.New("sender 3: lost\nor overtaken"))
	bars.Fail(high, "node", errors.New("sender 3: lost\nor overtaken"))
	curve := &Section{Name: "curve", Title: "Curve", XName: "members", LogX: true, Figures: []Figure{cpu}, Cases: []Case{low, high}}
	curve.Add(low, ours, cpu, 1)
	curve.Add(high, ours, cpu, 2)
	bars.Measured = Measured{Begun: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Took: 90 * time.Second, Commit: "abc", Load: 0.25, Repeat: 3}
	empty := &Section{Name: "empty", Title: "Nothing", Figures: []Figure{cpu}, Cases: []Case{low}}
	r := Results{Sections: []*Section{bars, empty, curve}}

	dir := t.TempDir()
	if err := r.WriteFolder(dir); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Measured 3 times on 2026-03-01 in 1m30s, at commit abc; the load average was 0.25 before the bench began. (`-only bars`)",
		"| few | CPU, us | 2.00 [1.00, 9.00] | 20.0 [10.0, 90.0] x 10.0 |",
		"| many | rate, 1/s | 1234 | failed |",
		"node, many, failed: sender 3: lost or overtaken\n",
		"![CPU](plots/curve-1.svg)",
	} {
		if !strings.Contains(string(written), want) {
			t.Errorf("%q is missing in\n%s", want, written)
		}
	}
	if strings.Contains(string(written), "Nothing") {
		t.Error("a section without a value is shown")
	}
	if n := strings.Count(string(written), "lost or overtaken"); n != 1 {
		t.Errorf("one failure is told %d times", n)
	}
	for name, word := range map[string]string{"bars-1.svg": "node", "bars-2.svg": "many", "curve-1.svg": "members"} {
		svg, err := os.ReadFile(filepath.Join(dir, "plots", name))
		if err != nil || !bytes.Contains(svg, []byte("<svg")) || !bytes.Contains(svg, []byte(word)) {
			t.Errorf("%s: %v, %d bytes; want a drawing with the word %s", name, err, len(svg), word)
		}
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil || strings.Contains(text.String(), "plots/") {
		t.Errorf("the text names plots, or %v", err)
	}
}

func TestOneSectionIsMeasuredAgain(t *testing.T) {
	cpu := Figure{Name: "CPU", Unit: "us"}
	few, many := Case{Label: "few"}, Case{Label: "many"}
	both := func() (first, second *Section) {
		return &Section{Name: "first", Title: "First", Figures: []Figure{cpu}, Cases: []Case{few, many}}, &Section{Name: "second", Title: "Second", Figures: []Figure{cpu}, Cases: []Case{few}}
	}
	machine := Machine{CPU: "one", Cores: 2}
	first, second := both()
	first.Add(few, ours, cpu, 1.25)
	first.Add(few, ours, cpu, 3)
	first.Add(few, "node", cpu, 5)
	first.Fail(many, "node", errors.New("lost"))
	first.Measured = Measured{Begun: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Commit: "abc", Repeat: 2}
	second.Add(few, ours, cpu, 7)
	dir := t.TempDir()
	before := Results{Machine: machine, Sections: []*Section{first, second}}
	if err := before.Restore(dir); err != nil {
		t.Fatal(err)
	}
	if err := before.WriteFolder(dir); err != nil {
		t.Fatal(err)
	}
	first, second = both()
	after := Results{Machine: machine, Sections: []*Section{first, second}}
	if err := after.Restore(dir); err != nil {
		t.Fatal(err)
	}
	second.Clear()
	second.Add(few, ours, cpu, 8)
	if err := after.WriteFolder(dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| load | figure | roomstream | node |", "| few | CPU, us | 2.12 [1.25, 3.00] | 5.00 x 2.35 |", "node, many, failed: lost\n",
		"Measured 2 times on 2026-03-01 in 0s, at commit abc;", "| few | CPU, us | 8.00 |",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%q is missing in\n%s", want, b)
		}
	}
	elsewhere := Results{Machine: Machine{CPU: "another", Cores: 2}, Sections: []*Section{second}}
	if err := elsewhere.Restore(dir); err == nil || !strings.Contains(err.Error(), "another machine") {
		t.Errorf("results of another machine: %v", err)
	}
}

func TestTargetsAreReachedOrMissed(t *testing.T) {
	cpu := Figure{Name: "CPU", Unit: "us"}
	rate := Figure{Name: "rate", Unit: "1/s", Best: High}
	few := Case{Label: "few"}
	s := &Section{Name: "load", Figures: []Figure{cpu, rate}, Cases: []Case{few}}
	for _, v := range []float64{1, 2, 30} {
		s.Add(few, ours, cpu, v)
	}
	s.Add(few, "node", cpu, 4)
	s.Add(few, ours, rate, 100)
	s.Add(few, "node", rate, 60)
	target := func(f Figure, bound float64, of string) Target {
		return Target{Section: "load", Label: "few", Figure: f, Bound: bound, Of: of}
	}
	r := Results{Sections: []*Section{s}, Targets: []Target{
		target(cpu, 2, ""), target(cpu, 1.5, ""), target(cpu, 0.5, "node"), target(cpu, 0.25, "node"),
		target(rate, 100, ""), target(rate, 101, ""), target(rate, 1.5, "node"), target(rate, 2, "node"),
		target(Figure{Name: "memory", Unit: "KiB"}, 1, ""), target(cpu, 1, "floor"), {Section: "other", Label: "few", Figure: cpu, Bound: 1},
	}}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(text.String(), "|---|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	want := []string{
		"| load: few | CPU, us | at most 2.00 | 2.00 | reached |",
		"| load: few | CPU, us | at most 1.50 | 2.00 | **missed**: 1.33 x the bound |",
		"| load: few | CPU, us | at most 2.00 (0.5 x node) | 2.00 | reached |",
		"| load: few | CPU, us | at most 1.00 (0.25 x node) | 2.00 | **missed**: 2.00 x the bound |",
		"| load: few | rate, 1/s | at least 100 | 100 | reached |",
		"| load: few | rate, 1/s | at least 101 | 100 | **missed**: 0.99 x the bound |",
		"| load: few | rate, 1/s | at least 90.0 (1.50 x node) | 100 | reached |",
		"| load: few | rate, 1/s | at least 120 (2.00 x node) | 100 | **missed**: 0.83 x the bound |",
		"| load: few | memory, KiB | | | **not measured** |",
	}
	if got := strings.Split(strings.TrimSpace(table), "\n"); !slices.Equal(got, want) {
		t.Errorf("the table is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNumbersShowThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0123: "0.012", 0.5: "0.5", 1.234: "1.23", 12.34: "12.3", 1234.5: "1234"} {
		if got := number(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}
