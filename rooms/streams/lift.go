package streams

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// alternativesMost is how many alternatives an $or may have to be lifted. A subscriber has a key for each, and an event
// has the keys of all.
const alternativesMost = 8

// lift takes equalities out of filters. They must be conjuncts, at the top of a $match or in an $and there: `path:
// {$var}` or `path: {$eq: {$var}}`, with a path into fullDocument or documentKey and a value that scalar.go can compare.
// All of them together make one key.
//
// The first $or among the conjuncts that has nothing but such equalities in its alternatives is lifted, too: each
// alternative, with the equalities outside the $or, makes a key of its own. There equalities with constants count as
// well, as long as one is with a variable. Any further $or stays in the pipeline with its values.
type lift struct {
	values map[string]bson.RawValue

	paths [][]string
	keys  []string
}

func newLift(b bound) *lift { return &lift{values: b.values} }

// equality is one conjunct that is lifted.
type equality struct {
	path  string
	value bson.RawValue
	given bool // by a variable
}

// choose finds what is lifted from these $match stages.
func (l *lift) choose(filters []bson.D) {
	var common []equality
	var alternatives [][]equality
	for _, c := range conjuncts(filters) {
		if e, ok := l.variable(c); ok {
			common = append(common, e)
		} else if list, ok := l.either(c); ok && alternatives == nil {
			alternatives = list
		}
	}
	if alternatives == nil {
		if common == nil {
			return
		}
		alternatives = [][]equality{nil}
	}
	for _, alternative := range alternatives {
		l.add(slices.Concat(common, alternative))
	}
}

// add makes a key. Alternatives with the same paths are one to the router.
func (l *lift) add(equalities []equality) {
	paths := make([]string, len(equalities))
	for i, e := range equalities {
		paths[i] = e.path
	}
	at := slices.IndexFunc(l.paths, func(p []string) bool { return slices.Equal(p, paths) })
	if at < 0 {
		at = len(l.paths)
		l.paths = append(l.paths, paths)
	}
	key := startKey(nil, at)
	for _, e := range equalities {
		key, _ = appendScalar(key, e.value)
	}
	if !slices.Contains(l.keys, string(key)) {
		l.keys = append(l.keys, string(key))
	}
}

// residual is the filters without what is lifted. It depends on what is lifted alone, not on the values: those who may
// share a cursor have the same.
func (l *lift) residual(filters []bson.D) []bson.D {
	if l.paths == nil {
		return filters
	}
	var out []bson.D
	either := false
	for _, filter := range filters {
		all := conjuncts([]bson.D{filter})
		var rest bson.A
		for _, c := range all {
			if _, ok := l.variable(c); ok {
				continue
			}
			if _, ok := l.either(c); ok && !either {
				either = true
				continue
			}
			rest = append(rest, bson.D{c})
		}
		switch {
		case len(rest) == len(all):
			out = append(out, filter)
		case len(rest) == 1:
			out = append(out, bson.D{{Key: "$match", Value: rest[0]}})
		case len(rest) > 1:
			out = append(out, bson.D{{Key: "$match", Value: bson.D{{Key: "$and", Value: rest}}}})
		}
	}
	return out
}

// conjuncts takes filters apart, and what is within $and, too.
func conjuncts(filters []bson.D) bson.D {
	var out bson.D
	for _, stage := range filters {
		filter, ok := stage[0].Value.(bson.D)
		if !ok {
			out = append(out, bson.E{Key: stage[0].Key, Value: stage[0].Value})
			continue
		}
		out = appendConjuncts(out, filter)
	}
	return out
}

func appendConjuncts(out, filter bson.D) bson.D {
	for _, e := range filter {
		parts, ok := documents(e.Value)
		if e.Key != "$and" || !ok {
			out = append(out, e)
			continue
		}
		for _, part := range parts {
			out = appendConjuncts(out, part)
		}
	}
	return out
}

// documents reads an array of documents, of at least one: the database refuses an empty one, and is left to do so.
func documents(value any) ([]bson.D, bool) {
	list, ok := value.(bson.A)
	if !ok || len(list) == 0 {
		return nil, false
	}
	out := make([]bson.D, len(list))
	for i, part := range list {
		if out[i], ok = part.(bson.D); !ok {
			return nil, false
		}
	}
	return out, true
}

// either reads an $or of equalities.
func (l *lift) either(c bson.E) ([][]equality, bool) {
	parts, ok := documents(c.Value)
	if c.Key != "$or" || !ok || len(parts) > alternativesMost {
		return nil, false
	}
	given := false
	out := make([][]equality, len(parts))
	for i, part := range parts {
		for _, c := range appendConjuncts(nil, part) {
			e, ok := l.equality(c)
			if !ok {
				return nil, false
			}
			out[i] = append(out[i], e)
			given = given || e.given
		}
		if out[i] == nil {
			return nil, false // an alternative that is always true
		}
	}
	return out, given
}

// variable reads an equality with a variable.
func (l *lift) variable(c bson.E) (equality, bool) {
	e, ok := l.equality(c)
	return e, ok && e.given
}

// equality reads an equality with a variable or a constant.
func (l *lift) equality(c bson.E) (equality, bool) {
	if !isRoutable(c.Key) {
		return equality{}, false
	}
	operand := c.Value
	if d, ok := operand.(bson.D); ok && len(d) == 1 && d[0].Key == "$eq" {
		operand = d[0].Value
	}
	e := equality{path: c.Key}
	if d, ok := operand.(bson.D); ok {
		name, isName := "", false
		if len(d) == 1 && d[0].Key == "$var" {
			name, isName = d[0].Value.(string)
		}
		if e.value, e.given = l.values[name]; !isName || !e.given {
			return equality{}, false
		}
	} else {
		kind, data, err := bson.MarshalValue(operand)
		if err != nil {
			return equality{}, false
		}
		e.value = bson.RawValue{Type: kind, Value: data}
	}
	switch e.value.Type {
	case bson.TypeDecimal128, bson.TypeSymbol:
		return equality{}, false // a decimal's key may be that of no value; neither is a variable's type
	}
	_, ok := appendScalar(nil, e.value)
	return e, ok
}

// isRoutable says whether the router reads a path as the database does. A number in it may be a name or an index.
func isRoutable(path string) bool {
	names := strings.Split(path, ".")
	if len(names) < 2 || names[0] != "fullDocument" && names[0] != "documentKey" {
		return false
	}
	return !slices.ContainsFunc(names, func(name string) bool {
		return name == "" || name[0] == '$' || strings.Trim(name, "0123456789") == ""
	})
}
