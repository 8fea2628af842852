package mongodb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// silent is an emitter of a server without sockets.
type silent struct{}

func (silent) Emit(rooms.RoomID, []rooms.Event)                          {}
func (silent) Reset(rooms.RoomID, rooms.ResetReason, int64)              {}
func (silent) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}
func (silent) Expel(rooms.RoomID, auth.UserID, rooms.LeftReason)         {}
func (silent) Revoke(auth.UserID)                                        {}
func (silent) Members(rooms.RoomID) int                                  { return 0 }

// serve runs a service on the store until the test ends.
func serve(t *testing.T, store rooms.Store) *rooms.Service {
	t.Helper()
	service := rooms.New(store, rooms.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, silent{}, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	await(t, "ready", func() bool { return service.Ready() == nil })
	return service
}

func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for start := time.Now(); !holds(); {
		if time.Since(start) > faultPatience {
			t.Fatalf("not in time: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// A program may insert a message that a client sends at the same moment, with the
// same clientId: both are one.
func TestSendOfWhatAnotherProgramInsertsAtTheSameMoment(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	service := serve(t, open(t, server, database).Rooms())
	other := otherProgram(t, server, database)
	for i := range 60 {
		clientID := fmt.Sprintf("c%d", i)
		inserted := make(chan error, 1)
		go func() {
			_, err := other.InsertOne(t.Context(), plain(bson.M{"author": "ann", "clientId": clientID}))
			inserted <- err
		}()
		if i%2 == 0 {
			<-inserted
		}
		ctx, cancel := context.WithTimeout(t.Context(), faultPatience)
		sent, err := service.SendWait(ctx, auth.User{ID: "ann"}, rooms.SendInput{RoomID: "general", Text: "hello", ClientID: clientID})
		cancel()
		if err != nil {
			t.Fatalf("send %d: %v", i, err)
		}
		if sent.Seq != int64(i+1) {
			t.Fatalf("send %d has seq %d", i, sent.Seq)
		}
		if i%2 == 1 {
			<-inserted
		}
	}
}

// An insert makes a room where rooms are open, but none whose id the server gives.
func TestAnInsertMakesNoRoomOfAnIDThatTheServerGives(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	serve(t, store)
	other := otherProgram(t, server, database)
	kept := []rooms.RoomID{"rm:aaaaaaaaaaaaaaaaaaaaaaaaaa", "dm:aaaaaaaaaaaaaaaaaaaaaaaaaa"}
	for _, room := range append(kept, "free") { // in this order through the stream
		insert(t, other, plain(bson.M{"roomId": string(room)}))
	}
	there := func(room rooms.RoomID) bool {
		_, err := store.Catalog.Room(t.Context(), room)
		if err != nil && rooms.AsError(err).Code != rooms.CodeNotFound {
			t.Fatal(err)
		}
		return err == nil
	}
	await(t, "the free one is made", func() bool { return there("free") })
	for _, room := range kept {
		if there(room) {
			t.Errorf("%s is made", room)
		}
	}
}

// A malformed document that holds a sender's clientId must not stop the room.
func TestSendBesideAMalformedDocumentOfItsClientID(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	service := serve(t, open(t, server, database).Rooms())
	insert(t, otherProgram(t, server, database), plain(bson.M{"author": "ann", "clientId": "mine", "text": 5}))
	send := func(clientID string) error {
		ctx, cancel := context.WithTimeout(t.Context(), faultPatience)
		defer cancel()
		_, err := service.SendWait(ctx, auth.User{ID: "ann"}, rooms.SendInput{RoomID: "general", Text: "hello", ClientID: clientID})
		return err
	}
	if err := send("mine"); rooms.AsError(err) == nil || rooms.AsError(err).Code != rooms.CodeConflict {
		t.Errorf("the send whose clientId is taken: %v, want %s", err, rooms.CodeConflict)
	}
	if err := send("other"); err != nil {
		t.Errorf("the next send: %v", err)
	}
}

// A validator of the operator's may refuse what a client sends: that one send fails,
// the room goes on.
func TestSendThatAValidatorRefuses(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	service := serve(t, open(t, server, database).Rooms())
	other := otherProgram(t, server, database)
	validator := bson.D{{Key: "text", Value: bson.D{{Key: "$ne", Value: "forbidden"}}}}
	command := bson.D{{Key: "collMod", Value: "messages"}, {Key: "validator", Value: validator}}
	if err := other.Database().RunCommand(t.Context(), command).Err(); err != nil {
		t.Fatal(err)
	}
	ann := auth.User{ID: "ann"}
	answers := make(chan error, 3)
	for _, text := range []string{"before", "forbidden", "after"} {
		service.Send(ann, rooms.SendInput{RoomID: "general", Text: text}, func(_ rooms.Sent, err error) { answers <- err })
	}
	var refused int
	for range 3 {
		if err := <-answers; err != nil {
			refused++
			if code := rooms.AsError(err).Code; code != rooms.CodeInternal {
				t.Errorf("refused with %v, want %s", err, rooms.CodeInternal)
			}
		}
	}
	if refused != 1 {
		t.Errorf("%d of 3 sends were refused, want 1", refused)
	}
	page, err := service.History(t.Context(), ann, rooms.HistoryInput{RoomID: "general"})
	if err != nil || len(page.Messages) != 2 || page.Messages[1].Text != "after" || page.Messages[1].Seq != 2 {
		t.Errorf("history: %+v, %v", page, err)
	}
}

// A validator may also let a document in that it does not let be numbered: that one
// is left alone, the others are numbered.
func TestInsertThatAValidatorKeepsFromBeingNumbered(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	service := serve(t, open(t, server, database).Rooms())
	other := otherProgram(t, server, database)
	numbered := bson.D{{Key: "text", Value: "forbidden"}, {Key: "seq", Value: bson.D{{Key: "$exists", Value: true}}}}
	command := bson.D{{Key: "collMod", Value: "messages"}, {Key: "validator", Value: bson.D{{Key: "$nor", Value: bson.A{numbered}}}}}
	if err := other.Database().RunCommand(t.Context(), command).Err(); err != nil {
		t.Fatal(err)
	}
	insert(t, other, plain(bson.M{"text": "forbidden"}))
	insert(t, other, plain(bson.M{"text": "fine"}))
	await(t, "the other insert is in the history", func() bool {
		page, err := service.History(t.Context(), auth.User{ID: "ann"}, rooms.HistoryInput{RoomID: "general"})
		return err == nil && len(page.Messages) == 1 && page.Messages[0].Text == "fine" && page.Messages[0].Seq == 1
	})
}
