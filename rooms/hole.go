package rooms

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// holePage bounds one read of missing events.
var holePage = Page{Events: 1000, Bytes: 1 << 20}

// holeAge is how long a number may be missing from majority reads before it is
// taken for removed by hand and filled with a void: much longer than a failover.
const holeAge = 30 * time.Second

// readIfBehind starts the room's reader if events are missing; the lock is held.
func (d *delivery) readIfBehind() {
	if d.reading || d.gone || d.delivered < 0 || (!d.again && d.delivered >= d.wanted) {
		return
	}
	d.reading = d.router.begin(d.read)
}

// read brings the room up to what is wanted, however long it takes.
func (d *delivery) read(ctx context.Context) {
	var missingSince time.Time // of the first read that showed the hole; zero: none did
	for attempt := 0; ctx.Err() == nil; attempt++ {
		from, again, finished := d.readFrom()
		if finished {
			return
		}
		var missing int64
		err := d.router.inTurn(ctx, func() (err error) {
			missing, err = d.readOnce(ctx, from, again)
			return err
		})
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			d.router.logger.Warn("reading missing events failed", "room", d.room, "after", from, "error", err)
			backoff(ctx, attempt)
			continue
		}
		if d.last() > from {
			attempt, missingSince = 0, time.Time{}
			continue
		}
		if missing == 0 {
			continue
		}
		if missingSince.IsZero() {
			if skipped, err := d.skipTrimmed(ctx, from); skipped || err != nil {
				backoff(ctx, attempt)
				continue
			}
			missingSince = d.router.now()
		}
		if d.router.now().Sub(missingSince) > holeAge {
			d.fill(ctx, from+1, missing)
		}
		backoff(ctx, attempt)
	}
	d.mu.Lock()
	d.reading = false
	d.mu.Unlock()
}

// skipTrimmed looks whether what is missing after from was trimmed.
func (d *delivery) skipTrimmed(ctx context.Context, from int64) (skipped bool, err error) {
	var first, state int64
	err = d.router.inTurn(ctx, func() (err error) {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		defer cancel()
		if first, err = d.router.minSeq(op, d.room); err == nil && first > from+1 {
			state, err = d.router.stateSeq(op, d.room)
		}
		return err
	})
	if err != nil {
		d.router.logger.Warn("reading a room's fence failed", "room", d.room, "error", err)
		return false, err
	}
	if first <= from+1 {
		return false, nil
	}
	d.router.logger.Warn("events were trimmed before they were delivered", "room", d.room, "after", from, "first", first)
	d.skip(first, state)
	d.readAgainLater()
	return true, nil
}

// readFrom gives the seq to read after, or ends the reader if nothing is missing. again: it
// must be looked how far the room goes.
func (d *delivery) readFrom() (from int64, again, finished bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.again && d.delivered >= d.wanted {
		d.reading = false
		return 0, false, true
	}
	again, d.again = d.again, false
	return d.delivered, again, false
}

// readOnce reads one page and takes what follows. missing is the last number of the
// hole right after from, 0 if there is none.
func (d *delivery) readOnce(ctx context.Context, from int64, again bool) (missing int64, err error) {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	more := true
	if err = d.clearSuspects(op); err == nil && again {
		more, err = d.goesOn(op, from)
	}
	var events []Event
	if err == nil && more {
		events, err = d.router.log.Since(op, d.room, from, holePage)
	}
	if err != nil {
		d.readAgainLater()
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range events {
		if e.Seq == d.delivered+1 {
			d.take(e)
			d.accept()
		}
	}
	d.forgetDelivered()
	d.flushLocked()
	if len(events) == 0 {
		if d.wanted <= from {
			return 0, nil
		}
		return d.wanted, nil
	}
	if next := events[0].Seq; next > from+1 {
		return d.hole(next, events[0].ID), nil
	}
	if len(events) >= holePage.Events || d.delivered < events[len(events)-1].Seq {
		d.again = true
	}
	if size := sizeOf(events); size >= holePage.Bytes {
		d.again = true
	}
	return 0, nil
}

// goesOn says whether the log holds more of the room by now, all of which is wanted.
func (d *delivery) goesOn(ctx context.Context, from int64) (bool, error) {
	highest, err := d.router.log.Highest(ctx, d.room)
	if err != nil {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wantHighest(highest)
	return highest > from, nil
}

// wantHighest has the room read until all is delivered that the log holds. What a majority has
// may be less for a moment: a primary that was just elected can be behind what the stream
// told, which will not tell it again, and a number that was given to another program's
// document is told by nobody. The lock is held.
func (d *delivery) wantHighest(highest int64) {
	if highest-d.delivered <= maxJump { // what stands higher is looked into when it is met
		d.wanted = max(d.wanted, highest)
	}
}

// hole gives the last missing number below next, unless next stands too high to be
// believed.
func (d *delivery) hole(next int64, id EventID) int64 {
	if next-d.delivered > maxJump && d.router.foreign != nil {
		d.suspect(next, id)
		return 0
	}
	d.wanted = max(d.wanted, next)
	return next - 1
}

func (d *delivery) readAgainLater() {
	d.mu.Lock()
	d.again = true
	d.mu.Unlock()
}

// clearSuspects quarantines each seq that stands more than maxJump above the one
// before it in the log, and wants the others.
func (d *delivery) clearSuspects(ctx context.Context) error {
	d.mu.Lock()
	suspects := maps.Clone(d.suspects)
	d.mu.Unlock()
	for _, seq := range slices.Sorted(maps.Keys(suspects)) {
		if err := d.clearSuspect(ctx, seq, suspects[seq]); err != nil {
			return err
		}
		d.mu.Lock()
		delete(d.suspects, seq)
		d.mu.Unlock()
	}
	return nil
}

func (d *delivery) clearSuspect(ctx context.Context, seq int64, id EventID) error {
	before, err := d.router.log.Before(ctx, d.room, seq, Page{Events: 1})
	if err != nil {
		return fmt.Errorf("read below seq %d: %w", seq, err)
	}
	var last int64
	if len(before) > 0 {
		last = before[0].Seq
	}
	if d.router.foreign == nil || seq-last <= maxJump {
		d.want(seq)
		return nil
	}
	d.router.logger.Error("a seq far above the last one was quarantined", "room", d.room, "seq", seq, "last", last, "id", id.String())
	if err := d.router.foreign.Quarantine(ctx, id); err != nil {
		return fmt.Errorf("quarantine seq %d: %w", seq, err)
	}
	return nil
}

// fill makes voids of numbers that stayed missing. Those that are there, and wait for a majority
// as long as one is away, do not miss.
func (d *delivery) fill(ctx context.Context, first, last int64) {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var waits bool
	err := d.router.inTurn(op, func() (err error) {
		waits, err = d.waitsForMajority(op, first-1, last)
		return err
	})
	if err != nil {
		d.router.logger.Warn("reading whether numbers are missing failed", "room", d.room, "first", first, "error", err)
	}
	if err != nil || waits {
		return
	}
	last = min(last, first+maxJump)
	d.router.logger.Error("numbers stayed missing and become voids", "room", d.room, "first", first, "last", last)
	if err := fillVoids(op, d.router.log, d.router.ids, d.room, first, last, d.router.now()); err != nil {
		d.router.logger.Warn("filling missing numbers failed", "room", d.room, "error", err)
	}
}

// waitsForMajority says whether the log holds numbers after one up to last, none of which a majority has.
func (d *delivery) waitsForMajority(ctx context.Context, after, last int64) (bool, error) {
	above, err := d.router.log.Since(ctx, d.room, after, Page{Events: 1})
	if err != nil || len(above) > 0 {
		return false, err
	}
	highest, err := d.router.log.Highest(ctx, d.room)
	return highest >= last, err
}

func sizeOf(events []Event) int {
	n := 0
	for i := range events {
		n += events[i].Size()
	}
	return n
}
