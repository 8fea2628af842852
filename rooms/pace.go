package rooms

import (
	"sync"
	"sync/atomic"
	"time"

	"roomstream/auth"
)

// pacesKept bounds the users and rooms whose last message is remembered; past it all are
// forgotten.
const pacesKept = 100_000

// paces hold members to the slow mode of their rooms. What is sent through other instances
// is told by the stream, so a member who goes from one to the next gains a message at most.
// It is safe for concurrent use.
type paces struct {
	now func() time.Time

	slow atomic.Bool // there was a room with slow mode

	mu   sync.Mutex
	last map[paceKey]paced
	seen map[RoomID]bool // the rooms with slow mode; bounded
}

type paceKey struct {
	room RoomID
	user auth.UserID
}

// paced is a member's last message in a room with slow mode.
type paced struct {
	at       time.Time
	clientID string
	id       EventID
}

func newPaces(now func() time.Time) *paces {
	return &paces{now: now, last: map[paceKey]paced{}, seen: map[RoomID]bool{}}
}

// take lets a message pass, or says when the next one may. The same message sent again passes:
// the log knows it.
func (p *paces) take(at *standing, e *Event) error {
	if at.room.SlowMode <= 0 || at.role.AtLeast(RoleModerator) {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow.Store(true)
	p.seen[e.RoomID] = true
	key := paceKey{e.RoomID, e.Author}
	before, there := p.last[key]
	if there && e.ClientID != "" && before.clientID == e.ClientID {
		return nil
	}
	if wait := before.at.Add(at.room.SlowMode).Sub(p.now()); there && wait > 0 {
		return &Error{Code: CodeRateLimited, Message: "the room is in slow mode: wait before the next message", Reason: "slow_mode", RetryAfter: wait}
	}
	p.keep(key, paced{p.now(), e.ClientID, e.ID})
	return nil
}

// untilStored gives a done that forgets a message that was not stored.
func (p *paces) untilStored(e *Event, done func(Sent, error)) func(Sent, error) {
	key, id := paceKey{e.RoomID, e.Author}, e.ID
	return func(sent Sent, err error) {
		if err != nil && AsError(err).Code != CodeTimeout {
			p.mu.Lock()
			if p.last[key].id == id {
				delete(p.last, key)
			}
			p.mu.Unlock()
		}
		done(sent, err)
	}
}

// told takes a message that the stream told of.
func (p *paces) told(e *Event) {
	if !p.slow.Load() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := paceKey{e.RoomID, e.Author}
	if p.seen[e.RoomID] && p.last[key].at.Before(e.Timestamp) {
		p.keep(key, paced{e.Timestamp, e.ClientID, e.ID})
	}
}

// keep remembers; the lock is held.
func (p *paces) keep(key paceKey, last paced) {
	if len(p.last) >= pacesKept {
		clear(p.last)
		clear(p.seen)
		p.seen[key.room] = true
	}
	p.last[key] = last
}
