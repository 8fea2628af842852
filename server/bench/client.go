package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"roomstream/auth"
)

// patience is how long anything may take before the measurement is given up.
const patience = 30 * time.Second

// client is a raw Socket.IO client over one WebSocket. It is used by one goroutine,
// but that count runs beside its sends.
type client struct {
	conn     net.Conn
	in       *bufio.Reader
	progress chan int // the newest seq seen in order
	seen     int
	failed   error
}

// dial opens a WebSocket, connects to "/" and waits for `ready`.
func dial(addr string, tokens *auth.Tokens, sub string) (*client, error) {
	token, err := tokens.Issue(auth.User{ID: auth.UserID(sub), Name: sub}, time.Hour)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, 4<<10)}
	conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr)
	status, err := c.in.ReadString('\n')
	if err != nil || !strings.Contains(status, " 101 ") {
		return nil, errors.Join(fmt.Errorf("upgrade refused: %q", status), err, conn.Close())
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		if line == "\r\n" {
			break
		}
	}
	connect, _ := json.Marshal(map[string]string{"token": token}) // strings always marshal
	if err := errors.Join(c.expect("0"), c.write("40"+string(connect)), c.expect(`42["ready"`)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	conn.SetDeadline(time.Time{})
	return c, nil
}

func (c *client) close() { c.conn.Close() }

func (c *client) join(room string) error {
	c.conn.SetDeadline(time.Now().Add(patience))
	defer c.conn.SetDeadline(time.Time{})
	return errors.Join(c.write(fmt.Sprintf(`421["join_room",%q]`, room)), c.expect("431"))
}

// sendBurst sends messages without awaiting their acks, in one write.
func (c *client) sendBurst(room string, first, n int) error {
	var b bytes.Buffer
	for i := first; i < first+n; i++ {
		b.Write(frame(fmt.Sprintf(`42%d["send_message",{"roomId":%q,"text":"hello, this is message %d of the burst","clientId":"%d"}]`, i+10, room, i, i)))
	}
	_, err := c.conn.Write(b.Bytes())
	return err
}

// expect reads until a text frame that starts so.
func (c *client) expect(prefix string) error {
	for {
		message, err := c.read()
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", prefix, err)
		}
		if strings.HasPrefix(string(message), prefix) {
			return nil
		}
		if strings.HasPrefix(string(message), "44") {
			return fmt.Errorf("refused: %s", message)
		}
	}
}

var seqKey = []byte(`"seq":`)

// count reads new messages until the connection ends and holds them to 1, 2, 3 ...
func (c *client) count() {
	defer close(c.progress)
	for {
		message, err := c.read()
		if err != nil {
			return
		}
		if !bytes.HasPrefix(message, []byte(`42["new_message"`)) {
			continue
		}
		at := bytes.Index(message, seqKey) + len(seqKey)
		seq := 0
		for ; at < len(message) && message[at] >= '0' && message[at] <= '9'; at++ {
			seq = seq*10 + int(message[at]-'0')
		}
		if seq != c.seen+1 {
			c.failed = fmt.Errorf("seq %d after %d", seq, c.seen)
			return
		}
		c.seen = seq
		select {
		case <-c.progress:
		default:
		}
		c.progress <- seq
	}
}

// await returns when count has seen seq.
func (c *client) await(seq int) error {
	timeout := time.After(patience)
	for {
		select {
		case seen, open := <-c.progress:
			if !open {
				return fmt.Errorf("the connection ended: %w", errors.Join(io.ErrUnexpectedEOF, c.failed))
			}
			if seen >= seq {
				return nil
			}
		case <-timeout:
			return fmt.Errorf("seq %d did not come within %s", seq, patience)
		}
	}
}

// read gives the next text message; it answers pings of both layers.
func (c *client) read() ([]byte, error) {
	for {
		var h [2]byte
		if _, err := io.ReadFull(c.in, h[:]); err != nil {
			return nil, err
		}
		n := uint64(h[1] & 0x7f)
		switch n {
		case 126:
			var b [2]byte
			if _, err := io.ReadFull(c.in, b[:]); err != nil {
				return nil, err
			}
			n = uint64(binary.BigEndian.Uint16(b[:]))
		case 127:
			var b [8]byte
			if _, err := io.ReadFull(c.in, b[:]); err != nil {
				return nil, err
			}
			n = binary.BigEndian.Uint64(b[:])
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(c.in, message); err != nil {
			return nil, err
		}
		switch {
		case h[0]&0xf == 8:
			return nil, io.EOF
		case h[0]&0xf == 1 && string(message) == "2":
			if err := c.write("3"); err != nil {
				return nil, err
			}
		case h[0]&0xf == 1:
			return message, nil
		}
	}
}

func (c *client) write(text string) error {
	_, err := c.conn.Write(frame(text))
	return err
}

// frame makes a masked text frame; the mask is zero, which RFC 6455 allows.
func frame(text string) []byte {
	b := []byte{0x81}
	if n := len(text); n < 126 {
		b = append(b, 0x80|byte(n))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	}
	return append(append(b, 0, 0, 0, 0), text...)
}
