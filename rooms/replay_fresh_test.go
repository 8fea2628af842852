package rooms

import (
	"testing"
	"time"
)

func TestAHeartbeatThatWaitedThroughAPauseTellsNothingOfNow(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	h := &heartbeats{now: func() time.Time { return at }}
	step := func(what string, d time.Duration, do func(), want bool) {
		t.Helper()
		at = at.Add(d)
		do()
		if h.lately() != want {
			t.Fatalf("%s: lately is %v", what, !want)
		}
	}
	nothing := func() {}
	step("before the first", 0, h.begins, false)
	step("the first came", time.Second, h.came, true)
	step("the second is on its way", 2*time.Second, h.begins, true)
	step("a pause", 10*time.Second, nothing, false)
	step("the third is on its way", 0, h.begins, false)
	step("the second came after the pause", 0, h.came, false)
	step("the third came", 0, h.came, true)
	step("the third is old", beatLost, nothing, false)
	step("one that fails", 0, h.begins, false)
	step("it failed", 0, h.failed, false)
	step("one that another program sent came", 0, h.came, false)
	step("one that is lost with its stream", 0, h.begins, false)
	step("a new stream", 3*beatLost, h.reopened, false)
	step("the next", 0, h.begins, false)
	step("it came", 0, h.came, true)
}
