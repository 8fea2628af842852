package postgres

import (
	"context"
	"slices"
	"strings"
	"time"
)

// maxLate bounds the ids that are looked for again, in runs of ids; with more of them rows wait without end for the
// transactions that run.
const maxLate = 10_000

// nobody is the name of no transaction, so one that has always ended.
const nobody = ""

// wait is for transactions that may have taken ids up to top.
type wait struct {
	top     int64
	holders []string
}

// span is a run of ids that may still be committed by one of the holders.
type span struct {
	low, high int64 // both included
	holders   []string
}

// spans gathers ascending ids into runs.
func spans(ids []int64, holders []string) []span {
	var all []span
	for _, id := range ids {
		if n := len(all); n > 0 && all[n-1].high == id-1 {
			all[n-1].high = id
			continue
		}
		all = append(all, span{low: id, high: id, holders: holders})
	}
	return all
}

// settle says whether the ids that are missing need be waited for no longer: each transaction that may have taken them
// has ended, so that what is visible now is all there will be, or has run for longer than gapWait.
func (o *outbox) settle(ctx context.Context, s *session) (bool, error) {
	top, running, err := o.running(ctx, s)
	if err != nil {
		return false, err
	}
	now := time.Now()
	for name := range o.since {
		if !slices.Contains(running, name) {
			delete(o.since, name)
		}
	}
	for _, name := range running {
		if _, seen := o.since[name]; !seen {
			o.since[name] = now
		}
	}
	if o.wait == nil {
		o.wait = &wait{top: top, holders: running}
	} else {
		o.wait.holders = still(o.wait.holders, running)
	}
	for _, name := range o.wait.holders {
		if now.Sub(o.since[name]) < o.gapWait {
			return false, nil
		}
	}
	if len(o.wait.holders) > 0 && len(o.late) >= maxLate {
		return false, nil
	}
	o.settled, o.tardy, o.wait = max(o.settled, o.wait.top), o.wait.holders, nil
	return true, nil
}

// still gives the holders that run still. A transaction that is prepared for two-phase commit goes on under another
// name, which begins with -1, so those are always taken in.
func still(holders, running []string) []string {
	const prepared = "-1/"
	var left []string
	for _, name := range running {
		if slices.Contains(holders, name) || strings.HasPrefix(name, prepared) {
			left = append(left, name)
		}
	}
	return left
}

// lookLate tells the rows that came later than rows with higher ids.
func (o *outbox) lookLate(ctx context.Context, s *session) error {
	if len(o.late) == 0 {
		return nil
	}
	_, running, err := o.running(ctx, s)
	if err != nil {
		return err
	}
	var low, high []int64
	for _, gap := range o.late {
		// As long as all of them run nothing can have come.
		if slices.ContainsFunc(gap.holders, func(name string) bool { return !slices.Contains(running, name) }) {
			low, high = append(low, gap.low), append(high, gap.high)
		}
	}
	if len(low) == 0 {
		return nil
	}
	if err := o.tellLate(ctx, s, low, high); err != nil {
		return err
	}
	// They were read after it was seen who runs: what the ended ones committed was there.
	var left []span
	for _, gap := range o.late {
		if gap.holders = still(gap.holders, running); len(gap.holders) > 0 {
			left = append(left, gap)
		}
	}
	o.late = left
	return nil
}

func (o *outbox) tellLate(ctx context.Context, s *session, low, high []int64) error {
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rows, err := s.conn.Query(asking, lateSQL, low, high, MaxPayload)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.channel, &r.text, &r.null); err != nil {
			return err
		}
		o.late = without(o.late, r.id)
		s.counts.late.Add(1)
		o.tell(s, r)
	}
	return rows.Err()
}

// without takes an id out of the runs.
func without(late []span, id int64) []span {
	left := make([]span, 0, len(late)+1)
	for _, gap := range late {
		if id < gap.low || id > gap.high {
			left = append(left, gap)
			continue
		}
		if gap.low < id {
			left = append(left, span{gap.low, id - 1, gap.holders})
		}
		if id < gap.high {
			left = append(left, span{id + 1, gap.high, gap.holders})
		}
	}
	return left
}
