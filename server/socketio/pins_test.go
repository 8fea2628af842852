package socketio

import (
	"testing"

	"roomstream/rooms"
)

func TestPinsOverAConnection(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	good(t, alice, "create_room", `{"id":"club","name":"Club","type":"public"}`)
	good(t, bob, "send_message", `{"roomId":"club","text":"read this"}`)
	if got := ask(t, bob, "set_pin", `{"roomId":"club","seq":2,"on":true}`); got.Error == nil || got.Error.Code != rooms.CodeForbidden {
		t.Fatalf("a member pins: %+v", got)
	}
	wantJSON(t, "pinned", good(t, alice, "set_pin", `{"roomId":"club","seq":2,"on":true}`), `{"seq":3}`)
	wantJSON(t, "pinned again", good(t, alice, "set_pin", `{"roomId":"club","seq":2,"on":true}`), `{"seq":3}`)
	pins := good(t, bob, "list_pins", `{"roomId":"club"}`)["pins"].([]any)
	if len(pins) != 1 || pins[0].(map[string]any)["text"] != "read this" {
		t.Fatalf("pinned are %v", pins)
	}
	room := good(t, bob, "join_room", `"club"`)["room"].(map[string]any)
	wantJSON(t, "pins of the room", room["pins"], `[2]`)
	wantJSON(t, "behind the last one", good(t, bob, "list_pins", `{"roomId":"club","after":2}`), `{"pins":[],"more":false}`)
	wantJSON(t, "taken away", good(t, alice, "set_pin", `{"roomId":"club","seq":2,"on":false}`), `{"seq":4}`)
}
