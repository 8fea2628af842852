package rooms_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms"
)

// stale runs two Services on one store. The first knows seq 1 as the newest and sleeps
// while the other sends 2 to 5 and all of it is fenced off and blanked.
func stale(t *testing.T, store rooms.Store, o rooms.Options) (paused, awake *rooms.Service) {
	t.Helper()
	stream := &sleepingStream{Stream: store.Stream}
	sleepy := store
	sleepy.Stream = stream
	paused, _ = serve(t, sleepy, o)
	awake, _ = serve(t, store, rooms.Options{})
	if sent := send(t, paused, "r", "one", ""); sent.Seq != 1 {
		t.Fatalf("seq %d", sent.Seq)
	}
	stream.sleep()
	for i := range 4 {
		send(t, awake, "r", fmt.Sprint("missed ", i), "")
	}
	if err := store.Trimmer.Fence(context.Background(), "r", 6, 6, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, err := store.Trimmer.Blank(context.Background(), "r", 6, 100); err != nil || n != 5 {
		t.Fatalf("%d blanked, %v", n, err)
	}
	return paused, awake
}

// The documents stay behind the fence for an hour for this: an instance that was paused
// with a batch in its hands meets them, whatever it believes.
func TestAPausedInstanceMeetsTheFence(t *testing.T) {
	store := newStore(t)
	paused, awake := stale(t, store, rooms.Options{})
	for i, s := range []*rooms.Service{paused, awake, paused} {
		if sent := send(t, s, "r", "after", ""); sent.Seq != int64(6+i) {
			t.Errorf("send %d has seq %d, want %d", i, sent.Seq, 6+i)
		}
	}
	inOrder(t, "stored", all(t, store, "r"), 1)
}

// When the documents are gone, what it believes is too old to be believed.
func TestAnInstanceThatSleptThroughTheRemovalReadsTheFence(t *testing.T) {
	store := newStore(t)
	var slept atomic.Int64 // as its clock says
	o := rooms.Options{Now: func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }}
	paused, _ := stale(t, store, o)
	if n, err := store.Trimmer.Remove(context.Background(), "r", 6, 100); err != nil || n != 5 {
		t.Fatalf("%d removed, %v", n, err)
	}
	slept.Store(int64(time.Hour))
	if sent := send(t, paused, "r", "after", ""); sent.Seq != 6 {
		t.Errorf("seq %d, want 6", sent.Seq)
	}
	inOrder(t, "what is left", all(t, store, "r"), 6)
}

// What was trimmed is in no answer, while its documents are still there and
// when they are gone; a change of it is refused and writes nothing.
func TestWhatWasTrimmedIsInNoAnswer(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, 8*day, 3*day, time.Minute)
	if err := store.Trimmer.Fence(context.Background(), "r", 3, 3, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s, l := serve(t, store, rooms.Options{})
	for _, done := range []struct {
		name string
		step func(context.Context, rooms.RoomID, int64, int) (int, error)
	}{
		{"fenced", func(context.Context, rooms.RoomID, int64, int) (int, error) { return 0, nil }},
		{"blanked", store.Trimmer.Blank},
		{"removed", store.Trimmer.Remove},
	} {
		name := done.name
		if _, err := done.step(context.Background(), "r", 3, 100); err != nil {
			t.Fatal(err)
		}
		newest := page(t, s, rooms.HistoryInput{RoomID: "r"})
		inOrder(t, name+": history", []rooms.Event{newest[0].Event, newest[1].Event}, 3)
		if len(newest) != 2 {
			t.Errorf("%s: history has %d messages", name, len(newest))
		}
		one := int64(1)
		if got := page(t, s, rooms.HistoryInput{RoomID: "r", Around: &one}); len(got) > 0 && got[0].Seq < 3 {
			t.Errorf("%s: around 1 is seq %d", name, got[0].Seq)
		}
		if joined := join(t, s, l, "r", &one); joined.Reset != rooms.ResetTrimmed || len(joined.Events) > 0 || joined.LastSeq != 4 {
			t.Errorf("%s: a join from 1 is answered %+v", name, joined)
		}
		two := int64(2) // has all that was trimmed, misses nothing
		if joined := join(t, s, l, "r", &two); joined.Reset != "" || len(joined.Events) != 2 {
			t.Errorf("%s: a join from 2 is answered %+v", name, joined)
		}
		synced, err := s.Sync(context.Background(), alice, map[string]int64{"r": 1})
		if err != nil || synced["r"].Reset != rooms.ResetTrimmed || len(synced["r"].Events) > 0 {
			t.Errorf("%s: a sync from 1 is answered %+v, %v", name, synced["r"], err)
		}
		if name == "fenced" { // for a moment, until its content goes
			continue
		}
		if _, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "again"}); err == nil {
			t.Errorf("%s: a trimmed message was edited", name)
		}
		if last := all(t, store, "r"); last[len(last)-1].Seq != 4 {
			t.Errorf("%s: something was written: %+v", name, last)
		}
	}
}
