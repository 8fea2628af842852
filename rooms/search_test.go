package rooms_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"roomstream/auth"
	"roomstream/rooms"
)

// said sends texts to a room and gives the seq of each.
func said(t *testing.T, s *rooms.Service, room string, user auth.UserID, texts ...string) []int64 {
	t.Helper()
	var seqs []int64
	for _, text := range texts {
		sent, err := s.SendWait(t.Context(), auth.User{ID: user}, rooms.SendInput{RoomID: room, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, sent.Seq)
	}
	return seqs
}

func search(t *testing.T, s *rooms.Service, user auth.UserID, in rooms.SearchInput) rooms.Found {
	t.Helper()
	found, err := s.Search(t.Context(), auth.User{ID: user}, in)
	if err != nil {
		t.Fatalf("search %q: %v", in.Query, err)
	}
	return found
}

// textsOf gives what was found.
func textsOf(found rooms.Found) []string {
	var texts []string
	for _, m := range found.Messages {
		texts = append(texts, m.Text)
	}
	return texts
}

// wantTexts searches one room as ann.
func wantTexts(t *testing.T, s *rooms.Service, query string, want ...string) {
	t.Helper()
	if got := textsOf(search(t, s, "ann", rooms.SearchInput{Query: query, RoomID: "general"})); !slices.Equal(got, want) {
		t.Errorf("%s: found %q, want %q", query, got, want)
	}
}

func TestSearchLooksForWords(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	said(t, s, "general", "ann",
		"The kettle boils", "kettles", "KETTLE, again: it boils over", "Café CAFE\u0301 crème", "привет Мир", "東京タワーへ行く",
		"東京tower", "tower of London", "😀 hello 😀", "foo.bar(baz)", "foo bar", "bar foo", "مرحبا بالعالم", "can't stop", "snake_case", "𐐀𐐁 Deseret", "ประเทศไทย")
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"kettle", []string{"KETTLE, again: it boils over", "The kettle boils"}},
		{"boils Kettle", []string{"KETTLE, again: it boils over", "The kettle boils"}},
		{"kettle -again", []string{"The kettle boils"}},
		{`kettle -"it boils"`, []string{"The kettle boils"}},
		{`"boils over"`, []string{"KETTLE, again: it boils over"}},
		{`"over boils"`, nil},
		{`"the kettle`, []string{"The kettle boils"}},
		{"cafe", []string{"Café CAFE\u0301 crème"}},
		{"CAFÉ creme", []string{"Café CAFE\u0301 crème"}},
		{"ПРИВЕТ", []string{"привет Мир"}},
		{"東京", []string{"東京tower", "東京タワーへ行く"}},
		{"京", []string{"東京tower", "東京タワーへ行く"}},
		{"京東", nil},
		{"タワー", []string{"東京タワーへ行く"}},
		{"tower", []string{"tower of London"}},
		{"京tower", []string{"東京tower"}},
		{"ไทย", []string{"ประเทศไทย"}},
		{"😀", []string{"😀 hello 😀"}},
		{"foo.bar", []string{"foo bar", "foo.bar(baz)"}},
		{"foo bar", []string{"bar foo", "foo bar", "foo.bar(baz)"}},
		{"مرحبا", []string{"مرحبا بالعالم"}},
		{"can't", []string{"can't stop"}},
		{"snake_case", []string{"snake_case"}},
		{"snake", nil},
		{"𐐨𐐩", []string{"𐐀𐐁 Deseret"}},
		{"kettle.*", []string{"KETTLE, again: it boils over", "The kettle boils"}},
		{"kettle OR tower", nil},
		{"$where", nil},
		{"from:ann", nil},
		{"ket*", nil},
		{"-again kettle", []string{"The kettle boils"}},
	} {
		wantTexts(t, s, c.query, c.want...)
	}
}

func TestSearchRefuses(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	said(t, s, "general", "ann", "hello")
	for field, inputs := range map[string][]rooms.SearchInput{
		"query": {
			{}, {Query: "  "}, {Query: "-hello"}, {Query: "!?. ---"}, {Query: `""`}, {Query: "a\x00b"}, {Query: "\xff"},
			{Query: strings.Repeat("é", 257)}, {Query: "❤"},
		},
		"limit":  {{Query: "hello", Limit: 101}, {Query: "hello", Limit: -1}},
		"roomId": {{Query: "hello", RoomID: "no room"}},
		"from":   {{Query: "hello", From: "a\nb"}},
		"before": {
			{Query: "hello", Before: "x"}, {Query: "hello", Before: "12"}, {Query: "hello", RoomID: "general", Before: "0"},
			{Query: "hello", RoomID: "general", Before: "aabbccddeeff001122334455"},
		},
	} {
		for _, in := range inputs {
			_, err := s.Search(t.Context(), auth.User{ID: "ann"}, in)
			var refused *rooms.Error
			if !errors.As(err, &refused) || refused.Code != rooms.CodeBadRequest || refused.Field != field {
				t.Errorf("%+v: %v, want %s of %s", in, err, rooms.CodeBadRequest, field)
			}
		}
	}
	search(t, s, "ann", rooms.SearchInput{Query: strings.Repeat("é", 256)})
	if _, err := s.Search(t.Context(), auth.User{ID: "ann"}, rooms.SearchInput{Query: "hello", RoomID: "nowhere"}); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("in a room that is not there: %v", err)
	}
	store := newStore(t)
	store.Searcher = nil
	off := rooms.New(store, rooms.Options{})
	if _, err := off.Search(t.Context(), auth.User{ID: "ann"}, rooms.SearchInput{Query: "hello"}); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("without search: %v", err)
	}
}

func TestSearchGoesByThePresentText(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ann, ben := auth.User{ID: "ann"}, auth.User{ID: "ben"}
	seqs := said(t, s, "general", "ann", "first marmalade", "second marmalade", "third marmalade")
	edit := func(user auth.User, seq int64, text string) {
		t.Helper()
		done := make(chan error, 1)
		s.Edit(user, rooms.EditInput{RoomID: "general", Seq: seq, Text: text}, func(_ rooms.Sent, err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	edit(ann, seqs[0], "first honey")
	edit(ann, seqs[1], "second jam")
	edit(ann, seqs[1], "second syrup")
	wantTexts(t, s, "marmalade", "third marmalade")
	wantTexts(t, s, "honey", "first honey")
	wantTexts(t, s, "jam")
	wantTexts(t, s, "syrup", "second syrup")
	done := make(chan error, 1)
	s.Delete(ann, rooms.DeleteInput{RoomID: "general", Seq: seqs[0]}, func(_ rooms.Sent, err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantTexts(t, s, "honey")
	if got := search(t, s, "ann", rooms.SearchInput{Query: "marmalade", From: string(ben.ID)}); len(got.Messages) > 0 {
		t.Errorf("of ben: %q", textsOf(got))
	}
	if got := search(t, s, "ann", rooms.SearchInput{Query: "syrup", From: "ann"}); len(got.Messages) != 1 || got.Messages[0].Fold.EditSeq == 0 {
		t.Errorf("of ann: %q", textsOf(got))
	}
	if err := s.Erase(t.Context(), "ann", func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, s, "marmalade")
	wantTexts(t, s, "syrup")
}

func TestSearchSeesOnlyWhatOneMayRead(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ann, ben := auth.User{ID: "ann"}, auth.User{ID: "ben"}
	said(t, s, "general", "ann", "secret in public")
	if _, _, err := s.CreateRoom(t.Context(), ann, rooms.CreateRoomInput{ID: "closed", Name: "Closed", Type: rooms.TypePrivate}); err != nil {
		t.Fatal(err)
	}
	said(t, s, "closed", "ann", "secret in private")
	direct, err := s.OpenDirect(t.Context(), ann, "cid")
	if err != nil {
		t.Fatal(err)
	}
	said(t, s, string(direct.Room.ID), "ann", "secret between two")
	want := func(user auth.UserID, want ...string) {
		t.Helper()
		for _, query := range []string{"secret", "secret -nothing"} {
			if got := textsOf(search(t, s, user, rooms.SearchInput{Query: query})); !slices.Equal(got, want) {
				t.Errorf("%s finds %q, want %q", user, got, want)
			}
		}
	}
	want("ann", "secret between two", "secret in private", "secret in public")
	want("cid", "secret between two", "secret in public")
	want("ben", "secret in public")
	if _, err := s.Search(t.Context(), ben, rooms.SearchInput{Query: "secret", RoomID: "closed"}); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("in a room he may not know: %v", err)
	}
	set := func(role rooms.Role) {
		t.Helper()
		if _, err := s.SetMember(t.Context(), ann, rooms.SetMemberInput{RoomID: "closed", UserID: "ben", Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	set(rooms.RoleReader)
	want("ben", "secret in private", "secret in public")
	set(rooms.RoleNone)
	want("ben", "secret in public")
}

func TestSearchEndsWithABan(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	admin := auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}
	said(t, s, "general", "ann", "public word")
	found := func() int { return len(search(t, s, "ben", rooms.SearchInput{Query: "word"}).Messages) }
	if n := found(); n != 1 {
		t.Fatalf("before the ban found %d", n)
	}
	ban := rooms.SetMemberInput{RoomID: "general", UserID: "ben", BannedUntil: time.Now().Add(time.Hour)}
	if _, err := s.SetMember(t.Context(), admin, ban); err != nil {
		t.Fatal(err)
	}
	if n := found(); n != 0 {
		t.Errorf("the banned finds %d", n)
	}
	_, err := s.Search(t.Context(), auth.User{ID: "ben"}, rooms.SearchInput{Query: "word", RoomID: "general"})
	if rooms.AsError(err).Code != rooms.CodeForbidden {
		t.Errorf("in the room: %v", err)
	}
}

// What lies below a room's first kept number is not found, also before it is blanked.
func TestSearchFindsNothingTrimmed(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	said(t, s, "general", "ann", "word one", "word two", "word three")
	if err := store.Trimmer.Fence(t.Context(), "general", 3, 3, time.Now()); err != nil {
		t.Fatal(err)
	}
	again := rooms.New(store, rooms.Options{})
	looking := store
	looking.Searcher = withoutIndex{store.Searcher}
	for name, s := range map[string]*rooms.Service{"index": again, "log": rooms.New(looking, rooms.Options{})} {
		for _, room := range []string{"", "general"} {
			if got := textsOf(search(t, s, "ann", rooms.SearchInput{Query: "word", RoomID: room})); !slices.Equal(got, []string{"word three"}) {
				t.Errorf("%s, room %q: %q", name, room, got)
			}
		}
	}
}

// withoutIndex is a store whose index is of no use.
type withoutIndex struct{ rooms.Searcher }

func (withoutIndex) Holding(context.Context, rooms.SearchTerm, int) ([]rooms.Event, error) {
	return nil, rooms.ErrTooMany
}

func TestSearchPagesHoldWhileOthersWrite(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	texts := []string{"page one", "page two", "page three", "page four", "page five"}
	for i, text := range texts {
		said(t, s, []string{"general", "other"}[i%2], "ann", text)
	}
	slices.Reverse(texts)
	for _, room := range []string{"", "general"} {
		var got []string
		in := rooms.SearchInput{Query: "page", RoomID: room, Limit: 2}
		for pages := 0; ; pages++ {
			found := search(t, s, "ann", in)
			got = append(got, textsOf(found)...)
			if found.Next == "" {
				break
			}
			if len(found.Messages) != 2 || pages > 5 {
				t.Fatalf("page %d of %q holds %q", pages, room, textsOf(found))
			}
			in.Before = found.Next
			said(t, s, "general", "ann", "page of later")
		}
		want := texts
		if room != "" {
			want = []string{"page of later", "page of later", "page five", "page three", "page one"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("room %q: %q, want %q", room, got, want)
		}
	}
}

// What more messages hold than an index gives is looked for in the log.
func TestSearchForWhatIsEverywhere(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	const n = 1300
	answers := make(chan error, n)
	for range n {
		s.Send(auth.User{ID: "ann"}, rooms.SendInput{RoomID: "general", Text: "common"}, func(_ rooms.Sent, err error) { answers <- err })
	}
	for range n {
		if err := <-answers; err != nil {
			t.Fatal(err)
		}
	}
	for _, room := range []string{"", "general"} {
		in, seen := rooms.SearchInput{Query: "common", RoomID: room, Limit: 100}, map[int64]bool{}
		for {
			found := search(t, s, "ann", in)
			for _, m := range found.Messages {
				if seen[m.Seq] {
					t.Fatalf("%d came twice", m.Seq)
				}
				seen[m.Seq] = true
			}
			if in.Before = found.Next; found.Next == "" {
				break
			}
		}
		if len(seen) != n {
			t.Errorf("room %q: found %d of %d", room, len(seen), n)
		}
	}
}

func TestSnippets(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	long := strings.Repeat("before 👩‍👩‍👧 ", 50) + "needle" + strings.Repeat(" e\u0301after", 60) + " needle"
	said(t, s, "general", "ann", "a <b>needle</b> & needle-work", long, strings.Repeat("x", 300)+" thread", "針東京タワー")
	parts := func(query string) [][]rooms.SnippetPart {
		var all [][]rooms.SnippetPart
		for _, m := range search(t, s, "ann", rooms.SearchInput{Query: query}).Messages {
			joined := ""
			for _, p := range m.Snippet {
				joined += p.Text
			}
			if n := utf8.RuneCountInString(joined); n > 200 {
				t.Errorf("%s: a snippet of %d characters", query, n)
			}
			if !strings.Contains(m.Text, strings.Trim(joined, "…")) {
				t.Errorf("%s: %q is no part of the text", query, joined)
			}
			all = append(all, m.Snippet)
		}
		return all
	}
	got := parts("needle")
	if len(got) != 2 {
		t.Fatalf("found %d", len(got))
	}
	want := []rooms.SnippetPart{{"a <b>", false}, {"needle", true}, {"</b> & ", false}, {"needle", true}, {"-work", false}}
	if !slices.Equal(got[1], want) {
		t.Errorf("got %v, want %v", got[1], want)
	}
	cut := got[0]
	if len(cut) != 3 || !cut[1].Match || cut[1].Text != "needle" || !strings.HasPrefix(cut[0].Text, "…") || !strings.HasSuffix(cut[2].Text, "…") {
		t.Errorf("got %v", cut)
	}
	if rest := strings.TrimPrefix(cut[0].Text, "…"); strings.HasPrefix(rest, "\u200d") {
		t.Errorf("%q begins within a character", rest)
	}
	if got := parts("thread"); len(got) != 1 || !slices.ContainsFunc(got[0], func(p rooms.SnippetPart) bool { return p.Match && p.Text == "thread" }) {
		t.Errorf("got %v", got)
	}
	if got := parts("東京"); len(got) != 1 || !slices.Equal(got[0], []rooms.SnippetPart{{"針", false}, {"東京", true}, {"タワー", false}}) {
		t.Errorf("got %v", got)
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`a "b c" -d`, `"`, `-"`, "東京tower e\u0301", "\u0301\u0301", "-", `--a`} {
		f.Add(seed, seed+" x")
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		for _, term := range rooms.SearchTerms(text) {
			if term == "" || len(term) > 64 || !utf8.ValidString(term) && utf8.ValidString(text) {
				t.Errorf("the term %q of %q", term, text)
			}
		}
		parts, ok := rooms.MatchText(query, text)
		if !ok || !utf8.ValidString(text) {
			return
		}
		joined := ""
		for _, p := range parts {
			joined += p.Text
		}
		if utf8.RuneCountInString(joined) > 200 || !strings.Contains(text, strings.Trim(joined, "…")) && !strings.Contains(text, "…") {
			t.Errorf("%q finds %q in %q", query, joined, text)
		}
	})
}
