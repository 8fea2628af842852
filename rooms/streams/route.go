package streams

import (
	"encoding/binary"
	"iter"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// combinationsMost is how many keys of several values an event may have: with two arrays it is their product. An event
// that has more is compared with each subscriber's key. A key of one value needs no bound but the event's size.
const combinationsMost = 10_000

// tooManyKeys stands alone for the keys of an event that has too many. It is no key: keys are never empty.
const tooManyKeys = ""

// route says how an event's keys are made. It is the same for all who share a cursor.
type route struct {
	paths    [][]string // alternatives of $or, each the paths whose values make one key; nil: every event is for every subscriber
	captured bool       // the values stand under routeField, because a later stage may take them out of the event
}

// eventKeys returns the keys under which an event is to be found, each once: a field that is an array has one for each
// element. They equal a subscriber's key where, and only where, the database's $match would have let the event through.
// For an event with too many it returns tooManyKeys alone; keysAmong then finds those that are in use.
func (r route) eventKeys(event bson.Raw) []string {
	root := r.root(event)
	var keys []string
	for i, paths := range r.paths {
		sets := readSets(root, paths)
		switch n := combinations(sets); {
		case n == 0:
			continue
		case n > combinationsMost && len(paths) > 1:
			return []string{tooManyKeys}
		}
		keys = appendCombinations(keys, startKey(make([]byte, 0, 64), i), sets)
	}
	return keys
}

// keysAmong returns those of the subscribers' keys under which an event is to be found, for any number that it has.
func (r route) keysAmong(event bson.Raw, used iter.Seq[string]) []string {
	root := r.root(event)
	sets := make([][]map[string]bool, len(r.paths))
	for i, paths := range r.paths {
		for _, set := range readSets(root, paths) {
			has := make(map[string]bool, len(set))
			for _, value := range set {
				has[value] = true
			}
			sets[i] = append(sets[i], has)
		}
	}
	var keys []string
	for key := range used {
		if i, values, ok := splitKey(key); ok && i < len(sets) && hasAll(sets[i], values) {
			keys = append(keys, key)
		}
	}
	return keys
}

func hasAll(sets []map[string]bool, values []string) bool {
	if len(sets) != len(values) {
		return false
	}
	for i, value := range values {
		if !sets[i][value] {
			return false
		}
	}
	return true
}

func (r route) root(event bson.Raw) bson.Raw {
	if !r.captured {
		return event
	}
	copied, _ := event.Lookup(routeField).DocumentOK()
	return copied
}

// readSets reads the distinct values at each of the paths.
func readSets(root bson.Raw, paths []string) [][]string {
	sets := make([][]string, len(paths))
	for i, path := range paths {
		var r reader
		r.document(root, path)
		sets[i] = r.values
	}
	return sets
}

// combinations counts keys, not much beyond combinationsMost.
func combinations(sets [][]string) int {
	n := 1
	for _, set := range sets {
		if len(set) == 0 {
			return 0
		}
		if n <= combinationsMost {
			n *= len(set)
		}
	}
	return n
}

func appendCombinations(keys []string, prefix []byte, sets [][]string) []string {
	if len(sets) == 0 {
		return append(keys, string(prefix))
	}
	for _, value := range sets[0] {
		keys = appendCombinations(keys, append(prefix[:len(prefix):len(prefix)], value...), sets[1:])
	}
	return keys
}

// startKey begins a key with the number of its alternative.
func startKey(key []byte, alternative int) []byte {
	return binary.AppendUvarint(key, uint64(alternative))
}

// splitKey takes a key apart.
func splitKey(key string) (alternative int, values []string, ok bool) {
	rest := []byte(key)
	n, size := binary.Uvarint(rest)
	if size <= 0 {
		return 0, nil, false
	}
	for rest = rest[size:]; len(rest) > 0; {
		size := scalarSize(rest)
		if size == 0 {
			return 0, nil, false
		}
		values, rest = append(values, string(rest[:size])), rest[size:]
	}
	return int(n), values, true
}

// reader collects the scalars that a $match would compare at a path.
// https://www.mongodb.com/docs/manual/tutorial/query-arrays/: an array matches by any element; where a path leads through an
// array, it goes on in each element that is a document. An array directly within an array is not entered.
type reader struct {
	values []string
	seen   map[string]bool // once there are several values
}

func (r *reader) document(d bson.Raw, path string) {
	name, rest, more := strings.Cut(path, ".")
	value, err := d.LookupErr(name)
	if err != nil {
		return
	}
	elements, isArray := value.ArrayOK()
	if !isArray {
		r.value(value, rest, more)
		return
	}
	list, err := elements.Values()
	if err != nil {
		return
	}
	for _, element := range list {
		r.value(element, rest, more)
	}
}

func (r *reader) value(value bson.RawValue, rest string, more bool) {
	if more {
		if inner, ok := value.DocumentOK(); ok {
			r.document(inner, rest)
		}
		return
	}
	var space [64]byte
	key, ok := appendScalar(space[:0], value)
	if !ok {
		return
	}
	if len(r.values) == 0 {
		r.values = append(r.values, string(key))
		return
	}
	if r.seen == nil {
		r.seen = map[string]bool{r.values[0]: true}
	}
	if !r.seen[string(key)] {
		r.seen[string(key)] = true
		r.values = append(r.values, string(key))
	}
}
