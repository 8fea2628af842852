package mongodb_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

const (
	failDeaf    = "stopReplProducer" // a node fetches nothing any more
	failCommand = "failCommand"
)

// What the last primary acked is shown by the next one, which has it and cannot know yet that a majority has: to who began
// to read before there was a new primary, to who reads there first, and to who waits behind one that gives up.
func TestANewPrimaryShowsWhatTheLastOneAcked(t *testing.T) {
	t.Parallel()
	set := mongotest.StartSet(t, "--setParameter", "enableTestCommands=1")
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: set.URI, Database: "barrier"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	feeds, _, err := store.Streams("")
	if err != nil {
		t.Fatal(err)
	}
	files := store.Rooms().Files
	byID := func(id rooms.FileID) look {
		return func(ctx context.Context) (int, error) {
			found, err := files.Files(ctx, rooms.FileQuery{IDs: []rooms.FileID{id}})
			return len(found), err
		}
	}
	asAFeed := func(id rooms.FileID) look {
		return func(ctx context.Context) (found int, err error) {
			match := bson.D{{Key: "$match", Value: bson.D{{Key: "_id", Value: string(id)}}}}
			err = feeds.Find(ctx, "attachments", []bson.D{match}, func(bson.Raw) error { found++; return nil })
			return found, err
		}
	}

	// The one before was waited for long ago.
	for who, read := range map[string]look{"a read": byID("none"), "a feed": asAFeed("none")} {
		if found, err := read(t.Context()); err != nil || found != 0 {
			t.Fatalf("%s finds %d files, %v, and there is none", who, found, err)
		}
	}

	var early *reading
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	heir, id := lag(t, set, files, func(id rooms.FileID) { early = read(ctx, byID(id)) })
	defer heir.learn()

	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if found, err := byID(id)(short); err == nil {
		t.Errorf("a read that did not wait found %d files", found)
	}
	late := map[string]*reading{"a read": read(t.Context(), byID(id)), "a feed": read(t.Context(), asAFeed(id))}
	giveUp()
	if answer := early.await(t); answer.err == nil {
		t.Errorf("who began to read before the election found %d files, before anybody could know what is acked", answer.found)
	}
	heir.learn()
	for who, late := range late {
		if answer := late.await(t); answer.err != nil || answer.found != 1 {
			t.Errorf("%s that came first to the new primary found %d files, %v, and one was acked", who, answer.found, answer.err)
		}
	}
	if found, err := byID(id)(t.Context()); err != nil || found != 1 {
		t.Errorf("who reads afterwards finds %d files, %v, and one was acked", found, err)
	}
}

// look counts the files that it finds.
type look func(ctx context.Context) (found int, err error)

// reading is a read that goes on.
type reading struct{ done chan answer }

type answer struct {
	found int
	err   error
}

// read looks until the database answers or ctx is done.
func read(ctx context.Context, look look) *reading {
	r := &reading{make(chan answer, 1)}
	go func() {
		for {
			found, err := look(ctx)
			var known *rooms.Error
			if ctx.Err() == nil && errors.As(err, &known) && known.Code == rooms.CodeUnavailable {
				continue // it was bounded by the store
			}
			r.done <- answer{found, err}
			return
		}
	}()
	return r
}

func (r *reading) await(t *testing.T) answer {
	t.Helper()
	select {
	case a := <-r.done:
		return a
	case <-time.After(faultPatience):
		t.Fatalf("a read has not ended after %v", faultPatience)
		return answer{}
	}
}

// successor is a primary that was just elected.
type successor struct{ learn func() } // from learn on a majority follows it

// lag has one primary ack a file and die, and gives the next one, once that is elected: it has the file, and a majority
// read there does not show it. died is called between the two.
func lag(t *testing.T, set *mongotest.Set, files rooms.Files, died func(rooms.FileID)) (successor, rooms.FileID) {
	t.Helper()
	const tries = 5 // what stands in the way: an answer, or a heartbeat, at the wrong moment
	for range tries {
		set.Heal(t)
		old, others := set.Primary(t), set.Secondaries(t)
		heir, third := others[0], others[1]
		syncFrom(t, heir, old)
		failPoint(t, third, failDeaf, "alwaysOn", nil)
		learn := func() { failPoint(t, third, failDeaf, "off", nil) }
		// The heir's next question for what is new is not answered: the one that waits there brings the file, and the next
		// would tell that a majority has it.
		failPoint(t, old, failCommand, "alwaysOn", bson.D{
			{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "failInternalCommands", Value: true},
			{Key: "blockConnection", Value: true}, {Key: "blockTimeMS", Value: 20_000},
		})
		id := rooms.FileID(rand.Text())
		err := files.PutFile(t.Context(), rooms.File{ID: id, RoomID: "general", Author: "ann", Name: "a.txt", Size: 1, Type: "text/plain", CreatedAt: time.Now(), Stored: true})
		if err != nil {
			t.Logf("the file is not acked: %v", err)
			failPoint(t, old, failCommand, "off", nil)
			learn()
			continue
		}
		old.Kill(t)
		died(id)
		heir.Try(bson.D{{Key: "replSetStepUp", Value: 1}}) // where it fails, the election comes by itself
		eventually(t, "an election", heir.IsPrimary)
		if !shown(t, heir, id) {
			return successor{learn}, id
		}
		t.Log("the new primary knew already that the file is acked")
		learn()
	}
	t.Fatalf("in %d tries no primary was elected that did not know what is acked", tries)
	return successor{}, ""
}

// syncFrom has a node fetch what is new from another.
func syncFrom(t *testing.T, node, from *mongotest.Server) {
	t.Helper()
	host := from.Command(t, bson.D{{Key: "hello", Value: 1}}).Lookup("me").StringValue()
	eventually(t, "a node to follow the primary itself", func() bool {
		status := node.Command(t, bson.D{{Key: "replSetGetStatus", Value: 1}})
		if source, _ := status.Lookup("syncSourceHost").StringValueOK(); source == host {
			return true
		}
		node.Try(bson.D{{Key: "replSetSyncFrom", Value: host}}) // it may be between two sources just then
		return false
	})
}

// failPoint sets one on a node, and returns when that has come to it.
func failPoint(t *testing.T, node *mongotest.Server, name, mode string, data bson.D) {
	t.Helper()
	command := bson.D{{Key: "configureFailPoint", Value: name}, {Key: "mode", Value: mode}}
	if data != nil {
		command = append(command, bson.E{Key: "data", Value: data})
	}
	set := node.Command(t, command)
	if name != failDeaf || mode == "off" {
		return
	}
	before, _ := set.Lookup("count").AsInt64OK()
	node.Command(t, bson.D{{Key: "waitForFailPoint", Value: name}, {Key: "timesEntered", Value: before + 1}})
}

// shown says whether a majority read at a node, as any program makes it, gives the file. The node has it, or the test
// fails.
func shown(t *testing.T, node *mongotest.Server, id rooms.FileID) bool {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(node.URI))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(context.Background())
	count := func(concern *readconcern.ReadConcern) int64 {
		coll := client.Database("barrier").Collection("attachments", options.Collection().SetReadConcern(concern))
		n, err := coll.CountDocuments(t.Context(), bson.D{{Key: "_id", Value: string(id)}})
		if err != nil {
			t.Fatal(fmt.Errorf("read at the new primary: %w", err))
		}
		return n
	}
	if count(readconcern.Local()) != 1 {
		t.Fatal("the new primary does not have what was acked")
	}
	return count(readconcern.Majority()) == 1
}
