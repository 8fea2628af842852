package hooks

import (
	"testing"
	"time"

	"roomstream/rooms"
)

func TestBackoffGrowsAndIsBounded(t *testing.T) {
	for _, c := range []struct {
		attempts int
		most     time.Duration
	}{{1, time.Second}, {2, 2 * time.Second}, {5, 16 * time.Second}, {11, 1024 * time.Second}, {12, 30 * time.Minute}, {1000, 30 * time.Minute}} {
		least, most := c.most, time.Duration(0)
		for range 1000 {
			d := backoff(c.attempts)
			least, most = min(least, d), max(most, d)
		}
		if least < c.most/2 || most > c.most || most-least < c.most/4 {
			t.Errorf("after %d failures it waits %s to %s, want %s to %s", c.attempts, least, most, c.most/2, c.most)
		}
	}
}

// take empties a schedule of what may run.
func take(s *schedule) (keys []jobKey) {
	for {
		key, ok := s.next()
		if !ok {
			return keys
		}
		keys = append(keys, key)
	}
}

func TestTheScheduleIsFairAndBounded(t *testing.T) {
	now := time.Unix(0, 0)
	s := newSchedule(func() time.Time { return now })
	for n := range 100 {
		s.add(jobKey{"big", rooms.RoomID(rune('a' + n))}, 0)
	}
	s.add(jobKey{"small", "a"}, 0)
	s.add(jobKey{"small", "a"}, 0) // it waits already
	running := take(s)
	count := map[string]int{}
	for _, key := range running {
		count[key.hook]++
	}
	if count["big"] != perHook || count["small"] != 1 {
		t.Fatalf("running are %v", count)
	}
	s.add(jobKey{"small", "a"}, 0)          // while it runs: once more
	s.done(jobKey{"small", "a"}, outcome{}) //
	if again := take(s); len(again) != 1 || again[0].hook != "small" {
		t.Fatalf("running again are %v", again)
	}
	s.done(jobKey{"small", "a"}, outcome{after: time.Minute, tried: true, fails: true})
	s.add(jobKey{"small", "a"}, 0) // a ring does not shorten the wait
	s.add(jobKey{"small", "b"}, 0)
	s.add(jobKey{"small", "c"}, 0)
	if one := take(s); len(one) != perFailing || one[0].room != "b" {
		t.Fatalf("of a hook that fails run %v", one)
	}
	s.done(jobKey{"small", "b"}, outcome{tried: true})
	if rest := take(s); len(rest) != 1 || rest[0].room != "c" {
		t.Fatalf("then run %v", rest)
	}
	now = now.Add(time.Minute)
	if rest := take(s); len(rest) != 1 || rest[0] != (jobKey{"small", "a"}) {
		t.Fatalf("when its time has come run %v", rest)
	}
	s.drop("big")
	for _, key := range running {
		if key.hook == "big" {
			s.done(key, outcome{more: true})
		}
	}
	if rest := take(s); len(rest) != perHook {
		t.Errorf("after a drop run %d, want what ran before", len(rest))
	}
	for n := range 100 {
		s.add(jobKey{string(rune('A' + n)), "a"}, 0)
	}
	if take(s); s.total != perInstance {
		t.Errorf("%d run at once, want %d", s.total, perInstance)
	}
}

func TestBeforeStandsRightBelow(t *testing.T) {
	for _, room := range []rooms.RoomID{"a", "-", "general", "a.b", "A", "0"} {
		if b := before(room); b >= room || b <= room[:len(room)-1]+rooms.RoomID(rune(room[len(room)-1]-1))+"zzz" {
			t.Errorf("before %q stands %q", room, b)
		}
	}
}
