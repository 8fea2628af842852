package feed

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// TestEveryLengthOfFrameArrives holds the frames that are written past the library to what its client reads.
func TestEveryLengthOfFrameArrives(t *testing.T) {
	s := newStage(t, Options{})
	l := s.dial("/x/_streams/public", nil)
	c := s.feed()
	lengths := []int{0, 1, 60, 100, 101, 102, 103, 104, 105, 110, 126, 127, 1000, 4096, 65_000, 65_490, 65_500, 65_510, 65_536, 70_000, 300_000}
	for n, length := range lengths {
		c.put(numbered(n, strings.Repeat("ä", length/2)+strings.Repeat("x", length%2)))
		if c.Wait(t.Context()) != nil {
			t.Fatal("the client is taken for slow")
		}
	}
	for n, length := range lengths {
		var got struct {
			N       int
			Filling string
			After   string
		}
		text := l.hear()
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.N != n || got.After != fmt.Sprint("place-", n) || len(got.Filling) != length/2*2+length%2 {
			t.Fatalf("document %d of %d bytes came as %.100s (%v)", n, length, text, err)
		}
		if !strings.HasSuffix(text, fmt.Sprintf(`,"after":"place-%d"}`, n)) {
			t.Fatalf("after is not the last member: %s", text[len(text)-40:])
		}
	}
	for _, d := range []document{{json: []byte(`{}`), place: `a"b`}, {json: []byte(`{}`)}, {json: []byte(`{"ready":true}`)}} {
		c.put(d)
	}
	for _, want := range []string{`{"after":"a\"b"}`, `{}`, `{"ready":true}`} {
		if got := l.hear(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestAFramesLengthIsAsShortAsItMayBe, as RFC 6455, 5.2, wants it: not every client would say.
func TestAFramesLengthIsAsShortAsItMayBe(t *testing.T) {
	for length, header := range map[int]int{2: 2, 125: 2, 126: 4, 65_535: 4, 65_536: 10} {
		json := []byte(`{"":"` + strings.Repeat("x", length) + `"}`)[:length]
		if got := len(appendText(nil, document{json: json})) - length; got != header {
			t.Errorf("%d bytes have a header of %d, want %d", length, got, header)
		}
	}
}

// TestJSONIsSharedAndStaysAsItIs: one slice stands in the queues of many, so nobody may write into it or behind it.
func TestJSONIsSharedAndStaysAsItIs(t *testing.T) {
	s := newStage(t, Options{})
	shared := append(make([]byte, 0, 100), `{"n":1}`...)
	var listeners []*listener
	for i := range 5 {
		listeners = append(listeners, s.dial("/x/_streams/public", nil))
		s.feed().put(document{json: shared, place: fmt.Sprint(i)})
	}
	for i, l := range listeners {
		if got, want := l.hear(), fmt.Sprintf(`{"n":1,"after":"%d"}`, i); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if spare := string(shared[:cap(shared)]); spare != `{"n":1}`+strings.Repeat("\x00", cap(shared)-len(shared)) {
		t.Errorf("the shared JSON became %q", spare)
	}
}

func TestWhatAStreamEndsWithClosesTheFeed(t *testing.T) {
	s := newStage(t, Options{})
	for reason, code := range map[streams.Reason]websocket.StatusCode{
		streams.ReasonChanged: 1001, streams.ReasonRemoved: 1001, streams.ReasonDropped: 1001, streams.ReasonForbidden: 1001,
		streams.ReasonHistoryLost: 1001, streams.ReasonFailed: 1001, streams.ReasonSlow: 1013, streams.ReasonDraining: 1012,
	} {
		l := s.dial("/x/_streams/public", nil)
		c := s.feed()
		c.put(numbered(1, ""))
		if got := l.hear(); !strings.HasPrefix(got, `{"n":1`) {
			t.Fatalf("got %s", got)
		}
		c.Closed(reason)
		if n := l.closed(code, string(reason)); n != 0 {
			t.Errorf("%s: %d messages came behind the end", reason, n)
		}
	}
	s.gone()
}

func TestWhatIsQueuedComesBeforeTheEnd(t *testing.T) {
	s := newStage(t, Options{})
	l := s.dial("/x/_streams/public", nil)
	c := s.feed()
	for n := range 1000 {
		c.put(numbered(n, strings.Repeat("x", 500)))
	}
	c.Closed(streams.ReasonRemoved)
	c.put(numbered(1000, "behind the end"))
	if n := l.closed(1001, "removed"); n != 1000 {
		t.Errorf("%d of 1000 came", n)
	}
}

func TestATokensEndAndARevocationCloseFeeds(t *testing.T) {
	s := newStage(t, Options{})
	short := s.dial("/x/_streams/private", http.Header{"Authorization": {"Bearer " + s.token("alice", time.Second)}})
	long := s.dial("/x/_streams/private", s.bearer("alice"))
	nobody := s.dial("/x/_streams/public", nil)
	bob := s.dial("/x/_streams/private", s.bearer("bob"))
	for range 4 {
		s.feed()
	}
	short.closed(4001, "token_expired")
	eventually(t, "three feeds are left", func() bool { return s.Feeds() == 3 })
	s.Revoke("alice")
	long.closed(4003, "revoked")
	s.Revoke("nobody")
	s.Revoke("")
	s.Revoke("bob")
	bob.closed(4003, "revoked")
	eventually(t, "one feed is left", func() bool { return s.Feeds() == 1 })
	_ = nobody.Close(websocket.StatusNormalClosure, "")
	s.gone()
}

func TestWhatClientsSendIsNotLookedAt(t *testing.T) {
	s := newStage(t, Options{})
	l := s.dial("/x/_streams/public", nil)
	c := s.feed()
	for _, text := range []string{"", "{}", strings.Repeat("x", maxIncoming)} {
		if err := l.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	c.put(numbered(1, ""))
	l.hear()
	if err := l.Write(t.Context(), websocket.MessageBinary, make([]byte, maxIncoming+100)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.next(); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("ended with %v", err)
	}
	s.gone()
}

func TestAClientThatAnswersNoPingIsLetGo(t *testing.T) {
	s := newStage(t, Options{PingInterval: 50 * time.Millisecond, PingTimeout: 200 * time.Millisecond})
	answering := s.dial("/x/_streams/public", nil)
	c := s.feed()
	deaf := s.dial("/x/_streams/public", nil) // the library answers pings only while it reads
	s.feed()
	texts := make(chan string, 1)
	go func() {
		text, _ := answering.next()
		texts <- text
	}()
	eventually(t, "one feed is left", func() bool { return s.Feeds() == 1 })
	c.put(numbered(1, ""))
	if text := <-texts; !strings.HasPrefix(text, `{"n":1`) {
		t.Errorf("who answers got %q", text)
	}
	_ = deaf.CloseNow()
}

func TestDrainTellsEveryFeedAndLetsNobodyIn(t *testing.T) {
	s := newStage(t, Options{})
	var all []*listener
	for range 20 {
		l := s.dial("/x/_streams/private", s.bearer("alice"))
		s.feed().put(numbered(1, ""))
		all = append(all, l)
	}
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(t.Context(), 0) }()
	for _, l := range all {
		if n := l.closed(1012, "draining"); n != 1 {
			t.Errorf("%d messages came before the end", n)
		}
	}
	if err := <-drained; err != nil || s.Feeds() != 0 {
		t.Errorf("drained with %v, %d feeds left", err, s.Feeds())
	}
	s.ask(http.MethodGet, "/x/_streams/public", handshake(), "").refused(t, 503, rooms.CodeUnavailable, "")
}

// countingConn counts the writes to the kernel.
type countingConn struct {
	net.Conn
	writes, bytes int
}

func (c *countingConn) SetWriteDeadline(time.Time) error { return nil }
func (c *countingConn) Write(p []byte) (int, error) {
	c.writes++
	c.bytes += len(p)
	return len(p), nil
}

func TestABurstLeavesInFewWrites(t *testing.T) {
	s := newStage(t, Options{})
	counting := &countingConn{}
	carried := &webSocket{server: s.Server, wire: &wire{Conn: counting, timeout: time.Hour, took: func() {}}}
	c := s.newConn(caller{}, false)
	defer c.cancel()
	const burst = 1000
	for n := range burst {
		c.put(numbered(n, strings.Repeat("x", 200)))
	}
	var list []document
	for {
		if list, _ = c.take(list); len(list) == 0 {
			break
		}
		if err := carried.send(list); err != nil {
			t.Fatal(err)
		}
	}
	if counting.bytes < burst*200 || counting.writes > counting.bytes/(writeChunk/4) {
		t.Errorf("%d bytes left in %d writes", counting.bytes, counting.writes)
	}
}
