package load

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"roomstream/server/bench/wire"
)

// firstID is below no id of a send: dialects use smaller ones to sign in and to join.
const firstID = 10

// Client is one connection of a Crowd, signed in and in one room at most.
type Client struct {
	crowd   *Crowd
	fd      int
	dialect Dialect
	room    string

	rest  []byte // the beginning of a frame; guarded by Crowd.mu
	order order  // guarded by Crowd.mu
	onAck func() // guarded by Crowd.mu

	writeMu sync.Mutex
	gone    bool
	sender  uint32
	number  uint32 // of the next message
	text    []byte
	payload []byte
	out     []byte

	sentAt atomic.Int64 // of the last message, nanoseconds since 1970
}

// SetSender says which sender the client is in its messages; it must be unique in its room.
func (c *Client) SetSender(n int) { c.sender = uint32(n) }

// OnAck has f called after each ack, in the goroutine that reads, in which f may Send. It is set before the first Send.
func (c *Client) OnAck(f func()) {
	c.crowd.mu.Lock()
	defer c.crowd.mu.Unlock()
	c.onAck = f
}

// Send sends n messages with texts of size bytes, in one write, and waits for nothing.
func (c *Client) Send(n, size int) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	c.out = c.out[:0]
	now := time.Now().UnixNano()
	for range n {
		c.text = mark{sender: c.sender, number: c.number, sent: now}.appendText(c.text[:0], size)
		c.payload = c.dialect.AppendSend(c.payload[:0], c.room, firstID+int(c.number), c.text)
		c.out = wire.Append(c.out, wire.OpText, c.payload)
		c.number++
	}
	c.sentAt.Store(now)
	return c.write(c.out)
}

// write needs writeMu.
func (c *Client) write(b []byte) error {
	if c.gone {
		return fmt.Errorf("the connection is gone")
	}
	return writeAll(c.fd, b)
}

// cut ends the connection with a reset; Crowd.mu is held, or nobody reads any more.
func (c *Client) cut() {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if c.gone {
		return
	}
	c.gone = true
	syscall.SetsockoptLinger(c.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	syscall.Close(c.fd)
}

// feed takes bytes that have come; Crowd.mu is held.
func (c *Client) feed(b []byte, now time.Time) error {
	if len(c.rest) > 0 {
		b = append(c.rest, b...)
	}
	for len(b) > 0 {
		f, size, err := wire.Parse(b)
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		if err := c.frame(f, now); err != nil {
			return err
		}
		b = b[size:]
	}
	c.rest = append(c.rest[:0], b...)
	if len(b) == 0 {
		c.rest = nil // most connections have none, and there are many
	}
	c.crowd.counted()
	return nil
}

func (c *Client) frame(f wire.Frame, now time.Time) error {
	switch f.Op {
	case wire.OpPing:
		return c.answer(wire.OpPong, f.Payload)
	case wire.OpClose:
		return fmt.Errorf("the server closed a connection: %.120q", f.Payload)
	case wire.OpText:
	default:
		return nil
	}
	for rest := f.Payload; len(rest) > 0; {
		var message []byte
		var kind Kind
		message, kind, rest = c.dialect.Next(rest)
		if err := c.message(message, kind, now); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) message(message []byte, kind Kind, now time.Time) error {
	switch kind {
	case Delivery:
		m, ok, err := findMark(message)
		if err != nil || !ok {
			return err
		}
		c.crowd.delivered++
		c.crowd.latency.Add(m.age(now))
		return c.order.take(m)
	case Ack:
		c.crowd.acked++
		if c.onAck != nil {
			c.crowd.acks.Add(time.Duration(now.UnixNano() - c.sentAt.Load()))
			c.onAck()
		}
	case Refusal:
		return fmt.Errorf("refused: %.300s", message)
	case Ping:
		return c.answer(wire.OpText, pong(message))
	}
	return nil
}

func (c *Client) answer(op byte, payload []byte) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	return c.write(wire.Append(nil, op, payload))
}
