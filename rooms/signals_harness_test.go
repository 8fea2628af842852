package rooms_test

import (
	"context"
	"sync"
	"testing"

	"roomstream/rooms"
)

// mortalSignals lose everything that is sent while they are dead.
type mortalSignals struct {
	rooms.Signals
	mu   sync.Mutex
	dead bool
	lost int
}

func (m *mortalSignals) Send(ctx context.Context, signals []rooms.Signal) error {
	m.mu.Lock()
	dead := m.dead
	if dead {
		for _, g := range signals {
			if g.Kind == rooms.SignalPresence {
				m.lost++
			}
		}
	}
	m.mu.Unlock()
	if dead {
		return nil
	}
	return m.Signals.Send(ctx, signals)
}

func (m *mortalSignals) die() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
}

func (m *mortalSignals) live() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = false
}

func (m *mortalSignals) swallowed() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lost
}

// startService runs a Service until end is called, or the test ends.
func startService(t testing.TB, store rooms.Store) (s *rooms.Service, end func()) {
	t.Helper()
	s = rooms.New(store, rooms.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, newListener(), nil) }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(end)
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	return s, end
}
