package files

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"roomstream/rooms"
)

// list answers {files: [...], more, next?}: the files that a room's messages show, newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request, a address) error {
	session, err := s.caller(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	before, err := positive(q, "before")
	if err != nil {
		return err
	}
	limit, err := positive(q, "limit")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	found, err := s.service.ListFiles(ctx, session.User, a.room, before, int(min(limit, rooms.MaxSeq)))
	if err != nil {
		return err
	}
	body := []byte(`{"files":[`)
	for i := range found.Files {
		if i > 0 {
			body = append(body, ',')
		}
		body = found.Files[i].AppendJSON(body)
	}
	body = strconv.AppendBool(append(body, `],"more":`...), found.Next > 0)
	if found.Next > 0 {
		body = strconv.AppendInt(append(body, `,"next":`...), found.Next, 10)
	}
	writeJSON(w, http.StatusOK, append(body, '}'))
	return nil
}

// positive reads a number of the query; 0: it is absent.
func positive(q url.Values, name string) (int64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > rooms.MaxSeq {
		return 0, rooms.BadField(name, "must be an integer from 1 below 2^53")
	}
	return n, nil
}
