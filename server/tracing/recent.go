package tracing

import (
	"sync"

	"roomstream/rooms"
)

// recentMost bounds the events of which something is remembered: some ten seconds of 400 sampled events a second, and
// 200 KiB. An event that takes longer loses the part of its trace that hangs on it.
const recentMost = 4096

// recent remembers something of the newest recentMost events. It is safe for concurrent use.
type recent[V any] struct {
	mu     sync.Mutex
	values map[rooms.EventID]V
	order  []rooms.EventID // a ring, once it is full
	next   int
}

func newRecent[V any]() *recent[V] { return &recent[V]{values: map[rooms.EventID]V{}} }

// put remembers a value, or replaces it.
func (r *recent[V]) put(id rooms.EventID, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.values[id]
	r.values[id] = v
	switch {
	case known:
	case len(r.order) < recentMost:
		r.order = append(r.order, id)
	default:
		delete(r.values, r.order[r.next])
		r.order[r.next] = id
		r.next = (r.next + 1) % recentMost
	}
}

// get gives what is remembered.
func (r *recent[V]) get(id rooms.EventID) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.values[id]
	return v, ok
}
