package rooms

import (
	"context"
	"encoding/binary"
	"math"
	"time"
)

// datesMargin is how far a timestamp may be from when its message was stored, which its id tells, for a search by dates that
// has to go through the log: clocks differ, and other programs say of their messages what they like.
const datesMargin = 24 * time.Hour

// searchDates bound the timestamps of what is found: since is included, until is not; zero: no bound.
type searchDates struct{ since, until time.Time }

func (d searchDates) contain(at time.Time) bool {
	return !at.Before(d.since) && (d.until.IsZero() || at.Before(d.until))
}

// endsBefore says whether a log that has come to this time, backwards, holds nothing more of these dates.
func (d searchDates) endsBefore(at time.Time) bool {
	return !d.since.IsZero() && at.Add(datesMargin).Before(d.since)
}

// endsBeforeAll is endsBefore of a part of a room's log: by the one of it that was stored last, since another program may
// have given the id. A void has the time at which it was found to be missing.
func (d searchDates) endsBeforeAll(events []Event) bool {
	var newest time.Time
	for i := range events {
		if at := events[i].ID.Time(); events[i].Type != TypeVoid && at.After(newest) {
			newest = at
		}
	}
	return !newest.IsZero() && d.endsBefore(newest)
}

// asked says whether a message is by whom, and of when, it is looked for.
func (f *finder) asked(e *Event) bool {
	return (f.from == "" || e.Author == f.from) && f.dates.contain(e.Timestamp)
}

// start is where looking through the log begins: at the page, or below all that is later than the dates.
func (f *finder) start(ctx context.Context) (searchPlace, error) {
	at := f.before
	if f.dates.until.IsZero() || at != newestPlace() {
		return at, nil
	}
	latest := f.dates.until.Add(datesMargin)
	if f.room == "" {
		if second := max(latest.Unix()+1, 0); second <= math.MaxUint32 {
			at.id = EventID{}
			binary.BigEndian.PutUint32(at.id[:], uint32(second))
		}
		return at, nil
	}
	var err error
	at.seq, err = f.startInRoom(ctx, at.seq, latest)
	return at, err
}

// startInRoom gives a seq at which, and above which, all was stored later than latest. Below, the times rise with the seqs, but
// for the margin.
func (f *finder) startInRoom(ctx context.Context, at int64, latest time.Time) (int64, error) {
	newest, err := f.service.store.Log.Before(ctx, f.room, at, Page{Events: 1})
	if err != nil || len(newest) == 0 {
		return at, err
	}
	at = newest[0].Seq + 1
	for low := max(f.readable[f.room].MinSeq, 1); at-low > searchBatch; {
		middle := low + (at-low)/2
		e, found, err := f.storedBelow(ctx, middle)
		if err != nil {
			return at, err
		}
		if found && e.ID.Time().After(latest) {
			at = e.Seq
		} else {
			low = middle
		}
	}
	return at, nil
}

// storedBelow gives the last event below a seq that is no void: a void's id does not tell when what was there was stored.
// Where a whole batch are voids it finds none.
func (f *finder) storedBelow(ctx context.Context, seq int64) (Event, bool, error) {
	for _, events := range []int{1, searchBatch} {
		page, err := f.service.store.Log.Before(ctx, f.room, seq, Page{Events: events, Bytes: maxPageBytes})
		if err != nil {
			return Event{}, false, err
		}
		for i := range page {
			if page[i].Type != TypeVoid {
				return page[i], true, nil
			}
		}
		if len(page) < events {
			break
		}
	}
	return Event{}, false, nil
}
