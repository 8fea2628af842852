package rest

import (
	"context"
	"net/http"

	"roomstream/rooms"
)

// setAlerts changes of what the caller is told in a room and answers {alerts:{level?, mutedUntil?}}.
func (s *Server) setAlerts(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	var change rooms.AlertsChange
	if raw, present := f.members["level"]; present {
		level := rooms.LevelDefault
		if string(raw) != "null" {
			if level = rooms.Level(f.text("level")); level == rooms.LevelDefault {
				f.refuse("level", "must not be empty: null is the default")
			}
		}
		change.Level = &level
	}
	if _, present := f.members["mutedUntil"]; present {
		until := f.timeOrNull("mutedUntil")
		change.MutedUntil = &until
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	set, err := s.service.SetAlerts(ctx, c.user, room, change)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		Alerts rooms.Alerts `json:"alerts"`
	}{set})
}
