package rest

import (
	"context"
	"net/http"
	"time"

	"roomstream/rooms"
)

// revokeTokens takes all tokens of a user out of force and answers {revokedAt}.
func (s *Server) revokeTokens(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return answerRevoked(s.service.RevokeTokens(ctx, c.user, id))
}

// revokeToken takes {jti, expiresAt} and answers {revokedAt}.
func (s *Server) revokeToken(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	jti, text := f.text("jti"), f.text("expiresAt")
	if f.err != nil {
		return reply{}, f.err
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return reply{}, rooms.BadField("expiresAt", "must be when the token ends, like 2026-03-01T12:00:00Z")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return answerRevoked(s.service.RevokeToken(ctx, c.user, jti, until))
}

func answerRevoked(at time.Time, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		RevokedAt string `json:"revokedAt"`
	}{at.Format(rooms.TimeFormat)})
}
