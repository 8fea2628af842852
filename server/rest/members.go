package rest

import (
	"context"
	"net/http"
	"net/url"

	"roomstream/auth"
	"roomstream/rooms"
)

// members answers {members:[{userId, role, bannedUntil?}], more, next?}.
func (s *Server) members(c call) (reply, error) {
	query := readQuery(c).text("query")
	var next auth.UserID
	list, _, err := listOf(c, func(ctx context.Context, user auth.User, roomID, after string, limit int) (list []rooms.Member, more bool, err error) {
		list, next, err = s.service.FindMembers(ctx, user, roomID, query, after, limit)
		return list, next != "", err
	})
	if err != nil {
		return reply{}, err
	}
	return answerPageWithNext("members", list, (*rooms.Member).AppendJSON, string(next)), nil
}

// receipts answers {receipts:[{userId, seq}], more}.
func (s *Server) receipts(c call) (reply, error) {
	list, more, err := listOf(c, s.service.Receipts)
	if err != nil {
		return reply{}, err
	}
	return answerPage("receipts", list, (*rooms.Member).AppendReceipt, more), nil
}

// listOf reads a page of what belongs to the room that the path names, by ?after&limit.
func listOf[T any](c call, read func(ctx context.Context, user auth.User, roomID, after string, limit int) ([]T, bool, error)) ([]T, bool, error) {
	room, err := roomOf(c)
	if err != nil {
		return nil, false, err
	}
	q := readQuery(c)
	after, limit := q.text("after"), q.optionalLimit()
	if q.err != nil {
		return nil, false, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return read(ctx, c.user, room, after, limit)
}

// setMember makes a user what the body says and answers {seq}.
func (s *Server) setMember(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.SetMemberInput{BannedUntil: f.timeOrNull("bannedUntil")}
	_, hasRole := f.members["role"]
	_, hasBan := f.members["bannedUntil"]
	if in.KeepRole = hasBan && !hasRole; !in.KeepRole {
		in.Role = f.role("role")
	}
	if f.err != nil {
		return reply{}, f.err
	}
	return s.makeMember(c, in)
}

// removeMember takes a user out for good, oneself too, and answers {seq}.
func (s *Server) removeMember(c call) (reply, error) {
	return s.makeMember(c, rooms.SetMemberInput{})
}

// makeMember makes the user whom the path names what in says.
func (s *Server) makeMember(c call, in rooms.SetMemberInput) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	// A user id may hold anything, "/" too, which is %2F then.
	userID, err := url.PathUnescape(c.Params("userId"))
	if err != nil {
		return reply{}, rooms.BadField("userId", "must be escaped as in a URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	in.RoomID, in.UserID = room, userID
	sent, err := s.service.SetMember(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerSeq(sent)
}

// markRead answers {readSeq, unread, mentions}.
func (s *Server) markRead(c call) (reply, error) {
	room, seq, err := positionOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	state, err := s.service.MarkRead(ctx, c.user, room, seq)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		ReadSeq  int64 `json:"readSeq"`
		Unread   int   `json:"unread"`
		Mentions int   `json:"mentions"`
	}{state.ReadSeq, state.Unread.Messages, state.Unread.Mentions})
}

// markDelivered answers {deliveredSeq}.
func (s *Server) markDelivered(c call) (reply, error) {
	room, seq, err := positionOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	upTo, err := s.service.MarkDelivered(ctx, c.user, room, seq)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		DeliveredSeq int64 `json:"deliveredSeq"`
	}{upTo})
}

// positionOf reads {seq} for the room of the path.
func positionOf(c call) (string, int64, error) {
	room, err := roomOf(c)
	if err != nil {
		return "", 0, err
	}
	f, err := readFields(c)
	if err != nil {
		return "", 0, err
	}
	seq := f.seq("seq")
	return room, seq, f.err
}
