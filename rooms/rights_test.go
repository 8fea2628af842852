package rooms_test

import (
	"context"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// publicRoom makes a public room of alice's.
func publicRoom(t testing.TB, s *rooms.Service, id string) rooms.RoomID {
	t.Helper()
	v, _, err := s.CreateRoom(context.Background(), alice, rooms.CreateRoomInput{ID: id, Name: id, Type: rooms.TypePublic})
	if err != nil {
		t.Fatal(err)
	}
	return v.Room.ID
}

// setSelf has a user change what he himself is.
func setSelf(s *rooms.Service, user auth.User, room rooms.RoomID, role rooms.Role) error {
	_, err := s.SetMember(context.Background(), user, rooms.SetMemberInput{RoomID: string(room), UserID: string(user.ID), Role: role})
	return err
}

func TestWhoIsMutedDoesNotFreeHimself(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	open, closed := publicRoom(t, s, "open"), private(t, s, "closed")
	claims := bob
	claims.Rooms = map[string]string{string(closed): "member"}
	for room, user := range map[rooms.RoomID]auth.User{open: bob, closed: claims} {
		setMember(t, s, room, user, rooms.RoleReader)
		wantCode(t, "leave "+string(room), setSelf(s, user, room, rooms.RoleNone), rooms.CodeForbidden)
		wantCode(t, "become more in "+string(room), setSelf(s, user, room, rooms.RoleMember), rooms.CodeForbidden)
		_, token, err := s.Invite(ctx, alice, rooms.InviteInput{RoomID: string(room)})
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.AcceptInvitation(ctx, user, token)
		if err != nil || v.Role != rooms.RoleReader {
			t.Errorf("an invitation to %s made him %q, %v", room, v.Role, err)
		}
		wantCode(t, "send to "+string(room), sendAs(s, user, room, "free"), rooms.CodeForbidden)
	}
	if err := setSelf(s, bob, closed, rooms.RoleNone); err != nil {
		t.Errorf("a reader who is nothing without that may not leave: %v", err)
	}
}

func TestWhomHisTokenMakesAReaderDoesNotBecomeMore(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	room := publicRoom(t, s, "open")
	claims := auth.User{ID: "bob", Rooms: map[string]string{string(room): "reader"}}
	wantCode(t, "join its members", setSelf(s, claims, room, rooms.RoleMember), rooms.CodeForbidden)
	wantCode(t, "send", sendAs(s, claims, room, "free"), rooms.CodeForbidden)
	if err := setSelf(s, carol, room, rooms.RoleMember); err != nil {
		t.Errorf("anybody else: %v", err)
	}
}
