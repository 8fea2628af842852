package rooms

import (
	"context"

	"roomstream/auth"
)

// changeTold takes an event that the stream told of and that changes the state of its room,
// wherever it was made: what is known of the room is dropped, and who was given a role is told.
func (s *Service) changeTold(e *Event) {
	s.rosters.told(e.RoomID, e.Seq)
	// A bot is what its key says; a role raises nothing.
	if e.Type != TypeMember || e.Role == RoleNone || auth.IsBot(e.Subject) || s.teller == nil || !s.presence.here(e.Subject) {
		return
	}
	room, subject, author := e.RoomID, e.Subject, e.Author
	s.router.begin(func(ctx context.Context) {
		err := s.router.inTurn(ctx, func() error { return s.tellAdded(ctx, room, subject, author) })
		if err != nil && ctx.Err() == nil {
			s.logger.Warn("a user was not told of a room", "room", room, "error", err)
		}
	})
}

// tellAdded tells a user's sockets here of a room in which he has a role.
func (s *Service) tellAdded(ctx context.Context, id RoomID, subject, author auth.UserID) error {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	at, err := s.access(op, auth.User{ID: subject}, string(id))
	if err != nil {
		if storeAway(err) {
			return err
		}
		return nil // he was taken out again
	}
	view := at.view(auth.User{ID: subject})
	b := view.AppendJSON([]byte(`{"room":`))
	b = AppendJSONString(append(b, `,"author":`...), string(author))
	s.teller.TellUser(subject, "room_added", append(b, '}'))
	return nil
}
