package streams_test

import (
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// TestInitialIsWhatIsThereThenWhatChanges, like a value listener, while others write.
func TestInitialIsWhatIsThereThenWhatChanges(t *testing.T) {
	const before, during = 2500, 1500
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("items/of", `{"operations": ["insert"], "stages": [{"$match": {"$or": [{"fullDocument.a": {"$var": "of"}}, {"fullDocument.b": {"$var": "of"}}]}},
		{"$project": {"operationType": 1, "fullDocument.n": 1}}]}`)
	documents := make([]any, before)
	for n := range documents {
		documents[n] = bson.D{{Key: []string{"a", "b"}[n%2], Value: "me"}, {Key: "n", Value: n}}
	}
	documents = append(documents, bson.D{{Key: "a", Value: "you"}, {Key: "n", Value: -1}})
	if _, err := w.feeds.Collection("items").InsertMany(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
	var inserting sync.WaitGroup
	inserting.Go(func() {
		for n := range during {
			w.insert("items", bson.D{{Key: "a", Value: "me"}, {Key: "n", Value: before + n}})
		}
	})
	defer inserting.Wait()
	r := request("items/of", "of", "me")
	r.Initial = true
	got, err := w.subscribe(admin, r)
	if err != nil {
		t.Fatal(err)
	}
	inserting.Wait()
	ready := func(e streams.Event) bool { return e.Ready() }
	w.until("the last insert is told", func() bool {
		events := got.all()
		last := events[max(len(events)-1, 0):]
		return slices.ContainsFunc(events, ready) && len(last) > 0 && !last[0].Ready() && numbers(t, last)[0] == before+during-1
	})
	events := got.all()
	mark := slices.IndexFunc(events, ready)
	for i, e := range events {
		if i != mark && (e.Operation() == streams.Initial) != (i < mark) {
			t.Fatalf("event %d is %s; the mark is at %d", i, e.JSON(false), mark)
		}
	}
	if string(events[mark].JSON(false)) != `{"ready":true}` || events[mark].After() == "" || events[0].After() != "" {
		t.Errorf("the mark is %s with after %q, the first event has after %q", events[mark].JSON(false), events[mark].After(), events[0].After())
	}
	was := numbers(t, events[:mark])
	slices.Sort(was)
	if len(was) < before || !slices.Equal(was[:before], count(0, before)) || !slices.Equal(slices.Compact(slices.Clone(was)), was) {
		t.Errorf("%d documents at the beginning, not each of %d once", len(was), before)
	}
	live := numbers(t, events[mark+1:])
	if !slices.IsSorted(live) || !slices.Equal(slices.Compact(slices.Clone(live)), live) {
		t.Error("live events came twice or out of order")
	}
	all := slices.Compact(slices.Sorted(slices.Values(append(was, live...))))
	if !slices.Equal(all, count(0, before+during)) {
		t.Errorf("%d documents in all, want %d", len(all), before+during)
	}
}

// TestInitialNeedsAFilterOfDocuments and a collection.
func TestInitialNeedsAFilterOfDocuments(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("items/inserts", `{"stages": [{"$match": {"operationType": "insert"}}]}`)
	w.declare("items/either", `{"stages": [{"$match": {"$or": [{"fullDocument.n": 1}, {"updateDescription.updatedFields.n": 1}]}}]}`)
	w.declare("all", `{"watch": {"database": true}}`)
	for _, name := range []string{"items/inserts", "items/either", "all"} {
		r := request(name)
		r.Initial = true
		_, err := w.subscribe(admin, r)
		wantCode(t, err, rooms.CodeBadRequest, "initial")
	}
	if n := w.cursors(); n != 0 {
		t.Errorf("%d cursors were opened for what was refused", n)
	}
}
