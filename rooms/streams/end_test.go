package streams_test

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// TestADeclarationsEndIsTold: changed and removed, here and by any program, on every instance.
func TestADeclarationsEndIsTold(t *testing.T) {
	server := mongotest.Shared(t)
	here := newWorld(t, server, true, streams.Options{})
	there := instance(t, server.URI, here.chat.Name(), here.feeds.Name(), streams.Options{})
	here.declare("log/all", `{}`)
	there.until("it is declared there", func() bool { return len(there.service.Visible(admin)) == 1 })
	a, b := here.open("log/all"), there.open("log/all")
	here.declare("log/all", `{}`) // as it stands
	here.declare("log/all", `{"operations": ["insert"]}`)
	for name, r := range map[string]*recorder{"here": a, "there": b} {
		if reason := r.awaitEnd(t); reason != streams.ReasonChanged {
			t.Errorf("%s: %q", name, reason)
		}
	}
	c, d := here.open("log/all"), there.open("log/all")
	if _, err := here.chat.Collection("streams").DeleteOne(t.Context(), bson.D{{Key: "uri", Value: "all"}}); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*recorder{"here": c, "there": d} {
		if reason := r.awaitEnd(t); reason != streams.ReasonRemoved {
			t.Errorf("%s: %q", name, reason)
		}
	}
	wantCode(t, here.service.Delete(t.Context(), "root", streams.Name{Collection: "log", URI: "all"}), rooms.CodeNotFound, "")
	plain := bson.D{
		{Key: "uri", Value: "plain"}, {Key: "watch", Value: bson.D{{Key: "collection", Value: "log"}}},
		{Key: "stages", Value: bson.A{bson.D{{Key: "$match", Value: bson.D{{Key: "fullDocument.n", Value: bson.D{{Key: "$gt", Value: 1}}}}}}}},
		{Key: "access", Value: bson.D{{Key: "public", Value: true}}},
	}
	if _, err := here.chat.Collection("streams").InsertOne(t.Context(), plain); err != nil {
		t.Fatal(err)
	}
	there.until("what a program declares is declared", func() bool { return len(there.service.Visible(streams.Caller{})) == 1 })
	r, err := there.subscribe(streams.Caller{}, request("log/plain"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		here.insert("log", bson.D{{Key: "n", Value: n}})
	}
	if got := numbers(t, r.await(t, 2)); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("got %v", got)
	}
}

// TestADroppedCollectionIsTold and is nothing to fail on for good: the stream can be opened again.
func TestADroppedCollectionIsTold(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	w.insert("log", bson.D{{Key: "n", Value: 0}})
	r := w.open("log/all")
	if err := w.feeds.Collection("log").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if reason := r.awaitEnd(t); reason != streams.ReasonDropped {
		t.Errorf("it ended because of %q", reason)
	}
	r = w.open("log/all")
	w.insert("log", bson.D{{Key: "n", Value: 1}})
	if got := numbers(t, r.await(t, 1)); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
}

// TestAnEventTooLargeIsSkippedAndTold: an update of 9 MB whose document of 9 MB is looked up makes an event that no answer holds.
func TestAnEventTooLargeIsSkippedAndTold(t *testing.T) {
	// A server of its own: the shared one's small cache may be full of what other tests wrote.
	w := newWorld(t, mongotest.Start(t), true, streams.Options{})
	w.declare("log/all", `{"fullDocument": "updateLookup"}`)
	w.declare("log/of", `{"fullDocument": "updateLookup", "stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}]}`)
	w.declare("log/slim", `{"fullDocument": "updateLookup", "stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}, {"$addFields": {"x": 1}}]}`)
	all, of, slim, other := w.open("log/all"), w.open("log/of", "of", "a"), w.open("log/slim", "of", "a"), w.open("log/of", "of", "b")
	w.insert("log", bson.D{{Key: "_id", Value: 1}, {Key: "of", Value: "a"}, {Key: "n", Value: 1}})
	large := strings.Repeat("x", 9<<20)
	update := bson.D{{Key: "$set", Value: bson.D{{Key: "text", Value: large}}}}
	if _, err := w.feeds.Collection("log").UpdateByID(t.Context(), 1, update); err != nil {
		t.Fatal(err)
	}
	w.insert("log", bson.D{{Key: "_id", Value: 2}, {Key: "of", Value: bson.A{"a", "b"}}, {Key: "n", Value: 2}})
	const skipped = `{"skipped":"too_large","operationType":"update","documentKey":{"_id":1}}`
	for name, r := range map[string]*recorder{"all": all, "of": of} {
		if got := string(r.await(t, 3)[1].JSON(false)); got != skipped {
			t.Errorf("%s: %.200s, want %s", name, got, skipped)
		}
	}
	if got := string(slim.await(t, 3)[1].JSON(false)); got != `{"skipped":"too_large"}` {
		t.Errorf("reshaped: %.200s", got)
	}
	if got := numbers(t, other.await(t, 1)); !slices.Equal(got, []int{2}) {
		t.Errorf("whom it does not concern got %v", got)
	}

	// And for one who comes back.
	again := request("log/of", "of", "a")
	again.After = of.all()[0].After()
	back, err := w.subscribe(admin, again)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(back.await(t, 2)[0].JSON(false)); got != skipped {
		t.Errorf("who came back got %.200s", got)
	}
}

// TestStagesThatFailLaterEndTheStream: nothing at its declaration tells that a division by zero will come.
func TestStagesThatFailLaterEndTheStream(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/per", `{"stages": [{"$addFields": {"per": {"$divide": [1, "$fullDocument.n"]}}}]}`)
	r := w.open("log/per")
	w.insert("log", bson.D{{Key: "n", Value: 4}})
	if per := body(t, r.await(t, 1)[0])["per"]; per != 0.25 {
		t.Errorf("per is %v", per)
	}
	w.insert("log", bson.D{{Key: "n", Value: 0}})
	if reason := r.awaitEnd(t); reason != streams.ReasonFailed {
		t.Errorf("it ended because of %q", reason)
	}
}
