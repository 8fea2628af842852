package rooms

import (
	"time"

	"roomstream/auth"
	"roomstream/rooms/limits"
)

// Limits are how often each user may do what others pay for, on this instance; nil: as often as he likes.
type Limits struct {
	RoomSends *limits.Limiter // what a user adds to one room: messages, edits, deletes, reactions
	Sends     *limits.Limiter // that, in all rooms together
	Joins     *limits.Limiter // joins, and what else may make a room
	Reads     *limits.Limiter // all other events and routes
}

// Ask says why a user may not send an event now, wherever it goes: what MayAsk says, or RATE_LIMITED. event is its name in
// web/docs/protocol.md, also of a route that does the same; empty: a route that has no event. What is added to a room is
// counted where it is added, whoever asks for it.
func (s *Service) Ask(user auth.User, event string) error {
	if err := MayAsk(user, event); err != nil {
		return err
	}
	switch event {
	case "send_message", "edit_message", "delete_message", "set_reaction":
		return nil
	case "leave_room", "unsubscribe_stream":
		return nil // they cost nothing, and free what the others took
	case "join_room", "create_room", "open_direct", "accept_invitation":
		return orNil(Within(s.limits.Joins, string(user.ID)))
	}
	if user.ID == "" {
		return nil // nobody in particular: his address is counted
	}
	return orNil(Within(s.limits.Reads, string(user.ID)))
}

// mayAdd says why a user may not add to a room now. Who may not has used up nothing: not of the room's limit either, where
// it is that of all rooms.
func (s *Service) mayAdd(user auth.UserID, room string) error {
	return orNil(WithinBoth(s.limits.RoomSends.In(string(user), room), s.limits.Sends.Of(string(user))))
}

// Within lets a key do once what a limit is for, or gives RATE_LIMITED, whose reason is the limit's name.
func Within(l *limits.Limiter, key string) *Error {
	if wait := l.Take(key); wait > 0 {
		return limited(l.Name(), wait)
	}
	return nil
}

// WithinBoth is Within of two limits at once, see limits.TakeBoth.
func WithinBoth(first, second limits.Claim) *Error {
	if l, wait := limits.TakeBoth(first, second); wait > 0 {
		return limited(l.Name(), wait)
	}
	return nil
}

// crowdedRetry is when to look for a place again: somebody else must go first.
const crowdedRetry = 5 * time.Second

// Place takes a place of a key, or gives RATE_LIMITED.
func Place(p *limits.Places, key string) *Error {
	if !p.Enter(key) {
		return limited(p.Name(), crowdedRetry)
	}
	return nil
}

// limited rounds up to what clients are told: who comes at that time is not to be too early.
func limited(name string, wait time.Duration) *Error {
	wait = (wait + time.Millisecond - 1).Truncate(time.Millisecond)
	return &Error{Code: CodeRateLimited, Message: "too much at once: wait before you try again", Reason: name, RetryAfter: wait}
}

// orNil keeps a nil *Error from becoming an error that is not nil.
func orNil(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}
