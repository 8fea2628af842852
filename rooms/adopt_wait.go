package rooms

import (
	"context"
	"time"
)

// numbersWaitTold is after how long it is logged that documents wait for a majority: an election is over by then.
const numbersWaitTold = 15 * time.Second

// numbersWait are documents of one room, of which some have numbers that no majority has yet. Nothing of the room is numbered
// behind them meanwhile; the lane's other rooms go on.
type numbersWait struct {
	events []*Event // in the order they came
	ids    map[EventID]bool
	since  time.Time
	due    time.Time // when it is looked again, by the clock that pause goes by
	tries  int
	told   bool // it was logged
}

// postpone has documents of a room wait.
func (l *lane) postpone(room RoomID, events []*Event) {
	w := l.waits[room]
	if w == nil {
		w = &numbersWait{ids: map[EventID]bool{}, since: l.now()}
		w.later()
		l.waits[room] = w
	}
	for _, e := range events {
		if !w.ids[e.ID] {
			w.ids[e.ID] = true
			w.events = append(w.events, e)
		}
	}
	l.countWaiting()
}

// later sets when it is looked again.
func (w *numbersWait) later() {
	w.due = time.Now().Add(backoffOf(w.tries))
	w.tries++
}

// adoptDue looks again at the rooms whose time has come, and tells how long until the next one's; 0: none waits.
func (l *lane) adoptDue(ctx context.Context) (wait time.Duration) {
	for room, w := range l.waits {
		if !w.due.After(time.Now()) {
			l.adoptWaiting(ctx, room)
		}
	}
	for _, w := range l.waits {
		if due := max(time.Until(w.due), 1); wait == 0 || due < wait {
			wait = due
		}
	}
	return wait
}

// adoptWaiting numbers the documents of a room that wait, if they need not wait any more.
func (l *lane) adoptWaiting(ctx context.Context, room RoomID) {
	w := l.waits[room]
	w.events = l.adoptRoom(ctx, room, w.events)
	if len(w.events) == 0 {
		delete(l.waits, room)
		l.countWaiting()
		return
	}
	clear(w.ids)
	for _, e := range w.events {
		w.ids[e.ID] = true
	}
	l.countWaiting()
	w.later()
	if waited := l.now().Sub(w.since); waited >= numbersWaitTold && !w.told {
		w.told = true
		l.logger.Warn("documents of other programs have numbers that no majority has: nothing of their room is numbered behind them until one does",
			"room", room, "documents", len(w.events), "id", w.events[0].ID.String(), "waiting", waited)
	}
}

// countWaiting counts what waits among what the lane holds.
func (l *lane) countWaiting() {
	n := 0
	for _, w := range l.waits {
		n += len(w.events)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = n
}
