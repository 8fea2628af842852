package feed

import (
	"maps"
	"slices"
	"sync"

	"roomstream/auth"
	"roomstream/rooms"
)

// registry knows every feed from before its stream is opened until its writer has ended. It is safe for concurrent use.
type registry struct {
	limits Limits

	mu       sync.Mutex
	all      map[*conn]struct{}
	byUser   map[auth.UserID]map[*conn]struct{}
	draining bool
	empty    chan struct{} // closed when draining has come to an end
}

func newRegistry(l Limits) *registry {
	return &registry{limits: l, all: map[*conn]struct{}{}, byUser: map[auth.UserID]map[*conn]struct{}{}, empty: make(chan struct{})}
}

// add makes a feed known, or says why it is not let in.
func (r *registry) add(c *conn) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return rooms.E(rooms.CodeUnavailable, "the server is stopping")
	}
	if err := r.limits.enter(c); err != nil {
		return err
	}
	r.all[c] = struct{}{}
	if c.who.Known {
		enter(r.byUser, c.who.User.ID, c)
	}
	return nil
}

func (r *registry) remove(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.all[c]; !there {
		return
	}
	delete(r.all, c)
	r.limits.leave(c)
	if c.who.Known {
		leave(r.byUser, c.who.User.ID, c)
	}
	r.signal()
}

func (r *registry) of(user auth.UserID) []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.byUser[user]))
}

// everybody gives the feeds whose callers are known.
func (r *registry) everybody() []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*conn
	for _, feeds := range r.byUser {
		list = slices.AppendSeq(list, maps.Keys(feeds))
	}
	return list
}

func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

// drain lets nobody in any more and returns who is there, and a channel that is closed when nobody is.
func (r *registry) drain() ([]*conn, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
	r.signal()
	return slices.Collect(maps.Keys(r.all)), r.empty
}

// signal closes empty at the end of draining; the lock is held.
func (r *registry) signal() {
	if !r.draining || len(r.all) > 0 {
		return
	}
	select {
	case <-r.empty:
	default:
		close(r.empty)
	}
}

// enter and leave keep sets of feeds by a key; a set without any is not kept.
func enter[K comparable](sets map[K]map[*conn]struct{}, key K, c *conn) {
	if sets[key] == nil {
		sets[key] = map[*conn]struct{}{}
	}
	sets[key][c] = struct{}{}
}

func leave[K comparable](sets map[K]map[*conn]struct{}, key K, c *conn) {
	delete(sets[key], c)
	if len(sets[key]) == 0 {
		delete(sets, key)
	}
}
