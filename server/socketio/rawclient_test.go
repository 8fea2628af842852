package socketio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

// rawClient is a WebSocket client that sends exactly the bytes it is told to.
type rawClient struct {
	t     testing.TB
	conn  net.Conn
	in    *bufio.Reader
	acks  int
	pings bool // next returns them
	all   bool // next returns presence_updated, too, which comes whenever
}

// handshakeLines is a valid request, which a test may change.
func handshakeLines(s *stage, query string, more ...string) string {
	lines := []string{
		"GET /socket.io/?EIO=4&transport=websocket" + query + " HTTP/1.1",
		"Host: " + s.Listener.Addr().String(),
		"Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}
	return strings.Join(append(lines, more...), "\r\n") + "\r\n\r\n"
}

// raw opens a TCP connection, which ends with the test.
func (s *stage) raw() *rawClient {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(longEnough))
	return &rawClient{t: s.t, conn: conn, in: bufio.NewReader(conn)}
}

// open is a client whose WebSocket is open, and the payload of its open packet.
func (s *stage) open(more ...string) (*rawClient, map[string]any) {
	s.t.Helper()
	c := s.raw()
	c.write([]byte(handshakeLines(s, "", more...)))
	c.accepted()
	first := c.next()
	var open map[string]any
	if len(first) < 2 || first[0] != '0' || json.Unmarshal([]byte(first[1:]), &open) != nil {
		s.t.Fatalf("first packet %q, want an open packet", first)
	}
	return c, open
}

// join is a client that is connected to "/" and has read its ready.
func (s *stage) join(auth ...string) *rawClient {
	s.t.Helper()
	c, _ := s.open()
	c.connect(auth...)
	return c
}

func (c *rawClient) connect(auth ...string) {
	c.t.Helper()
	c.text("40" + strings.Join(auth, ""))
	if got := c.next(); !strings.HasPrefix(got, `40{"sid":"`) {
		c.t.Fatalf("answer to CONNECT: %q", got)
	}
	c.expect(`42["ready",{}]`)
}

func (c *rawClient) accepted() {
	c.t.Helper()
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatalf("reading the handshake's response: %v", err)
	}
	if r.StatusCode != http.StatusSwitchingProtocols || r.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		c.t.Fatalf("handshake answered %s %v", r.Status, r.Header)
	}
}

func (c *rawClient) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatalf("writing: %v", err)
	}
}

// try writes, where the server may have closed already.
func (c *rawClient) try(b []byte) bool {
	_, err := c.conn.Write(b)
	return err == nil
}

// masked makes a client's frame.
func masked(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := []byte{0x12, 0x34, 0x56, 0x78}
	b = append(b, mask...)
	for i, p := range payload {
		b = append(b, p^mask[i&3])
	}
	return b
}

func textFrame(s string) []byte { return masked(0x81, []byte(s)) }

func (c *rawClient) text(s string)   { c.t.Helper(); c.write(textFrame(s)) }
func (c *rawClient) binary(b []byte) { c.t.Helper(); c.write(masked(0x82, b)) }

// frame reads one frame of the server's.
func (c *rawClient) frame() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0]&0x70 != 0 || head[1]&0x80 != 0 || head[0]&0x80 == 0 {
		return 0, nil, fmt.Errorf("frame header %x", head)
	}
	n := uint64(head[1])
	switch n {
	case 126:
		var b [2]byte
		io.ReadFull(c.in, b[:])
		n = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		io.ReadFull(c.in, b[:])
		n = binary.BigEndian.Uint64(b[:])
	}
	if n > 64<<20 {
		return 0, nil, errors.New("frame too long")
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.in, payload)
	return head[0] & 15, payload, err
}

// next is the next text; pings are answered on the way.
func (c *rawClient) next() string {
	c.t.Helper()
	for {
		op, payload, err := c.frame()
		if err != nil {
			c.t.Fatalf("reading: %v", err)
		}
		if op != 1 {
			c.t.Fatalf("frame with opcode %d %q, want text", op, payload)
		}
		if string(payload) == "2" && !c.pings {
			c.try(textFrame("3"))
			continue
		}
		if !c.all && bytes.HasPrefix(payload, []byte(`42["presence_updated"`)) {
			continue
		}
		return string(payload)
	}
}

func (c *rawClient) expect(want string) {
	c.t.Helper()
	if got := c.next(); got != want {
		c.t.Fatalf("got %.300q, want %.300q", got, want)
	}
}

// ask sends an event and waits for its ack, which it returns.
func (c *rawClient) ask(name, arg string) string {
	c.t.Helper()
	c.acks++
	c.text(fmt.Sprintf(`42%d[%q,%s]`, c.acks, name, arg))
	head := fmt.Sprintf("43%d[", c.acks)
	for {
		if got := c.next(); strings.HasPrefix(got, head) {
			return got[len(head) : len(got)-1]
		}
	}
}

// closed reads to the end of the connection and returns the close code, 0 where there was no close frame, and the texts
// that came before it.
func (c *rawClient) closed() (code int, reason string, texts []string) {
	c.t.Helper()
	for {
		op, payload, err := c.frame()
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			c.t.Fatal("the connection was not closed")
		case err != nil:
			return code, reason, texts
		case op == 8:
			code = engineio.CloseNoCode
			if len(payload) >= 2 {
				code, reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
			}
			c.try(masked(0x88, payload))
		case op == 1 && string(payload) != "2":
			texts = append(texts, string(payload))
		}
	}
}

// healthy is shown by a client that is answered.
func (c *rawClient) healthy() {
	c.t.Helper()
	if got := c.ask("echo", `"alive"`); got != `"alive"` {
		c.t.Fatalf("the healthy client was answered %q", got)
	}
}
