package rooms

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
)

const (
	maxSyncRooms = 100
	// maxSyncBytes is of a whole answer; one event may stand over it.
	maxSyncBytes = 512 << 10
	// syncRoomBytes is what a room takes of an answer besides its events.
	syncRoomBytes = 256
	// syncReads bounds the rooms of one sync that are looked up at once.
	syncReads = 8
)

// Synced answers for one room: the events after the client's number, or a reset.
type Synced struct {
	Events  []Event
	More    bool
	LastSeq int64       // -1: not told
	Reset   ResetReason // empty: none
}

// Sync gives for each room the events after the number the client has. The whole
// answer is at most 512 KiB by Event.Size: rooms that no longer fit come empty with
// More, and so do rooms whose events could not be read, unless no event can be given at
// all: then it is UNAVAILABLE. At most 100 rooms, else BAD_REQUEST.
func (s *Service) Sync(ctx context.Context, user auth.User, since map[string]int64) (map[string]Synced, error) {
	if len(since) > maxSyncRooms {
		return nil, BadField("rooms", "at most %d at once", maxSyncRooms)
	}
	names := slices.Sorted(maps.Keys(since)) // the order in which rooms get their share is not a map's whim
	places := make([]place, len(names))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(syncReads)
	for i, name := range names {
		group.Go(func() (err error) {
			places[i], err = s.place(reading, user, name, since[name])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, notStored(err)
	}
	answers := make(map[string]Synced, len(since))
	left, given := maxSyncBytes-len(since)*syncRoomBytes, 0
	var failed error
	for i, name := range names {
		answer, err := s.syncRoom(ctx, RoomID(name), since[name], places[i], min(left, maxPageBytes))
		if err != nil {
			failed = err
		}
		given += len(answer.Events)
		left -= sizeOf(answer.Events)
		answers[name] = answer
	}
	if failed != nil && given == 0 {
		return nil, notStored(failed)
	}
	return answers, nil
}

// place is where a room stands for a client: its last seq, or why the client must
// drop what it has.
type place struct {
	last  int64 // -1: not told
	reset ResetReason
}

// place finds the room and follows it, so that all who ask for it share the reads.
func (s *Service) place(ctx context.Context, user auth.User, name string, since int64) (place, error) {
	at, err := s.access(ctx, user, name)
	for attempt := 0; err == nil; attempt++ {
		var d *delivery
		if d, err = s.router.follow(ctx, at.room.ID); err != nil {
			break
		}
		var found place
		var became joining
		found, became, err = s.placeIn(ctx, d, at, since)
		switch {
		case err != nil:
		case became == joinDone:
			return found, nil
		case became == joinGone:
			s.router.drop(d)
		default:
			if attempt > 0 {
				backoff(ctx, attempt)
			}
			at, err = s.accessAnew(ctx, user, at.room.ID)
		}
	}
	switch AsError(err).Code {
	case CodeNotFound, CodeBadRequest, CodeForbidden:
		return place{-1, ResetForbidden}, nil
	}
	return place{}, err
}

// placeIn returns joinGone when the room was let go meanwhile, joinStale when the user was let
// in by an older state of the room.
func (s *Service) placeIn(ctx context.Context, d *delivery, at standing, since int64) (place, joining, error) {
	if followed, err := d.caughtUp(ctx); err != nil || !followed {
		return place{}, joinGone, err
	}
	reset, followed, err := s.position(ctx, d, at.room, since)
	if err != nil || !followed {
		return place{}, joinGone, err
	}
	last, state := d.place()
	if state > at.room.StateSeq {
		return place{}, joinStale, nil
	}
	return place{last, reset}, joinDone, nil
}

// syncRoom answers for one room; with an error the answer has no events, but More.
func (s *Service) syncRoom(ctx context.Context, id RoomID, since int64, at place, bytes int) (Synced, error) {
	answer := Synced{LastSeq: at.last, Reset: at.reset}
	switch {
	case at.reset != "" || since == at.last:
		return answer, nil
	case bytes <= 0:
		answer.More = true
		return answer, nil
	}
	events, err := s.replay.page(ctx, id, since, at.last, Page{Events: MaxPageEvents, Bytes: bytes})
	if isTrimmed(err) {
		answer.Reset = ResetTrimmed
		return answer, nil
	}
	if err != nil {
		answer.More = true
		return answer, err
	}
	answer.Events = events
	answer.More = events[len(events)-1].Seq < at.last
	return answer, nil
}
