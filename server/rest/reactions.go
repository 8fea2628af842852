package rest

import (
	"context"
	"net/http"

	"roomstream/auth"
)

// reactions answers {reactions: [{emoji, count, userIds}]}.
func (s *Server) reactions(c call) (reply, error) {
	room, seq, err := messageOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	reacted, err := s.service.Reacted(ctx, c.user, room, seq)
	if err != nil {
		return reply{}, err
	}
	type row struct {
		Emoji   string        `json:"emoji"`
		Count   int           `json:"count"`
		UserIDs []auth.UserID `json:"userIds"`
	}
	rows := make([]row, len(reacted))
	for i, r := range reacted {
		rows[i] = row{r.Emoji, r.Count, r.Users}
	}
	return answer(http.StatusOK, struct {
		Reactions []row `json:"reactions"`
	}{rows})
}
