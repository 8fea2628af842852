package mongodb_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// openFeeds gives what streams stand on, over one fresh database, and that database.
func openFeeds(t *testing.T, server *mongotest.Server) (streams.Database, streams.Store, *mongo.Database) {
	t.Helper()
	name := server.Database(t)
	store := open(t, server, name)
	database, declared, err := store.Streams("")
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
		defer cancel()
		client.Disconnect(ctx)
	})
	return database, declared, client.Database(name)
}

// next waits for an event or an error.
func next(t *testing.T, c streams.Cursor) (bson.Raw, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), faultPatience)
	defer cancel()
	for {
		event, err := c.Next(ctx)
		if event != nil || err != nil {
			return event, err
		}
	}
}

func openFeed(t *testing.T, d streams.Database, w streams.Watch) streams.Cursor {
	t.Helper()
	cursor, err := d.Open(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cursor.Close)
	return cursor
}

func insertInto(t *testing.T, coll *mongo.Collection, document bson.D) {
	t.Helper()
	if _, err := coll.InsertOne(t.Context(), document); err != nil {
		t.Fatal(err)
	}
}

func TestAFeedGoesOnBehindAPosition(t *testing.T) {
	feeds, _, db := openFeeds(t, mongotest.Shared(t))
	cursor := openFeed(t, feeds, streams.Watch{Collection: "posts"})
	begun := cursor.Position()
	for n := range 3 {
		insertInto(t, db.Collection("posts"), bson.D{{Key: "n", Value: n}})
	}
	positions := []streams.Position{begun}
	for range 3 {
		if _, err := next(t, cursor); err != nil {
			t.Fatal(err)
		}
		if at := cursor.Position(); at <= positions[len(positions)-1] {
			t.Errorf("position %s does not come behind %s", at, positions[len(positions)-1])
		}
		positions = append(positions, cursor.Position())
	}
	for i, at := range positions[:3] {
		again := openFeed(t, feeds, streams.Watch{Collection: "posts", After: at})
		event, err := next(t, again)
		if n, _ := event.Lookup("fullDocument", "n").AsInt64OK(); err != nil || n != int64(i) {
			t.Errorf("behind position %d comes %d, %v", i, n, err)
		}
	}
	idle := openFeed(t, feeds, streams.Watch{Collection: "posts", After: positions[3]})
	insertInto(t, db.Collection("others"), bson.D{})
	for deadline := time.Now().Add(faultPatience); idle.Position() <= positions[3]; {
		if event, err := idle.Next(t.Context()); event != nil || err != nil || time.Now().After(deadline) {
			t.Fatalf("an idle stream's position stays; %s, %v", event, err)
		}
	}
}

func TestAFeedSaysWhyItEnds(t *testing.T) {
	feeds, _, db := openFeeds(t, mongotest.Shared(t))
	insertInto(t, db.Collection("posts"), bson.D{})
	cursor := openFeed(t, feeds, streams.Watch{
		Collection: "posts", Pipeline: []bson.D{{{Key: "$match", Value: bson.D{{Key: "operationType", Value: "insert"}}}}},
	})
	if err := db.Collection("posts").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := next(t, cursor); !errors.Is(err, streams.ErrDropped) {
		t.Errorf("dropped: %v", err)
	}
	for _, stage := range []bson.D{
		{{Key: "$nonsense", Value: 1}},
		{{Key: "$match", Value: bson.D{{Key: "a", Value: bson.D{{Key: "$nonsense", Value: 1}}}}}},
		{{Key: "$lookup", Value: bson.D{{Key: "from", Value: "users"}, {Key: "as", Value: "u"}, {Key: "pipeline", Value: bson.A{}}}}},
	} {
		_, err := feeds.Open(t.Context(), streams.Watch{Collection: "posts", Pipeline: []bson.D{stage}})
		if e := rooms.AsError(err); e == nil || e.Code != rooms.CodeBadRequest || e.Field != "stages" {
			t.Errorf("%v: %v", stage, err)
		}
	}
	_, err := feeds.Open(t.Context(), streams.Watch{Collection: "posts", After: streams.Position("8200000001000000012B022C0100296E04")})
	if rooms.AsError(err).Code != rooms.CodeGone {
		t.Errorf("behind a position of 1970: %v", err)
	}
}

func TestAFeedMeetsAnEventTooLargeToBeSent(t *testing.T) {
	// A server of its own: the shared one's small cache may be full of what other tests wrote.
	feeds, _, db := openFeeds(t, mongotest.Start(t))
	large := streams.Watch{Collection: "posts", FullDocument: true}
	cursor := openFeed(t, feeds, large)
	insertInto(t, db.Collection("posts"), bson.D{{Key: "_id", Value: 1}})
	update := bson.D{{Key: "$set", Value: bson.D{{Key: "text", Value: strings.Repeat("x", 9<<20)}}}}
	if _, err := db.Collection("posts").UpdateByID(t.Context(), 1, update); err != nil {
		t.Fatal(err)
	}
	insertInto(t, db.Collection("posts"), bson.D{{Key: "_id", Value: 2}})
	begun := cursor.Position()
	var err error
	for err == nil {
		_, err = next(t, cursor)
	}
	if !errors.Is(err, streams.ErrTooLarge) {
		t.Fatalf("the stream ended with %v", err)
	}
	large.After, large.OneByOne = begun, true
	single := openFeed(t, feeds, large)
	if event, err := next(t, single); err != nil || event.Lookup("operationType").StringValue() != "insert" {
		t.Fatalf("the one before it: %v", err)
	}
	if _, err := next(t, single); !errors.Is(err, streams.ErrTooLarge) {
		t.Fatalf("the large one: %v", err)
	}
	large.After = single.Position()
	large.Pipeline = []bson.D{{{Key: "$project", Value: bson.D{{Key: "operationType", Value: 1}}}}}
	bare := openFeed(t, feeds, large)
	if event, err := next(t, bare); err != nil || event.Lookup("operationType").StringValue() != "update" {
		t.Fatalf("the large one without its content: %s, %v", event, err)
	}
}
