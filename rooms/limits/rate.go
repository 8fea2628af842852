package limits

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rate is how often something may be: Burst times at once, then once in each Every. The zero Rate is no limit.
type Rate struct {
	Every time.Duration
	Burst int
}

// maxCount bounds both numbers of a rate as it is written: beyond it there is nothing to limit, and burst times Every stays
// a duration.
const maxCount = 1_000_000

// units are what a rate may be written in.
var units = []struct {
	name string
	per  time.Duration
}{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}}

// Off says whether there is no limit.
func (r Rate) Off() bool { return r.Every <= 0 || r.Burst <= 0 }

// ParseRate reads "20/s burst 60", also per m or h, or "0": no limit.
func ParseRate(text string) (Rate, error) {
	refused := fmt.Errorf("%q is no rate: write it like 20/s burst 60 (per s, m or h; each number from 1 to %d), or 0 for no limit", text, maxCount)
	fields := strings.Fields(text)
	if len(fields) == 1 && fields[0] == "0" {
		return Rate{}, nil
	}
	if len(fields) != 3 || fields[1] != "burst" {
		return Rate{}, refused
	}
	count, unit, _ := strings.Cut(fields[0], "/")
	n, err := strconv.Atoi(count)
	burst, burstErr := strconv.Atoi(fields[2])
	if err != nil || burstErr != nil || n < 1 || n > maxCount || burst < 1 || burst > maxCount {
		return Rate{}, refused
	}
	for _, u := range units {
		if u.name == unit {
			return Rate{Every: u.per / time.Duration(n), Burst: burst}, nil
		}
	}
	return Rate{}, refused
}
