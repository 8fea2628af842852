package rest

import (
	"context"
	"net/http"

	"roomstream/rooms"
)

// versions answers {versions: [{seq, text, timestamp}], more}.
func (s *Server) versions(c call) (reply, error) {
	room, seq, err := messageOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.Versions(ctx, c.user, room, seq)
	if err != nil {
		return reply{}, err
	}
	type row struct {
		Seq       int64  `json:"seq"`
		Text      string `json:"text"`
		Timestamp string `json:"timestamp"`
	}
	rows := make([]row, len(list))
	for i, v := range list {
		rows[i] = row{v.Seq, v.Text, v.At.UTC().Format(rooms.TimeFormat)}
	}
	return answer(http.StatusOK, struct {
		Versions []row `json:"versions"`
		More     bool  `json:"more"`
	}{rows, more})
}
