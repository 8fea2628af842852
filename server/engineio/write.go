package engineio

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	// maxQueue bounds what waits for one client, in bytes with frameCost for each entry: beyond what the kernel buffers,
	// that is a burst of thousands of messages. A client that is further behind when something more comes does not keep up.
	// The run that passes the bound is taken, however long it is: no client could ever have it otherwise.
	maxQueue = 1 << 20

	// frameCost is what an entry of the queue costs besides its bytes, which mostly are shared with other connections.
	frameCost = 64

	// writeChunk is how much is joined into one write, and how much must leave within WriteTimeout.
	writeChunk = 64 << 10

	// fewRuns is how many runs a connection has room for by itself, 24 bytes each: one, which is all that mostly waits.
	fewRuns = 1

	// manyRuns is how many the arrays have room for that the Server lends to connections for which more waits: what comes
	// while a flusher writes to the others of a large room.
	manyRuns = 32

	// closeWait is how long a client may take to answer a close frame: a round trip on a bad line.
	closeWait = 2 * time.Second
)

// enqueue queues one run of frames and has it written.
func (c *Conn) enqueue(run []byte) { c.start(c.put(run)) }

// put queues a run of frames; the caller passes what it returns to start, or through a Batch to a flusher.
func (c *Conn) put(run []byte) (work bool) {
	c.writeMu.Lock()
	if c.full || c.sealed {
		c.writeMu.Unlock()
		return false
	}
	over := int(c.queued.Load()) > maxQueue
	c.add(run)
	c.queued.Add(int32(len(run) + frameCost))
	c.full = over
	work = c.claim()
	c.writeMu.Unlock()
	if over {
		go c.tooSlow() // not here: the caller may hold a lock
	}
	return work
}

func (c *Conn) tooSlow() {
	c.countSlow()
	c.server.options.Logger.Info("client closed: it reads too slowly", "remote", c.remote)
	c.Shutdown(CloseSlow, "slow")
}

// countSlow counts the connection once: one that is further behind than it may be mostly takes nothing of its close either.
func (c *Conn) countSlow() {
	c.writeMu.Lock()
	first := !c.slow
	c.slow = true
	c.writeMu.Unlock()
	if first {
		c.server.slow.Add(1)
	}
}

// claim says whether the caller is to get the queue written; the lock is held.
func (c *Conn) claim() bool {
	p := c.polling.Load()
	work := !c.writing && (p == nil || p.get != nil)
	c.writing = c.writing || work
	return work
}

// start gets the queue written by whoever writes to this kind of connection.
func (c *Conn) start(work bool) {
	switch {
	case !work:
	case c.onPolling():
		go c.answerPoll()
	case c.rc == nil:
		go c.drain(nil)
	default:
		c.server.flusherOf(c).push(c)
	}
}

// take removes at most writeChunk from the queue, or one run that is longer. It returns nil when there is nothing more
// to write, and then nobody is writing.
func (c *Conn) take(scratch *[]byte) []byte {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if len(c.queue) == 0 {
		c.writing = false
		if c.sealed && !c.sent && c.state.Load() != stateClosed {
			c.sent = true
			go c.finish()
		}
		return nil
	}
	n, size := 1, len(c.queue[0])
	for n < len(c.queue) && size+len(c.queue[n]) <= writeChunk {
		size += len(c.queue[n])
		n++
	}
	b := c.queue[0]
	if n > 1 {
		b = (*scratch)[:0]
		for _, run := range c.queue[:n] {
			b = append(b, run...)
		}
		*scratch = b
	}
	c.drop(n)
	c.queued.Add(-int32(size + n*frameCost))
	return b
}

// add appends to the queue: to the room in the Conn, to an array that is borrowed when that is full, and to one of its own
// when that is full, too. So neither a connection at rest nor a delivery costs memory. The lock is held.
func (c *Conn) add(run []byte) {
	switch n := len(c.queue); {
	case n == fewRuns && cap(c.queue) == fewRuns:
		many := c.server.queues.Get().(*[manyRuns][]byte)
		copy(many[:], c.queue)
		clear(c.queue)
		c.queue = many[:n]
	case n == manyRuns && cap(c.queue) == manyRuns:
		many := c.queue
		c.queue = append(make([][]byte, 0, 2*manyRuns), many...)
		clear(many)
		c.server.unused(many)
	}
	c.queue = append(c.queue, run)
}

// drop removes the first n runs; the lock is held.
func (c *Conn) drop(n int) {
	left := copy(c.queue, c.queue[n:])
	clear(c.queue[left:])
	c.queue = c.queue[:left]
	if left > 0 || cap(c.queue) == fewRuns {
		return
	}
	if cap(c.queue) == manyRuns {
		c.server.unused(c.queue)
	}
	c.queue = c.few[:0]
}

// unused takes a borrowed array back, which holds no run any more.
func (s *Server) unused(many [][]byte) { s.queues.Put((*[manyRuns][]byte)(many[:manyRuns])) }

// flush writes what is queued and never waits; where the client's socket is full a drainer takes over.
func (c *Conn) flush(f *flusher) {
	for {
		b := c.take(&f.scratch)
		if b == nil {
			return
		}
		n, err := f.write(c, b)
		switch {
		case err == syscall.EAGAIN || err == syscall.EINTR || err == nil && n < len(b):
			go c.drain(append([]byte(nil), b[max(n, 0):]...))
			return
		case err != nil:
			go c.abort()
			return
		}
	}
}

// drain writes what is left of a chunk, and then the queue, and waits for the client, each chunk for at most
// WriteTimeout.
func (c *Conn) drain(b []byte) {
	var scratch []byte
	for {
		if b == nil {
			if b = c.take(&scratch); b == nil {
				return
			}
		}
		for len(b) > 0 {
			n := min(len(b), writeChunk)
			c.nc.SetWriteDeadline(time.Now().Add(c.server.options.WriteTimeout))
			if _, err := c.nc.Write(b[:n]); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					c.countSlow()
				}
				c.abort()
				return
			}
			b = b[n:]
		}
		c.nc.SetWriteDeadline(time.Time{})
		b = nil
	}
}
