package rooms

import (
	"sync"
	"time"
)

// heartbeatsMost bounds the heartbeats under way. Past it, some half an hour of a stream
// that is open and tells nothing, times are too early until the next stream.
const heartbeatsMost = 1000

// heartbeats says whether this instance is known to have been told, lately, everything
// that was inserted: it counts from when a heartbeat was sent, not from when it came back.
// A process that was paused finds its last heartbeat waiting in the stream, and behind
// it all that happened meanwhile. It is safe for concurrent use.
type heartbeats struct {
	now func() time.Time

	mu   sync.Mutex
	sent []time.Time   // those under way, oldest first
	told time.Time     // everything inserted before it was told
	trip time.Duration // of the last one that came back, from its insert
}

// begins notes that a heartbeat is being sent.
func (h *heartbeats) begins() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sent) < heartbeatsMost {
		h.sent = append(h.sent, h.now())
	}
}

// failed notes that the one sent last was not confirmed.
func (h *heartbeats) failed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.sent); n > 0 {
		h.sent = h.sent[:n-1]
	}
}

// came notes that one came back; they come in the order they were sent.
func (h *heartbeats) came() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sent) > 0 {
		h.told = h.sent[0]
		h.trip = h.now().Sub(h.told)
		h.sent = append(h.sent[:0], h.sent[1:]...)
	}
}

// reopened notes that a new stream tells from here on: it need not bring back what is
// under way.
func (h *heartbeats) reopened() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = h.sent[:0]
}

// lag is how long what is inserted takes to be told here, by this instance's own clock: as long as the last heartbeat
// took, or longer when the one that is under way has taken longer already.
func (h *heartbeats) lag() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sent) == 0 {
		return h.trip
	}
	return max(h.trip, h.now().Sub(h.sent[0]))
}

// lately says whether a delete that was inserted more than beatLost ago was told here.
func (h *heartbeats) lately() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now().Sub(h.told) < beatLost
}

// silent says whether heartbeats came back here once and do so no more: what the stream would
// have told is not known. Before the first one it has opened with nothing remembered.
func (h *heartbeats) silent() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.told.IsZero() && h.now().Sub(h.told) >= beatLost
}
