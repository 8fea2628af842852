package rooms_test

import (
	"context"
	"fmt"
	"sync/atomic"
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

// awayLog fails its reads by Since while away, and counts those that came through after.
type awayLog struct {
	rooms.Log
	away          atomic.Bool
	failed, reads atomic.Int64
	appends       atomic.Int64
}

func (a *awayLog) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	if a.away.Load() {
		a.failed.Add(1)
		return nil, errLost
	}
	a.reads.Add(1)
	return a.Log.Since(ctx, room, after, page)
}

func (a *awayLog) Append(ctx context.Context, events []*rooms.Event) error {
	a.appends.Add(1)
	return a.Log.Append(ctx, events)
}

func TestTheTimeAStoreIsAwayDoesNotAgeAHole(t *testing.T) {
	store := newStore(t)
	away := &awayLog{Log: store.Log}
	store.Log = away
	var c clock
	at := time.Now()
	s, l := serve(t, store, rooms.Options{Now: func() time.Time { return at.Add(time.Duration(c.offset.Load())) }})
	join(t, s, l, "r", nil)
	away.away.Store(true)
	if err := away.Log.Append(context.Background(), []*rooms.Event{event("r", 2)}); err != nil {
		t.Fatal(err)
	}
	within(t, "the hole is read for in vain", func() bool { return away.failed.Load() > 0 })
	c.advance(time.Minute)
	away.away.Store(false)
	within(t, "the hole was read often", func() bool { return away.reads.Load() > 3 || away.appends.Load() > 0 })
	if n := away.appends.Load(); n != 0 {
		t.Fatalf("the hole was filled after %d reads that showed it at one moment", away.reads.Load())
	}
	c.advance(time.Minute)
	within(t, "it is filled when it is old", func() bool { return l.count("r") == 2 })
}
