package hooks

import (
	"net/netip"
	"testing"
	"time"

	"roomstream/rooms"
)

func TestGuard(t *testing.T) {
	inside := []string{
		"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3", "100.64.0.1",
		"100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1",
	}
	for _, text := range inside {
		if (guard{}).check(netip.MustParseAddr(text)) == nil {
			t.Errorf("%s is let through", text)
		}
		if err := (guard{private: true}).check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s where private ones are allowed: %v", text, err)
		}
		if (guard{}).control("tcp", netip.AddrPortFrom(netip.MustParseAddr(text), 80).String(), nil) == nil {
			t.Errorf("%s is dialled", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00::1"} {
		if err := (guard{}).check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if (guard{}).control("tcp", "example.com:80", nil) == nil {
		t.Error("a name is dialled")
	}
}

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
