package engineio

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"roomstream/rooms/limits"
)

func TestAPanicOfAcceptGivesTheConnectionAndItsPlaceBack(t *testing.T) {
	s := New(Options{Places: limits.NewPlaces("address_connections", 1), Accept: func(*Conn, *http.Request) Handler { panic("on purpose") }})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = s.ServeWebSocket(w, r) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()
	for i := range 3 { // a place that is kept would make the second one 429
		nc, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		fmt.Fprintf(nc, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
		if line, err := bufio.NewReader(nc).ReadString('\n'); err != io.EOF {
			t.Errorf("connection %d: answered %q, %v; want it closed", i, line, err)
		}
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	if len(s.registry.conns) != 0 || !s.registry.places.Enter("127.0.0.1") {
		t.Errorf("%d connections are kept, or their places", len(s.registry.conns))
	}
}
