package attacks

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/server/app/apptest"
)

// Headers and bodies that come one byte at a time, or not at all, hold nothing for longer than their time: each is cut or
// answered, however long its client would go on, and who behaves is served meanwhile.
func TestSlowloris(t *testing.T) {
	s := newStage(t, apptest.Options{})
	sid := between(string(s.call("GET", "/socket.io/?EIO=4&transport=polling", "", "").body), `"sid":"`, `"`)
	head := func(method, path, more string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: " + s.Addr + "\r\nAuthorization: Bearer " + s.ann + "\r\n" + more
	}
	body := "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
	var all sync.WaitGroup
	for name, begins := range map[string]string{
		"nothing":               "",
		"half a request line":   "GET /api/ro",
		"a header":              head("GET", "/api/rooms", "X-More: "),
		"a WebSocket's header":  head("GET", "/socket.io/?EIO=4&transport=websocket", "Connection: Upgrade\r\nX-More: "),
		"a feed's header":       head("GET", "/_streams/room-den", "Accept: text/event-stream\r\nX-More: "),
		"a body":                head("POST", "/api/rooms/den/messages", body+`{"text":"`),
		"a body in chunks":      head("POST", "/api/rooms/den/messages", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"),
		"a hook's body":         head("POST", s.hook(), body+`{"text":"`),
		"a body that polls":     head("POST", "/socket.io/?EIO=4&transport=polling&sid="+sid, "Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n42"), // the second time while the first is read
		"a body of no session":  head("POST", "/socket.io/?EIO=4&transport=polling&sid=none", "Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n42"),
		"a handshake's body":    head("GET", "/socket.io/?EIO=4&transport=polling", "Content-Length: 1000\r\n\r\n42"),
		"a body for the page":   head("GET", "/", "Content-Length: 1000\r\n\r\n42"),
		"a body nobody asks of": head("GET", "/api/rooms", body),
	} {
		for _, trickles := range []bool{false, true} {
			all.Go(func() {
				began := time.Now()
				if err := s.slowly(begins, trickles); err != nil {
					t.Errorf("%s, more of it %t: after %s: %v", name, trickles, time.Since(began), err)
				}
			})
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		all.Wait()
	}()
	for served := false; !served; {
		s.must("GET", "/api/rooms", "")
		select {
		case <-ended:
			served = true
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// slowly sends the beginning of a request, and then nothing or a byte now and then, until the server ends it by an answer or by
// closing.
func (s *stage) slowly(begins string, trickles bool) error {
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(apptest.Patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, begins); err != nil {
		return err
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		const each = 200 * time.Millisecond
		tick := time.NewTicker(each)
		defer tick.Stop()
		for trickles {
			select {
			case <-stop:
				return
			case <-tick.C:
				if _, err := io.WriteString(conn, "x"); err != nil {
					return // it is closed, as the reader sees
				}
			}
		}
	}()
	defer func() { close(stop); conn.Close(); <-stopped }()
	_, err = bufio.NewReader(conn).ReadByte()
	if err == io.EOF || err != nil && strings.Contains(err.Error(), "reset") {
		return nil
	}
	return err
}
