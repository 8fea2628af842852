package socketio

import (
	"testing"

	"roomstream/rooms"
)

func TestThreadsOverAConnection(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	good(t, alice, "create_room", `{"id":"club","name":"Club","type":"public"}`)
	good(t, bob, "send_message", `{"roomId":"club","text":"who comes?"}`)
	good(t, bob, "mark_read", `{"roomId":"club","seq":2}`)
	good(t, alice, "send_message", `{"roomId":"club","text":"I do","parent":2}`)
	wantJSON(t, "the thread", good(t, bob, "set_thread", `{"roomId":"club","thread":2}`), `{"thread":2,"following":true,"readSeq":2,"unread":1,"lastSeq":3}`)
	list := good(t, bob, "list_threads", `{}`)["threads"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["message"].(map[string]any)["text"] != "who comes?" {
		t.Fatalf("unread threads are %v", list)
	}
	wantJSON(t, "read", good(t, bob, "set_thread", `{"roomId":"club","thread":2,"readSeq":3}`), `{"thread":2,"following":true,"readSeq":3,"unread":0,"lastSeq":3}`)
	wantJSON(t, "unread threads", good(t, bob, "list_threads", `{}`), `{"threads":[],"more":false}`)
}

func TestAThreadReachesOnesOtherSockets(t *testing.T) {
	h := newHouse(t)
	alice, first, second := h.connect(user("alice")), h.connect(user("bob")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	must(alice, "send_message", `{"roomId":"club","text":"x"}`)
	must(alice, "send_message", `{"roomId":"club","text":"y","parent":2}`)
	must(first, "set_thread", `{"roomId":"club","thread":2,"following":true}`)
	second.expect(`42["thread_updated",{"roomId":"club","thread":2,"following":true,"readSeq":0,"unread":1}]`)
	must(first, "set_thread", `{"roomId":"club","thread":2,"readSeq":3}`)
	second.expect(`42["thread_updated",{"roomId":"club","thread":2,"following":true,"readSeq":3,"unread":0}]`)
}
