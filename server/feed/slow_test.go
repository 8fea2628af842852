package feed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/rooms/streams"
)

// never opens a feed over a connection that is not read from, but for the handshake, until the test does.
func (s *stage) never(path string, header http.Header) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { nc.Close() })
	if err := nc.SetDeadline(time.Now().Add(2 * patience)); err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header = header
	if err := request.Write(nc); err != nil {
		s.t.Fatal(err)
	}
	r := bufio.NewReaderSize(nc, 16) // the smallest there is: what is read ahead is not left in the kernel
	response, err := http.ReadResponse(r, request)
	if err != nil || response.StatusCode > http.StatusOK {
		s.t.Fatalf("%s: %v, %v", path, response, err)
	}
	return nc, r
}

var eventStream = http.Header{"Accept": {"text/event-stream"}}

// TestWhoDoesNotReadIsClosedWhileOthersGoOn: what waits for him is bounded all the time, on both carriers.
func TestWhoDoesNotReadIsClosedWhileOthersGoOn(t *testing.T) {
	const most, filling = 256 << 10, 10_000
	s := newStage(t, Options{MaxQueue: most, WriteTimeout: 300 * time.Millisecond})
	for name, header := range map[string]http.Header{"WebSocket": handshake(), "events": eventStream} {
		t.Run(name, func(t *testing.T) {
			good := s.dial("/x/_streams/public", nil)
			served := s.feed()
			s.never("/x/_streams/public", header)
			deaf := s.feed()
			heard := make(chan int, 1)
			go func() {
				n := 0
				for text, err := good.next(); err == nil && strings.HasPrefix(text, fmt.Sprintf(`{"n":%d,`, n)); text, err = good.next() {
					n++
				}
				heard <- n
			}()
			sent := 0
			for deaf.ctx.Err() == nil {
				d := numbered(sent, strings.Repeat("x", filling))
				served.put(d)
				deaf.put(d)
				sent++
				deaf.mu.Lock()
				queued := deaf.queued
				deaf.mu.Unlock()
				if queued > most+d.size() {
					t.Fatalf("%d bytes wait, the most is %d and one document", queued, most)
				}
				if err := served.Wait(t.Context()); err != nil {
					t.Fatalf("who reads was closed: %v", err)
				}
			}
			deaf.mu.Lock()
			left := len(deaf.queue)
			deaf.mu.Unlock()
			if left > 0 {
				t.Errorf("%d documents are kept for somebody who was closed", left)
			}
			eventually(t, "one feed is left", func() bool { return s.Feeds() == 1 })
			served.Closed(streams.ReasonRemoved)
			if n := <-heard; n != sent {
				t.Errorf("who reads heard %d of %d", n, sent)
			}
		})
	}
	s.gone()
	if n := s.Slow(); n != 2 {
		t.Errorf("%d were counted, want one by each carrier", n)
	}
}

// TestWhoTakesNothingIsCountedOnce: also where little waits for him, so that it is the time of the write that ends him.
func TestWhoTakesNothingIsCountedOnce(t *testing.T) {
	s := newStage(t, Options{MaxQueue: 64 << 20, WriteTimeout: 300 * time.Millisecond})
	for name, header := range map[string]http.Header{"WebSocket": handshake(), "events": eventStream} {
		t.Run(name, func(t *testing.T) {
			before := s.Slow()
			s.never("/x/_streams/public", header)
			s.feed().put(numbered(0, strings.Repeat("x", 24<<20))) // more than the kernel takes
			eventually(t, "it is gone", func() bool { return s.Feeds() == 0 })
			if n := s.Slow() - before; n != 1 {
				t.Errorf("%d were counted", n)
			}
		})
	}
	l := s.dial("/x/_streams/public", nil)
	s.feed()
	before := s.Slow()
	_ = l.CloseNow()
	eventually(t, "it is gone", func() bool { return s.Feeds() == 0 })
	if n := s.Slow() - before; n != 0 {
		t.Errorf("who left was counted as slow")
	}
	s.gone()
}

func TestWhoReadsTooLateIsToldWhy(t *testing.T) {
	s := newStage(t, Options{MaxQueue: 64 << 10})
	flood := func(c *conn) {
		for n := 0; c.ctx.Err() == nil; n++ {
			c.put(numbered(n, strings.Repeat("x", 10_000)))
		}
	}
	l := s.dial("/x/_streams/public", nil)
	flood(s.feed())
	l.closed(1013, "slow")

	_, r := s.never("/x/_streams/public", eventStream)
	flood(s.feed())
	last := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("ended with %v before a word of it, behind %.100q", err, last)
		}
		if line == `data: {"reason":"slow"}`+"\n" && last == "event: closed\n" {
			break
		}
		last = line
	}
	s.gone()
	if n := s.Slow(); n != 2 {
		t.Errorf("%d were counted, want 2", n)
	}
}

// TestWaitLastsAsLongAsTheClientComesOn: what is read for one client alone comes no faster than it takes it.
func TestWaitLastsAsLongAsTheClientComesOn(t *testing.T) {
	const documents = 2000
	s := newStage(t, Options{MaxQueue: 64 << 10, WriteTimeout: time.Second})
	l := s.dial("/x/_streams/public", nil)
	c := s.feed()
	fed := make(chan error, 1)
	go func() {
		for n := range documents {
			if err := c.Wait(t.Context()); err != nil {
				fed <- fmt.Errorf("document %d: %w", n, err)
				return
			}
			c.put(numbered(n, strings.Repeat("x", 10_000)))
		}
		fed <- nil
	}()
	for n := range documents {
		if text := l.hear(); !strings.HasPrefix(text, fmt.Sprintf(`{"n":%d,`, n)) {
			t.Fatalf("got %.60s in place of %d", text, n)
		}
	}
	if err := <-fed; err != nil {
		t.Fatal(err)
	}

	// One document may take longer than the time that a client may take nothing.
	_, r := s.never("/x/_streams/public", handshake())
	steady := s.feed()
	steady.put(numbered(0, strings.Repeat("x", 12<<20)))
	eventually(t, "it is being written", func() bool { steady.mu.Lock(); defer steady.mu.Unlock(); return len(steady.queue) == 0 })
	steady.put(numbered(1, strings.Repeat("x", 64<<10)))
	waited := make(chan error, 1)
	go func() { waited <- steady.Wait(t.Context()) }()
	part := make([]byte, 256<<10)
	pace := time.NewTicker(40 * time.Millisecond) // 2 s for all of it
	defer pace.Stop()
	for left := 12 << 20; left > 0; left -= len(part) {
		if _, err := io.ReadFull(r, part); err != nil {
			t.Fatal(err)
		}
		<-pace.C
	}
	if err := <-waited; err != nil {
		t.Errorf("a client that reads all the time is taken for slow: %v", err)
	}
	steady.cut()

	s.never("/x/_streams/public", handshake())
	stuck := s.feed()
	for n := 0; ; n++ {
		if err := stuck.Wait(t.Context()); err != nil {
			if !errors.Is(err, errEnded) {
				t.Errorf("Wait ended with %v", err)
			}
			break
		}
		stuck.put(numbered(n, strings.Repeat("x", 10_000)))
	}
	_ = l.CloseNow()
	s.gone()
}
