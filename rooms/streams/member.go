package streams

import (
	"context"
	"sync"
)

// bufferMost and bufferBytes are how many live events, and how much of them, wait for a member that is still given what
// came before. When there are more, it goes back to reading from the oplog: they are given to it all at once, which is
// not to fill its queue.
const (
	bufferMost  = 1000
	bufferBytes = 256 << 10
)

// member is one subscription in a feed.
type member struct {
	sink    Sink
	caller  Caller
	keys    []string // nil: every event is for it
	binding *binding

	started chan error // takes one: whether what came since after can be had
	behind  bool       // it lacks events that came before it joined; fixed by join
	gone    context.Context
	leave   context.CancelFunc

	// Guarded by the feed's lock.
	after   Position // what is not behind it is not for this member
	joined  Position // while it waits: what is behind it comes live, and is in the buffer
	waiting bool     // live events go to the buffer
	buffer  []arrival
	size    int  // of the buffer, in bytes
	full    bool // the buffer ends before the last live event

	mu     sync.Mutex // held while the sink is called
	begun  bool       // started has got its one
	closed bool
}

func newMember(to Sink, caller Caller, b *binding) *member {
	m := &member{sink: to, caller: caller, binding: b, started: make(chan error, 1)}
	m.gone, m.leave = context.WithCancel(context.Background())
	return m
}

// arrival is an event at its place.
type arrival struct {
	change   *change
	position Position
}

// deliver calls the sink.
func (m *member) deliver(a arrival) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.sink.Event(Event{change: a.change, after: m.binding.at(a.position)})
	}
}

// start tells whoever opened the stream how it began; false: he was told already.
func (m *member) start(err error) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.begun {
		return false
	}
	m.begun = true
	m.started <- err
	return true
}

// wait lets the sink make room.
func (m *member) wait(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.gone, cancel)()
	if err := m.gone.Err(); err != nil {
		return err // its sink may be no more
	}
	return m.sink.Wait(ctx)
}

// end tells the sink that it is over; empty: it knows.
func (m *member) end(reason Reason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.closed = true
	m.leave()
	if reason != "" {
		m.sink.Closed(reason)
	}
}

// arrive takes a live event; the feed's lock is held.
func (m *member) arrive(a arrival) {
	switch {
	case a.position <= m.after:
	case !m.waiting:
		m.deliver(a)
	case m.full:
	case len(m.buffer) >= bufferMost || m.size >= bufferBytes:
		m.full = true
	default:
		m.buffer = append(m.buffer, a)
		m.size += len(a.change.event)
	}
}

// release gives the member what waited for it, and lets it listen. It returns false when too much had come: then what is
// behind after is to be read. The feed's lock is held; at is where the feed is.
func (m *member) release(at Position) bool {
	for _, a := range m.buffer {
		m.deliver(a)
		m.after = a.position
	}
	m.buffer, m.size = nil, 0
	if m.full {
		m.full, m.joined = false, at
		return false
	}
	m.waiting = false
	return true
}
