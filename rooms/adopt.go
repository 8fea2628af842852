package rooms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// adoptTries is for how many rounds in a row documents may neither have a number nor take one
// before they are given up: their writer removed them. It bounds the waits between rounds, too.
const adoptTries = 5

// adoptBatch numbers documents that other programs inserted. Behind those of their room that wait (see numbersWait) they wait,
// too, unless now is set.
func (l *lane) adoptBatch(ctx context.Context, events []*Event, now bool) {
	byRoom := map[RoomID][]*Event{}
	var order []RoomID
	for _, e := range events {
		if byRoom[e.RoomID] == nil {
			order = append(order, e.RoomID)
		}
		byRoom[e.RoomID] = append(byRoom[e.RoomID], e)
	}
	for _, room := range order {
		if l.waits[room] != nil {
			l.postpone(room, byRoom[room])
			if now {
				l.adoptWaiting(ctx, room)
			}
		} else if rest := l.adoptRoom(ctx, room, byRoom[room]); len(rest) > 0 {
			l.postpone(room, rest)
		}
	}
}

// adoptRoom numbers the documents of one room. The order of its steps keeps the log
// free of holes: last is known first, then those that have a number are set aside, so
// whatever gets a number during the third step gets one above last. It returns those that must wait for a majority, and all
// that come with them.
func (l *lane) adoptRoom(ctx context.Context, room RoomID, events []*Event) (waiting []*Event) {
	idle := 0 // rounds in a row in which none had a number or took one
	for attempt := 0; len(events) > 0 && ctx.Err() == nil; attempt++ {
		if attempt > 0 {
			backoff(ctx, min(attempt, adoptTries))
		}
		if idle > adoptTries {
			l.logger.Warn("documents vanished before they were numbered", "room", room, "documents", len(events))
			return nil
		}
		rest, err := l.adoptOnce(ctx, room, events)
		switch {
		case err == nil && len(rest) == len(events):
			idle++
		case errors.Is(err, errNumbersWait):
			return rest
		case err == nil, errors.Is(err, errOvertaken):
			idle = 0
		default: // a store that is away does not make documents vanish
			l.logger.Warn("numbering documents of other programs failed", "room", room, "documents", len(events), "error", err)
			idle = 0
		}
		events = rest
	}
	return nil
}

var (
	// errNumbersWait says that documents have numbers which no majority has yet.
	errNumbersWait = errors.New("their numbers are not durable yet")
	// errOvertaken says that another instance took the numbers, or some of the documents: in a
	// busy room it may do so any number of times, and nobody looks for what is given up here.
	errOvertaken = errors.New("another instance was faster")
)

// adoptOnce returns the documents that are still without a durable number.
func (l *lane) adoptOnce(ctx context.Context, room RoomID, events []*Event) ([]*Event, error) {
	if err := l.learn(ctx, []RoomID{room}); err != nil {
		return events, fmt.Errorf("read the last seq: %w", err)
	}
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	ids := make([]EventID, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	numbered, err := l.foreign.Numbered(op, ids)
	if err != nil {
		return events, fmt.Errorf("read which are numbered: %w", err)
	}
	events, wait, err := l.setAside(op, room, events, numbered)
	switch {
	case err != nil:
		return events, err
	case wait: // nothing is numbered behind them until it is certain
		return events, errNumbersWait
	case len(events) == 0:
		return nil, nil
	}
	n := l.numbers[room]
	for i, e := range events {
		e.Seq = n.last + 1 + int64(i)
	}
	set, err := l.foreign.Adopt(op, events)
	switch {
	case err == nil && set == len(events):
		l.took(room, n.last+int64(set), l.now())
		l.router.offer(room, events)
		return nil, nil
	case err == nil && set == 0: // another instance was faster, or they were removed: no number was used
		n.known = false
		return events, nil
	case err == nil:
		return events, cmp.Or(l.fillUnused(op, room, events), errOvertaken)
	}
	var taken *DuplicateError
	if errors.As(err, &taken) {
		n.contended(l.now())
		return events, errOvertaken
	}
	n.known = false
	var refused *RefusedError
	if errors.As(err, &refused) && refused.At < len(events) {
		l.logger.Error("the store lets a document not be numbered", "room", room, "id", events[refused.At].ID.String(), "error", err)
		return slices.Delete(events, refused.At, refused.At+1), nil
	}
	return events, err
}

// setAside leaves out those that another instance numbered for good. Their numbers come by no
// insert, so the router must read until it has delivered them. wait says that there are others
// whose numbers may still be rolled back: then they have none, and whoever left them out would
// never know.
func (l *lane) setAside(ctx context.Context, room RoomID, events []*Event, numbered map[EventID]int64) (rest []*Event, wait bool, err error) {
	if len(numbered) == 0 {
		return events, false, nil
	}
	found, err := l.log.Find(ctx, events)
	if err != nil {
		return events, false, fmt.Errorf("read which numbers are durable: %w", err)
	}
	var top int64
	durable := make(map[EventID]bool, len(found))
	for i := range found {
		if found[i].Seq > 0 {
			durable[found[i].ID] = true
			top = max(top, found[i].Seq)
		}
	}
	for _, e := range events {
		if durable[e.ID] {
			continue
		}
		rest = append(rest, e)
		_, waits := numbered[e.ID]
		wait = wait || waits
	}
	if top > 0 {
		l.router.want(room, top)
		n := l.numbers[room]
		if top > n.last {
			n.contended(l.now())
		}
	}
	return rest, wait, nil
}

// fillUnused makes voids of the numbers that a bulk left out because documents were
// numbered by another instance, or removed, meanwhile. The unique index refuses
// those that are taken.
func (l *lane) fillUnused(ctx context.Context, room RoomID, events []*Event) error {
	l.numbers[room].known = false
	return fillVoids(ctx, l.log, l.router.ids, room, events[0].Seq, events[len(events)-1].Seq, l.now())
}
