package streams

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Databases before MongoDB 5 store no keys that begin with $ or hold a dot, and many drivers refuse them still: in stored
// declarations they are escaped.
const (
	escapedDollar = "_$"
	escapedDot    = "::"
)

func escapeKey(key string) string {
	if strings.HasPrefix(key, "$") {
		key = escapedDollar + key[1:]
	}
	return strings.ReplaceAll(key, ".", escapedDot)
}

func unescapeKey(key string) string {
	if rest, ok := strings.CutPrefix(key, escapedDollar); ok {
		key = "$" + rest
	}
	return strings.ReplaceAll(key, escapedDot, ".")
}

// renameKeys gives a value with every key renamed, however deep it lies.
func renameKeys(value any, rename func(string) string) any {
	switch v := value.(type) {
	case bson.D:
		out := make(bson.D, len(v))
		for i, e := range v {
			out[i] = bson.E{Key: rename(e.Key), Value: renameKeys(e.Value, rename)}
		}
		return out
	case bson.A:
		out := make(bson.A, len(v))
		for i, element := range v {
			out[i] = renameKeys(element, rename)
		}
		return out
	}
	return value
}
