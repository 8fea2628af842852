package socketio

import (
	"encoding/json"
	"strconv"

	"roomstream/rooms"
)

// resetBody tells a client to drop what it has of a room.
type resetBody struct {
	Reason rooms.ResetReason `json:"reason"`
}

// joinRoom puts the socket in a room: "general" or {roomId, since?}.
func (s *speaker) joinRoom(args []json.RawMessage, a answer) {
	p := readRoomPayload(args)
	roomID, since := p.text("roomId"), p.optionalSeq("since")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	if s.full(roomID) {
		a.fail(rooms.BadField("roomId", "this socket is in %d rooms, the most there may be: leave one first", maxJoined))
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	err := s.chat.service.Join(ctx, s.user, roomID, since, func(j rooms.Joined) {
		// The room's delivery stands still: what is emitted from here on is behind the ack.
		s.link.Join(adapterRoom(j.View.Room.ID))
		if a.wanted() {
			a.ok(joinedMembers(j))
		}
	})
	if err != nil {
		a.fail(err)
		return
	}
	s.chat.service.Joined(s.user.ID, rooms.RoomID(roomID))
}

func joinedMembers(j rooms.Joined) []byte {
	const otherMembers = 512 // bytes, rounded up
	b := make([]byte, 0, otherMembers+eventsSize(j.Events))
	b = j.View.AppendJSON(appendName(b, "room"))
	b = appendName(b, "lastSeq")
	b = strconv.AppendInt(b, j.LastSeq, 10)
	b = appendName(b, "events")
	b = appendEvents(b, j.Events)
	b = appendName(b, "more")
	b = strconv.AppendBool(b, j.More)
	if j.Reset != "" {
		b = appendMember(b, "reset", resetBody{Reason: j.Reset})
	}
	return b
}

// leaveRoom takes the socket out of a room: "general" or {roomId}. It is idempotent, and says nothing of whether there
// is such a room.
func (s *speaker) leaveRoom(args []json.RawMessage, a answer) {
	p := readRoomPayload(args)
	text := p.text("roomId")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	room, err := rooms.ParseRoomID(text)
	if err != nil {
		a.fail(err)
		return
	}
	s.link.Leave(adapterRoom(room))
	a.ok(nil)
}
