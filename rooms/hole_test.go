package rooms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roomstream/rooms"
)

// partialStream tells events without their content, as of those too large for a stream:
// each must be read from the log.
type partialStream struct{ rooms.Stream }

type partialSink struct{ rooms.Sink }

func (p partialStream) Watch(ctx context.Context, sink rooms.Sink) error {
	return p.Stream.Watch(ctx, partialSink{sink})
}

func (p partialSink) Arrived(batch []rooms.Arrival) {
	for i := range batch {
		batch[i].Partial = batch[i].Instance == ""
	}
	p.Sink.Arrived(batch)
}

func TestRoomsWhoseHolesStayOpenHoldUpNoOtherRoom(t *testing.T) {
	store := newStore(t)
	store.Stream = partialStream{store.Stream}
	at := time.Now()
	s, l := serve(t, store, rooms.Options{Now: func() time.Time { return at }}) // no hole ever gets old
	for i := range 20 {
		room := rooms.RoomID(fmt.Sprint(i, "holed"))
		join(t, s, l, room, nil)
		if err := store.Log.Append(context.Background(), []*rooms.Event{event(room, 2)}); err != nil {
			t.Fatal(err)
		}
	}
	join(t, s, l, "whole", nil)
	send(t, s, "whole", "hello", "")
	within(t, "the room without a hole is delivered", func() bool { return l.count("whole") == 1 })
}
