package mongodb_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// arrivals notes what a stream tells of.
type arrivals struct {
	mu  sync.Mutex
	ids []rooms.EventID
}

func (a *arrivals) Opened() {}

func (a *arrivals) Arrived(batch []rooms.Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range batch {
		a.ids = append(a.ids, one.Event.ID)
	}
}

func (a *arrivals) has(id rooms.EventID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.ids, id)
}

// What the primary has taken, and no majority yet, when a stream opens: what is read then does not show it, so the
// stream tells of it.
func TestWhatNoMajorityHasWhenAStreamOpensIsTold(t *testing.T) {
	t.Parallel()
	set := mongotest.StartSet(t, "--setParameter", "enableTestCommands=1")
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: set.URI, Database: "opening"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	client, err := mongo.Connect(options.Client().ApplyURI(set.URI).SetWriteConcern(writeconcern.W1()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	coll := client.Database("opening").Collection("messages")

	const deaf = "stopReplProducer"
	others := set.Secondaries(t)
	for _, node := range others {
		answer := node.Command(t, bson.D{{Key: "configureFailPoint", Value: deaf}, {Key: "mode", Value: "alwaysOn"}})
		before, _ := answer.Lookup("count").AsInt64OK()
		node.Command(t, bson.D{{Key: "waitForFailPoint", Value: deaf}, {Key: "timesEntered", Value: before + 1}})
	}
	id := bson.NewObjectID()
	if _, err := coll.InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}, {Key: "roomId", Value: "general"}, {Key: "text", Value: "hello"}, {Key: "author", Value: "ci"}}); err != nil {
		t.Fatal(err)
	}
	told := &arrivals{}
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() {
		for ctx.Err() == nil {
			store.Rooms().Stream.Watch(ctx, told) // it may end before a majority has its indexes; the next one opens
		}
	})
	defer watching.Wait()
	defer cancel()
	eventually(t, "the stream to open", func() bool { return len(streamCursors(t, coll)) > 0 })
	for _, node := range others {
		node.Command(t, bson.D{{Key: "configureFailPoint", Value: deaf}, {Key: "mode", Value: "off"}})
	}
	eventually(t, "what was inserted before", func() bool { return told.has(rooms.EventID(id)) })
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(faultPatience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", faultPatience, what)
		}
		<-time.After(20 * time.Millisecond)
	}
}
