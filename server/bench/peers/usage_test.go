package peers

import (
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const stat = "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 7 8 20 0 9 0 12345 0 0\n"
	if got, err := parseStat(stat); got != 2*time.Second || err != nil {
		t.Errorf("%s, %v; want 2s", got, err)
	}
	for _, broken := range []string{"", "42 (a) S 1", "42 (a) S 1 42 42 0 -1 4194304 100 0 0 0 x 50 7"} {
		if _, err := parseStat(broken); err == nil {
			t.Errorf("%q: no error", broken)
		}
	}
}

func TestParseRollup(t *testing.T) {
	const rollup = "5587-7ffc ---p 00000000 00:00 0    [rollup]\nRss:               24592 kB\nPss:               12000 kB\n"
	if got, err := parseRollup(rollup); got != 24592<<10 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := parseRollup("Pss: 1 kB\n"); err == nil {
		t.Error("no Rss: no error")
	}
}
