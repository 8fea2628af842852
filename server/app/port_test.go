package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// impatient serves with deadlines of a test's length.
func impatient(t *testing.T, handler http.HandlerFunc) net.Conn {
	t.Helper()
	const short = 100 * time.Millisecond
	server := httptest.NewServer(deadlines(handler, short, short))
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestWhoDoesNotReadHisAnswerIsLetGo(t *testing.T) {
	failed := make(chan error, 1)
	conn := impatient(t, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				failed <- err
				return
			}
		}
	})
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-failed:
	case <-time.After(time.Minute):
		t.Error("the answer is still being written")
	}
}

func TestWhoDoesNotSendHisBodyIsLetGo(t *testing.T) {
	failed := make(chan error, 1)
	conn := impatient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		failed <- err
	})
	fmt.Fprint(conn, "POST /socket.io/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
	select {
	case err := <-failed:
		if err == nil {
			t.Error("half a body was taken for a whole")
		}
	case <-time.After(time.Minute):
		t.Error("the body is still waited for")
	}
}

// The deadlines of a request must not end a later one of the same connection.
func TestPollingRequestsWaitLongerThanOthersMay(t *testing.T) {
	const wait = 300 * time.Millisecond
	conn := impatient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusGone)
		case <-time.After(wait):
			fmt.Fprint(w, "something was said")
		}
	})
	reader := bufio.NewReader(conn)
	for _, request := range []string{
		"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
		"GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		fmt.Fprint(conn, request)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%q: %v", request, err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%q: %d, %v", request, response.StatusCode, err)
		}
		response.Body.Close()
	}
}

func TestEachPathHasItsHandler(t *testing.T) {
	named := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, name) })
	}
	served := port{named("sockets"), named("json"), named("files"), named("feeds"), named("page")}
	for _, tt := range []struct{ method, target, accept, want string }{
		{"GET", "/", "text/html", "page"},
		{"GET", "/rooms/general", "text/html", "page"},
		{"GET", "/rooms/..", "text/html", "page"},
		{"GET", "/feeds", "text/html", "page"},
		{"GET", "/assets/index.js", "*/*", "page"},
		{"POST", "/", "", "page"},
		{"POST", "/rooms/general", "", "page"},
		{"GET", "/socket.io/?EIO=4", "", "sockets"},
		{"POST", "/socket.io/?EIO=4", "", "sockets"},
		{"GET", "/api/rooms", "application/json", "json"},
		{"PUT", "/api/streams/messages/all", "", "json"},
		{"POST", "/api/rooms/general/files", "", "files"},
		{"GET", "/api/rooms/general/files/X/thumbnail", "", "files"},
		{"GET", "/api/rooms/a%2Fb/files/X/url", "", "files"},
		{"GET", "/api/rooms/general/files/X/other", "", "json"},
		{"GET", "/api/rooms/files/messages", "", "json"},
		{"GET", "/healthz", "application/json", "json"},
		{"GET", "/readyz", "", "json"},
		{"GET", "/_streams/room-general", "", "feeds"},
		{"GET", "/messages/_streams/all", "text/html", "feeds"},
		{"GET", "/messages", "text/html", "page"},
		{"GET", "/messages?rep=SHAL", "*/*", "feeds"},
		{"PUT", "/messages", "", "feeds"},
		{"POST", "/shop/messages", "", "feeds"},
		{"POST", "/acl", "", "feeds"},
		{"POST", "/api", "", "page"},
	} {
		r := httptest.NewRequest(tt.method, tt.target, nil)
		r.Header.Set("Accept", tt.accept)
		w := httptest.NewRecorder()
		served.ServeHTTP(w, r)
		if got := w.Body.String(); got != tt.want {
			t.Errorf("%s %s (%s) went to %s, want %s", tt.method, tt.target, tt.accept, got, tt.want)
		}
	}
}
