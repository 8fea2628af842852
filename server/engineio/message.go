package engineio

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// The types of Engine.IO's packets, revision 4: the first byte of a text.
const (
	packetClose   = '1'
	packetPing    = '2'
	packetPong    = '3'
	packetMessage = '4'
	packetUpgrade = '5'
	packetNoop    = '6'
)

// feed takes bytes of the connection and says whether to read on.
func (c *Conn) feed(d []byte) (more bool) {
	defer func() {
		if fault := recover(); fault != nil {
			c.server.fault(fault)
			c.broken = true
			c.fail(&CloseError{CloseInternal, "internal error"})
			more = c.state.Load() != stateClosed
		}
	}()
	if c.broken {
		return c.state.Load() != stateClosed
	}
	if err := c.in.feed(d, c.receive); err != nil {
		c.broken = true
		c.in = assembler{}
		c.fail(err)
	}
	return c.state.Load() != stateClosed
}

// receive takes one whole message or control frame.
func (c *Conn) receive(op byte, payload []byte) error {
	if op == opClose {
		c.clientClosed(payload)
		return nil
	}
	if !c.Open() {
		return nil // it was closed: what the client still sends is not read any more
	}
	switch op {
	case opPing:
		c.enqueue(frame(opPong, payload))
	case opText:
		return c.packet(payload)
	case opBinary:
		return c.handler.Message(true, payload)
	}
	return nil
}

// packet takes one engine packet in text form.
func (c *Conn) packet(p []byte) error {
	if len(p) == 0 {
		return &CloseError{CloseProtocol, "empty packet"}
	}
	switch p[0] {
	case packetMessage:
		return c.handler.Message(false, p[1:])
	case packetPong:
		c.pong()
	case packetClose:
		c.seal(nil, closeFrame(CloseNormal, ""))
	case packetNoop:
	case packetPing:
		return &CloseError{CloseProtocol, "invalid heartbeat direction"}
	default:
		return &CloseError{CloseProtocol, "unknown packet type"}
	}
	return nil
}

// fault logs a panic, which is a fault of ours, and goes on.
func (s *Server) fault(v any) {
	s.options.Logger.Error("panic while handling a connection", slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
}
