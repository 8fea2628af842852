package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

const (
	// foldReads bounds the reads of one prepare that run at once.
	foldReads = 8
	// staleReads is how often a read that does not show the last event of its room is
	// taken for one of a primary that was just elected. After it the event was removed by
	// hand.
	staleReads = 4
)

// errStale says that a read did not show what is durable, or that the room went on
// while it was read.
var errStale = errors.New("the read does not show the newest event yet")

// prepared is a batch that was judged.
type prepared struct {
	ready []*item // to be stored now
	later []*item // whose answer depends on one of ready: to be prepared after it
}

// prepare holds the items whose events change others to what those are as of the
// room's last seq: it answers what may not be, or is so already, and gives the rest what
// follows from the log. Numbered last+1, last+2 …, such an event is judged by exactly
// the log below it: the unique index refuses it when anything came between, and then it is
// prepared anew.
// With an error, ready and later hold what is not answered.
func (l *lane) prepare(ctx context.Context, batch []*item, attempt int) (prepared, error) {
	wanted := targetsOf(batch)
	if len(wanted) == 0 {
		return prepared{ready: batch}, nil
	}
	bases := make(map[RoomID]int64, len(wanted))
	for room := range wanted {
		bases[room] = l.numbers[room].last
	}
	folds, err := l.readFolds(ctx, wanted, bases, attempt)
	if err != nil {
		return prepared{ready: batch}, err
	}
	for room, base := range bases { // what the reads showed is durable
		l.numbers[room].last = max(l.numbers[room].last, base)
	}
	p, refused := admitAll(batch, folds)
	if err := l.refuse(ctx, refused); err != nil {
		return prepared{ready: batch}, err
	}
	for room, base := range bases {
		if l.numbers[room].last != base { // looking up the refused numbered other programs' documents
			return p, errStale
		}
	}
	return p, nil
}

// targetsOf gives, for each room, the messages that the batch's events change.
func targetsOf(batch []*item) map[RoomID][]int64 {
	var targets map[RoomID][]int64
	for _, it := range batch {
		if it.event.Target == 0 {
			continue
		}
		if targets == nil {
			targets = map[RoomID][]int64{}
		}
		targets[it.event.RoomID] = append(targets[it.event.RoomID], it.event.Target)
	}
	return targets
}

// roomFolds are the messages of one room that a batch changes, by seq.
type roomFolds map[int64]*Fold

// readFolds reads each room's targets as of its base, which it raises to what the read
// shows: another instance may have numbered there without this one having heard of it.
func (l *lane) readFolds(ctx context.Context, targets map[RoomID][]int64, bases map[RoomID]int64, attempt int) (map[RoomID]roomFolds, error) {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type result struct {
		room  RoomID
		base  int64
		folds roomFolds
	}
	results := make(chan result, len(targets))
	group, op := errgroup.WithContext(op)
	group.SetLimit(foldReads)
	for room, seqs := range targets {
		base := bases[room]
		group.Go(func() error {
			events, err := l.related.Fold(op, room, slices.Concat(seqs, []int64{base}))
			if err != nil {
				return fmt.Errorf("room %s: %w", room, err)
			}
			if !shows(events, base) && attempt < staleReads {
				return fmt.Errorf("room %s: %w", room, errStale)
			}
			raised := raisedBy(events, base)
			results <- result{room, raised, foldTargets(events, seqs, raised)}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	close(results)
	folds := make(map[RoomID]roomFolds, len(targets))
	for r := range results {
		folds[r.room], bases[r.room] = r.folds, r.base
	}
	return folds, nil
}

// shows says whether the read reached base: then it shows everything below, too.
func shows(events []Event, base int64) bool {
	for i := range events {
		if events[i].Seq == base {
			return true
		}
	}
	return base == 0
}

// raisedBy gives the highest seq of ascending events, but for those that stand too high
// to be believed.
func raisedBy(events []Event, base int64) int64 {
	for i := range events {
		if seq := events[i].Seq; seq > base && seq-base <= maxJump {
			base = seq
		}
	}
	return base
}

// foldTargets folds ascending events up to base.
func foldTargets(events []Event, targets []int64, base int64) roomFolds {
	folds := make(roomFolds, len(targets))
	for _, seq := range targets {
		folds[seq] = &Fold{}
	}
	for i := range events {
		e := &events[i]
		if e.Seq > base {
			break
		}
		if f := folds[e.Seq]; f != nil {
			*f = *NewFold(*e)
		}
		if f := folds[e.Target]; f != nil && e.Target > 0 {
			f.Apply(e)
		}
	}
	return folds
}

// refusal is an item that is not stored, and its answer unless it is there already.
type refusal struct {
	item *item
	sent Sent
	err  error
}

// admitAll goes through a batch in order, as the log will hold it. What follows an item
// that is put off waits with it: on, on and off must not end as on.
func admitAll(batch []*item, folds map[RoomID]roomFolds) (p prepared, refused []refusal) {
	for _, it := range batch {
		if it.event.Target == 0 {
			p.ready = append(p.ready, it)
			continue
		}
		f := folds[it.event.RoomID][it.event.Target]
		if f.putOff {
			p.later = append(p.later, it)
			continue
		}
		sent, err := f.admit(it.event, it.moderates)
		switch {
		case err == nil:
			f.applyNext(it.event)
			p.ready = append(p.ready, it)
		case f.pending:
			f.putOff = true
			p.later = append(p.later, it)
		case errors.Is(err, errUnchanged):
			refused = append(refused, refusal{it, sent, nil})
		default:
			refused = append(refused, refusal{it, Sent{}, err})
		}
	}
	return p, refused
}

// refuse answers items that are not stored, unless they were stored before: a repeated
// edit is that edit also when the message was deleted since.
func (l *lane) refuse(ctx context.Context, refused []refusal) error {
	var repeatable []*item
	for _, r := range refused {
		if r.item.event.ClientID != "" || r.item.tried {
			repeatable = append(repeatable, r.item)
		}
	}
	rest := map[*item]bool{}
	if len(repeatable) > 0 {
		missing, err := l.lookUp(ctx, repeatable)
		if err != nil {
			return err
		}
		for _, it := range missing {
			rest[it] = true
		}
	}
	for _, r := range refused {
		stored := (r.item.event.ClientID != "" || r.item.tried) && !rest[r.item]
		switch {
		case stored: // and answered
		case r.err != nil:
			l.settle(r.item, Sent{}, r.err)
		default:
			l.settleUnchanged(r.item, r.sent)
		}
	}
	return nil
}

// settleUnchanged answers an item that changes nothing. Its clientId is not used up:
// the log does not hold it.
func (l *lane) settleUnchanged(it *item, sent Sent) {
	l.over(it, sent, nil)
	repeats := l.recent.settle(it, Sent{}, errUnchanged)
	it.call.answer(sent, nil)
	for _, c := range repeats {
		c.answer(sent, nil)
	}
}
