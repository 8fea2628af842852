package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// setAlerts changes of what the user is told in a room: {roomId, level?, mutedUntil?}, null of either: none.
func (s *speaker) setAlerts(args []json.RawMessage, a answer) {
	p := readPayload(args)
	roomID := p.text("roomId")
	var c rooms.AlertsChange
	if raw := p.field("level"); raw != nil {
		level := rooms.LevelDefault
		if !isNull(raw) {
			if level = rooms.Level(p.string("level", raw)); level == rooms.LevelDefault {
				p.refuse("level", "must not be empty: null is the default")
			}
		}
		c.Level = &level
	}
	if p.field("mutedUntil") != nil {
		until := p.optionalTime("mutedUntil")
		c.MutedUntil = &until
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent
	ctx, cancel := readContext()
	defer cancel()
	set, err := s.chat.service.SetAlerts(ctx, s.user, roomID, c)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(set.AppendJSON([]byte(`,"alerts":`)))
}
