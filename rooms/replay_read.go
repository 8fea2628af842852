package rooms

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// repairTries is how often a gap is filled and read again before a reader is told that
	// the store does not answer.
	repairTries = 3
	// readsAtOnce bounds the replays that are read at the same time: each holds up to a
	// chunk, some 5 MB at most, and others want the store's connections too.
	readsAtOnce = 16
)

// trimmedError says that what is asked for stands below the room's fence by now.
type trimmedError struct{ first int64 } // that stands above it

func (e *trimmedError) Error() string {
	return fmt.Sprintf("what stands below seq %d was trimmed", e.first)
}

func isTrimmed(err error) bool {
	var trimmed *trimmedError
	return errors.As(err, &trimmed)
}

// replayReader reads events as they are replayed: without gaps, and blanked where
// their message was deleted. It is safe for concurrent use.
type replayReader struct {
	ends
	related Related
	ids     *ids
	now     func() time.Time
	turns   chan struct{} // holds a token for each read
}

func newReplayReader(ends ends, related Related, ids *ids, now func() time.Time) replayReader {
	return replayReader{ends, related, ids, now, make(chan struct{}, readsAtOnce)}
}

// read returns a room's events with after < seq <= last, all of them; the log must
// hold last. Numbers that are missing although a majority had them were removed by hand:
// they become voids. It is a *trimmedError when the first of them was trimmed.
func (r replayReader) read(ctx context.Context, room RoomID, after, last int64) ([]Event, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for attempt := range repairTries {
		if attempt > 0 {
			backoff(ctx, attempt) // a primary that was just elected may not show all it has
		}
		events, err := r.log.Since(ctx, room, after, Page{Events: int(last - after)})
		if err != nil {
			return nil, err
		}
		missing, to := firstMissing(events, after, last)
		if missing == 0 {
			return r.blankDeleted(ctx, room, events)
		}
		if err := r.repair(ctx, room, missing, to); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("read %s after %d: numbers up to %d stay missing", room, after, last)
}

// firstMissing gives the first hole of ascending events that should be after+1 to
// last; 0: there is none.
func firstMissing(events []Event, after, last int64) (from, to int64) {
	for i := range events {
		if want := after + 1 + int64(i); events[i].Seq != want {
			return want, events[i].Seq - 1
		}
	}
	if end := after + int64(len(events)); end < last {
		return end + 1, last
	}
	return 0, 0
}

// repair makes voids of missing numbers, unless they were trimmed. The unique index
// keeps a number from being filled that a read only did not show yet.
func (r replayReader) repair(ctx context.Context, room RoomID, from, to int64) error {
	first, err := r.minSeq(ctx, room)
	if err != nil {
		return err
	}
	if from < first {
		return &trimmedError{first}
	}
	return fillVoids(ctx, r.log, r.ids, room, from, to, r.now())
}

// blankDeleted takes the content of deleted messages and of their edits.
func (r replayReader) blankDeleted(ctx context.Context, room RoomID, events []Event) ([]Event, error) {
	var targets []int64
	for i := range events {
		if seq := contentOf(&events[i]); seq > 0 {
			targets = append(targets, seq)
		}
	}
	if len(targets) == 0 {
		return events, nil
	}
	list, err := r.related.Deleted(ctx, room, targets)
	if err != nil {
		return nil, err
	}
	deleted := make(map[int64]bool, len(list))
	for _, seq := range list {
		deleted[seq] = true
	}
	for i := range events {
		if deleted[contentOf(&events[i])] {
			events[i] = events[i].blanked()
		}
	}
	return events, nil
}

// contentOf gives the message whose content an event holds; 0: none.
func contentOf(e *Event) int64 {
	switch {
	case e.Erased:
		return 0
	case e.Type == TypeMessage:
		return e.Seq
	case e.Type == TypeEdit:
		return e.Target
	}
	return 0
}
