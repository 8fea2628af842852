package mongodb_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func wantCode(t *testing.T, err error, code rooms.Code) {
	t.Helper()
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func since(t *testing.T, store rooms.Store, room rooms.RoomID) []rooms.Event {
	t.Helper()
	events, err := store.Log.Since(t.Context(), room, 0, rooms.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestFenceNeverFalls(t *testing.T) {
	store, _, _ := meeting(t)
	wantCode(t, store.Trimmer.Fence(t.Context(), "general", 2, 0, time.Time{}), rooms.CodeNotFound)
	wantCode(t, store.Trimmer.SetRetention(t.Context(), "general", time.Hour), rooms.CodeNotFound)
	room, err := store.Catalog.CreateRoom(t.Context(), rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: time.UnixMilli(1e12).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(2e12).UTC()
	for i, step := range []struct {
		do   func() error
		want func()
	}{
		{func() error { return store.Trimmer.Fence(t.Context(), "general", 5, 0, time.Time{}) }, func() { room.MinSeq = 5 }},
		{func() error { return store.Trimmer.Fence(t.Context(), "general", 3, 4, at) }, func() { room.RemoveBelow, room.RemoveAt = 4, at }},
		{func() error { return store.Trimmer.SetRetention(t.Context(), "general", time.Hour) }, func() { room.Retention = time.Hour }},
		{func() error { return store.Trimmer.SetRetention(t.Context(), "general", rooms.KeepForever) }, func() { room.Retention = rooms.KeepForever }},
		{func() error { return store.Trimmer.SetRetention(t.Context(), "general", 0) }, func() { room.Retention = 0 }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		step.want()
		if got, err := store.Catalog.Room(t.Context(), "general"); err != nil || got != room {
			t.Fatalf("step %d: got %+v, %v, want %+v", i, got, err, room)
		}
	}
}

// Blank takes also what other programs put beside the known fields, and what an erasure
// left of a reaction; and it goes on where it was, also in a new process.
func TestBlankLeavesNoContent(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	store, other := open(t, server, database).Rooms(), otherProgram(t, server, database)
	if err := store.Log.Append(t.Context(), changes("general")); err != nil {
		t.Fatal(err)
	}
	insert(t, other, plain(bson.M{"seq": 13, "erased": true, "photo": "of somebody", "authorName": "Bot", "data": "{}"}))
	insert(t, other, plain(bson.M{"seq": 14, "type": "poll", "choices": bson.A{"a"}}))
	insert(t, other, plain(bson.M{"seq": 15}))
	if _, err := store.Eraser.Erase(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	var counts []int
	for _, s := range []rooms.Store{store, store, open(t, server, database).Rooms()} {
		n, err := s.Trimmer.Blank(t.Context(), "general", 15, 2)
		if err != nil {
			t.Fatal(err)
		}
		counts = append(counts, n)
	}
	if !slices.Equal(counts, []int{2, 2, 0}) { // two reactions' emojis and two documents of others
		t.Errorf("blanked %v, want 2, 2 and 0", counts)
	}
	n, err := other.CountDocuments(t.Context(), bson.M{"seq": bson.M{"$lt": 15}, "$or": bson.A{
		bson.M{"text": bson.M{"$exists": true}}, bson.M{"photo": bson.M{"$exists": true}}, bson.M{"choices": bson.M{"$exists": true}},
		bson.M{"emoji": bson.M{"$exists": true}}, bson.M{"counts": bson.M{"$exists": true}}, bson.M{"authorName": bson.M{"$exists": true}},
		bson.M{"data": bson.M{"$exists": true}}, bson.M{"erased": bson.M{"$ne": true}},
	}})
	if err != nil || n != 0 {
		t.Errorf("%d documents (%v) still hold content", n, err)
	}
	events := since(t, store, "general")
	for i, e := range events {
		if e.Seq != int64(i+1) || e.Seq < 15 && !e.Erased || e.Seq == 15 && e.Text != "hello" {
			t.Errorf("read %+v", e)
		}
	}
	if len(events) != 15 {
		t.Errorf("%d events are left, want 15", len(events))
	}
	if n, err := store.Trimmer.Blank(t.Context(), "general", 100, 0); n != 0 || err != nil {
		t.Errorf("a limit of 0 blanked %d (%v)", n, err)
	}
}

func TestRemoveFreesTheirClientIDs(t *testing.T) {
	store, _, _ := meeting(t)
	events := storetest.Messages("general", 1, 10)
	if err := store.Log.Append(t.Context(), append(events, storetest.Messages("other", 1, 10)...)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{4, 2, 0} {
		if n, err := store.Trimmer.Remove(t.Context(), "general", 7, 4); err != nil || n != want {
			t.Fatalf("removed %d, %v, want %d", n, err, want)
		}
	}
	wantSeqs(t, "what is left", since(t, store, "general"), nil, 7, 8, 9, 10)
	if n := len(since(t, store, "other")); n != 10 {
		t.Errorf("another room has %d events, want 10", n)
	}
	again := storetest.Message("general", 11)
	again.ClientID = events[0].ClientID
	if err := store.Log.Append(t.Context(), []*rooms.Event{again}); err != nil {
		t.Errorf("a clientId that was removed: %v", err)
	}
}

// An erasure reaches documents without a number and those of another program, and finds
// nothing the second time.
func TestEraseReachesEveryDocument(t *testing.T) {
	store, other, _ := meeting(t)
	if err := store.Log.Append(t.Context(), append(changes("b"), changes("a")...)); err != nil {
		t.Fatal(err)
	}
	bob := storetest.Message("a", 13)
	bob.Author = "bob"
	if err := store.Log.Append(t.Context(), []*rooms.Event{bob}); err != nil {
		t.Fatal(err)
	}
	awaiting := plain(bson.M{"author": "ann", "photo": "of ann"})
	insert(t, other, awaiting)
	insert(t, other, plain(bson.M{"author": "ann", "erased": true, "seq": 1})) // not erased: it has a text
	insert(t, other, plain(bson.M{"_id": "odd", "author": "ann", "text": 5}))  // malformed
	var seen []string
	err := store.Eraser.ByAuthor(t.Context(), "ann", func(e rooms.Event) error {
		seen = append(seen, fmt.Sprint(e.RoomID, " ", e.Seq))
		return nil
	})
	var want []string
	for _, room := range []string{"a", "b"} {
		for seq := 1; seq <= 9; seq++ {
			want = append(want, fmt.Sprint(room, " ", seq))
		}
	}
	want = append(want, "general 1")
	if err != nil || !slices.Equal(seen, want) {
		t.Errorf("by author: %v, %v, want %v", seen, err, want)
	}
	stop := errors.New("enough")
	if err := store.Eraser.ByAuthor(t.Context(), "ann", func(rooms.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("by author ended with %v, want the caller's error", err)
	}
	for i, want := range []int{18 + 3, 0} {
		// The reactions and deletes of changes hold no name, but are not marked yet.
		if n, err := store.Eraser.Erase(t.Context(), "ann"); err != nil || n != want {
			t.Errorf("erase %d changed %d, %v, want %d", i, n, err, want)
		}
	}
	n, err := other.CountDocuments(t.Context(), bson.M{"author": "ann", "$or": bson.A{
		bson.M{"text": bson.M{"$exists": true}}, bson.M{"photo": bson.M{"$exists": true}}, bson.M{"erased": bson.M{"$ne": true}},
	}})
	if err != nil || n != 0 {
		t.Errorf("%d documents (%v) still say what ann wrote", n, err)
	}
	events := since(t, store, "a")
	if len(events) != 13 || events[12] != *bob {
		t.Errorf("bob's message is %+v, want %+v", events[len(events)-1], *bob)
	}
	if e := events[5]; !e.Erased || e.Type != rooms.TypeReaction || e.Emoji != "👍" || e.Counts == "" || !e.On || e.Target != 1 || e.ClientID == "" {
		t.Errorf("the reaction is %+v, want it to count still", e)
	}
}

// A document that was erased before it had its number keeps no number from the others.
func TestErasedBeforeItWasNumbered(t *testing.T) {
	store, other, watch := meeting(t)
	doc := plain(nil)
	insert(t, other, doc)
	awaiting := watch.Next(t).Event
	if n, err := store.Eraser.Erase(t.Context(), "bot"); err != nil || n != 1 {
		t.Fatalf("erased %d, %v, want 1", n, err)
	}
	if orphans, err := store.Foreign.Orphans(t.Context(), rooms.EventID{}, 10); err != nil || len(orphans) != 0 {
		t.Errorf("it is still to be numbered: %+v, %v", orphans, err)
	}
	if faults, err := store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v, want none", faults, err)
	}
	awaiting.Seq = 1 // a lane that had it already
	if _, err := store.Foreign.Adopt(t.Context(), []*rooms.Event{&awaiting}); err != nil {
		t.Fatal(err)
	}
	if events := since(t, store, "general"); len(events) != 1 || !events[0].Erased || events[0].Type != rooms.TypeMessage || events[0].Text != "" {
		t.Errorf("it is read as %+v, want an erased message", events)
	}
}

func TestLogRooms(t *testing.T) {
	store, other, _ := meeting(t)
	var want []rooms.RoomID
	for _, room := range []rooms.RoomID{"Z", "a", "a.b", "a:b", "aa", "b"} {
		want = append(want, room)
		if err := store.Log.Append(t.Context(), storetest.Messages(room, 1, 3)); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, other, plain(nil))                                      // awaits its number
	insert(t, other, plain(bson.M{"roomId": "not a room", "seq": 1})) // nobody reads it
	insert(t, other, plain(bson.M{"roomId": 7, "seq": 1}))
	var got []rooms.RoomID
	for after := rooms.RoomID(""); ; {
		page, err := store.Archive.LogRooms(t.Context(), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[len(page)-1]
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFaultsNamesWhatNoReadShows(t *testing.T) {
	store, other, _ := meeting(t)
	if err := store.Log.Append(t.Context(), changes("general")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.Stream.Beat(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
	}
	if faults, err := store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Fatalf("faults %q, %v, want none", faults, err)
	}
	for _, doc := range []bson.M{
		plain(nil), plain(nil), plain(bson.M{"badSeq": "x"}), plain(bson.M{"text": 1}), plain(bson.M{"seq": 13, "type": "poll"}),
		plain(bson.M{"seq": "x"}), plain(bson.M{"text": strings.Repeat("x", 70_000)}),
	} {
		insert(t, other, doc)
	}
	for _, name := range []string{"room_seq", "room_parent"} {
		if err := other.Indexes().DropOne(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, other, plain(bson.M{"seq": 1}))
	faults, err := store.Archive.Faults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(faults, "\n")
	for _, want := range []string{
		"index room_seq of messages is missing", "index room_parent of messages is missing", "stands 2 times", "2 documents of messages await",
		"badSeq", "text: must be a string", "read as voids", "seq that is none", "at most 65536 bytes",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing names %q in\n%s", want, all)
		}
	}
	if len(faults) != 9 {
		t.Errorf("%d faults, want 9:\n%s", len(faults), all)
	}
}

func TestArchiveWrites(t *testing.T) {
	server := mongotest.Shared(t)
	opened := open(t, server, server.Database(t))
	store := opened.Rooms()
	room := rooms.Room{
		ID: "general", Name: "General", Type: rooms.TypePublic, Topic: "all", CreatedAt: time.UnixMilli(1e12).UTC(),
		MinSeq: 5, Retention: time.Hour, RemoveBelow: 4, RemoveAt: time.UnixMilli(2e12).UTC(),
	}
	for _, want := range []rooms.Room{room, {ID: "general", Name: "Plain", Type: rooms.TypePublic, CreatedAt: room.CreatedAt}} {
		if err := store.Archive.PutRoom(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Catalog.Room(t.Context(), "general"); err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if err := store.Archive.SetLogID(t.Context(), "another"); err != nil {
		t.Fatal(err)
	}
	if id, err := store.Catalog.LogID(t.Context()); err != nil || id != "another" {
		t.Fatalf("the log's id is %q, %v", id, err)
	}
	events := changes("general")
	if err := store.Log.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	reaction, del, message := *events[5], *events[7], *events[0]
	reaction.Counts, del.Parent, message.Parent = `{"👍":7}`, 0, 9
	for _, e := range []rooms.Event{reaction, del, message} {
		if err := store.Archive.Derive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	read := since(t, store, "general")
	if read[5] != reaction || read[7] != del || read[0] != *events[0] {
		t.Errorf("derived\n%+v\n%+v\n%+v", read[5], read[7], read[0])
	}
	missing := reaction
	missing.Seq = 99
	wantCode(t, store.Archive.Derive(t.Context(), missing), rooms.CodeNotFound)
}

func TestAccountArchive(t *testing.T) {
	server := mongotest.Shared(t)
	opened := open(t, server, server.Database(t))
	for i, name := range []string{"Bob", "alice", "Çelik", "dora"} {
		account := auth.Account{ID: auth.UserID(fmt.Sprint("a:", i)), Name: name, PasswordHash: "x", CreatedAt: time.UnixMilli(1e12).UTC()}
		if err := opened.Accounts().CreateAccount(t.Context(), account); err != nil {
			t.Fatal(err)
		}
	}
	archive := opened.AccountArchive()
	names := func() (all []string) {
		for after := ""; ; {
			page, err := archive.Accounts(t.Context(), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				return all
			}
			for _, a := range page {
				after = a.Name
				all = append(all, a.Name)
			}
		}
	}
	if got := names(); !slices.Equal(got, []string{"alice", "Bob", "dora", "Çelik"}) && !slices.Equal(got, []string{"alice", "Bob", "Çelik", "dora"}) {
		t.Errorf("accounts %v", got)
	}
	for range 2 {
		if err := archive.RemoveAccount(t.Context(), "a:0"); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(); len(got) != 3 || slices.Contains(got, "Bob") {
		t.Errorf("Bob is left in %v", got)
	}
}
