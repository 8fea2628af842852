package engineio

import (
	"context"
	"sync"
	"sync/atomic"
	"syscall"
)

// The bounds of how many goroutines write for all WebSockets.
const (
	minFlushers = 2  // on two cores, one would leave the other idle while a large room is written to
	maxFlushers = 16 // a fan-out wakes all of them
)

// flushersOn is how many write on a number of cores. A write never waits, so one a core is the most that helps; half leave
// cores for those who have something to say.
func flushersOn(cores int) int { return min(max(minFlushers, cores/2), maxFlushers) }

// flusher writes for the connections it is handed. While it is busy the queues of others grow, and leave in one write
// each: the faster the messages, the fewer the writes.
type flusher struct {
	mu    sync.Mutex
	list  []*Conn
	marks []func() // to be called when what is in list was flushed

	wake chan struct{} // holds one: there is something in list

	// Only the flusher's own goroutine touches what is below. The write under way stands in fields, with one closure for
	// all, so that a write allocates nothing.
	scratch []byte
	bytes   []byte
	wrote   int
	err     error
	attempt func(fd uintptr) bool
}

func newFlusher() *flusher {
	f := &flusher{wake: make(chan struct{}, 1)}
	f.attempt = func(fd uintptr) bool {
		f.wrote, f.err = syscall.Write(int(fd), f.bytes)
		return true // never wait for the socket: see Conn.flush
	}
	return f
}

// push hands connections over, whose writing is claimed.
func (f *flusher) push(conns ...*Conn) {
	f.mu.Lock()
	f.list = append(f.list, conns...)
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// mark has a function called when all connections that were handed over before have been written to.
func (f *flusher) mark(reached func()) {
	f.mu.Lock()
	f.marks = append(f.marks, reached)
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *flusher) run(ctx context.Context) {
	var spare []*Conn
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		f.mu.Lock()
		list, marks := f.list, f.marks
		f.list, f.marks = spare, nil
		f.mu.Unlock()
		for i, c := range list {
			c.flush(f)
			list[i] = nil
		}
		spare = list[:0]
		for _, reached := range marks {
			reached()
		}
	}
}

func (f *flusher) write(c *Conn, b []byte) (int, error) {
	f.bytes = b
	err := c.rc.Write(f.attempt)
	f.bytes = nil
	if err != nil {
		return 0, err
	}
	return f.wrote, f.err
}

// AfterWrites has done called once, by a flusher, when what was queued before this call was written to all WebSockets that
// the flushers write to. Not waited for are clients whose sockets are full, those of polling, and those of TLS, which have
// writers of their own. done must not wait; it is not called when Run ends before that.
func (s *Server) AfterWrites(done func()) {
	left := new(atomic.Int32)
	left.Store(int32(len(s.flushers)))
	for _, f := range s.flushers {
		f.mark(func() {
			if left.Add(-1) == 0 {
				done()
			}
		})
	}
}

// flusherOf gives a connection its flusher. That nobody else writes to it meanwhile is claim's doing.
func (s *Server) flusherOf(c *Conn) *flusher { return s.flushers[c.shard] }

// nextShard spreads the connections over the flushers, one after the other.
func (s *Server) nextShard() uint8 { return uint8((s.made.Add(1) - 1) % uint32(len(s.flushers))) }

// Run is a run of frames, encoded once for any number of connections.
type Run []byte

// EncodeRun makes text messages into one run of frames. Nobody may change it.
func EncodeRun(messages [][]byte) Run {
	n := 0
	for _, m := range messages {
		n += maxHeader + 1 + len(m)
	}
	b := make([]byte, 0, n)
	for _, m := range messages {
		b = append(appendHeader(b, opText, 1+len(m)), packetMessage)
		b = append(b, m...)
	}
	return b
}

// Batch takes one fan-out to many connections and wakes each flusher once for all. It allocates nothing for a delivery.
// It is for one goroutine at a time.
type Batch struct {
	server *Server
	todo   [][]*Conn // by flusher
}

// Batch gives an empty one; Flush gives it back.
func (s *Server) Batch() *Batch { return s.batches.Get().(*Batch) }

// Add queues a run to one connection. It never waits and never calls anybody, so a lock may be held.
func (b *Batch) Add(c *Conn, run Run) {
	if !c.put(run) {
		return
	}
	if c.onPolling() || c.rc == nil {
		c.start(true)
		return
	}
	b.todo[c.shard] = append(b.todo[c.shard], c)
}

// Flush has what was added written and ends the use of the batch.
func (b *Batch) Flush() {
	for k, conns := range b.todo {
		if len(conns) > 0 {
			b.server.flushers[k].push(conns...)
			clear(conns)
			b.todo[k] = conns[:0]
		}
	}
	b.server.batches.Put(b)
}
