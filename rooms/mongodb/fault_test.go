package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// faultPatience is how long a store may take to recover from a fault: a call that
// hangs ends after 8 s, and mongod needs some to start.
const faultPatience = 90 * time.Second

// resolve appends one event until it is known to be in the log, as an appender does:
// after an unknown outcome it looks the event up, and a taken key has it look, too.
func resolve(ctx context.Context, log rooms.Log, e *rooms.Event) (unknown int, err error) {
	for {
		err := log.Append(ctx, []*rooms.Event{e})
		if err == nil {
			return unknown, nil
		}
		var dup *rooms.DuplicateError
		if !errors.As(err, &dup) {
			unknown++
		}
		if ctx.Err() != nil {
			return unknown, fmt.Errorf("%w after %w", ctx.Err(), err)
		}
		found, findErr := log.Find(ctx, []*rooms.Event{e})
		switch {
		case findErr != nil:
		case len(found) == 1 && found[0] == *e:
			return unknown, nil
		case len(found) > 0:
			return unknown, fmt.Errorf("found %+v for %+v", found, *e)
		case dup != nil:
			return unknown, fmt.Errorf("%w, but it is not there", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond): // a server that starts is not asked without pause
		}
	}
}

// follower watches as the appender's owner does: it opens again when the stream is
// lost, and reads what it was not told.
type follower struct {
	store rooms.Store
	room  rooms.RoomID

	mu     sync.Mutex
	seen   map[int64]rooms.EventID
	opened int
	change chan struct{} // holds 1
}

func follow(t *testing.T, store rooms.Store, room rooms.RoomID) *follower {
	t.Helper()
	f := &follower{store: store, room: room, seen: map[int64]rooms.EventID{}, change: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		for ctx.Err() == nil {
			store.Stream.Watch(ctx, f) // however it ends, the next one is opened
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		ended.Wait()
	})
	f.wait(t, "the first opening", func() bool { return f.opened > 0 })
	return f
}

func (f *follower) Opened() {
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	read, err := f.store.Log.Since(ctx, f.room, 0, rooms.Page{})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.opened++
	}
	for _, e := range read {
		f.seen[e.Seq] = e.ID
	}
	f.ring()
}

func (f *follower) Arrived(batch []rooms.Arrival) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range batch {
		if a.Event.RoomID == f.room {
			f.seen[a.Event.Seq] = a.Event.ID
		}
	}
	f.ring()
}

func (f *follower) ring() {
	select {
	case f.change <- struct{}{}:
	default:
	}
}

// wait waits until ready, called with the lock held, says yes.
func (f *follower) wait(t *testing.T, what string, ready func() bool) {
	t.Helper()
	late := time.After(faultPatience)
	for {
		f.mu.Lock()
		done, seen, opened := ready(), len(f.seen), f.opened
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-f.change:
		case <-late:
			t.Fatalf("still waiting for %s: %d events were seen, the stream was opened %d times", what, seen, opened)
		}
	}
}

// ownServer is a store on a server of its own, which the test may hurt.
func ownServer(t *testing.T, args ...string) (*mongotest.Server, string, rooms.Store) {
	t.Helper()
	server := mongotest.Start(t, args...)
	database := server.Database(t)
	return server, database, open(t, server, database).Rooms()
}

func TestHangingServerLeavesUnknownOutcomesThatResolve(t *testing.T) {
	t.Parallel()
	server, _, store := ownServer(t)
	f := follow(t, store, "general")
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	if _, err := resolve(ctx, store.Log, storetest.Message("general", 1)); err != nil {
		t.Fatal(err)
	}

	server.Pause(t)
	const waiting = 4
	var calls sync.WaitGroup
	events := storetest.Messages("general", 2, waiting)
	for i, e := range events {
		calls.Go(func() {
			start := time.Now()
			err := store.Log.Append(ctx, []*rooms.Event{e})
			var known *rooms.Error
			var dup *rooms.DuplicateError
			if errors.As(err, &dup) || !errors.As(err, &known) || known.Code != rooms.CodeUnavailable || known.RetryAfter == 0 {
				t.Errorf("append %d: %v, want %s with a time to wait", i, err, rooms.CodeUnavailable)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("append %d took %v to give up", i, took)
			}
		})
	}
	calls.Go(func() {
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := store.Log.Since(short, "general", 0, rooms.Page{}); err == nil {
			t.Error("a read of a hanging server succeeded")
		}
	})
	calls.Go(func() {
		if err := store.Stream.Beat(ctx, "one"); err == nil {
			t.Error("a beat of a hanging server succeeded")
		}
	})
	calls.Wait()

	server.Resume(t)
	for _, e := range events {
		if _, err := resolve(ctx, store.Log, e); err != nil {
			t.Fatal(err)
		}
	}
	f.wait(t, "all events", func() bool { return len(f.seen) == 1+waiting })
	wantWhole(t, store, f, 1+waiting)
}

// wantWhole checks that the log holds 1 to n and that the follower saw the same.
func wantWhole(t *testing.T, store rooms.Store, f *follower, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	read, err := store.Log.Since(ctx, f.room, 0, rooms.Page{})
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != n {
		t.Fatalf("the log has %d events, want %d", len(read), n)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range read {
		if e.Seq != int64(i+1) || f.seen[e.Seq] != e.ID {
			t.Fatalf("event %d of the log: seq %d, id %s; the follower saw %s", i, e.Seq, e.ID, f.seen[e.Seq])
		}
	}
}

func TestKilledServerLosesNoAck(t *testing.T) {
	t.Parallel()
	server, _, store := ownServer(t)
	f := follow(t, store, "general")
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()

	const kills, perLife = 2, 40
	acked := make(chan int64, kills*perLife*2)
	var appender sync.WaitGroup
	total := int64((kills + 1) * perLife)
	appender.Go(func() {
		for seq := int64(1); seq <= total; seq++ {
			if _, err := resolve(ctx, store.Log, storetest.Message("general", seq)); err != nil {
				t.Errorf("append %d: %v", seq, err)
				return
			}
			acked <- seq
		}
	})
	for range kills {
		for range perLife {
			select {
			case <-acked:
			case <-ctx.Done():
				t.Fatal("no acks")
			}
		}
		server.Kill(t)
		server.Restart(t)
	}
	appender.Wait()
	f.wait(t, "all events", func() bool { return len(f.seen) == int(total) })
	wantWhole(t, store, f, int(total))
}

// A stream that is not read while the oplog rolls over is lost. The next one is
// opened from then on, and what nobody told of is in the log.
func TestStreamThatLeftTheOplogEnds(t *testing.T) {
	t.Parallel()
	// The oplog is cut back only to the last checkpoint: one a second instead of a minute.
	server, database, store := ownServer(t, "--oplogSize", "16", "--syncdelay", "1")
	sink := &held{opened: make(chan struct{}), hold: make(chan struct{})}
	ended := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	go func() { ended <- store.Stream.Watch(ctx, sink) }()
	<-sink.opened
	if err := store.Log.Append(ctx, storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	rollOver(t, ctx, server, database)
	if err := store.Log.Append(ctx, storetest.Messages("general", 2, 1)); err != nil {
		t.Fatal(err)
	}
	close(sink.hold)
	err := <-ended
	if err == nil || !strings.Contains(err.Error(), "CappedPositionLost") && !strings.Contains(err.Error(), "ChangeStreamHistoryLost") {
		t.Fatalf("the watch ended with %v, want it to say that its place in the oplog is lost", err)
	}
	if err := store.Log.Append(ctx, storetest.Messages("general", 3, 1)); err == nil {
		t.Error("an append was taken between two streams")
	}
	f := follow(t, store, "general")
	if _, err := resolve(ctx, store.Log, storetest.Message("general", 3)); err != nil {
		t.Fatal(err)
	}
	f.wait(t, "all events", func() bool { return len(f.seen) == 3 })
	wantWhole(t, store, f, 3)
}

// held is a sink that stands still from its first arrival on until it is let go.
type held struct{ opened, hold chan struct{} }

func (h *held) Opened()                 { close(h.opened) }
func (h *held) Arrived([]rooms.Arrival) { <-h.hold }

// rollOver fills the oplog until what stood in it at the start is gone.
func rollOver(t *testing.T, ctx context.Context, server *mongotest.Server, database string) {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(context.Background())
	filler := client.Database(database).Collection("filler", options.Collection().SetWriteConcern(writeconcern.W1()))
	oplog := client.Database("local").Collection("oplog.rs")
	oldest := func() bson.Timestamp {
		var entry struct {
			TS bson.Timestamp `bson:"ts"`
		}
		err := oplog.FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "$natural", Value: 1}})).Decode(&entry)
		if err != nil {
			t.Fatal(err)
		}
		return entry.TS
	}
	newest := bson.Timestamp{T: uint32(time.Now().Unix()) + 1}
	blob := strings.Repeat("z", 1<<20)
	for oldest().Before(newest) {
		for range 20 {
			if _, err := filler.InsertOne(ctx, bson.D{{Key: "blob", Value: blob}}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := filler.DeleteMany(ctx, bson.D{}); err != nil {
			t.Fatal(err)
		}
	}
}

// A server that hangs must not keep the process from ending.
func TestCloseDoesNotWaitForAHangingServer(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t)
	store := open(t, server, server.Database(t))
	watch := storetest.Watch(t, store.Rooms().Stream)
	server.Pause(t)
	t.Cleanup(func() { server.Resume(t) }) // before the database is dropped
	var calls sync.WaitGroup
	calls.Go(func() {
		if err := store.Rooms().Log.Append(context.Background(), storetest.Messages("general", 1, 1)); err == nil {
			t.Error("an append to a hanging server succeeded")
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	start := time.Now()
	store.Close(ctx) // its error says that the server did not answer
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v to close", took)
	}
	watch.Ended(t)
	calls.Wait()
}
