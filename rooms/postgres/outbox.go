package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	// gapPoll is how often running transactions are looked at while rows wait for them, latePoll while only rows that
	// they hold themselves are still to come.
	gapPoll  = 20 * time.Millisecond
	latePoll = 250 * time.Millisecond
	// pageRows is how many rows one query reads: enough that the way to the server does not count.
	pageRows = 500
	// startWindow is how many ids below the highest are looked at for transactions that were running when the first
	// connection was made: more than any server has in flight.
	startWindow = 10_000
)

// The statements name the table without a schema: the user's search_path decides.
const (
	existsSQL = `SELECT to_regclass('outbox')::oid,
       coalesce(to_regclass(pg_get_serial_sequence(to_regclass('outbox')::text, 'id')), to_regclass('outbox'))::oid`

	// ids that are missing below the highest, in one snapshot with it.
	startSQL = `WITH top AS (SELECT coalesce(max(id), 0) AS id FROM outbox)
SELECT top.id, ARRAY(
  SELECT g FROM generate_series(greatest(top.id - $1, 1), top.id) AS g
  WHERE NOT EXISTS (SELECT FROM outbox WHERE id = g) ORDER BY g)
FROM top`

	// A text too long comes as NULL: it is not carried here to be thrown away.
	pageSQL = `SELECT id, channel, CASE WHEN octet_length(payload::text) <= $2 THEN payload::text END, payload IS NULL
FROM outbox WHERE id > $1 ORDER BY id LIMIT $3`

	lateSQL = `SELECT o.id, o.channel, CASE WHEN octet_length(o.payload::text) <= $3 THEN o.payload::text END, o.payload IS NULL
FROM unnest($1::bigint[], $2::bigint[]) AS gap(low, high) JOIN outbox o ON o.id BETWEEN gap.low AND gap.high ORDER BY o.id`

	// Who has taken an id holds a lock on the sequence until the end of his transaction (nextval takes it first). So
	// every id up to the highest of this snapshot that is not there yet belongs to one of these transactions, or to none.
	runningSQL = `SELECT (SELECT coalesce(max(id), 0) FROM outbox), ARRAY(
  SELECT DISTINCT virtualtransaction FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = $1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`

	heldSQL = `SELECT EXISTS (SELECT FROM outbox WHERE id > $1 AND channel = $2 AND payload::jsonb = $3::jsonb)`
)

// outbox is how far the table has been read. It outlives connections: that is what makes rows arrive once.
type outbox struct {
	gapWait time.Duration

	present  bool   // the table is there
	sequence uint32 // whose locks tell who has taken ids; the table's own oid where it has no sequence
	started  bool   // the position is known
	last     int64  // rows up to here are told, but for late ones
	settled  int64  // a missing id up to here is not waited for
	tardy    []string
	wait     *wait
	since    map[string]time.Time // when a running transaction was first seen
	late     []span
	said     said
	unwell   bool // the table cannot be read, and that is logged
}

func newOutbox(gapWait time.Duration) *outbox {
	return &outbox{gapWait: gapWait, since: make(map[string]time.Time)}
}

// patience is how long nothing need be read when nothing is notified: a transaction that is waited for may end without a
// word, because it was rolled back.
func (o *outbox) patience(usual time.Duration) time.Duration {
	switch {
	case o.wait != nil:
		return min(usual, gapPoll)
	case len(o.late) > 0:
		return min(usual, latePoll)
	}
	return usual
}

// connected forgets what belonged to the connection before: notifications that were lost with it do not come any more.
func (o *outbox) connected() { o.said, o.wait = said{}, nil }

// row is one event of the table. text is nil when it is too large.
type row struct {
	id      int64
	channel *string
	text    *string
	null    bool
}

// look tells all rows that can be told now.
func (o *outbox) look(ctx context.Context, s *session) error {
	if err := o.find(ctx, s); err != nil || !o.present {
		return err
	}
	if err := o.lookLate(ctx, s); err != nil {
		return err
	}
	for {
		rows, gap, err := o.page(ctx, s)
		if err != nil {
			return err
		}
		if !gap {
			o.wait = nil
			if rows < pageRows {
				return nil
			}
			continue
		}
		if settled, err := o.settle(ctx, s); err != nil || !settled {
			return err
		}
	}
}

// find looks for the table, and begins at its end when this Listener has just been made.
func (o *outbox) find(ctx context.Context, s *session) error {
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	var table, sequence *uint32
	if err := s.conn.QueryRow(asking, existsSQL).Scan(&table, &sequence); err != nil {
		return err
	}
	o.present = table != nil
	if !o.present {
		o.started = true // all that a table made later holds is new
		return nil
	}
	o.sequence = *sequence
	if o.started {
		return nil
	}
	var missing []int64
	if err := s.conn.QueryRow(asking, startSQL, startWindow-1).Scan(&o.last, &missing); err != nil {
		return err
	}
	_, running, err := o.running(ctx, s)
	if err != nil {
		return err
	}
	// A transaction may have ended since the ids were read: nobody's name has them looked for once at least.
	o.late = spans(missing, append(running, nobody))
	o.settled, o.started = o.last, true
	return nil
}

// page reads the next rows and tells them up to the first id that is to be waited for.
func (o *outbox) page(ctx context.Context, s *session) (read int, gap bool, err error) {
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rows, err := s.conn.Query(asking, pageSQL, o.last, MaxPayload, pageRows)
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.channel, &r.text, &r.null); err != nil {
			return read, false, err
		}
		read++
		if missing := min(r.id-1, o.settled); missing > o.last {
			if len(o.tardy) > 0 && len(o.late) >= maxLate {
				return read, true, nil
			}
			if len(o.tardy) > 0 {
				o.late = append(o.late, span{low: o.last + 1, high: missing, holders: o.tardy})
			}
			o.last = missing
		}
		if r.id-1 > o.last {
			return read, true, nil
		}
		o.last = r.id
		o.tell(s, r)
	}
	return read, false, rows.Err()
}

// tell sends a row where its channel wants it, and remembers it for notifications with the same payload.
func (o *outbox) tell(s *session, r row) {
	if r.channel == nil {
		return
	}
	c, declared := s.channels[*r.channel]
	switch {
	case !declared:
	case r.null:
		s.counts.malformed.Add(1)
		s.logger.Warn("a row of the outbox has no payload", "channel", c.Channel, "id", r.id)
	case r.text == nil:
		s.counts.tooLarge.Add(1)
		s.logger.Warn("a payload of the outbox is too large", "channel", c.Channel, "id", r.id, "limit", MaxPayload)
	default:
		o.said.add(c.Channel, *r.text)
		s.tell(s.teller, c, []byte(*r.text))
	}
}

// complain logs that the table cannot be read, once until it can.
func (o *outbox) complain(logger *slog.Logger, err error) {
	switch {
	case err != nil && !o.unwell:
		logger.Warn("the outbox cannot be read; notifications go on", "error", err)
	case err == nil && o.unwell:
		logger.Info("the outbox can be read again")
	}
	o.unwell = err != nil
}

// running names the highest id that is visible and the transactions that may have taken lower ones which are not.
func (o *outbox) running(ctx context.Context, s *session) (top int64, holders []string, err error) {
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	err = s.conn.QueryRow(asking, runningSQL, o.sequence).Scan(&top, &holders)
	if err != nil {
		return 0, nil, fmt.Errorf("look for transactions that write the outbox: %w", err)
	}
	return top, holders, nil
}
