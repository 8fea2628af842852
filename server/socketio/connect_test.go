package socketio

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

func TestUnknownNamespaceIsRefused(t *testing.T) {
	s := newStage(t)
	c, _ := s.open()
	c.text("40/custom,")
	c.expect(`44/custom,{"message":"Invalid namespace"}`)
	c.text(`40/other,{"token":"x"}`)
	c.expect(`44/other,{"message":"Invalid namespace"}`)
	c.connect()
	c.healthy()
	if n := len(s.chat.sessions); n != 1 {
		t.Errorf("%d sessions", n)
	}
	// Who asks on and on is closed.
	flood, _ := s.open()
	flood.try(bytes.Repeat(textFrame("40/custom,"), 1000))
	if code, _, texts := flood.closed(); code != engineio.ClosePolicy || len(texts) > maxRefusals {
		t.Errorf("closed with %d after %d answers", code, len(texts))
	}
}

func TestConnectIsRefusedWithTheErrorAsData(t *testing.T) {
	s := newStage(t)
	c, _ := s.open()
	c.text(`40{"refuse":true}`)
	c.expect(`44{"message":"refused","data":{"code":"UNAUTHENTICATED","message":"refused","retryable":false}}`)
	c.connect(`{"refuse":false}`)
	c.healthy()
}

func TestNoConnectInTimeIsClosed(t *testing.T) {
	s := newStage(t, fast, func(o *Options) { o.PingInterval = time.Minute })
	c, _ := s.open()
	if code, _, _ := c.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	// A refused CONNECT is none.
	r, _ := s.open()
	r.text(`40{"refuse":true}`)
	if code, _, _ := r.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	// Nor is one who left and does not come back.
	l := s.join()
	l.text("41")
	if code, _, _ := l.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	p, _ := s.poller()
	if _, body := p.get(); body != "1" {
		t.Errorf("the poll was answered %q", body)
	}
	if n := s.io.Connections(); n != 0 {
		within(t, "nobody left", func() bool { return s.io.Connections() == 0 })
	}
}

func TestLeavingAndConnectingAgain(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.ask("join", `"room"`)
	first := s.chat.last(t)
	c.text("41")
	c.connect()
	c.healthy()
	if n := s.io.members("room"); n != 0 {
		t.Errorf("%d members in the room", n)
	}
	within(t, "the first session to be closed", func() bool { log := first.log(); return log[len(log)-1] == "closed" })
	// The old link is dead: nothing of it reaches the client's new session.
	first.link.Emit("late", []byte("1"))
	first.link.Join("room")
	c.healthy()
	if n := s.io.members("room"); n != 0 {
		t.Errorf("a socket that has left joined a room")
	}
	// A second CONNECT of one who is connected ends the connection.
	c.text("40")
	if code, _, _ := c.closed(); code != engineio.ClosePolicy {
		t.Errorf("closed with %d", code)
	}
}

// TestConnectingAgainByTheHandshakesHeader: it is the only credential of many programs.
func TestConnectingAgainByTheHandshakesHeader(t *testing.T) {
	s := newStage(t)
	c, _ := s.open("Authorization: Bearer abc")
	for range 3 {
		c.connect()
		if hs := s.chat.last(t).hs; hs.Authorization != "Bearer abc" {
			t.Fatalf("handshake %+v", hs)
		}
		s.chat.forget()
		c.text("41")
	}
}

func TestServerClosesWithItsReason(t *testing.T) {
	s := newStage(t)
	c := s.join()
	session := s.chat.last(t)
	c.write(append(textFrame(`421["echo",1]`), textFrame(`42["close me"]`)...))
	code, reason, texts := c.closed()
	if code != 4001 || reason != "token_expired" || fmt.Sprint(texts) != `[431[1] 42["closing",{"reason":"token_expired"}]]` {
		t.Errorf("closed with %d %q after %q", code, reason, texts)
	}
	within(t, "closed", func() bool { return strings.Join(session.log(), " ") == "connected echo1 close menull closed" })
	p, _ := s.poller()
	p.connect()
	p.say(`42["close me"]`)
	// The close comes by itself: the stock client drops what is in one payload with it.
	for _, want := range []string{`42["closing",{"reason":"token_expired"}]`, "1"} {
		if _, body := p.get(); body != want {
			t.Errorf("polled %q, not %q", body, want)
		}
	}
	if status, _ := p.get(); status != 400 {
		t.Errorf("poll after the end: %d", status)
	}
}

func TestSlowHandlerHoldsUpItsOwnClientOnly(t *testing.T) {
	s := newStage(t)
	slow, other := s.join(), s.join()
	slow.write(append(textFrame(`421["block"]`), textFrame(`422["echo",2]`)...))
	other.healthy()
	s.chat.block <- struct{}{}
	slow.expect(`431[{"ok":true}]`)
	slow.expect("432[2]")
}

func TestClosedComesAfterTheLastEvent(t *testing.T) {
	s := newStage(t)
	c := s.join()
	session := s.chat.last(t)
	c.text(`42["block"]`)
	within(t, "the event to run", func() bool { return len(session.log()) == 2 })
	c.conn.Close()
	session.link.Close(4003, "revoked")
	within(t, "the connection to be closing", func() bool { return s.io.adapter.size() == 0 })
	if log := session.log(); log[len(log)-1] == "closed" {
		t.Fatalf("closed while an event ran: %v", log)
	}
	s.chat.block <- struct{}{}
	within(t, "closed", func() bool { log := session.log(); return log[len(log)-1] == "closed" })
}
