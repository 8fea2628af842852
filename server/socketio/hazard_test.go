package socketio

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

// A test for each of the hazards that a Socket.IO library was found to have (web/docs/decisions says which they are):
// the process lives, a client beside it is not disturbed, and goroutines and memory are as before.

// allowance is what the heap may have grown by when a hazard is over, on a machine where other tests' garbage moves too.

const allowance = 8 << 20

// besides runs an attack beside a healthy client and has it judged.

func besides(t *testing.T, attack func(s *stage), change ...func(*Options)) {
	t.Helper()
	s := newStage(t, change...)
	healthy := s.join()
	healthy.healthy()
	goroutines := runtime.NumGoroutine()
	before := settled(t, goroutines)
	attack(s)
	healthy.healthy()
	within(t, "only the healthy client is left", func() bool { return s.io.Connections() == 1 })
	http.DefaultClient.CloseIdleConnections()
	if after := settled(t, goroutines); after > before+allowance {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	healthy.healthy()
}

// refused sends frames to a connected client's session, which must be closed for it.

func refused(t *testing.T, s *stage, code int, frames ...[]byte) {
	t.Helper()
	c := s.join()
	c.try(bytes.Join(frames, nil))
	if got, reason, texts := c.closed(); got != code {
		t.Errorf("%.80q: closed with %d %q after %.80q, want %d", bytes.Join(frames, nil), got, reason, texts, code)
	}
	c.conn.Close()
}

func TestHazard02EventWithoutPayload(t *testing.T) {
	besides(t, func(s *stage) {
		refused(t, s, engineio.ClosePolicy, textFrame("42"))
		refused(t, s, engineio.ClosePolicy, textFrame("4217"))
		refused(t, s, engineio.ClosePolicy, textFrame("42/,"))
		p, _ := s.poller()
		p.connect()
		if status, _ := p.post("42"); status != 400 {
			t.Errorf("POST of 42 answered %d", status)
		}
		p.get() // takes the close
	})
}

func TestHazard03BinaryEventWithoutPayload(t *testing.T) {
	besides(t, func(s *stage) {
		refused(t, s, engineio.ClosePolicy, textFrame("450-"))
		refused(t, s, engineio.ClosePolicy, textFrame("460-"))
		refused(t, s, engineio.ClosePolicy, textFrame("451-"), masked(0x82, []byte{1}))
	})
}

func TestHazard04PongBeforeAnyPing(t *testing.T) {
	besides(t, func(s *stage) {
		for range 50 {
			c := s.raw()
			c.write(append([]byte(handshakeLines(s, "")),
				bytes.Join([][]byte{textFrame("3"), textFrame("3"), textFrame("40"), textFrame(`421["echo",1]`), textFrame("3"), textFrame(`422["echo",2]`)}, nil)...))
			c.accepted()
			if got := c.next(); got[0] != '0' {
				t.Fatalf("first packet %q", got)
			}
			if got := c.next(); !strings.HasPrefix(got, "40{") {
				t.Fatalf("answer to CONNECT %q", got)
			}
			c.expect(`42["ready",{}]`)
			c.expect("431[1]")
			c.expect("432[2]")
			c.conn.Close()
		}
		p, _ := s.poller()
		p.say("3", "3", "40", `421["echo",1]`)
		p.hear("431[1]")
		p.say("1")
	})
}

func TestHazard05EventsAreHandledInTheOrderSent(t *testing.T) {
	const n = 500
	besides(t, func(s *stage) {
		c := s.join()
		var all []byte
		for i := range n {
			all = append(all, textFrame(fmt.Sprintf(`42%d["echo",%d]`, i, i))...)
		}
		go c.try(all)
		for i := range n {
			c.expect(fmt.Sprintf("43%d[%d]", i, i))
		}
		ordered(t, s.chat.last(t).log(), n)
		c.conn.Close()

		p, _ := s.poller()
		p.connect()
		for at := 0; at < n; at += 100 {
			var packets []string
			for i := at; i < at+100; i++ {
				packets = append(packets, fmt.Sprintf(`42["echo",%d]`, i))
			}
			p.say(packets...)
		}
		ordered(t, s.chat.last(t).log(), n)
		p.say("1")
	})
}

func ordered(t *testing.T, events []string, n int) {
	t.Helper()
	if len(events) != n+1 {
		t.Fatalf("%d events, want connected and %d", len(events), n)
	}
	for i, e := range events[1:] {
		if e != fmt.Sprintf("echo%d", i) {
			t.Fatalf("event %d is %q", i, e)
		}
	}
}

// allocated is what was ever allocated, by the test's own client too.

func TestHazard07AttachmentsWithoutEnd(t *testing.T) {
	besides(t, func(s *stage) {
		refused(t, s, engineio.ClosePolicy, textFrame(`4518446744073709551615-["x",{"_placeholder":true,"num":0}]`))
		refused(t, s, engineio.ClosePolicy, textFrame(`4517-["x"]`))
		refused(t, s, engineio.ClosePolicy, textFrame(`45-1-["x"]`))
		// Within the count, but not within the bytes of one message.
		c := s.join()
		c.text(`4516-["x",{"_placeholder":true,"num":0}]`)
		half := bytes.Repeat([]byte{1}, 600_000)
		c.try(append(masked(0x82, half), masked(0x82, half)...))
		if code, _, _ := c.closed(); code != engineio.CloseTooBig {
			t.Errorf("closed with %d", code)
		}
		c.conn.Close()
	})
}

func TestHazard08BinaryThatNobodyAnnounced(t *testing.T) {
	besides(t, func(s *stage) {
		refused(t, s, engineio.ClosePolicy, textFrame(`450-["x"]`), masked(0x82, []byte{1}))
		refused(t, s, engineio.ClosePolicy, masked(0x82, []byte{1, 2, 3}))
		// A binary event without attachments is an event; text behind it is no error.
		c := s.join()
		c.text(`450-7["echo",1]`)
		c.expect("437[1]")
		c.healthy()
		// And with one, it is answered when it is whole; the chat sees the placeholder.
		c.text(`451-8["echo",{"_placeholder":true,"num":0}]`)
		c.binary([]byte{1, 2, 3})
		c.expect(`438[{"_placeholder":true,"num":0}]`)
		// Text between a packet and its attachment ends the connection.
		c.text(`451-9["echo",{"_placeholder":true,"num":0}]`)
		c.text(`42["echo",1]`)
		if code, _, _ := c.closed(); code != engineio.ClosePolicy {
			t.Errorf("closed with %d", code)
		}
		c.conn.Close()
	})
}

// idle says whether at most one of the members of "room" has something waiting.

func TestHazard13ConnectAtOnceAfterOpenIsNeverLost(t *testing.T) {
	besides(t, func(s *stage) {
		for range 500 {
			c := s.raw()
			c.write(append([]byte(handshakeLines(s, "")), append(textFrame("40"), textFrame(`421["echo","first"]`)...)...))
			c.accepted()
			c.next()
			if got := c.next(); !strings.HasPrefix(got, "40{") {
				t.Fatalf("answer to CONNECT %q", got)
			}
			c.expect(`42["ready",{}]`)
			c.expect(`431["first"]`)
			c.conn.Close()
		}
		for range 100 {
			p, _ := s.poller()
			p.say("40", `421["echo","first"]`)
			p.hear(`431["first"]`)
			p.say("1")
		}
	})
}

func TestHazard14PanicInAHandler(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		if got := c.ask("panic", "null"); !strings.HasPrefix(got, `{"error":{"code":"INTERNAL"`) || !strings.Contains(got, "log id ") {
			t.Errorf("acked %s", got)
		}
		c.text(`42["panic"]`) // nobody to tell
		c.healthy()
		if !s.logs.contains("as asked") {
			t.Error("the panic is not in the log")
		}
		c.conn.Close()
		a, _ := s.open()
		a.text(`40{"panic":true}`)
		if got := a.next(); !strings.HasPrefix(got, `44{"message":"internal error (log id `) || !strings.Contains(got, `"code":"INTERNAL"`) {
			t.Errorf("CONNECT answered %s", got)
		}
		a.conn.Close()
	})
}

func TestHazard15ReservedNamesAndMalformedPackets(t *testing.T) {
	besides(t, func(s *stage) {
		for _, text := range []string{
			`42["connect"]`, `42["disconnect"]`, `42["connect_error"]`, `42["disconnecting"]`, `42["newListener"]`, `42["removeListener"]`,
			`42[1]`, `42[]`, `42[null]`, `42{}`, `42"x"`, `42null`, `42[`, `42["x"`, `42["x"]]`, `42x["x"]`, `42-1["x"]`, `421234567890123456["x"]`,
			`4`, `43`, `431`, `43["x"]`, `431{}`, `44`, `44{}`, `47`, `4x`, `40`, `40{}`, `40[]`, `41{}`,
			`42/custom,["x"]`, `41/custom`, `42` + strings.Repeat("[", 20_000), `42["x",` + strings.Repeat(`{"a":`, 20_000),
			`40/` + strings.Repeat("n", 300) + `,`, `45["x"]`, `4512345678901234567-["x"]`, `451x-["x"]`,
		} {
			refused(t, s, engineio.ClosePolicy, textFrame(text))
		}
		for _, text := range []string{"", "2probe", "2", "5", "0", "7", "x", "b", "bAAAA"} {
			refused(t, s, engineio.CloseProtocol, textFrame(text))
		}
		// "error" is no name of the libraries' any more; it is an event that nobody knows.
		c := s.join()
		if got := c.ask("error", "1"); got != `{"error":{"code":"UNKNOWN_EVENT"}}` {
			t.Errorf("acked %s", got)
		}
		// One 41 leaves, the next is from one who is not there.
		c.try(bytes.Repeat(textFrame("41"), 1000))
		if code, _, _ := c.closed(); code != engineio.ClosePolicy {
			t.Errorf("41 x 1000: closed with %d", code)
		}
		c.conn.Close()
		// Events of one who has not connected, or has left.
		for _, before := range []string{"", "41"} {
			c, _ := s.open()
			if before != "" {
				c.connect()
				c.text(before)
			}
			c.text(`42["echo",1]`)
			if code, _, texts := c.closed(); code != engineio.ClosePolicy || len(texts) > 0 {
				t.Errorf("event of nobody: closed with %d after %q", code, texts)
			}
			c.conn.Close()
		}
	})
}

func TestHazard16PongThatCrossesItsTimer(t *testing.T) {
	const cycles, timeout = 100, 20 * time.Second
	times := func(o *Options) { o.PingInterval, o.PingTimeout = 10*time.Millisecond, timeout }
	s := newStage(t, times)
	c := s.join()
	c.pings = true
	for range cycles {
		asked := time.Now()
		c.expect("2")
		if time.Since(asked) > timeout-time.Second {
			t.Fatal("a pong left the ping timeout in place of the interval")
		}
		c.write(bytes.Repeat(textFrame("3"), 3))
	}
	c.pings = false
	c.healthy()

	p, _ := s.poller()
	p.connect()
	for range cycles {
		asked := time.Now()
		if status, body := p.get(); status != 200 || body != "2" {
			t.Fatalf("polled %d %q", status, body)
		}
		if time.Since(asked) > timeout-time.Second {
			t.Fatal("a pong left the ping timeout in place of the interval")
		}
		p.say("3", "3")
	}
}

func TestHazard17NoAuthIsAnEmptyObject(t *testing.T) {
	s := newStage(t)
	s.join()
	if got := string(s.chat.last(t).hs.Auth); got != "{}" {
		t.Fatalf("auth is %q", got)
	}
	c, _ := s.open("Authorization: Bearer abc")
	c.connect(`{"a":1}`)
	if hs := s.chat.last(t).hs; string(hs.Auth) != `{"a":1}` || hs.Authorization != "Bearer abc" || hs.RemoteAddr != c.conn.LocalAddr().String() {
		t.Fatalf("handshake %+v", hs)
	}
}
