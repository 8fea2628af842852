package rooms

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	pendingMost  = 1000 // events kept above a hole; what is beyond is read again
	suspectsMost = 100  // seqs far above the last one that wait to be looked into
)

// unusedAfter is how long a room nobody is in stays followed: a client that
// reconnects finds it warm.
const unusedAfter = time.Minute

// delivery is one room's way to its sockets.
type delivery struct {
	router     *router
	room       RoomID
	positioned chan struct{} // closed when delivered is known, or failure set
	failure    error         // fixed when positioned is closed

	mu        sync.Mutex
	delivered int64           // -1 until positioned
	stateSeq  int64           // the newest event up to delivered that changed the room's state
	run       []Event         // accepted in order, not emitted yet
	pending   map[int64]Event // above delivered+1
	wanted    int64           // to be read for until delivered
	told      int64           // the highest seq that a sender was told of here
	suspects  map[int64]EventID
	reading   bool
	again     bool // what was committed meanwhile must be read for
	gone      bool
	used      time.Time
	waiters   []waiter
}

type waiter struct {
	seq  int64
	done chan struct{}
}

func newDelivery(r *router, room RoomID) *delivery {
	return &delivery{router: r, room: room, delivered: -1, positioned: make(chan struct{}), used: r.now()}
}

// position starts at the last seq by majority. Arrivals since newDelivery are
// pending and go on from there. What was told before it, and is not shown to a majority's read
// yet, is wanted.
func (d *delivery) position(ctx context.Context) {
	op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
	defer cancel()
	var last, state, highest int64
	group, op := errgroup.WithContext(op)
	group.Go(func() error {
		lasts, err := d.router.lasts(op, []RoomID{d.room})
		if err == nil { // read after the last seq: what it lacks is above that
			last = lasts[d.room]
			state, err = d.router.stateSeq(op, d.room)
		}
		return err
	})
	group.Go(func() (err error) {
		highest, err = d.router.log.Highest(op, d.room)
		return err
	})
	err := group.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(d.positioned)
	if err != nil {
		d.failure, d.gone = err, true
		d.router.drop(d)
		return
	}
	d.delivered, d.stateSeq = last, state
	d.wantHighest(highest)
	early := d.pending
	d.pending = nil
	for _, seq := range slices.Sorted(maps.Keys(early)) {
		d.arriveLocked(&Arrival{Event: early[seq]})
	}
	d.flushLocked()
	d.readIfBehind()
}

// arrive takes one event of the stream; true: there is something to flush.
func (d *delivery) arrive(a *Arrival) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := len(d.run) == 0
	d.arriveLocked(a)
	d.readIfBehind()
	return first && len(d.run) > 0
}

func (d *delivery) arriveLocked(a *Arrival) {
	e := &a.Event
	switch {
	case d.delivered < 0:
		if a.Partial || !d.keep(e) {
			d.again = true
		}
	case e.Seq <= d.delivered:
	case e.Seq == d.delivered+1 && !a.Partial:
		d.take(*e)
		d.accept()
	case e.Seq-d.delivered > maxJump:
		d.suspect(e.Seq, e.ID)
	default:
		if !a.Partial {
			d.keep(e)
		}
		d.wanted = max(d.wanted, e.Seq)
	}
}

// keep holds an event until the ones before it are there; false: too many wait.
func (d *delivery) keep(e *Event) bool {
	if len(d.pending) >= pendingMost {
		return false
	}
	if d.pending == nil {
		d.pending = map[int64]Event{}
	}
	d.pending[e.Seq] = *e
	return true
}

// suspect has the reader look into a seq that stands too high. Those beyond the
// bound are met again by the reader when it gets there.
func (d *delivery) suspect(seq int64, id EventID) {
	d.again = true
	if len(d.suspects) >= suspectsMost {
		return
	}
	if d.suspects == nil {
		d.suspects = map[int64]EventID{}
	}
	d.suspects[seq] = id
}

func (d *delivery) take(e Event) {
	d.run = append(d.run, e)
	d.delivered = e.Seq
	if e.Type == TypeMember || e.Type == TypeRoom {
		d.stateSeq = max(d.stateSeq, e.Seq)
	}
}

// accept takes the pending events that follow delivered.
func (d *delivery) accept() {
	for len(d.pending) > 0 {
		e, ok := d.pending[d.delivered+1]
		if !ok {
			return
		}
		delete(d.pending, e.Seq)
		d.take(e)
	}
}

// forgetDelivered drops what a read delivered while it was pending.
func (d *delivery) forgetDelivered() {
	for seq := range d.pending {
		if seq <= d.delivered {
			delete(d.pending, seq)
		}
	}
}

func (d *delivery) flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flushLocked()
}

// flushLocked emits what was accepted. The lock is held, so a join stands still.
func (d *delivery) flushLocked() {
	if len(d.run) == 0 {
		return
	}
	d.router.replay.delivered(d.room, d.run)
	sockets := d.router.emitter.Members(d.room)
	if sockets > 0 {
		d.emit()
		d.router.tallies.delivered(d.run, sockets)
	}
	if d.router.tracer != nil {
		d.routed(sockets)
	}
	clear(d.run)
	d.run = d.run[:0]
	if cap(d.run) > pendingMost {
		d.run = nil
	}
	d.wakeLocked()
}

// emit gives what was accepted to the sockets in the room. Who is taken out leaves behind the
// event that says so, before anything above it: the log itself enforces it.
func (d *delivery) emit() {
	from := 0
	for i := range d.run {
		reason := d.run[i].expels(d.router.now())
		if reason == "" {
			continue
		}
		d.router.emitter.Emit(d.room, d.run[from:i+1])
		d.router.emitter.Expel(d.room, d.run[i].Subject, reason)
		from = i + 1
	}
	if from < len(d.run) {
		d.router.emitter.Emit(d.room, d.run[from:])
	}
}

// wakeLocked lets those go on who wait for what is delivered by now.
func (d *delivery) wakeLocked() {
	kept := d.waiters[:0]
	for _, w := range d.waiters {
		if w.seq <= d.delivered {
			close(w.done)
		} else {
			kept = append(kept, w)
		}
	}
	d.waiters = kept
}

func (d *delivery) want(seq int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = max(d.wanted, seq)
	d.readIfBehind()
}

func (d *delivery) readAgain() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.again = true
	d.readIfBehind()
}

// await returns true when seq is delivered, false when the room was let go and must be
// followed anew.
func (d *delivery) await(ctx context.Context, seq int64) (bool, error) {
	d.mu.Lock()
	if d.gone || d.delivered >= seq {
		defer d.mu.Unlock()
		return !d.gone, nil
	}
	w := waiter{seq, make(chan struct{})}
	d.waiters = append(d.waiters, w)
	d.wanted = max(d.wanted, seq)
	d.readIfBehind()
	d.mu.Unlock()
	select {
	case <-w.done:
		return true, nil
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		d.waiters = slices.DeleteFunc(d.waiters, func(o waiter) bool { return o.done == w.done })
		return false, ctx.Err()
	}
}

// tell calls tell behind all events up to seq; false: they are not all delivered.
func (d *delivery) tell(seq int64, tell func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone || d.delivered < seq {
		return false
	}
	d.flushLocked()
	tell()
	return true
}

// acked notes that a sender was told of seq.
func (d *delivery) acked(seq int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = max(d.told, seq)
}

// caughtUp waits until what senders were told of here is delivered; false: the room was
// let go meanwhile and must be followed anew.
func (d *delivery) caughtUp(ctx context.Context) (bool, error) {
	d.mu.Lock()
	told := d.told
	d.mu.Unlock()
	return d.await(ctx, told)
}

// skip goes on at first, because what stands below was trimmed before it could be
// delivered, and says so to the sockets. Where the room's state was changed by what is
// skipped, nobody knows who of them may stay: all must join again.
func (d *delivery) skip(first, state int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.delivered >= first-1 {
		return
	}
	d.flushLocked()
	if state > d.stateSeq {
		d.stateSeq = state
		d.router.emitter.Expel(d.room, "", LeftRejoin)
	}
	d.delivered = first - 1
	d.forgetDelivered()
	if d.router.emitter.Members(d.room) > 0 {
		d.router.emitter.Reset(d.room, ResetTrimmed, d.delivered)
	}
	d.accept()
	d.flushLocked()
	d.wakeLocked() // who waits for a trimmed number has nothing else to wait for
}

// last is the seq delivered so far.
func (d *delivery) last() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delivered
}

// joining is what became of a join.
type joining int

const (
	joinGone   joining = iota // the room was let go and must be followed anew
	joinStale                 // the room's state has changed since the user was let in
	joinBehind                // more was delivered than was read: read up to last
	joinDone
)

// join calls commit with the last delivered seq while nothing is delivered, when the user
// was let in by the room's state as of known or later.
func (d *delivery) join(read, known int64, commit func(last int64)) (last int64, became joining) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return 0, joinGone
	}
	d.flushLocked()
	d.used = d.router.now()
	if d.stateSeq > known {
		return d.delivered, joinStale
	}
	if read >= 0 && read < d.delivered {
		return d.delivered, joinBehind
	}
	commit(d.delivered)
	return d.delivered, joinDone
}

// place gives the last delivered seq and the newest state up to there.
func (d *delivery) place() (last, state int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delivered, d.stateSeq
}

// leaveIfUnused marks a room gone that nobody is in.
func (d *delivery) leaveIfUnused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.delivered < 0 || d.reading || len(d.waiters) > 0 {
		return false
	}
	if d.router.emitter.Members(d.room) > 0 {
		d.used = d.router.now()
		return false
	}
	d.gone = d.router.now().Sub(d.used) > unusedAfter
	return d.gone
}
