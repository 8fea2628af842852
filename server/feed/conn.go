package feed

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/coder/websocket"

	"roomstream/rooms/streams"
)

// The WebSocket close codes of feeds, by protocol.md.
const (
	codeClosed       websocket.StatusCode = 1001 // with a reason of stream_closed
	codeDraining     websocket.StatusCode = 1012
	codeTryAgain     websocket.StatusCode = 1013
	codeTokenExpired websocket.StatusCode = 4001
	codeRevoked      websocket.StatusCode = 4003
)

const reasonTryAgain = "try_again"

// writeChunk is how much is joined into one write, and how much must leave within WriteTimeout, in bytes.
const writeChunk = 64 << 10

// ending says how a feed ends.
type ending struct {
	code   websocket.StatusCode // 0: the client has gone, and there is nobody to tell
	reason string
	behind bool // behind what is queued, not before it
}

// carrier is how a feed reaches its client. Its methods are called by the feed's writer alone, but for cut.
type carrier interface {
	// send writes documents, whole ones, in one write if they fit. It waits for the client, each chunk for at most
	// WriteTimeout. After an error the client is lost.
	send(list []document) error

	// beat asks whether the client is there, or tells proxies that the feed is. It does not wait for an answer.
	beat() error

	// close tells the client the end, if there is one to tell, and lets the connection go. It returns when nothing of the
	// carrier runs any more.
	close(e ending)

	// cut makes all that waits for the client fail at once. It may be called from any goroutine.
	cut()
}

// conn is one feed: what is queued for a client, who may fill it and until when. It is the streams.Sink of its stream.
type conn struct {
	server       *Server
	who          caller
	from         string // limits.Address of the client
	canonical    bool
	ctx          context.Context // done when the feed has an ending
	cancel       context.CancelFunc
	wake         chan struct{} // rings when there is something for the writer
	taken        chan struct{} // rings when the client has taken something
	subscription subscription  // nil: of a room; fixed before the writer begins
	room         *roomFeed     // nil: of a stream; fixed before the writer begins
	expiry       *time.Timer   // nil: never

	mu      sync.Mutex
	queue   []document
	queued  int // bytes
	ended   *ending
	carried carrier // nil: not yet
	severed bool    // cut was called
	late    bool    // it was counted as one whose client is slow
}

var _ streams.Sink = (*conn)(nil)

func (s *Server) newConn(who caller, canonical bool) *conn {
	c := &conn{server: s, who: who, canonical: canonical, wake: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
	c.ctx, c.cancel = context.WithCancel(context.Background()) // it outlives the request that opens it
	if !who.until.IsZero() {
		c.expiry = time.AfterFunc(who.until.Sub(s.options.Now()), func() {
			c.finish(ending{code: codeTokenExpired, reason: "token_expired"})
		})
	}
	return c
}

// Event queues an event of a stream.
func (c *conn) Event(e streams.Event) { c.put(document{json: e.JSON(c.canonical), event: e}) }

// put queues documents. A client that has more waiting than it may is closed; it never waits, and locks may be held.
func (c *conn) put(list ...document) {
	c.mu.Lock()
	full := c.ended == nil && c.queued > c.server.options.MaxQueue
	if c.ended == nil && !full {
		c.queue = append(c.queue, list...)
		for _, d := range list {
			c.queued += d.size()
		}
	}
	c.mu.Unlock()
	if full {
		c.finish(slow())
		return
	}
	ring(c.wake)
}

func slow() ending { return ending{code: codeTryAgain, reason: string(streams.ReasonSlow)} }

var errEnded = errors.New("the feed has ended")

// Wait returns when what is queued has become less than half of what may be. A client that takes nothing for the time of
// WriteTimeout is too slow.
func (c *conn) Wait(ctx context.Context) error {
	timer := time.NewTimer(c.server.options.WriteTimeout)
	defer timer.Stop()
	for {
		c.mu.Lock()
		room := c.queued <= c.server.options.MaxQueue/2
		c.mu.Unlock()
		switch {
		case c.ctx.Err() != nil:
			return errEnded
		case room:
			return nil
		}
		select {
		case <-c.taken:
			timer.Reset(c.server.options.WriteTimeout)
		case <-timer.C:
			c.finish(slow())
		case <-c.ctx.Done():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Closed takes the end of a stream.
func (c *conn) Closed(reason streams.Reason) {
	e := ending{code: codeClosed, reason: string(reason), behind: true}
	switch reason {
	case streams.ReasonSlow:
		e = slow()
	case streams.ReasonDraining:
		e.code = codeDraining
	}
	c.finish(e)
}

// finish gives the feed its ending, the first one that comes. It only notes it: the writer does the rest.
func (c *conn) finish(e ending) {
	c.mu.Lock()
	if c.ended == nil {
		c.ended = &e
		if e == slow() {
			c.countSlow()
		}
		if !e.behind {
			c.queue, c.queued = nil, 0
		}
	}
	c.mu.Unlock()
	c.cancel()
	ring(c.wake)
}

// countSlow counts the feed once; the lock is held.
func (c *conn) countSlow() {
	if !c.late {
		c.late = true
		c.server.slow.Add(1)
	}
}

// failed ends the feed whose client cannot be written to: it is gone, or takes nothing, unless that is our own doing.
func (c *conn) failed(err error) {
	c.mu.Lock()
	if errors.Is(err, os.ErrDeadlineExceeded) && !c.severed && (c.ended == nil || c.ended.code == 0) {
		c.countSlow()
	}
	c.mu.Unlock()
	c.lose()
}

// lose ends the feed without a word, whatever ending it had: there is nobody to tell.
func (c *conn) lose() {
	c.mu.Lock()
	c.ended, c.queue, c.queued = &ending{}, nil, 0
	c.mu.Unlock()
	c.cancel()
	ring(c.wake)
}

// cut ends the feed without a word and at once.
func (c *conn) cut() {
	c.lose()
	c.mu.Lock()
	c.severed = true
	carried := c.carried
	c.mu.Unlock()
	if carried != nil {
		carried.cut()
	}
}

// took is told whenever a chunk has left for the client.
func (c *conn) took() { ring(c.taken) }

// discard lets go of what the feed holds, when it has no writer or no more.
func (c *conn) discard() {
	c.cancel()
	if c.expiry != nil {
		c.expiry.Stop()
	}
	if c.subscription != nil {
		c.subscription.Close()
	}
	if c.room != nil {
		c.server.members.leave(c.room.id, c)
	}
	c.server.registry.remove(c)
}

// write is the feed's writer: it returns when the client has been told the end, or is gone.
func (c *conn) write(t carrier, beat time.Duration) {
	defer c.discard()
	c.mu.Lock()
	c.carried = t
	severed := c.severed
	c.mu.Unlock()
	if severed {
		t.cut()
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	var list []document
	for {
		var end *ending
		if list, end = c.take(list); end != nil {
			t.close(*end)
			return
		}
		if err := c.step(t, list, tick.C); err != nil {
			c.failed(err)
		}
	}
}

// step writes what was taken, or waits for more, and beats when it is time.
func (c *conn) step(t carrier, list []document, tick <-chan time.Time) error {
	switch {
	case len(list) > 0:
		if err := t.send(list); err != nil {
			return err
		}
	case c.room != nil && !c.room.live:
		c.room.next()
	default:
		select {
		case <-c.wake:
			return nil
		case <-tick:
			return t.beat()
		}
	}
	select {
	case <-tick:
		return t.beat()
	default:
		return nil
	}
}

// take removes at most writeChunk bytes from the queue, or one document that is longer; none: there is nothing now. It
// returns the ending when that is what comes next.
func (c *conn) take(list []document) ([]document, *ending) {
	clear(list)
	list = list[:0]
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != nil && (len(c.queue) == 0 || c.ended.code == 0) {
		return list, c.ended
	}
	if len(c.queue) == 0 && cap(list) > keptQueue {
		return nil, nil
	}
	n, size := 0, 0
	for n < len(c.queue) && (n == 0 || size+c.queue[n].size() <= writeChunk) {
		size += c.queue[n].size()
		n++
	}
	list = append(list, c.queue[:n]...)
	left := copy(c.queue, c.queue[n:])
	clear(c.queue[left:])
	c.queue = c.queue[:left]
	c.queued -= size
	if left == 0 && cap(c.queue) > keptQueue {
		c.queue = nil
	}
	return list, nil
}

// keptQueue is how many documents an idle feed keeps room for.
const keptQueue = 4

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
