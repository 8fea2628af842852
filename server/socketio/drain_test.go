package socketio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestDrainTellsEverybodyAndWaits(t *testing.T) {
	s := newStage(t)
	c := s.join()
	p, _ := s.poller()
	p.connect()
	heard := make(chan string, 1)
	go func() {
		_, body := p.get()
		heard <- body
	}()
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), longEnough)
	defer cancel()
	go func() { drained <- s.io.Drain(ctx, Draining{Answers: longEnough, Last: longEnough}) }()
	code, reason, texts := c.closed()
	if code != 1012 || reason != "draining" || fmt.Sprint(texts) != `[42["server_draining",{"reconnectInMs":1}] 42["closing",{"reason":"draining"}]]` {
		t.Errorf("closed with %d %q after %q", code, reason, texts)
	}
	body := <-heard
	for range 2 { // the notice may be quicker than the last words; the close comes by itself
		if !strings.HasSuffix(body, "\x1e1") {
			_, more := p.get()
			body += "\x1e" + more
		}
	}
	if body != "42[\"server_draining\",{\"reconnectInMs\":1}]\x1e42[\"closing\",{\"reason\":\"draining\"}]\x1e1" {
		t.Errorf("polled %q", body)
	}
	c.conn.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	r, err := http.Get(s.URL + "/socket.io/?EIO=4&transport=polling")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("handshake while draining: %s %v", r.Status, r.Header)
	}
	w := s.raw()
	w.write([]byte(handshakeLines(s, "")))
	if r, err := http.ReadResponse(w.in, nil); err != nil || r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("handshake while draining: %v %v", r, err)
	}
}

// draining says whether all members are being sent away.
func (s *stage) draining() bool {
	for _, m := range s.io.adapter.everybody() {
		if !m.client.draining() {
			return false
		}
	}
	return true
}

// What a client had asked is answered before its connection is closed. What it asks afterwards is not taken.
func TestADrainedClientGetsItsAnswersFirst(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.text(`421["later"]`)
	within(t, "the question is taken", func() bool { return len(s.chat.last(t).log()) == 2 })
	drained := make(chan error, 1)
	go func() { drained <- s.io.Drain(context.Background(), Draining{Answers: time.Hour, Last: longEnough}) }()
	c.expect(`42["server_draining",{"reconnectInMs":1}]`)
	within(t, "the client is being sent away", s.draining)
	c.text(`422["echo","too late"]`)
	c.write(masked(0x89, nil))
	if op, _, err := c.frame(); err != nil || op != 0xA { // so the echo has been read
		t.Fatalf("a ping is answered by %x, %v", op, err)
	}
	close(s.chat.block)
	code, _, texts := c.closed()
	if code != 1012 || fmt.Sprint(texts) != `[431[{"ok":true}] 42["closing",{"reason":"draining"}]]` {
		t.Errorf("closed with %d after %q", code, texts)
	}
	c.conn.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if log := fmt.Sprint(s.chat.last(t).log()); strings.Contains(log, "too late") {
		t.Errorf("what came too late was taken: %s", log)
	}
}

// Whoever's turn is later is served until then.
func TestDrainedClientsGoOneAfterAnother(t *testing.T) {
	s := newStage(t)
	clients := []*rawClient{s.join(), s.join()}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- s.io.Drain(ctx, Draining{Spread: time.Hour, Answers: time.Hour, Last: longEnough}) }()
	var first, second *rawClient
	for _, c := range clients {
		switch told := c.next(); told {
		case `42["server_draining",{"reconnectInMs":1}]`:
			first = c
		case `42["server_draining",{"reconnectInMs":1800000}]`:
			second = c
		default:
			t.Fatalf("told %s", told)
		}
	}
	if first == nil || second == nil {
		t.Fatal("both have the same turn")
	}
	if code, _, _ := first.closed(); code != 1012 {
		t.Errorf("the first is closed with %d", code)
	}
	first.conn.Close()
	if got := second.ask("echo", `"x"`); got != `"x"` {
		t.Errorf("the second is answered %s", got)
	}
	cancel()
	if err := <-drained; !errors.Is(err, context.Canceled) {
		t.Errorf("Drain returned %v", err)
	}
}

// A client whose question is never answered is closed when that has taken too long.
func TestADrainedClientWaitsNotForEver(t *testing.T) {
	s := newStage(t)
	defer close(s.chat.block)
	c := s.join()
	c.text(`421["later"]`)
	within(t, "the question is taken", func() bool { return len(s.chat.last(t).log()) == 2 })
	drained := make(chan error, 1)
	go func() {
		drained <- s.io.Drain(context.Background(), Draining{Answers: time.Millisecond, Last: longEnough})
	}()
	if code, _, texts := c.closed(); code != 1012 || texts[len(texts)-1] != `42["closing",{"reason":"draining"}]` {
		t.Errorf("closed with %d after %q", code, texts)
	}
	c.conn.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// A client that polls and does not come for its last packets is not waited for as one that is to be answered.
func TestWhoDoesNotPollIsNotWaitedForLong(t *testing.T) {
	s := newStage(t)
	p, _ := s.poller()
	p.connect()
	err := s.io.Drain(t.Context(), Draining{Answers: time.Hour, Last: 10 * time.Millisecond})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain returned %v", err)
	}
}
