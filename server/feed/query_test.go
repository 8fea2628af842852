package feed

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/url"
	"testing"

	"roomstream/rooms"
)

// FuzzQuery: whatever a URL holds, it is refused by a parameter's name or gives variables that are each one JSON value.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"n=x", `avars={"n":1}`, `avars={"n":{"$gt":""}}&m=2`, "after=a&initial=false&json=canonical", "n=1&n=2", "token=x", `avars={"n":1,"n":2}`,
		"avars=[]", "avars=null", "%ff=%ff", "avars=%7B", `avars={}{}`, `avars={"a":"\\ud800"}`, "a;b", "=",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = &url.URL{Path: "/x/_streams/y", RawQuery: raw}
		q, err := readQuery(r)
		var refused *rooms.Error
		if err != nil && (!errors.As(err, &refused) || refused.Code != rooms.CodeBadRequest || refused.Field == "") {
			t.Fatalf("%q: %v", raw, err)
		}
		for name, value := range q.request.Vars {
			if !json.Valid(value) {
				t.Fatalf("%q: the variable %q is %q", raw, name, value)
			}
		}
	})
}
