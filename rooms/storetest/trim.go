package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"roomstream/rooms"
)

func mustRoom(t *testing.T, o Opened, id rooms.RoomID) rooms.Room {
	t.Helper()
	room, err := o.Store.Catalog.Room(waiting(t), id)
	if err != nil {
		t.Fatalf("read room: %v", err)
	}
	return room
}

func wantNotFound(t *testing.T, err error) {
	t.Helper()
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != rooms.CodeNotFound {
		t.Fatalf("got %v, want %s", err, rooms.CodeNotFound)
	}
}

func retentionIsKept(t *testing.T, o Opened) {
	wantNotFound(t, o.Store.Trimmer.SetRetention(waiting(t), "nobody", time.Hour))
	room := mustCreateRoom(t, o, rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, Topic: "t", CreatedAt: now()})
	for _, keep := range []time.Duration{time.Millisecond, 90 * 24 * time.Hour, rooms.KeepForever, 0} {
		if err := o.Store.Trimmer.SetRetention(waiting(t), "general", keep); err != nil {
			t.Fatal(err)
		}
		room.Retention = keep
		if got := mustRoom(t, o, "general"); got != room {
			t.Errorf("the room is %+v, want %+v", got, room)
		}
		listed, err := o.Store.Catalog.Rooms(waiting(t), "", 10)
		if err != nil || len(listed) != 1 || listed[0] != room {
			t.Errorf("listed as %+v (%v), want %+v", listed, err, room)
		}
	}
}

// fenceRises also looks from another instance and after a reopening: the fence holds
// whatever happens to the instance that set it.
func fenceRises(t *testing.T, o Opened) {
	wantNotFound(t, o.Store.Trimmer.Fence(waiting(t), "nobody", 5, 0, time.Time{}))
	want := mustCreateRoom(t, o, rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: now()})
	other := o.Another(t)
	at := now().Add(time.Hour)
	for _, c := range []struct {
		minSeq, removeBelow int64
		removeAt            time.Time
		then                func()
	}{
		{5, 0, time.Time{}, func() { want.MinSeq = 5 }},
		{3, 5, at, func() { want.RemoveBelow, want.RemoveAt = 5, at }}, // lower: the fence stays
		{9, 0, time.Time{}, func() { want.MinSeq = 9 }},                // the plan stays
		{9, 9, at.Add(time.Minute), func() { want.RemoveBelow, want.RemoveAt = 9, at.Add(time.Minute) }},
		{rooms.MaxSeq, 0, time.Time{}, func() { want.MinSeq = rooms.MaxSeq }},
	} {
		if err := o.Store.Trimmer.Fence(waiting(t), "general", c.minSeq, c.removeBelow, c.removeAt); err != nil {
			t.Fatal(err)
		}
		c.then()
		if got := mustRoom(t, other, "general"); got != want {
			t.Fatalf("after %+v the room is %+v, want %+v", c, got, want)
		}
	}
	if got := mustRoom(t, o.Reopen(t), "general"); got != want {
		t.Errorf("reopened, the room is %+v, want %+v", got, want)
	}
}

// trimmed appends a room of every kind of event, with a void and a neighbour room.
func trimmed(t *testing.T, o Opened) (events, neighbours []*rooms.Event) {
	t.Helper()
	named := Message("general", 1)
	named.AuthorName, named.Data = "Ann", `{"a":1}`
	erased := Message("general", 4)
	erased.Text, erased.Erased = "", true
	erasedReaction := reactionTo("general", 5, 1)
	erasedReaction.Erased = true
	void := Message("general", 6)
	void.Type, void.Author, void.Text, void.ClientID = rooms.TypeVoid, "", "", ""
	events = []*rooms.Event{
		named, replyTo("general", 2, 1), editOf("general", 3, 1), erased, erasedReaction,
		void, deleteOf("general", 7, 2, 1), reactionTo("general", 8, 1), Message("general", 9), editOf("general", 10, 9),
	}
	mustAppend(t, o, events...)
	neighbours = append(Messages("genera", 1, 3), Messages("generala", 1, 3)...)
	mustAppend(t, o, neighbours...)
	return events, neighbours
}

func wantNeighbours(t *testing.T, o Opened, neighbours []*rooms.Event) {
	t.Helper()
	wantEvents(t, mustSince(t, o, "genera", 0, rooms.Page{}), neighbours[:3]...)
	wantEvents(t, mustSince(t, o, "generala", 0, rooms.Page{}), neighbours[3:]...)
}

// repeat calls Blank or Remove until nothing is left, and returns how many it was.
func repeat(t *testing.T, limit int, call func(limit int) (int, error)) int {
	t.Helper()
	total := 0
	for range 100 {
		n, err := call(limit)
		if err != nil {
			t.Fatal(err)
		}
		if n > limit {
			t.Fatalf("changed %d events at once, the limit was %d", n, limit)
		}
		if n == 0 {
			return total
		}
		total += n
	}
	t.Fatal("it finds something to do for ever")
	return 0
}

func blankTakesContent(t *testing.T, o Opened) {
	events, neighbours := trimmed(t, o)
	blank := func(limit int) (int, error) { return o.Store.Trimmer.Blank(waiting(t), "general", 9, limit) }

	// Oldest first: after one of two there is content left only above them.
	if n, err := blank(2); n != 2 || err != nil {
		t.Fatalf("blanked %d, %v, want 2", n, err)
	}
	first := mustSince(t, o, "general", 0, rooms.Page{})
	if first[0].Text != "" || first[1].Text != "" || first[2] != *events[2] {
		t.Fatalf("it did not begin with the oldest: %+v", first[:3])
	}
	if n := repeat(t, 3, blank); n < 4 || n > 5 { // 3, 5 (its emoji), 7 and 8; whether a void has content is the store's to say
		t.Errorf("blanked %d more, want 4 or 5", n)
	}
	got := mustSince(t, o, "general", 0, rooms.Page{})
	if len(got) != len(events) {
		t.Fatalf("%d events are left of %d", len(got), len(events))
	}
	for i := range got {
		want := *events[i]
		if want.Seq < 9 {
			want.Text, want.Data, want.AuthorName, want.Emoji, want.Counts, want.Erased = "", "", "", "", "", true
		}
		if want.Type == rooms.TypeVoid {
			want.Erased, got[i].Erased = false, false
			want.Timestamp, got[i].Timestamp = time.Time{}, time.Time{}
		}
		if got[i] != want {
			t.Errorf("\n got %+v\nwant %+v", got[i], want)
		}
	}
	wantNeighbours(t, o, neighbours)

	// Their clientIds are still taken, and they are found by what they point at.
	again := Message("general", 11)
	again.ClientID = events[0].ClientID
	wantDuplicate(t, o.Store.Log.Append(waiting(t), []*rooms.Event{again}), 0, rooms.UniqueClientID)
	related, err := o.Store.Related.Concerning(waiting(t), "general", []int64{1})
	if want := []int64{2, 3, 5, 7, 8}; err != nil || !slices.Equal(seqs(related), want) {
		t.Errorf("concerning 1: %v, %v, want %v", seqs(related), err, want)
	}
	if n, err := o.Store.Trimmer.Blank(waiting(t), "general", 0, 10); n != 0 || err != nil {
		t.Errorf("blanked below 0: %d, %v", n, err)
	}
	if n := repeat(t, 100, func(limit int) (int, error) {
		return o.Store.Trimmer.Blank(waiting(t), "general", rooms.MaxSeq, limit)
	}); n != 2 {
		t.Errorf("blanked %d of the rest, want 2", n)
	}
}

// removeTakesAll looks that nothing of a removed event is left: its id and clientId may
// be used anew, and nothing is found by it.
func removeTakesAll(t *testing.T, o Opened) {
	events, neighbours := trimmed(t, o)
	remove := func(limit int) (int, error) { return o.Store.Trimmer.Remove(waiting(t), "general", 9, limit) }
	if n, err := remove(3); n != 3 || err != nil {
		t.Fatalf("removed %d, %v, want 3", n, err)
	}
	if got := seqs(mustSince(t, o, "general", 0, rooms.Page{})); !slices.Equal(got, []int64{4, 5, 6, 7, 8, 9, 10}) {
		t.Fatalf("it did not begin with the oldest: %v are left", got)
	}
	if n := repeat(t, 2, remove); n != 5 {
		t.Errorf("removed %d more, want 5", n)
	}
	o = o.Reopen(t)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), events[8:]...)
	wantNeighbours(t, o, neighbours)
	found, err := o.Store.Log.Find(waiting(t), events)
	slices.SortFunc(found, func(a, b rooms.Event) int { return int(a.Seq - b.Seq) })
	if err != nil || !slices.Equal(seqs(found), []int64{9, 10}) {
		t.Errorf("found %v, %v, want those that are left", seqs(found), err)
	}
	for name, call := range map[string]func() ([]rooms.Event, error){
		"fold":       func() ([]rooms.Event, error) { return o.Store.Related.Fold(waiting(t), "general", []int64{1, 2}) },
		"concerning": func() ([]rooms.Event, error) { return o.Store.Related.Concerning(waiting(t), "general", []int64{1, 2}) },
		"thread": func() ([]rooms.Event, error) {
			return o.Store.Related.Thread(waiting(t), "general", 1, 0, rooms.MaxSeq, true, rooms.Page{})
		},
	} {
		if got, err := call(); err != nil || len(got) != 0 {
			t.Errorf("%s shows what was removed: %+v, %v", name, got, err)
		}
	}
	if deleted, err := o.Store.Related.Deleted(waiting(t), "general", []int64{2}); err != nil || len(deleted) != 0 {
		t.Errorf("deleted: %v, %v", deleted, err)
	}
	anew := Message("general", 11)
	anew.ID, anew.ClientID = events[0].ID, events[1].ClientID
	mustAppend(t, o, anew)
	wantEvents(t, mustSince(t, o, "general", 8, rooms.Page{}), events[8], events[9], anew)

	// All of a room may go.
	if n := repeat(t, 100, func(limit int) (int, error) {
		return o.Store.Trimmer.Remove(waiting(t), "general", rooms.MaxSeq, limit)
	}); n != 3 {
		t.Errorf("removed %d of the rest, want 3", n)
	}
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}))
	wantNeighbours(t, o, neighbours)
}
