package socketio

import (
	"encoding/json"
	"slices"
	"time"

	"roomstream/rooms"
)

const (
	// expiryWarning is how long before its token's end a client is told to fetch another.
	expiryWarning = time.Minute

	// closeTokenExpired is the WebSocket close code for a token that ran out.
	closeTokenExpired = 4001
)

// tick does what the token's clock asks for now and sets the timer for what comes next. It works from the state alone,
// so a tick too many, or one that a refresh overtook, does no harm.
func (s *speaker) tick() {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	left := s.expiresAt.Sub(s.chat.now())
	if left <= 0 {
		s.ended = true
		s.mu.Unlock()
		s.link.Close(closeTokenExpired, "token_expired")
		return
	}
	warn := left <= expiryWarning && !s.warned
	if left > expiryWarning {
		left -= expiryWarning
	}
	s.warned = s.warned || warn
	s.wait(min(left, s.quiet()))
	expiresAt := s.expiresAt
	s.mu.Unlock()

	if warn {
		s.link.Emit("auth_expiring", expiryBody(expiresAt))
	}
}

// wait sets the timer; the lock is held.
func (s *speaker) wait(d time.Duration) {
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.tick)
		return
	}
	s.timer.Reset(d)
}

// renew takes a new end of the token.
func (s *speaker) renew(expiresAt time.Time) {
	s.mu.Lock()
	s.expiresAt, s.warned = expiresAt, false
	s.mu.Unlock()
	s.tick()
}

func expiryBody(expiresAt time.Time) []byte {
	return append(appendExpiry([]byte{'{'}, expiresAt), '}')
}

// appendExpiry appends "expiresAt":"…".
func appendExpiry(b []byte, expiresAt time.Time) []byte {
	b = append(b, `"expiresAt":`...)
	return rooms.AppendJSONString(b, formatTime(expiresAt))
}

// refreshAuth keeps a socket whose token is about to run out: {token} of the same user.
func (s *speaker) refreshAuth(args []json.RawMessage, a answer) {
	p := readPayload(args)
	token := p.text("token")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	granted, err := s.chat.verify(token)
	if err != nil {
		a.fail(err)
		return
	}
	if granted.User.ID != s.user.ID {
		a.fail(&rooms.Error{Code: rooms.CodeForbidden, Message: "token: is another user's: connect anew to change the user", Field: "token"})
		return
	}
	if granted.User.Name != s.user.Name || !slices.Equal(granted.User.Roles, s.user.Roles) {
		s.opened.renew()
	}
	before := s.user
	s.chat.people.renew(s, granted.User)
	s.renew(granted.ExpiresAt)
	s.leaveLost(before)
	a.ok(appendExpiry([]byte{','}, granted.ExpiresAt))
}
