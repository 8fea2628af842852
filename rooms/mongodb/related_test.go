package mongodb_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// another makes an event that changes a message, as the log would hold it.
func another(room rooms.RoomID, seq int64, change rooms.Event) *rooms.Event {
	e := storetest.Message(room, seq)
	e.Text = change.Text
	e.Type, e.Target, e.Emoji, e.On, e.Counts, e.Parent, e.Erased = change.Type, change.Target, change.Emoji, change.On, change.Counts, change.Parent, change.Erased
	return e
}

// changes is a room of three messages, an answer, and everything that may happen to them.
func changes(room rooms.RoomID) []*rooms.Event {
	answer := storetest.Message(room, 4)
	answer.Parent = 1
	return append(storetest.Messages(room, 1, 3), answer,
		another(room, 5, rooms.Event{Type: rooms.TypeEdit, Target: 1, Text: "better"}),
		another(room, 6, rooms.Event{Type: rooms.TypeReaction, Target: 1, Emoji: "👍", On: true, Counts: `{"👍":1}`}),
		another(room, 7, rooms.Event{Type: rooms.TypeReaction, Target: 1, Emoji: "👍", Counts: `{}`}),
		another(room, 8, rooms.Event{Type: rooms.TypeDelete, Target: 4, Parent: 1}),
		another(room, 9, rooms.Event{Type: rooms.TypeDelete, Target: 2}),
		another(room, 10, rooms.Event{Erased: true}),
		another(room, 11, rooms.Event{Type: rooms.TypeEdit, Target: 3, Erased: true}),
		another(room, 12, rooms.Event{Type: rooms.TypeReaction, Target: 3, On: true, Erased: true}), // as Blank leaves it
	)
}

func seqsOf(events []rooms.Event) []int64 {
	var seqs []int64
	for _, e := range events {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

func wantSeqs(t *testing.T, what string, events []rooms.Event, err error, want ...int64) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got := seqsOf(events); !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// The stream and every read give an event of any type as it was appended.
func TestChangesArriveAsTheyAreRead(t *testing.T) {
	store, _, watch := meeting(t)
	events := changes("general")
	if err := store.Log.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	read, err := store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil || len(read) != len(events) {
		t.Fatalf("read %d events, %v", len(read), err)
	}
	for i, want := range events {
		if got := watch.Next(t); got != (rooms.Arrival{Event: *want}) {
			t.Errorf("arrived\n%+v, want\n%+v", got, *want)
		}
		if read[i] != *want {
			t.Errorf("read\n%+v, want\n%+v", read[i], *want)
		}
	}
}

func TestRelatedReads(t *testing.T) {
	store, _, _ := meeting(t)
	for _, room := range []rooms.RoomID{"general", "other"} {
		if err := store.Log.Append(t.Context(), changes(room)); err != nil {
			t.Fatal(err)
		}
	}
	r, ctx := store.Related, t.Context()
	folded, err := r.Fold(ctx, "general", []int64{1, 5, 5, 0, -1, rooms.MaxSeq + 1})
	wantSeqs(t, "fold", folded, err, 1, 5, 6, 7)
	folded, err = r.Fold(ctx, "general", []int64{4})
	wantSeqs(t, "fold of an answer", folded, err, 4, 8)
	folded, err = r.Fold(ctx, "general", nil)
	wantSeqs(t, "fold of nothing", folded, err)
	concerned, err := r.Concerning(ctx, "general", []int64{1, 4})
	wantSeqs(t, "concerning", concerned, err, 4, 5, 6, 7, 8)
	concerned, err = r.Concerning(ctx, "nowhere", []int64{1})
	wantSeqs(t, "concerning of no room", concerned, err)
	deleted, err := r.Deleted(ctx, "general", []int64{1, 2, 3, 4, 2})
	slices.Sort(deleted)
	if err != nil || !slices.Equal(deleted, []int64{2, 4}) {
		t.Errorf("deleted %v, %v, want 2 and 4", deleted, err)
	}
	thread, err := r.Thread(ctx, "general", 1, 0, rooms.MaxSeq+1, true, rooms.Page{Events: 5})
	wantSeqs(t, "thread", thread, err, 4)
}

// What other programs put into the fields of changes is nothing but theirs.
func TestFieldsOfChangesMeanNothingInAMessage(t *testing.T) {
	store, other, watch := meeting(t)
	if err := store.Log.Append(t.Context(), storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	watch.Next(t)
	for i, theirs := range []bson.M{
		{"target": int64(1)}, {"target": "x", "emoji": 1}, {"on": "yes", "counts": bson.A{}}, {"erased": true},
		{"target": bson.A{int64(1)}, "emoji": "x", "on": true, "counts": "{}", "erased": "no"},
	} {
		doc := plain(theirs)
		insert(t, other, doc)
		arrived := watch.Next(t)
		want := rooms.Event{
			ID: rooms.EventID(doc["_id"].(bson.ObjectID)), RoomID: "general", Author: "bot", Text: "hello", Timestamp: arrived.Event.ID.Time(),
		}
		if arrived != (rooms.Arrival{Event: want}) {
			t.Fatalf("arrived %+v, want %+v", arrived, want)
		}
		want.Seq = int64(i + 2)
		if _, err := store.Foreign.Adopt(t.Context(), []*rooms.Event{&want}); err != nil {
			t.Fatal(err)
		}
		read, err := store.Log.Since(t.Context(), "general", want.Seq-1, rooms.Page{})
		if err != nil || len(read) != 1 || read[0] != want {
			t.Fatalf("read %+v, %v, want %+v", read, err, want)
		}
	}
	folded, err := store.Related.Fold(t.Context(), "general", []int64{1})
	wantSeqs(t, "fold", folded, err, 1)
	concerned, err := store.Related.Concerning(t.Context(), "general", []int64{1})
	wantSeqs(t, "concerning", concerned, err)
}

// A change that nobody can make sense of holds its number and nothing else.
func TestForgedChangesAreVoids(t *testing.T) {
	store, other, _ := meeting(t)
	forged := []bson.M{
		{"type": "edit"}, {"type": "edit", "target": "1"}, {"type": "edit", "target": 1.0}, {"type": "edit", "target": int64(0)},
		{"type": "edit", "target": int64(1), "text": nil}, {"type": "edit", "target": int64(1), "text": strings.Repeat("x", 8001)},
		{"type": "delete"}, {"type": "delete", "target": -1}, {"type": "delete", "target": 1, "author": ""},
		{"type": "reaction", "target": 1, "emoji": "+1", "counts": "{"}, {"type": "reaction", "target": 1, "emoji": "👍", "counts": "[]"},
		{"type": "reaction", "target": 1, "counts": "{}"}, {"type": "reaction", "target": 1, "emoji": strings.Repeat("x", 65), "counts": "{}"},
		{"type": "edit", "target": 1, "clientId": "\n"}, {"type": "edit", "target": 1, "data": "{"}, {"type": "delete", "target": 1, "parent": -1},
		{"type": "delete", "target": 1, "authorName": strings.Repeat("x", 513)}, {"type": "delete", "target": 1, "text": strings.Repeat("x", 8001)},
		{"type": "poll", "target": 1}, {"type": "", "target": 1}, {"type": 1, "target": 1}, {"type": "void"},
	}
	for i, change := range forged {
		change["seq"] = i + 1
		insert(t, other, plain(change))
	}
	read, err := store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil || len(read) != len(forged) {
		t.Fatalf("read %d, %v, want %d", len(read), err, len(forged))
	}
	for i, e := range read {
		if e.Type != rooms.TypeVoid || e.Text != "" || e.Target != 0 || e.Counts != "" {
			t.Errorf("%v is read as %+v", forged[i], e)
		}
	}
	concerned, err := store.Related.Concerning(t.Context(), "general", []int64{1})
	wantSeqs(t, "concerning", concerned, err)
	deleted, err := store.Related.Deleted(t.Context(), "general", []int64{1})
	if err != nil || len(deleted) != 0 {
		t.Errorf("deleted %v, %v: a delete of nobody took a message away", deleted, err)
	}
}

// A thread goes on behind answers that cannot be read, both ways.
func TestThreadPassesOverWhatCannotBeRead(t *testing.T) {
	store, other, _ := meeting(t)
	if err := store.Log.Append(t.Context(), storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	for seq := 2; seq <= 12; seq++ {
		text := any(1)
		if seq == 2 || seq == 12 {
			text = "an answer"
		}
		insert(t, other, plain(bson.M{"seq": int64(seq), "parent": 1, "text": text}))
	}
	page := rooms.Page{Events: 3}
	up, err := store.Related.Thread(t.Context(), "general", 1, 2, rooms.MaxSeq+1, false, page)
	wantSeqs(t, "ascending", up, err, 12)
	down, err := store.Related.Thread(t.Context(), "general", 1, 0, 12, true, page)
	wantSeqs(t, "descending", down, err, 2)
	none, err := store.Related.Thread(t.Context(), "general", 1, 2, 12, true, page)
	wantSeqs(t, "between", none, err)
}

// A fold that is longer than one batch shows no event without all older ones, while the
// events come.
func TestFoldIsOfOneMoment(t *testing.T) {
	store, _, _ := meeting(t)
	const events = 3000
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wrote := make(chan error, 1)
	if err := store.Log.Append(ctx, storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	go func() {
		for seq := int64(2); seq <= events; seq += 10 {
			var batch []*rooms.Event
			for n := seq; n < seq+10; n++ {
				// Deletes stand before edits and reactions in the index, and are read first.
				kind := []rooms.Event{
					{Type: rooms.TypeReaction, Target: 1, Emoji: "👍", On: true, Counts: `{"👍":1}`},
					{Type: rooms.TypeEdit, Target: 1, Text: "better"}, {Type: rooms.TypeDelete, Target: 1},
				}[n%3]
				batch = append(batch, another("general", n, kind))
			}
			if err := store.Log.Append(ctx, batch); err != nil {
				wrote <- err
				return
			}
		}
		wrote <- nil
	}()
	for done := false; !done; {
		select {
		case err := <-wrote:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		folded, err := store.Related.Fold(t.Context(), "general", []int64{1})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range folded {
			if e.Seq != int64(i+1) {
				t.Fatalf("seq %d stands at place %d of %d: an older event is missing", e.Seq, i+1, len(folded))
			}
		}
	}
}

// A database that issue 3's version made has the index of targets in another form.
func TestOpenReplacesItsOwnFormerIndex(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	coll := otherProgram(t, server, database)
	_, err := coll.Indexes().CreateOne(t.Context(), mongo.IndexModel{
		Keys: bson.D{{Key: "roomId", Value: 1}, {Key: "target", Value: 1}},
		Options: options.Index().SetName("room_target").
			SetPartialFilterExpression(bson.D{{Key: "target", Value: bson.D{{Key: "$exists", Value: true}}}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	store := open(t, server, database).Rooms()
	if faults, err := store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Fatalf("faults %q, %v, want none", faults, err)
	}
}
