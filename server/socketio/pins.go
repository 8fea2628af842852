package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// setPin pins a message, or takes its pin away: {roomId, seq, on}.
func (s *speaker) setPin(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.PinInput{RoomID: p.text("roomId"), Seq: p.seq("seq"), On: p.flag("on")}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	sent, err := s.chat.service.SetPin(ctx, s.user, in)
	changed(a, false)(sent, err)
}

// listPins gives the pinned messages of a room: {roomId, after?}.
func (s *speaker) listPins(args []json.RawMessage, a answer) {
	p := readPayload(args)
	roomID, after := p.text("roomId"), p.optionalPositive("after")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, more, err := s.chat.service.ListPins(ctx, s.user, roomID, after)
	page(a, "pins", list, more, (*rooms.Message).AppendJSON, err)
}
