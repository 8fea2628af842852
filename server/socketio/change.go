package socketio

import (
	"encoding/json"
	"strconv"

	"roomstream/rooms"
)

// editMessage queues an edit, as sendMessage queues a message: {roomId, seq, text, clientId?}.
func (s *speaker) editMessage(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.EditInput{
		RoomID: p.text("roomId"), Seq: p.seq("seq"), Text: p.text("text"), ClientID: p.optionalText("clientId"),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent && in.ClientID != ""
	s.chat.service.Edit(s.user, in, changed(a, false))
}

// deleteMessage queues a delete: {roomId, seq, clientId?}.
func (s *speaker) deleteMessage(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.DeleteInput{RoomID: p.text("roomId"), Seq: p.seq("seq"), ClientID: p.optionalText("clientId")}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent && in.ClientID != ""
	s.chat.service.Delete(s.user, in, changed(a, false))
}

// setReaction queues a reaction: {roomId, seq, emoji, on, clientId?}.
func (s *speaker) setReaction(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.ReactInput{
		RoomID: p.text("roomId"), Seq: p.seq("seq"), Emoji: p.text("emoji"), On: p.flag("on"), ClientID: p.optionalText("clientId"),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	// Setting what is set already changes nothing, so this one may always be sent again.
	a.silent = s.silent
	s.chat.service.React(s.user, in, changed(a, true))
}

// changed acks with {seq, count?, duplicate?}.
func changed(a answer, counted bool) func(rooms.Sent, error) {
	return func(sent rooms.Sent, err error) {
		if err != nil {
			a.fail(err)
			return
		}
		if a.wanted() {
			a.ok(changedMembers(sent, counted))
		}
	}
}

func changedMembers(sent rooms.Sent, counted bool) []byte {
	const size = 64 // bytes, rounded up
	b := strconv.AppendInt(appendName(make([]byte, 0, size), "seq"), sent.Seq, 10)
	if counted {
		b = strconv.AppendInt(appendName(b, "count"), int64(sent.Count), 10)
	}
	if sent.Duplicate {
		b = append(b, `,"duplicate":true`...)
	}
	return b
}

// seq reads the number of an event, from 1 to 2^53-1, that must be there.
func (p *payload) seq(name string) int64 {
	if p.required(name) == nil {
		return 0
	}
	return p.optionalPositive(name)
}

// flag reads a boolean that must be there.
func (p *payload) flag(name string) bool {
	switch raw := p.required(name); {
	case raw == nil:
		return false
	case string(raw) == "true":
		return true
	case string(raw) != "false":
		p.refuse(name, "must be true or false")
	}
	return false
}
