package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

func TestMain(m *testing.M) {
	childMain()
	goleak.VerifyTestMain(mongotest.Main(m))
}

type accounts struct {
	auth.AccountStore
	auth.AccountArchive
}

func newEmbedded(t *testing.T) archive.Store {
	t.Helper()
	s, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return archive.Store{Rooms: s.Rooms(), Accounts: accounts{s.Accounts(), s.AccountArchive()}, Kept: s.Kept()}
}

func newMongoDB(t *testing.T) archive.Store {
	t.Helper()
	server := mongotest.Shared(t)
	s, err := mongodb.Open(t.Context(), mongodb.Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return archive.Store{Rooms: s.Rooms(), Accounts: accounts{s.Accounts(), s.AccountArchive()}, Kept: s.Kept()}
}

var kinds = map[string]func(*testing.T) archive.Store{"embedded": newEmbedded, "MongoDB": newMongoDB}

var at = time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC)

func event(room rooms.RoomID, seq int64, e rooms.Event) *rooms.Event {
	e.RoomID, e.Seq, e.Timestamp = room, seq, at.Add(time.Duration(seq)*time.Second)
	copy(e.ID[:], fmt.Sprintf("%s%011d", room[:1], seq))
	if e.Author == "" && e.Type != rooms.TypeVoid {
		e.Author = "ann"
	}
	return &e
}

// sound is a log with one of everything.
func sound() []*rooms.Event {
	return []*rooms.Event{
		event("general", 1, rooms.Event{Text: "line\n\"quoted\" <b>&\u2028 👩‍🚀", AuthorName: "Ann", ClientID: "c1", Data: `{"a": 1.50,  "b":[]}`}),
		event("general", 2, rooms.Event{Text: "reply", Author: "ben", Parent: 1}),
		event("general", 3, rooms.Event{Type: rooms.TypeEdit, Target: 1, Text: "edited", ClientID: "c3"}),
		event("general", 4, rooms.Event{Type: rooms.TypeReaction, Target: 1, Author: "ben", Emoji: "👍", On: true, Counts: `{"👍":1}`}),
		event("general", 5, rooms.Event{Type: rooms.TypeReaction, Target: 1, Author: "ben", Emoji: "👍", Counts: `{}`}),
		event("general", 6, rooms.Event{Type: rooms.TypeVoid}),
		event("general", 7, rooms.Event{Type: rooms.TypeDelete, Target: 2, Author: "ben", Parent: 1}),
		event("general", 8, rooms.Event{Erased: true, ClientID: "c8"}),
		event("trimmed", 11, rooms.Event{Text: "left"}),
		event("trimmed", 12, rooms.Event{Text: "answers what is gone", Parent: 3}),
	}
}

func fill(t *testing.T, s archive.Store, events []*rooms.Event) {
	t.Helper()
	ctx := context.Background()
	for _, room := range []rooms.Room{
		{ID: "empty", Name: "Nobody", Type: rooms.TypePublic, Topic: "silence", CreatedAt: at, Retention: rooms.KeepForever},
		{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: at, Retention: 24 * time.Hour},
		{ID: "trimmed", Name: "trimmed", Type: rooms.TypePublic, CreatedAt: at, MinSeq: 11, RemoveBelow: 9, RemoveAt: at},
	} {
		if err := s.Rooms.Archive.PutRoom(ctx, room); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Rooms.Log.Append(ctx, events); err != nil {
		t.Fatal(err)
	}
	for _, a := range []auth.Account{
		{ID: "a:1", Name: "Zoë", PasswordHash: "$argon2id$1", CreatedAt: at},
		{ID: "a:2", Name: "ann", PasswordHash: "$argon2id$2", Roles: []string{"admin", "x"}, CreatedAt: at},
	} {
		if err := s.Accounts.CreateAccount(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
}

func export(t *testing.T, s archive.Store, only rooms.RoomID) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := archive.Export(context.Background(), s, &b, archive.ExportOptions{Room: only}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(s archive.Store, text string, o archive.ImportOptions) (archive.Counts, error) {
	return archive.Import(context.Background(), s, strings.NewReader(text), o)
}

func logID(t *testing.T, s archive.Store) string {
	t.Helper()
	id, err := s.Rooms.Catalog.LogID(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestALogMovesBetweenStoresByteForByte(t *testing.T) {
	first := newEmbedded(t)
	fill(t, first, sound())
	exported := export(t, first, "")
	over, back := newMongoDB(t), newEmbedded(t)
	for _, s := range []archive.Store{over, back} {
		n, err := read(s, exported, archive.ImportOptions{})
		if err != nil || n != (archive.Counts{Rooms: 3, Events: 10, Accounts: 2}) {
			t.Fatalf("import: %+v, %v", n, err)
		}
		again := export(t, s, "")
		if again != exported {
			t.Fatalf("exported again:\n%s\nwant\n%s", again, exported)
		}
		if logID(t, s) != logID(t, first) {
			t.Error("the log's id did not go along")
		}
		// Again is no fault, and changes nothing.
		if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n != (archive.Counts{}) {
			t.Errorf("import again: %+v, %v", n, err)
		}
	}
	for _, e := range sound() {
		events, err := over.Rooms.Log.Since(context.Background(), e.RoomID, e.Seq-1, rooms.Page{Events: 1})
		if err != nil || len(events) != 1 || events[0] != *e {
			t.Errorf("seq %d is %+v, %v", e.Seq, events, err)
		}
	}
}

func TestOneRoomIsExportedWithoutAccounts(t *testing.T) {
	s := newEmbedded(t)
	fill(t, s, sound())
	text := export(t, s, "trimmed")
	if strings.Count(text, "\n") != 5 || strings.Contains(text, "argon2id") || strings.Contains(text, "general") {
		t.Errorf("exported %s", text)
	}
	other := newEmbedded(t)
	if n, err := read(other, text, archive.ImportOptions{}); err != nil || n != (archive.Counts{Rooms: 1, Events: 2}) {
		t.Errorf("import: %+v, %v", n, err)
	}
	if _, err := archive.Export(context.Background(), s, &bytes.Buffer{}, archive.ExportOptions{Room: "nowhere"}); err == nil {
		t.Error("a room that is not there was exported")
	}
}

func TestAStoreWithALogKeepsItsIDUnlessItIsToBeNew(t *testing.T) {
	s := newEmbedded(t)
	fill(t, s, sound())
	exported, old := export(t, s, ""), logID(t, s)
	if _, err := read(s, exported, archive.ImportOptions{NewLogID: true}); err != nil {
		t.Fatal(err)
	}
	if logID(t, s) == old {
		t.Error("it kept its id")
	}
	renamed := logID(t, s)
	if _, err := read(s, exported, archive.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if logID(t, s) != renamed {
		t.Error("the archive's id went into a store with a log")
	}
}

func TestAnImportThatIsRefusedWritesNothing(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	exported := export(t, source, "")
	lines := strings.SplitAfter(strings.TrimSuffix(exported, "\n"), "\n")
	without := func(i int) string {
		return strings.Join(append(append([]string(nil), lines[:i]...), lines[i+1:]...), "") + "\n"
	}
	general := 0
	for i, l := range lines {
		if strings.Contains(l, `"id":"general"`) {
			general = i
		}
	}
	changed := func(old, new string) string {
		if !strings.Contains(exported, old) {
			t.Fatalf("the export has no %s", old)
		}
		return strings.Replace(exported, old, new, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":                    {"", "cut"},
		"cut after a line":         {strings.Join(lines[:5], ""), "cut"},
		"cut within a line":        {exported[:len(exported)-20], "line 17: is cut"},
		"a gap":                    {without(general + 3), "event.seq: is 4 where 3"},
		"another version":          {changed(`"version":3`, `"version":4`), "version: is 4"},
		"an unknown field":         {changed(`"author":"ben"`, `"author":"ben","mood":1`), "mood"},
		"a wrong type":             {changed(`"seq":3`, `"seq":"3"`), "seq"},
		"a text over its limit":    {changed(`"text":"reply"`, `"text":"`+strings.Repeat("x", rooms.MaxTextLength+1)+`"`), "event.BAD_REQUEST: text"},
		"no id":                    {changed(`"id":"`, `"id":"zz`), "id"},
		"an unknown type":          {changed(`"type":"edit"`, `"type":"poll"`), "type"},
		"a text that was changed":  {changed(`"text":"reply"`, `"text":"forged"`), "end.sha256"},
		"a line more at the end":   {exported + "{}\n", "after the end"},
		"no header":                {without(0), "header"},
		"rooms in the wrong order": {changed(`"id":"empty"`, `"id":"zebra"`), "order"},
		"no NDJSON":                {"hello\n", "line 1: is no line of an archive"},
	} {
		s := newEmbedded(t)
		before := logID(t, s)
		_, err := read(s, c.text, archive.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
		known, _ := s.Rooms.Catalog.Rooms(context.Background(), "", 1)
		if len(known) > 0 || logID(t, s) != before {
			t.Errorf("%s: something was written", name)
		}
	}
}

func TestAnImportRefusesARoomWithOtherContent(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s := newEmbedded(t), open(t)
			fill(t, source, sound())
			other := sound()
			other[3].Emoji, other[3].Counts = "🎉", `{"🎉":1}`
			fill(t, s, other[:4])
			_, err := read(s, export(t, source, ""), archive.ImportOptions{})
			if err == nil || !strings.Contains(err.Error(), "room general holds other content at seq 4") {
				t.Errorf("import: %v", err)
			}
			if events, _ := s.Rooms.Log.Since(context.Background(), "trimmed", 0, rooms.Page{}); len(events) > 0 {
				t.Error("another room was written all the same")
			}
		})
	}
}

func TestAnAccountsNameThatIsTakenIsRefused(t *testing.T) {
	source, s := newEmbedded(t), newEmbedded(t)
	fill(t, source, sound())
	if err := s.Accounts.CreateAccount(context.Background(), auth.Account{ID: "a:9", Name: "ANN", CreatedAt: at}); err != nil {
		t.Fatal(err)
	}
	if _, err := read(s, export(t, source, ""), archive.ImportOptions{}); err == nil || !strings.Contains(err.Error(), "account ann") {
		t.Errorf("import: %v", err)
	}
	// The same id under another name would be two accounts of one user.
	renamed := newEmbedded(t)
	if err := renamed.Accounts.CreateAccount(context.Background(), auth.Account{ID: "a:2", Name: "Anna", CreatedAt: at}); err != nil {
		t.Fatal(err)
	}
	if _, err := read(renamed, export(t, source, ""), archive.ImportOptions{}); err == nil || !strings.Contains(err.Error(), "account ann (a:2)") {
		t.Errorf("import beside the same id: %v", err)
	}
}

// An import that was broken off goes on where it was.
func TestAnImportIsRepeatedAfterItWasBrokenOff(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s := newEmbedded(t), open(t)
			fill(t, source, sound())
			exported := export(t, source, "")
			if err := s.Rooms.Archive.SetLogID(context.Background(), logID(t, source)); err != nil {
				t.Fatal(err)
			}
			if err := s.Rooms.Archive.PutRoom(context.Background(), rooms.Room{ID: "empty", Name: "Nobody", Type: rooms.TypePublic, Topic: "silence", CreatedAt: at, Retention: rooms.KeepForever}); err != nil {
				t.Fatal(err)
			}
			if err := s.Rooms.Log.Append(context.Background(), sound()[:3]); err != nil {
				t.Fatal(err)
			}
			if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n.Events != 7 {
				t.Fatalf("import: %+v, %v", n, err)
			}
			if got := export(t, s, ""); got != exported {
				t.Errorf("exported\n%s\nwant\n%s", got, exported)
			}
		})
	}
}

func findings(t *testing.T, s archive.Store, repair bool) (found []string) {
	t.Helper()
	_, err := archive.Verify(context.Background(), s.Rooms, archive.VerifyOptions{
		Repair: repair, Progress: func(archive.Counts) {},
		Found: func(f archive.Finding) {
			text := f.Text
			if f.Repaired {
				text = "repaired: " + text
			}
			found = append(found, text)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestVerifyFindsNothingInASoundLog(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			fill(t, s, sound())
			if found := findings(t, s, false); len(found) > 0 {
				t.Errorf("found %q", found)
			}
		})
	}
}

func TestVerifyTellsEachDifferenceAndRebuildRepairsWhatItCan(t *testing.T) {
	broken := []*rooms.Event{
		event("loose", 1, rooms.Event{Text: "one"}),
		event("loose", 2, rooms.Event{Text: "a reply to nothing", Parent: 9}),
		event("loose", 3, rooms.Event{Type: rooms.TypeEdit, Target: 2, Author: "ben", Text: "of another"}),
		event("loose", 4, rooms.Event{Type: rooms.TypeReaction, Target: 1, Author: "ben", Emoji: "👍", On: true, Counts: `{"👍":7}`}),
		event("loose", 5, rooms.Event{Type: rooms.TypeEdit, Target: 4, Text: "of a reaction"}),
		event("loose", 8, rooms.Event{Type: rooms.TypeDelete, Target: 1, Parent: 2}),
		event("loose", 9, rooms.Event{Type: rooms.TypeReaction, Target: 1, Author: "ben", Emoji: "🎉", On: true, Counts: `{"👍":1,"🎉":1}`}),
	}
	repairable := []string{
		"room loose: has a log and is not in the list of rooms",
		`room loose seq 4: counts {"👍":7} where the log has {"👍":1}`,
		"room loose: seq 6 to 7 are missing",
		"room loose seq 8: deletes a message whose parent is 0 and says 2",
	}
	left := []string{
		"room loose seq 2: its parent 9 is no message before it",
		"room loose seq 3: edits message 2 of another author",
		"room loose seq 5: its target 4 is no message before it",
		"room loose seq 9: changes message 1, which seq 8 deleted",
	}
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if err := s.Rooms.Log.Append(context.Background(), broken); err != nil {
				t.Fatal(err)
			}
			if err := func() error {
				_, err := archive.Export(context.Background(), s, &bytes.Buffer{}, archive.ExportOptions{})
				return err
			}(); err == nil || !strings.Contains(err.Error(), "seq 6 is missing: `roomstream rebuild`") {
				t.Errorf("an export of a log with a gap: %v", err)
			}
			same(t, "verify", findings(t, s, false), append(append([]string(nil), repairable...), left...))
			var repaired []string
			for _, text := range repairable {
				repaired = append(repaired, "repaired: "+text)
			}
			same(t, "rebuild", findings(t, s, true), append(repaired, left...))
			same(t, "verify again", findings(t, s, false), left)
			events, err := s.Rooms.Log.Since(context.Background(), "loose", 5, rooms.Page{Events: 2})
			if err != nil || len(events) != 2 || events[0].Type != rooms.TypeVoid || events[1].Seq != 7 {
				t.Errorf("the gap holds %+v, %v", events, err)
			}
		})
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	count := map[string]int{}
	for _, text := range want {
		count[text]++
	}
	for _, text := range got {
		count[text]--
	}
	for text, n := range count {
		if n > 0 {
			t.Errorf("%s does not say %q", what, text)
		}
		if n < 0 {
			t.Errorf("%s says %q", what, text)
		}
	}
}

// The order of keys is part of the format: other programs compare files.
func TestTheFormatOfALine(t *testing.T) {
	s := newEmbedded(t)
	fill(t, s, sound())
	text := export(t, s, "general")
	for _, part := range []string{
		`{"roomstream":{"version":3,"logId":"` + logID(t, s) + `"}}`,
		`{"room":{"id":"general","name":"General","type":"public","createdAt":"2026-02-03T04:05:06.789Z","retentionMs":86400000}}`,
		`"type":"reaction","author":"ben","timestamp":"2026-02-03T04:05:10.789Z","target":1,"emoji":"👍","on":true,"counts":"{\"👍\":1}"}}`,
	} {
		if !strings.Contains(text, part+"\n") {
			t.Errorf("no line ends with %s in\n%s", part, text)
		}
	}
	for line := range strings.Lines(text) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

func TestARoomThatOnlyTheLogKnowsIsExportedAlone(t *testing.T) {
	s := newEmbedded(t)
	if err := s.Rooms.Log.Append(context.Background(), []*rooms.Event{event("loose", 1, rooms.Event{Text: "one"})}); err != nil {
		t.Fatal(err)
	}
	if text := export(t, s, "loose"); strings.Count(text, "\n") != 4 || !strings.Contains(text, `"room":{"id":"loose"`) {
		t.Errorf("exported %s", text)
	}
}
