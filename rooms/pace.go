package rooms

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"roomstream/auth"
)

// pacesKept bounds the users and rooms whose last message is remembered; past it all are
// forgotten.
const pacesKept = 100_000

// pacePage bounds the look at a room's newest events for a member's last message, where this
// instance does not know the room for as long as its slow mode yet. In a room that is busier
// than this he gains a message.
var pacePage = Page{Events: 200, Bytes: 256 << 10}

// paces hold members to the slow mode of their rooms. What is sent through other instances
// is told by the stream, or found in the log; only of two messages that are sent through two
// at the same moment both may pass. It is safe for concurrent use.
type paces struct {
	now func() time.Time
	log Log

	slow atomic.Bool // there was a room with slow mode

	mu   sync.Mutex
	last map[paceKey]paced
	seen map[RoomID]time.Time // since when the rooms with slow mode are watched; bounded
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

func newPaces(log Log, now func() time.Time) *paces {
	return &paces{now: now, log: log, last: map[paceKey]paced{}, seen: map[RoomID]time.Time{}}
}

// take lets a message pass, or says when the next one may. The same message sent again passes:
// the log knows it.
func (p *paces) take(ctx context.Context, at *standing, e *Event) error {
	if at.room.SlowMode <= 0 || at.role.AtLeast(RoleModerator) {
		return nil
	}
	if p.unsure(e, at.room.SlowMode) {
		if err := p.lookUp(ctx, e); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
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

// unsure says whether a message of the author may have been sent that nothing is known of. From
// now on the room is watched.
func (p *paces) unsure(e *Event, slow time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow.Store(true)
	since, watched := p.seen[e.RoomID]
	if !watched {
		since = p.now()
		p.seen[e.RoomID] = since
	}
	_, known := p.last[paceKey{e.RoomID, e.Author}]
	return !known && p.now().Sub(since) < slow
}

// lookUp finds the author's newest message among the newest events of the room.
func (p *paces) lookUp(ctx context.Context, e *Event) error {
	events, err := p.log.Before(ctx, e.RoomID, MaxSeq+1, pacePage)
	if err != nil {
		return err
	}
	for i := range events {
		if events[i].Type == TypeMessage && events[i].Author == e.Author {
			p.told(&events[i])
			return nil
		}
	}
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
	if _, watched := p.seen[e.RoomID]; watched && p.last[key].at.Before(e.Timestamp) {
		p.keep(key, paced{e.Timestamp, e.ClientID, e.ID})
	}
}

// keep remembers; the lock is held.
func (p *paces) keep(key paceKey, last paced) {
	if len(p.last) >= pacesKept {
		clear(p.last)
		clear(p.seen)
		p.seen[key.room] = p.now()
	}
	p.last[key] = last
}
