package rooms

import (
	"context"
	"time"
)

const (
	// numberTrust is how long an unused `last` is believed: after it another instance
	// has likely gone on, and a conflict costs more than the read.
	numberTrust = 10 * time.Second
	// numberKept is how long an unused room's entry stays in a lane.
	numberKept = time.Minute
)

// number is what a lane knows of a room's last seq. The invariant of the whole log:
// last is durable by majority when it is the base of a batch, so it came from an own
// confirmed append, from the stream, or from a majority read.
type number struct {
	last      int64
	known     bool
	used      time.Time
	contested time.Time // when another instance was seen numbering here
	refused   int64     // the seq at which an append met what another instance stored; 0: none since last was known
}

// took notes that an event is durable. Where others number, too, it is their turn then.
func (l *lane) took(room RoomID, seq int64, now time.Time) {
	n := l.numbers[room]
	n.last = max(n.last, seq)
	n.used = now
	if now.Sub(n.contested) < contention {
		l.turns.yield(room, now)
	}
}

// contended notes that another instance numbers in this room: last must be read anew.
func (n *number) contended(now time.Time) {
	n.known = false
	n.contested = now
}

// learn makes `last` known for all the rooms, with at most one read.
func (l *lane) learn(ctx context.Context, rooms []RoomID) error {
	var unknown []RoomID
	now := l.now()
	for _, room := range rooms {
		n := l.numbers[room]
		if n == nil {
			n = &number{}
			l.numbers[room] = n
		}
		delivered := l.router.deliveredIn(room)
		if delivered > n.last {
			if n.known {
				n.contested = now
			}
			n.last = delivered
		}
		if n.known && now.Sub(n.used) > numberTrust {
			n.known = false
		}
		if n.refused > 0 && delivered >= n.refused {
			n.known, n.used = true, now // the stream told of what came before, and of what it knows behind that
		}
		n.refused = 0
		if !n.known {
			unknown = append(unknown, room)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	lasts, err := l.lasts(op, unknown)
	if err != nil {
		return err
	}
	for _, room := range unknown {
		n := l.numbers[room]
		n.last = max(n.last, lasts[room])
		n.known, n.used = true, now
	}
	return nil
}

// assign numbers the batch and returns its events.
func (l *lane) assign(batch []*item) []*Event {
	events := make([]*Event, len(batch))
	next := make(map[RoomID]int64, len(batch))
	for i, it := range batch {
		room := it.event.RoomID
		last, ok := next[room]
		if !ok {
			last = l.numbers[room].last
		}
		it.event.Seq = last + 1
		it.tried = true
		next[room] = last + 1
		events[i] = it.event
	}
	return events
}

// forget makes the rooms' last be read again: after an unknown outcome it may be
// anything from before to after the batch.
func (l *lane) forget(batch []*item) {
	for _, it := range batch {
		l.numbers[it.event.RoomID].known = false
	}
}

// forgetUnused bounds the rooms a lane remembers by those used lately.
func (l *lane) forgetUnused() {
	now := l.now()
	if now.Sub(l.swept) < numberKept {
		return
	}
	l.swept = now
	for room, n := range l.numbers {
		if now.Sub(n.used) > numberKept {
			delete(l.numbers, room)
			delete(l.turns.until, room)
		}
	}
}

func roomsOf(batch []*item) []RoomID {
	seen := make(map[RoomID]bool, len(batch))
	var rooms []RoomID
	for _, it := range batch {
		if !seen[it.event.RoomID] {
			seen[it.event.RoomID] = true
			rooms = append(rooms, it.event.RoomID)
		}
	}
	return rooms
}
