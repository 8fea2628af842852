package rooms_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// database is one MongoDB database with a plain driver beside our stores.
type database struct {
	uri, name string
	messages  *mongo.Collection
}

func newDatabase(t testing.TB) database {
	t.Helper()
	server := mongotest.Shared(t)
	name := server.Database(t)
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return database{server.URI, name, client.Database(name).Collection("messages")}
}

// open opens a store on the database, as one more instance does.
func (d database) open(t testing.TB) rooms.Store {
	t.Helper()
	store, err := mongodb.Open(context.Background(), mongodb.Options{URI: d.uri, Database: d.name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	return store.Rooms()
}

// insert writes a document as any other program does.
func (d database) insert(t testing.TB, document bson.D) {
	t.Helper()
	if _, err := d.messages.InsertOne(context.Background(), document); err != nil {
		t.Fatal(err)
	}
}

func message(room, text string) bson.D {
	return bson.D{{Key: "roomId", Value: room}, {Key: "text", Value: text}, {Key: "author", Value: "cron"}}
}

func TestAnInsertOfAnotherProgramSpeaksInTheRoom(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	send(t, s, "r", "from a client", "")
	db.insert(t, message("r", "from a shell"))
	within(t, "it is delivered", func() bool { return l.count("r") == 2 })
	same(t, "delivered", l.events("r"), stored(t, store, "r"))
	page, err := s.History(context.Background(), alice, rooms.HistoryInput{RoomID: "r"})
	if err != nil || len(page.Messages) != 2 || page.Messages[1].Text != "from a shell" || page.Messages[1].Author != "cron" {
		t.Fatalf("history: %+v, %v", page, err)
	}
	if at := page.Messages[1].Timestamp; time.Since(at) > time.Minute || at.IsZero() {
		t.Errorf("an absent timestamp became %s, want the id's time", at)
	}
}

func TestForeignAndOwnMessagesOnTwoInstancesShareOneLineOfNumbers(t *testing.T) {
	db := newDatabase(t)
	a, la := serve(t, db.open(t), rooms.Options{})
	store := db.open(t)
	b, lb := serve(t, store, rooms.Options{})
	join(t, a, la, "r", nil)
	join(t, b, lb, "r", nil)
	const writers, each = 4, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := db.messages.InsertOne(context.Background(), message("r", fmt.Sprint("foreign ", w, "-", i))); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			s := []*rooms.Service{a, b}[w%2]
			for i := range each {
				if _, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "r", Text: fmt.Sprint("own ", w, "-", i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	const total = 2 * writers * each
	within(t, "both deliver everything", func() bool { return la.count("r") >= total && lb.count("r") >= total })
	all := stored(t, store, "r")
	texts := map[string]bool{}
	for _, e := range all {
		if e.Type == rooms.TypeMessage {
			texts[e.Text] = true
		}
	}
	if len(texts) != total {
		t.Fatalf("%d different messages stored, want %d", len(texts), total)
	}
	within(t, "both are at the end", func() bool { return la.count("r") == len(all) && lb.count("r") == len(all) })
	same(t, "the first instance", la.events("r"), all)
	same(t, "the second instance", lb.events("r"), all)
}

func TestWhatWasInsertedWhileNobodyWatchedIsNumberedAtStart(t *testing.T) {
	db := newDatabase(t)
	first := db.open(t)
	if _, err := first.Catalog.CreateRoom(context.Background(), rooms.Room{ID: "r", Name: "r", Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	const n = 25
	for i := range n {
		db.insert(t, message("r", text(i)))
	}
	s, l := serve(t, db.open(t), rooms.Options{})
	join(t, s, l, "r", nil)
	within(t, "all are numbered", func() bool {
		page, err := s.History(context.Background(), alice, rooms.HistoryInput{RoomID: "r", Limit: 100})
		return err == nil && len(page.Messages) == n
	})
	stored(t, first, "r")
}

func TestMalformedInsertsHarmNothingAndAreLeftAlone(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	for _, bad := range []bson.D{
		{{Key: "hello", Value: "world"}},
		{{Key: "_id", Value: "a string"}, {Key: "roomId", Value: "r"}, {Key: "text", Value: "x"}, {Key: "author", Value: "a"}},
		{{Key: "roomId", Value: 7}, {Key: "text", Value: "x"}, {Key: "author", Value: "a"}},
		{{Key: "roomId", Value: "not a room!"}, {Key: "text", Value: "x"}, {Key: "author", Value: "a"}},
		{{Key: "roomId", Value: "r"}, {Key: "text", Value: bson.A{"x"}}, {Key: "author", Value: "a"}},
		{{Key: "roomId", Value: "r"}, {Key: "text", Value: ""}, {Key: "author", Value: "a"}},
		{{Key: "roomId", Value: "r"}, {Key: "text", Value: "x"}},
		{{Key: "roomId", Value: "r"}, {Key: "text", Value: "x"}, {Key: "author", Value: "a"}, {Key: "type", Value: "edit"}},
		{{Key: "roomId", Value: "r"}, {Key: "text", Value: "x"}, {Key: "author", Value: "a"}, {Key: "timestamp", Value: "yesterday"}},
	} {
		db.insert(t, bad)
	}
	db.insert(t, message("r", "good"))
	within(t, "the good one is delivered", func() bool { return l.count("r") == 1 })
	if all := stored(t, store, "r"); len(all) != 1 || all[0].Text != "good" {
		t.Errorf("%+v", all)
	}
	if malformed, badSeqs := s.Counts(); malformed != 9 || badSeqs != 0 {
		t.Errorf("%d malformed documents and %d bad seqs were counted, want 9 and 0", malformed, badSeqs)
	}
	unnumbered, err := db.messages.CountDocuments(context.Background(), bson.D{{Key: "seq", Value: bson.D{{Key: "$exists", Value: false}}}, {Key: "heartbeat", Value: bson.D{{Key: "$exists", Value: false}}}})
	if err != nil || unnumbered != 9 {
		t.Errorf("%d documents are left without a number, want 9 (%v)", unnumbered, err)
	}
}

func TestASeqThatNoInstanceGaveIsQuarantined(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	send(t, s, "r", "one", "")
	bad := []any{int64(1_000_000), int64(1_000_001), "7", 3.5, 2.0, int64(0), int64(-4), nil, bson.A{5}}
	for _, seq := range bad {
		db.insert(t, append(message("r", "bad seq"), bson.E{Key: "seq", Value: seq}))
	}
	within(t, "all are quarantined", func() bool {
		n, err := db.messages.CountDocuments(context.Background(), bson.D{{Key: "badSeq", Value: bson.D{{Key: "$exists", Value: true}}}})
		return err == nil && n == int64(len(bad))
	})
	if _, badSeqs := s.Counts(); badSeqs != 7 { // all but those that are integers, only too high
		t.Errorf("%d bad seqs were counted, want 7", badSeqs)
	}
	if sent := send(t, s, "r", "two", ""); sent.Seq != 2 {
		t.Errorf("the next message got seq %d", sent.Seq)
	}
	within(t, "it is delivered", func() bool { return l.count("r") == 2 })
	// A room nobody is in is held to the same when it is next written to.
	db.insert(t, append(message("quiet", "bad seq"), bson.E{Key: "seq", Value: int64(5_000_000)}))
	if sent := send(t, s, "quiet", "one", ""); sent.Seq != 1 {
		t.Errorf("the first message of a room got seq %d", sent.Seq)
	}
}

func TestAHoleMadeByHandBecomesAVoidOnMongoDB(t *testing.T) {
	db := newDatabase(t)
	store := db.open(t)
	var c clock
	s, l := serve(t, store, rooms.Options{Now: c.now})
	join(t, s, l, "r", nil)
	send(t, s, "r", "one", "")
	db.insert(t, append(message("r", "four"), bson.E{Key: "seq", Value: int64(4)}))
	within(t, "2 and 3 become voids", func() bool {
		c.advance(time.Second)
		return l.count("r") == 4
	})
	got := l.events("r")
	inOrder(t, "delivered", got, 1)
	if got[1].Type != rooms.TypeVoid || got[2].Type != rooms.TypeVoid || got[3].Text != "four" {
		t.Errorf("%+v", got)
	}
}
