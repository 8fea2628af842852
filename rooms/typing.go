package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// typingLasts is how long somebody types without saying so again.
const typingLasts = 6 * time.Second

// Typing tells everybody in a room, on every instance, that a user types or stopped.
// Nothing of it is kept, and it may be lost. socket is the Socket.IO id of the sender's,
// which is not told. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN, UNAVAILABLE.
func (s *Service) Typing(ctx context.Context, user auth.User, socket, roomID string, on bool) error {
	at, err := s.access(ctx, user, roomID)
	if err == nil {
		err = at.mayWrite()
	}
	if err != nil {
		return notStored(err)
	}
	s.signal(Signal{
		Kind: SignalTyping, Room: at.room.ID, User: user.ID, Socket: socket, On: on,
		At: s.now().Add(typingLasts).UTC().Truncate(time.Millisecond),
	})
	return nil
}

func (s *Service) typingTold(g Signal) {
	if emitter := s.router.sockets(); emitter != nil && emitter.Members(g.Room) > 0 && s.now().Before(g.At) {
		emitter.Typing(g.Room, g.User, g.On, g.At, g.Socket)
	}
}
