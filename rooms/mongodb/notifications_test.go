package mongodb_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// attending watches notifications as a Service does: it opens again when a watch ends.
type attending struct {
	told   chan rooms.Notification
	cancel context.CancelFunc
	ended  chan struct{}

	mu    sync.Mutex
	fails []error
}

func attend(t *testing.T, n rooms.Notifications) *attending {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &attending{told: make(chan rooms.Notification, 100_000), cancel: cancel, ended: make(chan struct{})}
	opened := make(chan struct{})
	first := sync.OnceFunc(func() { close(opened) })
	go func() {
		defer close(a.ended)
		for ctx.Err() == nil {
			err := n.WatchNotifications(ctx, first, func(batch []rooms.Notification) {
				for _, one := range batch {
					a.told <- one
				}
			})
			a.mu.Lock()
			a.fails = append(a.fails, err)
			a.mu.Unlock()
		}
	}()
	t.Cleanup(a.stop)
	select {
	case <-opened:
	case <-time.After(time.Minute):
		t.Fatal("the watch of notifications did not open")
	}
	return a
}

func (a *attending) stop() {
	a.cancel()
	<-a.ended
}

func (a *attending) next(t *testing.T) rooms.Notification {
	t.Helper()
	select {
	case n := <-a.told:
		return n
	case <-time.After(time.Minute):
		t.Fatal("no notification came")
	}
	return rooms.Notification{}
}

// logged collects what a store logs.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// notified is a store whose log is kept, and its collection as other programs see it.
func notified(t *testing.T, server *mongotest.Server) (*mongodb.Store, *mongo.Collection, *logged) {
	t.Helper()
	database, log := server.Database(t), &logged{}
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: server.URI, Database: database, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	return store, otherProgram(t, server, database).Database().Collection("notifications"), log
}

func TestWhatOthersInsertIsNotified(t *testing.T) {
	store, coll, log := notified(t, mongotest.Shared(t))
	notifications := store.Rooms().Notifications
	w := attend(t, notifications)
	other := bson.NewObjectID()
	large := strings.Repeat("x", 64<<10)
	for i, c := range []struct {
		doc    bson.D
		user   string
		kind   string
		fields string
		read   bool
	}{
		{bson.D{{Key: "userId", Value: "ann"}, {Key: "kind", Value: "order_shipped"}}, "ann", "order_shipped", "", false},
		{bson.D{{Key: "recipientId", Value: "bob"}, {Key: "kind", Value: "x"}}, "bob", "x", "", false},
		{bson.D{{Key: "userId", Value: "ann"}, {Key: "recipientId", Value: nil}, {Key: "kind", Value: "x"}, {Key: "read", Value: nil}}, "ann", "x", "", false},
		// With both, recipientId says for whom it is.
		{bson.D{{Key: "userId", Value: "ann"}, {Key: "kind", Value: "follow"}, {Key: "recipientId", Value: "bob"}, {Key: "who", Value: "ann"}}, "bob", "follow", `{"who":"ann"}`, false},
		{bson.D{{Key: "recipientId", Value: "bob"}, {Key: "kind", Value: "x"}, {Key: "id", Value: 7}, {Key: "read", Value: true}, {Key: "n", Value: 1}}, "bob", "x", `{"n":1}`, true},
		{bson.D{{Key: "userId", Value: "é"}, {Key: "kind", Value: strings.Repeat("é\n", 32)}, {Key: "read", Value: "yes"}}, "é", strings.Repeat("é\n", 32), "", true},
		{bson.D{
			{Key: "userId", Value: "ann"}, {Key: "kind", Value: "all"}, {Key: "order", Value: other}, {Key: "at", Value: time.UnixMilli(1e12).UTC()},
			{Key: "sum", Value: 12.5}, {Key: "long", Value: int64(1) << 40}, {Key: "list", Value: bson.A{"<b>", nil, true}}, {Key: "in", Value: bson.D{{Key: "kind", Value: "\"é\""}}},
		}, "ann", "all", `{"order":{"$oid":"` + other.Hex() + `"},"at":{"$date":"2001-09-09T01:46:40Z"},"sum":12.5,"long":1099511627776,"list":["<b>",null,true],"in":{"kind":"\"é\""}}`, false},
		{bson.D{{Key: "userId", Value: "ann"}, {Key: "kind", Value: "large"}, {Key: "text", Value: large}, {Key: "read", Value: false}}, "ann", "large", "", false},
		{bson.D{{Key: "text", Value: large}, {Key: "recipientId", Value: "ann"}, {Key: "kind", Value: "large"}}, "ann", "large", "", false},
		{bson.D{{Key: "recipientId", Value: "ann"}, {Key: "kind", Value: "largest"}, {Key: "text", Value: strings.Repeat("x", 16<<20-120)}}, "ann", "largest", "", false},
	} {
		id := bson.NewObjectID()
		if _, err := coll.InsertOne(t.Context(), append(bson.D{{Key: "_id", Value: id}}, c.doc...)); err != nil {
			t.Fatal(err)
		}
		check := func(how string, n rooms.Notification) {
			t.Helper()
			if n.ID != rooms.EventID(id) || string(n.UserID) != c.user || n.Kind != c.kind || string(n.Fields) != c.fields || n.Read != c.read {
				t.Errorf("case %d was %s as %+v with %s", i, how, n, n.Fields)
			}
		}
		check("told", w.next(t))
		list, err := notifications.Notifications(t.Context(), auth.UserID(c.user), rooms.EventID{}, false, 1)
		if err != nil || len(list) != 1 {
			t.Fatalf("case %d is listed as %v, %v", i, list, err)
		}
		check("listed", list[0])
	}
	if len(w.told) != 0 || log.String() != "" {
		t.Errorf("told more: %d; logged %s", len(w.told), log)
	}
	for user, want := range map[string]int{"ann": 6, "bob": 2, "é": 0} {
		if n, err := notifications.UnreadNotifications(t.Context(), auth.UserID(user), 100); err != nil || n != want {
			t.Errorf("%s has %d unread, %v, want %d", user, n, err, want)
		}
		list, err := notifications.Notifications(t.Context(), auth.UserID(user), rooms.EventID{}, true, 100)
		if err != nil || len(list) != want {
			t.Errorf("%s has %d unread in the list, %v, want %d", user, len(list), err, want)
		}
	}
}

func TestBadNotificationsAreLoggedAndLeftAlone(t *testing.T) {
	store, coll, log := notified(t, mongotest.Shared(t))
	notifications := store.Rooms().Notifications
	w := attend(t, notifications)
	bad := []bson.M{
		{"_id": "text", "userId": "ann", "kind": "x"}, {"_id": 7, "userId": "ann", "kind": "x"},
		{"_id": bson.M{"a": strings.Repeat("long", 500)}, "userId": "ann", "kind": "x"},
		{"kind": "x"}, {"userId": nil, "kind": "x"}, {"userId": 7, "kind": "x"}, {"userId": "", "kind": "x"},
		{"userId": "a\x00b", "kind": "x"}, {"userId": strings.Repeat("a", 129), "kind": "x"},
		{"userId": bson.A{"ann", "bob"}, "kind": "x"}, {"recipientId": bson.A{"ann"}, "kind": "x"},
		{"userId": "ann", "recipientId": 7, "kind": "x"}, {"userId": "ann", "recipientId": "", "kind": "x"},
		{"userId": "ann"}, {"userId": "ann", "kind": nil}, {"userId": "ann", "kind": ""}, {"userId": "ann", "kind": 7},
		{"userId": "ann", "kind": bson.A{"x"}}, {"userId": "ann", "kind": strings.Repeat("é", 65)},
		{"userId": "ann", "kind": strings.Repeat("x", 64) + "\n"},
		{"userId": strings.Repeat("a", 1<<20), "kind": "x"}, {"userId": "ann", "kind": strings.Repeat("x", 1<<20)},
	}
	for _, doc := range bad {
		insert(t, coll, doc)
	}
	good := bson.NewObjectID()
	insert(t, coll, bson.M{"_id": good, "userId": "ann", "kind": "x"})
	if n := w.next(t); n.ID != rooms.EventID(good) {
		t.Errorf("told %+v", n)
	}
	if n := strings.Count(log.String(), "is no valid one and is left alone"); n != len(bad) {
		t.Errorf("%d were logged of %d: %s", n, len(bad), log)
	}
	if len(log.String()) > 1000*len(bad) {
		t.Errorf("the log has %d bytes", len(log.String()))
	}
	for _, unread := range []bool{false, true} {
		list, err := notifications.Notifications(t.Context(), "ann", rooms.EventID{}, unread, 100)
		if err != nil || len(list) != 1 || list[0].ID != rooms.EventID(good) {
			t.Errorf("unread %v: listed %+v, %v", unread, list, err)
		}
	}
	if n, err := notifications.UnreadNotifications(t.Context(), "ann", 100); err != nil || n != 1 {
		t.Errorf("%d are unread, %v, want 1", n, err)
	}
}

// TestKilledCursorsLoseNoNotification ends the stream's cursor again and again while 10,000
// are inserted.
func TestKilledCursorsLoseNoNotification(t *testing.T) {
	const writers, each = 4, 2500
	server := mongotest.Shared(t)
	store, coll, _ := notified(t, server)
	w := attend(t, store.Rooms().Notifications)
	done := make(chan struct{})
	var writing sync.WaitGroup
	for k := range writers {
		writing.Go(func() {
			for some := range slices.Chunk(make([]struct{}, each), 50) {
				docs := make([]bson.M, len(some))
				for i := range docs {
					docs[i] = bson.M{"userId": fmt.Sprint("user", k), "kind": "x"}
				}
				if _, err := coll.InsertMany(t.Context(), docs); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() {
		writing.Wait()
		close(done)
	}()
	killed := 0
	for going := true; going; {
		select {
		case <-done:
			going = false
		default:
			killed += killStreams(t, coll)
		}
	}
	if killed == 0 {
		t.Fatal("no cursor was killed")
	}
	seen := map[rooms.EventID]bool{}
	for range writers * each {
		n := w.next(t)
		if seen[n.ID] {
			t.Fatalf("%s was told twice", n.ID)
		}
		seen[n.ID] = true
	}
	t.Logf("%d cursors were killed, the watch ended %d times", killed, len(w.fails))
}

// killStreams kills the cursors of the change streams over a collection.
func killStreams(t *testing.T, coll *mongo.Collection) int {
	t.Helper()
	cursors := streamCursors(t, coll)
	for _, id := range cursors {
		coll.Database().RunCommand(t.Context(), bson.D{{Key: "killCursors", Value: coll.Name()}, {Key: "cursors", Value: bson.A{id}}})
	}
	return len(cursors)
}

// streamCursors gives the cursors of the change streams over a collection.
func streamCursors(t *testing.T, coll *mongo.Collection) []int64 {
	t.Helper()
	cursor, err := coll.Database().Client().Database("admin").Aggregate(t.Context(), mongo.Pipeline{
		{{Key: "$currentOp", Value: bson.M{"idleCursors": true, "allUsers": true}}},
		{{Key: "$match", Value: bson.M{"ns": coll.Database().Name() + "." + coll.Name(), "cursor.tailable": true}}},
	}, options.Aggregate())
	if err != nil {
		t.Fatal(err)
	}
	var found []struct {
		Cursor struct {
			ID int64 `bson:"cursorId"`
		} `bson:"cursor"`
	}
	if err := cursor.All(t.Context(), &found); err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.Cursor.ID
	}
	return ids
}

// A collection that is dropped ends a watch. The next ones tell what is inserted after it,
// whoever made the collection anew, and see to its indexes.
func TestNotificationsOutliveTheirCollection(t *testing.T) {
	store, coll, _ := notified(t, mongotest.Shared(t))
	notifications := store.Rooms().Notifications
	w := attend(t, notifications)
	first, second := bson.NewObjectID(), bson.NewObjectID()
	insert(t, coll, bson.M{"_id": first, "userId": "ann", "kind": "x"})
	if n := w.next(t); n.ID != rooms.EventID(first) {
		t.Errorf("told %+v", n)
	}
	w.stop()
	before := bson.NewObjectID()
	insert(t, coll, bson.M{"_id": before, "userId": "ann", "kind": "x"})
	if err := coll.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	insert(t, coll, bson.M{"_id": second, "userId": "ann", "kind": "x"})
	w = attend(t, notifications)
	for _, want := range []bson.ObjectID{before, second} {
		if n := w.next(t); n.ID != rooms.EventID(want) {
			t.Errorf("told %s, want %s", n.ID, want.Hex())
		}
	}
	if err := coll.Drop(t.Context()); err != nil { // while it is watched
		t.Fatal(err)
	}
	insert(t, coll, bson.M{"_id": first, "userId": "bob", "kind": "x"})
	if n := w.next(t); n.ID != rooms.EventID(first) || n.UserID != "bob" {
		t.Errorf("told %+v", n)
	}
	w.stop()
	for _, err := range w.fails[:len(w.fails)-1] {
		if !strings.Contains(err.Error(), "dropped") {
			t.Errorf("the watch ended with %v, want it to name the drop", err)
		}
	}
	if faults, err := store.Rooms().Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v", faults, err)
	}
}

// Where the oplog no longer has what came since the last watch, the next one says so and
// goes on from now; what it missed stays unread.
func TestNotificationsGoOnWhereTheOplogHasRolledOver(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, "--oplogSize", "16", "--syncdelay", "1")
	store, coll, log := notified(t, server)
	notifications := store.Rooms().Notifications
	w := attend(t, notifications)
	insert(t, coll, bson.M{"userId": "ann", "kind": "x"})
	w.next(t)
	w.stop()
	insert(t, coll, bson.M{"userId": "ann", "kind": "missed"})
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	rollOver(t, ctx, server, coll.Database().Name())
	w = attend(t, notifications)
	insert(t, coll, bson.M{"userId": "ann", "kind": "after"})
	if n := w.next(t); n.Kind != "after" {
		t.Errorf("told %+v", n)
	}
	if !strings.Contains(log.String(), "while none were watched are not told") {
		t.Errorf("logged %s", log)
	}
	if n, err := notifications.UnreadNotifications(t.Context(), "ann", 9); err != nil || n != 3 {
		t.Errorf("%d are unread, %v, want 3", n, err)
	}
}
