package mongodb_test

import (
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// TestOneEventIsOneNotification has two instances that both make the notifications of an
// event, the one that was sent it and the one that owns its room.
func TestOneEventIsOneNotification(t *testing.T) {
	const each = 40
	server := mongotest.Shared(t)
	database := server.Database(t)
	instances := []*rooms.Service{serve(t, open(t, server, database).Rooms()), serve(t, open(t, server, database).Rooms())}
	ann, bob, carol := auth.User{ID: "ann", Name: "Ann"}, auth.User{ID: "bob", Name: "Bob B."}, auth.User{ID: "carol", Name: "Carol"}
	for _, user := range []auth.User{ann, bob, carol} {
		if _, err := instances[0].UpdateProfile(t.Context(), user, rooms.UpdateProfileInput{}); err != nil {
			t.Fatal(err)
		}
	}
	instances[1].Connected(carol.ID)
	await(t, "both know that carol is here", func() bool {
		there, err := instances[0].Presence(t.Context(), "", []auth.UserID{carol.ID})
		return err == nil && there[0].Sockets == 1
	})
	for i := range each {
		for k, s := range instances {
			in := rooms.SendInput{RoomID: fmt.Sprintf("r%d", i%7), Text: fmt.Sprintf("@bob b. and @carol, %d of %d", i, k)}
			if _, err := s.SendWait(t.Context(), ann, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	direct, err := instances[1].OpenDirect(t.Context(), ann, string(bob.ID))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instances[0].SendWait(t.Context(), ann, rooms.SendInput{RoomID: string(direct.Room.ID), Text: "the last"}); err != nil {
		t.Fatal(err)
	}
	coll := otherProgram(t, server, database).Database().Collection("notifications")
	count := func() int64 {
		n, err := coll.CountDocuments(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const all = 2*each + 1
	await(t, "every event is told of", func() bool { return count() >= all })
	// What either instance may still make comes before what it makes of this.
	for _, s := range instances {
		if _, err := s.SendWait(t.Context(), ann, rooms.SendInput{RoomID: "r0", Text: "@bob b."}); err != nil {
			t.Fatal(err)
		}
	}
	unread := func() int { // what a majority has, which is later than count
		page, err := instances[0].Notifications(t.Context(), bob, rooms.NotificationsInput{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return page.Unread
	}
	await(t, "those are told of, too", func() bool { return count() >= all+2 && unread() >= all+2 })
	if unread() != all+2 || count() != all+2 {
		t.Errorf("bob has %d notifications, all have %d, want %d", unread(), count(), all+2)
	}
}

// TestSearchOfProfilesUsesItsIndex asks the server how it answers.
func TestSearchOfProfilesUsesItsIndex(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	const users = 300
	for i := range users {
		name := fmt.Sprintf("Name%03d Common", i)
		if _, err := store.Profiles.ChangeProfile(t.Context(), auth.UserID(fmt.Sprintf("u%03d", i)), rooms.ProfileChange{Name: &name}); err != nil {
			t.Fatal(err)
		}
	}
	db := otherProgram(t, server, database).Database()
	if err := db.RunCommand(t.Context(), bson.D{{Key: "profile", Value: 2}}).Err(); err != nil {
		t.Fatal(err)
	}
	list, err := store.Profiles.SearchProfiles(t.Context(), rooms.ProfileKey("name29"), "", 100)
	if err != nil || len(list) != 10 {
		t.Fatalf("found %d, %v", len(list), err)
	}
	named, err := store.Profiles.NamedProfiles(t.Context(), []string{rooms.ProfileKey("name001 common"), rooms.ProfileKey("nobody")}, nil, 10)
	if err != nil || len(named) != 1 {
		t.Fatalf("found %d, %v", len(named), err)
	}
	cursor, err := db.Collection("system.profile").Find(t.Context(), bson.D{{Key: "ns", Value: database + ".profiles"}})
	if err != nil {
		t.Fatal(err)
	}
	var asked []struct {
		Docs int    `bson:"docsExamined"`
		Plan string `bson:"planSummary"`
	}
	if err := cursor.All(t.Context(), &asked); err != nil || len(asked) != 3 {
		t.Fatalf("the server was asked %+v, %v", asked, err)
	}
	for _, q := range asked {
		if q.Docs > 10 {
			t.Errorf("%d documents were read by %s", q.Docs, q.Plan)
		}
	}
}
