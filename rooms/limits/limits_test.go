package limits_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/limits"
)

// clock is set by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func parse(t testing.TB, text string) limits.Rate {
	t.Helper()
	r, err := limits.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestABurstThenOneInEach(t *testing.T) {
	c := newClock()
	l := limits.New("sends", parse(t, "2/s burst 3"), c.now)
	for i := range 3 {
		if wait := l.Take("ann"); wait != 0 {
			t.Fatalf("%d of the burst is to wait %s", i, wait)
		}
	}
	for range 5 { // to ask too early costs nothing
		if wait := l.Take("ann"); wait != 500*time.Millisecond {
			t.Fatalf("behind the burst: to wait %s", wait)
		}
	}
	if wait := l.Take("bob"); wait != 0 {
		t.Errorf("another is to wait %s", wait)
	}
	c.pass(499 * time.Millisecond)
	if wait := l.Take("ann"); wait != time.Millisecond {
		t.Errorf("a millisecond before its time: to wait %s", wait)
	}
	c.pass(time.Millisecond)
	if wait := l.Take("ann"); wait != 0 {
		t.Errorf("at its time: to wait %s", wait)
	}
	if l.Take("ann") == 0 {
		t.Error("at its time there is more than one")
	}
	c.pass(time.Hour) // no more than the burst comes together
	for i := range 3 {
		if wait := l.Take("ann"); wait != 0 {
			t.Fatalf("%d of the next burst is to wait %s", i, wait)
		}
	}
	if l.Take("ann") == 0 {
		t.Error("a burst grew while it was not used")
	}
	if got := l.Refused(); got != 8 {
		t.Errorf("it refused 8 times and counted %d", got)
	}
}

func TestAPairCountsByItself(t *testing.T) {
	l := limits.New("room_sends", parse(t, "1/h burst 1"), newClock().now)
	for _, pair := range [][2]string{{"ann", "general"}, {"ann", "random"}, {"bob", "general"}, {"general", "ann"}, {"ann", ""}, {"", "ann"}, {"annge", "neral"}, {"ann", "ann"}, {"bob", "bob"}} {
		if wait := l.TakeIn(pair[0], pair[1]); wait != 0 {
			t.Errorf("%q is to wait %s", pair, wait)
		}
		if wait := l.TakeIn(pair[0], pair[1]); wait != time.Hour {
			t.Errorf("%q is to wait %s the second time", pair, wait)
		}
	}
}

func TestNoLimitRefusesNobody(t *testing.T) {
	l := limits.New("sends", parse(t, "0"), nil)
	p := limits.NewPlaces("connections", 0)
	for range 10_000 {
		if l.Take("a") != 0 || l.TakeIn("a", "b") != 0 || !p.Enter("a") {
			t.Fatal("refused")
		}
	}
	p.Leave("a")
	if l.Refused() != 0 || p.Refused() != 0 {
		t.Error("something was counted")
	}
}

// TestAFloodOfKeysBringsNobodyToBeRefused fills the table twice over, so that whatever can be pushed out is.
func TestAFloodOfKeysBringsNobodyToBeRefused(t *testing.T) {
	l := limits.New("reads", parse(t, "1/h burst 3"), newClock().now)
	const honest = 100
	for i := range 2*limits.MaxKeys + 1 {
		if wait := l.Take(fmt.Sprint("flood ", i)); wait != 0 {
			t.Fatalf("key %d, which is new, is to wait %s", i, wait)
		}
		if i > 0 && i%limits.MaxKeys == 0 {
			for h := range honest {
				if wait := l.Take(fmt.Sprint("honest ", h)); wait != 0 {
					t.Fatalf("somebody within his burst is to wait %s", wait)
				}
			}
		}
	}
}

// TestAFloodOfKeysFreesNobody: who has used up his burst stays refused, however many come who have not.
func TestAFloodOfKeysFreesNobody(t *testing.T) {
	l := limits.New("reads", parse(t, "1/h burst 3"), newClock().now)
	const greedy = 50
	for g := range greedy {
		for range 3 {
			l.Take(fmt.Sprint("greedy ", g))
		}
	}
	for i := range limits.MaxKeys + limits.MaxKeys/2 {
		l.Take(fmt.Sprint("flood ", i))
	}
	for g := range greedy {
		if l.Take(fmt.Sprint("greedy ", g)) == 0 {
			t.Errorf("number %d was forgotten", g)
		}
	}
}

func TestManyAtOnceTakeNoMoreThanThereIs(t *testing.T) {
	const burst, askers, each = 1000, 8, 500
	l := limits.New("sends", parse(t, "1/h burst 1000"), newClock().now)
	p := limits.NewPlaces("connections", burst)
	var mu sync.Mutex
	var taken, entered int
	var group sync.WaitGroup
	for range askers {
		group.Go(func() {
			mine, in := 0, 0
			for range each {
				if l.Take("ann") == 0 {
					mine++
				}
				if p.Enter("ann") {
					in++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			taken, entered = taken+mine, entered+in
		})
	}
	group.Wait()
	if taken != burst || entered != burst || l.Refused() != askers*each-burst || p.Refused() != askers*each-burst {
		t.Errorf("%d of %d were taken, %d places; %d and %d refused", taken, burst, entered, l.Refused(), p.Refused())
	}
}

func TestPlacesAreGivenBack(t *testing.T) {
	p := limits.NewPlaces("connections", 2)
	enter := p.Enter
	if got := []bool{enter("a"), enter("a"), enter("a"), enter("b")}; !slices.Equal(got, []bool{true, true, false, true}) {
		t.Fatalf("not two places each: %v", got)
	}
	p.Leave("a")
	if got := []bool{enter("a"), enter("a")}; !slices.Equal(got, []bool{true, false}) {
		t.Errorf("a place that was given back is not there, or twice: %v", got)
	}
}

func TestARateIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]limits.Rate{
		"0": {}, "20/s burst 60": {Every: 50 * time.Millisecond, Burst: 60}, " 3/m  burst 1 ": {Every: 20 * time.Second, Burst: 1},
		"1/h burst 1000000": {Every: time.Hour, Burst: 1_000_000},
	} {
		if got, err := limits.ParseRate(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "20", "20/s", "20/s burst", "20/d burst 1", "/s burst 1", "0/s burst 1", "1/s burst 0", "-1/s burst 1", "1/s burst 1 more", "1000001/s burst 1", "1/s burst 1000001", "1.5/s burst 2", "1/ burst 2", "1 burst 2"} {
		if got, err := limits.ParseRate(text); err == nil || !strings.Contains(err.Error(), "20/s burst 60") {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func TestAnAddressIsOneCustomer(t *testing.T) {
	for peer, want := range map[string]string{
		"192.0.2.1:1234": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "[2001:db8:1:3::1]:1": "2001:db8:1:3::/64",
		"[fe80::1%eth0]:1": "fe80::/64", "@": "@",
	} {
		if got := limits.Address(peer); got != want {
			t.Errorf("%s is %s, want %s", peer, got, want)
		}
	}
}

func TestADecisionAllocatesNothing(t *testing.T) {
	l := limits.New("sends", parse(t, "1000000/s burst 1000000"), nil)
	l.Take("ann")
	l.TakeIn("ann", "general")
	if n := testing.AllocsPerRun(1000, func() {
		l.Take("ann")
		l.TakeIn("ann", "general")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkTake is one user's send, as the hot path has it.
func BenchmarkTake(b *testing.B) {
	l := limits.New("room_sends", parse(b, "1000000/s burst 1000000"), nil)
	b.ReportAllocs()
	for b.Loop() {
		l.TakeIn("an-ordinary-user-id", "general")
	}
}

// BenchmarkTakeOfMany has as many keys as there may be, from all processors.
func BenchmarkTakeOfMany(b *testing.B) {
	l := limits.New("room_sends", parse(b, "1/h burst 1000000"), nil)
	keys := make([]string, limits.MaxKeys)
	for i := range keys {
		keys[i] = fmt.Sprint("user-", i)
		l.Take(keys[i])
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			l.Take(keys[i%len(keys)])
		}
	})
}

// BenchmarkKeys tells what a remembered key takes, at a tenth of what there may be and at all.
func BenchmarkKeys(b *testing.B) {
	for _, keys := range []int{limits.MaxKeys / 10, limits.MaxKeys} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			var l *limits.Limiter
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				l = limits.New("sends", parse(b, "1/h burst 10"), nil)
				for i := range keys {
					l.Take(fmt.Sprint("user-", i))
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(keys), "bytes/key")
			}
			runtime.KeepAlive(l)
		})
	}
}
