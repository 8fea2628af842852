package socketio

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

func TestHazard01ManyEmitsInARowAllArriveInOrder(t *testing.T) {
	const emits, members = 1000, 50
	s := newStage(t)
	var clients []*rawClient
	for range members {
		c := s.join()
		c.ask("join", `"room"`)
		clients = append(clients, c)
	}
	upgraded, _ := s.poller()
	upgraded.connect()
	upgraded.say(`42["join","room"]`)
	u := upgraded.probe()
	u.text("5")
	u.ask("echo", "1")
	clients = append(clients, u)
	polling, _ := s.poller()
	polling.connect()
	polling.say(`421["join","room"]`)
	polling.hear("431")

	go func() {
		for i := range emits {
			s.io.broadcast("room", [][]byte{eventPacket("n", strconv.AppendInt(nil, int64(i), 10))})
		}
	}()
	for i, c := range clients {
		for n := range emits {
			if got, want := c.next(), fmt.Sprintf(`42["n",%d]`, n); got != want {
				t.Fatalf("client %d got %q, want %q", i, got, want)
			}
		}
	}
	for n := 0; n < emits; {
		status, body := polling.get()
		if status != 200 {
			t.Fatalf("poll answered %d", status)
		}
		for packet := range strings.SplitSeq(body, "\x1e") {
			if want := fmt.Sprintf(`42["n",%d]`, n); packet != want {
				t.Fatalf("the polling client got %q, want %q", packet, want)
			}
			n++
		}
	}
}

func TestHazard09AbruptEndsLeaveNothingBehind(t *testing.T) {
	besides(t, func(s *stage) {
		for i := range 1000 {
			c := s.raw()
			switch i % 5 {
			case 0: // in the middle of the handshake
				c.write([]byte(handshakeLines(s, ""))[:60])
			case 1: // at once after it
				c.write([]byte(handshakeLines(s, "")))
			case 2: // in the middle of CONNECT
				c.write(append([]byte(handshakeLines(s, "")), textFrame("40")...))
			case 3: // connected
				c.write([]byte(handshakeLines(s, "")))
				c.accepted()
				c.next()
				c.connect()
			case 4: // in a room, with a reset
				c.write([]byte(handshakeLines(s, "")))
				c.accepted()
				c.next()
				c.connect()
				c.ask("join", `"room"`)
				c.conn.(*net.TCPConn).SetLinger(0)
			}
			c.conn.Close()
		}
		within(t, "the room is empty", func() bool { return s.io.members("room") == 0 })
		within(t, "the adapter has forgotten them", func() bool { return s.io.adapter.size() == 1 })
		s.chat.forget()
	})
}

func TestHazard10AReaderTooSlowToFollowIsClosedNeverSkipped(t *testing.T) {
	const events, size = 6000, 4096
	besides(t, func(s *stage) {
		good, slow := s.join(), s.join()
		good.ask("join", `"room"`)
		slow.ask("join", `"room"`)
		filler := strings.Repeat("x", size)
		go func() {
			for i := range events {
				s.io.broadcast("room", [][]byte{eventPacket("n", fmt.Appendf(nil, `[%d,%q]`, i, filler))})
				if i%50 == 49 { // the good one is to be able to follow
					within(t, "the good reader to follow", func() bool { return idle(s) })
				}
			}
		}()
		for i := range events {
			if got, want := good.next(), fmt.Sprintf(`42["n",[%d,`, i); !strings.HasPrefix(got, want) {
				t.Fatalf("the good reader got %.40q, want %q", got, want)
			}
		}
		// What the slow one finds when it reads at last: all that was queued, in order, and then why it was closed.
		code, reason, texts := slow.closed()
		if code != engineio.CloseSlow || reason != "slow" {
			t.Errorf("closed with %d %q, want 1013 slow", code, reason)
		}
		if len(texts) == 0 || texts[len(texts)-1] != `42["closing",{"reason":"slow"}]` {
			t.Fatalf("the last word was %.60q", texts[max(0, len(texts)-1):])
		}
		for i, text := range texts[:len(texts)-1] {
			if want := fmt.Sprintf(`42["n",[%d,`, i); !strings.HasPrefix(text, want) {
				t.Fatalf("event %d was skipped: %.40q", i, text)
			}
		}
		if len(texts)-1 >= events {
			t.Fatal("the slow reader was never cut")
		}
		good.conn.Close()
		slow.conn.Close()
		if n := s.io.Figures().Slow; n != 1 {
			t.Errorf("%d slow clients were counted, want 1", n)
		}
	})
}

// idle says whether one of the readers, or the only one, has all that was queued for it.
func idle(s *stage) bool {
	waiting, members := 0, 0
	for _, m := range s.io.adapter.list("room") {
		members++
		if m.client.conn.Waiting() > 0 {
			waiting++
		}
	}
	return waiting < members || members == 0
}

func TestHazard10AReaderThatStopsIsCutAfterTheWriteTimeout(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		c.ask("join", `"room"`)
		c.conn.(*net.TCPConn).SetReadBuffer(4096)
		big := eventPacket("n", fmt.Appendf(nil, "%q", strings.Repeat("x", 200_000)))
		// Until the kernel takes no more, but far less than the queue's bound at once.
		within(t, "something to wait in the queue", func() bool {
			m := s.io.adapter.list("room")
			if len(m) == 1 && m[0].client.conn.Waiting() == 0 {
				s.io.broadcast("room", [][]byte{big})
			}
			return len(m) == 0
		})
		if n := s.io.Figures().Slow; n != 1 {
			t.Errorf("%d slow clients were counted, want 1", n)
		}
		c.conn.Close()
	}, func(o *Options) { o.WriteTimeout = time.Second })
}

// TestASlowClientIsCountedOnce: who is too far behind, and then takes nothing of its close either.
func TestASlowClientIsCountedOnce(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		c.ask("join", `"room"`)
		big := eventPacket("n", fmt.Appendf(nil, "%q", strings.Repeat("x", 200_000)))
		var stuck time.Time // since when the kernel takes no more
		within(t, "it is too slow, in the midst of the time for a write", func() bool {
			m := s.io.adapter.list("room")
			taken := len(m) == 1 && m[0].client.conn.Waiting() == 0
			if taken {
				stuck = time.Now()
			}
			if taken || time.Since(stuck) > time.Second {
				s.io.broadcast("room", [][]byte{big})
			}
			return len(m) == 0
		})
		within(t, "it is gone", func() bool { return s.io.Connections() == 1 })
		if n := s.io.Figures().Slow; n != 1 {
			t.Errorf("%d slow clients were counted, want 1", n)
		}
		c.conn.Close()
	}, func(o *Options) { o.WriteTimeout = 2 * time.Second })
}
