package storetest

import (
	"fmt"
	"slices"
	"testing"

	"roomstream/rooms"
)

// listIsBounded looks for a text in rooms of which few hold it, some at a time.
func listIsBounded(t *testing.T, o Opened) {
	const many, look = 30, 7
	var holding []rooms.RoomID
	for i := range many {
		room := privateRoom(rooms.RoomID(fmt.Sprintf("room%02d", i)))
		room.Type, room.StateSeq = rooms.TypePublic, 0
		if i%11 == 10 {
			room.Name = "Needle (" + string(room.ID) + ")"
			holding = append(holding, room.ID)
		}
		if i%3 == 0 && i%11 != 10 {
			room.Type = rooms.TypePrivate // counted as one that is looked at
		}
		mustCreateRoom(t, o, room)
	}
	var found []rooms.RoomID
	asked := 0
	q := rooms.RoomQuery{Text: "nEEdle (", Limit: 10, Look: look}
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
		if want := rooms.RoomID(fmt.Sprintf("room%02d", asked*look-1)); next != want {
			t.Fatalf("answer %d ends at %q, want %q", asked, next, want)
		}
		q.After = next
	}
	if !slices.Equal(found, holding) || asked != many/look+1 {
		t.Errorf("found %v in %d answers, want %v", found, asked, holding)
	}
	full := rooms.RoomQuery{Text: "needle", Limit: 1, Look: many}
	if page, next, err := o.Store.Catalog.Listed(waiting(t), full); err != nil || next != "" || len(page) != 1 || page[0].ID != holding[0] {
		t.Errorf("a full page: %+v, %q, %v", page, next, err)
	}
}
