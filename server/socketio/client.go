package socketio

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"roomstream/rooms"
	"roomstream/server/engineio"
)

// maxRefusals is how often one connection may try to connect with credentials that are refused: each try costs a
// signature's verification.
const maxRefusals = 5

// The reasons why a connection that is not, or not any more, connected to "/" is closed.
var (
	errNotConnected = errors.New("not connected to the namespace")
	errConnected    = errors.New("already connected to the namespace")
	errRefusals     = errors.New("refused too often")
	errBinary       = errors.New("binary data that no packet announced")
	errInterrupted  = errors.New("text between a packet and its binary data")
	errConnects     = &engineio.CloseError{Code: closeCrowded, Reason: "rate_limited"}
)

// client is one connection, from its handshake to its end: what it sends is decoded and handled here, in the goroutine
// that read it. It connects to "/" at most once at a time; each time makes a member.
type client struct {
	server        *Server
	conn          *engineio.Conn
	authorization string // the header of the handshake; kept for life, for who leaves "/" may connect again by it

	unanswered atomic.Int32             // events that have no answer yet
	farewell   atomic.Pointer[farewell] // not nil: what it says is not read any more

	// Touched only by the goroutine that reads.
	binary   *binaryPacket // waits for its attachments
	refusals int
	connects int // to "/", also those that were refused

	mu     sync.Mutex
	member *member // nil: not connected
	ended  bool
	idle   *time.Timer // closes a connection that is not connected in time; nil while it is
}

var _ engineio.Handler = (*client)(nil)

// binaryPacket is a packet whose attachments are still to come. They are counted and not kept: no event takes any.
type binaryPacket struct {
	packet packet
	left   int
	bytes  int
}

// Message takes one message of the client. An error closes the connection.
func (c *client) Message(binary bool, data []byte) error {
	if binary {
		return c.attachment(data)
	}
	if c.binary != nil {
		return errInterrupted
	}
	p, err := readPacket(data)
	if err != nil {
		return err
	}
	if p.attachments > 0 {
		p.payload = append([]byte(nil), p.payload...)
		p.ackID = append([]byte(nil), p.ackID...)
		c.binary = &binaryPacket{packet: p, left: p.attachments}
		return nil
	}
	return c.take(p)
}

// attachment takes one binary message.
func (c *client) attachment(data []byte) error {
	b := c.binary
	if b == nil {
		return errBinary
	}
	if b.bytes += len(data); b.bytes > c.server.options.MaxPayload {
		return &engineio.CloseError{Code: engineio.CloseTooBig, Reason: "the attachments are over maxPayload"}
	}
	if b.left--; b.left > 0 {
		return nil
	}
	c.binary = nil
	return c.take(b.packet)
}

// take handles one whole packet.
func (c *client) take(p packet) error {
	if p.kind == packetConnect {
		if p.namespace != mainNamespace {
			return c.refuse(p.namespace, "Invalid namespace", nil)
		}
		return c.connect(p)
	}
	m := c.current()
	if m == nil || p.namespace != mainNamespace {
		return errNotConnected
	}
	switch p.kind {
	case packetEvent, packetBinaryEvent:
		return c.event(m, p)
	case packetAck, packetBinaryAck:
		return c.acked(p)
	case packetDisconnect:
		return c.leave(m, p)
	}
	return errPacketType // CONNECT_ERROR is the server's to say
}

func (c *client) current() *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.member
}

// connect admits the client and makes it a member.
func (c *client) connect(p packet) error {
	auth, err := readAuth(p.payload)
	if err != nil {
		return err
	}
	if m := c.current(); m != nil {
		return errConnected
	}
	// Each costs a look at a token and at the user's rooms. The first is the connection's own, which was counted.
	if c.connects++; c.connects > 1 && c.server.options.Limits.handshake(c.conn.RemoteAddress()) > 0 {
		return errConnects
	}
	s, refusal := c.admit(handshake{Auth: auth, Authorization: c.authorization, RemoteAddr: c.conn.RemoteAddress()})
	if refusal != nil {
		c.server.options.Refusals.Add(string(refusal.Code))
		return c.refuse(mainNamespace, refusal.Message, refusal)
	}
	if m := c.enter(); m != nil {
		m.open(s)
	}
	return nil
}

// enter makes the client a member and tells it so, before anybody can tell it anything else; nil: its connection has ended
// meanwhile.
func (c *client) enter() *member {
	m := &member{client: c, id: rand.Text()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return nil
	}
	if c.idle != nil {
		c.idle.Stop()
		c.idle = nil
	}
	c.member = m
	c.conn.Queue([]byte(`0{"sid":"`), []byte(m.id), []byte(`"}`))
	c.server.adapter.add(m)
	return m
}

// admit asks the chat, whose faults are its own.
func (c *client) admit(hs handshake) (s session, refusal *rooms.Error) {
	defer func() {
		if fault := recover(); fault != nil {
			s, refusal = nil, c.server.fault("connect", fault)
		}
	}()
	return c.server.chat.admit(hs)
}

// refuse answers a CONNECT with an error; data becomes err.data.
func (c *client) refuse(namespace, message string, data *rooms.Error) error {
	body, err := json.Marshal(struct {
		Message string       `json:"message"`
		Data    *rooms.Error `json:"data,omitempty"`
	}{message, data})
	if err != nil {
		return err
	}
	head := []byte{packetConnectError}
	if namespace != mainNamespace {
		head = append(append(head, namespace...), ',')
	}
	c.conn.Queue(head, body)
	if c.refusals++; c.refusals >= maxRefusals {
		return errRefusals
	}
	return nil
}

// event gives one event to the session.
func (c *client) event(m *member, p packet) error {
	name, args, err := readEvent(p.payload)
	if err != nil {
		return err
	}
	m.event(name, args, p.kind == packetBinaryEvent, p.ackID)
	return nil
}

// acked takes an answer to something the server asked, which it never does.
func (c *client) acked(p packet) error {
	var args []json.RawMessage
	if json.Unmarshal(p.payload, &args) != nil || args == nil || p.ackID == nil {
		return errPayload
	}
	return nil
}

// leave takes the client's own disconnect; the connection stays for a while, so that it may connect again.
func (c *client) leave(m *member, p packet) error {
	if p.payload != nil {
		return errPayload
	}
	c.left(m)
	return nil
}

// left takes a member out of all rooms for good.
func (c *client) left(m *member) {
	c.mu.Lock()
	there := c.member == m
	if there {
		c.member = nil
		c.server.adapter.remove(m)
		if !c.ended {
			c.rest()
		}
	}
	c.mu.Unlock()
	if there {
		m.end()
	}
}

// rest starts the time within which a client must be connected; the lock is held.
func (c *client) rest() {
	c.idle = time.AfterFunc(c.server.options.ConnectTimeout, func() {
		if m := c.current(); m == nil {
			c.conn.Close()
		}
	})
}

// LastWords is the event that tells why the server closes.
func (c *client) LastWords(reason string) []byte {
	if m := c.current(); m == nil || m.silent.Load() {
		return nil
	}
	body, err := json.Marshal(struct {
		Reason string `json:"reason"`
	}{reason})
	if err != nil {
		return nil
	}
	return eventPacket("closing", body)
}

// Ended lets everything go.
func (c *client) Ended() {
	c.dismiss()
	c.mu.Lock()
	c.ended = true
	m := c.member
	if c.idle != nil {
		c.idle.Stop()
	}
	c.mu.Unlock()
	if m != nil {
		c.left(m)
	}
}

// fault logs a panic in a handler, which is a fault of ours, and gives what the client is told of it.
func (s *Server) fault(event string, v any) *rooms.Error {
	told, id := rooms.Internal()
	s.log.Error("panic in a handler", slog.String("logId", id), slog.String("event", event), slog.Any("panic", v), slog.String("stack", stack()))
	return told
}
