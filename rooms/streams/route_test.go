package streams

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func eventOf(t testing.TB, document bson.D) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(bson.D{{Key: "fullDocument", Value: document}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decimal(t testing.TB, text string) bson.Decimal128 {
	t.Helper()
	d, err := bson.ParseDecimal128(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEqualValuesHaveEqualKeys holds each group's values to be equal to one another and to none of another group. The
// database is asked the same by TestPlansAgainstTheDatabase.
func TestEqualValuesHaveEqualKeys(t *testing.T) {
	id := bson.NewObjectID()
	groups := [][]any{
		{int32(5), int64(5), 5.0, decimal(t, "5"), decimal(t, "5.00"), decimal(t, "0.5E+1")},
		{int32(0), 0.0, math.Copysign(0, -1), decimal(t, "-0"), decimal(t, "0E+400")},
		{5.5, decimal(t, "5.5"), decimal(t, "5.50")},
		{int64(1) << 53, float64(1 << 53), decimal(t, "9007199254740992")},
		{int64(1)<<53 + 1, decimal(t, "9007199254740993")},
		{float64(1 << 63), decimal(t, "9223372036854775808")},
		{int64(-1) << 63, float64(-1 << 63), decimal(t, "-9223372036854775808")},
		{0.1}, {1e300}, {math.Ldexp(1, 100), decimal(t, "1267650600228229401496703205376")},
		{math.Ldexp(-3, -20), decimal(t, "-0.000002861022949218750")},
		{math.Inf(1), decimal(t, "Infinity")},
		{math.Inf(-1), decimal(t, "-Infinity")},
		{"5", bson.Symbol("5")}, {""}, {"5\x00"}, {true}, {false}, {id}, {time.UnixMilli(5)}, {id.Hex()},
	}
	of := map[string]int{}
	for i, group := range groups {
		for _, value := range group {
			key, ok := appendScalar(nil, rawOf(t, value))
			if !ok {
				t.Errorf("%v (%T) has no key", value, value)
			}
			if scalarSize(key) != len(key) {
				t.Errorf("the key of %v is %d bytes long, and is read as %d", value, len(key), scalarSize(key))
			}
			if other, seen := of[string(key)]; seen && other != i {
				t.Errorf("%v (%T) has the key of %v", value, value, groups[other])
			}
			of[string(key)] = i
		}
	}
	if len(of) != len(groups) {
		t.Errorf("%d keys for %d groups", len(of), len(groups))
	}
	for _, value := range []any{
		bson.Null{}, bson.A{5}, bson.D{}, math.NaN(), decimal(t, "NaN"), decimal(t, "0.1"), decimal(t, "0.1000000000000000055511151231257827"), decimal(t, "1E300"), decimal(t, "1E6000"),
		decimal(t, "1E-6000"), bson.Timestamp{I: 5}, bson.Regex{Pattern: "5"}, bson.JavaScript("5"), []byte("5"), bson.MinKey{}, bson.Undefined{},
	} {
		if _, ok := appendScalar(nil, rawOf(t, value)); ok {
			t.Errorf("%v (%T) has a key", value, value)
		}
	}
}

func TestKeysOfAnEvent(t *testing.T) {
	compound := route{paths: [][]string{{"fullDocument.a", "fullDocument.b.c"}}}
	for name, c := range map[string]struct {
		document bson.D
		want     int
	}{
		"missing":              {bson.D{{Key: "a", Value: 1}}, 0},
		"scalars":              {bson.D{{Key: "a", Value: 1}, {Key: "b", Value: bson.D{{Key: "c", Value: 2}}}}, 1},
		"null":                 {bson.D{{Key: "a", Value: nil}, {Key: "b", Value: bson.D{{Key: "c", Value: 2}}}}, 0},
		"an array":             {bson.D{{Key: "a", Value: bson.A{1, 2, 1.0, nil}}, {Key: "b", Value: bson.D{{Key: "c", Value: 2}}}}, 2},
		"two arrays":           {bson.D{{Key: "a", Value: bson.A{1, 2}}, {Key: "b", Value: bson.A{bson.D{{Key: "c", Value: bson.A{1, 2}}}, bson.D{{Key: "c", Value: 3}}, 7}}}, 6},
		"an array in an array": {bson.D{{Key: "a", Value: bson.A{bson.A{1}}}, {Key: "b", Value: bson.D{{Key: "c", Value: 2}}}}, 0},
	} {
		if got := compound.eventKeys(eventOf(t, c.document)); len(got) != c.want {
			t.Errorf("%s: %d keys, want %d", name, len(got), c.want)
		}
	}
	// What stands where must not matter: ("a", "bc") is not ("ab", "c").
	two := route{paths: [][]string{{"fullDocument.a", "fullDocument.b"}}}
	one := two.eventKeys(eventOf(t, bson.D{{Key: "a", Value: "a"}, {Key: "b", Value: "bc"}}))
	other := two.eventKeys(eventOf(t, bson.D{{Key: "a", Value: "ab"}, {Key: "b", Value: "c"}}))
	if slices.Equal(one, other) {
		t.Error("two events that differ have the same key")
	}
}

func TestAnEventWithTooManyKeys(t *testing.T) {
	stages := stagesOf(t, `[{"$match": {"fullDocument.a": {"$var": "u"}, "fullDocument.b": {"$var": "v"}}}]`)
	var many bson.A
	for i := range 1000 {
		many = append(many, fmt.Sprint("v", i))
	}
	event := eventOf(t, bson.D{{Key: "a", Value: many}, {Key: "b", Value: many}})
	used := map[string]bool{}
	for _, pair := range [][2]any{{"v1", "v999"}, {"v5", "v5"}, {"v1", "v1000"}, {"v1000", "v1"}, {"v1", 1}} {
		p := newPlan(boundTo(t, stages, pair[0], pair[1]))
		if keys := p.route.eventKeys(event); !slices.Equal(keys, []string{tooManyKeys}) {
			t.Fatalf("%d keys", len(keys))
		}
		used[p.keys[0]] = pair[0] != "v1000" && pair[1] != "v1000" && pair[1] != 1
	}
	r := newPlan(boundTo(t, stages, "v1", "v1")).route
	got := r.keysAmong(event, maps.Keys(used))
	for key, want := range used {
		if slices.Contains(got, key) != want {
			t.Errorf("the key %q is found: %v", key, !want)
		}
	}
	// An array that is alone is no product: it has a key for each element, and an event without the other has none.
	alone := route{paths: [][]string{{"fullDocument.a", "fullDocument.none"}}}
	if keys := alone.eventKeys(event); len(keys) != 0 {
		t.Errorf("%d keys", len(keys))
	}
}

// BenchmarkEventKeys reads two paths and one alternative of an event as it comes from a chat.
func BenchmarkEventKeys(b *testing.B) {
	event := eventOf(b, bson.D{
		{Key: "_id", Value: bson.NewObjectID()}, {Key: "text", Value: "hello, everybody"}, {Key: "userId", Value: "ann"},
		{Key: "room", Value: bson.D{{Key: "id", Value: "general"}}}, {Key: "recipientId", Value: bson.A{"bob", "cy"}},
	})
	for name, paths := range map[string][][]string{
		"one": {{"fullDocument.userId"}}, "compound": {{"fullDocument.userId", "fullDocument.room.id"}},
		"or": {{"fullDocument.userId"}, {"fullDocument.recipientId"}},
	} {
		b.Run(name, func(b *testing.B) {
			r := route{paths: paths}
			b.ReportAllocs()
			for b.Loop() {
				if len(r.eventKeys(event)) == 0 {
					b.Fatal("no keys")
				}
			}
		})
	}
}
