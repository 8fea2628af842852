package mongodb_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// Without its unique indexes numbers would double: who drops one stops all appends until a
// stream has opened again and made it anew.
func TestDroppedIndexStopsAppendsUntilItIsBack(t *testing.T) {
	t.Parallel()
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	sink := &held{opened: make(chan struct{}), hold: make(chan struct{})}
	close(sink.hold)
	ended := make(chan error, 1)
	go func() { ended <- store.Stream.Watch(ctx, sink) }()
	<-sink.opened
	if err := store.Log.Append(ctx, storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	messages := otherProgram(t, server, database)
	if err := messages.Indexes().DropOne(ctx, string(rooms.UniqueSeq)); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "index") {
		t.Errorf("the watch ended with %v, want it to say that an index was dropped", err)
	}
	if err := store.Log.Append(ctx, storetest.Messages("general", 2, 1)); err == nil {
		t.Error("an append was taken without the unique index")
	}
	f := follow(t, store, "general")
	if _, err := resolve(ctx, store.Log, storetest.Message("general", 2)); err != nil {
		t.Fatal(err)
	}
	f.wait(t, "all events", func() bool { return len(f.seen) == 2 })
	wantWhole(t, store, f, 2)
	specs, err := messages.Indexes().ListSpecifications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range specs {
		if spec.Name == string(rooms.UniqueSeq) {
			return
		}
	}
	t.Errorf("the index is not back: %+v", specs)
}

// Between the end of a collection and the stream's word of it an append would make a new
// one, without the indexes. Here no stream tells at all.
func TestNothingIsNumberedInAnotherCollectionOfTheName(t *testing.T) {
	t.Parallel()
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	if err := store.Log.Append(ctx, storetest.Messages("general", 1, 1)); err != nil {
		t.Fatal(err)
	}
	messages := otherProgram(t, server, database)
	if err := messages.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	if err := store.Log.Append(ctx, storetest.Messages("general", 2, 1)); err == nil {
		t.Error("an append made a collection without indexes")
	}
	insert(t, messages, plain(nil)) // another program makes it
	if err := store.Log.Append(ctx, storetest.Messages("general", 2, 1)); err == nil {
		t.Error("an append was taken into a collection without indexes")
	}
	if n, err := messages.CountDocuments(ctx, map[string]any{"seq": map[string]any{"$exists": true}}); err != nil || n > 0 {
		t.Errorf("%d documents are numbered, %v", n, err)
	}
}

// Until a unique index is made it refuses nothing: an instance that meets one in the making must
// not number events beside it.
func TestAnIndexInTheMakingIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, "--setParameter", "enableTestCommands=1")
	database := server.Database(t)
	messages := otherProgram(t, server, database)
	if _, err := messages.InsertOne(t.Context(), bson.D{{Key: "roomId", Value: "general"}, {Key: "text", Value: "hello"}, {Key: "author", Value: "cron"}}); err != nil {
		t.Fatal(err) // the making of an index over nothing is not held
	}
	const held = "hangAfterSettingUpIndexBuild"
	server.Command(t, bson.D{{Key: "configureFailPoint", Value: held}, {Key: "mode", Value: "alwaysOn"}})
	opened := make(chan error, 2)
	begin := func() {
		go func() {
			store, err := mongodb.Open(context.Background(), mongodb.Options{URI: server.URI, Database: database})
			if err == nil {
				err = store.Close(context.Background())
			}
			opened <- err
		}()
	}
	both := func() {
		t.Helper()
		end := time.After(faultPatience)
		for {
			ops, err := messages.Database().Client().Database("admin").Aggregate(t.Context(), mongo.Pipeline{
				{{Key: "$currentOp", Value: bson.D{}}},
				{{Key: "$match", Value: bson.D{
					{Key: "command.createIndexes", Value: "messages"}, {Key: "command.indexes.name", Value: rooms.UniqueSeq},
					{Key: "client", Value: bson.D{{Key: "$exists", Value: true}}}, // the builder itself has none
				}}},
			})
			var found []bson.Raw
			if err == nil {
				err = ops.All(t.Context(), &found)
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 2 {
				return
			}
			select {
			case err := <-opened:
				t.Fatalf("a store is open (%v) without its indexes", err)
			case <-end:
				t.Fatalf("%d instances make the indexes or wait for them, not both", len(found))
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	begin()
	server.Command(t, bson.D{{Key: "waitForFailPoint", Value: held}, {Key: "timesEntered", Value: 1}})
	begin()
	both()
	server.Command(t, bson.D{{Key: "configureFailPoint", Value: held}, {Key: "mode", Value: "off"}})
	for range 2 {
		if err := <-opened; err != nil {
			t.Error(err)
		}
	}
}
