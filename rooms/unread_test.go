package rooms_test

import (
	"context"
	"testing"

	"roomstream/rooms"
)

func TestUnreadIsExact(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	if err := sendAs(s, alice, room, "before bob"); err != nil {
		t.Fatal(err)
	}
	setMember(t, s, room, bob, rooms.RoleMember) // 3
	mine := func() rooms.Mine {
		t.Helper()
		list, err := s.Mine(ctx, bob)
		if err != nil || len(list) != 1 || list[0].Room.ID != room {
			t.Fatalf("bob's rooms: %+v, %v", list, err)
		}
		return list[0]
	}
	if m := mine(); m.Unread.Messages != 0 || m.ReadSeq != 3 || m.LastSeq != 3 {
		t.Errorf("who has just come: %+v", m)
	}
	for range 4 { // 4 to 7
		if err := sendAs(s, alice, room, "news"); err != nil {
			t.Fatal(err)
		}
	}
	if err := sendAs(s, bob, room, "own"); err != nil { // 8
		t.Fatal(err)
	}
	if err := await(func(done func(rooms.Sent, error)) { // 9
		s.Delete(alice, rooms.DeleteInput{RoomID: "r", Seq: 6}, done)
	}); err != nil {
		t.Fatal(err)
	}
	if m := mine(); m.Unread.Messages != 3 || m.LastSeq != 9 {
		t.Errorf("four came, one was deleted: %+v", m)
	}
	for _, step := range []struct{ mark, read, unread int64 }{{5, 5, 1}, {4, 5, 1}, {99, 9, 0}, {1, 9, 0}} {
		state, err := s.MarkRead(ctx, bob, "r", step.mark)
		if err != nil || state.ReadSeq != step.read || int64(state.Unread.Messages) != step.unread {
			t.Errorf("mark %d: %+v, %v, want read %d, unread %d", step.mark, state, err, step.read, step.unread)
		}
	}
	if m := mine(); m.Unread.Messages != 0 || m.ReadSeq != 9 {
		t.Errorf("all read: %+v", m)
	}
}

// Who reads in a public room finds it among his own from then on, until he leaves for good.
func TestAPublicRoomIsOnesOwnOnceItWasRead(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	send(t, s, "general", "hello", "")
	count := func() int {
		t.Helper()
		list, err := s.Mine(ctx, bob)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := count(); n != 0 {
		t.Errorf("%d rooms before", n)
	}
	if _, err := s.MarkRead(ctx, bob, "general", 1); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d rooms once it was read", n)
	}
	if _, err := s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: "general", UserID: "bob"}); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("%d rooms after he left", n)
	}
	if _, err := s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: "general", UserID: "bob", Role: rooms.RoleMember}); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d rooms after he became a member", n)
	}
}
