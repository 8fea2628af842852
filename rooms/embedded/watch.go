package embedded

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"roomstream/rooms"
)

// watchBytes bounds what waits for one watcher, as Event.Size counts. A watcher that
// far behind (some 100,000 short messages) reads the log faster than the queue.
const watchBytes = 64 << 20

// Stream tells of every append.
type Stream struct {
	file *file
	hub  *hub
}

var _ rooms.Stream = (*Stream)(nil)

// Watch tells sink of every append from now on. It ends with an error when ctx is
// done, when the store closes or fails, and when sink is too slow for the queue.
func (s *Stream) Watch(ctx context.Context, sink rooms.Sink) error {
	if err := s.file.refusal(); err != nil {
		return err
	}
	w := newWatcher()
	if err := s.hub.add(w); err != nil {
		return err
	}
	defer s.hub.remove(w)
	sink.Opened()
	var batch []rooms.Arrival
	for {
		select {
		case <-w.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
		var err error
		batch, err = w.take(batch)
		if len(batch) > 0 {
			sink.Arrived(batch)
		}
		if err != nil {
			return fmt.Errorf("watch the log: %w", err)
		}
		clear(batch) // else the queue would keep the texts of the last burst
	}
}

// Beat asks the committer for a sign of life that comes back through Watch. Nothing
// is written.
func (s *Stream) Beat(ctx context.Context, instance string) error {
	if err := s.file.write(ctx, &change{told: []rooms.Arrival{{Instance: instance}}}); err != nil {
		return fmt.Errorf("beat: %w", err)
	}
	return nil
}

// hub hands what was committed to the watchers.
type hub struct {
	mu       sync.Mutex
	watchers []*watcher
	ended    error // set: there will be no more
}

func newHub() *hub { return &hub{} }

func (h *hub) add(w *watcher) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended != nil {
		return h.ended
	}
	h.watchers = append(h.watchers, w)
	return nil
}

func (h *hub) remove(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = slices.DeleteFunc(h.watchers, func(o *watcher) bool { return o == w })
}

// tell queues arrivals to every watcher. Only the committer calls it, so all see one
// order.
func (h *hub) tell(arrivals []rooms.Arrival) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.watchers {
		w.add(arrivals)
	}
}

// end ends all watchers after what they still have to be told.
func (h *hub) end(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended == nil {
		h.ended = err
	}
	for _, w := range h.watchers {
		w.end(err)
	}
}

// watcher is the queue of one Watch. When it is full the watcher is ended: its reader
// then opens again and reads the log for what it missed.
type watcher struct {
	wake chan struct{} // holds 1: there is something to take

	mu    sync.Mutex
	queue []rooms.Arrival
	bytes int
	err   error
}

func newWatcher() *watcher { return &watcher{wake: make(chan struct{}, 1)} }

func (w *watcher) add(arrivals []rooms.Arrival) {
	if len(arrivals) == 0 {
		return
	}
	size := 0
	for i := range arrivals {
		size += arrivals[i].Event.Size()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	if w.bytes > 0 && w.bytes+size > watchBytes {
		w.err = rooms.E(rooms.CodeUnavailable, "the watcher fell more than %d MiB behind", watchBytes>>20)
	} else {
		w.queue = append(w.queue, arrivals...)
		w.bytes += size
	}
	w.ring()
}

func (w *watcher) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.ring()
}

func (w *watcher) ring() {
	select {
	case w.wake <- struct{}{}:
	default: // it is awake already
	}
}

// take swaps the queue for an empty one, and says whether it has ended.
func (w *watcher) take(empty []rooms.Arrival) ([]rooms.Arrival, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := w.queue
	w.queue, w.bytes = empty[:0], 0
	return batch, w.err
}
