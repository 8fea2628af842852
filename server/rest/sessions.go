package rest

import (
	"context"
	"net/http"

	"roomstream/auth"
	"roomstream/rooms"
)

// mySessions answers {sessions} of the caller's account.
func (s *Server) mySessions(c call) (reply, error) { return s.sessionsOf(c, string(c.user.ID)) }

// userSessions answers {sessions} of a user's.
func (s *Server) userSessions(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	return s.sessionsOf(c, id)
}

func (s *Server) sessionsOf(c call, id string) (reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, err := s.service.Sessions(ctx, c.user, id)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, append(rooms.AppendSessionsJSON([]byte(`{"sessions":`), list, c.user), '}')}, nil
}

// endMySession ends one of the caller's and answers 204.
func (s *Server) endMySession(c call) (reply, error) { return s.endSession(c, c.user.ID) }

// endUserSession ends one of a user's and answers 204.
func (s *Server) endUserSession(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	return s.endSession(c, auth.UserID(id))
}

func (s *Server) endSession(c call, of auth.UserID) (reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.service.EndSession(ctx, c.user, string(of), c.Params("sessionId"))
}

// endOtherSessions ends all of the caller's but this one and answers 204.
func (s *Server) endOtherSessions(c call) (reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.service.EndOtherSessions(ctx, c.user)
}
