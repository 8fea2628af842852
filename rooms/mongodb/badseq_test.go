package mongodb_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// badSeqs are values of seq that are no number of a room. Those that could occupy
// one would occupy 5.
func badSeqs(t *testing.T) map[string]any {
	t.Helper()
	decimal, err := bson.ParseDecimal128("5")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"double": 5.0, "fraction": 5.5, "NaN": math.NaN(), "infinity": math.Inf(1), "decimal": decimal,
		"string": "5", "bool": true, "null": null, "array": bson.A{5}, "long array": bson.A{int64(4), int64(5)},
		"empty array": bson.A{}, "document": bson.M{"n": 5}, "date": time.UnixMilli(5), "zero": 0, "negative": int64(-5),
		"beyond 2^53": int64(1) << 53, "binary": []byte{5}, "min": bson.MinKey{}, "max": bson.MaxKey{},
		"timestamp": bson.Timestamp{T: 5}, "objectId": bson.NewObjectID(), "regex": bson.Regex{Pattern: "5"},
	}
}

func TestBadSeqIsSeenAndQuarantined(t *testing.T) {
	for name, seq := range badSeqs(t) {
		t.Run(name, func(t *testing.T) {
			store, other, watch := meeting(t)
			id := bson.NewObjectID()
			insert(t, other, plain(bson.M{"_id": id, "seq": seq}))
			got := watch.Next(t)
			if !got.BadSeq || got.Event.ID != rooms.EventID(id) || got.Event.Seq != 0 || got.Malformed != "" {
				t.Fatalf("arrived %+v, want a bad seq", got)
			}
			wantNothingNumbered(t, store, id)
			if err := store.Foreign.Quarantine(t.Context(), rooms.EventID(id)); err != nil {
				t.Fatal(err)
			}
			wantQuarantined(t, other, id)
			appendFive(t, store)
		})
	}
}

// wantNothingNumbered checks that no read takes a bad seq for a number.
func wantNothingNumbered(t *testing.T, store rooms.Store, id bson.ObjectID) {
	t.Helper()
	since, err1 := store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	before, err2 := store.Log.Before(t.Context(), "general", rooms.MaxSeq, rooms.Page{})
	newest, err3 := store.Log.Newest(t.Context(), []rooms.RoomID{"general"}, 1)
	numbered, err4 := store.Foreign.Numbered(t.Context(), []rooms.EventID{rooms.EventID(id)})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if len(since)+len(before)+len(newest)+len(numbered) > 0 {
		t.Errorf("read %+v %+v %+v %v, want nothing", since, before, newest, numbered)
	}
}

func wantQuarantined(t *testing.T, other *mongo.Collection, id any) {
	t.Helper()
	var doc bson.M
	if err := other.FindOne(t.Context(), bson.M{"_id": id}).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	_, seq := doc["seq"]
	_, badSeq := doc["badSeq"]
	if seq || !badSeq || doc["text"] != "hello" {
		t.Errorf("quarantined: %v", doc)
	}
}

// appendFive checks that nothing occupies the numbers 1 to 5.
func appendFive(t *testing.T, store rooms.Store) {
	t.Helper()
	if err := store.Log.Append(t.Context(), storetest.Messages("general", 1, 5)); err != nil {
		t.Errorf("append after the quarantine: %v", err)
	}
	orphans, err := store.Foreign.Orphans(t.Context(), rooms.EventID{}, 10)
	if err != nil || len(orphans) != 0 {
		t.Errorf("orphans: %+v, %v", orphans, err)
	}
}

// Nobody can ask for the quarantine of a document without an ObjectID: the stream
// sees to it by itself.
func TestSeqWithoutObjectIDIsQuarantinedByTheStream(t *testing.T) {
	for name, seq := range map[string]any{"double": 5.0, "integer": 5, "array": bson.A{5}} {
		t.Run(name, func(t *testing.T) {
			store, other, watch := meeting(t)
			insert(t, other, plain(bson.M{"_id": "mine", "seq": seq}))
			if got := watch.Next(t); !strings.Contains(got.Malformed, "_id") || got.Event.Seq != 0 || got.BadSeq {
				t.Fatalf("arrived %+v, want it malformed for its _id", got)
			}
			wantQuarantined(t, other, "mine")
			appendFive(t, store)
		})
	}
}

// Bad seqs that were inserted while nobody watched are met by the search at start.
func TestOrphansQuarantineBadSeqs(t *testing.T) {
	for name, seq := range badSeqs(t) {
		t.Run(name, func(t *testing.T) {
			server := mongotest.Shared(t)
			database := server.Database(t)
			store := open(t, server, database).Rooms()
			other := otherProgram(t, server, database)
			id := bson.NewObjectID()
			insert(t, other, plain(bson.M{"_id": id, "seq": seq}))
			appendFive := func() error { return store.Log.Append(t.Context(), storetest.Messages("general", 1, 5)) }
			orphans, err := store.Foreign.Orphans(t.Context(), rooms.EventID{}, 10)
			if err != nil || len(orphans) != 0 {
				t.Fatalf("orphans %+v, %v", orphans, err)
			}
			wantQuarantined(t, other, id)
			if err := appendFive(); err != nil {
				t.Error(err)
			}
		})
	}
}
