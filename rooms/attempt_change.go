package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"roomstream/auth"
)

// alike splits a batch: changes of one room's state are stored together and apart from all
// else.
func alike(batch []*item) (head, tail []*item) {
	n := 1
	for n < len(batch) && (batch[n].proposal != nil) == (batch[0].proposal != nil) &&
		(batch[n].proposal == nil || batch[n].event.RoomID == batch[0].event.RoomID) {
		n++
	}
	return batch[:n:n], batch[n:]
}

// attemptChange judges changes of one room's state and stores those that may be, once. It
// returns what is left, and whether the outcome of that is unknown.
func (l *lane) attemptChange(ctx context.Context, batch []*item) (rest []*item, unknown bool) {
	room := batch[0].event.RoomID
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	state, err := l.readState(op, room, batch)
	if err != nil {
		l.logger.Warn("reading what a room is like failed", "room", room, "error", err)
		return batch, true
	}
	base, create, checked := state.room.StateSeq, !state.there, false
	state.last = l.numbers[room].last
	var events []*Event
	var taken []*item
	for i, it := range batch {
		sent, err := it.proposal.judge(state, it.event)
		if err != nil && len(taken) > 0 {
			// What is said of this one may follow from one that is not durable yet: it is judged
			// anew when that is.
			rest = batch[i:]
			break
		}
		// A change that is stored proves what it was judged by; what is not, must be looked at.
		if err != nil && !checked {
			same, err := l.isAsOf(op, room, state.there, base)
			if err != nil {
				l.logger.Warn("reading what a room is like failed", "room", room, "error", err)
				return batch[i:], true
			}
			if !same {
				return batch[i:], false
			}
			checked = true
		}
		switch {
		case errors.Is(err, errNoChange):
			l.settleUnchanged(it, sent)
			continue
		case err != nil:
			l.settle(it, Sent{}, err)
			continue
		}
		next := l.number(it, l.numbers[room].last+int64(len(events)))
		it.proposal.apply(state, next)
		events = append(events, next...)
		taken = append(taken, it)
	}
	if len(taken) == 0 {
		return nil, false
	}
	begun := l.now()
	err = l.members.Change(op, state.change(base, create, events))
	l.stored(begun, taken, len(events), err)
	switch {
	case err == nil:
		l.changed(taken, events)
		return rest, false
	case errors.Is(err, ErrOvertaken):
		l.numbers[room].contended(l.now())
		return slices.Concat(taken, rest), false
	}
	var refused *RefusedError
	if errors.As(err, &refused) {
		l.logger.Error("the store refuses a change of a room", "room", room, "error", err)
		for _, it := range taken {
			l.settle(it, Sent{}, Wrap(CodeInternal, err, "the database refuses the change"))
		}
		return rest, false
	}
	var dup *DuplicateError
	if errors.As(err, &dup) && dup.Key == UniqueSeq {
		return slices.Concat(l.overtaken(taken), rest), false
	}
	l.logger.Warn("a change of a room was not confirmed", "room", room, "error", err)
	l.tallies.retries.Add(retryUnconfirmed)
	l.forget(taken)
	return slices.Concat(taken, rest), true
}

// number gives an item's events their places above last. A room begins with one for each of
// its members; the item's own event is the first.
func (l *lane) number(it *item, last int64) []*Event {
	it.tried = true
	it.event.Seq = last + 1
	events := []*Event{it.event}
	if it.proposal.create == nil {
		return events
	}
	for _, m := range it.proposal.create.members[1:] {
		e := *it.event
		e.ID, e.Seq, e.Subject, e.Role = l.router.ids.next(e.Timestamp), last+1+int64(len(events)), m.UserID, m.Role
		events = append(events, &e)
	}
	return events
}

// changed answers items whose events are durable as numbered.
func (l *lane) changed(taken []*item, events []*Event) {
	now := l.now()
	last := events[len(events)-1]
	l.took(last.RoomID, last.Seq, now)
	l.router.acked(last.RoomID, last.Seq)
	for _, it := range taken {
		l.settle(it, sentOf(it.event), nil)
	}
}

// readState reads what the proposals are judged by. The room comes first: what is read of its
// members is as of its StateSeq, or of a later one, and then the change is refused.
func (l *lane) readState(ctx context.Context, id RoomID, batch []*item) (*roomState, error) {
	s := &roomState{members: map[auth.UserID]Member{}, changed: map[auth.UserID]bool{}, now: l.now()}
	room, err := l.catalog.Room(ctx, id)
	if err != nil && AsError(err).Code != CodeNotFound {
		return nil, fmt.Errorf("read the room: %w", err)
	}
	if err != nil {
		return s, nil
	}
	s.room, s.there = room, true
	for _, it := range batch {
		for _, user := range it.proposal.concerns() {
			if _, known := s.members[user]; known {
				continue
			}
			m, err := l.members.Member(ctx, id, user)
			if err != nil {
				return nil, fmt.Errorf("read a member: %w", err)
			}
			s.members[user] = m
		}
	}
	owners, err := l.members.Members(ctx, id, MemberQuery{Role: RoleOwner, Limit: ownersRead})
	if err != nil {
		return nil, fmt.Errorf("read the owners: %w", err)
	}
	for _, m := range owners {
		s.count(m)
	}
	return s, nil
}

// isAsOf says whether a room is still what it was, so that what was read of its members meanwhile
// belongs together.
func (l *lane) isAsOf(ctx context.Context, id RoomID, there bool, stateSeq int64) (bool, error) {
	room, err := l.catalog.Room(ctx, id)
	if err != nil && AsError(err).Code != CodeNotFound {
		return false, fmt.Errorf("read the room: %w", err)
	}
	return there == (err == nil) && room.StateSeq == stateSeq, nil
}

// ownersRead is how many owners of a room are read to know whether one is the last: those who
// are banned for a while do not count.
const ownersRead = 100
