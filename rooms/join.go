package rooms

import (
	"context"

	"roomstream/auth"
)

const (
	// MaxPageEvents and maxPageBytes bound the events of a join or of one room's sync,
	// whichever is reached first.
	MaxPageEvents = 200
	maxPageBytes  = 256 << 10
	// maxBehind is how far a client may be behind to be given events; further behind it
	// reads history.
	maxBehind = 10_000
	// joinReads is how often a join reads after a room that is faster than it, before it
	// leaves the rest to sync.
	joinReads = 3
	// endPatience makes the waits between reads of a room's end 40 ms and more: it must
	// not be said too soon that the log ends below what a client has, because a read may be
	// shared, or of a primary that was just elected.
	endPatience = 3
)

// ResetReason says why a client must drop what it has of a room.
type ResetReason string

// The reasons of protocol.md.
const (
	ResetForbidden ResetReason = "forbidden"
	ResetTrimmed   ResetReason = "trimmed"
	ResetTooFar    ResetReason = "too_far"
	ResetAhead     ResetReason = "ahead"
)

// Joined answers a join: Events end at LastSeq unless More.
type Joined struct {
	View    View
	LastSeq int64
	Events  []Event
	More    bool
	Reset   ResetReason // empty: none
}

// Join calls commit with the answer while the room's delivery stands still: commit
// puts the socket in the room and queues the ack, so the next event the socket sees is
// LastSeq+1. commit only queues, and is not called when Join returns an error.
// since nil: no events wanted.
func (s *Service) Join(ctx context.Context, user auth.User, roomID string, since *int64, commit func(Joined)) error {
	at, err := s.enter(ctx, user, roomID)
	if err != nil {
		return notStored(err)
	}
	for attempt := 0; ; attempt++ {
		d, err := s.router.follow(ctx, at.room.ID)
		if err != nil {
			return notStored(err)
		}
		became, err := s.joinDelivery(ctx, d, user, at, since, commit)
		switch {
		case err != nil:
			return notStored(err)
		case became == joinDone:
			return nil
		case became == joinGone:
			s.router.drop(d)
			continue
		}
		if attempt > 0 {
			backoff(ctx, attempt)
		}
		if at, err = s.accessAnew(ctx, user, at.room.ID); err != nil {
			return notStored(err)
		}
	}
}

// joinDelivery tries once to join. What the user was let in by must be delivered, so that no
// older removal puts him out again; and nothing newer, so that he was not put out since.
func (s *Service) joinDelivery(ctx context.Context, d *delivery, user auth.User, at standing, since *int64, commit func(Joined)) (joining, error) {
	if followed, err := d.await(ctx, at.room.StateSeq); err != nil || !followed {
		return joinGone, err
	}
	joined := Joined{View: at.view(user)}
	read := int64(-1) // up to where Events are; -1: none are wanted
	if since != nil {
		read = *since
		reset, followed, err := s.position(ctx, d, at.room, *since)
		if err != nil || !followed {
			return joinGone, err
		}
		if joined.Reset = reset; reset != "" {
			read = -1
		}
	}
	for reads := 0; ; reads++ {
		if reads > joinReads {
			joined.More = true
		}
		if joined.More {
			read = -1
		}
		last, became := d.join(read, at.room.StateSeq, func(last int64) {
			joined.LastSeq = last
			commit(joined)
		})
		if became != joinBehind {
			return became, nil
		}
		rest := Page{Events: MaxPageEvents - len(joined.Events), Bytes: maxPageBytes - sizeOf(joined.Events)}
		if rest.Events <= 0 || rest.Bytes <= 0 {
			joined.More = true
			continue
		}
		events, err := s.replay.page(ctx, at.room.ID, read, last, rest)
		if isTrimmed(err) {
			joined.Events, joined.Reset, read = nil, ResetTrimmed, -1
			continue
		}
		if err != nil {
			return joinGone, err
		}
		joined.Events = append(joined.Events, events...)
		read = joined.Events[len(joined.Events)-1].Seq
	}
}

// position says whether a client that has everything up to since must reset. A
// client may be ahead of what is delivered here, though not of the log. followed is
// false when the room was let go meanwhile.
func (s *Service) position(ctx context.Context, d *delivery, room Room, since int64) (reset ResetReason, followed bool, err error) {
	last := d.last()
	switch {
	case since < room.MinSeq-1:
		return ResetTrimmed, true, nil
	case last-since > maxBehind:
		return ResetTooFar, true, nil
	case since <= last:
		return "", true, nil
	}
	for attempt := range staleReads {
		if attempt > 0 {
			backoff(ctx, attempt+endPatience)
		}
		end, err := s.router.end(ctx, d.room)
		if err != nil {
			return "", false, err
		}
		if since <= max(end, d.last()) {
			followed, err = d.await(ctx, since)
			return "", followed, err
		}
	}
	return ResetAhead, true, ctx.Err()
}
