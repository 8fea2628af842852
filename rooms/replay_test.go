package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms"
)

// countedStore counts the reads of a store, by their kind.
type countedStore struct {
	rooms.Log
	reads   atomic.Int64
	deleted atomic.Int64 // those of which messages are deleted: only replays ask
}

type countedRelated struct {
	rooms.Related
	of *countedStore
}

type countedCatalog struct {
	rooms.Catalog
	of *countedStore
}

func counted(store rooms.Store) (rooms.Store, *countedStore) {
	c := &countedStore{Log: store.Log}
	store.Log, store.Related, store.Catalog = c, countedRelated{store.Related, c}, countedCatalog{store.Catalog, c}
	return store, c
}

func (c *countedStore) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	c.reads.Add(1)
	return c.Log.Since(ctx, room, after, page)
}

func (c *countedStore) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	c.reads.Add(int64(len(ids)))
	return c.Log.Newest(ctx, ids, n)
}

func (c *countedStore) Highest(ctx context.Context, room rooms.RoomID) (int64, error) {
	c.reads.Add(1)
	return c.Log.Highest(ctx, room)
}

func (c countedRelated) Deleted(ctx context.Context, room rooms.RoomID, seqs []int64) ([]int64, error) {
	c.of.reads.Add(1)
	c.of.deleted.Add(1)
	return c.Related.Deleted(ctx, room, seqs)
}

func (c countedCatalog) Room(ctx context.Context, id rooms.RoomID) (rooms.Room, error) {
	c.of.reads.Add(1)
	return c.Catalog.Room(ctx, id)
}

// fillRooms appends n messages to each room and gives the rooms' names.
func fillRooms(t testing.TB, store rooms.Store, count, n int) []string {
	t.Helper()
	ids := make([]string, count)
	for i := range ids {
		ids[i] = fmt.Sprintf("room%02d", i)
		if _, err := store.Catalog.CreateRoom(context.Background(), rooms.Room{ID: rooms.RoomID(ids[i]), Name: ids[i], Type: rooms.TypePublic}); err != nil {
			t.Fatal(err)
		}
		var events []*rooms.Event
		for seq := 1; seq <= n; seq++ {
			e := &rooms.Event{RoomID: rooms.RoomID(ids[i]), Seq: int64(seq), Author: "alice", Text: fmt.Sprintf("%s %d", ids[i], seq)}
			for b := range e.ID {
				e.ID[b] = byte(rand.N(256))
			}
			events = append(events, e)
		}
		if err := store.Log.Append(context.Background(), events); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// syncAll asks until nothing more is missing and returns the events of each room.
func syncAll(t testing.TB, s *rooms.Service, since map[string]int64) map[string][]rooms.Event {
	t.Helper()
	got := map[string][]rooms.Event{}
	at := map[string]int64{}
	for room, seq := range since {
		at[room] = seq
	}
	for len(at) > 0 {
		answers, err := s.Sync(context.Background(), alice, at)
		if err != nil {
			t.Errorf("sync: %v", err)
			return got
		}
		for room, a := range answers {
			if a.Reset != "" {
				t.Errorf("%s: reset %s", room, a.Reset)
			}
			got[room] = append(got[room], a.Events...)
			if n := len(a.Events); n > 0 {
				at[room] = a.Events[n-1].Seq
			}
			if !a.More {
				delete(at, room)
			}
		}
	}
	return got
}

// A thousand clients come back at once after a restart, each with numbers of its own:
// the store is read as often as there are rooms and pages, not clients.
func TestAThousandReconnectsCostTheReadsOfTheirRooms(t *testing.T) {
	const clients, count, length = 1000, 20, 300
	bare := newStore(t)
	ids := fillRooms(t, bare, count, length)
	for name, back := range map[string]func(s *rooms.Service, l *listener, client int){
		"by sync": func(s *rooms.Service, _ *listener, client int) {
			since := map[string]int64{}
			for i, id := range ids {
				since[id] = int64((client*7 + i*13) % (length + 1))
			}
			for id, events := range syncAll(t, s, since) {
				inOrder(t, id, events, since[id]+1)
				if want := length - int(since[id]); len(events) != want {
					t.Errorf("%s since %d: %d events, want %d", id, since[id], len(events), want)
				}
			}
		},
		"by join": func(s *rooms.Service, l *listener, client int) {
			id := ids[client%count]
			since := int64(length - 1 - client%100)
			joined := join(t, s, l, rooms.RoomID(id), &since)
			inOrder(t, id, joined.Events, since+1)
			if len(joined.Events) != length-int(since) {
				t.Errorf("%s since %d: %d events", id, since, len(joined.Events))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, reads := counted(bare)
			// Time stands still: on a machine too busy for heartbeats, what is kept would rightly not be trusted.
			began := time.Now()
			s, l := serve(t, store, rooms.Options{Now: func() time.Time { return began }})
			before := reads.reads.Load()
			var wg sync.WaitGroup
			for client := range clients {
				wg.Go(func() { back(s, l, client) })
			}
			wg.Wait()
			// A room: itself, its end, how far it goes, and for each of its three chunks the events and which of
			// them are deleted, perhaps in two steps because it grew meanwhile.
			if n := reads.reads.Load() - before; n > count*(3+3*4) {
				t.Errorf("%d clients caused %d reads of %d rooms", clients, n, count)
			} else {
				t.Logf("%d clients, %d rooms: %d reads", clients, count, n)
			}
		})
	}
}

func TestADeletedMessageAndItsEditsAreReplayedWithoutContent(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	if _, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "r", Text: "secret", Data: `{"secret":1}`}); err != nil { // 1
		t.Fatal(err)
	}
	if _, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "secret too"}); err != nil { // 2
		t.Fatal(err)
	}
	send(t, s, "r", "stays", "") // 3
	replayed := func(s *rooms.Service) []rooms.Event {
		return syncAll(t, s, map[string]int64{"r": 0})["r"]
	}
	if got := replayed(s); got[0].Text != "secret" || got[1].Text != "secret too" {
		t.Fatalf("before the delete: %+v", got)
	}
	if _, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1}); err != nil { // 4
		t.Fatal(err)
	}
	within(t, "the delete is delivered", func() bool { return l.count("r") == 4 })
	fresh, _ := serve(t, store, rooms.Options{})
	for name, s := range map[string]*rooms.Service{"cached before the delete": s, "read after the delete": fresh} {
		got := replayed(s)
		inOrder(t, name, got, 1)
		if len(got) != 4 {
			t.Fatalf("%s: %d events", name, len(got))
		}
		for _, e := range got[:2] {
			if !e.Erased || e.Text != "" || e.Data != "" {
				t.Errorf("%s: seq %d still has content: %+v", name, e.Seq, e)
			}
			if shown := wire(t, e); shown["deleted"] != true || shown["text"] != nil || shown["data"] != nil {
				t.Errorf("%s: seq %d is shown as %v", name, e.Seq, shown)
			}
		}
		if got[2].Text != "stays" || got[2].Erased {
			t.Errorf("%s: seq 3 is %+v", name, got[2])
		}
	}
}

// slowSince lets a read of the log wait until it is told to go on: what happens
// meanwhile happens between the read and its being kept.
type slowSince struct {
	rooms.Log
	mu      sync.Mutex
	reached chan struct{} // not nil: the next read closes it when it has read
	goOn    chan struct{}
}

func (l *slowSince) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	events, err := l.Log.Since(ctx, room, after, page)
	l.mu.Lock()
	reached, goOn := l.reached, l.goOn
	l.reached = nil
	l.mu.Unlock()
	if reached != nil {
		close(reached)
		<-goOn
	}
	return events, err
}

// deafRelated knows of no delete, as a read knows of none that comes after it.
type deafRelated struct{ rooms.Related }

func (deafRelated) Deleted(context.Context, rooms.RoomID, []int64) ([]int64, error) { return nil, nil }

func TestADeleteThatArrivesWhileItsMessageIsReadIsNotForgotten(t *testing.T) {
	store := newStore(t)
	writer, _ := serve(t, store, rooms.Options{})
	send(t, writer, "r", "secret", "")
	slow := &slowSince{Log: store.Log, reached: make(chan struct{}), goOn: make(chan struct{})}
	reached := slow.reached
	seen := store
	seen.Log, seen.Related = slow, deafRelated{store.Related}
	reader, l := serve(t, seen, rooms.Options{})
	join(t, reader, l, "r", nil)
	join(t, reader, l, "flood", nil)
	answered := make(chan []rooms.Event)
	go func() { answered <- syncAll(t, reader, map[string]int64{"r": 0})["r"] }()
	<-reached
	if _, err := remove(writer, alice, rooms.DeleteInput{RoomID: "r", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	within(t, "the reader is told of the delete", func() bool { return l.count("r") == 1 })
	const others = 5000 // more deletes than are remembered
	flood := make([]*rooms.Event, others)
	for i := range flood {
		flood[i] = event("flood", int64(i+1))
		flood[i].Type, flood[i].Target = rooms.TypeDelete, 1
	}
	if err := store.Log.Append(context.Background(), flood); err != nil {
		t.Fatal(err)
	}
	within(t, "the reader is told of the others", func() bool { return l.count("flood") == others })
	close(slow.goOn)
	<-answered
	for _, e := range syncAll(t, reader, map[string]int64{"r": 0})["r"] {
		if e.Seq == 1 && (e.Text != "" || !e.Erased) {
			t.Errorf("the deleted message is kept: %+v", e)
		}
	}
}

func TestTheReplayCacheIsBounded(t *testing.T) {
	bare := newStore(t)
	ids := fillRooms(t, bare, 10, 400)
	store, reads := counted(bare)
	s, _ := serve(t, store, rooms.Options{ReplayBytes: 200_000}) // about five chunks
	everything := map[string]int64{}
	for _, id := range ids {
		everything[id] = 0
	}
	for range 2 {
		for id, events := range syncAll(t, s, everything) {
			inOrder(t, id, events, 1)
			if len(events) != 400 {
				t.Errorf("%s: %d events", id, len(events))
			}
		}
	}
	// Forty chunks do not fit, so the second round reads again: what is kept is bounded.
	if n := reads.reads.Load(); n < 2*40 {
		t.Errorf("%d reads for twice 40 chunks: more was kept than the bound allows", n)
	}
}

func TestANumberThatWasRemovedByHandIsReplayedAsAVoid(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 5)
	if n, err := bare.Trimmer.Remove(context.Background(), "room00", 3, 10); err != nil || n != 2 { // 1 and 2, without a fence
		t.Fatal(n, err)
	}
	s, _ := serve(t, bare, rooms.Options{})
	got := syncAll(t, s, map[string]int64{"room00": 0})["room00"]
	inOrder(t, "replayed", got, 1)
	if len(got) != 5 || got[0].Type != rooms.TypeVoid || got[1].Type != rooms.TypeVoid || got[2].Text == "" {
		t.Errorf("replayed %+v", got)
	}
	stored(t, bare, "room00")
}

func TestWhoIsBelowTheFenceIsToldTrimmed(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 10)
	ctx := context.Background()
	if err := bare.Trimmer.Fence(ctx, "room00", 6, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := bare.Trimmer.Remove(ctx, "room00", 6, 100); err != nil {
		t.Fatal(err)
	}
	s, l := serve(t, bare, rooms.Options{})
	for since, want := range map[int64]rooms.ResetReason{0: "trimmed", 4: "trimmed", 5: "", 9: "", 10: "", 11: "ahead"} {
		answers, err := s.Sync(ctx, alice, map[string]int64{"room00": since})
		if err != nil {
			t.Fatal(err)
		}
		a := answers["room00"]
		if a.Reset != want || a.LastSeq != 10 || want == "" && len(a.Events) != int(10-since) {
			t.Errorf("sync since %d: reset %q, lastSeq %d, %d events; want reset %q", since, a.Reset, a.LastSeq, len(a.Events), want)
		}
		joined := join(t, s, l, "room00", &since)
		if joined.Reset != want || joined.LastSeq != 10 {
			t.Errorf("join since %d: reset %q, lastSeq %d", since, joined.Reset, joined.LastSeq)
		}
	}
	messages := page(t, s, rooms.HistoryInput{RoomID: "room00"})
	if len(messages) != 5 || messages[0].Seq != 6 {
		t.Errorf("history begins at %d with %d messages", messages[0].Seq, len(messages))
	}
}

func TestARoomWithNothingLeftGoesOnAboveItsFence(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 10)
	ctx := context.Background()
	if err := bare.Trimmer.Fence(ctx, "room00", 11, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := bare.Trimmer.Remove(ctx, "room00", 11, 100); err != nil {
		t.Fatal(err)
	}
	s, l := serve(t, bare, rooms.Options{})
	if joined := join(t, s, l, "room00", nil); joined.LastSeq != 10 {
		t.Errorf("lastSeq %d, want 10", joined.LastSeq)
	}
	if sent := send(t, s, "room00", "the next", ""); sent.Seq != 11 {
		t.Errorf("seq %d, want 11", sent.Seq)
	}
	within(t, "it is delivered", func() bool { return l.count("room00") == 1 })
}

// A store that is away takes nothing from those who are served from memory, while the
// stream is known to be whole.
func TestASyncOfWhatIsKeptNeedsNoStore(t *testing.T) {
	bare := newStore(t)
	fillRooms(t, bare, 1, 50)
	away := &absentLog{Log: bare.Log}
	store := bare
	store.Log = away
	s, _ := serve(t, store, rooms.Options{})
	syncAll(t, s, map[string]int64{"room00": 0})
	away.gone.Store(true)
	if got := syncAll(t, s, map[string]int64{"room00": 10})["room00"]; len(got) != 40 {
		t.Errorf("%d events, want 40", len(got))
	}
}

type absentLog struct {
	rooms.Log
	gone atomic.Bool
}

func (l *absentLog) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	if l.gone.Load() {
		return nil, errors.New("away")
	}
	return l.Log.Since(ctx, room, after, page)
}
