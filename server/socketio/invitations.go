package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// createInvitation makes an invitation, whose token is told only now: {roomId, role?, expiresInMs?, maxUses?}.
func (s *speaker) createInvitation(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.InviteInput{
		RoomID: p.text("roomId"), Role: rooms.Role(p.optionalText("role")),
		Expires: milliseconds(p.optionalPositive("expiresInMs")), MaxUses: int(p.optionalCount("maxUses")),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	made, token, err := s.chat.service.Invite(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(rooms.AppendJSONString(appendName(made.AppendJSON(appendName(nil, "invitation")), "token"), token))
}

// listInvitations lists a room's invitations: {roomId, after?, limit?}.
func (s *speaker) listInvitations(args []json.RawMessage, a answer) {
	in, refusal := readRoomPage(args)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, more, err := s.chat.service.ListInvitations(ctx, s.user, in.roomID, in.after, in.limit)
	page(a, "invitations", list, more, (*rooms.Invitation).AppendJSON, err)
}

// removeInvitation ends an invitation: {roomId, id}.
func (s *speaker) removeInvitation(args []json.RawMessage, a answer) {
	p := readPayload(args)
	roomID, id := p.text("roomId"), p.text("id")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	if err := s.chat.service.RemoveInvitation(ctx, s.user, roomID, id); err != nil {
		a.fail(err)
		return
	}
	a.ok(nil)
}

// acceptInvitation makes the user a member by an invitation: {token}.
func (s *speaker) acceptInvitation(args []json.RawMessage, a answer) {
	p := readPayload(args)
	token := p.text("token")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent // a use that a user has taken is his
	ctx, cancel := readContext()
	defer cancel()
	view, err := s.chat.service.AcceptInvitation(ctx, s.user, token)
	a.room(view, err)
}
