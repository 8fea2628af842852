package rooms_test

import (
	"context"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// heldSignals tell nothing until they are released, and tell when a hello was sent.
type heldSignals struct {
	rooms.Signals
	hello    chan struct{} // closed: it was
	released chan struct{}
	once     sync.Once
}

func (h *heldSignals) Send(ctx context.Context, signals []rooms.Signal) error {
	err := h.Signals.Send(ctx, signals)
	for _, g := range signals {
		if g.Kind == rooms.SignalHello {
			h.once.Do(func() { close(h.hello) })
		}
	}
	return err
}

func (h *heldSignals) Watch(ctx context.Context, opened func(), told func([]rooms.Signal)) error {
	return h.Signals.Watch(ctx, opened, func(signals []rooms.Signal) {
		select {
		case <-h.released:
			told(signals)
		case <-ctx.Done():
		}
	})
}

// TestAnInstanceThatHasJustBegunDisturbsNobodyWhoIsElsewhere: it has not heard yet who is at the others.
func TestAnInstanceThatHasJustBegunDisturbsNobodyWhoIsElsewhere(t *testing.T) {
	db := newDatabase(t)
	there, _ := serve(t, db.open(t), rooms.Options{})
	there.Connected(carol.ID)
	store := db.open(t)
	held := &heldSignals{Signals: store.Signals, hello: make(chan struct{}), released: make(chan struct{})}
	store.Signals = held
	s, _ := startService(t, store)
	said := make(chan bool, 1)
	go func() {
		may, err := s.MayDisturb(context.Background(), carol.ID)
		if err != nil {
			t.Error(err)
		}
		said <- may
	}()
	<-held.hello
	close(held.released)
	if <-said {
		t.Error("she may be disturbed, who is at another instance")
	}
	if may, err := s.MayDisturb(context.Background(), auth.UserID("dan")); err != nil || !may {
		t.Errorf("who is nowhere: %t, %v", may, err)
	}
}
