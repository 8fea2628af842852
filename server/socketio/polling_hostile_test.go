package socketio

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

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

// TestPollsOutliveTheServersDeadlines serves with deadlines that are shorter than a poll, as any server should have.
func TestPollsOutliveTheServersDeadlines(t *testing.T) {
	s := newStage(t)
	short := httptest.NewUnstartedServer(s.io.Handler())
	short.Config.ReadTimeout, short.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	short.Start()
	t.Cleanup(short.Close)
	s.Server.URL, short.URL = short.URL, s.Server.URL
	p, _ := s.poller()
	p.connect()
	p.say(`42["join","room"]`)
	answer := make(chan string, 1)
	go func() {
		_, body := p.get()
		answer <- body
	}()
	select {
	case body := <-answer:
		t.Fatalf("the poll was answered %q", body)
	case <-time.After(time.Second):
	}
	s.io.broadcast("room", [][]byte{eventPacket("n", []byte("1"))})
	if body := <-answer; body != `42["n",1]` {
		t.Fatalf("the poll was answered %q", body)
	}
	s.Server.URL = short.URL
}
