package socketio

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// rawTLS opens a TLS connection to the stage, which ends with the test.
func (s *stage) rawTLS() *rawClient {
	s.t.Helper()
	if s.secure == nil {
		s.secure = httptest.NewTLSServer(s.io.Handler())
		s.t.Cleanup(s.secure.Close)
	}
	conn, err := net.Dial("tcp", s.secure.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() }) // and nothing that keeps the client's side of TLS: a benchmark forgets it
	roots := s.secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	secure := tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	secure.SetDeadline(time.Now().Add(longEnough))
	return &rawClient{t: s.t, conn: secure, in: bufio.NewReader(secure)}
}

// joinTLS is join by TLS.
func (s *stage) joinTLS() *rawClient {
	s.t.Helper()
	c := s.rawTLS()
	c.write([]byte(handshakeLines(s, "")))
	c.accepted()
	c.next()
	c.connect()
	return c
}

func TestTLS(t *testing.T) {
	s := newStage(t)
	c := s.rawTLS()
	c.write(append([]byte(handshakeLines(s, "")), textFrame("40")...))
	c.accepted()
	c.next()
	c.next()
	c.expect(`42["ready",{}]`)
	c.healthy()
	c.ask("join", `"room"`)
	for i := range 500 {
		s.io.broadcast("room", [][]byte{eventPacket("n", fmt.Append(nil, i))})
	}
	for i := range 500 {
		c.expect(fmt.Sprintf(`42["n",%d]`, i))
	}
	c.text(`42["close me"]`)
	if code, _, texts := c.closed(); code != 4001 || len(texts) != 1 {
		t.Errorf("closed with %d after %q", code, texts)
	}
}

func TestSlowReaderOfAWrappedConnection(t *testing.T) {
	s := newStage(t, func(o *Options) { o.WriteTimeout = time.Second })
	wrapped := httptest.NewUnstartedServer(s.io.Handler())
	wrapped.Listener = wrapping{wrapped.Listener}
	wrapped.Start()
	t.Cleanup(wrapped.Close)
	c := s.raw()
	c.conn.Close()
	conn, err := net.Dial("tcp", wrapped.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c = &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
	c.write([]byte(handshakeLines(s, "")))
	c.accepted()
	c.next()
	c.connect()
	c.ask("join", `"room"`)
	big := eventPacket("n", fmt.Appendf(nil, "%q", strings.Repeat("x", 100_000)))
	within(t, "the reader that stopped is cut", func() bool {
		s.io.broadcast("room", [][]byte{big})
		return s.io.Connections() == 0
	})
}

type wrapping struct{ net.Listener }

func (w wrapping) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{c}, nil
}
