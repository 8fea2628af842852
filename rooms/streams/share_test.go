package streams_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

const mine = `{"operations": ["insert"], "stages": [{"$match": {"fullDocument.userId": {"$var": "u"}}}]}`

// TestTenThousandValuesCostOneCursor is what lifting is for.
func TestTenThousandValuesCostOneCursor(t *testing.T) {
	const users = 10_000
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("orders/mine", mine)
	recorders := make([]*recorder, users)
	for i := range recorders {
		recorders[i] = w.open("orders/mine", "u", fmt.Sprint("user", i))
	}
	if n := w.cursors(); n != 1 {
		t.Errorf("%d users have %d cursors, want 1", users, n)
	}
	documents := make([]any, users)
	for i := range documents {
		documents[i] = bson.D{{Key: "userId", Value: fmt.Sprint("user", i)}, {Key: "n", Value: i}}
	}
	if _, err := w.feeds.Collection("orders").InsertMany(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
	for i, r := range recorders {
		if got := numbers(t, r.await(t, 1)); !slices.Equal(got, []int{i}) {
			t.Fatalf("user %d got %v", i, got)
		}
	}
	w.insert("orders", bson.D{{Key: "userId", Value: bson.A{"user7", "user9"}}, {Key: "n", Value: 77}})
	for _, i := range []int{7, 9} {
		if got := numbers(t, recorders[i].await(t, 2)); !slices.Equal(got, []int{i, 77}) {
			t.Errorf("user %d got %v", i, got)
		}
	}
	if got := len(recorders[8].all()); got != 1 {
		t.Errorf("user 8 got %d events, want 1", got)
	}
}

// TestEqualSubscribersShareACursor holds for what cannot be lifted, too.
func TestEqualSubscribersShareACursor(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{MaxCursors: 2, Linger: 50 * time.Millisecond})
	w.declare("orders/above", `{"stages": [{"$match": {"fullDocument.n": {"$gte": {"$var": "n"}}}}], "vars": {"n": {"type": "int"}}}`)
	a, b := w.open("orders/above", "n", "5"), w.open("orders/above", "n", "5")
	if n := w.cursors(); n != 1 {
		t.Errorf("two with one value have %d cursors, want 1", n)
	}
	other := w.open("orders/above", "n", "7")
	_, err := w.subscribe(admin, request("orders/above", "n", "9"))
	wantCode(t, err, rooms.CodeOverloaded, "")
	if e := rooms.AsError(err); e.RetryAfter <= 0 || !strings.Contains(e.Message, "-max-cursors") {
		t.Errorf("the refusal says %v, to retry after %v", e, e.RetryAfter)
	}
	for n := range 10 {
		w.insert("orders", bson.D{{Key: "n", Value: n}})
	}
	for r, from := range map[*recorder]int{a: 5, b: 5, other: 7} {
		if got := numbers(t, r.await(t, 10-from)); !slices.Equal(got, count(from, 10)) {
			t.Errorf("from %d: %v", from, got)
		}
	}
	a.sub.Close()
	if n := w.cursors(); n != 2 {
		t.Errorf("one of two has gone, and there are %d cursors, want 2", n)
	}
	b.sub.Close()
	w.until("the cursor nobody reads is closed", func() bool { return w.cursors() == 1 })
	w.open("orders/above", "n", "9")
	other.sub.Close()
}

// TestChangesAreWrittenAsTheyAre covers the four operations and both forms of JSON.
func TestChangesAreWrittenAsTheyAre(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("posts/all", `{}`)
	w.declare("posts/looked", `{"operations": ["update"], "fullDocument": "updateLookup"}`)
	w.declare("posts/slim", `{"stages": [{"$project": {"fullDocument.title": 1, "operationType": 1}}]}`)
	w.declare("everything", `{"watch": {"database": true}}`)
	all, looked, slim, everything := w.open("posts/all"), w.open("posts/looked"), w.open("posts/slim"), w.open("everything")
	posts := w.feeds.Collection("posts")
	id := bson.D{{Key: "_id", Value: int64(7)}}
	w.insert("posts", bson.D{{Key: "_id", Value: int64(7)}, {Key: "title", Value: "a"}})
	if _, err := posts.UpdateOne(t.Context(), id, bson.D{{Key: "$set", Value: bson.D{{Key: "title", Value: "b"}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := posts.ReplaceOne(t.Context(), id, bson.D{{Key: "title", Value: "c"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := posts.DeleteOne(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	events := all.await(t, 4)
	want := []string{
		`{"operationType":"insert","fullDocument":{"_id":7,"title":"a"},"documentKey":{"_id":7},"updateDescription":null}`,
		`{"operationType":"update","documentKey":{"_id":7},"updateDescription":{"updatedFields":{"title":"b"},"removedFields":[],"truncatedArrays":[]}}`,
		`{"operationType":"replace","fullDocument":{"_id":7,"title":"c"},"documentKey":{"_id":7},"updateDescription":null}`,
		`{"operationType":"delete","documentKey":{"_id":7},"updateDescription":null}`,
	}
	for i, e := range events {
		if got := string(e.JSON(false)); got != want[i] {
			t.Errorf("event %d is\n%s, want\n%s", i, got, want[i])
		}
	}
	if got := string(events[0].JSON(true)); !strings.Contains(got, `"documentKey":{"_id":{"$numberLong":"7"}}`) {
		t.Errorf("canonical: %s", got)
	}
	if got := string(slim.await(t, 4)[0].JSON(false)); got != `{"operationType":"insert","fullDocument":{"title":"a"}}` {
		t.Errorf("projected: %s", got)
	}
	if document, _ := body(t, looked.await(t, 1)[0])["fullDocument"].(map[string]any); document == nil && len(looked.all()) == 1 {
		// The document may be gone by the time it is looked up; then it is null.
		if _, there := body(t, looked.all()[0])["fullDocument"]; !there {
			t.Errorf("looked up: %s", looked.all()[0].JSON(false))
		}
	}
	ns, _ := body(t, everything.await(t, 4)[0])["ns"].(map[string]any)
	if ns["coll"] != "posts" || ns["db"] != w.feeds.Name() {
		t.Errorf("a stream of the database tells of %v", ns)
	}
}
