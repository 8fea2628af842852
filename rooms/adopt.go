package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// adoptTries is after how many rounds a document that neither has a number nor takes
// one is given up: its writer removed it.
const adoptTries = 5

// adoptBatch numbers documents that other programs inserted.
func (l *lane) adoptBatch(ctx context.Context, events []*Event) {
	byRoom := map[RoomID][]*Event{}
	var order []RoomID
	for _, e := range events {
		if byRoom[e.RoomID] == nil {
			order = append(order, e.RoomID)
		}
		byRoom[e.RoomID] = append(byRoom[e.RoomID], e)
	}
	for _, room := range order {
		l.adoptRoom(ctx, room, byRoom[room])
	}
}

// adoptRoom numbers the documents of one room. The order of its steps keeps the log
// free of holes: last is known first, then those that have a number are set aside, so
// whatever gets a number during the third step gets one above last.
func (l *lane) adoptRoom(ctx context.Context, room RoomID, events []*Event) {
	for attempt := 0; len(events) > 0 && ctx.Err() == nil; attempt++ {
		if attempt > 0 {
			backoff(ctx, attempt)
		}
		if attempt > adoptTries {
			l.logger.Warn("documents vanished before they were numbered", "room", room, "documents", len(events))
			return
		}
		rest, err := l.adoptOnce(ctx, room, events)
		if err != nil {
			l.logger.Warn("numbering documents of other programs failed", "room", room, "documents", len(events), "error", err)
			attempt = min(attempt, adoptTries-1) // a store that is away does not make documents vanish
		}
		events = rest
	}
}

// adoptOnce returns the documents that are still without a number.
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
	if events = l.setAside(room, events, numbered); len(events) == 0 {
		return nil, nil
	}
	n := l.numbers[room]
	for i, e := range events {
		e.Seq = n.last + 1 + int64(i)
	}
	set, err := l.foreign.Adopt(op, events)
	switch {
	case err == nil && set == len(events):
		n.took(n.last+int64(set), l.now())
		l.router.offer(room, events)
		return nil, nil
	case err == nil && set == 0: // another instance was faster, or they were removed: no number was used
		n.known = false
		return events, nil
	case err == nil:
		return events, l.fillUnused(op, room, events)
	}
	var taken *DuplicateError
	if errors.As(err, &taken) {
		n.contended(l.now())
		return events, nil
	}
	n.known = false
	var refused *RefusedError
	if errors.As(err, &refused) && refused.At < len(events) {
		l.logger.Error("the store lets a document not be numbered", "room", room, "id", events[refused.At].ID.String(), "error", err)
		return slices.Delete(events, refused.At, refused.At+1), nil
	}
	return events, err
}

// setAside leaves out those that another instance numbered. Their numbers come by no
// insert, so the router must read until it has delivered them.
func (l *lane) setAside(room RoomID, events []*Event, numbered map[EventID]int64) []*Event {
	var top int64
	rest := make([]*Event, 0, len(events))
	for _, e := range events {
		if seq, ok := numbered[e.ID]; ok {
			top = max(top, seq)
			continue
		}
		rest = append(rest, e)
	}
	if top > 0 {
		l.router.want(room, top)
		n := l.numbers[room]
		if top > n.last {
			n.contended(l.now())
		}
	}
	return rest
}

// fillUnused makes voids of the numbers that a bulk left out because documents were
// numbered by another instance, or removed, meanwhile. The unique index refuses
// those that are taken.
func (l *lane) fillUnused(ctx context.Context, room RoomID, events []*Event) error {
	l.numbers[room].known = false
	return fillVoids(ctx, l.log, l.router.ids, room, events[0].Seq, events[len(events)-1].Seq, l.now())
}
