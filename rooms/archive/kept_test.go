package archive_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// notMoved are fields of things that stay behind, and why.
var notMoved = map[string]string{
	"Key.RevokedAt":      "who is revoked stays behind",
	"Cursor.Owner":       "a claim belongs to one store",
	"Revocation.TokenID": "it does move: the second one has it, for the first has a User",
	"Revocation.Until":   "it does move: the second one has it",
}

// The first thing of each kind has a value in each field, so that a field that is new and
// does not move makes the next test fail.
func TestTheSampleLeavesNoFieldOut(t *testing.T) {
	sample := reflect.ValueOf(everything())
	for i := range sample.NumField() {
		thing := sample.Field(i).Index(0)
		for f := range thing.NumField() {
			name := thing.Type().Name() + "." + thing.Type().Field(f).Name
			if thing.Field(f).IsZero() && notMoved[name] == "" {
				t.Errorf("%s is empty in the sample", name)
			}
		}
	}
}

// From the embedded store to MongoDB and back: the same bytes, and the same things.
func TestEverythingKeptMovesThereAndBack(t *testing.T) {
	first := newEmbedded(t)
	fill(t, first, sound())
	everything().put(t, first)
	folder := filepath.Join(t.TempDir(), "files")
	exported := exportWith(t, first, archive.ExportOptions{Files: folder})
	if bare := export(t, first, ""); bare != exported {
		t.Errorf("without -files it is another text:\n%s\nwant\n%s", bare, exported)
	}
	for _, s := range []archive.Store{newMongoDB(t), newEmbedded(t)} {
		n, err := read(s, exported, archive.ImportOptions{Files: folder})
		want := archive.Counts{
			Rooms: 3, Events: 10, Accounts: 2, Profiles: 2, Notifications: 3, Invitations: 2, Reports: 2, Audit: 2, Files: 2, Keys: 3, Revocations: 3, Webhooks: 2, Cursors: 3,
			Streams: 1, Rules: 1, Threads: 3, Contents: 2,
		}
		if err != nil || n != want {
			t.Fatalf("import: %+v, %v", n, err)
		}
		wantSame(t, "moved", load(t, s), everything())
		wantContents(t, s)
		folder = filepath.Join(t.TempDir(), "again")
		again := exportWith(t, s, archive.ExportOptions{Files: folder})
		if again != exported {
			t.Fatalf("exported\n%s\nwas\n%s", again, exported)
		}
		if n, err := read(s, exported, archive.ImportOptions{Files: folder}); err != nil || n != (archive.Counts{}) {
			t.Errorf("the same import again: %+v, %v", n, err)
		}
		wantFound(t, "verify", findings(t, s, false))
	}
}

// Records go first, contents may follow.
func TestContentsMayFollowTheirRecords(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s := newEmbedded(t), open(t)
			everything().put(t, source)
			folder := t.TempDir()
			exported := exportWith(t, source, archive.ExportOptions{Files: folder})
			if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n.Files != 2 || n.Contents != 0 || n.Lacking != 2 {
				t.Errorf("without a folder: %+v, %v", n, err)
			}
			// What an import that was broken off left of a content.
			if _, err := s.Rooms.Blobs.WriteBlob(t.Context(), rooms.Blob{ID: fileOne, Thumbnail: true}, strings.NewReader("half")); err != nil {
				t.Fatal(err)
			}
			lost := filepath.Join(folder, fileTwo)
			if err := os.WriteFile(lost, []byte("cut"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := read(s, exported, archive.ImportOptions{Files: folder})
			if err == nil || !strings.Contains(err.Error(), "file.size: is 11") || !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("a content that is cut: %v", err)
			}
			if err := os.Remove(lost); err != nil {
				t.Fatal(err)
			}
			if _, err = read(s, exported, archive.ImportOptions{Files: folder}); err == nil || !strings.Contains(err.Error(), "file.id: its content is not there") {
				t.Errorf("a content that is not there: %v", err)
			}
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			if err := errors.Join(os.WriteFile(elsewhere, []byte("eleven long"), 0o600), os.Symlink(elsewhere, lost)); err != nil {
				t.Fatal(err)
			}
			if _, err = read(s, exported, archive.ImportOptions{Files: folder}); err == nil || !strings.Contains(err.Error(), "is no plain file") {
				t.Errorf("a content that is a link: %v", err)
			}
			exportWith(t, source, archive.ExportOptions{Files: folder})
			if n, err := read(s, exported, archive.ImportOptions{Files: folder}); err != nil || n != (archive.Counts{Contents: 2}) {
				t.Errorf("with the folder: %+v, %v", n, err)
			}
			wantContents(t, s)
		})
	}
}

// signed gives a changed export its counts and its sum anew.
func signed(text string) string {
	at := strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n") + 1
	sum := sha256.Sum256([]byte(text[:at]))
	return text[:at] + regexp.MustCompile(`"sha256":"[0-9a-f]*"`).ReplaceAllString(text[at:], fmt.Sprintf(`"sha256":"%x"`, sum))
}

// What never changes must be the same under the same id.
func TestAnotherThingUnderTheSameIdIsRefused(t *testing.T) {
	source := newEmbedded(t)
	everything().put(t, source)
	exported := export(t, source, "")
	for name, open := range kinds {
		s := open(t)
		everything().put(t, s)
		for field, change := range map[string][2]string{
			"notification.kind":   {`"kind":"bare"`, `"kind":"other"`},
			"notification.fields": {`"author":"ben"`, `"author":"eve"`},
			"invitation.role":     {`"role":"reader"`, `"role":"member"`},
			"report.reason":       {`"reason":"rude"`, `"reason":"kind"`},
			"audit.subject":       {`"subject":"eve"`, `"subject":"dan"`},
			"file.name":           {`"name":"b.txt"`, `"name":"c.txt"`},
			"key.postOnly":        {`"name":"Everywhere","everywhere":true`, `"name":"Everywhere","everywhere":true,"postOnly":true`},
			"key.rooms":           {`"rooms":["general","trimmed"]`, `"rooms":["general"]`},
			"webhook.sealed":      {`"sealed":"CQ=="`, `"sealed":"CA=="`},
			"stream.document":     {`\"uri\":\"orders\"`, `\"uri\":\"others\"`},
		} {
			changed := strings.Replace(exported, change[0], change[1], 1)
			if changed == exported {
				t.Fatalf("the export has no %s in\n%s", change[0], exported)
			}
			line := strings.Count(exported[:strings.Index(exported, change[0])], "\n") + 1
			n, err := read(s, signed(changed), archive.ImportOptions{})
			if want := fmt.Sprintf("line %d: %s: the store holds another one under this id", line, field); err == nil || err.Error() != want || n != (archive.Counts{}) {
				t.Errorf("%s: %+v, %v, want %s", name, n, err, want)
			}
		}
		wantSame(t, name+", after what was refused", load(t, s), load(t, source))
	}
}

// What only one may have is refused before anything is written, too.
func TestWhatOnlyOneMayHaveIsRefused(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	everything().put(t, source)
	exported := export(t, source, "")
	report, invitation, key, stream := everything().Reports[0], everything().Invitations[0], everything().Keys[0], everything().Streams[0]
	report.ID, invitation.Hash, key.ID = id("q"), hash("q"), "b:9"
	stream.ID = `{"_id":"q"}`
	stream.JSON = `{"_id":"q","uri":"orders","watch":{"collection":"orders"}}`
	for name, open := range kinds {
		for field, there := range map[string]full{
			"report.seq":      {Reports: []rooms.Report{report}},
			"invitation.id":   {Invitations: []rooms.Invitation{invitation}},
			"key.hash":        {Keys: []auth.Key{key}},
			"stream.document": {Streams: []kept.Document{stream}},
		} {
			s := open(t)
			there.put(t, s)
			n, err := read(s, exported, archive.ImportOptions{})
			if want := field + ": another one has it, under another id"; err == nil || !strings.HasSuffix(err.Error(), want) || n != (archive.Counts{}) {
				t.Errorf("%s: %+v, %v, want %s", name, n, err, want)
			}
			wantSame(t, name+", after what was refused", load(t, s), there)
			if found, err := s.Rooms.Archive.LogRooms(t.Context(), "", 1); err != nil || len(found) > 0 {
				t.Errorf("%s: the log of %v was written, %v", name, found, err)
			}
		}
	}
}

func TestLinesThatNoExportWritesAreRefused(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	everything().put(t, source)
	exported := export(t, source, "")
	lineOf := func(text string) int { return strings.Count(exported[:strings.Index(exported, text)], "\n") + 1 }
	before := func(text, line string) string {
		at := strings.Index(exported, text)
		return exported[:at] + line + "\n" + exported[at:]
	}
	long := strings.Repeat("x", 32<<10)
	for name, c := range map[string]struct{ text, want string }{
		"a later version's kind": {before(`{"report"`, `{"sticker":{"id":"s1"}}`), fmt.Sprintf(`line %d: is a "sticker", which this program does not know: a later version wrote it`, lineOf(`{"report"`))},
		"a field of later":       {strings.Replace(exported, `"kind":"bare"`, `"kind":"bare","mood":1`, 1), fmt.Sprintf(`line %d: notification: json: unknown field "mood"`, lineOf(`"kind":"bare"`))},
		"a kind too late":        {before(`{"end"`, `{"profile":{"userId":"zz"}}`), "profile: stands after the lines of rule"},
		"a thing twice":          {before(`{"notification"`, `{"profile":{"userId":"ann"}}`), "profile: must stand in the order of the ids"},
		"an account too late":    {before(`{"end"`, `{"account":{"id":"a:3","name":"zz","passwordHash":"x"}}`), "stands after the lines of rule"},
		"no user":                {strings.Replace(exported, `"userId":"zoë"`, `"userId":""`, 1), "profile.BAD_REQUEST: userId"},
		"no hash":                {strings.Replace(exported, `"hash":"`, `"hash":"zz`, 1), "hash: must be 64 hexadecimal digits"},
		"no state":               {strings.Replace(exported, `"state":"open"`, `"state":"closed"`, 1), "state: must be open"},
		"no count":               {strings.Replace(exported, `"keys":3`, `"keys":4`, 1), "end: counts"},
		"a field of all":         {strings.Replace(exported, `"fields":{"z":1`, `"fields":{"userId":"eve"`, 1), "fields: must not hold userId"},
		"a document of another":  {strings.Replace(exported, `"document":"{\"_id\":\"r1\"`, `"document":"{\"_id\":\"r2\"`, 1), "document: must have the _id of id"},
		"a number out of range":  {strings.Replace(exported, `"b":"x"`, `"b":1e999`, 1), "fields: must be JSON"},
		"an id no store holds":   {strings.ReplaceAll(exported, `\"_id\":\"r1\"`, `\"_id\":\"`+long+`\"`), "rule: its id takes"},
		"a thing too large":      {strings.Replace(exported, `\"stream\":\"orders\"`, `\"stream\":\"`+strings.Repeat(long, 512)+`\"`, 1), "rule: takes"},
	} {
		s := newEmbedded(t)
		_, err := read(s, c.text, archive.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
		wantSame(t, name, load(t, s), full{})
	}
}

// An archive of the version before this one has no kinds.
func TestAnArchiveOfTheSecondVersionIsRead(t *testing.T) {
	source, s := newEmbedded(t), newEmbedded(t)
	fill(t, source, sound())
	p := people()
	p.put(t, source)
	second := signed(strings.Replace(export(t, source, ""), `"version":3`, `"version":2`, 1))
	if n, err := read(s, second, archive.ImportOptions{}); err != nil || n.Accounts != 2 || n.Members == 0 {
		t.Fatalf("import: %+v, %v", n, err)
	}
	if got := export(t, s, ""); got != export(t, source, "") {
		t.Errorf("exported %s", got)
	}
}

// A store that went on since keeps what is newer there, and takes what is newer here.
func TestWhatIsNewerStays(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s := newEmbedded(t), open(t)
			fill(t, source, sound())
			everything().put(t, source)
			exported := export(t, source, "")
			fill(t, s, sound())
			newer := everything()
			newer.Profiles[0].SeenAt, newer.Profiles[0].Name = at.Add(2*time.Hour), "Ann the Newer"
			newer.Notifications[2].Read = true
			newer.Invitations[0].UsedBy = append(newer.Invitations[0].UsedBy, "dan")
			newer.Reports[1].State, newer.Reports[1].DoneBy, newer.Reports[1].DoneAt = rooms.ReportDismissed, "mod", at.Add(time.Minute)
			newer.Files[1].Stored, newer.Files[1].Rev = false, 2 // it is to be removed
			newer.Webhooks[0].Failed, newer.Webhooks[0].Revision = nil, 3
			newer.Cursors[0].Seq, newer.Cursors[0].Epoch, newer.Cursors[0].Attempts = 2, 8, 0 // set back by hand
			newer.put(t, s)
			before := load(t, s)
			if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n != (archive.Counts{}) {
				t.Errorf("an older archive: %+v, %v", n, err)
			}
			wantSame(t, "an older archive", load(t, s), before)

			newer.Files[1].Stored = true // what is to be removed is in no export
			newer.put2(t, source)
			if _, err := read(s, export(t, source, ""), archive.ImportOptions{}); err != nil {
				t.Errorf("a newer archive: %v", err)
			}
			older := open(t)
			fill(t, older, sound())
			everything().put(t, older)
			if n, err := read(older, export(t, source, ""), archive.ImportOptions{}); err != nil || n.Profiles != 1 || n.Cursors != 1 || n.Lacking != 0 {
				t.Errorf("a newer archive: %+v, %v", n, err)
			}
			wantSame(t, "a newer archive", load(t, older), load(t, source))
		})
	}
}

// notedTable notes that it is written to.
type notedTable[T any] struct {
	kept.Table[T]
	name string
	put  *[]string
}

func (n notedTable[T]) Put(ctx context.Context, list []T) error {
	*n.put = append(*n.put, n.name)
	return n.Table.Put(ctx, list)
}

// measuredTable notes how much is read and written at once at most.
type measuredTable[T any] struct {
	kept.Table[T]
	most *int
}

func (m measuredTable[T]) From(ctx context.Context, from string, limit int) ([]T, error) {
	*m.most = max(*m.most, limit)
	return m.Table.From(ctx, from, limit)
}

func (m measuredTable[T]) Put(ctx context.Context, list []T) error {
	*m.most = max(*m.most, len(list))
	return m.Table.Put(ctx, list)
}

// Each has the ids of all who have used it: a page of them must fit into memory.
func TestInvitationsMoveFewAtATime(t *testing.T) {
	const many, atOnce = 100, 8
	source, s := newEmbedded(t), newEmbedded(t)
	fill(t, source, sound())
	var list []rooms.Invitation
	for i := range many {
		made := rooms.Invitation{ID: fmt.Sprint("i", i), RoomID: "general", Role: rooms.RoleMember, CreatedBy: "ann", CreatedAt: at}
		made.Hash[0] = byte(i)
		list = append(list, made)
	}
	if err := source.Kept.Invitations.Put(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	most := 0
	source.Kept.Invitations = measuredTable[rooms.Invitation]{source.Kept.Invitations, &most}
	s.Kept.Invitations = measuredTable[rooms.Invitation]{s.Kept.Invitations, &most}
	for range 2 {
		if _, err := read(s, export(t, source, ""), archive.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, s.Kept.Invitations, kept.InvitationKey); len(got) != many {
		t.Errorf("%d of %d were moved", len(got), many)
	}
	if most > atOnce {
		t.Errorf("%d are in memory at once, want at most %d", most, atOnce)
	}
}

// A server that is started on an import which was broken off must not find a webhook without its
// cursors: it would send it every log from the beginning.
func TestWebhooksComeBehindTheirCursors(t *testing.T) {
	source, s := newEmbedded(t), newEmbedded(t)
	fill(t, source, sound())
	everything().put(t, source)
	var put []string
	s.Kept.Webhooks = notedTable[hooks.Hook]{s.Kept.Webhooks, "webhooks", &put}
	s.Kept.Cursors = notedTable[hooks.Cursor]{s.Kept.Cursors, "cursors", &put}
	s.Kept.Rules = notedTable[kept.Document]{s.Kept.Rules, "rules", &put}
	if n, err := read(s, export(t, source, ""), archive.ImportOptions{}); err != nil || n.Webhooks != 2 {
		t.Fatalf("import: %+v, %v", n, err)
	}
	if want := []string{"cursors", "rules", "webhooks"}; !slices.Equal(put, want) {
		t.Errorf("written were %v, want %v", put, want)
	}
	wantSame(t, "moved", load(t, s), everything())
}

// put2 is put where the contents are there already.
func (f full) put2(t *testing.T, s archive.Store) {
	t.Helper()
	for _, blob := range contents() {
		if err := s.Rooms.Blobs.RemoveBlob(context.Background(), blob); err != nil {
			t.Fatal(err)
		}
	}
	f.put(t, s)
}
