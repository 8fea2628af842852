package streams

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// stagesOf reads a pipeline in extended JSON.
func stagesOf(t testing.TB, text string) []bson.D {
	t.Helper()
	var d struct{ Stages []bson.D }
	if err := bson.UnmarshalExtJSON([]byte(`{"stages": `+text+`}`), false, &d); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d.Stages
}

func rawOf(t testing.TB, value any) bson.RawValue {
	t.Helper()
	kind, data, err := bson.MarshalValue(value)
	if err != nil {
		t.Fatal(err)
	}
	return bson.RawValue{Type: kind, Value: data}
}

// boundTo binds u, v and so on to values.
func boundTo(t testing.TB, stages []bson.D, values ...any) bound {
	t.Helper()
	b := bound{stages: stages, values: map[string]bson.RawValue{}}
	for i, value := range values {
		b.values[string(rune('u'+i))] = rawOf(t, value)
	}
	return b
}

func jsonOf(t testing.TB, stages []bson.D) string {
	t.Helper()
	if stages == nil {
		return "[]"
	}
	text, err := bson.MarshalExtJSON(bson.D{{Key: "s", Value: stages}}, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(text), `{"s":`), "}")
}

func TestWhatIsLifted(t *testing.T) {
	const u, v = `{"$var":"u"}`, `{"$var":"v"}`
	// u is 7, v is "x", w is the list of roles.
	for name, c := range map[string]struct {
		stages string
		paths  []string // each alternative's, with a space between
		left   string
	}{
		"an equality":             {`[{"$match":{"fullDocument.a":` + u + `}}]`, []string{"fullDocument.a"}, `[]`},
		"with $eq":                {`[{"$match":{"documentKey._id":{"$eq":` + u + `}}}]`, []string{"documentKey._id"}, `[]`},
		"two":                     {`[{"$match":{"fullDocument.a":` + u + `,"fullDocument.b.c":` + v + `}}]`, []string{"fullDocument.a fullDocument.b.c"}, `[]`},
		"in two stages":           {`[{"$match":{"fullDocument.a":` + u + `}},{"$match":{"fullDocument.b":` + v + `}}]`, []string{"fullDocument.a fullDocument.b"}, `[]`},
		"within $and":             {`[{"$match":{"$and":[{"$and":[{"fullDocument.a":` + u + `},{"x":1}]},{"y":2}]}}]`, []string{"fullDocument.a"}, `[{"$match":{"$and":[{"x":1},{"y":2}]}}]`},
		"beside a constant":       {`[{"$match":{"fullDocument.a":` + u + `,"fullDocument.k":"m"}}]`, []string{"fullDocument.a"}, `[{"$match":{"fullDocument.k":"m"}}]`},
		"beside a comparison":     {`[{"$match":{"fullDocument.a":` + u + `,"fullDocument.b":{"$gt":` + v + `}}}]`, []string{"fullDocument.a"}, `[{"$match":{"fullDocument.b":{"$gt":"x"}}}]`},
		"beside a list":           {`[{"$match":{"fullDocument.a":` + u + `,"fullDocument.b":{"$var":"w"}}}]`, []string{"fullDocument.a"}, `[{"$match":{"fullDocument.b":["r","s"]}}]`},
		"$or":                     {`[{"$match":{"$or":[{"fullDocument.a":` + u + `},{"fullDocument.b":` + u + `}]}}]`, []string{"fullDocument.a", "fullDocument.b"}, `[]`},
		"$or with a conjunction":  {`[{"$match":{"$or":[{"fullDocument.a":` + u + `,"fullDocument.c":` + v + `},{"$and":[{"fullDocument.b":` + u + `}]}]}}]`, []string{"fullDocument.a fullDocument.c", "fullDocument.b"}, `[]`},
		"$or and an equality":     {`[{"$match":{"fullDocument.k":` + v + `,"$or":[{"fullDocument.a":` + u + `},{"fullDocument.b":` + u + `}]}}]`, []string{"fullDocument.k fullDocument.a", "fullDocument.k fullDocument.b"}, `[]`},
		"$or with a constant":     {`[{"$match":{"$or":[{"fullDocument.a":` + u + `},{"fullDocument.public":true}]}}]`, []string{"fullDocument.a", "fullDocument.public"}, `[]`},
		"a second $or":            {`[{"$match":{"$and":[{"$or":[{"fullDocument.a":` + u + `}]},{"$or":[{"fullDocument.b":` + u + `}]}]}}]`, []string{"fullDocument.a"}, `[{"$match":{"$or":[{"fullDocument.b":7}]}}]`},
		"one path twice":          {`[{"$match":{"$or":[{"fullDocument.a":` + u + `},{"fullDocument.a":` + v + `}]}}]`, []string{"fullDocument.a"}, `[]`},
		"not in part of an $or":   {`[{"$match":{"$or":[{"fullDocument.a":` + u + `},{"fullDocument.b":{"$gt":1}}]}}]`, nil, `[{"$match":{"$or":[{"fullDocument.a":7},{"fullDocument.b":{"$gt":1}}]}}]`},
		"not in $or of constants": {`[{"$match":{"$or":[{"fullDocument.a":1},{"fullDocument.b":2}]}}]`, nil, `[{"$match":{"$or":[{"fullDocument.a":1},{"fullDocument.b":2}]}}]`},
		"not where all is true":   {`[{"$match":{"$or":[{"fullDocument.a":` + u + `},{}]}}]`, nil, `[{"$match":{"$or":[{"fullDocument.a":7},{}]}}]`},
		"not in $nor":             {`[{"$match":{"$nor":[{"fullDocument.a":` + u + `}]}}]`, nil, `[{"$match":{"$nor":[{"fullDocument.a":7}]}}]`},
		"not beside an operator":  {`[{"$match":{"fullDocument.a":{"$eq":` + u + `,"$exists":true}}}]`, nil, `[{"$match":{"fullDocument.a":{"$eq":7,"$exists":true}}}]`},
		"not behind another":      {`[{"$addFields":{"x":1}},{"$match":{"fullDocument.a":` + u + `}}]`, nil, `[{"$addFields":{"x":1}},{"$match":{"fullDocument.a":7}}]`},
		"no index":                {`[{"$match":{"fullDocument.a.0":` + u + `}}]`, nil, `[{"$match":{"fullDocument.a.0":7}}]`},
		"no part of a reference":  {`[{"$match":{"fullDocument.a.$id":` + u + `}}]`, nil, `[{"$match":{"fullDocument.a.$id":7}}]`},
		"no empty name":           {`[{"$match":{"fullDocument.":` + u + `}}]`, nil, `[{"$match":{"fullDocument.":7}}]`},
		"no other field":          {`[{"$match":{"operationType":` + v + `,"ns.coll":` + v + `}}]`, nil, `[{"$match":{"operationType":"x","ns.coll":"x"}}]`},
		"no whole document":       {`[{"$match":{"fullDocument":` + u + `}}]`, nil, `[{"$match":{"fullDocument":7}}]`},
		"kept by an exclusion": {`[{"$match":{"fullDocument.a":` + u + `}},{"$project":{"fullDocument":0}}]`, []string{"fullDocument.a"},
			`[{"$addFields":{"_route":{"fullDocument":{"a":"$fullDocument.a"}}}},{"$project":{"fullDocument":0}}]`},
		"kept in an inclusion": {`[{"$match":{"fullDocument.a.b":` + u + `,"x":1}},{"$project":{"_id":1,"y":{"z":1}}}]`, []string{"fullDocument.a.b"},
			`[{"$match":{"x":1}},{"$addFields":{"_route":{"fullDocument":{"a":"$fullDocument.a"}}}},{"$project":{"_id":1,"y":{"z":1},"_route":1}}]`},
		"not where $$ROOT is copied": {`[{"$match":{"fullDocument.a":` + u + `}},{"$addFields":{"all":"$$ROOT"}}]`, nil,
			`[{"$match":{"fullDocument.a":7}},{"$addFields":{"all":"$$ROOT"}}]`},
		"not where a stage has the name": {`[{"$match":{"fullDocument.a":` + u + `}},{"$unset":"_route"}]`, nil,
			`[{"$match":{"fullDocument.a":7}},{"$unset":"_route"}]`},
		"not where a schema counts": {`[{"$match":{"fullDocument.a":` + u + `}},{"$unset":"x"},{"$match":{"$jsonSchema":{"maxProperties":9}}}]`, nil,
			`[{"$match":{"fullDocument.a":7}},{"$unset":"x"},{"$match":{"$jsonSchema":{"maxProperties":9}}}]`},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlan(boundTo(t, stagesOf(t, c.stages), 7, "x", bson.A{"r", "s"}))
			var paths []string
			for _, alternative := range p.route.paths {
				paths = append(paths, strings.Join(alternative, " "))
			}
			if !slices.Equal(paths, c.paths) {
				t.Errorf("lifted %q, want %q", paths, c.paths)
			}
			if got := jsonOf(t, p.pipeline); got != c.left {
				t.Errorf("left in the pipeline:\n%s, want\n%s", got, c.left)
			}
			if len(p.keys) == 0 != (len(paths) == 0) {
				t.Errorf("%d keys for %d alternatives", len(p.keys), len(paths))
			}
			if captured := strings.Contains(c.left, `{"$addFields":{"_route"`); p.route.captured != captured {
				t.Errorf("captured: %v", p.route.captured)
			}
		})
	}
}

func TestWhoSharesACursor(t *testing.T) {
	stages := stagesOf(t, `[{"$match": {"fullDocument.a": {"$var": "u"}, "fullDocument.b": {"$gt": {"$var": "v"}}}}]`)
	of := func(u, v any) plan { return newPlan(boundTo(t, stages, u, v)) }
	first := of("ann", 1)
	if other := of("bob", 1); other.id() != first.id() || slices.Equal(other.keys, first.keys) {
		t.Error("two that differ in what is lifted do not share, or have the same key")
	}
	for name, other := range map[string]plan{"a bound value": of("ann", 2), "its type": of("ann", int64(1)), "a list": of(bson.A{"ann"}, 1)} {
		if other.id() == first.id() {
			t.Errorf("two that differ in %s share a cursor", name)
		}
	}
}

func TestTooManyAlternativesAreNotLifted(t *testing.T) {
	of := func(n int) plan {
		parts := make(bson.A, n)
		for i := range parts {
			parts[i] = bson.D{{Key: "fullDocument.f" + string(rune('a'+i)), Value: bson.D{{Key: "$var", Value: "u"}}}}
		}
		return newPlan(boundTo(t, []bson.D{{{Key: "$match", Value: bson.D{{Key: "$or", Value: parts}}}}}, 1))
	}
	if n := len(of(alternativesMost).route.paths); n != alternativesMost {
		t.Errorf("lifted %d alternatives, want %d", n, alternativesMost)
	}
	if p := of(alternativesMost + 1); p.route.paths != nil || len(p.pipeline) != 1 {
		t.Errorf("lifted %v", p.route.paths)
	}
}
