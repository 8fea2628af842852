package rooms_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// aged appends messages of the given ages to a room, which it makes, numbered from 1.
func aged(t testing.TB, store rooms.Store, room rooms.Room, ages ...time.Duration) {
	t.Helper()
	if _, err := store.Catalog.CreateRoom(context.Background(), room); err != nil {
		t.Fatal(err)
	}
	var events []*rooms.Event
	for i, age := range ages {
		at := time.Now().Add(-age).UTC().Truncate(time.Millisecond)
		e := &rooms.Event{RoomID: room.ID, Seq: int64(i + 1), Author: "alice", AuthorName: "Alice", Text: fmt.Sprint("text ", i+1), Data: `{"a":1}`, Timestamp: at}
		binary.BigEndian.PutUint32(e.ID[:4], uint32(at.Unix()))
		for b := 4; b < len(e.ID); b++ {
			e.ID[b] = byte(rand.N(256))
		}
		events = append(events, e)
	}
	if err := store.Log.Append(context.Background(), events); err != nil {
		t.Fatal(err)
	}
}

func public(id rooms.RoomID) rooms.Room {
	return rooms.Room{ID: id, Name: string(id), Type: rooms.TypePublic, CreatedAt: time.Now()}
}

func roomOf(t testing.TB, store rooms.Store, id rooms.RoomID) rooms.Room {
	t.Helper()
	room, err := store.Catalog.Room(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

// all reads what the store has of a room, whatever its fence says.
func all(t testing.TB, store rooms.Store, id rooms.RoomID) []rooms.Event {
	t.Helper()
	events, err := store.Log.Since(context.Background(), id, 0, rooms.Page{Events: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

const day = 24 * time.Hour

var quickly = 10 * time.Millisecond

func TestOldEventsAreFencedBlankedAndRemovedWithoutTraffic(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, 8*day, 3*day, 2*day, time.Minute)
	for _, seq := range []int64{1, 2, 3} {
		if _, err := store.Threads.ChangeThread(context.Background(), rooms.Thread{RoomID: "r", Seq: seq, UserID: "ann", ReadSeq: 5}); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly, RemoveDelay: 500 * time.Millisecond})
	within(t, "the fence is raised", func() bool { return roomOf(t, store, "r").MinSeq == 3 })
	within(t, "the contents are gone", func() bool { return all(t, store, "r")[1].Erased })
	events := all(t, store, "r")
	if len(events) == 5 { // not removed yet
		for _, e := range events[:2] {
			if e.Text != "" || e.Data != "" || e.AuthorName != "" || e.Seq > 2 {
				t.Errorf("trimmed and not blank: %+v", e)
			}
		}
	}
	within(t, "the documents are removed", func() bool { return len(all(t, store, "r")) == 3 })
	within(t, "what was kept of their threads is removed", func() bool {
		kept, err := store.Threads.Threads(context.Background(), "r", "ann", []int64{1, 2, 3})
		return err == nil && len(kept) == 1 && kept[0].Seq == 3
	})
	inOrder(t, "what is left", all(t, store, "r"), 3)
	for _, e := range all(t, store, "r") {
		if e.Erased || e.Text == "" {
			t.Errorf("kept without its content: %+v", e)
		}
	}
	if room := roomOf(t, store, "r"); room.MinSeq != 3 || room.RemoveBelow != 3 {
		t.Errorf("the fence is at %d, the documents are gone below %d", room.MinSeq, room.RemoveBelow)
	}
}

func TestDocumentsStayBehindTheFenceForAWhile(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, time.Minute)
	serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly})
	within(t, "the contents are gone", func() bool { return all(t, store, "r")[0].Erased })
	room := roomOf(t, store, "r")
	if wait := time.Until(room.RemoveAt); room.RemoveBelow != 2 || wait < 50*time.Minute || wait > time.Hour {
		t.Errorf("what is below %d goes in %s, want 2 in an hour", room.RemoveBelow, wait)
	}
}

func TestARoomsOwnRetentionStandsAboveTheServers(t *testing.T) {
	store := newStore(t)
	for _, id := range []rooms.RoomID{"server", "forever", "shorter"} {
		aged(t, store, public(id), 9*day, 5*day, time.Minute)
	}
	s, _ := serve(t, store, rooms.Options{})
	for id, keep := range map[string]time.Duration{"forever": rooms.KeepForever, "shorter": day} {
		if err := s.SetRetention(context.Background(), id, keep); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "a room that is not there", s.SetRetention(context.Background(), "nowhere", day), rooms.CodeNotFound)
	wantCode(t, "no room's name", s.SetRetention(context.Background(), "no room", day), rooms.CodeBadRequest)
	serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly})
	within(t, "two are trimmed", func() bool {
		return roomOf(t, store, "server").MinSeq == 2 && roomOf(t, store, "shorter").MinSeq == 3
	})
	if first := roomOf(t, store, "forever").MinSeq; first > 1 {
		t.Errorf("the room that keeps for ever was trimmed below %d", first)
	}
}

// The longest prefix goes: an older message behind a younger one stays with it, so
// that what is left has no holes. A timestamp in the future keeps nothing.
func TestOnlyAPrefixIsTrimmed(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, time.Minute, 8*day, time.Minute)
	future := &rooms.Event{RoomID: "f", Seq: 1, Author: "cron", Text: "from the future", Timestamp: time.Now().Add(1000 * day)}
	binary.BigEndian.PutUint32(future.ID[:4], uint32(time.Now().Add(-9*day).Unix()))
	if _, err := store.Catalog.CreateRoom(context.Background(), public("f")); err != nil {
		t.Fatal(err)
	}
	if err := store.Log.Append(context.Background(), []*rooms.Event{future}); err != nil {
		t.Fatal(err)
	}
	serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly})
	within(t, "both are trimmed", func() bool { return roomOf(t, store, "r").MinSeq == 2 && roomOf(t, store, "f").MinSeq == 2 })
}

func TestARoomThatWasTrimmedWhollyGoesOnWithTheNextNumber(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, 8*day)
	s, l := serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly, RemoveDelay: time.Millisecond})
	within(t, "nothing is left", func() bool { return len(all(t, store, "r")) == 0 })
	for name, s := range map[string]*rooms.Service{"this instance": s, "one that starts": first(serve(t, store, rooms.Options{}))} {
		if joined := join(t, s, l, "r", nil); joined.LastSeq < 2 {
			t.Errorf("%s: lastSeq %d, want 2 or more", name, joined.LastSeq)
		}
	}
	if sent := send(t, s, "r", "goes on", ""); sent.Seq != 3 {
		t.Errorf("seq %d, want 3", sent.Seq)
	}
}

func first[A, B any](a A, _ B) A { return a }

// A crash between any two steps is made good by whoever comes next.
func TestTrimmingGoesOnWhereItWasBrokenOff(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, 8*day, time.Minute)
	// Fenced, and no more.
	if err := store.Trimmer.Fence(context.Background(), "r", 3, 3, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	serve(t, store, rooms.Options{SweepEvery: quickly}) // without a retention: the room's plan stands
	within(t, "the documents are removed", func() bool { return len(all(t, store, "r")) == 1 })
}

// Who follows a room from an instance that slept through the trimming is told.
func TestAnInstanceThatMissedWhatWasTrimmedSaysSo(t *testing.T) {
	store := newStore(t)
	stream := &sleepingStream{Stream: store.Stream}
	sleepy := store
	sleepy.Stream = stream
	awake, _ := serve(t, store, rooms.Options{})
	send(t, awake, "r", "one", "")
	s, l := serve(t, sleepy, rooms.Options{})
	join(t, s, l, "r", nil)
	stream.sleep()
	for i := range 5 {
		send(t, awake, "r", fmt.Sprint("missed ", i), "")
	}
	if err := store.Trimmer.Fence(context.Background(), "r", 5, 5, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Trimmer.Remove(context.Background(), "r", 5, 100); err != nil {
		t.Fatal(err)
	}
	stream.wake()
	within(t, "what is left is delivered", func() bool { return l.count("r") == 2 })
	inOrder(t, "delivered", l.events("r"), 5)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.resets) != 1 || l.resets[0].Reset != rooms.ResetTrimmed || l.resets[0].LastSeq != 4 {
		t.Errorf("told %+v, want one reset: trimmed, 4", l.resets)
	}
}

// sleepingStream tells heartbeats only while it sleeps, and is lost when it wakes: what it has not
// told by then it never tells.
type sleepingStream struct {
	rooms.Stream
	mu     sync.Mutex
	asleep bool
	woken  int // how often
	cancel context.CancelFunc
}

func (s *sleepingStream) Watch(ctx context.Context, sink rooms.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.cancel = cancel
	woken := s.woken
	s.mu.Unlock()
	return s.Stream.Watch(ctx, sleepingSink{sink, s, woken})
}

func (s *sleepingStream) sleep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asleep = true
}

func (s *sleepingStream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asleep = false
	s.woken++
	s.cancel()
}

type sleepingSink struct {
	rooms.Sink
	of    *sleepingStream
	woken int
}

func (s sleepingSink) Arrived(batch []rooms.Arrival) {
	s.of.mu.Lock()
	asleep := s.of.asleep || s.of.woken > s.woken
	s.of.mu.Unlock()
	if !asleep {
		s.Sink.Arrived(batch)
		return
	}
	for i := range batch {
		if batch[i].Instance != "" {
			s.Sink.Arrived(batch[i : i+1])
		}
	}
}
