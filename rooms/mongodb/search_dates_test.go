package mongodb_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// Among what was dated as it was stored there are, in each room, events of one kind that have another time. They keep no
// search by dates from finding the others.
func TestSearchByDatesPassesWhatIsDatedOtherwise(t *testing.T) {
	const days, aDay = 20, 60
	first := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return first.AddDate(0, 0, n) }
	kinds := map[rooms.RoomID]func(e *rooms.Event, stored time.Time){
		"backfilled": func(e *rooms.Event, _ time.Time) { e.Timestamp = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC) },
		"future":     func(e *rooms.Event, _ time.Time) { e.Timestamp = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) },
		"edited": func(e *rooms.Event, stored time.Time) {
			e.Type, e.Target, e.Timestamp = rooms.TypeEdit, e.Seq, time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
			for e.Target%3 != 0 { // a message that is as it was
				e.Target--
			}
			e.Text = fmt.Sprintf("word %d", e.Target)
		},
		"filled": func(e *rooms.Event, _ time.Time) { // by the server, once it found them missing
			*e = rooms.Event{ID: madeOf(e, day(days)), RoomID: e.RoomID, Seq: e.Seq, Type: rooms.TypeVoid, Timestamp: day(days)}
		},
		"undated": func(e *rooms.Event, _ time.Time) {
			*e = rooms.Event{ID: e.ID, RoomID: e.RoomID, Seq: e.Seq, Type: rooms.TypeVoid}
		},
	}
	var events []*rooms.Event
	for room, otherwise := range kinds {
		for seq := int64(3); seq < 3+days*aDay; seq++ {
			stored := day(int(seq-3) / aDay)
			e := &rooms.Event{RoomID: room, Seq: seq, Author: "ann", Text: fmt.Sprintf("word %d", seq), Timestamp: stored}
			e.ID = madeOf(e, stored)
			if seq%3 != 0 {
				e.Text = "word of another time"
				otherwise(e, stored)
			}
			events = append(events, e)
		}
	}
	server := mongotest.Shared(t)
	name := server.Database(t)
	for label, store := range map[string]rooms.Store{"mongodb": open(t, server, name).Rooms(), "embedded": openEmbedded(t)} {
		for room := range kinds {
			if _, err := store.Catalog.CreateRoom(t.Context(), rooms.Room{ID: room, Name: string(room), Type: rooms.TypePublic}); err != nil {
				t.Fatal(err)
			}
		}
		for part := range slices.Chunk(events, 1000) {
			if err := store.Log.Append(t.Context(), part); err != nil {
				t.Fatal(err)
			}
		}
		store.Searcher = looking{store.Searcher}
		s := rooms.New(store, rooms.Options{})
		for room := range kinds {
			for n := -1; n < days; n++ {
				for _, in := range []rooms.SearchInput{{Since: day(n)}, {Until: day(n + 1)}, {Since: day(n), Until: day(n + 1)}} {
					wantDated(t, label, s, room, in, events)
				}
			}
		}
	}
}

// madeOf gives an event the id of what was stored at a time.
func madeOf(e *rooms.Event, at time.Time) (id rooms.EventID) {
	binary.BigEndian.PutUint32(id[:4], uint32(at.Unix()))
	copy(id[4:], e.RoomID[:4])
	binary.BigEndian.PutUint32(id[8:], uint32(e.Seq))
	return id
}

// wantDated compares what was dated as it was stored with what a search finds of it.
func wantDated(t *testing.T, label string, s *rooms.Service, room rooms.RoomID, in rooms.SearchInput, events []*rooms.Event) {
	t.Helper()
	var want, got []string
	for _, e := range slices.Backward(events) {
		inTime := !e.Timestamp.Before(in.Since) && (in.Until.IsZero() || e.Timestamp.Before(in.Until))
		if e.RoomID == room && e.Seq%3 == 0 && inTime {
			want = append(want, fmt.Sprintf("%s %d %q", room, e.Seq, e.Text))
		}
	}
	in.Query, in.RoomID, in.Limit = "word", string(room), 100
	for _, found := range pages(t, s, in) {
		if !strings.Contains(found, "another time") {
			got = append(got, found[:strings.LastIndex(found, " [")])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s, %s since %v until %v: found %d, want %d", label, room, in.Since, in.Until, len(got), len(want))
	}
}

// A document that no message can be made of has no time but that of its id.
func TestSearchByDatesPassesUnreadableDocuments(t *testing.T) {
	server := mongotest.Shared(t)
	name := server.Database(t)
	store := open(t, server, name).Rooms()
	messages := otherProgram(t, server, name)
	if _, err := store.Catalog.CreateRoom(t.Context(), rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var want []string
	for seq := int64(300); seq > 0; seq-- {
		doc := bson.M{"_id": bson.ObjectID(madeOf(&rooms.Event{RoomID: "general", Seq: seq}, at)), "roomId": "general", "seq": seq, "author": "ann", "text": fmt.Sprintf("word %d", seq), "timestamp": at}
		if seq%4 != 0 {
			doc["text"], doc["timestamp"] = 5, "then"
		} else {
			want = append(want, fmt.Sprintf("general %d %q", seq, doc["text"]))
		}
		if _, err := messages.InsertOne(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	store.Searcher = looking{store.Searcher}
	var got []string
	for _, found := range pages(t, rooms.New(store, rooms.Options{}), rooms.SearchInput{Query: "word", RoomID: "general", Since: at, Limit: 100}) {
		got = append(got, found[:strings.LastIndex(found, " [")])
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %d, want %d", len(got), len(want))
	}
}
