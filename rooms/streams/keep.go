package streams

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// routeField is the event's field that keeps what route reads. Where a stage names it, or a field whose name begins so,
// nothing is lifted.
const routeField = "_route"

// The fields that hold the event's _id while $redact is at work. They are scalars, which it does not look at.
const (
	tokenField    = routeField + "Token"
	typeBitsField = routeField + "TypeBits"
)

// seesWhole says whether stages may see a field that is added to the event.
func seesWhole(stages []bson.D) bool {
	return slices.ContainsFunc(stages, func(stage bson.D) bool { return isStage(stage, "$redact") || mentions(stage) })
}

// mentions says whether an expression or filter takes the event as a whole, rather than a field of it, or names ours.
func mentions(value any) bool {
	switch v := value.(type) {
	case bson.D:
		return slices.ContainsFunc(v, func(e bson.E) bool {
			return e.Key == "$jsonSchema" || strings.Contains(e.Key, routeField) || mentions(e.Value)
		})
	case bson.A:
		return slices.ContainsFunc(v, mentions)
	case string:
		return strings.Contains(v, routeField) || v == "$$ROOT" || v == "$$CURRENT"
	case bson.RawValue:
		text, ok := v.StringValueOK()
		return ok && mentions(text)
	}
	return false
}

// capture copies the first two components of the paths, in their own shape, for the same reader. The copy of a field
// that is missing is missing. It makes an event larger by what it copies.
func capture(paths [][]string) bson.D {
	copies := bson.D{}
	for _, path := range slices.Concat(paths...) {
		root, rest, _ := strings.Cut(path, ".")
		name, _, _ := strings.Cut(rest, ".")
		at := slices.IndexFunc(copies, func(e bson.E) bool { return e.Key == root })
		if at < 0 {
			at = len(copies)
			copies = append(copies, bson.E{Key: root, Value: bson.D{}})
		}
		fields := copies[at].Value.(bson.D)
		if !slices.ContainsFunc(fields, func(e bson.E) bool { return e.Key == name }) {
			copies[at].Value = append(fields, bson.E{Key: name, Value: "$" + root + "." + name})
		}
	}
	return bson.D{{Key: "$addFields", Value: bson.D{{Key: routeField, Value: copies}}}}
}

// keeping is a stage that keeps the event's _id, without which a change stream dies, and, where there is one, the copy of
// what routes it.
func keeping(stage bson.D, captured bool) []bson.D {
	body, isDocument := stage[0].Value.(bson.D)
	switch {
	case isStage(stage, "$redact"):
		return redacting(stage)
	case isStage(stage, "$replaceRoot") && isDocument && len(body) == 1 && body[0].Key == "newRoot":
		return []bson.D{{{Key: "$replaceRoot", Value: bson.D{{Key: "newRoot", Value: rooted(body[0].Value, captured)}}}}}
	case isStage(stage, "$project") && captured && isDocument && includes(body):
		return []bson.D{{{Key: "$project", Value: append(slices.Clone(body), bson.E{Key: routeField, Value: 1})}}}
	}
	return []bson.D{stage}
}

// rooted is the new root with what must stay. A root that is no document, because the event lacks it or somebody wrote
// a string there, would end the stream for all at every try: it counts as empty.
func rooted(root any, captured bool) bson.D {
	stays := bson.D{{Key: "_id", Value: "$_id"}}
	if captured {
		stays = append(stays, bson.E{Key: routeField, Value: "$" + routeField})
	}
	isObject := bson.D{{Key: "$eq", Value: bson.A{bson.D{{Key: "$type", Value: "$$root"}}, "object"}}}
	return bson.D{{Key: "$let", Value: bson.D{
		{Key: "vars", Value: bson.D{{Key: "root", Value: root}}},
		{Key: "in", Value: bson.D{{Key: "$mergeObjects", Value: bson.A{
			bson.D{{Key: "$cond", Value: bson.A{isObject, "$$root", bson.D{}}}}, stays,
		}}}},
	}}}
}

// redacting puts the event's _id by, since $redact may cut it out like any subdocument, and back behind it. An exception
// for what looks like the _id would be one for a document of somebody who guesses it.
func redacting(stage bson.D) []bson.D {
	const set = "$addFields"
	return []bson.D{
		{{Key: set, Value: bson.D{{Key: tokenField, Value: "$_id._data"}, {Key: typeBitsField, Value: "$_id._typeBits"}}}},
		stage,
		{{Key: set, Value: bson.D{{Key: "_id", Value: bson.D{
			{Key: "_data", Value: "$" + tokenField}, {Key: "_typeBits", Value: "$" + typeBitsField},
		}}}}},
		{{Key: "$unset", Value: bson.A{tokenField, typeBitsField}}},
	}
}

// includes says whether a projection names what stays, not what goes. The database refuses one that does both.
func includes(projection bson.D) bool {
	for _, e := range projection {
		if e.Key == "_id" {
			continue
		}
		return staysIn(e.Value)
	}
	return len(projection) > 0
}

func staysIn(value any) bool {
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			return strings.HasPrefix(e.Key, "$") || staysIn(e.Value)
		}
	case bool:
		return v
	case int32:
		return v != 0
	case int64:
		return v != 0
	case float64:
		return v != 0
	case bson.Decimal128:
		number, _, err := v.BigInt()
		return err != nil || number.Sign() != 0
	case bson.RawValue:
		flag, isBool := v.BooleanOK()
		number, isNumber := v.AsFloat64OK()
		return !(isBool && !flag || isNumber && number == 0)
	}
	return true
}
