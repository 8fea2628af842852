package rooms

import (
	"context"
	"encoding/binary"
	"math"
	"time"
)

// datesMargin is how far a timestamp may be from when its message was stored, for a search by dates that has to go through
// the log: clocks differ, and other programs say of their messages what they like.
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
	newest, err := f.service.store.Log.Before(ctx, f.room, at.seq, Page{Events: 1})
	if err != nil || len(newest) == 0 {
		return at, err
	}
	// What is at at.seq and above is later than latest. Below, the times rise with the seqs, but for the margin.
	at.seq = newest[0].Seq + 1
	for low := max(f.readable[f.room].MinSeq, 1); at.seq-low > searchBatch; {
		middle := low + (at.seq-low)/2
		events, err := f.service.store.Log.Before(ctx, f.room, middle, Page{Events: 1})
		if err != nil {
			return at, err
		}
		if len(events) > 0 && events[0].Timestamp.After(latest) {
			at.seq = events[0].Seq
		} else {
			low = middle
		}
	}
	return at, nil
}
