package rest

import (
	"context"
	"net/http"
	"net/url"

	"roomstream/auth"
	"roomstream/rooms"
)

// disableUser keeps a user out and answers {disabledAt}.
func (s *Server) disableUser(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	at, err := s.service.DisableUser(ctx, c.user, id)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		DisabledAt string `json:"disabledAt"`
	}{at.Format(rooms.TimeFormat)})
}

// enableUser lets a disabled user in again and answers 204.
func (s *Server) enableUser(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.service.EnableUser(ctx, c.user, id)
}

func userParam(c call) (string, error) {
	id, err := url.PathUnescape(c.Params("id"))
	if err != nil {
		return "", rooms.BadField("id", "must be escaped as in a URL")
	}
	return id, nil
}

// appendUser appends a profile; admins are told of who is disabled.
func (s *Server) appendUser(b []byte, c call, p *rooms.Profile) []byte {
	b = p.AppendJSON(b, c.user.ID)
	if c.user.Has(auth.RoleAdmin) && s.service.Disabled(p.UserID) {
		b = append(b[:len(b)-1], `,"disabled":true}`...)
	}
	return b
}
