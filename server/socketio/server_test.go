package socketio

import (
	"net/http"
	"strings"
	"testing"

	"roomstream/rooms/limits"
)

func TestConnectionsOfOneAddressAreCapped(t *testing.T) {
	s := newStage(t, func(o *Options) { o.Limits.AddressConnections = limits.NewPlaces("address_connections", 3) })
	first := s.join()
	s.join()
	p, _ := s.poller()
	p.connect()
	if status, _ := s.request("GET", "EIO=4&transport=polling", "", ""); status != http.StatusTooManyRequests {
		t.Errorf("the fourth was answered %d", status)
	}
	over := s.raw()
	over.write([]byte(handshakeLines(s, "")))
	if r, err := http.ReadResponse(over.in, nil); err != nil || r.StatusCode != http.StatusTooManyRequests {
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
