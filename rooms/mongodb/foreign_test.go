package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
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

// otherProgram is the collection as any other program sees it: by the plain driver.
func otherProgram(t *testing.T, server *mongotest.Server, database string) *mongo.Collection {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return client.Database(database).Collection("messages")
}

// meeting is a store, another program in the same database, and a watch.
func meeting(t *testing.T) (rooms.Store, *mongo.Collection, *storetest.Watching) {
	t.Helper()
	return meetingWith(t, mongodb.Options{})
}

func meetingWith(t *testing.T, o mongodb.Options) (rooms.Store, *mongo.Collection, *storetest.Watching) {
	t.Helper()
	server := mongotest.Shared(t)
	o.URI, o.Database = server.URI, server.Database(t)
	opened, err := mongodb.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, opened) })
	store := opened.Rooms()
	return store, otherProgram(t, server, o.Database), storetest.Watch(t, store.Stream)
}

func insert(t *testing.T, coll *mongo.Collection, doc bson.M) {
	t.Helper()
	if _, err := coll.InsertOne(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

// plain is the least that another program has to insert, with changes: a nil removes
// a field.
func plain(changes bson.M) bson.M {
	doc := bson.M{"_id": bson.NewObjectID(), "roomId": "general", "text": "hello", "author": "bot"}
	for key, value := range changes {
		if doc[key] = value; value == nil {
			delete(doc, key)
		}
	}
	return doc
}

// null is a null in a document, where plain takes nil for absence.
var null = bson.Null{}

func TestInsertByAnotherProgramArrivesWithoutNumber(t *testing.T) {
	store, other, watch := meeting(t)
	id := bson.NewObjectID()
	cases := map[string]struct {
		doc  bson.M
		want rooms.Event
	}{
		"the least": {
			plain(bson.M{"_id": id}),
			rooms.Event{ID: rooms.EventID(id), RoomID: "general", Author: "bot", Text: "hello", Timestamp: id.Timestamp().UTC()},
		},
		"everything": {
			plain(bson.M{
				"_id": id, "clientId": "c-1", "parent": int32(3), "data": `{"a":1}`, "authorName": "Bot",
				"timestamp": time.UnixMilli(1e12), "ours": bson.A{1, "x"},
			}),
			rooms.Event{
				ID: rooms.EventID(id), RoomID: "general", Author: "bot", AuthorName: "Bot", Text: "hello",
				Timestamp: time.UnixMilli(1e12).UTC(), ClientID: "c-1", Parent: 3, Data: `{"a":1}`,
			},
		},
		"a long parent": {
			plain(bson.M{"_id": id, "parent": int64(3)}),
			rooms.Event{ID: rooms.EventID(id), RoomID: "general", Author: "bot", Text: "hello", Timestamp: id.Timestamp().UTC(), Parent: 3},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			insert(t, other, c.doc)
			if got := watch.Next(t); !reflect.DeepEqual(got, rooms.Arrival{Event: c.want}) {
				t.Fatalf("arrived\n%+v, want\n%+v", got, rooms.Arrival{Event: c.want})
			}
			if found, err := store.Log.Find(t.Context(), []*rooms.Event{&c.want}); err != nil || len(found) != 1 || found[0] != c.want {
				t.Errorf("found %+v, %v, want %+v", found, err, c.want)
			}
			if _, err := other.DeleteOne(t.Context(), bson.M{"_id": id}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestMalformedInsertsAreNamedAndLeftAlone(t *testing.T) {
	cases := map[string]struct {
		doc    bson.M
		reason string // what it must name
	}{
		"no roomId":            {plain(bson.M{"roomId": nil}), "roomId"},
		"roomId a number":      {plain(bson.M{"roomId": 7}), "roomId"},
		"roomId null":          {plain(bson.M{"roomId": null}), "roomId"},
		"roomId empty":         {plain(bson.M{"roomId": ""}), "roomId"},
		"roomId with a space":  {plain(bson.M{"roomId": "a b"}), "roomId"},
		"roomId too long":      {plain(bson.M{"roomId": strings.Repeat("x", 129)}), "roomId"},
		"no text":              {plain(bson.M{"text": nil}), "text"},
		"text a number":        {plain(bson.M{"text": 1}), "text"},
		"text a document":      {plain(bson.M{"text": bson.M{"a": 1}}), "text"},
		"text empty":           {plain(bson.M{"text": ""}), "text"},
		"text too long":        {plain(bson.M{"text": strings.Repeat("é", 8001)}), "text"},
		"text invalid UTF-8":   {plain(bson.M{"text": "a\xff"}), "text"},
		"text with NUL":        {plain(bson.M{"text": "a\x00b"}), "text"},
		"no author":            {plain(bson.M{"author": nil}), "author"},
		"author a number":      {plain(bson.M{"author": 1.5}), "author"},
		"author with control":  {plain(bson.M{"author": "a\nb"}), "author"},
		"author too long":      {plain(bson.M{"author": strings.Repeat("x", 129)}), "author"},
		"authorName a bool":    {plain(bson.M{"authorName": true}), "authorName"},
		"clientId a number":    {plain(bson.M{"clientId": 1}), "clientId"},
		"clientId null":        {plain(bson.M{"clientId": null}), "clientId"},
		"clientId not ASCII":   {plain(bson.M{"clientId": "é"}), "clientId"},
		"clientId too long":    {plain(bson.M{"clientId": strings.Repeat("x", 129)}), "clientId"},
		"parent a string":      {plain(bson.M{"parent": "1"}), "parent"},
		"parent a double":      {plain(bson.M{"parent": 1.0}), "parent"},
		"parent negative":      {plain(bson.M{"parent": -1}), "parent"},
		"timestamp a string":   {plain(bson.M{"timestamp": "2020-01-01"}), "timestamp"},
		"timestamp a number":   {plain(bson.M{"timestamp": int64(1)}), "timestamp"},
		"timestamp too late":   {plain(bson.M{"timestamp": bson.DateTime(math.MaxInt64)}), "timestamp"},
		"timestamp too early":  {plain(bson.M{"timestamp": bson.DateTime(math.MinInt64)}), "timestamp"},
		"data a document":      {plain(bson.M{"data": bson.M{"a": 1}}), "data"},
		"data a JSON array":    {plain(bson.M{"data": "[]"}), "data"},
		"data no JSON":         {plain(bson.M{"data": "{a:1}"}), "data"},
		"data too long":        {plain(bson.M{"data": `{"a":"` + strings.Repeat("x", 8<<10) + `"}`}), "data"},
		"type there":           {plain(bson.M{"type": "message"}), "type"},
		"type void":            {plain(bson.M{"type": "void"}), "type"},
		"type empty":           {plain(bson.M{"type": ""}), "type"},
		"type null":            {plain(bson.M{"type": null}), "type"},
		"_id a string":         {plain(bson.M{"_id": "mine"}), "_id"},
		"_id a number":         {plain(bson.M{"_id": 42}), "_id"},
		"_id a document":       {plain(bson.M{"_id": bson.M{"a": 1}}), "_id"},
		"quarantined before":   {plain(bson.M{"badSeq": 5}), "badSeq"},
		"over 64 KiB":          {plain(bson.M{"blob": make([]byte, 64<<10)}), "65536"},
		"almost 16 MiB":        {plain(bson.M{"blob": make([]byte, 16<<20-200)}), "65536"},
		"a roomId over 64 KiB": {plain(bson.M{"roomId": strings.Repeat("x", 70<<10)}), "65536"},
		"empty":                {bson.M{}, "roomId"},
		"a beat of nobody":     {bson.M{"heartbeat": time.Now()}, "roomId"},
		"no room's number":     {plain(bson.M{"roomId": 7, "seq": 1}), "roomId"},
		"a bad room's number":  {plain(bson.M{"roomId": "a b", "seq": 1}), "roomId"},
	}
	// The text index of the search keeps out what is no UTF-8: see the next test.
	store, other, watch := meetingWith(t, mongodb.Options{NoSearch: true})
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			insert(t, other, c.doc)
			got := watch.Next(t)
			if !strings.Contains(got.Malformed, c.reason) {
				t.Fatalf("arrived %+v, want it malformed for %s", got, c.reason)
			}
			if got.Event.Seq != 0 || got.BadSeq || got.Partial {
				t.Errorf("arrived as more than one case: %+v", got)
			}
		})
	}
	orphans, err := store.Foreign.Orphans(t.Context(), rooms.EventID{}, 1000)
	if err != nil || len(orphans) != 0 {
		t.Errorf("orphans among the malformed: %+v, %v", orphans, err)
	}
	if n, err := other.CountDocuments(t.Context(), bson.M{}); err != nil || n != int64(len(cases)) {
		t.Errorf("%d documents are left (%v), %d were inserted", n, err, len(cases))
	}
	// Nothing of that stands in the way of a message.
	e := storetest.Message("general", 1)
	if err := store.Log.Append(t.Context(), []*rooms.Event{e}); err != nil {
		t.Fatal(err)
	}
	if got := watch.Next(t); got.Event != *e {
		t.Fatalf("arrived %+v, want %+v", got, *e)
	}
}

// With the text index the server itself refuses a text that is no UTF-8, and says so to its writer.
func TestATextThatIsNoUTF8IsRefusedByTheServer(t *testing.T) {
	_, other, _ := meeting(t)
	if _, err := other.InsertOne(t.Context(), plain(bson.M{"text": "a\xff"})); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("inserting it: %v", err)
	}
	if n, err := other.CountDocuments(t.Context(), bson.M{"text": bson.M{"$exists": true}}); err != nil || n != 0 {
		t.Errorf("%d are there, %v", n, err)
	}
}

func TestNumberedButUnreadableIsVoid(t *testing.T) {
	cases := map[string]bson.M{
		"text a number": {"text": 5}, "no text": {"text": nil}, "text too long": {"text": strings.Repeat("x", 8001)},
		"no author": {"author": nil}, "data no JSON": {"data": "}{"}, "data a document": {"data": bson.M{}},
		"a later type": {"type": "poll"}, "type a number": {"type": 1}, "void": {"type": "void"},
		"clientId a number": {"clientId": 1}, "timestamp a string": {"timestamp": "now"},
	}
	store, other, watch := meeting(t)
	seq := int64(0)
	for name, changes := range cases {
		t.Run(name, func(t *testing.T) {
			seq++
			doc := plain(changes)
			doc["seq"] = seq
			insert(t, other, doc)
			id := rooms.EventID(doc["_id"].(bson.ObjectID))
			got := watch.Next(t)
			if got.Malformed != "" || got.Partial || got.BadSeq {
				t.Fatalf("arrived %+v, want a void", got)
			}
			read, err := store.Log.Since(t.Context(), "general", seq-1, rooms.Page{})
			if err != nil || len(read) != 1 {
				t.Fatalf("read %+v, %v", read, err)
			}
			for how, e := range map[string]rooms.Event{"arrived": got.Event, "read": read[0]} {
				if e.Type != rooms.TypeVoid || e.Seq != seq || e.ID != id || e.RoomID != "general" || e.Text != "" || e.Data != "" {
					t.Errorf("%s %+v, want a void with seq %d", how, e, seq)
				}
			}
		})
	}
}

func TestLargeNumberedDocumentArrivesAsItsKey(t *testing.T) {
	store, other, watch := meeting(t)
	for i, blob := range []int{64 << 10, 1 << 20, 16<<20 - 400} {
		seq := int64(i + 1)
		id := bson.NewObjectID()
		insert(t, other, plain(bson.M{"_id": id, "seq": seq, "blob": make([]byte, blob)}))
		want := rooms.Arrival{Event: rooms.Event{ID: rooms.EventID(id), RoomID: "general", Seq: seq}, Partial: true}
		if got := watch.Next(t); !reflect.DeepEqual(got, want) {
			t.Fatalf("arrived %+v, want %+v", got, want)
		}
		read, err := store.Log.Since(t.Context(), "general", seq-1, rooms.Page{})
		if err != nil || len(read) != 1 || read[0].Text != "hello" || read[0].Type != rooms.TypeMessage {
			t.Fatalf("read %+v, %v", read, err)
		}
	}
	id := bson.NewObjectID()
	insert(t, other, plain(bson.M{"_id": id, "seq": strings.Repeat("5", 1<<20)}))
	if got := watch.Next(t); !got.BadSeq || got.Event.ID != rooms.EventID(id) {
		t.Fatalf("arrived %+v, want a bad seq", got)
	}
}

// A message of the greatest length in every field is no large document.
func TestGreatestMessageArrivesWhole(t *testing.T) {
	store, _, watch := meeting(t)
	e := storetest.Message(rooms.RoomID(strings.Repeat("r", 128)), 1)
	e.Author = "\U00010348" + e.Author
	e.AuthorName = strings.Repeat("\U00010348", 128)
	e.Text = strings.Repeat("\U00010348", rooms.MaxTextLength)
	e.Data = `{"a":"` + strings.Repeat("x", rooms.MaxDataBytes-8) + `"}`
	if err := store.Log.Append(t.Context(), []*rooms.Event{e}); err != nil {
		t.Fatal(err)
	}
	if got := watch.Next(t); got.Event != *e || got.Partial {
		t.Fatal("it did not arrive as it was appended")
	}
}

func TestOrphansAreFoundInOrder(t *testing.T) {
	store, other, _ := meeting(t)
	var want []rooms.EventID
	for i := range 25 {
		id := bson.NewObjectID()
		insert(t, other, plain(bson.M{"_id": id, "text": fmt.Sprint(i)}))
		want = append(want, rooms.EventID(id))
		insert(t, other, plain(bson.M{"text": 7}))                                    // malformed
		insert(t, other, plain(bson.M{"blob": make([]byte, 64<<10)}))                 // too large
		insert(t, other, plain(bson.M{"seq": i + 1}))                                 // numbered
		insert(t, other, bson.M{"heartbeat": time.Now(), "instance": "one"})          // no message
		insert(t, other, plain(bson.M{"_id": fmt.Sprint(i), "text": "no ObjectID"}))  // malformed
		insert(t, other, plain(bson.M{"badSeq": i + 100, "text": "was quarantined"})) // left alone
	}
	var got []rooms.EventID
	after := rooms.EventID{}
	for {
		page, err := store.Foreign.Orphans(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > 10 {
			t.Fatalf("a page of %d", len(page))
		}
		for _, e := range page {
			got = append(got, e.ID)
			if e.Seq != 0 || e.RoomID != "general" || e.Text == "" {
				t.Errorf("orphan %+v", e)
			}
		}
		if len(page) < 10 {
			break
		}
		after = page[9].ID
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("found %d orphans, want %d: %v, want %v", len(got), len(want), got, want)
	}
}

func TestAdoptNumbersInOrder(t *testing.T) {
	store, other, watch := meeting(t)
	events := adoptable(t, other, watch, 6)
	number := func(first int64, events ...rooms.Event) []*rooms.Event {
		out := make([]*rooms.Event, len(events))
		for i := range events {
			events[i].Seq = first + int64(i)
			out[i] = &events[i]
		}
		return out
	}
	ids := make([]rooms.EventID, len(events))
	for i := range events {
		ids[i] = events[i].ID
	}

	set, err := store.Foreign.Adopt(t.Context(), number(1, events[:3]...))
	if err != nil || set != 3 {
		t.Fatalf("set %d, %v, want 3", set, err)
	}
	read, err := store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil || !reflect.DeepEqual(read, events[:3]) {
		t.Fatalf("read %+v, %v, want %+v", read, err, events[:3])
	}

	// Numbered ones keep their number, and the rest gets its own.
	again := append([]rooms.Event(nil), events[1:5]...)
	if set, err := store.Foreign.Adopt(t.Context(), number(4, again...)); err != nil || set != 2 {
		t.Fatalf("set %d, %v, want 2", set, err)
	}
	numbered, err := store.Foreign.Numbered(t.Context(), ids)
	want := map[rooms.EventID]int64{ids[0]: 1, ids[1]: 2, ids[2]: 3, ids[3]: 6, ids[4]: 7}
	if err != nil || !reflect.DeepEqual(numbered, want) {
		t.Fatalf("numbered %v, %v, want %v", numbered, err, want)
	}

	// A taken number stops it.
	more := append(adoptable(t, other, watch, 2), events[5])
	set, err = store.Foreign.Adopt(t.Context(), number(5, more...))
	var dup *rooms.DuplicateError
	if set != 1 || !errors.As(err, &dup) || dup.At != 1 || dup.Key != rooms.UniqueSeq {
		t.Fatalf("set %d, %v, want 1 and event 1 refused for its number", set, err)
	}

	// What was quarantined, or is gone, gets none.
	gone := rooms.Event{ID: rooms.EventID(bson.NewObjectID()), RoomID: "general"}
	shut := plain(bson.M{"badSeq": 9})
	insert(t, other, shut)
	quarantined := rooms.Event{ID: rooms.EventID(shut["_id"].(bson.ObjectID)), RoomID: "general"}
	if set, err := store.Foreign.Adopt(t.Context(), number(8, gone, quarantined)); err != nil || set != 0 {
		t.Fatalf("set %d, %v, want 0", set, err)
	}
}

// adoptable inserts n messages by another program and returns them as they arrived.
func adoptable(t *testing.T, other *mongo.Collection, watch *storetest.Watching, n int) []rooms.Event {
	t.Helper()
	events := make([]rooms.Event, n)
	for i := range events {
		insert(t, other, plain(bson.M{"text": fmt.Sprint("number me ", i)}))
		events[i] = watch.Next(t).Event
	}
	return events
}

// Whoever is refused for a clientId must find what holds it, whatever that is: it
// would else try for ever.
func TestFindShowsWhateverHoldsAClientID(t *testing.T) {
	store, other, _ := meeting(t)
	for name, changes := range map[string]bson.M{
		"awaiting its number": {}, "malformed": {"text": 5}, "quarantined": {"badSeq": 5.0}, "of a bad seq": {"seq": 5.5}, "large": {"blob": make([]byte, 64<<10)},
		"of a later version": {"type": "poll", "seq": 7}, "numbered and unreadable": {"text": 5, "seq": 8},
	} {
		t.Run(name, func(t *testing.T) {
			doc := plain(changes)
			doc["clientId"] = name
			insert(t, other, doc)
			e := storetest.Message("general", 100)
			e.Author, e.ClientID = "bot", name
			var dup *rooms.DuplicateError
			if err := store.Log.Append(t.Context(), []*rooms.Event{e}); !errors.As(err, &dup) || dup.Key != rooms.UniqueClientID {
				t.Fatalf("got %v, want it refused for its clientId", err)
			}
			found, err := store.Log.Find(t.Context(), []*rooms.Event{e})
			if err != nil || len(found) != 1 || found[0].ClientID != name || found[0].Author != "bot" || found[0].RoomID != "general" {
				t.Fatalf("found %+v, %v", found, err)
			}
			void := found[0].Type == rooms.TypeVoid
			if wantVoid := name != "awaiting its number" && name != "large"; void != wantVoid {
				t.Errorf("a void: %v, want %v", void, wantVoid)
			}
		})
	}
}
