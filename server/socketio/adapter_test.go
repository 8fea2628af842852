package socketio

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/server/engineio"
)

// size is how many members there are.
func (a *adapter) size() int { return len(a.everybody()) }

func (a *adapter) everybody() []*member {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Collect(maps.Values(a.members))
}

// list is who is in a room.
func (a *adapter) list(name string) []*member {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if r := a.rooms[name]; r != nil {
		return slices.Clone(r.list)
	}
	return nil
}

// trio is three clients; a and b are in the room "ab", b and c in "bc".
func trio(t *testing.T) (s *stage, clients map[string]*rawClient, links map[string]link) {
	t.Helper()
	s = newStage(t)
	clients, links = map[string]*rawClient{}, map[string]link{}
	for name, in := range map[string][]string{"a": {"ab"}, "b": {"ab", "bc"}, "c": {"bc"}} {
		c := s.join()
		clients[name], links[name] = c, s.chat.last(t).link
		for _, room := range in {
			c.ask("join", fmt.Sprintf("%q", room))
		}
	}
	return s, clients, links
}

func TestEachIsToldWhatIsForHim(t *testing.T) {
	s, clients, links := trio(t)
	a, b, c := links["a"].ID(), links["b"].ID(), links["c"].ID()
	for i, tc := range []struct {
		tell func(packets [][]byte)
		to   string
	}{
		{func(p [][]byte) { s.io.broadcast("ab", p) }, "ab"},
		{func(p [][]byte) { s.io.broadcast("bc", p) }, "bc"},
		{func(p [][]byte) { s.io.broadcastExcept("ab", p, a) }, "b"},
		{func(p [][]byte) { s.io.broadcastExcept("ab", p, c) }, "ab"}, // who is not in it anyway
		{func(p [][]byte) { s.io.broadcast("nobody", p) }, ""},
		{func(p [][]byte) { s.io.adapter.send([]string{c, a, "gone"}, p) }, "ac"},
		{func(p [][]byte) { s.io.adapter.send([]string{b}, p) }, "b"},
	} {
		tc.tell([][]byte{eventPacket("n", fmt.Append(nil, i))})
		for name, c := range clients {
			if strings.Contains(tc.to, name) {
				c.expect(fmt.Sprintf(`42["n",%d]`, i))
			}
			c.healthy() // and heard nothing else: next is strict
		}
	}
}

// TestAnswersToWhatNobodyAskedAreDropped: the server asks its clients nothing.
func TestAnswersToWhatNobodyAskedAreDropped(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.text(`43999["nobody asked"]`)
	c.text(`430[]`)
	c.healthy()
	for _, text := range []string{"431", `43["x"]`, `431{"a":1}`, "431null", `431[`} {
		refused(t, s, engineio.ClosePolicy, textFrame(text))
	}
}

// TestJoinAfterTheEndIsNone holds a race open: a Join that comes after its socket has left.
func TestJoinAfterTheEndIsNone(t *testing.T) {
	s := newStage(t)
	for range 50 {
		c := s.join()
		m := s.chat.last(t).link.(*member)
		var joining sync.WaitGroup
		joining.Go(func() {
			for range 100 {
				m.Join("late")
			}
		})
		c.conn.Close()
		joining.Wait()
		within(t, "it to be gone", func() bool { return s.io.Connections() == 0 })
		within(t, "it to have left", func() bool { return s.io.members("late") == 0 })
		m.Join("late")
		if n := s.io.members("late"); n != 0 {
			t.Fatalf("%d members after the end", n)
		}
	}
}

// filled is a stage with many members in the log's room "general", who count what they receive.
func filled(t *testing.T, members int) (*stage, *receipts) {
	t.Helper()
	s, got := newStage(t, calm), newReceipts()
	for range members {
		c := s.join()
		c.ask("join", `"room-general"`)
		c.conn.SetDeadline(time.Time{})
		go io.Copy(got, c.conn)
	}
	return s, got
}

// TestADeliveryAllocatesNothing emits a burst of the log's events to the many members of a room, and counts what is
// allocated until all of them have it: what all share, and nothing for each.
func TestADeliveryAllocatesNothing(t *testing.T) {
	const members = 200
	s, got := filled(t, members)
	events := []rooms.Event{message("general", 1, 100), message("general", 2, 100)}
	size := members * len(engineio.EncodeRun(eventPackets(events)))
	n := testing.AllocsPerRun(100, func() {
		got.after(size, func() { emitEvents(s.io, "general", events) })
	})
	// What all share is some for each event; one for each member would be 200.
	bound := 10.0
	if raceDetector {
		bound = members / 4
	}
	if n > bound {
		t.Errorf("%v allocations for %d deliveries", n, members*len(events))
	}
}

// TestDeliveriesThatWaitTogetherAllocateNothing emits faster than is written, so that runs wait for every member.
func TestDeliveriesThatWaitTogetherAllocateNothing(t *testing.T) {
	const members, runs = 200, 20
	s, got := filled(t, members)
	events := []rooms.Event{message("general", 1, 100)}
	size := runs * members * len(engineio.EncodeRun(eventPackets(events)))
	n := testing.AllocsPerRun(50, func() {
		got.after(size, func() {
			for range runs {
				emitEvents(s.io, "general", events)
			}
		})
	})
	// What all share is some for each run; of what each member borrows, the race detector has pools let go a quarter.
	bound := 10.0 * runs
	if raceDetector {
		bound = runs * members / 8
	}
	if n > bound {
		t.Errorf("%v allocations for %d deliveries", n, runs*members)
	}
}

func TestARoomIsToldSeveralThingsInOrder(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.ask("join", `"room-general"`)
	s.io.TellRoom("general", "e", []byte("1"), []byte("2"), []byte("3"))
	s.io.TellRoom("general", "e", []byte("4"))
	for n := 1; n <= 4; n++ {
		c.expect(fmt.Sprintf(`42["e",%d]`, n))
	}
	c.healthy()
}
