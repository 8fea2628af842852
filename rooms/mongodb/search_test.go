package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// lastTried is the last character that the tests of the text index try: behind it stand
// ideographs of more planes, and what has no name.
const lastTried = 0x1FBFF

// tried gives the characters that stand for all. Of the large blocks in which one is like
// the other there are some.
func tried() []rune {
	var list []rune
	for r := rune(1); r <= lastTried; r++ {
		large := r >= 0x3400 && r < 0x9F00 || r >= 0xAC00 && r < 0xD7A0 || r >= 0xE000 && r < 0xF900 || r >= 0x17000 && r < 0x1B000
		if r >= 0xD800 && r <= 0xDFFF || large && r%97 != 0 {
			continue
		}
		if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S, unicode.P, unicode.Z, unicode.C) {
			list = append(list, r)
		}
	}
	return list
}

// The search stands on this: every word that is whole to rooms is found through MongoDB's text
// index. Each character is tried between letters and after a space.
func TestTextIndexFindsEveryWord(t *testing.T) {
	server := mongotest.Shared(t)
	store := open(t, server, server.Database(t)).Rooms()
	const batch = 1000
	var events []*rooms.Event
	for _, r := range tried() {
		e := message("general", int64(r))
		e.Text = fmt.Sprintf("qa%[1]cqb%[2]x z%[1]cz%[2]x %[1]c", r, r)
		events = append(events, e)
	}
	for part := range slices.Chunk(events, batch) {
		if err := store.Log.Append(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	holding := func(word string) map[int64]bool {
		t.Helper()
		term := rooms.SearchTerm{Whole: []string{word}, Words: []string{word}}
		found, err := store.Searcher.Holding(t.Context(), term, len(events))
		for tries := 0; errors.Is(err, rooms.ErrTooMany) && tries < 20; tries++ { // a busy machine took too long
			found, err = store.Searcher.Holding(t.Context(), term, len(events))
		}
		if err != nil {
			t.Fatalf("%q: %v", word, err)
		}
		has := map[int64]bool{}
		for _, e := range found {
			has[e.Seq] = true
		}
		return has
	}
	cut, missed := holding("qa"), 0
	miss := func(format string, args ...any) {
		if missed++; missed < 20 {
			t.Errorf(format, args...)
		}
	}
	for i, e := range events {
		r := rune(e.Seq)
		doubled := rooms.SearchTerms(string([]rune{r, r}))
		if len(doubled) == 1 && utf8.RuneCountInString(doubled[0]) == 1 {
			continue // a word by itself: no whole one
		}
		if slices.Contains(rooms.SearchTerms(fmt.Sprintf("qa%cqb", r)), "qa") && !cut[e.Seq] {
			miss("%U is between words, and not to MongoDB", r)
		}
		word := fmt.Sprintf("z%cz%x", r, r)
		terms := rooms.SearchTerms(word)
		folded := len(terms) == 1 && terms[0] != word
		if folded && !holding(terms[0])[e.Seq] {
			miss("%q of %q (%U) is not found", terms[0], word, r)
		}
		if alone := rooms.SearchTerms(string(r)); len(alone) == 1 && (folded || i%61 == 0) && !holding(alone[0])[e.Seq] {
			miss("%q (%U) alone is not found", alone[0], r)
		}
	}
	if missed > 0 {
		t.Errorf("%d words are not found", missed)
	}
}

func message(room rooms.RoomID, seq int64) *rooms.Event {
	e := &rooms.Event{RoomID: room, Seq: seq, Author: "ann"}
	e.ID[0], e.ID[8], e.ID[9], e.ID[10], e.ID[11] = 1, byte(seq>>24), byte(seq>>16), byte(seq>>8), byte(seq)
	return e
}

// talk is a log that both stores are given, with texts of few words, so that they meet.
type talk struct {
	rng    *rand.Rand
	events []*rooms.Event
	last   map[rooms.RoomID]int64
	sent   map[rooms.RoomID][]int64 // messages
}

var vocabulary = []string{
	"kettle", "Kettle", "KETTLE", "kettles", "café", "cafe\u0301", "CAFE", "naïve", "Ångström", "naive", "привет", "ПРИВЕТ", "ёлка", "елка", "Σίσυφος", "ΣΊΣΥΦΟΣ",
	"東京", "東京都", "京都", "東京tower", "tower", "トーキョー", "ﾄｰｷｮｰ", "한국어", "한국", "สวัสดี", "مرحبا", "مَرْحَبًا", "שלום", "שָׁלוֹם", "नमस्ते", "😀", "👩\u200d👩\u200d👧", "👍🏽", "❤️",
	"𐐀𐐁", "𐐨𐐩", "𝔘𝔫𝔦", "straße", "STRASSE", "ﬁsh", "fish", "İstanbul", "istanbul", "ISTANBUL", "it's", "its", "foo.bar", "foo", "bar", "foo_bar", "a-b", "C++", "x=1", "$where", "/^a.*/",
	"e\u0301\u0301\u0301", "a\u200bb", "a\u00adb", "\u202eabc", "ab\u0000c"[:2], "1,234", "3.14", "ver.2", "don’t", "don't", "¿qué?", "que", "Ⅷ", "ⅷ", "Å", "K", "k", "ſ", "s",
}

var gaps = []string{" ", " ", " ", ", ", "\n", "\u00a0", "\u3000", "。", "、", "!", " - ", "—", "・", "\t"}

func (k *talk) words() string {
	var b strings.Builder
	for i := range 1 + k.rng.IntN(5) {
		if i > 0 {
			b.WriteString(gaps[k.rng.IntN(len(gaps))])
		}
		b.WriteString(vocabulary[k.rng.IntN(len(vocabulary))])
	}
	return b.String()
}

func (k *talk) add() {
	room := rooms.RoomID([]string{"general", "other", "third"}[k.rng.IntN(3)])
	k.last[room]++
	e := message(room, k.last[room])
	e.ID[7] = room[0]
	e.ID[1], e.ID[2] = byte(len(k.events)>>8), byte(len(k.events))
	e.Author = auth.UserID([]string{"ann", "ben"}[k.rng.IntN(2)])
	sent := k.sent[room]
	kind := k.rng.IntN(10)
	if len(sent) == 0 {
		kind = 9
	}
	switch {
	case kind == 0:
		e.Type, e.Target = rooms.TypeDelete, sent[k.rng.IntN(len(sent))]
	case kind <= 3:
		e.Type, e.Target, e.Text = rooms.TypeEdit, sent[k.rng.IntN(len(sent))], k.words()
		for _, o := range k.events {
			if o.RoomID == room && o.Seq == e.Target {
				e.Author = o.Author
			}
		}
	default:
		e.Text = k.words()
		k.sent[room] = append(sent, e.Seq)
	}
	k.events = append(k.events, e)
}

// pages reads all pages of a search and gives what was found.
func pages(t *testing.T, s *rooms.Service, in rooms.SearchInput) []string {
	t.Helper()
	var all []string
	for range 1000 {
		found, err := s.Search(t.Context(), auth.User{ID: "ann"}, in)
		if err != nil && rooms.AsError(err).Code == rooms.CodeBadRequest {
			return []string{err.Error()}
		}
		if err != nil {
			t.Fatalf("search %q: %v", in.Query, err)
		}
		for _, m := range found.Messages {
			all = append(all, fmt.Sprintf("%s %d %q %v", m.RoomID, m.Seq, m.Text, m.Snippet))
		}
		if in.Before = found.Next; found.Next == "" {
			return all
		}
	}
	t.Fatalf("%q has no last page", in.Query)
	return nil
}

// looking is a store without an index of use: all is found in the log.
type looking struct{ rooms.Searcher }

func (looking) Holding(context.Context, rooms.SearchTerm, int) ([]rooms.Event, error) {
	return nil, rooms.ErrTooMany
}

// One log, kept by both stores, gives the same for every query, through their indexes and
// without.
func TestBothStoresFindTheSame(t *testing.T) {
	server := mongotest.Shared(t)
	stores := map[string]rooms.Store{"mongodb": open(t, server, server.Database(t)).Rooms(), "embedded": openEmbedded(t)}
	k := &talk{rng: rand.New(rand.NewPCG(7, 11)), last: map[rooms.RoomID]int64{}, sent: map[rooms.RoomID][]int64{}}
	for range 600 {
		k.add()
	}
	services := map[string]*rooms.Service{}
	for name, store := range stores {
		for room := range k.last {
			if _, err := store.Catalog.CreateRoom(t.Context(), rooms.Room{ID: room, Name: string(room), Type: rooms.TypePublic}); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Log.Append(t.Context(), k.events); err != nil {
			t.Fatal(err)
		}
		services[name] = serve(t, store)
	}
	unindexed := stores["embedded"]
	unindexed.Searcher = looking{unindexed.Searcher}
	services["log"] = rooms.New(unindexed, rooms.Options{})
	found := 0
	ask := func(in rooms.SearchInput) {
		t.Helper()
		want := pages(t, services["log"], in)
		for _, name := range []string{"mongodb", "embedded"} {
			if got := pages(t, services[name], in); !slices.Equal(got, want) {
				t.Errorf("%+v:\n %s %q\n the log has %q", in, name, got, want)
			}
		}
		found += len(want)
	}
	for _, word := range vocabulary {
		ask(rooms.SearchInput{Query: word})
	}
	for i := range 150 {
		in := rooms.SearchInput{Query: k.words(), Limit: 1 + k.rng.IntN(5)}
		switch i % 5 {
		case 1:
			in.RoomID = "general"
		case 2:
			in.From = "ben"
		case 3:
			in.Query = vocabulary[k.rng.IntN(len(vocabulary))] + " -" + vocabulary[k.rng.IntN(len(vocabulary))]
		case 4:
			in.Query = `"` + strings.ReplaceAll(k.words(), `"`, "") + `"`
		}
		ask(in)
	}
	if found < 500 {
		t.Errorf("found only %d: the queries say nothing", found)
	}
}

func openEmbedded(t *testing.T) rooms.Store {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return store.Rooms()
}

// Whatever language another program writes into its document, it is inserted and found.
func TestTextIndexTakesNoLanguageFromDocuments(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	service := serve(t, open(t, server, database).Rooms())
	other := otherProgram(t, server, database)
	for i, language := range []any{"english", "klingon", 5, nil, bson.A{"de"}} {
		insert(t, other, plain(bson.M{"text": fmt.Sprintf("boils running number%d", i), "language": language}))
	}
	await(t, "all five are found by the whole word", func() bool {
		return len(pages(t, service, rooms.SearchInput{Query: "boils"})) == 5
	})
	if got := pages(t, service, rooms.SearchInput{Query: "boil"}); len(got) > 0 {
		t.Errorf("a stem is found: %q", got)
	}
}

// -search=false drops the index, and one that another instance dropped is only slower.
func TestSearchCanBeSwitchedOff(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	searching := open(t, server, database)
	service := serve(t, searching.Rooms())
	if _, err := service.SendWait(t.Context(), auth.User{ID: "ann"}, rooms.SendInput{RoomID: "general", Text: "still here"}); err != nil {
		t.Fatal(err)
	}
	names := func() []string {
		specs, err := otherProgram(t, server, database).Indexes().ListSpecifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range specs {
			names = append(names, s.Name)
		}
		return names
	}
	openWith := func(o mongodb.Options) *mongodb.Store {
		t.Helper()
		o.URI, o.Database = server.URI, database
		store, err := mongodb.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeStore(t, store) })
		return store
	}
	if !slices.Contains(names(), "message_text") {
		t.Fatalf("the indexes are %v", names())
	}
	off := openWith(mongodb.Options{NoSearch: true})
	if off.Rooms().Searcher != nil || slices.Contains(names(), "message_text") {
		t.Errorf("with -search=false there are %v", names())
	}
	openWith(mongodb.Options{KeepSearch: true})
	if slices.Contains(names(), "message_text") {
		t.Error("a command made the index")
	}
	_, err := searching.Rooms().Searcher.Holding(t.Context(), rooms.SearchTerm{Whole: []string{"here"}, Words: []string{"here"}}, 10)
	if !errors.Is(err, rooms.ErrTooMany) {
		t.Errorf("without the index: %v", err)
	}
	if got := pages(t, service, rooms.SearchInput{Query: "here"}); len(got) != 1 {
		t.Errorf("without the index found %q", got)
	}
	open(t, server, database)
	if !slices.Contains(names(), "message_text") {
		t.Error("the next start made no index")
	}
}

// An operator's own text index stands in the way; the error says so.
func TestAnotherTextIndexIsNamed(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	messages := otherProgram(t, server, database)
	if _, err := messages.Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: "note", Value: "text"}}}); err != nil {
		t.Fatal(err)
	}
	_, err := mongodb.Open(t.Context(), mongodb.Options{URI: server.URI, Database: database})
	if err == nil || !strings.Contains(err.Error(), "-search=false") || !strings.Contains(err.Error(), "drop it") {
		t.Errorf("open: %v", err)
	}
}
