package storetest

import (
	"fmt"
	"slices"
	"testing"

	"roomstream/rooms"
)

// duplicateStops appends a batch whose event at each position, one after the other,
// has a taken key: what stands before it is durable, it and what follows are not.
func duplicateStops(t *testing.T, o Opened) {
	const n = 5
	clash := map[rooms.Unique]func(e, taken *rooms.Event){
		rooms.UniqueSeq: func(e, taken *rooms.Event) { e.RoomID, e.Seq = taken.RoomID, taken.Seq },
		rooms.UniqueClientID: func(e, taken *rooms.Event) {
			e.RoomID, e.Author, e.ClientID = taken.RoomID, taken.Author, taken.ClientID
			e.Seq = 1000
		},
		rooms.UniqueID: func(e, taken *rooms.Event) { e.ID = taken.ID },
	}
	for key, make := range clash {
		for at := range n {
			t.Run(fmt.Sprintf("%s at %d", key, at), func(t *testing.T) {
				room := rooms.RoomID(fmt.Sprintf("%s.%d", key, at))
				taken := Message(room+".taken", 1)
				mustAppend(t, o, taken)
				batch := Messages(room, 1, n)
				make(batch[at], taken)
				err := o.Store.Log.Append(waiting(t), batch)
				wantDuplicate(t, err, at, key)
				wantEvents(t, mustSince(t, o, room, 0, rooms.Page{}), batch[:at]...)
				wantEvents(t, mustSince(t, o, taken.RoomID, 0, rooms.Page{}), taken)
			})
		}
	}
}

func duplicateWithinBatch(t *testing.T, o Opened) {
	batch := Messages("general", 1, 4)
	batch[2].ClientID = batch[0].ClientID
	wantDuplicate(t, o.Store.Log.Append(waiting(t), batch), 2, rooms.UniqueClientID)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), batch[:2]...)

	// The same batch again, as after an answer that was lost: the first event says so.
	err := o.Store.Log.Append(waiting(t), batch)
	var at0 = []rooms.Unique{rooms.UniqueID, rooms.UniqueClientID, rooms.UniqueSeq}
	dup, ok := err.(*rooms.DuplicateError)
	if !ok || dup.At != 0 || !slices.Contains(at0, dup.Key) {
		t.Fatalf("got %v, want a DuplicateError at 0", err)
	}
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), batch[:2]...)
}

func clientIDIsPerRoomAndAuthor(t *testing.T, o Opened) {
	first := Message("general", 1)
	otherRoom := Message("random", 1)
	otherAuthor := Message("general", 2)
	otherAuthor.Author = "bob"
	// One author and clientId whose characters together are those of the first two.
	split := Message("general", 3)
	first.ClientID, otherRoom.ClientID, otherAuthor.ClientID = "k1", "k1", "k1"
	split.Author, split.ClientID = first.Author+"k", "1"
	caseful := Message("general", 4)
	caseful.ClientID = "K1"
	mustAppend(t, o, first, otherRoom, otherAuthor, split, caseful)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), first, otherAuthor, split, caseful)
}

func findsByIDAndClientID(t *testing.T, o Opened) {
	stored := Messages("general", 1, 4)
	stored[3].ClientID = ""
	mustAppend(t, o, stored...)

	byID := &rooms.Event{ID: stored[0].ID, RoomID: "general", Author: "ann", ClientID: "never used"}
	byClientID := Message("general", 0)
	byClientID.ClientID = stored[1].ClientID
	otherAuthor := Message("general", 0)
	otherAuthor.Author, otherAuthor.ClientID = "bob", stored[2].ClientID
	otherRoom := Message("random", 0)
	otherRoom.ClientID = stored[2].ClientID
	noClientID := Message("general", 0)
	noClientID.ClientID = ""
	bothTheSame := stored[0]

	find := func(wanted []*rooms.Event, want ...int64) {
		t.Helper()
		got, err := o.Store.Log.Find(waiting(t), wanted)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i] != *stored[got[i].Seq-1] {
				t.Errorf("found %+v, want %+v", got[i], *stored[got[i].Seq-1])
			}
		}
		found := seqs(got)
		slices.Sort(found)
		if !slices.Equal(found, want) {
			t.Errorf("found %v, want %v", found, want)
		}
	}
	find(nil)
	find([]*rooms.Event{byID}, 1)
	find([]*rooms.Event{byClientID}, 2)
	find([]*rooms.Event{otherAuthor, otherRoom, noClientID})
	find([]*rooms.Event{stored[3]}, 4)
	find([]*rooms.Event{byID, bothTheSame, byClientID, otherAuthor, stored[3]}, 1, 2, 4)
}

func voidFillsANumber(t *testing.T, o Opened) {
	before, after := Message("general", 1), Message("general", 3)
	mustAppend(t, o, before, after)
	void := Message("general", 2)
	void.Type, void.Author, void.Text, void.ClientID = rooms.TypeVoid, "", "", ""
	mustAppend(t, o, void)
	again := *void
	again.ID[0]++
	wantDuplicate(t, o.Store.Log.Append(waiting(t), []*rooms.Event{&again}), 0, rooms.UniqueSeq)
	got := mustSince(t, o, "general", 0, rooms.Page{})
	if !slices.Equal(seqs(got), []int64{1, 2, 3}) || got[1].Type != rooms.TypeVoid || got[1].ID != void.ID {
		t.Fatalf("got %+v", got)
	}
}

// appendDoesNotKeep changes events after Append returned: the log must not notice.
func appendDoesNotKeep(t *testing.T, o Opened) {
	w := watch(t, o)
	batch := Messages("general", 1, 3)
	was := []rooms.Event{*batch[0], *batch[1], *batch[2]}
	mustAppend(t, o, batch...)
	for i := range batch {
		if *batch[i] != was[i] {
			t.Errorf("Append changed event %d: %+v", i, *batch[i])
		}
		*batch[i] = rooms.Event{Text: "overwritten"}
	}
	for i := range was {
		if got := w.event(t); got != was[i] {
			t.Errorf("told %+v, want %+v", got, was[i])
		}
	}
}
