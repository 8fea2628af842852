package socketio

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
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
	go func() { drained <- s.io.Drain(ctx) }()
	code, reason, texts := c.closed()
	if code != 1012 || reason != "draining" || fmt.Sprint(texts) != `[42["server_draining",{"reconnectInMs":1000}] 42["closing",{"reason":"draining"}]]` {
		t.Errorf("closed with %d %q after %q", code, reason, texts)
	}
	body := <-heard
	for range 2 { // the notice may be quicker than the last words; the close comes by itself
		if !strings.HasSuffix(body, "\x1e1") {
			_, more := p.get()
			body += "\x1e" + more
		}
	}
	if body != "42[\"server_draining\",{\"reconnectInMs\":1000}]\x1e42[\"closing\",{\"reason\":\"draining\"}]\x1e1" {
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

func TestConnectionsOfOneAddressAreCapped(t *testing.T) {
	s := newStage(t, func(o *Options) { o.PerAddress = 3 })
	first := s.join()
	s.join()
	p, _ := s.poller()
	p.connect()
	if status, _ := s.request("GET", "EIO=4&transport=polling", "", ""); status != http.StatusServiceUnavailable {
		t.Errorf("the fourth was answered %d", status)
	}
	over := s.raw()
	over.write([]byte(handshakeLines(s, "")))
	if r, err := http.ReadResponse(over.in, nil); err != nil || r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the fourth was answered %v %v", r, err)
	}
	// Handshakes that fail take no place; ends give theirs back.
	for range 5 {
		s.request("POST", "EIO=4&transport=polling", "", "")
	}
	first.conn.Close()
	within(t, "the first to be gone", func() bool { return s.io.Connections() == 2 })
	s.join()
	p.say("1")
	within(t, "the poller to be gone", func() bool { return s.io.Connections() == 2 })
	s.join()
}

func TestNewRefusesWhatItCannotServeWith(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("no error without a Service")
	}
	for _, origin := range []string{"chat.example", "https://chat.example/", "https://chat.example/path", "https://", "://"} {
		if _, err := newServer(Options{AllowedOrigins: []string{origin}}, &echoChat{}); err == nil || !strings.Contains(err.Error(), origin) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
