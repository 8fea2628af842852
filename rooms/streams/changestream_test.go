package streams

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// watched is one change stream of a test.
type watched struct {
	t      testing.TB
	stream *mongo.ChangeStream
	what   string
}

func (d *differ) watch(c *mongo.Collection, pipeline []bson.D) *watched {
	d.t.Helper()
	opts := options.ChangeStream().SetFullDocument(options.UpdateLookup).SetMaxAwaitTime(10 * time.Millisecond)
	stream, err := c.Watch(d.t.Context(), append(mongo.Pipeline{}, pipeline...), opts)
	if err != nil {
		d.t.Fatalf("%s: %v", jsonOf(d.t, pipeline), err)
	}
	d.t.Cleanup(func() { stream.Close(context.Background()) })
	return &watched{d.t, stream, jsonOf(d.t, pipeline)}
}

// refuses says whether the database takes no such filters: it fails to optimize some with $nor in $nor.
func (d *differ) refuses(c *mongo.Collection, a asked) bool {
	for _, b := range a.bounds {
		stream, err := c.Watch(d.t.Context(), append(mongo.Pipeline{}, a.original(b)...))
		if err != nil {
			return true
		}
		stream.Close(context.Background())
	}
	return false
}

// read gives the events until enough says so, or the stream is past a position.
func (w *watched) read(enough func(bson.Raw) bool, past string) []bson.Raw {
	w.t.Helper()
	var out []bson.Raw
	for {
		if w.stream.TryNext(w.t.Context()) {
			out = append(out, slices.Clone(w.stream.Current))
			if enough(w.stream.Current) {
				return out
			}
		} else if err := w.stream.Err(); err != nil {
			w.t.Fatalf("%s: %v", w.what, err)
		}
		if at, _ := w.stream.ResumeToken().Lookup("_data").StringValueOK(); past != "" && at >= past {
			return out
		}
	}
}

func tokenOf(event bson.Raw) string {
	token, _ := event.Lookup("_id", "_data").StringValueOK()
	return token
}

// upTo gives the events up to and with a position.
func (w *watched) upTo(position string) []bson.Raw {
	w.t.Helper()
	return w.read(func(event bson.Raw) bool { return tokenOf(event) >= position }, position)
}

// collection makes one. What is watched before it is there begins with its making.
func (d *differ) collection(name string) *mongo.Collection {
	d.t.Helper()
	if err := d.db.CreateCollection(d.t.Context(), name); err != nil {
		d.t.Fatal(err)
	}
	return d.db.Collection(name)
}

// write makes changes of each kind.
func (d *differ) write(c *mongo.Collection, documents int) {
	d.t.Helper()
	for i := range documents {
		id := one[any](d, int32(i), int64(i), float64(i))
		of := bson.D{{Key: "_id", Value: id}}
		_, err := c.InsertOne(d.t.Context(), append(slices.Clone(of), d.document(2)...))
		switch d.random.IntN(6) {
		case 0, 1:
			if err == nil {
				set := bson.D{{Key: "$set", Value: bson.D{{Key: "a", Value: d.stored(1)}, {Key: "n", Value: 1}}}}
				_, err = c.UpdateOne(d.t.Context(), of, set)
			}
		case 2:
			if err == nil {
				_, err = c.ReplaceOne(d.t.Context(), of, d.document(2))
			}
		case 3:
			if err == nil {
				_, err = c.DeleteOne(d.t.Context(), of)
			}
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
}

// end is the position behind all that was written. More is written behind it: otherwise a stream that has no event there
// takes some seconds to get past it.
func (d *differ) end(c *mongo.Collection, everything *watched) string {
	d.t.Helper()
	for _, id := range []string{"the end", "more"} {
		if _, err := c.InsertOne(d.t.Context(), bson.D{{Key: "_id", Value: id}}); err != nil {
			d.t.Fatal(err)
		}
	}
	events := everything.read(func(event bson.Raw) bool {
		id, _ := event.Lookup("documentKey", "_id").StringValueOK()
		return id == "the end"
	}, "")
	return tokenOf(events[len(events)-1])
}

// TestPlansOverChangeStreams holds plans to what change streams make of the filters: on inserts, updates, replacements,
// and deletes, of which documentKey is all there is.
func TestPlansOverChangeStreams(t *testing.T) {
	d := newDiffer(t, 3)
	c := d.collection("documents")
	everything := d.watch(c, nil)
	var declarations []asked
	running := map[string]*watched{}
	open := func(pipeline []bson.D) {
		if key := jsonOf(t, pipeline); running[key] == nil {
			running[key] = d.watch(c, pipeline)
		}
	}
	for len(declarations) < 15 {
		a := d.asked()
		if d.refuses(c, a) {
			continue
		}
		declarations = append(declarations, a)
		for _, b := range a.bounds {
			open(newPlan(b).pipeline)
			open(a.original(b))
		}
	}
	d.write(c, 100)
	end := d.end(c, everything)
	order := map[string]int{}
	read := map[string]numbered{}
	for _, a := range declarations {
		d.check(a, func(pipeline []bson.D) numbered {
			key := jsonOf(t, pipeline)
			if read[key] != nil {
				return read[key]
			}
			read[key] = numbered{}
			for _, event := range running[key].upTo(end) {
				token := tokenOf(event)
				if _, known := order[token]; !known {
					order[token] = len(order)
				}
				read[key][order[token]] = event
			}
			return read[key]
		})
	}
	t.Logf("%d subscribers, %d lifted, %d by another's cursor, %d events", d.subscribers, d.lifted, d.shared, d.hits)
	if d.lifted == 0 || d.shared == 0 || d.hits < d.subscribers {
		t.Errorf("of %d subscribers %d are lifted and %d share, with %d events: too few to say anything", d.subscribers, d.lifted, d.shared, d.hits)
	}
}

// TestRedactCutsDocumentsNotTheStream: $redact looks into the _id of the event, too, which a stream cannot be without.
func TestRedactCutsDocumentsNotTheStream(t *testing.T) {
	d := newDiffer(t, 4)
	c := d.collection("documents")
	everything := d.watch(c, nil)
	of := func(condition string) *watched {
		stages := stagesOf(t, `[{"$match": {"fullDocument.a": {"$var": "u"}}}, {"$redact": {"$cond": [`+condition+`, "$$PRUNE", "$$DESCEND"]}}]`)
		p := newPlan(boundTo(t, stages, 5))
		if p.route.paths != nil {
			t.Errorf("%s: lifted %v", condition, p.route.paths)
		}
		return d.watch(c, p.pipeline)
	}
	// Each is true for the _id; the second for nothing else of the event's own.
	secret := of(`{"$eq": ["$secret", true]}`)
	token := of(`{"$gt": ["$_data", null]}`)
	level := of(`{"$not": [{"$in": [{"$ifNull": ["$operationType", "$level"]}, ["insert", "low"]]}]}`)
	write := func(inner bson.D) {
		document := bson.D{{Key: "a", Value: 5}, {Key: "level", Value: "low"}, {Key: "inner", Value: inner}}
		if _, err := c.InsertOne(t.Context(), document); err != nil {
			t.Fatal(err)
		}
	}
	write(bson.D{{Key: "secret", Value: true}})
	first := everything.read(func(bson.Raw) bool { return true }, "")[0]
	write(bson.D{{Key: "_data", Value: tokenOf(first)}, {Key: "level", Value: "low"}}) // of another event
	write(bson.D{{Key: "level", Value: "high"}})
	end := d.end(c, everything)
	for name, c := range map[string]struct {
		stream *watched
		shown  []bool
	}{
		"secret": {secret, []bool{false, true, true}}, "token": {token, []bool{true, false, true}}, "level": {level, []bool{false, true, false}},
	} {
		events := c.stream.upTo(end)
		if len(events) != len(c.shown) {
			t.Errorf("%s: %d events, want %d", name, len(events), len(c.shown))
			continue
		}
		for i, event := range events {
			if _, err := event.LookupErr("fullDocument", "inner"); (err == nil) != c.shown[i] {
				t.Errorf("%s: event %d is %v", name, i, event)
			}
			for _, field := range []string{tokenField, typeBitsField} {
				if _, err := event.LookupErr(field); err == nil {
					t.Errorf("%s: event %d has %s", name, i, field)
				}
			}
		}
	}
}

// TestRootsThatAreNoDocuments must not end a stream.
func TestRootsThatAreNoDocuments(t *testing.T) {
	d := newDiffer(t, 5)
	c := d.collection("documents")
	everything := d.watch(c, nil)
	stages := stagesOf(t, `[{"$replaceRoot": {"newRoot": "$fullDocument.inner"}}]`)
	stream := d.watch(c, newPlan(boundTo(t, stages)).pipeline)
	for _, inner := range []any{bson.D{{Key: "_id", Value: 1}, {Key: "x", Value: 1}}, "text", nil, bson.A{bson.D{}}, 5} {
		if _, err := c.InsertOne(t.Context(), bson.D{{Key: "inner", Value: inner}}); err != nil {
			t.Fatal(err)
		}
	}
	events := stream.upTo(d.end(c, everything))
	if len(events) != 6 {
		t.Fatalf("%d events, want 6", len(events))
	}
	for i, event := range events {
		if x, _ := event.Lookup("x").AsInt64OK(); (x == 1) != (i == 0) || tokenOf(event) == "" {
			t.Errorf("event %d is %v", i, event)
		}
	}
}
