package rooms_test

import (
	"context"
	"strings"
	"testing"

	"roomstream/rooms"
)

func words(t testing.TB, list string) *rooms.Words {
	t.Helper()
	w, err := rooms.ReadWords(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWordsAreFoundHoweverTheyAreWritten(t *testing.T) {
	w := words(t, "# a list\n\nass\nStra\u00dfe\nlove you\n\u0431\u0440\u0430\u043d\u044c\n")
	for text, want := range map[string]bool{
		"ass": true, "you ASS!": true, "\uff21\uff33\uff33": true, "a\u200bss": true, "as\u00ads": true,
		"class": false, "assess": false, "as s": false, "": false, "\u0000": false,
		"STRASSE 7": true, "I love   you": true, "love, you": true, "love them": false, "you love": false,
		"\u0411\u0420\u0410\u041d\u042c": true, "e\u0301": false, "\xff": false,
	} {
		if got := w.Holds(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
	if (*rooms.Words)(nil).Holds("ass") {
		t.Error("no list holds a word")
	}
}

func TestAWordListThatCannotBeReadNamesTheLine(t *testing.T) {
	for list, want := range map[string]string{
		"ok\n!!!\n":                 "line 2",
		"a b c d e f g h i\n":       "line 1",
		strings.Repeat("x", 300):    "line 1",
		"ok\n\xff\xfe word\n":       "line 2",
		strings.Repeat("x", 70_000): "read the list",
	} {
		if _, err := rooms.ReadWords(strings.NewReader(list)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", list, err, want)
		}
	}
}

func TestWhatHoldsAForbiddenWordIsNotStored(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{Words: words(t, "darn")})
	sent := send(t, s, "r", "fine", "")
	refused := map[string]error{
		"text": sendAs(s, alice, "r", "Darn it"),
		"name": func() error {
			_, _, err := s.CreateRoom(context.Background(), alice, rooms.CreateRoomInput{Name: "darn", Type: rooms.TypePublic})
			return err
		}(),
		"topic": func() error {
			room := private(t, s, "p")
			topic := "all the DARN things"
			_, err := s.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: string(room), Topic: &topic})
			return err
		}(),
	}
	for field, err := range refused {
		if e := wantCode(t, field, err, rooms.CodeBadRequest); e.Field != field || e.Reason != "word_list" {
			t.Errorf("field %q, reason %q, want %q", e.Field, e.Reason, field)
		}
	}
	err := await(func(done func(rooms.Sent, error)) {
		s.Edit(alice, rooms.EditInput{RoomID: "r", Seq: sent.Seq, Text: "darn"}, done)
	})
	wantCode(t, "an edit", err, rooms.CodeBadRequest)
	if n := len(stored(t, store, "r")); n != 1 {
		t.Errorf("%d events are stored, want 1", n)
	}
}
