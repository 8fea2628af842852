package mongodb

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

func openStore(t *testing.T) *Store {
	t.Helper()
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	return store
}

// TestManyUsersUnreadAreCountedAsEachOnes counts together, and together with somebody who has more than is counted.
func TestManyUsersUnreadAreCountedAsEachOnes(t *testing.T) {
	store := openStore(t)
	want := map[auth.UserID]int{"none": 0}
	var users []auth.UserID
	var docs []bson.D
	tell := func(to auth.UserID, n int) {
		for i := range n {
			doc := bson.D{{Key: "userId", Value: string(to)}, {Key: "kind", Value: "x"}}
			if i%2 == 0 { // by the other name; userId is then who did it
				doc = bson.D{{Key: "recipientId", Value: string(to)}, {Key: "userId", Value: "none"}, {Key: "kind", Value: "x"}}
			}
			docs = append(docs, doc)
		}
		// What is read does not count.
		docs = append(docs, bson.D{{Key: "userId", Value: string(to)}, {Key: "kind", Value: "x"}, {Key: "read", Value: true}})
		want[to] = min(n, rooms.MaxUnread)
		users = append(users, to)
	}
	for i := range 8 {
		tell(auth.UserID(fmt.Sprint("user", i)), i)
	}
	users = append(users, "none")
	insert := func() {
		if _, err := store.notifications.InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
		docs = nil
	}
	check := func(together bool) {
		t.Helper()
		_, whole, err := store.notified.countTogether(t.Context(), users, rooms.MaxUnread+20*len(users))
		if err != nil || whole != together {
			t.Errorf("counted together: %v, %v, want %v", whole, err, together)
		}
		counts, err := store.notified.unreadOf(t.Context(), users)
		if err != nil {
			t.Fatal(err)
		}
		for user, n := range want {
			if got := min(counts[user], rooms.MaxUnread); got != n {
				t.Errorf("%s has %d unread, want %d", user, got, n)
			}
			if got, err := store.notified.UnreadNotifications(t.Context(), user, 3); err != nil || got != min(n, 3) {
				t.Errorf("%s has %d unread of at most 3, %v", user, got, err)
			}
		}
	}
	insert()
	check(true)
	tell("many", 3*rooms.MaxUnread)
	insert()
	check(false)
}

// TestWhoIsInNoRoomIsToldApart asks for many, and for many among whom one has so many rooms that the others are not seen.
func TestWhoIsInNoRoomIsToldApart(t *testing.T) {
	store := openStore(t)
	put := func(user string, n int, known bool) {
		docs := make([]bson.D, n)
		for i := range docs {
			docs[i] = bson.D{{Key: "_id", Value: bson.NewObjectID()}, {Key: "userId", Value: user}, {Key: "roomId", Value: fmt.Sprintf("room%05d", i)}}
			if known {
				docs[i] = append(docs[i], bson.E{Key: "readSeq", Value: int64(1)})
			}
		}
		if _, err := store.members.InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
	put("zoe", 3, true)
	put("forgotten", 2, false)
	users := []auth.UserID{"zoe", "forgotten", "nobody"}
	if some, err := store.anyRooms(t.Context(), users); err != nil || !some["zoe"] || some["forgotten"] || some["nobody"] {
		t.Errorf("%v, %v", some, err)
	}
	put("ann", 1000+50*4, true)
	some, err := store.anyRooms(t.Context(), append(users, "ann"))
	if err != nil || !some["ann"] || !some["zoe"] {
		t.Errorf("with ann: %v, %v: zoe's rooms would not be told", some, err)
	}
	if list, err := (&Inbox{store}).Overview(t.Context(), "nobody", nil, 10, 10); err != nil || len(list) != 0 {
		t.Errorf("nobody is in %v, %v", list, err)
	}
}

// TestADocumentThatNamesNobodyHarmsNobody has one beside those of a user, in a read that many share.
func TestADocumentThatNamesNobodyHarmsNobody(t *testing.T) {
	store := openStore(t)
	if _, err := store.members.InsertMany(t.Context(), []bson.D{
		{{Key: "userId", Value: bson.A{"ann", "bob"}}, {Key: "roomId", Value: "one"}, {Key: "readSeq", Value: int64(1)}},
		{{Key: "userId", Value: "zoe"}, {Key: "roomId", Value: "one"}, {Key: "readSeq", Value: int64(1)}},
	}); err != nil {
		t.Fatal(err)
	}
	some, err := store.anyRooms(t.Context(), []auth.UserID{"ann", "zoe"})
	if err != nil || some["ann"] || !some["zoe"] {
		t.Errorf("%v, %v: zoe is in a room", some, err)
	}
}

func TestAClosedStoreSaysSoToWhoAsksTogether(t *testing.T) {
	store := openStore(t)
	if err := store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{1, rooms.MaxUnread, rooms.MaxUnread + 1} {
		if _, err := store.notified.UnreadNotifications(t.Context(), "ann", most); !errors.Is(err, errClosed) {
			t.Errorf("at most %d: %v", most, err)
		}
	}
	if _, err := (&Inbox{store}).Overview(t.Context(), "ann", nil, 10, 10); !errors.Is(err, errClosed) {
		t.Errorf("overview: %v", err)
	}
}
