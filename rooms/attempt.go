package rooms

import (
	"context"
	"errors"
	"slices"
	"time"
)

// append stores a batch. What another instance came before with, or what must be judged by the rest of the batch, it
// returns to be tried again, together with what has queued up: a room that two instances write in must not keep the
// lane's others waiting. It returns none when ctx is done.
func (l *lane) append(ctx context.Context, batch []*item) (again []*item) {
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
				return nil
			}
		}
		p, err := l.prepare(ctx, batch, attempt)
		if err != nil {
			l.logger.Warn("reading what events change failed", "error", err)
			batch = append(p.ready, p.later...)
			backoff(ctx, attempt)
			continue
		}
		if batch = p.ready; len(batch) > 0 {
			head, tail := alike(batch)
			if head[0].proposal != nil {
				batch, unknown = l.attemptChange(ctx, head)
			} else {
				batch, unknown = l.attempt(ctx, head)
			}
			batch = append(batch, tail...)
		}
		batch = append(batch, p.later...)
		if !unknown && ctx.Err() == nil {
			return batch
		}
	}
	for _, it := range batch {
		l.settle(it, Sent{}, unfinished(it))
	}
	return nil
}

// attempt numbers and appends a batch once. It returns what is left, and whether
// the outcome of that is unknown.
func (l *lane) attempt(ctx context.Context, batch []*item) (rest []*item, unknown bool) {
	events := l.assign(batch)
	op, cancel := context.WithTimeout(ctx, opTimeout)
	begun := l.now()
	err := l.log.Append(op, events)
	cancel()
	l.stored(begun, batch, len(events), err)
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
		l.tallies.retries.Add(retryUnconfirmed)
		l.forget(batch)
		return batch, true
	}
	l.committed(batch[:taken.At])
	batch = batch[taken.At:]
	if taken.Key == UniqueSeq {
		l.numbers[batch[0].event.RoomID].refused = batch[0].event.Seq
		return l.overtaken(batch), false
	}
	missing, err := l.lookUp(ctx, batch[:1])
	if err != nil || len(missing) > 0 {
		l.forget(batch)
		return batch, true
	}
	return batch[1:], false
}

// stored counts a try to append so many events, those of the batch.
func (l *lane) stored(begun time.Time, batch []*item, events int, err error) {
	ended := l.now()
	l.tallies.appends.Took(ended.Sub(begun))
	l.turns.appended(ended.Sub(begun))
	l.tried(StoreTry{begun, ended, events, err}, batch)
	l.tallies.batches.Observe(int64(events))
}

// overtaken puts the items of the room whose number another instance took behind
// the others, which need not wait for it.
func (l *lane) overtaken(batch []*item) []*item {
	l.tallies.retries.Add(retryOvertaken)
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
		l.took(it.event.RoomID, it.event.Seq, now)
		l.router.acked(it.event.RoomID, it.event.Seq)
		l.settle(it, sentOf(it.event), nil)
	}
}

// lookUp answers the items whose events are in the log already, or wait there for a majority, and returns the others.
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
	sentBefore := map[*item]EventID{} // those of unnumbered, by who sends them
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
			sentBefore[it] = stored.ID
			rest = append(rest, it)
			continue
		}
		if l.numbers[stored.RoomID] != nil {
			l.took(stored.RoomID, stored.Seq, l.now())
		}
		l.settleStored(it, stored)
	}
	// Another program inserted what these senders send: it is numbered here and now,
	// because its adoption would wait behind this very batch.
	l.adoptBatch(ctx, unnumbered, true)
	return l.letGo(rest, sentBefore), nil
}

// letGo answers TIMEOUT to the items whose text another program inserted, in documents that wait for a majority, and returns
// the others: the lane's other rooms do not wait for that.
func (l *lane) letGo(items []*item, sentBefore map[*item]EventID) []*item {
	return slices.DeleteFunc(items, func(it *item) bool {
		id, is := sentBefore[it]
		w := l.waits[it.event.RoomID]
		if !is || w == nil || !w.ids[id] {
			return false
		}
		l.settle(it, Sent{}, timedOut())
		return true
	})
}

func (l *lane) settleStored(it *item, stored *Event) {
	own := stored.ID == it.event.ID
	if !own && !stored.sameContent(it.event) {
		l.settle(it, Sent{}, conflict())
		return
	}
	l.router.acked(stored.RoomID, stored.Seq)
	sent := sentOf(stored)
	sent.Duplicate = !own
	l.settle(it, sent, nil)
}

func sentOf(e *Event) Sent {
	sent := Sent{ID: e.ID, Seq: e.Seq, Timestamp: e.Timestamp}
	if e.Type == TypeReaction {
		sent.Count = countIn(e.Counts, e.Emoji)
	}
	return sent
}

// settle answers an item and all who sent the same again.
func (l *lane) settle(it *item, sent Sent, err error) {
	l.over(it, sent, err)
	repeats := l.recent.settle(it, sent, err)
	it.call.answer(sent, err)
	if err == nil {
		sent.Duplicate = true
	}
	for _, c := range repeats {
		c.answer(sent, err)
	}
}

// unfinished is the answer to an item that the end of the process leaves.
func unfinished(it *item) error {
	if it.tried {
		return timedOut()
	}
	return stopping()
}
