// Package floor is the least that a chat server can do: it takes a message, encodes it once, and writes the frame to each
// member of the room with one write, and to nobody else. It keeps no messages, checks nobody, and believes its clients.
// What a server costs beyond it is what one may hope to save.
//
// Concurrency: a goroutine a connection; a message is written by its sender's, with its room's lock held.
//
// Lifecycle: Serve returns when its listener is closed and all connections have ended.
//
// Order and loss: each sender's messages come in the order sent. Nothing is bounded: a client that does not read stops
// its room.
package floor

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// Server is made by its literal.
type Server struct {
	mu    sync.Mutex
	rooms map[string]*room
}

type room struct {
	mu      sync.Mutex
	members map[*conn]bool
}

type conn struct {
	net.Conn
	in   []byte
	room *room
}

// Serve takes connections until the listener is closed.
func (s *Server) Serve(l net.Listener) error {
	s.rooms = map[string]*room{}
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		conns.Go(func() {
			c := &conn{Conn: nc}
			defer c.Close()
			s.serve(c) // its error is the end of the connection
			if c.room != nil {
				c.room.mu.Lock()
				delete(c.room.members, c)
				c.room.mu.Unlock()
			}
		})
	}
}

func (s *Server) serve(c *conn) error {
	if err := c.upgrade(); err != nil {
		return err
	}
	for {
		payload, err := c.next()
		if err != nil {
			return err
		}
		if err := s.message(c, payload); err != nil {
			return err
		}
	}
}

// upgrade answers the handshake and opens Engine.IO.
func (c *conn) upgrade() error {
	end := []byte("\r\n\r\n")
	for !bytes.Contains(c.in, end) {
		if err := c.fill(); err != nil {
			return err
		}
	}
	head, rest, _ := bytes.Cut(c.in, end)
	c.in = rest
	const keyName = "Sec-WebSocket-Key: "
	_, key, ok := bytes.Cut(head, []byte(keyName))
	if !ok {
		return errors.New("no WebSocket")
	}
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	accept := sha1.Sum(append(key[:len(key):len(key)], "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...)) // RFC 6455, section 1.3
	answer := fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(accept[:]))
	_, err := c.Write(append(answer, frame([]byte(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":30000,"maxPayload":1000000}`))...))
	return err
}

func (s *Server) message(c *conn, payload []byte) error {
	if bytes.HasPrefix(payload, []byte("40")) {
		_, err := c.Write(frame([]byte(`40{"sid":"x"}`)))
		return err
	}
	at := bytes.IndexByte(payload, '[')
	if at < 2 || !bytes.HasPrefix(payload, []byte("42")) {
		return nil
	}
	id, event := payload[2:at], payload[at:]
	switch {
	case bytes.HasPrefix(event, []byte(`["join_room",`)):
		var e [2]string
		if err := json.Unmarshal(event, &e); err != nil {
			return err
		}
		s.join(c, e[1])
		return c.ack(id)
	case bytes.HasPrefix(event, []byte(`["send_message",`)):
		return s.send(c, id, event)
	}
	return nil
}

func (s *Server) join(c *conn, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		r = &room{members: map[*conn]bool{}}
		s.rooms[name] = r
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[c] = true
	c.room = r
}

// message is what is delivered: what a room's members are told of a message.
type message struct {
	RoomID    string    `json:"roomId"`
	Seq       int64     `json:"seq"`
	Text      string    `json:"text"`
	ClientID  string    `json:"clientId"`
	Timestamp time.Time `json:"timestamp"`
}

func (s *Server) send(c *conn, id, event []byte) error {
	var e [2]json.RawMessage
	var m message
	if err := json.Unmarshal(event, &e); err != nil {
		return err
	}
	if err := json.Unmarshal(e[1], &m); err != nil {
		return err
	}
	m.Seq, _ = strconv.ParseInt(string(id), 10, 64)
	m.Timestamp = time.Now().UTC()
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	s.mu.Lock()
	r := s.rooms[m.RoomID]
	s.mu.Unlock()
	if r == nil {
		return nil
	}
	b := frame([]byte(`42["new_message",` + string(body) + `]`))
	r.mu.Lock()
	for member := range r.members {
		member.Write(b) // its own goroutine learns of an error
	}
	r.mu.Unlock()
	return c.ack(id)
}

func (c *conn) ack(id []byte) error {
	_, err := c.Write(frame([]byte("43" + string(id) + `[{"ok":true}]`)))
	return err
}

// next reads a text message; other frames are passed over.
func (c *conn) next() ([]byte, error) {
	for {
		if len(c.in) == 0 {
			c.in = nil
		}
		head, n := 6, 0
		if len(c.in) >= 2 {
			n = int(c.in[1] & 0x7f)
		}
		switch {
		case n == 127:
			return nil, errors.New("longer than a chat message")
		case n == 126 && len(c.in) >= 4:
			head, n = 8, int(binary.BigEndian.Uint16(c.in[2:]))
		}
		if len(c.in) < head+n {
			if err := c.fill(); err != nil {
				return nil, err
			}
			continue
		}
		op, mask, payload := c.in[0]&0xf, c.in[head-4:head], c.in[head:head+n]
		c.in = c.in[head+n:]
		for i := range payload {
			payload[i] ^= mask[i&3]
		}
		switch op {
		case 1:
			return payload, nil
		case 8:
			return nil, errors.New("closed")
		}
	}
}

func (c *conn) fill() error {
	const chunk = 512 // bytes: what an idle connection keeps
	if cap(c.in)-len(c.in) == 0 {
		c.in = append(make([]byte, 0, len(c.in)+chunk+len(c.in)), c.in...)
	}
	n, err := c.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	return err
}

func frame(payload []byte) []byte {
	b := []byte{0x81}
	if n := len(payload); n < 126 {
		b = append(b, byte(n))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	}
	return append(b, payload...)
}
