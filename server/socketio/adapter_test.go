package socketio

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"roomstream/rooms"
	"roomstream/server/engineio"
)

// The adapter's methods as the library's own operators use them.

// trio is three clients; a and b are in the room "ab", b and c in "bc".
func trio(t *testing.T) (s *stage, clients map[string]*rawClient, ids map[string]socket.SocketId) {
	t.Helper()
	s = newStage(t)
	clients, ids = map[string]*rawClient{}, map[string]socket.SocketId{}
	for name, in := range map[string][]string{"a": {"ab"}, "b": {"ab", "bc"}, "c": {"bc"}} {
		c := s.join()
		clients[name], ids[name] = c, socket.SocketId(s.chat.last(t).link.ID())
		for _, room := range in {
			c.ask("join", fmt.Sprintf("%q", room))
		}
	}
	return s, clients, ids
}

func TestBroadcastSelects(t *testing.T) {
	s, clients, ids := trio(t)
	io := s.io.library
	for i, tc := range []struct {
		emit func(n int)
		to   string
	}{
		{func(n int) { io.Emit("n", n) }, "abc"},
		{func(n int) { io.To("ab").Emit("n", n) }, "ab"},
		{func(n int) { io.To("ab", "bc").Emit("n", n) }, "abc"}, // b is in both and told once
		{func(n int) { io.To("ab").Except("bc").Emit("n", n) }, "a"},
		{func(n int) { io.Except("ab").Emit("n", n) }, "c"},
		{func(n int) { io.To(socket.Room(ids["c"])).Emit("n", n) }, "c"},
		{func(n int) { io.To("ab").Except(socket.Room(ids["a"])).Emit("n", n) }, "b"},
		{func(n int) { io.To("nobody").Emit("n", n) }, ""},
		{func(n int) { s.io.broadcast("bc", [][]byte{eventPacket("n", fmt.Append(nil, n))}) }, "bc"},
		{func(n int) { io.To("bc").Volatile().Emit("n", n) }, "bc"}, // nobody has anything waiting
	} {
		within(t, "nothing waits", func() bool { return allIdle(s) })
		tc.emit(i)
		within(t, "nothing waits", func() bool { return allIdle(s) })
		for name, c := range clients {
			if strings.Contains(tc.to, name) {
				c.expect(fmt.Sprintf(`42["n",%d]`, i))
			}
			c.healthy() // and heard nothing else: next is strict
		}
	}
}

func allIdle(s *stage) bool {
	return !slices.ContainsFunc(s.io.adapter.chosen(nil), func(m *member) bool { return !m.client.conn.Idle() })
}

func TestRoomsAsTheLibrarySeesThem(t *testing.T) {
	s, _, ids := trio(t)
	a := s.io.library.Sockets().Adapter()
	keys := func(set *types.Set[socket.SocketId]) string {
		var names []string
		for name, id := range ids {
			if set.Has(id) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return fmt.Sprint(strings.Join(names, ""), set.Len())
	}
	if got := keys(a.Sockets(types.NewSet(socket.Room("ab")))); got != "ab2" {
		t.Errorf("sockets in ab: %s", got)
	}
	if got := keys(a.Sockets(types.NewSet[socket.Room]())); got != "abc3" {
		t.Errorf("all sockets: %s", got)
	}
	rooms := a.Rooms()
	if n := rooms.Len(); n != 5 {
		t.Errorf("%d rooms, want 2 and one for each socket", n)
	}
	if set, ok := rooms.Load("bc"); !ok || keys(set) != "bc2" {
		t.Errorf("room bc: %v", set)
	}
	if set, ok := rooms.Load(socket.Room(ids["a"])); !ok || keys(set) != "a1" {
		t.Errorf("a's own room: %v", set)
	}
	sids := a.Sids()
	if set, ok := sids.Load(ids["b"]); !ok || sids.Len() != 3 || set.Len() != 3 || !set.Has("ab") || !set.Has("bc") || !set.Has(socket.Room(ids["b"])) {
		t.Errorf("b's rooms: %v", set)
	}
	if set := a.SocketRooms(ids["a"]); set == nil || set.Len() != 2 || !set.Has("ab") {
		t.Errorf("a's rooms: %v", set)
	}
	if a.SocketRooms("nobody") != nil {
		t.Error("nobody has rooms")
	}
	s.io.library.In("ab").FetchSockets()(func(sockets []*socket.RemoteSocket, err error) {
		if err != nil || len(sockets) != 2 {
			t.Errorf("fetched %d sockets, %v", len(sockets), err)
		}
	})
	s.io.library.In("ab").SocketsJoin("new")
	s.io.library.In("bc").SocketsLeave("new")
	if got := keys(a.Sockets(types.NewSet(socket.Room("new")))); got != "a1" {
		t.Errorf("sockets in new: %s", got)
	}
	s.io.library.In("bc").SocketsLeave("new")
	if n := s.io.members("new"); n != 1 {
		t.Errorf("%d members", n)
	}
}

func TestBroadcastWithAckCollectsTheAnswers(t *testing.T) {
	s, clients, _ := trio(t)
	answers := make(chan []any, 1)
	s.io.library.To("ab").Timeout(longEnough).EmitWithAck("question", 42)(func(args []any, err error) {
		if err != nil {
			t.Error(err)
		}
		answers <- args
	})
	for _, name := range []string{"a", "b"} {
		got := clients[name].next()
		id, body, _ := strings.Cut(strings.TrimPrefix(got, "42"), "[")
		if body != `"question",42]` {
			t.Fatalf("asked %q", got)
		}
		clients[name].text("43" + id + `["` + name + `"]`)
		clients[name].text("43" + id + `["again"]`) // nobody waits any more: dropped
		clients[name].text(`43999["nobody asked"]`)
		clients[name].healthy()
	}
	got := fmt.Sprint(<-answers)
	if got != "[a b]" && got != "[b a]" {
		t.Errorf("answers %s", got)
	}
	clients["c"].healthy()
}

func TestDisconnectSockets(t *testing.T) {
	s, clients, _ := trio(t)
	s.io.library.In("ab").DisconnectSockets(false)
	clients["a"].expect("41")
	clients["b"].expect("41")
	within(t, "two gone", func() bool { return s.io.members("ab") == 0 && s.io.members("bc") == 1 })
	clients["c"].healthy()
	s.io.library.In("bc").DisconnectSockets(true)
	if code, _, _ := clients["c"].closed(); code != 1000 {
		t.Errorf("closed with %d", code)
	}
}

// TestJoinAfterTheEndIsNone holds two races open: a Join, of the library's or the chat's, that comes after its socket
// has left.
func TestJoinAfterTheEndIsNone(t *testing.T) {
	s := newStage(t)
	for range 50 {
		c := s.join()
		m := s.chat.last(t).link.(*member)
		var both sync.WaitGroup
		both.Go(func() {
			for range 100 {
				m.Join("late")
				s.io.adapter.AddAll(m.sock.Id(), types.NewSet(socket.Room("late")))
			}
		})
		c.conn.Close()
		both.Wait()
		within(t, "it to be gone", func() bool { return s.io.Connections() == 0 })
		within(t, "it to have left", func() bool { return s.io.members("late") == 0 })
		m.Join("late")
		m.sock.Join("late")
		s.io.adapter.AddAll(m.sock.Id(), types.NewSet(socket.Room("late"), socket.Room(m.sock.Id())))
		if n := s.io.members("late"); n != 0 {
			t.Fatalf("%d members after the end", n)
		}
	}
}

func TestVolatileIsDroppedWhileAnythingWaits(t *testing.T) {
	s := newStage(t, func(o *Options) { o.WriteTimeout = longEnough })
	c := s.join()
	c.ask("join", `"room"`)
	big := eventPacket("big", fmt.Appendf(nil, "%q", strings.Repeat("x", 100_000)))
	m := s.chat.last(t).link.(*member)
	sent, stuck := 0, 0
	within(t, "the client's socket to be full", func() bool {
		if m.client.conn.Idle() {
			s.io.broadcast("room", [][]byte{big})
			sent++
			stuck = 0
		}
		stuck++
		return stuck > 10 // the flusher had its turn, and more than one
	})
	s.io.library.To("room").Volatile().Emit("volatile", 1)
	m.sock.Volatile().Emit("volatile", 2)
	s.io.library.To("room").Emit("kept", 3)
	for range sent {
		if got := c.next(); !strings.HasPrefix(got, `42["big"`) {
			t.Fatalf("got %.40q", got)
		}
	}
	c.expect(`42["kept",3]`)
	c.healthy()
}

// TestADeliveryAllocatesNothing emits a burst of the log's events to the many members of a room, and counts what is
// allocated until all of them have it: what all share, and nothing for each.
func TestADeliveryAllocatesNothing(t *testing.T) {
	const members = 200
	s := newStage(t)
	got := newReceipts()
	for range members {
		c := s.join()
		c.ask("join", `"room-general"`)
		c.conn.SetDeadline(time.Time{})
		go io.Copy(got, c.conn)
	}
	events := []rooms.Event{message("general", 1, 100), message("general", 2, 100)}
	size := members * len(engineio.EncodeRun(eventPackets(events)))
	n := testing.AllocsPerRun(100, func() {
		got.after(size, func() { emitEvents(s.io, "general", events) })
	})
	// The race detector has pools let go at random, so what all share is more at times; one for each would be 200.
	if n >= members/4 {
		t.Errorf("%v allocations for %d deliveries", n, members*len(events))
	}
}

// TestARoomIsToldSeveralThingsInOrder tells them with one write.
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
