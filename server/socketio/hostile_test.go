package socketio

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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
		start := time.Now()
		for _, b := range frame {
			c.write([]byte{b})
		}
		c.next()
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("took %v", took)
		}
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

func TestTwoPollsAtOnceEndTheSession(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		var both sync.WaitGroup
		status := make([]int, 2)
		for i := range status {
			both.Go(func() { status[i], _ = p.get() })
		}
		both.Wait()
		if status[0] != 400 && status[1] != 400 {
			t.Errorf("answered %v", status)
		}
	})
}

func TestTwoPostsAtOnceEndTheSession(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		session := s.chat.last(t)
		first := make(chan int)
		go func() {
			status, _ := p.post(`42["block"]`)
			first <- status
		}()
		within(t, "the event to run", func() bool { return len(session.log()) == 2 })
		if status, _ := p.post(`42["echo"]`); status != 400 {
			t.Errorf("the second was answered %d", status)
		}
		close(s.chat.block)
		<-first
		if status, _ := p.post(`42["echo"]`); status != 400 {
			t.Errorf("POST after the end: %d", status)
		}
	})
}

func TestPollThatIsGivenUpEndsTheSession(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		c := s.raw()
		fmt.Fprintf(c.conn, "GET /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\n\r\n", p.sid)
		within(t, "the poll to wait", func() bool {
			status, _ := p.s.request("PUT", "EIO=4&transport=polling&sid="+p.sid, "", "")
			return status == 400
		})
		c.conn.Close()
	}, func(o *Options) { o.PingInterval, o.PingTimeout = time.Second, 2*time.Second })
}

func TestPostWhoseBodyNeverComes(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		c := s.raw()
		fmt.Fprintf(c.conn, "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n4", p.sid)
		r, err := http.ReadResponse(c.in, nil)
		if err != nil || r.StatusCode != 400 {
			t.Errorf("answered %v %v", r, err)
		}
		c.conn.Close()
	}, func(o *Options) { o.WriteTimeout = 500 * time.Millisecond })
}

func TestPollingTakesWhatAWebSocketTakes(t *testing.T) {
	s := newStage(t)
	p, _ := s.poller()
	p.connect()
	long := strings.Repeat("x", 300_000) // the library's own reader drops what is over 64 KiB
	p.say(`421["echo","` + long + `"]`)
	if got := p.hear("431"); got != `431["`+long+`"]` {
		t.Errorf("%d bytes came back", len(got))
	}
	p.say(`451-2["echo",{"_placeholder":true,"num":0}]`, "bAQIDBA==")
	p.hear(`432[{"_placeholder":true,"num":0}]`)
	s.io.library.Emit("bytes", []byte{1, 2, 3, 4})
	if _, body := p.get(); body != "451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]\x1ebAQIDBA==" {
		t.Errorf("polled %q", body)
	}
	for _, body := range []string{"", "x", "4", "2", "2probe", "5", "0", "b!", "42[\"echo\",\"\xff\"]", "42[\"echo\"]\x1e", "bAAAA", "42[1]", strings.Repeat("6\x1e", 128) + "6"} {
		p, _ := s.poller()
		p.connect()
		if status, _ := p.post(body); status != 400 && status != 413 {
			t.Errorf("%.20q was answered %d", body, status)
		}
		within(t, "the session to end", func() bool { p.get(); status, _ := p.get(); return status == 400 })
	}
	// 128 packets are taken, and an empty poll waits.
	p.say(strings.Split(strings.Repeat(`42["echo",1] `, 127)+`427["echo",1]`, " ")...)
	p.hear("437[1]")
}

// ---- the upgrade ----

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
			func(_ *poller, l link) { l.Close(4003, "revoked"); l.(*member).client.conn.Close(true) },
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

// ---- connections that are no plain sockets ----

func TestTLS(t *testing.T) {
	s := newStage(t)
	secure := httptest.NewTLSServer(s.io.Handler())
	t.Cleanup(secure.Close)
	t.Cleanup(secure.CloseClientConnections)
	conn, err := tls.Dial("tcp", secure.Listener.Addr().String(), &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(longEnough))
	c.write(append([]byte(handshakeLines(s, "")), textFrame("40")...))
	c.accepted()
	c.next()
	c.next()
	c.expect(`42["ready",{}]`)
	c.healthy()
	c.ask("join", `"room"`)
	for i := range 500 {
		s.io.broadcast("room", [][]byte{eventPacket("n", fmt.Append(nil, i))})
	}
	for i := range 500 {
		c.expect(fmt.Sprintf(`42["n",%d]`, i))
	}
	c.text(`42["close me"]`)
	if code, _, texts := c.closed(); code != 4001 || len(texts) != 1 {
		t.Errorf("closed with %d after %q", code, texts)
	}
}

func TestSlowReaderOfAWrappedConnection(t *testing.T) {
	s := newStage(t, func(o *Options) { o.WriteTimeout = time.Second })
	wrapped := httptest.NewUnstartedServer(s.io.Handler())
	wrapped.Listener = wrapping{wrapped.Listener}
	wrapped.Start()
	t.Cleanup(wrapped.Close)
	c := s.raw()
	c.conn.Close()
	conn, err := net.Dial("tcp", wrapped.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c = &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
	c.write([]byte(handshakeLines(s, "")))
	c.accepted()
	c.next()
	c.connect()
	c.ask("join", `"room"`)
	big := eventPacket("n", fmt.Appendf(nil, "%q", strings.Repeat("x", 100_000)))
	within(t, "the reader that stopped is cut", func() bool {
		s.io.broadcast("room", [][]byte{big})
		return s.io.Connections() == 0
	})
}

// wrapping hides what a connection is.
type wrapping struct{ net.Listener }

func (w wrapping) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{c}, nil
}
