package engineio

import (
	"errors"
	"sync"

	"roomstream/rooms/limits"
)

// The reasons why a connection is not taken.
var (
	errDraining = errors.New("the server is stopping")
	// ErrTooMany says that the address has all its places, see Options.Places.
	ErrTooMany = errors.New("too many connections from this address")
)

// registry knows every connection, however it is carried, from its handshake to the end of its transport. It is safe
// for concurrent use.
type registry struct {
	places *limits.Places // of connections, also those in their handshake, by address

	mu       sync.Mutex
	conns    map[string]*Conn // by sid
	polls    int              // the connections that poll
	draining bool
	empty    chan struct{} // closed when draining has come to an end
}

func newRegistry(places *limits.Places) *registry {
	return &registry{places: places, conns: map[string]*Conn{}, empty: make(chan struct{})}
}

// admit reserves a place for a connection; release or remove gives it back.
func (r *registry) admit(remote string) error {
	r.mu.Lock()
	draining := r.draining
	r.mu.Unlock()
	switch {
	case draining:
		return errDraining
	case !r.places.Enter(limits.Address(remote)):
		return ErrTooMany
	}
	return nil
}

// release gives back the place of a connection that did not come about.
func (r *registry) release(remote string) { r.places.Leave(limits.Address(remote)) }

// add makes the connection known and says whether it came in time: if not, drain has not seen it, and it is to be shut.
func (r *registry) add(c *Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[c.id] = c
	if c.polled = c.onPolling(); c.polled {
		r.polls++
	}
	return !r.draining
}

func (r *registry) remove(c *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[c.id] != c {
		return
	}
	delete(r.conns, c.id)
	if c.polled {
		r.polls--
	}
	r.release(c.remote)
	r.signal()
}

// upgraded notes that a connection does not poll any more.
func (r *registry) upgraded(c *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[c.id] == c && c.polled {
		c.polled = false
		r.polls--
	}
}

func (r *registry) find(sid string) *Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conns[sid]
}

func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns)
}

// carried counts the connections by what carries them.
func (r *registry) carried() (webSockets, polls int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns) - r.polls, r.polls
}

// drain lets nobody in any more and returns who is there, and a channel that is closed when nobody is.
func (r *registry) drain() ([]*Conn, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
	all := make([]*Conn, 0, len(r.conns))
	for _, c := range r.conns {
		all = append(all, c)
	}
	r.signal()
	return all, r.empty
}

// signal closes empty at the end of draining; the lock is held.
func (r *registry) signal() {
	if !r.draining || len(r.conns) > 0 {
		return
	}
	select {
	case <-r.empty:
	default:
		close(r.empty)
	}
}
