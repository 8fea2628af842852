package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// endingEraser ends the Service after some events of an author were given, and then gives
// the others all the same, as a store does that has read them already.
type endingEraser struct {
	rooms.Eraser
	after int
	end   func()
}

func (e *endingEraser) ByAuthor(ctx context.Context, author auth.UserID, each func(rooms.Event) error) error {
	var first error
	n := 0
	err := e.Eraser.ByAuthor(context.WithoutCancel(ctx), author, func(event rooms.Event) error {
		if n++; n == e.after {
			e.end()
		}
		if err := each(event); err != nil && first == nil {
			first = err
		}
		return nil
	})
	return errors.Join(first, err)
}

// A command that is interrupted ends, whatever the lanes were doing, and goes on when it
// is run again.
func TestAnErasureThatIsBrokenOffEndsAndGoesOn(t *testing.T) {
	for _, after := range []int{1, 20} { // with nothing in the lanes, and with something
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) { breakOff(t, after) })
	}
}

func breakOff(t *testing.T, after int) {
	const messages = 40
	store := newStore(t)
	s, end := startService(t, store)
	for i := range messages {
		send(t, s, "r", fmt.Sprint("secret ", i), "")
	}
	end()

	ctx, cancel := context.WithCancel(context.Background())
	broken := store
	ended := make(chan error, 1)
	broken.Eraser = &endingEraser{Eraser: store.Eraser, after: after, end: func() {
		cancel()
		if err := <-ended; err != nil { // the lanes are gone
			t.Errorf("Run: %v", err)
		}
	}}
	s = rooms.New(broken, rooms.Options{})
	go func() { ended <- s.Run(ctx, newListener(), nil) }()
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	erased := make(chan error, 1)
	go func() { erased <- s.Erase(ctx, alice.ID, func(rooms.Erased) {}) }()
	var err error
	within(t, "the erasure ends", func() bool {
		select {
		case err = <-erased:
			return true
		default:
			return false
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}

	again, _ := serve(t, store, rooms.Options{})
	if err := again.Erase(context.Background(), alice.ID, func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	events := stored(t, store, "r")
	if len(events) != 2*messages {
		t.Errorf("the log has %d events, want %d messages with a delete each", len(events), messages)
	}
	deleted := map[int64]int{}
	for _, e := range events {
		if e.Text != "" || e.AuthorName != "" || e.Data != "" {
			t.Errorf("still there: %+v", e)
		}
		if e.Type == rooms.TypeDelete {
			deleted[e.Target]++
		}
	}
	for seq := int64(1); seq <= messages; seq++ {
		if deleted[seq] != 1 {
			t.Errorf("message %d has %d deletes", seq, deleted[seq])
		}
	}
}
