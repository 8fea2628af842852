package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0") // listens and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()

	cases := map[string]struct {
		uri  func(t *testing.T) string
		want []string
	}{
		"no URI":         {fixed(""), []string{"-mongodb-uri", "mongodb://"}},
		"no scheme":      {fixed("localhost:27017"), []string{"-mongodb-uri", "scheme", "mongodb://"}},
		"a bad option":   {fixed("mongodb://localhost/?w=-1"), []string{"-mongodb-uri"}},
		"nobody there":   {fixed("mongodb://" + closed.Addr().String()), []string{"-mongodb-uri", closed.Addr().String(), "running"}},
		"nobody answers": {fixed("mongodb://" + nobody.Addr().String()), []string{"-mongodb-uri", nobody.Addr().String()}},
		"a mongod without a replica set": {
			func(t *testing.T) string { return mongotest.Bare(t).URI }, []string{"-mongodb-uri", "--replSet", "rs.initiate()"},
		},
		"the same, a set asked for": {
			func(t *testing.T) string { return mongotest.Bare(t).URI + "?replicaSet=rs0" }, []string{"-mongodb-uri", "--replSet", "rs.initiate()"},
		},
		"a replica set that was not initiated": {
			func(t *testing.T) string { return mongotest.Bare(t, "--replSet", "rs0").URI }, []string{"-mongodb-uri", "rs.initiate()"},
		},
		"a set of another name": {
			func(t *testing.T) string { return strings.Replace(mongotest.Start(t).URI, "=rs0", "=other", 1) },
			[]string{"-mongodb-uri", "replicaSet=other", "belongs to rs0"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mongodb.Open(context.Background(), mongodb.Options{URI: c.uri(t), ConnectTimeout: time.Second})
			if err == nil {
				t.Fatal("it opened")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not name %q", err, part)
				}
			}
		})
	}
}

// A password must not reach the log by way of an error.
func TestOpenKeepsThePasswordToItself(t *testing.T) {
	server := mongotest.Shared(t)
	_, at, _ := strings.Cut(server.URI, "mongodb://")
	const secret = "hunter2secret"
	for name, uri := range map[string]string{
		"wrong":             "mongodb://nobody:" + secret + "@" + at,
		"not escaped":       "mongodb://nobody:" + secret + "%zz@" + at,
		"with a slash":      "mongodb://nobody:" + secret + "/x@" + at,
		"with an at":        "mongodb://nobody:" + secret + "@x@" + at,
		"with a colon":      "mongodb://nobody:" + secret + ":x@" + at,
		"of no server":      "mongodb://nobody:" + secret + "@127.0.0.1:1",
		"without a scheme":  "nobody:" + secret + "@" + at,
		"of another scheme": "http://nobody:" + secret + "@" + at,
		"with a bad port":   "mongodb://nobody:" + secret + "@127.0.0.1:port",
		"with a bad option": "mongodb://nobody:" + secret + "@" + at + "&retryWrites=maybe",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mongodb.Open(context.Background(), mongodb.Options{URI: uri, ConnectTimeout: time.Second})
			if err == nil {
				t.Fatal("it opened")
			}
			if strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "-mongodb-uri") {
				t.Errorf("the error is %q", err)
			}
			if name == "wrong" && !strings.Contains(err.Error(), "refuses the credentials") {
				t.Errorf("%q does not name the credentials", err)
			}
		})
	}
}

func fixed(uri string) func(*testing.T) string { return func(*testing.T) string { return uri } }

func TestOpenEndsWithItsContext(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := mongodb.Open(ctx, mongodb.Options{URI: "mongodb://" + closed.Addr().String()}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
}

// What the URI says of safety must not weaken the promises.
func TestURICannotWeakenWrites(t *testing.T) {
	server := mongotest.Shared(t)
	uri := server.URI + "&w=0&retryWrites=false&readConcernLevel=local&readPreference=secondaryPreferred&timeoutMS=300"
	store, err := mongodb.Open(context.Background(), mongodb.Options{URI: uri, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	watch := storetest.Watch(t, store.Rooms().Stream)
	log := store.Rooms().Log
	for seq := int64(1); seq <= 3; seq++ {
		if err := log.Append(t.Context(), storetest.Messages("general", seq, 1)); err != nil {
			t.Fatal(err)
		}
		if read, err := log.Since(t.Context(), "general", seq-1, rooms.Page{}); err != nil || len(read) != 1 {
			t.Fatalf("read %v, %v", read, err)
		}
	}
	var dup *rooms.DuplicateError
	if err := log.Append(t.Context(), storetest.Messages("general", 2, 1)); !errors.As(err, &dup) {
		t.Fatalf("got %v, want a DuplicateError: w=0 would not tell", err)
	}
	for seq := int64(1); seq <= 3; seq++ {
		if got := watch.Next(t); got.Event.Seq != seq {
			t.Fatalf("arrived %+v, want seq %d", got, seq)
		}
	}
	// The stream must wait longer than timeoutMS.
	<-time.After(time.Second)
	if err := log.Append(t.Context(), storetest.Messages("general", 4, 1)); err != nil {
		t.Fatal(err)
	}
	if got := watch.Next(t); got.Event.Seq != 4 {
		t.Fatalf("arrived %+v, want seq 4", got)
	}
}

func TestOpenRefusesIndexesOfAnotherShape(t *testing.T) {
	seq, cid := bson.D{{Key: "roomId", Value: 1}, {Key: "seq", Value: 1}}, bson.D{{Key: "roomId", Value: 1}, {Key: "author", Value: 1}, {Key: "clientId", Value: 1}}
	positive := bson.D{{Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}}}
	there := func(name string) bson.D { return bson.D{{Key: name, Value: bson.D{{Key: "$exists", Value: true}}}} }
	cases := map[string]mongo.IndexModel{
		"room_seq":        {Keys: seq, Options: options.Index().SetName("room_seq").SetPartialFilterExpression(positive)}, // not unique
		"room_seq of all": {Keys: seq, Options: options.Index().SetName("room_seq").SetUnique(true)},
		"room_seq where seq exists": {
			Keys: seq, Options: options.Index().SetName("room_seq").SetUnique(true).SetPartialFilterExpression(there("seq")),
		},
		"room_seq the other way round": {
			Keys:    bson.D{{Key: "seq", Value: 1}, {Key: "roomId", Value: 1}},
			Options: options.Index().SetName("room_seq").SetUnique(true).SetPartialFilterExpression(positive),
		},
		"room_seq by another name": {
			Keys: seq, Options: options.Index().SetName("mine").SetUnique(true).SetPartialFilterExpression(positive),
		},
		"room_cid": {Keys: cid, Options: options.Index().SetName("room_cid").SetPartialFilterExpression(there("clientId"))},
		"room_cid without regard to case": {
			Keys: cid, Options: options.Index().SetName("room_cid").SetUnique(true).SetPartialFilterExpression(there("clientId")).
				SetCollation(&options.Collation{Locale: "en", Strength: 2}),
		},
		"heartbeat": {Keys: bson.D{{Key: "heartbeat", Value: 1}}, Options: options.Index().SetName("heartbeat").SetPartialFilterExpression(there("heartbeat"))},
	}
	server := mongotest.Shared(t)
	for name, model := range cases {
		t.Run(name, func(t *testing.T) {
			database := server.Database(t)
			coll := otherProgram(t, server, database)
			if _, err := coll.Indexes().CreateOne(t.Context(), model); err != nil {
				t.Fatal(err)
			}
			_, err := mongodb.Open(context.Background(), mongodb.Options{URI: server.URI, Database: database})
			if err == nil {
				t.Fatal("it opened")
			}
			if !strings.Contains(err.Error(), "index") || !strings.Contains(err.Error(), "drop it") {
				t.Errorf("%q does not say what to do", err)
			}
		})
	}
}

func TestOpenAcceptsIndexesMadeByAShell(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	coll := otherProgram(t, server, database)
	_, err := coll.Indexes().CreateOne(t.Context(), mongo.IndexModel{
		Keys: bson.D{{Key: "roomId", Value: 1.0}, {Key: "seq", Value: 1.0}}, // a shell's numbers are doubles
		Options: options.Index().SetName("room_seq").SetUnique(true).
			SetPartialFilterExpression(bson.D{{Key: "seq", Value: bson.D{{Key: "$gt", Value: 0.0}}}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	open(t, server, database)
}

func TestOpenRefusesACollectionWithDuplicates(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	coll := otherProgram(t, server, database)
	insert(t, coll, plain(bson.M{"seq": 1}))
	insert(t, coll, plain(bson.M{"seq": 1}))
	_, err := mongodb.Open(context.Background(), mongodb.Options{URI: server.URI, Database: database})
	if err == nil || !strings.Contains(err.Error(), "duplicates") {
		t.Fatalf("got %v, want it refused for its duplicates", err)
	}
}

// Without its unique indexes a collection would take every number twice.
func TestDroppedCollectionStopsAppendsUntilItsIndexesAreBack(t *testing.T) {
	drop := map[string]func(ctx context.Context, coll *mongo.Collection) error{
		"drop": func(ctx context.Context, coll *mongo.Collection) error { return coll.Drop(ctx) },
		"rename": func(ctx context.Context, coll *mongo.Collection) error {
			db := coll.Database()
			return db.Client().Database("admin").RunCommand(ctx, bson.D{
				{Key: "renameCollection", Value: db.Name() + ".messages"}, {Key: "to", Value: db.Name() + ".elsewhere"},
			}).Err()
		},
		"dropDatabase": func(ctx context.Context, coll *mongo.Collection) error { return coll.Database().Drop(ctx) },
	}
	for name, drop := range drop {
		t.Run(name, func(t *testing.T) {
			store, other, watch := meeting(t)
			if err := store.Log.Append(t.Context(), storetest.Messages("general", 1, 3)); err != nil {
				t.Fatal(err)
			}
			if err := drop(t.Context(), other); err != nil {
				t.Fatal(err)
			}
			if err := watch.Ended(t); err == nil || !strings.Contains(err.Error(), "dropped") {
				t.Fatalf("the watch ended with %v, want it to name the drop", err)
			}
			err := store.Log.Append(t.Context(), storetest.Messages("general", 4, 1))
			var e *rooms.Error
			if !errors.As(err, &e) || e.Code != rooms.CodeUnavailable {
				t.Fatalf("append without indexes: %v, want %s", err, rooms.CodeUnavailable)
			}
			if _, err := store.Foreign.Adopt(t.Context(), storetest.Messages("general", 4, 1)); !errors.As(err, &e) || e.Code != rooms.CodeUnavailable {
				t.Fatalf("adopt without indexes: %v, want %s", err, rooms.CodeUnavailable)
			}
			storetest.Watch(t, store.Stream)
			if err := store.Log.Append(t.Context(), storetest.Messages("general", 4, 1)); err != nil {
				t.Fatal(err)
			}
			err = store.Log.Append(t.Context(), storetest.Messages("general", 4, 1))
			var dup *rooms.DuplicateError
			if !errors.As(err, &dup) || dup.Key != rooms.UniqueSeq {
				t.Fatalf("got %v, want the number refused: the indexes are not back", err)
			}
		})
	}
}

// Heartbeats leave nothing behind but the newest.
func TestBeatsReplaceEachOther(t *testing.T) {
	store, other, _ := meeting(t)
	for range 5 {
		for _, name := range []string{"one", "two"} {
			if err := store.Stream.Beat(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
	n, err := other.CountDocuments(t.Context(), bson.M{"heartbeat": bson.M{"$exists": true}})
	if err != nil || n != 2 {
		t.Fatalf("%d heartbeats (%v), want 2", n, err)
	}
	if err := store.Stream.Beat(t.Context(), ""); err == nil {
		t.Error("a beat of nobody was taken")
	}
}

// TestAppendOfManyRooms is a lane's largest batch.
func TestAppendOfManyRooms(t *testing.T) {
	store, _, watch := meeting(t)
	var batch []*rooms.Event
	for r := range 50 {
		batch = append(batch, storetest.Messages(rooms.RoomID(fmt.Sprint("room", r)), 1, 2)...)
	}
	if err := store.Log.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for _, want := range batch {
		if got := watch.Next(t); got.Event != *want {
			t.Fatalf("arrived %+v, want %+v", got.Event, *want)
		}
	}
}

// TestAppendIsOneCommand asks the server what it was told to insert.
func TestAppendIsOneCommand(t *testing.T) {
	store, other, _ := meeting(t)
	db := other.Database()
	if err := db.RunCommand(t.Context(), bson.D{{Key: "profile", Value: 2}}).Err(); err != nil {
		t.Fatal(err)
	}
	const events = 100
	if err := store.Log.Append(t.Context(), storetest.Messages("general", 1, events)); err != nil {
		t.Fatal(err)
	}
	cursor, err := db.Collection("system.profile").Find(t.Context(), bson.D{{Key: "ns", Value: db.Name() + ".messages"}, {Key: "op", Value: "insert"}})
	if err != nil {
		t.Fatal(err)
	}
	var inserts []struct {
		Inserted int `bson:"ninserted"`
	}
	if err := cursor.All(t.Context(), &inserts); err != nil || len(inserts) != 1 || inserts[0].Inserted != events {
		t.Errorf("the server was told to insert %+v, %v, want %d at once", inserts, err, events)
	}
}

// A clientId comes back in the server's message: it must not be read as an index.
func TestClientIDThatLooksLikeAnIndex(t *testing.T) {
	store, _, _ := meeting(t)
	for i, clientID := range []string{"x index: room_seq dup key", " index: _id_ ", "\" } index: room_seq "} {
		first := storetest.Message("general", int64(i+1))
		first.ClientID = clientID
		if err := store.Log.Append(t.Context(), []*rooms.Event{first}); err != nil {
			t.Fatal(err)
		}
		again := storetest.Message("general", 1000)
		again.ClientID = clientID
		var dup *rooms.DuplicateError
		if err := store.Log.Append(t.Context(), []*rooms.Event{again}); !errors.As(err, &dup) || dup.Key != rooms.UniqueClientID {
			t.Errorf("clientId %q: %v, want it refused for %s", clientID, err, rooms.UniqueClientID)
		}
	}
}
