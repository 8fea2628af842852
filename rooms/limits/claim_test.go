package limits_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms/limits"
)

func TestTwoClaimsAreTakenTogetherOrNotAtAll(t *testing.T) {
	c := newClock()
	inRoom, inAll := limits.New("room_sends", parse(t, "1/h burst 2"), c.now), limits.New("sends", parse(t, "1/m burst 1"), c.now)
	both := func(refuses *limits.Limiter, wait time.Duration) {
		t.Helper()
		by, w := limits.TakeBoth(inRoom.In("ann", "general"), inAll.Of("ann"))
		if by != refuses || w != wait {
			t.Errorf("to wait %s, because of %v; want %s, %v", w, by, wait, refuses)
		}
	}
	both(nil, 0)
	for range 5 { // the first one's claim is not used up by what the second refuses
		both(inAll, time.Minute)
	}
	c.pass(time.Minute)
	both(nil, 0)
	c.pass(time.Minute)
	both(inRoom, 58*time.Minute)
	if wait := inAll.Take("ann"); wait != 0 {
		t.Errorf("what the first refuses uses up the second: to wait %s", wait)
	}
	both(inRoom, 58*time.Minute) // both refuse: the longer wait counts
	if inRoom.Refused() != 2 || inAll.Refused() != 5 {
		t.Errorf("%d and %d refusals are counted, want 2 and 5", inRoom.Refused(), inAll.Refused())
	}
	if _, wait := limits.TakeBoth(inRoom.In("ann", "random"), (*limits.Limiter)(nil).Of("ann")); wait != 0 {
		t.Errorf("another room, without the second limit: to wait %s", wait)
	}
}

func TestWhatIsGivenBackIsThereAgain(t *testing.T) {
	c := newClock()
	l := limits.New("handshakes", parse(t, "1/h burst 2"), c.now)
	l.Of("a").Return() // nothing was taken: there is no more than the burst
	take := func(want time.Duration) {
		t.Helper()
		if wait := l.Take("a"); wait != want {
			t.Errorf("to wait %s, want %s", wait, want)
		}
	}
	take(0)
	take(0)
	take(time.Hour)
	l.Of("a").Return()
	take(0)
	take(time.Hour)
	l.Of("b").Return() // another's
	take(time.Hour)
	c.pass(3 * time.Hour)
	l.Of("a").Return() // the burst is whole by now
	take(0)
	take(0)
	take(time.Hour)
	(*limits.Limiter)(nil).Of("a").Return()
}

// TestTogetherNoMoreIsTakenThanThereIs has many ask for two limits at once and give some back.
func TestTogetherNoMoreIsTakenThanThereIs(t *testing.T) {
	const burst, askers, each = 1000, 8, 500
	c := newClock()
	first, second := limits.New("a", parse(t, "1/h burst 1000000"), c.now), limits.New("b", parse(t, "1/h burst 1000"), c.now)
	var kept atomic.Int64
	var group sync.WaitGroup
	for range askers {
		group.Go(func() {
			for i := range each {
				a, b := first.Of("ann"), second.Of("ann")
				if _, wait := limits.TakeBoth(a, b); wait > 0 {
					continue
				}
				if i%4 == 0 {
					a.Return()
					b.Return()
					continue
				}
				kept.Add(1)
			}
		})
	}
	group.Wait()
	for second.Take("ann") == 0 {
		kept.Add(1)
	}
	if kept.Load() != burst {
		t.Errorf("%d were taken and kept, want %d", kept.Load(), burst)
	}
}

func TestTwoClaimsAllocateNothing(t *testing.T) {
	a, b := limits.New("a", parse(t, "1000000/s burst 1000000"), nil), limits.New("b", parse(t, "1000000/s burst 1000000"), nil)
	if n := testing.AllocsPerRun(1000, func() { limits.TakeBoth(a.In("ann", "general"), b.Of("ann")) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkTakeBoth is one user's send, as the hot path has it.
func BenchmarkTakeBoth(b *testing.B) {
	inRoom := limits.New("room_sends", parse(b, "1000000/s burst 1000000"), nil)
	inAll := limits.New("sends", parse(b, "1000000/s burst 1000000"), nil)
	b.ReportAllocs()
	for b.Loop() {
		limits.TakeBoth(inRoom.In("an-ordinary-user-id", "general"), inAll.Of("an-ordinary-user-id"))
	}
}
