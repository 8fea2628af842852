//go:build soak

package faults

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	// soakInstances serve; the first of them, the elder, is never ended: it is the one whose memory is looked at.
	soakInstances = 3
	// warmUp is the share of the time after which all that is bounded and fills up is taken to be full.
	warmUp = 0.15
	// samples are taken of each quiet phase, a second apart: the median of some is no moment's garbage.
	samples = 5
	// onward bounds the wait for the chat to go on after a fault, on a machine that does other things, too.
	onward = 3 * time.Minute
)

// What may be more at the end than when all was warm. Goroutines and files come and go with elections; lists of what was said lately are bounded,
// and fill up to their bounds; the runtime gives memory back in large pieces.
const (
	moreGoroutines = 12
	moreFiles      = 4
	moreHeap       = 0.2
	moreHeapBytes  = 8 << 20
	moreRSS        = 0.25
	moreRSSBytes   = 24 << 20
)

// soak is a world in which things fail at random.
type soak struct {
	*world
	chance *rand.Rand
	faults map[string]int
}

// held is what the elder holds while nobody says anything.
type held struct {
	goroutines, files, cursors int
	heap, rss                  int // bytes, behind a collection
}

// Mixed load, members who come and go, files, and one fault after the other, some at once, for ROOMSTREAM_SOAK. Nothing that was acked is lost,
// and what the elder holds stays as it was when it was warm. ROOMSTREAM_SEED gives a run's choices again, though not its moments.
func TestSoak(t *testing.T) {
	total, err := time.ParseDuration(cmp.Or(os.Getenv("ROOMSTREAM_SOAK"), "30m"))
	if err != nil {
		t.Fatalf("ROOMSTREAM_SOAK: %v", err)
	}
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("ROOMSTREAM_SEED"); given != "" {
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("ROOMSTREAM_SEED: %v", err)
		}
	}
	t.Logf("the seed is %d: ROOMSTREAM_SEED=%d gives the same choices", seed, seed)
	s := &soak{world: start(t, soakInstances), chance: rand.New(rand.NewPCG(seed, seed)), faults: map[string]int{}}
	others := s.others()
	begun := time.Now()
	s.failUntil(begun.Add(time.Duration(warmUp * float64(total))))
	first := s.quiet(others)
	s.failUntil(begun.Add(total))
	last := s.quiet(others)
	t.Logf("%v with the faults %v", time.Since(begun).Round(time.Second), s.faults)
	t.Logf("the elder held %+v when it was warm, and %+v at the end", first, last)
	s.wantFlat(first, last)
	others.judge()
	s.rebase()
	s.finish()
}

// failUntil makes one fault after the other.
func (s *soak) failUntil(end time.Time) {
	s.t.Helper()
	for time.Now().Before(end) {
		s.fault()
		from := s.acks()
		within(s.t, onward, "acks after a fault", func() bool { return s.acks() >= from+warm/2 })
	}
}

// fault makes one at the database, one at the instances or one at the clients, or the first two at once.
func (s *soak) fault() {
	s.t.Helper()
	mended := func() {}
	where := s.chance.IntN(4)
	if where < 2 {
		mended = s.ofTheDatabase()
	}
	if where > 0 && where < 3 {
		s.ofAnInstance()
	}
	if where == 3 {
		s.ofTheNetwork()
	}
	mended()
}

func (s *soak) note(what string) { s.faults[what]++ }

// lasts is from one second up to most.
func (s *soak) lasts(most time.Duration) time.Duration {
	return time.Second + time.Duration(s.chance.Int64N(int64(most-time.Second)))
}

// ofTheDatabase begins a fault of the database, and gives what ends it.
func (s *soak) ofTheDatabase() (mend func()) {
	s.t.Helper()
	primary, lasting := s.set.Primary(s.t), s.lasts(6*time.Second)
	s.orphanAll()
	switch s.chance.IntN(5) {
	case 0:
		s.note("primary killed")
		primary.Kill(s.t)
		return func() { <-time.After(lasting); primary.Return(s.t); s.set.Heal(s.t) }
	case 1:
		s.note("primary paused")
		primary.Pause(s.t)
		return func() { <-time.After(lasting); s.set.Heal(s.t) }
	case 2:
		s.note("secondary paused")
		s.pauseSecondary()
		return func() { <-time.After(lasting); s.set.Heal(s.t) }
	case 3:
		s.note("cursors and sessions killed")
		s.killCursors(primary)
		_, err := primary.Try(bson.D{{Key: "killAllSessions", Value: bson.A{}}})
		if err != nil {
			s.t.Logf("kill all sessions: %v", err) // it may be primary no more
		}
		return func() {}
	}
	s.note("primary stepped down")
	s.stepDown()
	return func() { s.set.Heal(s.t) }
}

func (s *soak) pauseSecondary() {
	s.t.Helper()
	secondaries := s.set.Secondaries(s.t)
	secondaries[s.chance.IntN(len(secondaries))].Pause(s.t)
}

// ofAnInstance has one instance fail; the elder is only paused.
func (s *soak) ofAnInstance() {
	s.t.Helper()
	younger := s.instances[1+s.chance.IntN(soakInstances-1)]
	lasting := s.lasts(5 * time.Second)
	switch s.chance.IntN(3) {
	case 0:
		s.note("instance killed")
		younger.end(syscall.SIGKILL)
		s.orphaned += s.streams
		<-time.After(lasting)
		younger.start()
	case 1:
		s.note("instance restarted")
		younger.end(syscall.SIGTERM)
		younger.start()
	default:
		s.note("instance paused")
		paused := s.instances[s.chance.IntN(soakInstances)]
		paused.pause()
		<-time.After(lasting)
		paused.resume()
	}
}

// ofTheNetwork cuts the connections of all clients at once, or has the database cut those of the streams.
func (s *soak) ofTheNetwork() {
	s.t.Helper()
	if s.chance.IntN(2) == 0 {
		s.note("clients cut off")
		to := s.chance.IntN(soakInstances)
		for n, c := range s.clients {
			c.move(to + n)
		}
		return
	}
	s.note("streams cut off")
	s.orphanAll()
	cut := s.failNext(soakInstances, "getMore", bson.D{{Key: "closeConnection", Value: true}})
	<-time.After(s.lasts(3 * time.Second)) // streams may still be at a node that was primary before: then there is nothing to cut
	cut.off()
}

// quiet mends all, lets everything be acked and delivered, has the same clients at each instance, and measures the elder.
func (s *soak) quiet(others *others) held {
	s.t.Helper()
	s.set.Heal(s.t)
	for _, i := range s.instances {
		i.awaitReady()
	}
	s.hush(true)
	others.hush(true)
	for n, c := range s.clients {
		c.move(n % soakInstances)
	}
	s.agree()
	within(s.t, onward, "the clients to be at their instances", func() bool {
		clients, _ := s.instances[0].files()
		return clients == clientCount/soakInstances && others.idle()
	})
	within(s.t, onward, "the cursors of before to be forgotten", func() bool { return s.cursorsInUse() <= soakInstances*s.streams })
	var all []held
	for range samples {
		<-time.After(time.Second)
		all = append(all, s.hold())
	}
	s.hush(false)
	others.hush(false)
	median := func(of func(held) int) int {
		values := make([]int, len(all))
		for i, h := range all {
			values[i] = of(h)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return held{
		goroutines: median(func(h held) int { return h.goroutines }), files: median(func(h held) int { return h.files }), cursors: median(func(h held) int { return h.cursors }),
		heap: median(func(h held) int { return h.heap }), rss: median(func(h held) int { return h.rss }),
	}
}

func (s *soak) hold() held {
	s.t.Helper()
	elder := s.instances[0]
	h := held{heap: elder.heap(), rss: elder.rss(), cursors: s.cursorsInUse()}
	h.goroutines, _ = elder.goroutines()
	_, h.files = elder.files()
	return h
}

// cursorsInUse counts those of the database that were asked something lately: others belong to nobody any more.
func (s *soak) cursorsInUse() (n int) {
	s.t.Helper()
	const lately = 15 * time.Second
	for _, c := range s.allCursors() {
		if time.Since(c.Cursor.LastUsed) < lately {
			n++
		}
	}
	return n
}

func (s *soak) wantFlat(first, last held) {
	s.t.Helper()
	for _, bound := range []struct {
		what       string
		last, most int
	}{
		{"goroutines", last.goroutines, first.goroutines + moreGoroutines},
		{"open files", last.files, first.files + moreFiles},
		{"cursors", last.cursors, soakInstances * s.streams},
		{"bytes of memory in use", last.heap, int(float64(first.heap)*(1+moreHeap)) + moreHeapBytes},
		{"bytes of memory", last.rss, int(float64(first.rss)*(1+moreRSS)) + moreRSSBytes},
	} {
		if bound.last > bound.most {
			s.t.Errorf("the elder has %d %s at the end, and may have %d", bound.last, bound.what, bound.most)
		}
	}
}

// heap is what an instance has in use, in bytes, behind a collection.
func (i *instance) heap() (bytes int) {
	i.t.Helper()
	body := i.ask("/memory")
	if _, err := fmt.Sscanf(body, "heap %d", &bytes); err != nil {
		i.t.Fatalf("%v: %.200s", err, body)
	}
	return bytes
}

// rss is what an instance has of the machine's memory, in bytes.
func (i *instance) rss() int {
	i.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", i.cmd.Process.Pid))
	if err != nil {
		i.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(size), " kB"))
			if err != nil {
				i.t.Fatal(err)
			}
			return n << 10
		}
	}
	i.t.Fatal("the process has no VmRSS")
	return 0
}
