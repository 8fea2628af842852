package embedded

import (
	"context"
	"slices"
	"sync"

	"roomstream/rooms"
)

// signalsWaiting bounds the signals that wait for one watcher; those beyond are lost,
// as signals may be.
const signalsWaiting = 10_000

// Signals go from this process to itself: no other has the file open.
type Signals struct {
	file *file

	mu       sync.Mutex
	watchers []*signalWatcher
}

var _ rooms.Signals = (*Signals)(nil)

type signalWatcher struct {
	queue []rooms.Signal // guarded by Signals.mu
	wake  chan struct{}  // holds 1
}

// Send tells every watcher.
func (s *Signals) Send(ctx context.Context, signals []rooms.Signal) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.file.refusal(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watchers {
		fits := min(len(signals), max(signalsWaiting-len(w.queue), 0))
		w.queue = append(w.queue, signals[:fits]...)
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// Watch tells every signal from now on.
func (s *Signals) Watch(ctx context.Context, opened func(), told func([]rooms.Signal)) error {
	if err := s.file.refusal(); err != nil {
		return err
	}
	w := &signalWatcher{wake: make(chan struct{}, 1)}
	s.mu.Lock()
	s.watchers = append(s.watchers, w)
	s.mu.Unlock()
	defer s.forget(w)
	opened()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.file.closing:
			return errClosed()
		case <-w.wake:
		}
		s.mu.Lock()
		batch := w.queue
		w.queue = nil
		s.mu.Unlock()
		if len(batch) > 0 {
			told(batch)
		}
	}
}

func (s *Signals) forget(w *signalWatcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = slices.DeleteFunc(s.watchers, func(o *signalWatcher) bool { return o == w })
}
