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

func TestTLS(t *testing.T) {
	s := newStage(t)
	secure := httptest.NewTLSServer(s.io.Handler())
	t.Cleanup(secure.Close)
	t.Cleanup(secure.CloseClientConnections)
	conn, err := tls.Dial("tcp", secure.Listener.Addr().String(), &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(longEnough))
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
