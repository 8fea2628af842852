package rest

import (
	"context"
	"net/http"
	"time"

	"roomstream/rooms"
)

// search answers {messages, more, next?}.
func (s *Server) search(c call) (reply, error) {
	q := readQuery(c)
	in := rooms.SearchInput{
		Query: q.text("query"), RoomID: q.filled("room"), From: q.filled("from"), Since: q.optionalTime("since"), Until: q.optionalTime("until"),
		Before: q.filled("before"), Limit: q.optionalLimit(),
	}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	found, err := s.service.Search(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, append(found.AppendMembers([]byte{'{'}), '}')}, nil
}

// optionalTime reads a time of RFC 3339; zero where it is absent.
func (q *query) optionalTime(name string) time.Time {
	if !q.values.Has(name) {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, q.text(name))
	if err != nil {
		q.refuse(name, "must be a time as in 2030-01-31T12:00:00Z, with + written as %2B")
	}
	return at
}

// filled reads a text that may be absent but not empty.
func (q *query) filled(name string) string {
	text := q.text(name)
	if q.values.Has(name) && text == "" {
		q.refuse(name, "must not be empty: leave it out instead")
	}
	return text
}
