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

// Whoever works out the id that somebody's create_room will get takes it on no instance: not
// by a join, a send, or a room of that id.
func TestNobodyTakesTheIDThatAClientIDLeadsTo(t *testing.T) {
	ctx := context.Background()
	const key = "c1"
	mine := rooms.CreateRoomInput{Name: "Mine", Type: rooms.TypePrivate, ClientID: key}
	elsewhere, _ := serve(t, newStore(t), rooms.Options{})
	v, _, err := elsewhere.CreateRoom(ctx, alice, mine)
	if err != nil {
		t.Fatal(err)
	}
	guessed := string(v.Room.ID)

	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	other, _ := serve(t, store, rooms.Options{})
	refused := func(when string) {
		t.Helper()
		for _, by := range []*rooms.Service{s, other} {
			wantCode(t, when+": join", joinAs(by, bob, rooms.RoomID(guessed)), rooms.CodeNotFound)
			wantCode(t, when+": send", sendAs(by, bob, rooms.RoomID(guessed), "mine"), rooms.CodeNotFound)
			_, _, err := by.CreateRoom(ctx, bob, rooms.CreateRoomInput{ID: guessed, Name: "Mine", Type: rooms.TypePublic})
			if e := wantCode(t, when+": create_room", err, rooms.CodeBadRequest); e.Field != "id" {
				t.Errorf("%s: the field is %q", when, e.Field)
			}
		}
	}
	refused("before")
	for i, by := range []*rooms.Service{s, other} { // the second repeats
		v, made, err := by.CreateRoom(ctx, alice, mine)
		if err != nil || made != (i == 0) || string(v.Room.ID) != guessed || v.Role != rooms.RoleOwner {
			t.Errorf("instance %d: %+v, made %t, %v", i, v, made, err)
		}
	}
	refused("after")
}
