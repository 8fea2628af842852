package rooms

import (
	"errors"
	"strings"
	"testing"

	"roomstream/auth"
)

func message(seq int64, author auth.UserID) Event {
	return Event{RoomID: "r", Seq: seq, Author: author, Text: "first"}
}

func reaction(seq int64, author auth.UserID, emoji string, on bool) *Event {
	return &Event{RoomID: "r", Seq: seq, Type: TypeReaction, Target: 1, Author: author, Emoji: emoji, On: on}
}

func TestAFoldCountsEachUserOnceAnEmoji(t *testing.T) {
	f := NewFold(message(1, "ann"))
	for i, e := range []*Event{
		reaction(2, "ann", "👍", true), reaction(3, "ben", "👍", true), reaction(4, "ben", "👍", true),
		reaction(5, "ben", "🎉", true), reaction(6, "ann", "👍", false), reaction(7, "ann", "👍", false),
		reaction(8, "cat", "❤️", true), reaction(9, "cat", "❤️", false),
	} {
		f.Apply(e)
		if got, want := f.Counts(), []string{
			`{"👍":1}`, `{"👍":2}`, `{"👍":2}`, `{"👍":2,"🎉":1}`, `{"👍":1,"🎉":1}`, `{"👍":1,"🎉":1}`,
			`{"👍":1,"🎉":1,"❤️":1}`, `{"👍":1,"🎉":1}`,
		}[i]; got != want {
			t.Errorf("after seq %d: counts %s, want %s", e.Seq, got, want)
		}
	}
	got := f.Reactions("ben")
	want := []Reaction{{"👍", 1, true}, {"🎉", 1, true}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("ben sees %v, want %v", got, want)
	}
	if got := f.Reactions("ann"); got[0].Me {
		t.Error("ann took hers back and still has it")
	}
}

func TestAFoldTakesOnlyWhatItsAuthorEdits(t *testing.T) {
	f := NewFold(message(1, "ann"))
	f.Apply(&Event{Seq: 2, Type: TypeEdit, Target: 1, Author: "ben", Text: "forged"})
	f.Apply(&Event{Seq: 3, Type: TypeEdit, Target: 1, Author: "ann", Text: "second"})
	f.Apply(&Event{Seq: 4, Type: TypeEdit, Target: 9, Author: "ann", Text: "of another"})
	if got := f.Current(); got.Text != "second" || f.EditSeq != 3 {
		t.Errorf("text %q by edit %d, want that of seq 3", got.Text, f.EditSeq)
	}
}

func TestADeletedMessageHasNoContentAndTakesNothingMore(t *testing.T) {
	m := message(1, "ann")
	m.Data = `{"a":1}`
	f := NewFold(m)
	f.Apply(&Event{Seq: 2, Type: TypeEdit, Target: 1, Author: "ann", Text: "second"})
	f.Apply(&Event{Seq: 3, Type: TypeDelete, Target: 1, Author: "ann"})
	f.Apply(&Event{Seq: 4, Type: TypeEdit, Target: 1, Author: "ann", Text: "third"})
	f.Apply(reaction(5, "ben", "👍", true))
	if got := f.Current(); got.Text != "" || got.Data != "" || !got.Erased {
		t.Errorf("still has content: %+v", got)
	}
	if f.DeleteSeq != 3 || f.EditSeq != 2 || f.Counts() != "{}" {
		t.Errorf("deleted by %d, edited by %d, counts %s", f.DeleteSeq, f.EditSeq, f.Counts())
	}
}

func TestRepliesAreCountedWithoutTheDeletedOnes(t *testing.T) {
	f := NewFold(message(1, "ann"))
	for seq := int64(2); seq <= 4; seq++ {
		f.Apply(&Event{Seq: seq, Author: "ben", Parent: 1})
	}
	if f.Replies != 3 || f.LastReply != 4 {
		t.Fatalf("%d replies, the last %d", f.Replies, f.LastReply)
	}
	f.Apply(&Event{Seq: 5, Type: TypeDelete, Target: 4, Parent: 1, Author: "ben"})
	f.Apply(&Event{Seq: 6, Type: TypeDelete, Target: 4, Parent: 1, Author: "ben"})
	if f.Replies != 2 || f.LastReply != 3 {
		t.Errorf("after a delete: %d replies, the last %d", f.Replies, f.LastReply)
	}
}

func TestWhatAFoldAdmits(t *testing.T) {
	own := func(kind EventType) *Event { return &Event{Type: kind, Target: 1, Author: "ann"} }
	other := func(kind EventType) *Event { return &Event{Type: kind, Target: 1, Author: "ben"} }
	living := func() *Fold { return NewFold(message(1, "ann")) }
	deleted := func() *Fold {
		f := living()
		f.Apply(&Event{Seq: 2, Type: TypeDelete, Target: 1, Author: "ann"})
		return f
	}
	erased := func() *Fold { return NewFold(message(1, "ann").blanked()) }
	void := func() *Fold { return NewFold(Event{Seq: 1, Type: TypeVoid}) }
	edit := func() *Fold { return NewFold(Event{Seq: 1, Type: TypeEdit, Target: 9}) }
	for name, c := range map[string]struct {
		fold      func() *Fold
		event     *Event
		moderates bool
		want      Code
	}{
		"the author edits":                   {living, own(TypeEdit), false, ""},
		"another edits":                      {living, other(TypeEdit), false, CodeForbidden},
		"a moderator edits":                  {living, other(TypeEdit), true, CodeForbidden},
		"the author deletes":                 {living, own(TypeDelete), false, ""},
		"another deletes":                    {living, other(TypeDelete), false, CodeForbidden},
		"a moderator deletes":                {living, other(TypeDelete), true, ""},
		"anybody reacts":                     {living, reaction(0, "ben", "👍", true), false, ""},
		"an edit of what is deleted":         {deleted, own(TypeEdit), false, CodeGone},
		"a delete of what is deleted":        {deleted, own(TypeDelete), false, CodeGone},
		"a reaction to what is deleted":      {deleted, reaction(0, "ben", "👍", true), false, CodeGone},
		"an edit of what is erased":          {erased, own(TypeEdit), false, CodeGone},
		"an edit of a void":                  {void, own(TypeEdit), false, CodeNotFound},
		"an edit of an edit":                 {edit, own(TypeEdit), false, CodeNotFound},
		"a reaction to what is not there":    {func() *Fold { return &Fold{} }, reaction(0, "ben", "👍", true), false, CodeNotFound},
		"one deletes what another may see":   {living, other(TypeDelete), false, CodeForbidden},
		"another's edit of what is deleted":  {deleted, other(TypeEdit), false, CodeGone},
		"a moderator deletes what is erased": {erased, other(TypeDelete), true, CodeGone},
	} {
		_, err := c.fold().admit(c.event, c.moderates)
		var got Code
		if err != nil {
			got = AsError(err).Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAReactionThatIsThereAlreadyNamesWhereItCameFrom(t *testing.T) {
	f := NewFold(message(1, "ann"))
	f.Apply(reaction(5, "ben", "👍", true))
	f.Apply(reaction(6, "cat", "👍", true))
	for name, c := range map[string]struct {
		event *Event
		seq   int64
		count int
	}{
		"set twice":                     {reaction(0, "ben", "👍", true), 5, 2},
		"never set":                     {reaction(0, "dan", "👍", false), 1, 2},
		"never set, with another emoji": {reaction(0, "ben", "🎉", false), 1, 0},
	} {
		sent, err := f.admit(c.event, false)
		if !errors.Is(err, errUnchanged) || sent.Seq != c.seq || sent.Count != c.count {
			t.Errorf("%s: seq %d, count %d, error %v; want %d, %d, unchanged", name, sent.Seq, sent.Count, err, c.seq, c.count)
		}
	}
}

func TestAMessageTakesSoManyEmojis(t *testing.T) {
	f := NewFold(message(1, "ann"))
	emoji := func(i int) string { return ":" + strings.Repeat("x", i+1) + ":" }
	for i := range maxEmojis {
		f.Apply(reaction(int64(i+2), "ben", emoji(i), true))
	}
	if _, err := f.admit(reaction(0, "cat", emoji(0), true), false); err != nil {
		t.Errorf("one that is there: %v", err)
	}
	if _, err := f.admit(reaction(0, "cat", emoji(maxEmojis), true), false); AsError(err).Code != CodeBadRequest {
		t.Errorf("one more: %v", err)
	}
	f.Apply(reaction(100, "ben", emoji(3), false))
	if _, err := f.admit(reaction(0, "cat", emoji(maxEmojis), true), false); err != nil {
		t.Errorf("one in the place of another: %v", err)
	}
}

func TestEmojis(t *testing.T) {
	for _, emoji := range []string{"👍", "👍🏽", "❤️", "🏳️‍🌈", "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "é", "a", "$", ".", "नि", ":+1:", ":thumbs_up:", ":a:", ":" + strings.Repeat("x", 62) + ":"} {
		if err := checkEmoji(emoji); err != nil {
			t.Errorf("%q: %v", emoji, err)
		}
	}
	for _, emoji := range []string{
		"", "👍👍", "ab", " ", "\n", "\u200d", "\u2060", "\x00", "\xff", "::", ":a b:", ":a", "a:", ":ä:", ":👍:", "👍 ", "🇩🇪🇫🇷",
		":" + strings.Repeat("x", 63) + ":", "a" + strings.Repeat("\u0301", 40), "\u202e",
	} {
		if checkEmoji(emoji) == nil {
			t.Errorf("%q was taken", emoji)
		}
	}
}
