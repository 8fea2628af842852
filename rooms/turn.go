package rooms

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	// contention is how long after another instance numbered in a room this one leaves it a turn after each own batch.
	// Without that both try for the same number again and again, and who lost goes on losing.
	contention = 2 * time.Second
	// yieldLeast and yieldMost are how long a turn is waited for at least, at random so that instances do not try in step.
	yieldLeast = 2 * time.Millisecond
	yieldMost  = 6 * time.Millisecond
	// turnAppends is for how many appends, as long as they take lately, a turn is waited for besides: the other instance
	// may have one in flight, and has its own after that.
	turnAppends = 6
	// turnMost bounds that, whatever the store does: so long a message may wait for somebody who has nothing to say.
	turnMost = 250 * time.Millisecond
	// appendsMean is over about how many appends their time is taken.
	appendsMean = 8
)

// turns are the rooms of a lane in which it is the turn of others: what is queued for them waits. They only save the
// appends that would be refused: nobody need keep to them, and no number depends on them.
//
// All but told is for the lane's goroutine only.
type turns struct {
	until map[RoomID]time.Time
	took  time.Duration // an append, lately
	any   atomic.Bool   // there may be some in until
}

func newTurns() turns { return turns{until: map[RoomID]time.Time{}} }

// appended notes how long an append took.
func (t *turns) appended(took time.Duration) { t.took += (took - t.took) / appendsMean }

// yield leaves the room to others from now on.
func (t *turns) yield(room RoomID, now time.Time) {
	t.until[room] = now.Add(yieldLeast + rand.N(yieldMost-yieldLeast) + min(turnAppends*t.took, turnMost))
}

// endTurns lets the rooms go on in which another instance has numbered since, or in which none did in time: then none
// contends for them any more.
func (l *lane) endTurns() {
	l.turns.any.Store(len(l.turns.until) > 0) // before delivered is read: what is told after that wakes the lane
	now := l.now()
	for room, until := range l.turns.until {
		n := l.numbers[room]
		switch {
		case l.router.deliveredIn(room) > n.last:
		case until.After(now):
			continue
		default:
			n.contested = time.Time{}
		}
		delete(l.turns.until, room)
	}
}

// told has the lane look whether a turn has ended, because the stream brought something.
func (l *lane) told() {
	if l.turns.any.Load() {
		l.ring()
	}
}
