package socketio

import (
	"context"
	"maps"
	"slices"
	"strings"

	"roomstream/auth"
	"roomstream/rooms"
)

// leaveLost takes the socket out of the rooms that only its token before the refresh let it into. What the log says of
// the user it says to his sockets itself; a claim ends with its token.
func (s *speaker) leaveLost(before auth.User) {
	if slices.Equal(before.Roles, s.user.Roles) && maps.Equal(before.Rooms, s.user.Rooms) {
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	for _, name := range s.link.Rooms() {
		room, ours := strings.CutPrefix(name, adapterRoom(""))
		if reason := s.lost(ctx, room); ours && reason != "" && s.link.In(name) {
			s.link.Leave(name)
			s.link.Emit("room_left", leftBody(rooms.RoomID(room), reason))
		}
	}
}

// lost says why the user may not be in a room any more; empty: he may.
func (s *speaker) lost(ctx context.Context, room string) rooms.LeftReason {
	_, err := s.chat.service.Room(ctx, s.user, room)
	if err == nil {
		return ""
	}
	switch rooms.AsError(err).Code {
	case rooms.CodeNotFound:
		return rooms.LeftRemoved
	case rooms.CodeForbidden:
		return rooms.LeftBanned
	}
	return rooms.LeftRejoin // nobody can tell now
}
