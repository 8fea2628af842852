package socketio

import (
	"testing"

	"roomstream/rooms"
)

func TestProfilesAreReadAndChanged(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	wantJSON(t, "changed", good(t, alice, "update_profile", `{"name":"Ally","avatar":"https://example.com/a","status":"invisible"}`),
		`{"user":{"id":"alice","name":"Ally","avatar":"https://example.com/a","status":"invisible"}}`)
	good(t, bob, "update_profile", `{}`)
	wantJSON(t, "asked for by id", good(t, bob, "get_users", `{"userIds":["nobody","alice","alice"]}`),
		`{"users":[{"id":"alice","name":"Ally","avatar":"https://example.com/a"}],"more":false}`)
	wantJSON(t, "looked for", good(t, bob, "get_users", `{"query":"al","limit":1}`),
		`{"users":[{"id":"alice","name":"Ally","avatar":"https://example.com/a"}],"more":false}`)
	wantJSON(t, "the rest", good(t, bob, "get_users", `{"after":"bob"}`), `{"users":[],"more":false}`)
	wantJSON(t, "taken away", good(t, alice, "update_profile", `{"avatar":null,"status":null}`), `{"user":{"id":"alice","name":"Ally"}}`)

	wantRefusal(t, ask(t, alice, "update_profile", `{"name":""}`), rooms.CodeBadRequest, "name")
	wantRefusal(t, ask(t, alice, "update_profile", `{"name":"a\u202e"}`), rooms.CodeBadRequest, "name")
	wantRefusal(t, ask(t, alice, "update_profile", `{"status":"away"}`), rooms.CodeBadRequest, "status")
	wantRefusal(t, ask(t, alice, "get_users", `{"userIds":["a"],"query":"b"}`), rooms.CodeBadRequest, "query")
	wantRefusal(t, ask(t, alice, "get_users", `{"userIds":"a"}`), rooms.CodeBadRequest, "userIds")
	wantRefusal(t, ask(t, alice, "get_users", `{"limit":101}`), rooms.CodeBadRequest, "limit")
}
