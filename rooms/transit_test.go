package rooms

import (
	"testing"
	"time"
)

func TestTransitMeasuresEachEventOnceAndOnlyItsOwn(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	now := func() time.Time { return at }
	own, others := newIDs(), newIDs()
	m := newTransit(own, now)
	ours, theirs, never := Event{ID: own.next(at)}, Event{ID: others.next(at)}, Event{ID: own.next(at)}
	m.began([]*item{{event: &ours}, {event: &theirs}})
	at = at.Add(time.Second)
	m.arrived([]Event{ours, theirs, never})
	m.arrived([]Event{ours})
	if b := m.times.Read(); b.Count != 1 || b.Sum != int64(time.Second) {
		t.Errorf("%+v was measured", b)
	}
}

func TestTransitForgetsWhatIsTooLongOnItsWay(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	ids := newIDs()
	m := newTransit(ids, func() time.Time { return at })
	first := Event{ID: ids.next(at)}
	m.began([]*item{{event: &first}})
	var last Event
	for range transitSlots {
		last = Event{ID: ids.next(at)}
	}
	m.began([]*item{{event: &last}}) // takes the place of the first
	at = at.Add(time.Second)
	m.arrived([]Event{first})
	if n := m.times.Read().Count; n != 0 {
		t.Errorf("%d were measured by the time of another", n)
	}
	m.arrived([]Event{last})
	if n := m.times.Read().Count; n != 1 {
		t.Errorf("%d were measured", n)
	}
}

func TestLagIsWhatTheLastHeartbeatTookOrTheNextTakesAlready(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	h := &heartbeats{now: func() time.Time { return at }}
	step := func(what string, d time.Duration, do func(), want time.Duration) {
		t.Helper()
		at = at.Add(d)
		do()
		if got := h.lag(); got != want {
			t.Fatalf("%s: the lag is %s, not %s", what, got, want)
		}
	}
	nothing := func() {}
	step("before the first", 0, nothing, 0)
	step("it was sent", 0, h.begins, 0)
	step("it came", 3*time.Second, h.came, 3*time.Second)
	step("a quiet minute", time.Minute, nothing, 3*time.Second)
	step("the next was sent", 0, h.begins, 3*time.Second)
	step("it takes less so far", time.Second, nothing, 3*time.Second)
	step("it takes longer", 9*time.Second, nothing, 10*time.Second)
	step("another was sent", 0, h.begins, 10*time.Second)
	step("the stream opened anew", 0, h.reopened, 3*time.Second)
	step("the next was sent", 0, h.begins, 3*time.Second)
	step("it came at once", 0, h.came, 0)
}
