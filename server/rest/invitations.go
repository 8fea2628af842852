package rest

import (
	"context"
	"net/http"
	"net/url"

	"roomstream/rooms"
)

// invitations answers {invitations:[{id, roomId, …}], more}.
func (s *Server) invitations(c call) (reply, error) {
	list, more, err := listOf(c, s.service.ListInvitations)
	if err != nil {
		return reply{}, err
	}
	return answerPage("invitations", list, (*rooms.Invitation).AppendJSON, more), nil
}

// invite answers 201 {invitation, token}. Nothing at all stands for {}.
func (s *Server) invite(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.InviteInput{RoomID: room}
	if len(c.Request().Body()) > 0 {
		f, err := readFields(c)
		if err != nil {
			return reply{}, err
		}
		in.Role, in.MaxUses = rooms.Role(f.optionalName("role")), int(f.optionalSeq("maxUses"))
		in.Expires = f.optionalPeriod("expiresInMs")
		if f.err != nil {
			return reply{}, f.err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	made, token, err := s.service.Invite(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	body := made.AppendJSON([]byte(`{"invitation":`))
	body = rooms.AppendJSONString(append(body, `,"token":`...), token)
	return reply{http.StatusCreated, append(body, '}')}, nil
}

// removeInvitation answers 204.
func (s *Server) removeInvitation(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	id, err := url.PathUnescape(c.Params("invitationId"))
	if err != nil {
		return reply{}, rooms.BadField("id", "must be escaped as in a URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.service.RemoveInvitation(ctx, c.user, room, id)
}

// acceptInvitation answers {room}: the one that the token lets the caller into.
func (s *Server) acceptInvitation(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	token := f.text("token")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	room, err := s.service.AcceptInvitation(ctx, c.user, token)
	if err != nil {
		return reply{}, err
	}
	return answerRoom(http.StatusOK, room), nil
}
