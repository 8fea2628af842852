package rooms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roomstream/auth"
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

// What is said of a proposal that another one of the same moment made needless is said when
// that one is durable.
func TestRoomsMadeAtOnceAreThereWhenItIsSaid(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	for round := range 30 {
		in := rooms.CreateRoomInput{Name: "N", Type: rooms.TypePrivate, ClientID: fmt.Sprint("c", round)}
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() {
				v, _, err := s.CreateRoom(context.Background(), alice, in)
				if err == nil {
					err = sendAs(s, alice, v.Room.ID, "it is there")
				}
				errs <- err
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
	}
}

// The same direct room from both sides, also when both open it at once through two instances.
func TestADirectRoomIsOne(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	b, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	const tries = 20
	views := make(chan rooms.View, 2*tries)
	for range tries {
		for s, pair := range map[*rooms.Service][2]auth.User{a: {alice, bob}, b: {bob, alice}} {
			go func() {
				v, err := s.OpenDirect(ctx, pair[0], string(pair[1].ID))
				if err != nil {
					t.Errorf("open_direct: %v", err)
				}
				if v.Peer != pair[1].ID || v.Role != rooms.RoleMember {
					t.Errorf("%s sees %+v", pair[0].ID, v)
				}
				views <- v
			}()
		}
	}
	id := (<-views).Room.ID
	for range 2*tries - 1 {
		if v := <-views; v.Room.ID != id {
			t.Fatalf("rooms %s and %s", id, v.Room.ID)
		}
	}
	if events := stored(t, store, id); len(events) != 2 {
		t.Errorf("its log holds %d events, want the two who are in it", len(events))
	}
	for _, user := range []auth.User{carol, admin} {
		wantCode(t, "anybody else", joinAs(a, user, id), rooms.CodeNotFound)
	}
	for what, err := range map[string]error{
		"set_member": ignore(a.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: string(id), UserID: "carol", Role: rooms.RoleMember})),
		"leaving":    ignore(a.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: string(id), UserID: "alice"})),
		"update":     ignore(a.UpdateRoom(ctx, alice, rooms.UpdateRoomInput{RoomID: string(id), Topic: new(string)})),
	} {
		wantCode(t, what+" in a direct room", err, rooms.CodeForbidden)
	}
	if err := sendAs(b, bob, id, "hello"); err != nil {
		t.Errorf("a message: %v", err)
	}
	wantCode(t, "a join that would make a direct room", joinAs(a, carol, "dm:aaaaaaaaaaaaaaaaaaaaaaaaaa"), rooms.CodeNotFound)
	self, err := a.OpenDirect(ctx, alice, "alice")
	if err != nil || self.Peer != "alice" {
		t.Errorf("with oneself: %+v, %v", self, err)
	}
}

func ignore[T any](_ T, err error) error { return err }

func TestACreatedRoomIsTheSameForTheSameClientID(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	in := rooms.CreateRoomInput{Name: "N", Type: rooms.TypePrivate, ClientID: "c1"}
	first, made, err := s.CreateRoom(ctx, alice, in)
	if err != nil || !made {
		t.Fatalf("made %t, %v", made, err)
	}
	again, made, err := s.CreateRoom(ctx, alice, in)
	if err != nil || made || again.Room.ID != first.Room.ID {
		t.Errorf("again: %s, made %t, %v, want %s", again.Room.ID, made, err, first.Room.ID)
	}
	other, made, err := s.CreateRoom(ctx, bob, in)
	if err != nil || !made || other.Room.ID == first.Room.ID {
		t.Errorf("another's: %s, made %t, %v", other.Room.ID, made, err)
	}
	taken := private(t, s, "taken")
	_, _, err = s.CreateRoom(ctx, bob, rooms.CreateRoomInput{ID: string(taken), Name: "N", Type: rooms.TypePublic})
	wantCode(t, "a taken id", err, rooms.CodeConflict)
	for field, in := range map[string]rooms.CreateRoomInput{
		"name":     {Name: "a\u202eb", Type: rooms.TypePublic},
		"topic":    {Name: "N", Topic: "a\x00", Type: rooms.TypePublic},
		"type":     {Name: "N", Type: rooms.TypeDirect},
		"id":       {ID: "rm:x", Name: "N", Type: rooms.TypePublic},
		"clientId": {Name: "N", Type: rooms.TypePublic, ClientID: "é"},
	} {
		_, _, err := s.CreateRoom(ctx, alice, in)
		if e := wantCode(t, field, err, rooms.CodeBadRequest); e.Field != field {
			t.Errorf("the field is %q, want %q", e.Field, field)
		}
	}
}
