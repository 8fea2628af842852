package rooms

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	batchEvents = 100       // bounds what one conflict makes to be tried again
	batchBytes  = 256 << 10 // of one command
	laneEvents  = 10_000    // queued: some 3 s of full load, an election's length
	laneBytes   = 32 << 20  // queued: what a lane may hold in memory
	laneCalls   = 2 * laneEvents

	// opTimeout outlasts most elections (3 s measured; up to 12 s with the defaults, which
	// then take a second attempt), and is how long a stalled primary is waited for.
	opTimeout = 8 * time.Second
)

// lane stores the events of its rooms: one ordered Append in flight, holding what
// queued up meanwhile. Within an Append a room's n+1 follows its n, and between
// Appends the lane waits until everything is durable; so no number is ever left out.
type lane struct {
	laneConfig
	recent  *recent
	numbers map[RoomID]*number // the lane's goroutine only, as waits
	waits   map[RoomID]*numbersWait
	swept   time.Time // when numbers was last cleared of unused ones
	again   []*item   // taken before, and to be tried again with what queued up meanwhile; the lane's goroutine only
	turns   turns

	mu       sync.Mutex
	queue    []*item
	adoption []*Event
	waiting  int // documents in waits
	bytes    int
	calls    []*call // unanswered ones, oldest first
	busy     bool
	idling   []chan struct{}
	wake     chan struct{}
}

func newLane(c laneConfig, r *recent) *lane {
	return &lane{laneConfig: c, recent: r, numbers: map[RoomID]*number{}, waits: map[RoomID]*numbersWait{}, turns: newTurns(), wake: make(chan struct{}, 1)}
}

// push queues an item; false: the lane is full.
func (l *lane) push(it *item) bool {
	size := it.event.Size()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) >= laneEvents || l.bytes+size > laneBytes || len(l.calls) >= laneCalls {
		return false
	}
	l.queue = append(l.queue, it)
	l.calls = append(l.calls, it.call)
	l.bytes += size
	l.ring()
	return true
}

// adopt queues events of other programs to be numbered; false: the lane is full.
func (l *lane) adopt(events []*Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.adoption)+l.waiting+len(events) > laneEvents {
		return false
	}
	l.adoption = append(l.adoption, events...)
	l.ring()
	return true
}

// queued is what waits to be stored: events and their bytes.
func (l *lane) queued() (events, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue), l.bytes
}

// watch has a call answered TIMEOUT in time; false: too many wait.
func (l *lane) watch(c *call) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) >= laneCalls {
		return false
	}
	l.calls = append(l.calls, c)
	return true
}

func (l *lane) ring() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// expire answers TIMEOUT to the calls that wait since before then.
func (l *lane) expire(then time.Time) {
	l.mu.Lock()
	n := 0
	for n < len(l.calls) && (l.calls[n].answered.Load() || l.calls[n].since.Before(then)) {
		n++
	}
	late := l.calls[:n:n]
	l.calls = l.calls[n:]
	if len(l.calls) == 0 {
		l.calls = nil
	}
	l.mu.Unlock()
	for _, c := range late {
		if !c.answered.Load() {
			c.answer(Sent{}, timedOut())
		}
	}
}

// idle is closed once nothing is queued or being stored.
func (l *lane) idle() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan struct{})
	if !l.busy && len(l.queue) == 0 {
		close(ch)
	} else {
		l.idling = append(l.idling, ch)
	}
	return ch
}

func (l *lane) run(ctx context.Context) error {
	for ctx.Err() == nil {
		l.endTurns()
		l.forgetUnused()
		batch, adoption, wait := l.take()
		if len(batch) > 0 {
			l.tallies.transit.began(batch[len(l.again):])
			l.again = l.append(ctx, batch)
		}
		if len(adoption) > 0 {
			l.adoptBatch(ctx, adoption, false)
		}
		due := l.adoptDue(ctx)
		if len(batch)+len(adoption) > 0 {
			continue
		}
		if wait == 0 || due > 0 && due < wait {
			wait = due
		}
		pause(ctx, wait, l.wake)
	}
	l.abandon()
	return nil
}

// take gives the next batch, which begins with what is to be tried again, leaving the rooms in which it is the turn of
// others, and tells how long until one of those is due.
func (l *lane) take() (batch []*item, adoption []*Event, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, bytes, taken := l.now(), 0, 0
	batch = slices.Clip(l.again)
	for _, it := range batch {
		bytes += it.event.Size()
	}
	var kept []*item
	for i, it := range l.queue {
		size := it.event.Size()
		if len(batch) >= batchEvents || (len(batch) > 0 && bytes+size > batchBytes) {
			kept = append(kept, l.queue[i:]...)
			break
		}
		if until, yields := l.turns.until[it.event.RoomID]; yields {
			kept = append(kept, it)
			if due := max(until.Sub(now), 1); wait == 0 || due < wait {
				wait = due
			}
			continue
		}
		batch = append(batch, it)
		bytes += size
		taken += size
	}
	l.queue = kept
	l.bytes -= taken
	n := min(len(l.adoption), batchEvents)
	adoption = l.adoption[:n:n]
	l.adoption = l.adoption[n:]
	l.busy = len(batch) > 0
	if !l.busy && len(l.queue) == 0 {
		for _, ch := range l.idling {
			close(ch)
		}
		l.idling = nil
	}
	return batch, adoption, wait
}

// abandon answers what is queued when the lane ends.
func (l *lane) abandon() {
	l.mu.Lock()
	queue := slices.Concat(l.again, l.queue)
	l.again = nil
	l.queue, l.bytes = nil, 0
	for _, ch := range l.idling {
		close(ch)
	}
	l.idling = nil
	l.mu.Unlock()
	for _, it := range queue {
		l.settle(it, Sent{}, unfinished(it))
	}
}
