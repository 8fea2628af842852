package engineio

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Handler gets what one client sends. Its methods are called without any lock held.
type Handler interface {
	// Message takes one message; data is the handler's only until it returns. It is called one at a time, in the order
	// the client sent. An error closes the connection: a *CloseError with its code, any other with ClosePolicy.
	Message(binary bool, data []byte) error

	// LastWords is the message to say before the server closes for the reason; nil: none.
	LastWords(reason string) []byte

	// Ended comes once, when the connection carries nothing more to the client than what is queued. It may come while
	// Message runs, in another goroutine.
	Ended()
}

// The states of a connection.
const (
	stateOpen    = iota
	stateClosing // the handler was told; what is queued, and the close, still leave
	stateClosed
)

// Conn is one client, and its own WebSocket transport. There are many thousands that say nothing, so the order of the
// fields leaves no gaps.
type Conn struct {
	server  *Server
	id      string // the sid: whoever knows it is the client
	remote  string
	handler Handler

	state      atomic.Uint32
	unanswered atomic.Bool // a ping is
	queued     atomic.Int32
	broken     bool        // the reader's alone: what still comes cannot be read as frames
	polled     bool        // it counts as one that polls; the registry's
	shard      uint8       // the number of its flusher; never changed
	timer      *time.Timer // ping, ping timeout, or the end of a close

	// Set before reading starts; nc is nil while polling.
	nc net.Conn
	rc syscall.RawConn // nil where the connection is no plain socket (TLS)
	in assembler       // the reader's alone

	polling atomic.Pointer[polling] // nil for a WebSocket, also for one that was upgraded; changed under writeMu

	writeMu  sync.Mutex
	queue    [][]byte // runs of frames, shared with other connections: never changed; see Conn.add
	few      [fewRuns][]byte
	writing  bool // somebody is at it: a flusher, a drainer or a poll's answer
	full     bool // over maxQueue: nothing is added any more
	sealed   bool // the close is queued
	sent     bool // and has left
	answered bool // the client's own close has come
	slow     bool // it was counted as one whose client is
}

func (c *Conn) onPolling() bool { return c.polling.Load() != nil }

// ID is the sid of the connection.
func (c *Conn) ID() string { return c.id }

// Open says whether the connection still takes messages.
func (c *Conn) Open() bool { return c.state.Load() == stateOpen }

// Handler gives what Options.Accept returned for this connection.
func (c *Conn) Handler() Handler { return c.handler }

// Waiting is what waits to be written, in bytes: see maxQueue. It is 0 for a connection that is gone.
func (c *Conn) Waiting() int { return int(c.queued.Load()) }

// Queue queues one text message made of the parts. It never waits.
func (c *Conn) Queue(parts ...[]byte) { c.enqueue(messageFrame(parts...)) }

// messageFrame makes the frame of an engine message in one piece.
func messageFrame(parts ...[]byte) []byte {
	n := 1
	for _, p := range parts {
		n += len(p)
	}
	b := append(appendHeader(make([]byte, 0, maxHeader+n), opText, n), packetMessage)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// Shutdown says the handler's last words for the reason, queues the close and ends the connection when what is queued
// has left, after WriteTimeout at the latest. Only the first call counts.
func (c *Conn) Shutdown(code int, reason string) {
	c.seal(c.handler.LastWords(reason), closeFrame(code, reason))
}

// fail ends the connection for what its client sent.
func (c *Conn) fail(err error) {
	refused, ok := err.(*CloseError)
	if !ok {
		refused = &CloseError{ClosePolicy, err.Error()}
	}
	c.seal(nil, closeFrame(refused.Code, refused.Reason))
}

// seal queues the last frames and tells the handler that this was it.
func (c *Conn) seal(lastWords, close []byte) {
	if !c.state.CompareAndSwap(stateOpen, stateClosing) {
		return
	}
	c.writeMu.Lock()
	if lastWords != nil {
		c.add(messageFrame(lastWords))
	}
	c.add(close)
	c.sealed = true
	work := c.claim()
	c.writeMu.Unlock()
	c.timer.Reset(c.server.options.WriteTimeout)
	c.start(work)
	go c.handler.Ended() // nobody who queues is to wait for it
}

// finish runs when all that was queued has left, the close last.
func (c *Conn) finish() {
	c.writeMu.Lock()
	c.sent = true
	over := c.answered || c.nc == nil
	c.writeMu.Unlock()
	if over {
		c.abort()
		return
	}
	// The client is to close first, or at least to read what was sent: closing with its bytes unread would reset the
	// connection and take the close frame along.
	if tcp, ok := c.nc.(interface{ CloseWrite() error }); ok {
		tcp.CloseWrite()
	}
	c.timer.Reset(closeWait)
}

// clientClosed takes the client's close frame.
func (c *Conn) clientClosed(payload []byte) {
	code, refused := readClose(payload)
	if refused != nil {
		c.broken = true
		c.fail(refused)
		return
	}
	c.writeMu.Lock()
	c.answered = true
	over := c.sent
	c.writeMu.Unlock()
	if over {
		c.abort()
		return
	}
	c.seal(nil, closeFrame(code, ""))
}

// abort ends the connection at once. It must not be called with a lock held: the handler is told in it.
func (c *Conn) abort() {
	was := c.state.Swap(stateClosed)
	if was == stateClosed {
		return
	}
	c.timer.Stop()
	c.writeMu.Lock()
	c.sealed = true
	c.drop(len(c.queue))
	c.queued.Store(0)
	nc := c.nc
	c.writeMu.Unlock()
	if nc != nil {
		nc.Close()
	}
	if p := c.polling.Load(); p != nil {
		p.end()
	}
	c.server.registry.remove(c)
	if was == stateOpen {
		c.handler.Ended()
	}
}

// RemoteAddress is host:port of the peer.
func (c *Conn) RemoteAddress() string { return c.remote }

// Close ends the connection behind what is queued.
func (c *Conn) Close() { c.seal(nil, closeFrame(CloseNormal, "")) }
