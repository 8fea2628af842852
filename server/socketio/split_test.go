package socketio

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

// FuzzSplit holds what takes arrays and objects apart to encoding/json, whatever the JSON.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		`[]`, ` [ ] `, `[1]`, `[1,2]`, "[ \"a\\\"]\" ,\t{\"b\":[{}]} , null,true\n, -1.5e3 ]", `[[],[[]],{"a":{"b":"}"}}]`, `["\\"]`, `["\\\""]`,
		`{}`, ` { } `, `{"a":1}`, `{"a":1,"a":2}`, `{ "a" : "b" , "c" : [ 1 , 2 ] , "\u0064":null}`, `{"":{}}`, `{"a\\":"\\\\","b":0}`,
		"{\"\xff\":\"\xff\"}", "[\"\xff\"]", `null`, `"x"`, `1`, `true`, ``, `[`, `{"a"}`, `[1 2]`, `[1]]`, `{"a":1}{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		var array []json.RawMessage
		isArray := json.Unmarshal(text, &array) == nil && array != nil
		elements, ok := splitArray(text)
		if ok != isArray || !slices.EqualFunc(elements, array, equalJSON) {
			t.Fatalf("%q: elements %q, array %v", text, elements, ok)
		}
		var object map[string]json.RawMessage
		isObject := json.Unmarshal(text, &object) == nil && object != nil
		all, ok := splitObject(text)
		got := map[string]json.RawMessage{}
		for _, p := range all {
			got[string(p.name)] = all.value(string(p.name))
		}
		if ok != isObject || !maps.EqualFunc(got, object, equalJSON) {
			t.Fatalf("%q: properties %q, object %v", text, got, ok)
		}
	})
}

func equalJSON(a, b json.RawMessage) bool { return string(a) == string(b) }
