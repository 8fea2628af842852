package storetest

import (
	"slices"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// editOf makes an event that changes a message's text.
func editOf(room rooms.RoomID, seq, target int64) *rooms.Event {
	e := Message(room, seq)
	e.Type, e.Target = rooms.TypeEdit, target
	return e
}

// deleteOf makes an event that takes a message away; parent is the message's own.
func deleteOf(room rooms.RoomID, seq, target, parent int64) *rooms.Event {
	e := Message(room, seq)
	e.Type, e.Target, e.Parent, e.Text = rooms.TypeDelete, target, parent, ""
	return e
}

// reactionTo makes an event that sets an emoji on a message.
func reactionTo(room rooms.RoomID, seq, target int64) *rooms.Event {
	e := Message(room, seq)
	e.Type, e.Target, e.Text = rooms.TypeReaction, target, ""
	e.Emoji, e.On, e.Counts = "👍", true, `{"👍":1}`
	return e
}

// replyTo makes a message that answers one.
func replyTo(room rooms.RoomID, seq, parent int64) *rooms.Event {
	e := Message(room, seq)
	e.Parent = parent
	return e
}

// changesReadBack gives every field of the events that change others to every read.
func changesReadBack(t *testing.T, o Opened) {
	w := watch(t, o)
	edited := editOf("general", 3, 1)
	edited.Data = `{"a": 1.50}`
	back := reactionTo("general", 5, 1)
	back.On, back.Counts = false, `{}`
	erased := Message("general", 7)
	erased.Text, erased.Erased = "", true
	erasedEdit := editOf("general", 8, 1)
	erasedEdit.Text, erasedEdit.Erased = "", true
	events := []*rooms.Event{
		Message("general", 1), replyTo("general", 2, 1), edited, reactionTo("general", 4, 1), back,
		deleteOf("general", 6, 2, 1), erased, erasedEdit,
	}
	mustAppend(t, o, events...)
	for _, want := range events {
		if got := w.event(t); got != *want {
			t.Errorf("told\n     %+v\nwant %+v", got, *want)
		}
	}
	check := func(o Opened) {
		t.Helper()
		wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), events...)
		down, err := o.Store.Log.Before(waiting(t), "general", rooms.MaxSeq, rooms.Page{})
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(down)
		wantEvents(t, down, events...)
		found, err := o.Store.Log.Find(waiting(t), events)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(found, func(a, b rooms.Event) int { return int(a.Seq - b.Seq) })
		wantEvents(t, found, events...)
	}
	check(o)
	check(o.Reopen(t))
}

// talk appends what the tests of Related read: messages 1 to 3, of which 2 and 3 have
// changes, a thread under 1, and another room with the same numbers.
func talk(t *testing.T, o Opened) []*rooms.Event {
	t.Helper()
	events := []*rooms.Event{
		Message("general", 1), Message("general", 2), Message("general", 3),
		replyTo("general", 4, 1), editOf("general", 5, 2), reactionTo("general", 6, 2),
		replyTo("general", 7, 1), deleteOf("general", 8, 4, 1), editOf("general", 9, 2),
		deleteOf("general", 10, 3, 0), replyTo("general", 11, 7), replyTo("general", 12, 1),
	}
	mustAppend(t, o, events...)
	// Rooms whose ids lie next to this one's, with other relations of the same numbers.
	for _, room := range []rooms.RoomID{"genera", "general.", "generala"} {
		mustAppend(t, o, Message(room, 1), deleteOf(room, 2, 1, 0), replyTo(room, 3, 1), editOf(room, 4, 12))
	}
	return events
}

func foldReadsWithChanges(t *testing.T, o Opened) {
	events := talk(t, o)
	for _, c := range []struct {
		seqs []int64
		want []int64
	}{
		{nil, nil},
		{[]int64{1}, []int64{1}},
		{[]int64{2}, []int64{2, 5, 6, 9}},
		{[]int64{3, 2}, []int64{2, 3, 5, 6, 9, 10}},
		{[]int64{9, 2, 2}, []int64{2, 5, 6, 9}},
		{[]int64{4, 8}, []int64{4, 8}},
		{[]int64{0, -1, 100, rooms.MaxSeq}, nil},
		{[]int64{100, 3}, []int64{3, 10}},
	} {
		got, err := o.Store.Related.Fold(waiting(t), "general", c.seqs)
		if err != nil {
			t.Fatal(err)
		}
		wantNumbered(t, events, got, c.want)
	}
	none, err := o.Store.Related.Fold(waiting(t), "nobody", []int64{1, 2})
	if err != nil || len(none) != 0 {
		t.Errorf("of an empty room: %v, %v", none, err)
	}
}

// wantNumbered checks that what was read are those of the events with these numbers.
func wantNumbered(t *testing.T, events []*rooms.Event, got []rooms.Event, numbers []int64) {
	t.Helper()
	want := make([]*rooms.Event, len(numbers))
	for i, seq := range numbers {
		want[i] = events[seq-1]
	}
	wantEvents(t, got, want...)
}

func concerningReadsChangesAndAnswers(t *testing.T, o Opened) {
	events := talk(t, o)
	for _, c := range []struct {
		seqs []int64
		want []int64
	}{
		{nil, nil},
		{[]int64{1}, []int64{4, 7, 8, 12}},
		{[]int64{2}, []int64{5, 6, 9}},
		{[]int64{4, 1}, []int64{4, 7, 8, 12}}, // 8 targets one and has the other as its parent
		{[]int64{1, 2, 3, 7, 7}, []int64{4, 5, 6, 7, 8, 9, 10, 11, 12}},
		{[]int64{12, 0, -1, 100}, nil},
	} {
		got, err := o.Store.Related.Concerning(waiting(t), "general", c.seqs)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(seqs(got), c.want) {
			t.Fatalf("concerning %v: %v, want %v", c.seqs, seqs(got), c.want)
		}
		for _, e := range got {
			whole := *events[e.Seq-1]
			if !slices.Contains(c.seqs, e.Target) { // then its content may be missing
				e.Text, e.Data, e.AuthorName = "", "", ""
				whole.Text, whole.Data, whole.AuthorName = "", "", ""
			}
			if e != whole {
				t.Errorf("concerning %v:\n got %+v\nwant %+v", c.seqs, e, whole)
			}
		}
	}
}

func deletedAreNamed(t *testing.T, o Opened) {
	talk(t, o)
	mustAppend(t, o, deleteOf("general", 13, 3, 0)) // two instances may have judged one delete each
	for _, c := range []struct{ seqs, want []int64 }{
		{nil, nil},
		{[]int64{1, 2, 5, 8, 10, 12}, nil},
		{[]int64{4, 1, 3}, []int64{3, 4}},
		{[]int64{3, 3}, []int64{3}},
		{[]int64{0, -1, 100, 4}, []int64{4}},
	} {
		got, err := o.Store.Related.Deleted(waiting(t), "general", c.seqs)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, c.want) {
			t.Errorf("deleted of %v: %v, want %v", c.seqs, got, c.want)
		}
	}
}

func threadIsBounded(t *testing.T, o Opened) {
	events := talk(t, o)
	reply := events[3].Size()
	for _, c := range []struct {
		parent, after, before int64
		newest                bool
		page                  rooms.Page
		want                  []int64
	}{
		{1, 0, rooms.MaxSeq, false, rooms.Page{}, []int64{4, 7, 12}},
		{1, 0, rooms.MaxSeq, true, rooms.Page{}, []int64{12, 7, 4}},
		{1, 0, rooms.MaxSeq, false, rooms.Page{Events: 2}, []int64{4, 7}},
		{1, 0, rooms.MaxSeq, true, rooms.Page{Events: 2}, []int64{12, 7}},
		{1, 4, 12, false, rooms.Page{}, []int64{7}},
		{1, 4, 12, true, rooms.Page{}, []int64{7}},
		{1, 3, 13, true, rooms.Page{Events: 9}, []int64{12, 7, 4}},
		// A delete stands between: the page is filled beyond it.
		{1, 7, rooms.MaxSeq, false, rooms.Page{Events: 1}, []int64{12}},
		{1, 0, 12, true, rooms.Page{Events: 1}, []int64{7}},
		{1, 0, rooms.MaxSeq, false, rooms.Page{Bytes: 1}, []int64{4}},
		{1, 0, rooms.MaxSeq, true, rooms.Page{Bytes: 1}, []int64{12}},
		{1, 0, rooms.MaxSeq, false, rooms.Page{Bytes: 2*reply + 1}, []int64{4, 7}},
		{1, 12, rooms.MaxSeq, false, rooms.Page{}, nil},
		{1, 0, 4, true, rooms.Page{}, nil},
		{1, 9, 5, false, rooms.Page{}, nil},
		{1, -5, 1 << 62, false, rooms.Page{}, []int64{4, 7, 12}},
		{1, 0, -5, true, rooms.Page{}, nil},
		{7, 0, rooms.MaxSeq, false, rooms.Page{}, []int64{11}},
		{7, 0, rooms.MaxSeq, true, rooms.Page{}, []int64{11}},
		{2, 0, rooms.MaxSeq, true, rooms.Page{}, nil},
		{0, 0, rooms.MaxSeq, false, rooms.Page{}, nil},
		{-1, 0, rooms.MaxSeq, true, rooms.Page{}, nil},
	} {
		got, err := o.Store.Related.Thread(waiting(t), "general", c.parent, c.after, c.before, c.newest, c.page)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(seqs(got), c.want) {
			t.Errorf("%+v: got %v", c, seqs(got))
			continue
		}
		wantNumbered(t, events, got, c.want)
	}
}

// longThread pages through a thread half of which was deleted, both ways.
func longThread(t *testing.T, o Opened) {
	const replies = 300
	mustAppend(t, o, Message("general", 1))
	var batch []*rooms.Event
	var want []int64
	for seq := int64(2); len(want) < replies; seq += 2 {
		batch = append(batch, replyTo("general", seq, 1), deleteOf("general", seq+1, seq, 1))
		want = append(want, seq)
	}
	mustAppend(t, o, batch...)
	var up, down []int64
	for after := int64(0); ; {
		got, err := o.Store.Related.Thread(waiting(t), "general", 1, after, rooms.MaxSeq, false, rooms.Page{Events: 37})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		up, after = append(up, seqs(got)...), got[len(got)-1].Seq
	}
	for before := int64(rooms.MaxSeq); ; {
		got, err := o.Store.Related.Thread(waiting(t), "general", 1, 0, before, true, rooms.Page{Events: 37})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		down, before = append(down, seqs(got)...), got[len(got)-1].Seq
	}
	slices.Reverse(down)
	if !slices.Equal(up, want) || !slices.Equal(down, want) {
		t.Errorf("read %d upwards and %d downwards of %d", len(up), len(down), len(want))
	}
}

// attachedReadsWhatShowsFiles gives the messages that show files, newest first, until their content goes.
func attachedReadsWhatShowsFiles(t *testing.T, o Opened) {
	showing := func(room rooms.RoomID, seq int64, author auth.UserID) *rooms.Event {
		e := Message(room, seq)
		e.Author, e.Attachments = author, `[{"id":"f"}]`
		return e
	}
	events := []*rooms.Event{
		Message("general", 1), showing("general", 2, "ann"), showing("general", 3, "ben"), reactionTo("general", 4, 2),
		showing("general", 5, "ann"), deleteOf("general", 6, 5, 0), showing("general", 7, "ann"),
	}
	mustAppend(t, o, events...)
	for _, room := range []rooms.RoomID{"genera", "general.", "generala"} {
		mustAppend(t, o, showing(room, 1, "ann"), showing(room, 2, "ann"))
	}
	check := func(o Opened, before int64, page rooms.Page, want ...int64) {
		t.Helper()
		got, err := o.Store.Related.Attached(waiting(t), "general", before, page)
		if err != nil {
			t.Fatal(err)
		}
		wantNumbered(t, events, got, want)
	}
	for _, before := range []int64{8, 100, rooms.MaxSeq, rooms.MaxSeq + 1} {
		check(o, before, rooms.Page{}, 7, 5, 3, 2)
	}
	check(o, 7, rooms.Page{Events: 2}, 5, 3)
	check(o, 5, rooms.Page{Bytes: 1}, 3)
	for _, before := range []int64{-1, 0, 1, 2} {
		check(o, before, rooms.Page{})
	}
	o = o.Reopen(t)
	check(o, 100, rooms.Page{}, 7, 5, 3, 2)
	if _, err := o.Store.Eraser.Erase(waiting(t), "ben"); err != nil {
		t.Fatal(err)
	}
	check(o, 100, rooms.Page{}, 7, 5, 2)
	if _, err := o.Store.Trimmer.Blank(waiting(t), "general", 4, 10); err != nil {
		t.Fatal(err)
	}
	check(o, 100, rooms.Page{}, 7, 5)
	if _, err := o.Store.Trimmer.Remove(waiting(t), "general", 6, 10); err != nil {
		t.Fatal(err)
	}
	check(o, 100, rooms.Page{}, 7)
	if faults, err := o.Store.Archive.Faults(waiting(t)); err != nil || len(faults) > 0 {
		t.Errorf("faults %q, %v", faults, err)
	}
}
