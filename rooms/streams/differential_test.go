package streams

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms/mongodb/mongotest"
)

// differ holds plans against what the database says.
type differ struct {
	t      testing.TB
	random *rand.Rand
	db     *mongo.Database

	subscribers, lifted, shared, hits int
}

func newDiffer(t testing.TB, seed uint64) *differ {
	t.Helper()
	server := mongotest.Shared(t)
	name := server.Database(t)
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return &differ{t: t, random: rand.New(rand.NewPCG(seed, 5)), db: client.Database(name)}
}

func one[T any](d *differ, of ...T) T { return of[d.random.IntN(len(of))] }

// value is one that a variable may have. There are few, so that many are equal to others of another type.
func (d *differ) value() any {
	return one[any](d, int32(0), int32(1), int32(5), int64(5), 5.0, 5.5, math.Copysign(0, -1), 0.1, 1e300, math.Inf(1), math.NaN(),
		int64(1)<<53, float64(1<<53), int64(1)<<53+1, int64(math.MaxInt64), float64(1<<63), int64(math.MinInt64), 5e-324,
		"5", "x", "", "x\x00y", true, false, time.UnixMilli(5), time.UnixMilli(-1), bson.ObjectID{1}, bson.ObjectID{2})
}

// stored is one that a document may have.
func (d *differ) stored(depth int) any {
	if d.random.IntN(2) == 0 {
		return d.value()
	}
	if depth > 0 && d.random.IntN(2) == 0 {
		if d.random.IntN(2) == 0 {
			return d.document(depth - 1)
		}
		list := make(bson.A, d.random.IntN(4))
		for i := range list {
			list[i] = d.stored(depth - 1)
		}
		return list
	}
	if d.random.IntN(2) == 0 {
		return decimal(d.t, one(d, "5", "5.00", "0.1", "-0", "0E+400", "5.50", "9007199254740993", "9223372036854775808", "NaN", "Infinity",
			"9223372036854775807", "0.1000000000000000055511151231257827", "1E300", "1.000000000000000052504760255204420E300", "1E6000",
			"4.940656458412465441765687928682214E-324", "500E-2"))
	}
	return one[any](d, nil, bson.Symbol("x"), bson.Symbol("5"), bson.Timestamp{I: 5}, bson.Undefined{}, bson.Regex{Pattern: "x"},
		bson.JavaScript("x"), bson.MinKey{}, bson.MaxKey{}, []byte("x"), bson.A{}, bson.D{}, bson.A{bson.A{int32(5), "x"}},
		bson.NewDecimal128(0x3041ed09bead87c0, 0x378d8e6400000001)) // its coefficient is 10^34+1
}

// document has some of the fields a, b, c.
func (d *differ) document(depth int) bson.D {
	out := bson.D{}
	for _, name := range []string{"a", "b", "c"} {
		if d.random.IntN(4) > 0 {
			out = append(out, bson.E{Key: name, Value: d.stored(depth)})
		}
	}
	return out
}

// filter is what a $match may say. It has variables of values to come.
type filter struct {
	d         *differ
	variables int
}

func (f *filter) path() string {
	return "fullDocument." + one(f.d, "a", "b", "c", "a", "b", "a.b", "a.b", "b.a", "c.a.b", "a.0", "b.1.a", "a.a")
}

func (f *filter) variable() bson.D {
	name := string(rune('u' + f.variables))
	if f.variables > 0 && f.d.random.IntN(4) == 0 {
		name = "u"
	} else {
		f.variables++
	}
	return bson.D{{Key: "$var", Value: name}}
}

func (f *filter) equality() bson.D {
	path := f.path()
	if f.d.random.IntN(6) == 0 {
		path = "documentKey._id"
	}
	if f.d.random.IntN(2) == 0 {
		return bson.D{{Key: path, Value: bson.D{{Key: "$eq", Value: f.variable()}}}}
	}
	return bson.D{{Key: path, Value: f.variable()}}
}

func (f *filter) condition() bson.D {
	if f.variables < 4 && f.d.random.IntN(3) > 0 {
		return f.equality()
	}
	operator := one(f.d, bson.E{Key: "$exists", Value: true}, bson.E{Key: "$gte", Value: int32(1)}, bson.E{Key: "$ne", Value: int32(5)},
		bson.E{Key: "$eq", Value: "x"}, bson.E{Key: "$type", Value: "string"})
	if f.variables < 4 && f.d.random.IntN(4) == 0 {
		operator = bson.E{Key: one(f.d, "$ne", "$gt", "$lte"), Value: f.variable()}
	}
	return bson.D{{Key: f.path(), Value: bson.D{operator}}}
}

func (f *filter) any(depth int) bson.D {
	if depth == 0 || f.d.random.IntN(3) == 0 {
		return f.condition()
	}
	parts := bson.A{}
	for range 1 + f.d.random.IntN(3) {
		parts = append(parts, f.any(depth-1))
	}
	switch f.d.random.IntN(6) {
	case 0, 1:
		return bson.D{{Key: "$and", Value: parts}}
	case 2, 3, 4:
		return bson.D{{Key: "$or", Value: parts}}
	}
	return bson.D{{Key: "$nor", Value: parts}}
}

// filters are the $match stages of one declaration.
func (f *filter) filters() []bson.D {
	var out []bson.D
	for range 1 + f.d.random.IntN(2) {
		out = append(out, bson.D{{Key: "$match", Value: f.any(2)}})
	}
	if f.variables == 0 {
		out = append(out, bson.D{{Key: "$match", Value: f.equality()}})
	}
	return out
}

// reshaping is what may follow. It leaves the numbers of events in _id._data.
func (d *differ) reshaping() []bson.D {
	return stagesOf(d.t, one(d, `[]`, `[]`, `[{"$project": {"operationType": 1}}]`, `[{"$project": {"fullDocument": 0, "documentKey": false}}]`,
		`[{"$project": {"_id": 1, "x": {"$literal": 0}}}]`, `[{"$project": {"fullDocument": {"a": {"b": 0}}}}]`,
		`[{"$project": {"_id": 1, "fullDocument": {"$numberDecimal": "0.0"}}}]`, `[{"$project": {"_id": 1}}]`,
		`[{"$addFields": {"fullDocument": "gone", "documentKey": {"_id": 5}}}]`, `[{"$unset": "fullDocument.a"}, {"$project": {"fullDocument.b": true}}]`,
		`[{"$replaceRoot": {"newRoot": "$fullDocument"}}]`, `[{"$replaceRoot": {"newRoot": "$fullDocument.a"}}, {"$project": {"b": 1}}]`,
		`[{"$redact": {"$cond": [{"$eq": ["$a", 5]}, "$$PRUNE", "$$DESCEND"]}}]`, `[{"$addFields": {"all": "$$ROOT"}}]`))
}

// withValues puts values in for variables, for the database's own answer.
func withValues(value any, values map[string]bson.RawValue) any {
	switch v := value.(type) {
	case bson.D:
		if len(v) == 1 && v[0].Key == "$var" {
			return values[v[0].Value.(string)]
		}
		out := bson.D{}
		for _, e := range v {
			out = append(out, bson.E{Key: e.Key, Value: withValues(e.Value, values)})
		}
		return out
	case bson.A:
		out := bson.A{}
		for _, part := range v {
			out = append(out, withValues(part, values))
		}
		return out
	}
	return value
}

// numbered are events by their numbers.
type numbered map[int]bson.Raw

func (n numbered) numbers(in func(bson.Raw) bool) []int {
	out := []int{}
	for number, event := range n {
		if in(event) {
			out = append(out, number)
		}
	}
	slices.Sort(out)
	return out
}

// asked is one declaration with several subscribers' values.
type asked struct {
	filters, rest []bson.D
	bounds        []bound
}

func (d *differ) asked() asked {
	f := &filter{d: d}
	a := asked{filters: f.filters(), rest: d.reshaping()}
	for range 3 {
		values := make([]any, f.variables)
		for i := range values {
			values[i] = d.value()
		}
		a.bounds = append(a.bounds, boundTo(d.t, slices.Concat(a.filters, a.rest), values...))
	}
	return a
}

func (a asked) original(b bound) []bson.D {
	var out []bson.D
	for _, stage := range a.filters {
		out = append(out, withValues(stage, b.values).(bson.D))
	}
	return out
}

// check compares a plan for each subscriber, run once for all who share it, with the filters as they were declared.
func (d *differ) check(a asked, run func(pipeline []bson.D) numbered) {
	d.t.Helper()
	ran := map[string]numbered{}
	for _, b := range a.bounds {
		p := newPlan(b)
		events, shared := ran[p.id()]
		if !shared {
			events = run(p.pipeline)
			ran[p.id()] = events
		}
		got := events.numbers(func(event bson.Raw) bool { return d.isFor(p, event) })
		want := run(a.original(b)).numbers(func(bson.Raw) bool { return true })
		if slices.Contains(stageNames(a.rest), "$redact") {
			got, want = nil, nil // it may take events away; that the plan runs is what counts
		}
		if !slices.Equal(got, want) {
			d.t.Fatalf("%s\nwith %v\nis run as %s\nrouted by %v\ngives %v\nwant  %v", jsonOf(d.t, b.stages), b.values, jsonOf(d.t, p.pipeline),
				p.route, got, want)
		}
		d.subscribers, d.hits = d.subscribers+1, d.hits+len(want)
		if p.route.paths != nil {
			d.lifted++
		}
		if shared {
			d.shared++
		}
	}
}

func stageNames(stages []bson.D) []string {
	var names []string
	for _, stage := range stages {
		names = append(names, stage[0].Key)
	}
	return names
}

// isFor says whether the router gives an event to a subscriber, and holds the two ways of asking to be one.
func (d *differ) isFor(p plan, event bson.Raw) bool {
	if p.route.paths == nil {
		return true
	}
	keys := p.route.eventKeys(event)
	if unique := len(slices.Compact(slices.Sorted(slices.Values(keys)))); unique != len(keys) {
		d.t.Fatalf("%v has keys twice: %q", event, keys)
	}
	found := slices.ContainsFunc(p.keys, func(key string) bool { return slices.Contains(keys, key) })
	if among := p.route.keysAmong(event, slices.Values(p.keys)); len(among) > 0 != found {
		d.t.Fatalf("%v has the keys %q, and among %q are found %q", event, keys, p.keys, among)
	}
	return found
}

// stored runs declarations over documents in the form of events.
func (d *differ) overDocuments(documents, declarations int) {
	d.t.Helper()
	events := d.db.Collection(fmt.Sprint("events", d.random.Uint64()))
	all := make([]any, documents)
	for i := range all {
		event := bson.D{{Key: "_id", Value: bson.D{{Key: "_data", Value: i}}}, {Key: "operationType", Value: "insert"}}
		if d.random.IntN(8) > 0 {
			event = append(event, bson.E{Key: "fullDocument", Value: d.document(2)})
		} else if d.random.IntN(2) == 0 {
			event = append(event, bson.E{Key: "fullDocument", Value: nil})
		}
		all[i] = append(event, bson.E{Key: "documentKey", Value: bson.D{{Key: "_id", Value: d.value()}}})
	}
	if _, err := events.InsertMany(d.t.Context(), all); err != nil {
		d.t.Fatal(err)
	}
	for range declarations {
		a := d.asked()
		d.check(a, func(pipeline []bson.D) numbered {
			if pipeline == nil {
				pipeline = []bson.D{}
			}
			cursor, err := events.Aggregate(d.t.Context(), pipeline)
			if err != nil {
				d.t.Fatalf("%s: %v", jsonOf(d.t, pipeline), err)
			}
			var got []bson.Raw
			if err := cursor.All(d.t.Context(), &got); err != nil {
				d.t.Fatalf("%s: %v", jsonOf(d.t, pipeline), err)
			}
			out := numbered{}
			for _, event := range got {
				number, ok := event.Lookup("_id", "_data").AsInt64OK()
				if !ok {
					d.t.Fatalf("%s: an event lost its _id: %v", jsonOf(d.t, pipeline), event)
				}
				out[int(number)] = event
			}
			return out
		})
	}
}

// TestPlansAgainstTheDatabase holds thousands of subscriptions to what the database makes of their filters.
func TestPlansAgainstTheDatabase(t *testing.T) {
	d := newDiffer(t, 1)
	for range 5 {
		d.overDocuments(150, 100)
	}
	t.Logf("%d subscribers, %d lifted, %d by another's cursor, %d events", d.subscribers, d.lifted, d.shared, d.hits)
	if d.lifted < d.subscribers/3 || d.shared < d.subscribers/10 || d.hits < d.subscribers {
		t.Errorf("of %d subscribers %d are lifted and %d share, with %d events: too few to say anything", d.subscribers, d.lifted, d.shared, d.hits)
	}
}

// FuzzPlans goes on with other seeds: go test -fuzz FuzzPlans ./rooms/streams
func FuzzPlans(f *testing.F) {
	f.Add(uint64(2))
	f.Fuzz(func(t *testing.T, seed uint64) { newDiffer(t, seed).overDocuments(50, 10) })
}
