package rooms

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	batchEvents = 100       // bounds what one conflict makes to be tried again
	batchBytes  = 256 << 10 // of one command
	laneEvents  = 10_000    // queued: some 3 s of full load, an election's length
	laneBytes   = 32 << 20  // queued: what a lane may hold in memory
	laneCalls   = 2 * laneEvents

	// opTimeout is longer than an election takes (up to 12 s with the defaults, 3 s
	// measured), and is how long a stalled primary is waited for.
	opTimeout = 8 * time.Second
)

// lane stores the events of its rooms: one ordered Append in flight, holding what
// queued up meanwhile. Within an Append a room's n+1 follows its n, and between
// Appends the lane waits until everything is durable; so no number is ever left out.
type lane struct {
	laneConfig
	recent  *recent
	numbers map[RoomID]*number // the lane's goroutine only
	swept   time.Time          // when numbers was last cleared of unused ones

	mu       sync.Mutex
	queue    []*item
	adoption []*Event
	bytes    int
	calls    []*call // unanswered ones, oldest first
	busy     bool
	idling   []chan struct{}
	wake     chan struct{}
}

func newLane(c laneConfig, r *recent) *lane {
	return &lane{laneConfig: c, recent: r, numbers: map[RoomID]*number{}, wake: make(chan struct{}, 1)}
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
	if len(l.adoption)+len(events) > laneEvents {
		return false
	}
	l.adoption = append(l.adoption, events...)
	l.ring()
	return true
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
		l.forgetUnused()
		batch, adoption, wait := l.take()
		if len(batch) > 0 {
			l.append(ctx, batch)
		}
		if len(adoption) > 0 {
			l.adoptBatch(ctx, adoption)
		}
		if len(batch)+len(adoption) > 0 {
			continue
		}
		pause(ctx, wait, l.wake)
	}
	l.abandon()
	return nil
}

// pause returns after wait (0: never), on a wake, or when ctx is done.
func pause(ctx context.Context, wait time.Duration, wake <-chan struct{}) {
	if wait <= 0 {
		wait = time.Hour
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// take gives the next batch, leaving the rooms that yield (see number.notBefore),
// and tells how long until one of those is due.
func (l *lane) take() (batch []*item, adoption []*Event, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, bytes := l.now(), 0
	var kept []*item
	for i, it := range l.queue {
		size := it.event.Size()
		if len(batch) >= batchEvents || (len(batch) > 0 && bytes+size > batchBytes) {
			kept = append(kept, l.queue[i:]...)
			break
		}
		if n := l.numbers[it.event.RoomID]; n != nil && n.notBefore.After(now) {
			kept = append(kept, it)
			if due := n.notBefore.Sub(now); wait == 0 || due < wait {
				wait = due
			}
			continue
		}
		batch = append(batch, it)
		bytes += size
	}
	l.queue = kept
	l.bytes -= bytes
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

// append stores a batch, whatever it takes; it returns when every item is answered
// or ctx is done.
func (l *lane) append(ctx context.Context, batch []*item) {
	unknown := false
	for attempt := 0; len(batch) > 0 && ctx.Err() == nil; attempt++ {
		if attempt > 0 && unknown {
			backoff(ctx, attempt)
		}
		if err := l.learn(ctx, roomsOf(batch)); err != nil {
			l.logger.Warn("reading the last seq failed", "error", err)
			backoff(ctx, attempt)
			continue
		}
		if unknown {
			rest, err := l.lookUp(ctx, batch)
			if err != nil {
				l.logger.Warn("looking up unconfirmed events failed", "error", err)
				continue
			}
			batch, unknown = rest, false
			if len(batch) == 0 {
				return
			}
		}
		batch, unknown = l.attempt(ctx, batch)
	}
	for _, it := range batch {
		l.settle(it, Sent{}, unfinished(it))
	}
}

// attempt numbers and appends a batch once. It returns what is left, and whether
// the outcome of that is unknown.
func (l *lane) attempt(ctx context.Context, batch []*item) (rest []*item, unknown bool) {
	events := l.assign(batch)
	op, cancel := context.WithTimeout(ctx, opTimeout)
	err := l.log.Append(op, events)
	cancel()
	if err == nil {
		l.committed(batch)
		return nil, false
	}
	var refused *RefusedError
	if errors.As(err, &refused) && refused.At < len(batch) {
		l.committed(batch[:refused.At])
		l.logger.Error("the store refuses an event", "room", batch[refused.At].event.RoomID, "error", err)
		l.settle(batch[refused.At], Sent{}, Wrap(CodeInternal, err, "the database refuses the message"))
		return batch[refused.At+1:], false
	}
	var taken *DuplicateError
	if !errors.As(err, &taken) || taken.At >= len(batch) {
		l.logger.Warn("an append was not confirmed", "events", len(batch), "error", err)
		l.forget(batch)
		return batch, true
	}
	l.committed(batch[:taken.At])
	batch = batch[taken.At:]
	if taken.Key == UniqueSeq {
		return l.overtaken(batch), false
	}
	missing, err := l.lookUp(ctx, batch[:1])
	if err != nil || len(missing) > 0 {
		l.forget(batch)
		return batch, true
	}
	return batch[1:], false
}

// overtaken puts the items of the room whose number another instance took behind
// the others, which need not wait for it.
func (l *lane) overtaken(batch []*item) []*item {
	room := batch[0].event.RoomID
	l.numbers[room].contended(l.now())
	rest := make([]*item, 0, len(batch))
	var behind []*item
	for _, it := range batch {
		if it.event.RoomID == room {
			behind = append(behind, it)
		} else {
			rest = append(rest, it)
		}
	}
	return append(rest, behind...)
}

// committed answers items whose events are durable as numbered.
func (l *lane) committed(batch []*item) {
	now := l.now()
	for _, it := range batch {
		l.numbers[it.event.RoomID].took(it.event.Seq, now)
		l.settle(it, Sent{ID: it.event.ID, Seq: it.event.Seq, Timestamp: it.event.Timestamp}, nil)
	}
}

// lookUp answers the items whose events are in the log already and returns the others.
func (l *lane) lookUp(ctx context.Context, batch []*item) ([]*item, error) {
	events := make([]*Event, len(batch))
	for i, it := range batch {
		events[i] = it.event
	}
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	found, err := l.log.Find(op, events)
	if err != nil {
		return nil, err
	}
	byID, byKey := map[EventID]*Event{}, map[sendKey]*Event{}
	for i := range found {
		byID[found[i].ID] = &found[i]
		if found[i].ClientID != "" {
			byKey[keyOf(&found[i])] = &found[i]
		}
	}
	var rest []*item
	var unnumbered []*Event
	for _, it := range batch {
		stored := byID[it.event.ID]
		if stored == nil && it.event.ClientID != "" {
			stored = byKey[keyOf(it.event)]
		}
		switch {
		case stored == nil:
			rest = append(rest, it)
			continue
		case stored.Seq == 0 && stored.Type == TypeVoid:
			// A malformed document of another program holds the clientId and never gets a
			// number: waiting for one would stop the lane for ever.
			l.settle(it, Sent{}, conflict())
			continue
		case stored.Seq == 0:
			unnumbered = append(unnumbered, stored)
			rest = append(rest, it)
			continue
		}
		if n := l.numbers[stored.RoomID]; n != nil {
			n.took(stored.Seq, l.now())
		}
		l.settleStored(it, stored)
	}
	// Another program inserted what these senders send: it is numbered here and now,
	// because its adoption would wait behind this very batch.
	l.adoptBatch(ctx, unnumbered)
	return rest, nil
}

func (l *lane) settleStored(it *item, stored *Event) {
	own := stored.ID == it.event.ID
	if !own && !stored.sameContent(it.event) {
		l.settle(it, Sent{}, conflict())
		return
	}
	l.settle(it, Sent{ID: stored.ID, Seq: stored.Seq, Timestamp: stored.Timestamp, Duplicate: !own}, nil)
}

// settle answers an item and all who sent the same again.
func (l *lane) settle(it *item, sent Sent, err error) {
	repeats := l.recent.settle(it, sent, err)
	it.call.answer(sent, err)
	if err == nil {
		sent.Duplicate = true
	}
	for _, c := range repeats {
		c.answer(sent, err)
	}
}

// abandon answers what is queued when the lane ends.
func (l *lane) abandon() {
	l.mu.Lock()
	queue := l.queue
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

// unfinished is the answer to an item that the end of the process leaves.
func unfinished(it *item) error {
	if it.tried {
		return timedOut()
	}
	return stopping()
}

const (
	backoffFirst = 5 * time.Millisecond
	backoffMost  = 500 * time.Millisecond
)

// backoff waits 0 to 5 ms, doubled with each attempt up to 500 ms: full jitter, so
// that instances do not try in step.
func backoff(ctx context.Context, attempt int) {
	most := min(backoffFirst<<min(attempt, 10), backoffMost)
	pause(ctx, 1+rand.N(most), nil)
}
