package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"roomstream/rooms/postgres"
	"roomstream/rooms/postgres/postgrestest"
)

// TestEachRowOnceInOrderWhileTheConnectionIsKilled has eight writers with transactions of many lengths, some rolled back,
// and the listener's backend terminated every 100 ms.
func TestEachRowOnceInOrderWhileTheConnectionIsKilled(t *testing.T) {
	const (
		writers = 8
		each    = 625 // rows of a writer: 5,000 together
		killing = 100 * time.Millisecond
	)
	url, _ := example(t, postgrestest.Any(t))
	w := listening(t, url, postgres.Options{Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var killer, writing sync.WaitGroup
	killed := 0
	killer.Go(func() {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Errorf("connect the killer: %v", err)
			return
		}
		defer conn.Close(context.Background())
		for tick := time.NewTicker(killing); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			var n int
			err := conn.QueryRow(ctx, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE application_name = 'roomstream' AND datname = current_database()`).Scan(&n)
			if err != nil && ctx.Err() == nil {
				t.Errorf("terminate the backend: %v", err)
			}
			killed += n
		}
	})
	for writer := range writers {
		writing.Go(func() { write(t, url, writer*each, each) })
	}
	writing.Wait()
	w.until("all rows are told", func() bool { return len(w.heard()) >= writers*each })
	cancel()
	killer.Wait()
	if killed == 0 {
		t.Error("nothing was killed: this test tested nothing")
	}
	// A look that finds nothing more.
	exec(t, connect(t, url), `INSERT INTO outbox (channel, payload) VALUES ('c', '{"n": -1}')`)
	w.until("the last row is told", func() bool {
		heard := w.heard()
		return number(t, heard[len(heard)-1].payload) == -1
	})
	var got []int
	for _, one := range w.heard() {
		got = append(got, number(t, one.payload))
	}
	checkOrder(t, url, got)
	if late := w.listener.Counts().Late; late != 0 {
		t.Errorf("%d rows were told out of order", late)
	}
}

// write inserts rows in transactions of one to ten, a fifth of them once in vain, with time between.
func write(t *testing.T, url string, from, count int) {
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Errorf("connect a writer: %v", err)
		return
	}
	defer conn.Close(context.Background())
	for n := from; n < from+count; {
		rows := min(1+rand.IntN(10), from+count-n)
		inVain := rand.IntN(5) == 0
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for i := range rows {
				if _, err := tx.Exec(ctx, `INSERT INTO outbox (channel, payload) VALUES ('c', jsonb_build_object('n', $1::int))`, n+i); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `SELECT pg_sleep($1)`, rand.Float64()*0.004); err != nil { // at the database: a slow transaction
					return err
				}
			}
			if inVain {
				return context.Canceled
			}
			return nil
		})
		if err != nil && !inVain {
			t.Errorf("write: %v", err)
			return
		}
		if !inVain {
			n += rows
		}
	}
}

// checkOrder compares what was told with the table.
func checkOrder(t *testing.T, url string, got []int) {
	t.Helper()
	rows, err := connect(t, url).Query(t.Context(), "SELECT (payload->>'n')::int FROM outbox ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	want, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("%d rows were told of %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("row %d is %d, told was %d", i, want[i], got[i])
		}
	}
}

func TestWhatIsCommittedWhileTheServerIsAwayArrives(t *testing.T) {
	server := postgrestest.Start(t)
	url, _ := example(t, server)
	w := listening(t, url, postgres.Options{Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	insert := `INSERT INTO outbox (channel, payload) VALUES ('c', jsonb_build_object('n', $1::int))`
	exec(t, connect(t, url), insert, 1)
	w.untilHeard(1)
	for n := 2; n <= 3; n++ {
		failures := w.listener.Counts().Failures
		server.Stop(t)
		const tries = 3 // connections that are refused
		w.until("it has tried in vain", func() bool { return w.listener.Counts().Failures >= failures+tries })
		server.Restart(t)
		exec(t, connect(t, url), insert, n)
	}
	var got []int
	for _, one := range w.untilHeard(3) {
		got = append(got, number(t, one.payload))
	}
	checkOrder(t, url, got)
}

func TestATransactionThatCommitsLaterIsWaitedFor(t *testing.T) {
	url, _ := example(t, postgrestest.Any(t))
	w := listening(t, url, postgres.Options{GapWait: patience, Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	insert := `INSERT INTO outbox (channel, payload) VALUES ('c', jsonb_build_object('n', $1::int))`
	slow, vain, fast := connect(t, url), connect(t, url), connect(t, url)
	exec(t, slow, "BEGIN")
	exec(t, slow, "SELECT nextval('outbox_id_seq')") // before it writes anything, so before it has a number of its own
	exec(t, vain, "BEGIN")
	exec(t, vain, insert, 2)
	exec(t, fast, insert, 3)
	exec(t, fast, "SELECT pg_notify('c', '{\"n\": 99}')") // told when the outbox has been read up to the gap
	if got := w.untilHeard(1); len(got) != 1 || number(t, got[0].payload) != 99 {
		t.Fatalf("told %v before the transactions ended", got)
	}
	exec(t, vain, "ROLLBACK")
	exec(t, slow, `INSERT INTO outbox (id, channel, payload) VALUES (1, 'c', '{"n": 1}')`)
	exec(t, slow, "COMMIT")
	got := w.untilHeard(3)
	if a, b := number(t, got[1].payload), number(t, got[2].payload); a != 1 || b != 3 || w.listener.Counts().Late != 0 {
		t.Errorf("told %v", got)
	}
}

func TestATransactionThatHangsHoldsNobodyUpForLongAndIsNotLost(t *testing.T) {
	url, _ := example(t, postgrestest.Any(t))
	insert := `INSERT INTO outbox (channel, payload) VALUES ('c', jsonb_build_object('n', $1::int))`
	before := connect(t, url) // one that runs already when it is first listened
	exec(t, before, "BEGIN")
	exec(t, before, insert, 1)
	exec(t, connect(t, url), insert, 0) // committed before: not told
	w := listening(t, url, postgres.Options{GapWait: time.Millisecond, Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	slow, fast := connect(t, url), connect(t, url)
	exec(t, slow, "BEGIN")
	exec(t, slow, insert, 2)
	exec(t, slow, insert, 3)
	for n := 4; n <= 6; n++ {
		exec(t, fast, insert, n)
	}
	w.untilHeard(3)
	exec(t, slow, "COMMIT")
	w.untilHeard(5)
	exec(t, before, "COMMIT")
	var got []int
	for _, one := range w.untilHeard(6) {
		got = append(got, number(t, one.payload))
	}
	want := []int{4, 5, 6, 2, 3, 1}
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("told %v, want %v", got, want)
		}
	}
	if late := w.listener.Counts().Late; late != 3 {
		t.Errorf("%d were counted as late", late)
	}
}
