package rooms_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// undurableForeign says of the documents that are asked for that they have numbers, until a majority has them. The log does not
// show those numbers: none has.
type undurableForeign struct {
	rooms.Foreign
	room  map[rooms.EventID]bool // of whose documents it says so
	mu    sync.Mutex
	holds bool
	asked atomic.Int64
}

func (u *undurableForeign) Numbered(ctx context.Context, ids []rooms.EventID) (map[rooms.EventID]int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if numbered := (map[rooms.EventID]int64{}); u.holds && u.isHeld(ids) {
		for i, id := range ids {
			numbered[id] = int64(i) + 1
		}
		u.asked.Add(1)
		return numbered, nil
	}
	return u.Foreign.Numbered(ctx, ids)
}

func (u *undurableForeign) isHeld(ids []rooms.EventID) bool {
	for _, id := range ids {
		if u.room[id] {
			return true
		}
	}
	return false
}

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

// TestDocumentsThatWaitForAMajorityHoldUpNoOtherRoom: of the same lane neither, and an operator is told once.
func TestDocumentsThatWaitForAMajorityHoldUpNoOtherRoom(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	first, second, third := bson.NewObjectID(), bson.NewObjectID(), bson.NewObjectID()
	foreign := &undurableForeign{Foreign: store.Foreign, holds: true, room: map[rooms.EventID]bool{rooms.EventID(first): true, rooms.EventID(second): true}}
	store.Foreign = foreign
	var c clock
	told := &lines{}
	s, l := serve(t, store, rooms.Options{Now: c.now, Logger: slog.New(slog.NewTextHandler(told, nil))})
	join(t, s, l, "slow", nil)
	insert := func(id bson.ObjectID, text string) {
		t.Helper()
		db.insert(t, append(bson.D{{Key: "_id", Value: id}}, message("slow", text)...))
	}
	insert(first, "one")
	insert(second, "two")
	within(t, "they wait", func() bool { return foreign.asked.Load() > 3 })
	for i := range 40 { // of which each lane has some
		send(t, s, fmt.Sprint("room", i), "hello", "")
	}
	insert(third, "three")
	const line = "no majority has"
	if n := told.count(line); n != 0 {
		t.Errorf("it was logged %d times before it lasted", n)
	}
	c.advance(time.Minute)
	within(t, "it is logged", func() bool { return told.count(line) > 0 })
	asked := foreign.asked.Load()
	within(t, "it is looked again", func() bool { return foreign.asked.Load() > asked+3 })
	if n := told.count(line); n != 1 || told.count("room=slow") == 0 {
		t.Errorf("it was logged %d times", n)
	}
	if n := l.count("slow"); n != 0 {
		t.Errorf("%d were delivered before they had numbers for good", n)
	}
	foreign.mu.Lock()
	foreign.holds = false
	foreign.mu.Unlock()
	within(t, "all are delivered", func() bool { return l.count("slow") == 3 })
	for i, want := range []string{"one", "two", "three"} {
		if e := l.events("slow")[i]; e.Text != want || e.Seq != int64(i)+1 {
			t.Errorf("event %d is %d %q, want %q", i, e.Seq, e.Text, want)
		}
	}
}

// TestASendThatWaitsForAMajorityHoldsUpNoOtherRoom: another program has inserted what it sends, and its number is not durable.
func TestASendThatWaitsForAMajorityHoldsUpNoOtherRoom(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	id := bson.NewObjectID()
	foreign := &undurableForeign{Foreign: store.Foreign, holds: true, room: map[rooms.EventID]bool{rooms.EventID(id): true}}
	store.Foreign = foreign
	s, _ := serve(t, store, rooms.Options{})
	db.insert(t, bson.D{
		{Key: "_id", Value: id}, {Key: "roomId", Value: "slow"}, {Key: "author", Value: string(alice.ID)}, {Key: "text", Value: "one"}, {Key: "clientId", Value: "c1"},
	})
	within(t, "it waits", func() bool { return foreign.asked.Load() > 3 })
	_, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "slow", Text: "one", ClientID: "c1"})
	wantCode(t, "the send", err, rooms.CodeTimeout)
	for i := range 40 { // of which each lane has some
		send(t, s, fmt.Sprint("room", i), "hello", "")
	}
	foreign.mu.Lock()
	foreign.holds = false
	foreign.mu.Unlock()
	if again := send(t, s, "slow", "one", "c1"); again.ID != rooms.EventID(id) || !again.Duplicate || again.Seq != 1 {
		t.Errorf("sent again it is %+v", again)
	}
}
