package rooms

import (
	"context"

	"roomstream/auth"
)

// enterToPost is enter for those who send a message: the one way in for who may do nothing else.
func (s *Service) enterToPost(ctx context.Context, user auth.User, roomID string) (standing, error) {
	if user.PostOnly() {
		return s.standing(ctx, user, roomID)
	}
	return s.enter(ctx, user, roomID)
}

// judgeGrant says what a program may do in a room by its key. A role that somebody gave it there raises nothing: the key
// may lie in many files.
func judgeGrant(room Room, grant *auth.Grant) (Role, error) {
	if room.Type == TypeDirect || !grant.In(string(room.ID)) {
		return RoleNone, noSuchRoom()
	}
	return RoleMember, nil
}

func postOnly() error {
	return forbidden("post_only", "this key is for sending messages, and for nothing else")
}

// MayAsk says why a user may not send an event at all, wherever it goes: FORBIDDEN for all but send_message where his key
// is for nothing else, and for what only people do. It is nil for people. event is its name in web/docs/protocol.md, also of
// a route that does the same.
func MayAsk(user auth.User, event string) error {
	switch {
	case user.Grant == nil, event == "send_message":
		return nil
	case user.PostOnly():
		return postOnly()
	}
	switch event {
	case "create_room", "open_direct", "accept_invitation", "set_member", "create_invitation", "update_profile", "set_alerts":
		return forbidden("bot", "bots do not do this: a key is good in the rooms it was made for")
	}
	return nil
}
