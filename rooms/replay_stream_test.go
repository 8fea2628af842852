package rooms_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// heldStream keeps what is told back while it is held, and may be cut.
type heldStream struct {
	rooms.Stream
	mu    sync.Mutex
	held  bool
	queue []rooms.Arrival
	sink  rooms.Sink
	end   context.CancelFunc // of the stream that is open
	gate  chan struct{}      // not nil: the next stream opens when it is closed
}

func (h *heldStream) Watch(ctx context.Context, sink rooms.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h.mu.Lock()
	gate := h.gate
	h.end, h.sink = cancel, sink
	h.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return h.Stream.Watch(ctx, (*heldSink)(h))
}

type heldSink heldStream

func (h *heldSink) Opened() { h.sink.Opened() }

func (h *heldSink) Arrived(batch []rooms.Arrival) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held {
		h.queue = append(h.queue, batch...)
		return
	}
	h.sink.Arrived(batch)
}

func (h *heldStream) hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = true
}

// cut ends the stream; the next opens when mend is called.
func (h *heldStream) cut() (mend func()) {
	gate := make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gate = gate
	h.end()
	return func() {
		h.mu.Lock()
		h.gate = nil
		h.mu.Unlock()
		close(gate)
	}
}

// tellHeartbeat tells the oldest heartbeat of an instance that is held back, alone.
func (h *heldStream) tellHeartbeat(instance string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.queue, func(a rooms.Arrival) bool { return a.Instance == instance })
	if i >= 0 {
		h.sink.Arrived(h.queue[i : i+1])
		h.queue = slices.Delete(h.queue, i, i+1)
	}
	return i >= 0
}

func (h *heldStream) holds(instance string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.queue, func(a rooms.Arrival) bool { return a.Instance == instance })
}

func mustHide(t testing.TB, what string, got []rooms.Event) {
	t.Helper()
	if len(got) == 0 || got[0].Text != "" || !got[0].Erased {
		t.Errorf("%s: the deleted message is shown: %+v", what, got)
	}
}

// An instance that was paused has not been told what was deleted meanwhile, and knows
// so: also when the first thing it is told is a heartbeat from before the pause.
func TestAPausedInstanceTellsNothingThatWasDeletedMeanwhile(t *testing.T) {
	store := newStore(t)
	writer, _ := serve(t, store, rooms.Options{})
	send(t, writer, "r", "secret", "")
	held := &heldStream{Stream: store.Stream}
	pausedStore := store
	pausedStore.Stream = held
	var c clock
	s, _ := serve(t, pausedStore, rooms.Options{Now: c.now})
	replayed := func() []rooms.Event { return syncAll(t, s, map[string]int64{"r": 0})["r"] }
	if got := replayed(); len(got) != 1 || got[0].Text != "secret" {
		t.Fatalf("before the pause: %+v", got)
	}
	held.hold()
	within(t, "a heartbeat is on its way", func() bool { return held.holds(s.Instance()) })
	c.advance(time.Minute)
	if _, err := remove(writer, alice, rooms.DeleteInput{RoomID: "r", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	mustHide(t, "after the pause", replayed())
	if !held.tellHeartbeat(s.Instance()) {
		t.Fatal("no heartbeat from before the pause")
	}
	mustHide(t, "after a heartbeat from before the pause", replayed())
}

func TestWhatIsKeptForReplaysIsForgottenWithItsStream(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 20)
	store, reads := counted(bare)
	held := &heldStream{Stream: store.Stream}
	store.Stream = held
	s, _ := serve(t, store, rooms.Options{})
	replayed := func() (events []rooms.Event, loads int64) {
		before := reads.deleted.Load()
		return syncAll(t, s, map[string]int64{"room00": 0})["room00"], reads.deleted.Load() - before
	}
	replayed()
	if _, n := replayed(); n != 0 {
		t.Errorf("what is kept was read %d times", n)
	}
	held.cut()()
	within(t, "what was kept is read again", func() bool {
		_, n := replayed()
		return n > 0
	})
	if _, n := replayed(); n != 0 {
		t.Errorf("what is kept anew was read %d times", n)
	}
	writer, _ := serve(t, bare, rooms.Options{})
	mend := held.cut()
	if _, err := remove(writer, alice, rooms.DeleteInput{RoomID: "room00", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	mend()
	within(t, "the delete is known", func() bool {
		got, _ := replayed()
		return len(got) == 21
	})
	got, _ := replayed()
	mustHide(t, "after the stream came back", got)
}

// A primary that was just elected may show less than the stream told before.
func TestADeleteThatWasToldHoldsForReadsThatDoNotShowIt(t *testing.T) {
	store := newStore(t)
	writer, _ := serve(t, store, rooms.Options{})
	send(t, writer, "r", "secret", "")
	stale := store
	stale.Related = deafRelated{store.Related}
	s, l := serve(t, stale, rooms.Options{})
	join(t, s, l, "r", nil)
	if _, err := remove(writer, alice, rooms.DeleteInput{RoomID: "r", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	within(t, "the delete is delivered", func() bool { return l.count("r") == 1 })
	mustHide(t, "a stale read", syncAll(t, s, map[string]int64{"r": 0})["r"])
}

func TestWhatIsDeliveredWhileAReplayIsReadCostsNoOtherRead(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 5)
	store, reads := counted(bare)
	slow := &slowSince{Log: store.Log, reached: make(chan struct{}), goOn: make(chan struct{})}
	reached := slow.reached
	store.Log = slow
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "room00", nil)
	answered := make(chan []rooms.Event)
	go func() { answered <- syncAll(t, s, map[string]int64{"room00": 0})["room00"] }()
	<-reached
	for i := range 3 {
		send(t, s, "room00", text(i), "")
	}
	within(t, "all is delivered", func() bool { return l.count("room00") == 3 })
	close(slow.goOn)
	if got := <-answered; len(got) < 5 {
		t.Errorf("%d events", len(got))
	}
	before := reads.reads.Load()
	got := syncAll(t, s, map[string]int64{"room00": 0})["room00"]
	inOrder(t, "replayed", got, 1)
	if n := reads.reads.Load() - before; n != 0 || len(got) != 8 {
		t.Errorf("%d events by %d reads, want 8 by none", len(got), n)
	}
}

// What is kept is given although the store does not answer for the rest: there is more.
func TestASyncGivesWhatItCanWhenTheStoreIsAway(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 2, 50)
	away := &absentLog{Log: bare.Log}
	store := bare
	store.Log = away
	s, _ := serve(t, store, rooms.Options{})
	syncAll(t, s, map[string]int64{"room00": 0, "room01": 50})
	away.gone.Store(true)
	got, err := s.Sync(context.Background(), alice, map[string]int64{"room00": 0, "room01": 0})
	if err != nil || len(got["room00"].Events) != 50 || got["room00"].More {
		t.Errorf("kept: %d events, %v", len(got["room00"].Events), err)
	}
	if rest := got["room01"]; len(rest.Events) != 0 || !rest.More || rest.LastSeq != 50 || rest.Reset != "" {
		t.Errorf("not kept: %+v", rest)
	}
	_, err = s.Sync(context.Background(), alice, map[string]int64{"room01": 0})
	wantCode(t, "nothing can be given", err, rooms.CodeUnavailable)
}
