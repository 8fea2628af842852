package socketio

import (
	"context"
	"encoding/json"
	"strconv"

	"roomstream/rooms"
)

// createRoom makes a room whose owner the user is: {id?, name, type, topic?, clientId?}.
func (s *speaker) createRoom(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.CreateRoomInput{
		ID: p.optionalText("id"), Name: p.text("name"), Type: p.text("type"), Topic: p.textOrEmpty("topic"), ClientID: p.optionalText("clientId"),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent && in.ClientID != ""
	ctx, cancel := readContext()
	defer cancel()
	view, _, err := s.chat.service.CreateRoom(ctx, s.user, in)
	a.room(view, err)
}

// openDirect gives the direct room with another user: {userId}.
func (s *speaker) openDirect(args []json.RawMessage, a answer) {
	p := readPayload(args)
	userID := p.text("userId")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	view, err := s.chat.service.OpenDirect(ctx, s.user, userID)
	a.room(view, err)
}

// updateRoom changes those settings of a room that are there: {roomId, name?, topic?, readOnly?, slowModeMs?, archived?,
// receipts?}.
func (s *speaker) updateRoom(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.UpdateRoomInput{
		RoomID: p.text("roomId"), Name: p.optionalString("name"), Topic: p.optionalString("topic"),
		ReadOnly: p.flagIfThere("readOnly"), SlowMode: p.optionalDuration("slowModeMs"),
		Archived: p.flagIfThere("archived"), Receipts: p.flagIfThere("receipts"),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	view, err := s.chat.service.UpdateRoom(ctx, s.user, in)
	a.room(view, err)
}

// room acks with {room}.
func (a answer) room(view rooms.View, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(view.AppendJSON(appendName(nil, "room")))
}

// listRooms lists the public rooms and the user's own: {query?, after?, limit?}.
func (s *speaker) listRooms(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.ListRoomsInput{Query: p.textOrEmpty("query"), After: p.textOrEmpty("after"), Limit: int(p.optionalPositive("limit"))}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, next, err := s.chat.service.ListRooms(ctx, s.user, in)
	pageWithNext(a, "rooms", list, string(next), (*rooms.Summary).AppendJSON, err)
}

// pageWithNext acks with {name: [...], more, next?}.
func pageWithNext[T any](a answer, name string, list []T, next string, appendJSON func(*T, []byte) []byte, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	b := appendPage(name, list, next != "", appendJSON)
	if next != "" {
		b = rooms.AppendJSONString(appendName(b, "next"), next)
	}
	a.ok(b)
}

// page acks with {name: [...], more}.
func page[T any](a answer, name string, list []T, more bool, appendJSON func(*T, []byte) []byte, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(appendPage(name, list, more, appendJSON))
}

// appendPage gives the members name and more of a page.
func appendPage[T any](name string, list []T, more bool, appendJSON func(*T, []byte) []byte) []byte {
	b := append(appendName(nil, name), '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(&list[i], b)
	}
	return strconv.AppendBool(appendName(append(b, ']'), "more"), more)
}

// markRead says that the user has read a room so far: {roomId, seq}.
func (s *speaker) markRead(args []json.RawMessage, a answer) {
	s.mark(args, a, func(ctx context.Context, roomID string, seq int64) ([]byte, error) {
		state, err := s.chat.service.MarkRead(ctx, s.user, roomID, seq)
		return state.AppendMembers([]byte{','}), err
	})
}

// markDelivered says that a device of the user has a room so far: {roomId, seq}.
func (s *speaker) markDelivered(args []json.RawMessage, a answer) {
	s.mark(args, a, func(ctx context.Context, roomID string, seq int64) ([]byte, error) {
		upTo, err := s.chat.service.MarkDelivered(ctx, s.user, roomID, seq)
		return strconv.AppendInt([]byte(`,"deliveredSeq":`), upTo, 10), err
	})
}

// mark reads a position in a room, and acks with the members that do gives, each behind a comma.
func (s *speaker) mark(args []json.RawMessage, a answer, do func(ctx context.Context, roomID string, seq int64) ([]byte, error)) {
	p := readPayload(args)
	roomID, seq := p.text("roomId"), p.cursor("seq")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	members, err := do(ctx, roomID, seq)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(members)
}
