package rooms_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms"
)

// behindLog is the log of a primary that was just elected: it has everything, and shows of a
// room only what it knows a majority to have.
type behindLog struct {
	rooms.Log
	shown    atomic.Int64 // the highest seq that is shown; 0: all
	asked    atomic.Int64 // calls of Highest
	appended atomic.Int64 // calls of Append
}

func (b *behindLog) Append(ctx context.Context, events []*rooms.Event) error {
	b.appended.Add(1)
	return b.Log.Append(ctx, events)
}

func (b *behindLog) hide(events []rooms.Event) []rooms.Event {
	shown := b.shown.Load()
	return slices.DeleteFunc(events, func(e rooms.Event) bool { return shown > 0 && e.Seq > shown })
}

func (b *behindLog) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	events, err := b.Log.Since(ctx, room, after, page)
	return b.hide(events), err
}

func (b *behindLog) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	newest, err := b.Log.Newest(ctx, ids, n+1)
	for room, events := range newest {
		events = b.hide(events)
		newest[room] = events[:min(n, len(events))]
	}
	return newest, err
}

func (b *behindLog) Highest(ctx context.Context, room rooms.RoomID) (int64, error) {
	b.asked.Add(1)
	return b.Log.Highest(ctx, room)
}

// toldStream knows the highest seq that its sink was told of.
type toldStream struct {
	rooms.Stream
	rooms.Sink
	seq atomic.Int64
}

func (s *toldStream) Watch(ctx context.Context, sink rooms.Sink) error {
	s.Sink = sink
	return s.Stream.Watch(ctx, s)
}

func (s *toldStream) Arrived(batch []rooms.Arrival) {
	s.Sink.Arrived(batch)
	for i := range batch {
		s.seq.Store(max(s.seq.Load(), batch[i].Event.Seq))
	}
}

// Nobody tells a message again that was told before anybody here was in the room: who joins
// must get it, though the primary does not show it yet.
func TestAJoinAtANewPrimaryMissesNothing(t *testing.T) {
	store := newStore(t)
	behind, told := &behindLog{Log: store.Log}, &toldStream{Stream: store.Stream}
	store.Log, store.Stream = behind, told
	s, l := serve(t, store, rooms.Options{})
	for _, text := range []string{"one", "two", "three"} {
		send(t, s, "r", text, "")
	}
	within(t, "the stream has told them", func() bool { return told.seq.Load() == 3 })
	behind.shown.Store(2)
	if joined := join(t, s, l, "r", nil); joined.LastSeq != 2 {
		t.Fatalf("joined at %d", joined.LastSeq)
	}
	within(t, "it is asked how far the room goes", func() bool { return behind.asked.Load() > 0 })
	behind.shown.Store(0)
	within(t, "the last message comes", func() bool { return l.count("r") == 1 })
	inOrder(t, "delivered", l.events("r"), 3)
}

// A number that waits for a majority for long, because one is away, is nothing that is missing.
func TestWhatWaitsForAMajorityIsNotTakenForRemoved(t *testing.T) {
	store := newStore(t)
	writer, _ := serve(t, store, rooms.Options{})
	for _, text := range []string{"one", "two", "three"} {
		send(t, writer, "r", text, "")
	}
	behind := &behindLog{Log: store.Log}
	behind.shown.Store(2)
	store.Log = behind
	var c clock
	s, l := serve(t, store, rooms.Options{Now: c.now})
	join(t, s, l, "r", nil)
	within(t, "it is asked how far the room goes", func() bool { return behind.asked.Load() > 0 })
	asked := behind.asked.Load()
	within(t, "it is looked whether the last message is there, and not written over", func() bool {
		c.advance(time.Minute)
		return behind.asked.Load() > asked+3 || behind.appended.Load() > 0
	})
	if behind.appended.Load() > 0 {
		t.Error("a number was taken for missing that is there")
	}
	behind.shown.Store(0)
	within(t, "the last message comes", func() bool { return l.count("r") == 1 })
	inOrder(t, "delivered", l.events("r"), 3)
}

// The same for who is in the room while the stream is opened anew.
func TestAReopenedStreamAtANewPrimaryMissesNothing(t *testing.T) {
	store := newStore(t)
	writer, _ := serve(t, store, rooms.Options{})
	behind, held := &behindLog{Log: store.Log}, &heldStream{Stream: store.Stream}
	store.Log, store.Stream = behind, held
	s, l := serve(t, store, rooms.Options{})
	send(t, writer, "r", "one", "")
	join(t, s, l, "r", nil)
	mend := held.cut()
	send(t, writer, "r", "two", "")
	behind.shown.Store(1)
	asked := behind.asked.Load()
	mend()
	within(t, "it is asked how far the room goes", func() bool { return behind.asked.Load() > asked })
	behind.shown.Store(0)
	within(t, "what came meanwhile is delivered", func() bool { return l.count("r") == 1 })
	inOrder(t, "delivered", l.events("r"), 2)
}

// fleetingForeign shows numbers that no majority has, and that are rolled back.
type fleetingForeign struct {
	rooms.Foreign
	fleeting atomic.Bool
	asked    atomic.Int64
}

func (f *fleetingForeign) Numbered(ctx context.Context, ids []rooms.EventID) (map[rooms.EventID]int64, error) {
	seqs, err := f.Foreign.Numbered(ctx, ids)
	if err == nil && f.fleeting.Load() {
		for i, id := range ids {
			seqs[id] = int64(i + 1)
		}
		f.asked.Add(1)
	}
	return seqs, err
}

func TestANumberThatIsRolledBackIsGivenAgain(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	foreign := &fleetingForeign{Foreign: store.Foreign}
	store.Foreign = foreign
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	foreign.fleeting.Store(true)
	db.insert(t, message("r", "one"))
	within(t, "the number was looked at", func() bool { return foreign.asked.Load() > 2 })
	foreign.fleeting.Store(false)
	within(t, "it is delivered", func() bool { return l.count("r") == 1 })
	same(t, "delivered", l.events("r"), stored(t, store, "r"))
}

// overtakenForeign lets another instance take the numbers for a while.
type overtakenForeign struct {
	rooms.Foreign
	left atomic.Int64 // how often it still does
}

func (o *overtakenForeign) Adopt(ctx context.Context, events []*rooms.Event) (int, error) {
	if o.left.Add(-1) >= 0 {
		return 0, &rooms.DuplicateError{Key: rooms.UniqueSeq}
	}
	return o.Foreign.Adopt(ctx, events)
}

// Who loses the race for numbers again and again has not lost his documents.
func TestADocumentIsNumberedHoweverOftenOthersAreFaster(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	foreign := &overtakenForeign{Foreign: store.Foreign}
	foreign.left.Store(12)
	store.Foreign = foreign
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	db.insert(t, message("r", "one"))
	within(t, "it is delivered", func() bool { return l.count("r") == 1 })
	same(t, "delivered", l.events("r"), stored(t, store, "r"))
}

// gatedForeign holds searches for documents without a number back, and their numbering.
type gatedForeign struct {
	rooms.Foreign
	mu      sync.Mutex
	search  chan struct{} // nil: not held
	number  chan struct{}
	waiting atomic.Int64
}

func (g *gatedForeign) pass(ctx context.Context, gate *chan struct{}) {
	g.mu.Lock()
	closed := *gate
	g.mu.Unlock()
	if closed == nil {
		return
	}
	g.waiting.Add(1)
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

func (g *gatedForeign) Orphans(ctx context.Context, after rooms.EventID, limit int) ([]rooms.Event, error) {
	g.pass(ctx, &g.search)
	return g.Foreign.Orphans(ctx, after, limit)
}

func (g *gatedForeign) Adopt(ctx context.Context, events []*rooms.Event) (int, error) {
	g.pass(ctx, &g.number)
	return g.Foreign.Adopt(ctx, events)
}

// gate holds one of the two back until it is closed.
func (g *gatedForeign) gate(of *chan struct{}) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	*of = make(chan struct{})
	return *of
}

// A document that another instance numbers after this one has read what it missed, and before
// it has searched for documents without numbers, is told by nobody.
func TestWhatIsNumberedWhileAStreamReopensIsDelivered(t *testing.T) {
	db := newDatabase(t)
	storeA, storeB := db.open(t), db.open(t)
	a := &gatedForeign{Foreign: storeA.Foreign}
	b, held := &gatedForeign{Foreign: storeB.Foreign}, &heldStream{Stream: storeB.Stream}
	behind := &behindLog{Log: storeB.Log}
	storeA.Foreign, storeB.Foreign, storeB.Stream, storeB.Log = a, b, held, behind
	other, _ := serve(t, storeA, rooms.Options{})
	s, l := serve(t, storeB, rooms.Options{})
	send(t, other, "r", "one", "")
	join(t, s, l, "r", nil)

	mend := held.cut()
	number, search := a.gate(&a.number), b.gate(&b.search)
	db.insert(t, message("r", "two"))
	within(t, "the other instance is about to number it", func() bool { return a.waiting.Load() > 0 })
	asked := behind.asked.Load()
	mend()
	within(t, "what was missed is read, and the search begins", func() bool { return behind.asked.Load() > asked && b.waiting.Load() > 0 })
	close(number)
	within(t, "it is numbered", func() bool { return len(stored(t, storeA, "r")) == 2 })
	close(search)
	within(t, "it is delivered", func() bool { return l.count("r") == 1 })
}
