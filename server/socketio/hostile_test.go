package socketio

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

// Hostile clients that no list names, each beside a healthy one.

func TestHandshakeByteByByteThatNeverEnds(t *testing.T) {
	besides(t, func(s *stage) {
		for i := range 50 {
			c := s.raw()
			c.write([]byte(handshakeLines(s, ""))[:10+i])
			defer c.conn.Close()
		}
	})
}

func TestFloodOfConnects(t *testing.T) {
	besides(t, func(s *stage) {
		for name, flood := range map[string][]byte{
			"good":    bytes.Repeat(textFrame("40"), 1000),
			"refused": bytes.Repeat(textFrame(`40{"refuse":true}`), 1000),
			"mixed":   bytes.Repeat(append(textFrame(`40{"refuse":true}`), textFrame("40")...), 500),
		} {
			c, _ := s.open()
			c.try(flood)
			if code, _, texts := c.closed(); code != engineio.ClosePolicy || len(texts) > maxRefusals+2 {
				t.Errorf("%s: closed with %d after %d texts", name, code, len(texts))
			}
			c.conn.Close()
		}
		s.chat.forget()
	})
}

func TestConnectAndLeaveOverAndOver(t *testing.T) {
	besides(t, func(s *stage) {
		c, _ := s.open()
		go c.try(bytes.Repeat(append(textFrame("40"), append(textFrame(`42["join","room"]`), textFrame("41")...)...), 300))
		for range 300 {
			if got := c.next(); !strings.HasPrefix(got, "40{") {
				t.Fatalf("answer to CONNECT %q", got)
			}
			c.expect(`42["ready",{}]`)
		}
		within(t, "the room is empty", func() bool { return s.io.members("room") == 0 })
		c.conn.Close()
		s.chat.forget()
	})
}

func TestPingFloodWhosePongsAreNeverRead(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		flood := bytes.Repeat(masked(0x89, make([]byte, 125)), 10_000)
		// The client writes until the server has had enough, and reads nothing.
		for range 200 {
			if !c.try(flood) {
				break
			}
		}
		within(t, "closed", func() bool { return s.io.Connections() == 1 })
		c.conn.Close()
	}, func(o *Options) { o.WriteTimeout = time.Second })
}

func TestEventFloodWhoseAcksAreNeverRead(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		c.conn.SetWriteDeadline(time.Now().Add(longEnough))
		flood := bytes.Repeat(textFrame(`421["echo","`+strings.Repeat("x", 10_000)+`"]`), 100)
		for range 100 {
			if !c.try(flood) {
				break
			}
		}
		within(t, "closed", func() bool { return s.io.Connections() == 1 })
		c.conn.Close()
		s.chat.forget()
	}, func(o *Options) { o.WriteTimeout = time.Second })
}

func TestManyTinyFragments(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		// A megabyte in fragments of one byte is a message; one byte more is too much.
		text := `421["echo","` + strings.Repeat("x", 200_000-14) + `"]`
		b := masked(0x01, []byte(text[:1]))
		for i := 1; i < len(text)-1; i++ {
			b = append(b, masked(0x00, []byte{text[i]})...)
		}
		b = append(b, masked(0x80, []byte(text[len(text)-1:]))...)
		go c.try(b)
		if got := c.next(); len(got) != len(text)-len(`"echo",`) {
			t.Errorf("%d bytes came back", len(got))
		}
		c.conn.Close()
		s.chat.forget()
	})
}

func TestLongFrameByteByByteCostsNoMoreThanItsBytes(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		frame := textFrame(`421["echo","` + strings.Repeat("x", 100_000) + `"]`)
		for _, b := range frame {
			c.write([]byte{b})
		}
		c.next() // were all looked at again for each byte, it would not come within longEnough
		c.conn.Close()
		s.chat.forget()
	})
}

func TestHalfFramesHoldOnlyWhatCame(t *testing.T) {
	besides(t, func(s *stage) {
		before := settled(t, 1<<20)
		var open []*rawClient
		for range 200 {
			c := s.join()
			c.write([]byte{0x81, 0xff, 0, 0, 0, 0, 0, 0x0f, 0, 0, 1, 2, 3, 4, 'x'}) // 983,040 bytes announced, 1 there
			open = append(open, c)
		}
		if after := settled(t, 1<<20); after > before+200*64<<10 {
			t.Errorf("the heap grew by %d bytes for 200 half frames", after-before)
		}
		for _, c := range open {
			c.conn.Close()
		}
		s.chat.forget()
	})
}

// wrapping hides what a connection is.
