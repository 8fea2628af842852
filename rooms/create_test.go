package rooms_test

import (
	"context"
	"testing"
	"time"

	"roomstream/rooms"
)

// What other programs said in a room that nobody made is not for who makes it.
func TestARoomWhoseLogIsThereIsNotMadeByWhoNamesItFirst(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{ClosedRooms: true})
	said := &rooms.Event{ID: rooms.EventID{1}, RoomID: "ops", Seq: 1, Author: "cron", Text: "the password is", Timestamp: time.Now().UTC().Truncate(time.Millisecond)}
	if err := store.Log.Append(context.Background(), []*rooms.Event{said}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.CreateRoom(context.Background(), alice, rooms.CreateRoomInput{ID: "ops", Name: "Mine", Type: rooms.TypePrivate})
	if e := wantCode(t, "create_room", err, rooms.CodeConflict); e.Field != "id" {
		t.Errorf("the field is %q", e.Field)
	}
	wantCode(t, "read", joinAs(s, alice, "ops"), rooms.CodeNotFound)
}
