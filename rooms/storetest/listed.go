package storetest

import (
	"fmt"
	"slices"
	"testing"

	"roomstream/rooms"
)

// listIsBounded looks for a text in rooms of which few hold it, some at a time. Where an answer ends
// names no room that who asks may not know.
func listIsBounded(t *testing.T, o Opened) {
	const many, look = 30, 3
	const own, others rooms.RoomID = "room04", "room05" // private ones that hold the text
	var holding, public []rooms.RoomID
	for i := range many {
		room := privateRoom(rooms.RoomID(fmt.Sprintf("room%02d", i)))
		holds, shown := i%11 == 10 || room.ID == own || room.ID == others, i%3 != 2 && room.ID != own
		if holds {
			room.Name = "Needle (" + string(room.ID) + ")"
		}
		if shown {
			room.Type, room.StateSeq = rooms.TypePublic, 0
			public = append(public, room.ID)
		}
		if holds && (shown || room.ID == own) {
			holding = append(holding, room.ID)
		}
		mustCreateRoom(t, o, room)
	}
	var found []rooms.RoomID
	asked := 0
	q := rooms.RoomQuery{Text: "nEEdle (", Limit: 10, Look: look, Also: []rooms.RoomID{own, "nowhere"}}
	for {
		asked++
		page, next, err := o.Store.Catalog.Listed(waiting(t), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page {
			found = append(found, page[i].ID)
		}
		if next == "" {
			break
		}
		if want := public[asked*look-1]; next != want {
			t.Fatalf("answer %d ends at %q, want %q", asked, next, want)
		}
		q.After = next
	}
	if !slices.Equal(found, holding) || asked != len(public)/look+1 {
		t.Errorf("found %v in %d answers, want %v", found, asked, holding)
	}
	full := rooms.RoomQuery{Text: "needle", Limit: 1, Look: many}
	if page, next, err := o.Store.Catalog.Listed(waiting(t), full); err != nil || next != "" || len(page) != 1 || page[0].ID != "room10" {
		t.Errorf("a full page: %+v, %q, %v", page, next, err)
	}
}
