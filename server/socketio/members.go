package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// setMember changes what somebody is in a room: {roomId, userId, role?, bannedUntil?}, one of the last two at least.
func (s *speaker) setMember(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.SetMemberInput{RoomID: p.text("roomId"), UserID: p.text("userId"), BannedUntil: p.optionalTime("bannedUntil")}
	if in.KeepRole = p.field("role") == nil && p.field("bannedUntil") != nil; !in.KeepRole {
		in.Role = p.role("role")
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	sent, err := s.chat.service.SetMember(ctx, s.user, in)
	changed(a, false)(sent, err)
}

// roomPage is which part of one of a room's lists is asked for.
type roomPage struct {
	roomID, after string
	limit         int
}

// readRoomPage reads {roomId, after?, limit?}.
func readRoomPage(args []json.RawMessage) (roomPage, *rooms.Error) {
	p := readPayload(args)
	in := p.roomPage()
	return in, p.err
}

func (p *payload) roomPage() roomPage {
	return roomPage{p.text("roomId"), p.textOrEmpty("after"), int(p.optionalPositive("limit"))}
}

// listMembers lists who is what in a room: {roomId, query?, after?, limit?}.
func (s *speaker) listMembers(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in, query := p.roomPage(), p.textOrEmpty("query")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, next, err := s.chat.service.FindMembers(ctx, s.user, in.roomID, query, in.after, in.limit)
	pageWithNext(a, "members", list, string(next), (*rooms.Member).AppendJSON, err)
}

// listReceipts lists who has read a room how far.
func (s *speaker) listReceipts(args []json.RawMessage, a answer) {
	in, refusal := readRoomPage(args)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, more, err := s.chat.service.Receipts(ctx, s.user, in.roomID, in.after, in.limit)
	page(a, "receipts", list, more, (*rooms.Member).AppendReceipt, err)
}
