package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// Watching is a running Watch whose arrivals a test takes one by one.
type Watching struct {
	arrivals chan rooms.Arrival
	opened   chan struct{}
	ended    chan struct{} // closed when Watch has returned err
	err      error
	cancel   context.CancelFunc
}

// watchBuffer holds what a test lets arrive before it looks.
const watchBuffer = 10_000

// Watch starts a Watch and returns when it is open. It ends with the test.
func Watch(t *testing.T, stream rooms.Stream) *Watching {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &Watching{
		arrivals: make(chan rooms.Arrival, watchBuffer), opened: make(chan struct{}),
		ended: make(chan struct{}), cancel: cancel,
	}
	go func() {
		defer close(w.ended)
		w.err = stream.Watch(ctx, w)
	}()
	t.Cleanup(func() {
		cancel()
		<-w.ended
	})
	select {
	case <-w.opened:
	case <-w.ended:
		t.Fatalf("watch: %v", w.err)
	case <-time.After(patience):
		t.Fatal("the watch did not open")
	}
	return w
}

func watch(t *testing.T, o Opened) *Watching {
	t.Helper()
	return Watch(t, o.Store.Stream)
}

// Opened is for rooms.Sink.
func (w *Watching) Opened() { close(w.opened) }

// Arrived is for rooms.Sink.
func (w *Watching) Arrived(batch []rooms.Arrival) {
	for _, a := range batch {
		w.arrivals <- a
	}
	clear(batch) // the slice is ours for the time of the call: nobody may look into it later
}

// Next waits for the next arrival that is no heartbeat.
func (w *Watching) Next(t *testing.T) rooms.Arrival {
	t.Helper()
	for {
		if a := w.any(t); a.Instance == "" {
			return a
		}
	}
}

// Ended waits for the end of the Watch and returns its error.
func (w *Watching) Ended(t *testing.T) error {
	t.Helper()
	select {
	case <-w.ended:
		return w.err
	case <-time.After(patience):
		t.Fatal("the watch did not end")
		return nil
	}
}

func (w *Watching) any(t *testing.T) rooms.Arrival {
	t.Helper()
	select {
	case a := <-w.arrivals:
		return a
	default:
	}
	select {
	case a := <-w.arrivals:
		return a
	case <-w.ended:
		t.Fatalf("the watch ended: %v", w.err)
	case <-time.After(patience):
		t.Fatal("nothing arrived")
	}
	return rooms.Arrival{}
}

// event waits for the next arrival, which must be a whole numbered event.
func (w *Watching) event(t *testing.T) rooms.Event {
	t.Helper()
	a := w.Next(t)
	if a.Partial || a.BadSeq || a.Malformed != "" {
		t.Fatalf("arrived %+v, want an event", a)
	}
	return a.Event
}

func watchTellsAll(t *testing.T, o Opened) {
	const appenders, each = 4, 50
	w := watch(t, o)
	appended := map[rooms.RoomID][]*rooms.Event{}
	for k := range appenders {
		room := rooms.RoomID(fmt.Sprintf("room%d", k))
		appended[room] = Messages(room, 1, each)
	}
	var wg sync.WaitGroup
	for _, events := range appended {
		wg.Go(func() {
			for i := 0; i < len(events); i += 5 {
				if err := o.Store.Log.Append(waiting(t), events[i:i+5]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	next := map[rooms.RoomID]int{}
	for range appenders * each {
		e := w.event(t)
		if i := next[e.RoomID]; i >= each || e != *appended[e.RoomID][i] {
			t.Fatalf("told as event %d of %s: %+v", i, e.RoomID, e)
		}
		next[e.RoomID]++
	}
}

func watchTellsOfTheOther(t *testing.T, o Opened) {
	w := watch(t, o)
	other := o.Another(t)
	wOther := watch(t, other)
	mine, theirs := Message("general", 1), Message("general", 2)
	mustAppend(t, o, mine)
	mustAppend(t, other, theirs)
	for _, watching := range []*Watching{w, wOther} {
		for _, want := range []*rooms.Event{mine, theirs} {
			if got := watching.event(t); got != *want {
				t.Fatalf("told %+v, want %+v", got, *want)
			}
		}
	}
}

func watchTellsFromNowOn(t *testing.T, o Opened) {
	mustAppend(t, o, Messages("general", 1, 3)...)
	w := watch(t, o)
	mustAppend(t, o, Messages("general", 4, 3)...)
	for want := int64(4); want <= 6; want++ {
		if got := w.event(t); got.Seq != want {
			t.Fatalf("told seq %d, want %d", got.Seq, want)
		}
	}
	w.cancel()
	<-w.ended
	mustAppend(t, o, Messages("general", 7, 3)...)
	again := watch(t, o)
	mustAppend(t, o, Messages("general", 10, 1)...)
	if got := again.event(t); got.Seq != 10 {
		t.Fatalf("a new watch told seq %d, want 10", got.Seq)
	}
}

// beatComesBack also holds the beats to their place: a beat is told after what was
// appended before it.
func beatComesBack(t *testing.T, o Opened) {
	other := o.Another(t)
	w := watch(t, o)
	for i := range 3 {
		mustAppend(t, o, Message("general", int64(i+1)))
		for _, b := range []struct {
			o    Opened
			name string
		}{{o, "one"}, {other, "two"}} {
			if err := b.o.Store.Stream.Beat(waiting(t), b.name); err != nil {
				t.Fatal(err)
			}
		}
		if a := w.any(t); a.Event.Seq != int64(i+1) || a.Instance != "" {
			t.Fatalf("arrived %+v, want event %d", a, i+1)
		}
		for _, want := range []string{"one", "two"} {
			if a := w.any(t); a.Instance != want {
				t.Fatalf("arrived %+v, want a beat of %s", a, want)
			}
		}
	}
	// Beats are no events.
	if got := mustSince(t, o, "general", 0, rooms.Page{}); len(got) != 3 {
		t.Fatalf("the log has %d events, want 3", len(got))
	}
}

func watchEndsWithContext(t *testing.T, o Opened) {
	w := watch(t, o)
	w.cancel()
	if err := w.Ended(t); !errors.Is(err, context.Canceled) {
		t.Fatalf("the watch ended with %v, want %v", err, context.Canceled)
	}
}
