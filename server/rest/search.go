package rest

import (
	"context"
	"net/http"

	"roomstream/rooms"
)

// search answers {messages, more, next?}.
func (s *Server) search(c call) (reply, error) {
	q := readQuery(c)
	in := rooms.SearchInput{
		Query: q.text("query"), RoomID: q.filled("room"), From: q.filled("from"), Before: q.filled("before"), Limit: q.optionalLimit(),
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

// filled reads a text that may be absent but not empty.
func (q *query) filled(name string) string {
	text := q.text(name)
	if q.values.Has(name) && text == "" {
		q.refuse(name, "must not be empty: leave it out instead")
	}
	return text
}
