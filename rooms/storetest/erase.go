package storetest

import (
	"errors"
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// by gives an event another author.
func by(author auth.UserID, e *rooms.Event) *rooms.Event {
	e.Author, e.AuthorName = author, "Name of "+string(author)
	return e
}

// written appends rooms in which ann and bob wrote every kind of event.
func written(t *testing.T, o Opened) map[rooms.RoomID][]*rooms.Event {
	t.Helper()
	all := map[rooms.RoomID][]*rooms.Event{}
	for i, room := range []rooms.RoomID{"b", "a", "a.b"} {
		rich := by("ann", Message(room, 2))
		rich.Data = `{"a":1}`
		gone := by("ann", Message(room, 8))
		gone.Text, gone.AuthorName, gone.Erased = "", "", true
		events := []*rooms.Event{
			by("bob", Message(room, 1)), rich, by("ann", editOf(room, 3, 2)), by("bob", replyTo(room, 4, 2)),
			by("ann", reactionTo(room, 5, 1)), by("ann", deleteOf(room, 6, 2, 0)), by("ann2", Message(room, 7)),
			gone, by("ann", replyTo(room, 9, 1)),
		}
		if i == 0 {
			events = events[:5]
		}
		mustAppend(t, o, events...)
		all[room] = events
	}
	mustAppend(t, o, by("bob", Message("bobs", 1)))
	return all
}

func byAuthor(t *testing.T, o Opened, author auth.UserID) []rooms.Event {
	t.Helper()
	var got []rooms.Event
	err := o.Store.Eraser.ByAuthor(waiting(t), author, func(e rooms.Event) error {
		got = append(got, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// byAuthorGivesAll checks that each event of an author comes once, a room's together.
func byAuthorGivesAll(t *testing.T, o Opened) {
	all := written(t, o)
	byRoom := map[rooms.RoomID][]rooms.Event{}
	last := rooms.RoomID("")
	for _, e := range byAuthor(t, o, "ann") {
		if e.RoomID != last && byRoom[e.RoomID] != nil {
			t.Errorf("%s comes in two parts", e.RoomID)
		}
		last = e.RoomID
		byRoom[e.RoomID] = append(byRoom[e.RoomID], e)
	}
	if len(byRoom) != len(all) {
		t.Errorf("it gave events of %d rooms, want %d", len(byRoom), len(all))
	}
	for room, events := range all {
		var want []*rooms.Event
		for _, e := range events {
			if e.Author == "ann" && !e.Erased {
				want = append(want, e)
			}
		}
		wantEvents(t, byRoom[room], want...)
	}
	if got := byAuthor(t, o, "an"); len(got) != 0 {
		t.Errorf("of somebody who wrote nothing: %+v", got)
	}

	stop, calls := errors.New("stop"), 0
	err := o.Store.Eraser.ByAuthor(waiting(t), "ann", func(rooms.Event) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("after an error it was called %d times and returned %v", calls, err)
	}
}

// byAuthorMayAppend appends from within, as whoever deletes what it is given does.
func byAuthorMayAppend(t *testing.T, o Opened) {
	const messages = 2500 // more than a store reads at once
	for first := int64(1); first <= messages; first += 500 {
		mustAppend(t, o, Messages("general", first, 500)...)
	}
	next, given := int64(messages+1), map[int64]bool{}
	err := o.Store.Eraser.ByAuthor(waiting(t), "ann", func(e rooms.Event) error {
		if given[e.Seq] {
			return fmt.Errorf("event %d comes twice", e.Seq)
		}
		given[e.Seq] = true
		if e.Seq%100 != 0 || e.Seq > messages {
			return nil
		}
		next++
		return o.Store.Log.Append(waiting(t), []*rooms.Event{by("server", deleteOf("general", next-1, e.Seq, 0))})
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(given) != messages {
		t.Errorf("it gave %d events of %d", len(given), messages)
	}
}

func eraseBlanksInPlace(t *testing.T, o Opened) {
	all := written(t, o)
	want := 0
	for _, events := range all {
		for _, e := range events {
			if e.Author == "ann" && !e.Erased {
				want++
			}
		}
	}
	if n, err := o.Store.Eraser.Erase(waiting(t), "ann"); err != nil || n != want {
		t.Fatalf("erased %d, %v, want %d", n, err, want)
	}
	o = o.Reopen(t)
	for room, events := range all {
		for _, e := range events {
			if e.Author == "ann" {
				e.Text, e.Data, e.AuthorName, e.Erased = "", "", "", true
			}
		}
		wantEvents(t, mustSince(t, o, room, 0, rooms.Page{}), events...)
	}
	if got := byAuthor(t, o, "ann"); len(got) != 0 {
		t.Errorf("it is given again: %+v", got)
	}
	if n, err := o.Store.Eraser.Erase(waiting(t), "ann"); err != nil || n != 0 {
		t.Errorf("a second time it erased %d, %v", n, err)
	}
	if n, err := o.Store.Eraser.Erase(waiting(t), "an"); err != nil || n != 0 {
		t.Errorf("of somebody who wrote nothing it erased %d, %v", n, err)
	}

	// Repeating a send is still one send, and what points at an erased message is found.
	again := by("ann", Message("a", 10))
	again.ClientID = all["a"][1].ClientID
	wantDuplicate(t, o.Store.Log.Append(waiting(t), []*rooms.Event{again}), 0, rooms.UniqueClientID)
	got, err := o.Store.Related.Concerning(waiting(t), "a", []int64{1, 2})
	if err != nil || len(got) != 5 {
		t.Errorf("concerning an erased message: %v, %v", seqs(got), err)
	}
}

// eraseMany erases more than a store changes at once.
func eraseMany(t *testing.T, o Opened) {
	const messages = 2300
	for first := int64(1); first <= messages; first += 100 {
		mustAppend(t, o, Messages("general", first, 100)...)
	}
	if n, err := o.Store.Eraser.Erase(waiting(t), "ann"); err != nil || n != messages {
		t.Fatalf("erased %d, %v, want %d", n, err, messages)
	}
	for _, e := range mustSince(t, o, "general", 0, rooms.Page{}) {
		if e.Text != "" || !e.Erased {
			t.Fatalf("left as it was: %+v", e)
		}
	}
}
