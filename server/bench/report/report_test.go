package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	r := Results{Command: "task bench -- ", Repeat: 3, Sections: []*Section{bars, curve}}

	dir := t.TempDir()
	if err := r.WriteFolder(dir); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Measured by `task bench` on",
		"| few | CPU, us | 2.00 [1.00, 9.00] | 20.0 [10.0, 90.0] x 10.0 |",
		"| many | rate, 1/s | 1234 | failed |",
		"node, many, failed: sender 3: lost or overtaken\n",
		"![CPU](plots/curve-1.svg)",
	} {
		if !strings.Contains(string(written), want) {
			t.Errorf("%q is missing in\n%s", want, written)
		}
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

func TestNumbersShowThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0123: "0.012", 0.5: "0.5", 1.234: "1.23", 12.34: "12.3", 1234.5: "1234"} {
		if got := number(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}
