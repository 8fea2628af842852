package faults

import (
	"slices"
	"testing"
	"time"
)

// flawless is what a small world without a fault leaves: two clients, two rooms.
func flawless() evidence {
	noon := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	message := func(room string, seq int64, id, author, clientID, text string) entry {
		return entry{Seq: seq, ID: id, RoomID: room, Event: "new_message", Author: author, ClientID: clientID, Text: text}
	}
	a := []entry{
		message("a", 1, "a1", "u1", "c1", "one"),
		message("a", 2, "a2", "u2", "c1", "two"),
		{Seq: 3, ID: "a3", RoomID: "a", Event: "message_updated", Author: "u1", ClientID: "c2", Target: 1, Text: "uno"},
		{Seq: 4, ID: "a4", RoomID: "a", Event: "reaction_updated", Author: "u2", ClientID: "c2", Target: 1, Emoji: ":x:", On: true},
		message("a", 5, "a5", "bot", "", "foreign"),
	}
	b := []entry{message("b", 1, "b1", "u1", "c1", "one")}
	return evidence{
		stored: map[string][]entry{"a": a, "b": b},
		acked: []ack{
			{"a", "u1", "c1", "a1", 1, noon, noon}, {"a", "u2", "c1", "a2", 2, noon, noon}, {"a", "u1", "c2", "", 3, noon, noon},
			{"a", "u2", "c2", "", 4, noon, noon}, {"b", "u1", "c1", "b1", 1, noon, noon}, {"a", "bot", "", "a5", 0, noon, noon},
		},
		seen: []seen{{"u1", "a", slices.Clone(a)}, {"u2", "a", slices.Clone(a)}, {"u1", "b", slices.Clone(b)}},
	}
}

// An oracle that cannot fail proves nothing: each of its promises is broken here.
func TestOracleFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	if broken := judge(flawless()); len(broken) > 0 {
		t.Fatalf("a flawless run is refused: %q", broken)
	}
	remove := func(log []entry, at int) []entry { return slices.Delete(slices.Clone(log), at, at+1) }
	for name, spoil := range map[string]func(e *evidence){
		"an acked event is lost":   func(e *evidence) { e.stored["b"], e.seen = nil, e.seen[:2] },
		"a foreign insert is lost": func(e *evidence) { e.stored["a"] = e.stored["a"][:4]; e.seen = e.seen[2:] },
		"a gap": func(e *evidence) {
			e.stored["a"] = remove(e.stored["a"], 1)
			e.acked = slices.Delete(e.acked, 1, 2)
			e.seen = nil
		},
		"the log does not begin at 1":  func(e *evidence) { e.stored["a"] = e.stored["a"][1:]; e.acked = e.acked[1:]; e.seen = nil },
		"a seq stands twice":           func(e *evidence) { e.stored["a"][1].Seq = 1; e.acked, e.seen = nil, nil },
		"two events change places":     func(e *evidence) { e.stored["a"][1], e.stored["a"][2] = e.stored["a"][2], e.stored["a"][1] },
		"a clientId stands twice":      func(e *evidence) { e.stored["a"][2].ClientID = "c1"; e.acked, e.seen = nil, nil },
		"acked with another seq":       func(e *evidence) { e.acked[1].seq = 3 },
		"acked with another id":        func(e *evidence) { e.acked[0].id = "a9" },
		"an acked edit is lost":        func(e *evidence) { e.stored["a"][2].ClientID = ""; e.seen = nil },
		"a client misses the end":      func(e *evidence) { e.seen[0].log = e.seen[0].log[:4] },
		"a client misses the midst":    func(e *evidence) { e.seen[0].log = remove(e.seen[0].log, 2) },
		"a client has one too many":    func(e *evidence) { e.seen[0].log = append(e.seen[0].log, entry{Seq: 6}) },
		"a client has another order":   func(e *evidence) { l := e.seen[0].log; l[1], l[0] = l[0], l[1] },
		"a client has another message": func(e *evidence) { e.seen[0].log[1].ID = "a9" },
		"a client has another text":    func(e *evidence) { e.seen[0].log[2].Text = "eins" },
		"a client has another target":  func(e *evidence) { e.seen[0].log[3].Target = 2 },
		"a client has a void":          func(e *evidence) { e.seen[0].log[1] = entry{Seq: 2, RoomID: "a", Event: "void"} },
		"a void nobody made":           func(e *evidence) { e.stored["a"][4] = entry{Seq: 5, RoomID: "a", Event: "void"}; e.acked = e.acked[:5] },
	} {
		e := flawless()
		spoil(&e)
		if len(judge(e)) == 0 {
			t.Errorf("%s, and the oracle is content", name)
		}
	}
}

func TestOracleForgivesWhatTheTestDestroyed(t *testing.T) {
	t.Parallel()
	e := flawless()
	e.stored["a"][1] = entry{Seq: 2, ID: "v", RoomID: "a", Event: "void"}
	if len(judge(e)) == 0 {
		t.Error("a void in place of an acked event, and the oracle is content")
	}
	e.lost = map[place]bool{{"a", 2}: true}
	if broken := judge(e); len(broken) > 0 {
		t.Errorf("what the test removed is missed: %q", broken)
	}
	e = flawless()
	e.stored, e.seen = nil, nil
	e.lostBefore = e.acked[0].made
	if broken := judge(e); len(broken) > 0 {
		t.Errorf("what stood in a dropped collection is missed: %q", broken)
	}
	e.acked[2].made = e.lostBefore.Add(time.Second)
	if len(judge(e)) != 1 {
		t.Error("what was acked in the new collection is lost, and the oracle is content")
	}
}
