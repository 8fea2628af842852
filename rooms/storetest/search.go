package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// saying makes a message with a text.
func saying(room rooms.RoomID, seq int64, author auth.UserID, text string) *rooms.Event {
	e := Message(room, seq)
	e.Author, e.Text = author, text
	return e
}

// editSaying makes an edit with a text.
func editSaying(room rooms.RoomID, seq, target int64, author auth.UserID, text string) *rooms.Event {
	e := editOf(room, seq, target)
	e.Author, e.Text = author, text
	return e
}

// holding asks the index, until it can be asked.
func holding(t *testing.T, o Opened, term rooms.SearchTerm, limit int) []rooms.Event {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		found, err := o.Store.Searcher.Holding(waiting(t), term, limit)
		switch {
		case err == nil:
			slices.SortFunc(found, func(a, b rooms.Event) int { return int(a.Seq - b.Seq) })
			return found
		case !errors.Is(err, rooms.ErrTooMany) || time.Now().After(deadline):
			t.Fatalf("holding %v: %v", term.Words, err)
		}
	}
}

func words(list ...string) rooms.SearchTerm { return rooms.SearchTerm{Whole: list, Words: list} }

// holdingFindsTexts asks for words in rooms and by authors.
func holdingFindsTexts(t *testing.T, o Opened) {
	first, second := saying("general", 1, "ann", "The Kettle boils"), saying("general", 2, "ben", "kettle, again")
	edit := editSaying("general", 3, 2, "ben", "a teapot")
	elsewhere := saying("other", 4, "ann", "kettle")
	mustAppend(t, o, first, second, edit)
	elsewhere.Seq = 1
	mustAppend(t, o, elsewhere)
	kettle := words("kettle")
	kettle.Room = "general"
	wantEvents(t, holding(t, o, kettle, 10), first, second)
	kettle.From = "ben"
	wantEvents(t, holding(t, o, kettle, 10), second)
	wantEvents(t, holding(t, o, rooms.SearchTerm{Whole: []string{"kettle"}, Words: []string{"kettle"}, Room: "other"}, 10), elsewhere)
	wantEvents(t, holding(t, o, words("teapot"), 10), edit)
	if found := holding(t, o, words("kettles"), 10); len(found) > 0 {
		t.Errorf("a part of a word was found: %v", found)
	}
	if _, err := o.Store.Searcher.Holding(waiting(t), words("kettle"), 2); !errors.Is(err, rooms.ErrTooMany) {
		t.Errorf("three where two were asked for: %v", err)
	}
	if _, err := o.Store.Searcher.Holding(waiting(t), rooms.SearchTerm{Words: nil}, 2); !errors.Is(err, rooms.ErrTooMany) {
		t.Errorf("no words: %v", err)
	}
	o = o.Reopen(t)
	wantEvents(t, holding(t, o, words("teapot"), 10), edit)
}

// holdingForgets asks for what was erased, blanked and removed.
func holdingForgets(t *testing.T, o Opened) {
	kept := saying("general", 4, "ben", "marmalade stays")
	mustAppend(t, o,
		saying("general", 1, "ben", "marmalade removed"), saying("general", 2, "ben", "marmalade blanked"),
		saying("general", 3, "ann", "marmalade erased"), kept,
	)
	if _, err := o.Store.Catalog.CreateRoom(waiting(t), rooms.Room{ID: "general", Name: "general", Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, o, words("marmalade"), 10); len(found) != 4 {
		t.Fatalf("found %d of 4", len(found))
	}
	if _, err := o.Store.Eraser.Erase(waiting(t), "ann"); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, o, words("erased"), 10); len(found) > 0 {
		t.Errorf("what was erased is found: %v", found)
	}
	if _, err := o.Store.Trimmer.Blank(waiting(t), "general", 3, 10); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, o, words("blanked"), 10); len(found) > 0 {
		t.Errorf("what was blanked is found: %v", found)
	}
	if _, err := o.Store.Trimmer.Remove(waiting(t), "general", 2, 10); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, holding(t, o, words("marmalade"), 10), kept)
	o = o.Reopen(t)
	wantEvents(t, holding(t, o, words("marmalade"), 10), kept)
}

// latestIsBounded reads messages of all rooms by their ids.
func latestIsBounded(t *testing.T, o Opened) {
	all := []*rooms.Event{saying("b", 1, "ann", "one"), saying("a", 1, "ann", "two"), saying("b", 2, "ben", "three"), saying("c", 1, "ben", "four")}
	for i, e := range all {
		e.ID = rooms.EventID{1, 2, 3, byte(i + 1)}
	}
	edit := editSaying("b", 3, 1, "ann", "changed")
	edit.ID = rooms.EventID{1, 2, 3, 9}
	mustAppend(t, o, all[0], all[2], edit)
	mustAppend(t, o, all[1])
	mustAppend(t, o, all[3])
	newest := rooms.EventID{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}
	read := func(before rooms.EventID, page rooms.Page) []rooms.Event {
		t.Helper()
		found, err := o.Store.Searcher.Latest(waiting(t), before, page)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	wantEvents(t, read(newest, rooms.Page{}), all[3], all[2], all[1], all[0])
	wantEvents(t, read(newest, rooms.Page{Events: 2}), all[3], all[2])
	wantEvents(t, read(all[2].ID, rooms.Page{Events: 10}), all[1], all[0])
	wantEvents(t, read(newest, rooms.Page{Bytes: 1}), all[3])
	wantEvents(t, read(all[0].ID, rooms.Page{}))
	edits, err := o.Store.Searcher.Edits(waiting(t), []rooms.Event{*all[1], *all[0], *all[3]})
	if err != nil {
		t.Fatal(err)
	}
	wantEvents(t, edits, edit)
	if edits, err = o.Store.Searcher.Edits(waiting(t), nil); err != nil || len(edits) > 0 {
		t.Errorf("edits of nothing: %v, %v", edits, err)
	}
}
