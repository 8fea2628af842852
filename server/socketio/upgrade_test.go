package socketio

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

func TestUpgradeIsRefusedOnceDone(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		c := p.probe()
		// While one upgrades, another may not.
		second := s.raw()
		second.write([]byte(handshakeLines(s, "&sid="+p.sid)))
		second.accepted()
		second.closed()
		second.conn.Close()
		c.text("5")
		c.healthy()
		for _, method := range []string{"GET", "POST"} {
			if status, body := s.request(method, "EIO=4&transport=polling&sid="+p.sid, "", "42[\"echo\"]"); status != 400 || body != `{"code":3,"message":"Bad request"}` {
				t.Errorf("%s after the upgrade: %d %s", method, status, body)
			}
		}
		third := s.raw()
		third.write([]byte(handshakeLines(s, "&sid="+p.sid)))
		third.accepted()
		third.closed()
		third.conn.Close()
		c.healthy()
		c.conn.Close()
	})
}

func TestUpgradeThatFailsLeavesThePolling(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		attempts := map[string][]byte{
			"5 without a probe": textFrame("5"),
			"a message first":   textFrame(`42["echo",1]`),
			"another probe":     textFrame("2other"),
			"two probes":        append(textFrame("2probe"), textFrame("2probe")...),
			"a bad frame":       {0xff, 0xff},
			"not masked":        {0x81, 1, '5'},
			"binary":            masked(0x82, []byte("2probe")),
			"a close":           masked(0x88, nil),
			"close after probe": append(textFrame("2probe"), masked(0x88, nil)...),
			"a huge frame":      {0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4},
			"nothing in time":   nil,
		}
		for name, frames := range attempts {
			c := s.raw()
			c.write(append([]byte(handshakeLines(s, "&sid="+p.sid)), frames...))
			c.accepted()
			c.closed()
			c.conn.Close()
			p.say(`427["echo",1]`)
			if got := p.hear("437"); got != "437[1]" {
				t.Errorf("%s: the polling session got %q", name, got)
			}
		}
		// And it can still upgrade.
		c := p.probe()
		c.text("5")
		c.healthy()
		c.conn.Close()
	}, func(o *Options) { o.UpgradeTimeout = 300 * time.Millisecond })
}

func TestProbeEndsTheWaitingPoll(t *testing.T) {
	s := newStage(t)
	p, _ := s.poller()
	p.connect()
	answer := make(chan string, 1)
	go func() {
		_, body := p.get()
		answer <- body
	}()
	c := p.probe()
	if body := <-answer; body != "6" {
		t.Fatalf("the poll was answered %q", body)
	}
	if _, body := p.get(); body != "6" { // and one that comes while the client changes over does not wait
		t.Fatalf("the next poll was answered %q", body)
	}
	c.text("5")
	c.healthy()
}

func TestSessionThatEndsDuringTheUpgrade(t *testing.T) {
	besides(t, func(s *stage) {
		for _, end := range []func(p *poller, link link){
			func(p *poller, _ link) { p.say("1") },
			func(_ *poller, l link) { l.Close(4003, "revoked"); l.(*member).client.conn.Close() },
			func(p *poller, _ link) { p.post("x") },
		} {
			p, _ := s.poller()
			p.connect()
			c := p.probe()
			end(p, s.chat.last(t).link)
			p.get()
			c.try(textFrame("5"))
			c.closed()
			c.conn.Close()
		}
		s.chat.forget()
	})
}

func TestUpgradeWhileTheRoomIsBusyKeepsTheOrder(t *testing.T) {
	const rounds, n = 20, 300
	besides(t, func(s *stage) {
		for range rounds {
			p, _ := s.poller()
			p.connect()
			p.say(`42["join","room"]`)
			go func() {
				for i := range n {
					s.io.broadcast("room", [][]byte{eventPacket("n", fmt.Append(nil, i))})
				}
			}()
			next := 0
			take := func(packet string) {
				if want := fmt.Sprintf(`42["n",%d]`, next); packet == want {
					next++
				} else if packet != "6" && !strings.HasPrefix(packet, "43") {
					t.Fatalf("got %q, want %q", packet, want)
				}
			}
			_, body := p.get()
			for packet := range strings.SplitSeq(body, "\x1e") {
				take(packet)
			}
			c := p.probe()
			_, body = p.get()
			for packet := range strings.SplitSeq(body, "\x1e") {
				take(packet)
			}
			c.text("5")
			for next < n {
				take(c.next())
			}
			c.conn.Close()
			within(t, "it to be gone", func() bool { return s.io.members("room") == 0 })
		}
		s.chat.forget()
	})
}

func TestEverythingInOneSegment(t *testing.T) {
	s := newStage(t)
	p, _ := s.poller()
	p.connect()
	c := s.raw()
	c.write(append([]byte(handshakeLines(s, "&sid="+p.sid)), bytes.Join([][]byte{
		textFrame("2probe"), textFrame("5"), textFrame(`421["echo","` + strings.Repeat("x", 5000) + `"]`), textFrame(`422["echo",2]`),
	}, nil)...))
	c.accepted()
	c.expect("3probe")
	c.next()
	c.expect("432[2]")
	c.healthy()
}

func (p *poller) probe() *rawClient {
	p.s.t.Helper()
	c := p.s.raw()
	c.write([]byte(handshakeLines(p.s, "&sid="+p.sid)))
	c.accepted()
	c.text("2probe")
	c.expect("3probe")
	return c
}

// joinUpgraded is join by polling, and then an upgrade.
func (s *stage) joinUpgraded() *rawClient {
	s.t.Helper()
	p, _ := s.poller()
	p.connect()
	c := p.probe()
	c.text("5")
	c.healthy()
	return c
}

func TestUpgradeKeepsTheSession(t *testing.T) {
	s := newStage(t)
	p, _ := s.poller()
	p.connect()
	if got, want := s.io.Figures().Figures, (engineio.Figures{Polls: 1, PollsBegun: 1}); got != want {
		t.Errorf("while it polls the figures are %+v, want %+v", got, want)
	}
	p.say(`42["join","room"]`, `42["say","before"]`)
	c := p.probe()
	c.text("5")
	c.text(`42["say","after"]`)
	c.expect(`42["said","before"]`)
	c.expect(`42["said","after"]`)
	c.healthy()
	if n := s.io.Connections(); n != 1 {
		t.Fatalf("%d connections", n)
	}
	s.join()
	if got, want := s.io.Figures().Figures, (engineio.Figures{WebSockets: 2, WebSocketsBegun: 1, PollsBegun: 1, Upgrades: 1}); got != want {
		t.Errorf("at the end the figures are %+v, want %+v", got, want)
	}
}
