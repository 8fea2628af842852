package socketio

import (
	"encoding/json"
	"strings"
	"testing"

	"roomstream/rooms"
)

// sink is a fanOut that keeps what it is given.
type sink struct {
	in      map[string]int
	room    string
	packets []string
	calls   int
}

func (s *sink) members(room string) int { return s.in[room] }

func (s *sink) broadcastExcept(room string, packets [][]byte, _ string) { s.broadcast(room, packets) }

func (s *sink) broadcast(room string, packets [][]byte) {
	s.calls++
	s.room = room
	for _, p := range packets {
		s.packets = append(s.packets, string(p))
	}
}

func TestEmitEncodesEachEventOnceInOrder(t *testing.T) {
	out := &sink{in: map[string]int{"room-general": 50}}
	events := []rooms.Event{message("general", 7, 10), {RoomID: "general", Seq: 8, Type: rooms.TypeVoid}, message("general", 9, 5000)}
	events[0].Text = "a\"b\u2028\n" + strings.Repeat("\x01", 2000) // grows sixfold when escaped
	emitEvents(out, "general", events)
	if out.calls != 1 || out.room != "room-general" || len(out.packets) != 3 {
		t.Fatalf("%d calls to %q with %d packets", out.calls, out.room, len(out.packets))
	}
	for i, packet := range out.packets {
		body, isEvent := strings.CutPrefix(packet, "2")
		var args []json.RawMessage
		if !isEvent || json.Unmarshal([]byte(body), &args) != nil || len(args) != 2 {
			t.Fatalf("packet %d is %s", i, packet)
		}
		if want := string(events[i].AppendJSON(nil)); string(args[1]) != want {
			t.Errorf("packet %d carries %s, want %s", i, args[1], want)
		}
	}
	if !strings.HasPrefix(out.packets[0], `2["new_message",`) || !strings.HasPrefix(out.packets[1], `2["void",`) {
		t.Errorf("names: %.20s, %.20s", out.packets[0], out.packets[1])
	}
}

func TestEmitToAnEmptyRoomCostsNothing(t *testing.T) {
	out := &sink{in: map[string]int{"general": 3}} // the adapter's own room of that name is another
	emitEvents(out, "general", []rooms.Event{message("general", 1, 1)})
	emitEvents(out, "general", nil)
	if out.calls != 0 {
		t.Fatalf("%d broadcasts", out.calls)
	}
}

func TestReplayedAndLiveAreOtherwiseIdentical(t *testing.T) {
	e := message("general", 3, 20)
	e.ClientID, e.Parent, e.AuthorName = "c1", 2, "Alice"
	var live, replayed map[string]any
	var args []json.RawMessage
	if err := json.Unmarshal(eventPackets([]rooms.Event{e})[0][1:], &args); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(args[1], &live); err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(appendEvents(nil, []rooms.Event{e}), &all); err != nil {
		t.Fatal(err)
	}
	replayed = all[0]
	if replayed["event"] != "new_message" {
		t.Fatalf("replayed as %v", replayed["event"])
	}
	delete(replayed, "event")
	a, _ := json.Marshal(live)
	b, _ := json.Marshal(replayed)
	if string(a) != string(b) {
		t.Fatalf("live %s, replayed %s", a, b)
	}
}
