package socketio

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"roomstream/rooms"
)

// idleAfter is how long a client says nothing until it is idle.
const idleAfter = 5 * time.Minute

// activity is when a client last showed that somebody is there. It is guarded by speaker.mu.
type activity struct {
	heardAt time.Time
	idle    bool
}

// shows says whether an event shows that somebody is there: not what clients send by themselves, to stay connected and to keep
// what they show up to date, with nobody in front of them.
func shows(event string) bool {
	switch event {
	case "set_presence", "refresh_auth", "join_room", "leave_room", "sync", "mark_read", "mark_delivered", "subscribe_stream", "unsubscribe_stream":
		return false
	}
	return !strings.HasPrefix(event, "get_") && !strings.HasPrefix(event, "list_")
}

// active notes that somebody is there.
func (s *speaker) active() {
	s.mu.Lock()
	s.heardAt = s.chat.now()
	was := s.idle
	s.become(false)
	s.mu.Unlock()
	if was {
		s.tick() // it waits for the next quiet time again
	}
}

// become notes that the client is idle, or is no more; the lock is held, so that the last word is the last told.
func (s *speaker) become(idle bool) {
	if s.idle != idle {
		s.idle = idle
		s.chat.people.idle(s, idle)
	}
}

// quiet makes a client idle that said nothing for idleAfter, and gives how long it takes until then; the lock is held.
func (s *speaker) quiet() time.Duration {
	left := idleAfter - s.chat.now().Sub(s.heardAt)
	if left <= 0 {
		s.become(true)
	}
	if s.idle {
		return math.MaxInt64
	}
	return left
}

// setPresence says how present the user is: {status, auto?}. idle concerns this socket; online ends that and, unless the
// client found it by itself (auto), what was set by hand; dnd and invisible are set by hand.
func (s *speaker) setPresence(args []json.RawMessage, a answer) {
	p := readPayload(args)
	status, auto := rooms.Status(p.text("status")), p.optionalFlag("auto")
	byHand := status == rooms.StatusDND || status == rooms.StatusInvisible
	switch {
	case p.err != nil:
	case status != rooms.StatusOnline && status != rooms.StatusIdle && !byHand:
		p.refuse("status", "must be %s, %s, %s or %s", rooms.StatusOnline, rooms.StatusIdle, rooms.StatusDND, rooms.StatusInvisible)
	case auto && byHand:
		p.refuse("auto", "goes with %s and %s only: the others are set by hand", rooms.StatusOnline, rooms.StatusIdle)
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	if status == rooms.StatusIdle {
		s.mu.Lock()
		s.become(true)
		s.mu.Unlock()
		a.ok(nil)
		return
	}
	s.active()
	if !auto {
		ctx, cancel := readContext()
		defer cancel()
		if err := s.chat.service.SetStatus(ctx, s.user, status); err != nil {
			a.fail(err)
			return
		}
	}
	a.ok(nil)
}
