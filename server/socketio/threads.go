package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// setThread says what a thread is to the user, and changes it: {roomId, thread, following?, readSeq?}.
func (s *speaker) setThread(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.ThreadInput{RoomID: p.text("roomId"), Thread: p.seq("thread"), Following: p.flagIfThere("following"), ReadSeq: p.optionalCount("readSeq")}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	state, err := s.chat.service.SetThread(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(append([]byte{','}, state.AppendMembers(nil)...))
}

// listThreads lists the threads that the user follows and has not read: {limit?}.
func (s *speaker) listThreads(args []json.RawMessage, a answer) {
	p := readPayload(args)
	limit := int(p.optionalPositive("limit"))
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, more, err := s.chat.service.UnreadThreads(ctx, s.user, limit)
	page(a, "threads", list, more, (*rooms.UnreadThread).AppendJSON, err)
}
