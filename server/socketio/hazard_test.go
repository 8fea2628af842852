package socketio

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"roomstream/server/engineio"
)

// A test for each of the hazards that the Socket.IO library has as it comes (web/docs/decisions says which they are):
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
			if i%2 == 0 {
				s.io.broadcast("room", [][]byte{eventPacket("n", strconv.AppendInt(nil, int64(i), 10))})
			} else {
				s.io.library.To("room").Emit("n", i)
			}
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

func TestHazard06PostOfCountlessPackets(t *testing.T) {
	besides(t, func(s *stage) {
		for _, body := range []io.Reader{
			bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 4<<20)),                        // with its length
			io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 4<<20))),        // chunked
			io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 200))),          // short, but too many
			io.MultiReader(bytes.NewReader(append(bytes.Repeat([]byte("4"), 1<<20), 0))), // one that is too long
		} {
			p, _ := s.poller()
			p.connect()
			before := allocated()
			r, err := http.NewRequest("POST", s.URL+"/socket.io/?EIO=4&transport=polling&sid="+p.sid, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "text/plain")
			start := time.Now()
			answer, err := http.DefaultClient.Do(r)
			// A server that closes while the client still sends may be seen as a broken connection.
			if err == nil {
				answer.Body.Close()
				if answer.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("answered %s", answer.Status)
				}
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if grew := allocated() - before; grew > 64<<20 {
				t.Errorf("%d bytes were allocated for it", grew)
			}
			within(t, "the session is over", func() bool { return s.io.Connections() == 1 })
		}
	})
}

// allocated is what was ever allocated, by the test's own client too.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

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
		within(t, "the library has forgotten them", func() bool { return s.io.library.Sockets().Sockets().Len() == 1 })
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
					within(t, "the good reader to follow", func() bool { return idle(s) || s.io.members("room") == 1 })
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
	})
}

// idle says whether at most one of the members of "room" has something waiting.
func idle(s *stage) bool {
	waiting := 0
	for _, m := range s.io.adapter.chosen(&socket.BroadcastOptions{Rooms: types.NewSet(socket.Room("room"))}) {
		if !m.client.conn.Idle() {
			waiting++
		}
	}
	return waiting <= 1
}

func TestHazard10AReaderThatStopsIsCutAfterTheWriteTimeout(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		c.ask("join", `"room"`)
		c.conn.(*net.TCPConn).SetReadBuffer(4096)
		big := eventPacket("n", fmt.Appendf(nil, "%q", strings.Repeat("x", 200_000)))
		// Until the kernel takes no more, but far less than the queue's bound at once.
		within(t, "something to wait in the queue", func() bool {
			m := s.io.adapter.chosen(&socket.BroadcastOptions{Rooms: types.NewSet(socket.Room("room"))})
			if len(m) == 1 && m[0].client.conn.Idle() {
				s.io.broadcast("room", [][]byte{big})
			}
			return len(m) == 0
		})
		c.conn.Close()
	}, func(o *Options) { o.WriteTimeout = time.Second })
}

func TestHazard11PostOfAnotherContentTypeIsAnswered(t *testing.T) {
	besides(t, func(s *stage) {
		for _, kind := range []string{"application/octet-stream", "application/json", "multipart/form-data; boundary=x", ";;"} {
			p, _ := s.poller()
			p.connect()
			status, _ := s.request("POST", "EIO=4&transport=polling&sid="+p.sid, kind, "42")
			if status != http.StatusUnsupportedMediaType {
				t.Errorf("%s: answered %d", kind, status)
			}
			within(t, "the session is over", func() bool { return s.io.Connections() == 1 })
		}
	})
}

func TestHazard12PagesOfOtherOriginsAreRefused(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		for _, query := range []string{"", "&sid=" + p.sid} {
			for _, origin := range []string{"http://evil.example", "null", "https://chat.example.evil.example", "http://" + s.Listener.Addr().String() + ".evil.example"} {
				c := s.raw()
				c.write([]byte(handshakeLines(s, query, "Origin: "+origin)))
				r, err := http.ReadResponse(c.in, nil)
				if err != nil || r.StatusCode != http.StatusForbidden {
					t.Errorf("WebSocket of %s: %v %v", origin, r, err)
				}
				c.conn.Close()
				if got := s.ofOrigin("GET", "EIO=4&transport=polling"+query, origin); got.StatusCode != http.StatusForbidden || got.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("polling of %s: %s %v", origin, got.Status, got.Header)
				}
			}
		}
		for _, origin := range []string{"https://chat.example", s.URL} {
			c, _ := s.open("Origin: " + origin)
			c.connect()
			c.conn.Close()
		}
		if got := s.ofOrigin("OPTIONS", "EIO=4&transport=polling", "https://chat.example"); got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Origin") != "https://chat.example" {
			t.Errorf("preflight: %s %v", got.Status, got.Header)
		}
		p.say("1")
	}, func(o *Options) { o.AllowedOrigins = []string{"https://chat.example"} })
}

func (s *stage) ofOrigin(method, query, origin string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+"/socket.io/?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

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
		if got := a.next(); !strings.HasPrefix(got, `44{"message":"internal error, log id `) || !strings.Contains(got, `"code":"INTERNAL"`) {
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
	const cycles = 60
	s := newStage(t, func(o *Options) { o.PingInterval, o.PingTimeout = 20*time.Millisecond, 5*time.Second })
	c := s.join()
	c.pings = true
	p, _ := s.poller()
	p.connect()
	start := time.Now()
	for range cycles {
		c.expect("2")
		c.write(bytes.Repeat(textFrame("3"), 3))
		for {
			if _, body := p.get(); strings.Contains(body, "2") {
				break
			}
		}
		p.say("3", "3")
	}
	if time.Since(start) > 15*time.Second {
		t.Fatal("pongs set the ping timeout in place of the interval")
	}
	c.pings = false
	c.healthy()
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
