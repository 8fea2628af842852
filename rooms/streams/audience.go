package streams

import (
	"maps"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// audience is who an event may be for, by routing key.
type audience struct {
	all   map[*member]struct{}
	byKey map[string]map[*member]struct{}
}

func newAudience() audience {
	return audience{all: map[*member]struct{}{}, byKey: map[string]map[*member]struct{}{}}
}

func (a audience) add(m *member) {
	a.all[m] = struct{}{}
	for _, key := range m.keys {
		if a.byKey[key] == nil {
			a.byKey[key] = map[*member]struct{}{}
		}
		a.byKey[key][m] = struct{}{}
	}
}

func (a audience) drop(m *member) {
	delete(a.all, m)
	for _, key := range m.keys {
		delete(a.byKey[key], m)
		if len(a.byKey[key]) == 0 {
			delete(a.byKey, key)
		}
	}
}

// each calls do for every member that an event is for, once. keys are the event's, by the route.
func (a audience) each(r route, event bson.Raw, keys []string, do func(*member)) {
	if r.paths == nil {
		for m := range a.all {
			do(m)
		}
		return
	}
	if len(keys) == 1 && keys[0] == tooManyKeys {
		keys = r.keysAmong(event, maps.Keys(a.byKey))
	}
	if len(keys) == 1 {
		for m := range a.byKey[keys[0]] {
			do(m)
		}
		return
	}
	seen := map[*member]struct{}{}
	for _, key := range keys {
		for m := range a.byKey[key] {
			if _, twice := seen[m]; !twice {
				seen[m] = struct{}{}
				do(m)
			}
		}
	}
}
