package streams_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// transact inserts documents in one transaction: their events have one time.
func (w *world) transact(collection string, documents ...any) {
	session, err := w.feeds.Client().StartSession()
	if err != nil {
		w.t.Error(err)
		return
	}
	defer session.EndSession(context.Background())
	_, err = session.WithTransaction(context.Background(), func(ctx context.Context) (any, error) {
		return w.feeds.Collection(collection).InsertMany(ctx, documents)
	})
	if err != nil {
		w.t.Error(err)
	}
}

// killCursors has the server forget every idle cursor over the feeds' database, and returns how many.
func (w *world) killCursors() int {
	found, err := w.feeds.Client().Database("admin").Aggregate(context.Background(), bson.A{
		bson.D{{Key: "$currentOp", Value: bson.D{{Key: "idleCursors", Value: true}, {Key: "allUsers", Value: true}}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "cursor.cursorId", Value: bson.D{{Key: "$exists", Value: true}}}}}},
	})
	if err != nil {
		w.t.Error(err)
		return 0
	}
	var open []struct {
		NS     string `bson:"ns"`
		Cursor struct {
			ID int64 `bson:"cursorId"`
		} `bson:"cursor"`
	}
	if err := found.All(context.Background(), &open); err != nil {
		w.t.Error(err)
	}
	killed := 0
	for _, o := range open {
		database, collection, _ := strings.Cut(o.NS, ".")
		if database == w.feeds.Name() {
			kill := bson.D{{Key: "killCursors", Value: collection}, {Key: "cursors", Value: bson.A{o.Cursor.ID}}}
			w.feeds.Client().Database(database).RunCommand(context.Background(), kill)
			killed++
		}
	}
	return killed
}

// TestNothingIsLostOrDoubledWhateverHappens has subscribers leave and return, give up while they wait, declarations change
// and cursors die, while documents come alone and in transactions.
func TestNothingIsLostOrDoubledWhateverHappens(t *testing.T) {
	const lasting, keys, each = 8 * time.Second, 4, 3
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{Linger: 300 * time.Millisecond})
	declaration := func(role int) string {
		return fmt.Sprintf(`{"operations": ["insert"], "stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}], "access": {"roles": ["r%d"]}}`, role)
	}
	w.declare("log/of", declaration(0))
	stop := make(chan struct{})
	total := make([]atomic.Int64, keys) // negative until it is final
	var readers, others sync.WaitGroup
	started := make(chan struct{}, keys*each)
	for k := range keys {
		for range each {
			readers.Go(func() { w.comeAndGo(fmt.Sprint("k", k), &total[k], started) })
		}
	}
	for range keys * each {
		<-started
	}
	for k := range keys {
		others.Go(func() {
			of, n := fmt.Sprint("k", k), 0
			next := func() bson.D {
				n++
				return bson.D{{Key: "of", Value: of}, {Key: "n", Value: n - 1}}
			}
			defer func() { total[k].Store(int64(n)) }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if rand.N(4) == 0 {
					w.transact("log", next(), next(), next())
				} else {
					w.insert("log", next())
				}
			}
		})
	}
	killed, role := 0, 0
	for end := time.After(lasting); ; {
		select {
		case <-time.After(300 * time.Millisecond):
			killed += w.killCursors()
			if role++; role%3 == 0 {
				w.declare("log/of", declaration(role))
			}
			continue
		case <-end:
		}
		break
	}
	close(stop)
	others.Wait()
	readers.Wait()
	if killed == 0 {
		t.Error("no cursor was killed")
	}
	w.until("no cursor is left", func() bool { return w.cursors() == 0 })
}

// comeAndGo reads a key's documents in stays of any length until it has all.
func (w *world) comeAndGo(of string, total *atomic.Int64, started chan<- struct{}) {
	var got []int
	place, begun := "", false
	stays := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		to := newRecorder()
		again := request("log/of", "of", of)
		again.After = place
		limit := patience
		if rand.N(4) == 0 && begun {
			limit = rand.N(60 * time.Millisecond) // he gives up while he waits
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		sub, err := w.service.Subscribe(ctx, admin, again, to)
		cancel()
		if err != nil {
			continue
		}
		if !begun {
			begun = true
			started <- struct{}{}
		}
		for until, least := time.After(rand.N(400*time.Millisecond)), place == ""; ; {
			select {
			case <-to.rang:
				if to.ended() == "" && !(least && len(to.all()) > 0) {
					continue
				}
			case <-until:
				if least && len(to.all()) == 0 {
					until = time.After(10 * time.Millisecond)
					continue
				}
			}
			break
		}
		sub.Close()
		stays++
		for _, e := range to.all() {
			got, place = append(got, numbers(w.t, []streams.Event{e})...), e.After()
		}
		if n := int(total.Load()); n > 0 && len(got) >= n {
			break
		}
	}
	if n := int(total.Load()); !slices.Equal(got, count(0, n)) {
		i := 0
		for i < len(got) && got[i] == i {
			i++
		}
		w.t.Errorf("%s: %d events in %d stays, want %d; the first that is wrong is at %d: %v", of, len(got), stays, n, i, got[i:min(i+5, len(got))])
	}
}

// TestMoreComesThanMayWait: while one is given what he lacks, more comes than waits for him, again and again.
func TestMoreComesThanMayWait(t *testing.T) {
	for _, kind := range []struct {
		name          string
		initial       bool
		documents, kb int
	}{
		{"in number", false, 1200, 0}, {"in bytes", false, 300, 2}, {"after what is there", true, 1200, 0},
	} {
		t.Run(kind.name, func(t *testing.T) {
			const before, rounds = 20, 3
			w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
			w.declare("log/all", `{"operations": ["insert"]}`)
			live, total := w.open("log/all"), 0
			insert := func(documents int) {
				var batch []any
				for range documents {
					batch = append(batch, bson.D{{Key: "n", Value: total}, {Key: "pad", Value: strings.Repeat("x", kind.kb<<10)}})
					total++
				}
				if _, err := w.feeds.Collection("log").InsertMany(t.Context(), batch); err != nil {
					t.Error(err)
				}
				live.await(t, total)
			}
			insert(before)
			again, first := request("log/all"), 0
			if again.Initial = kind.initial; !kind.initial {
				again.After, first = live.all()[0].After(), 1
			}
			to, done, known := newRecorder(), 0, 0
			to.room = func(context.Context) error {
				if received := len(to.all()); done < rounds && (done == 0 || received > known) {
					done, known = done+1, total
					insert(kind.documents)
				}
				return nil
			}
			sub, err := w.service.Subscribe(t.Context(), admin, again, to)
			if err != nil {
				t.Fatal(err)
			}
			defer sub.Close()
			want := before + rounds*kind.documents - first
			if kind.initial {
				want++ // the mark
			}
			to.await(t, want)
			w.insert("log", bson.D{{Key: "n", Value: total}})
			events := slices.DeleteFunc(to.await(t, want+1), streams.Event.Ready)
			if got := numbers(t, events); done != rounds || !slices.Equal(got, count(first, total+1)) {
				t.Errorf("%d rounds; %d events, want %d in order", done, len(events), total+1-first)
			}
		})
	}
}

// TestWhoComesBackIntoATransaction goes on between two events of one time.
func TestWhoComesBackIntoATransaction(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	r := w.open("log/all")
	var documents []any
	for n := range 10 {
		documents = append(documents, bson.D{{Key: "n", Value: n}})
	}
	w.transact("log", documents...)
	places := r.await(t, 10)
	for i, place := range places {
		again := request("log/all")
		again.After = place.After()
		back, err := w.subscribe(admin, again)
		if err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, back.await(t, 9-i)); !slices.Equal(got, count(i+1, 10)) {
			t.Errorf("behind %d: %v", i, got)
		}
	}
}
