package archive_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/embedded"
)

// inExports are the collections and buckets whose content an export holds.
var inExports = []string{
	"messages", "events", "rooms", "members", "users", "accounts",
	"profiles", "notifications", "invitations", "reports", "audit", "attachments", "files", "keys", "revocations", "webhooks", "webhookCursors", "streams", "acl", "threads",
	"files.files", "files.chunks", // with -files
}

// outOfExports are those that no export holds, and why.
var outOfExports = map[string]string{
	"pushSubscriptions": "devices are addressed with the key in meta, and hand themselves in anew when their page is opened",
	"pushUsers":         "found anew from the devices",

	"sessions":      "they end within a day; after a move a sign-in begins a new one, and a token that is still good stays so",
	"loginAttempts": "they count for minutes",

	"signals": "what instances tell each other is of the moment",
	"meta":    "the log's id is in the header; the push key is the deployment's; the key of clients' positions in declared streams is the database's, as those are",

	"ids": "found anew from the events", "clientIds": "found anew from the events", "targets": "found anew from the events", "parents": "found anew from the events", "attached": "found anew from the events",
	"userRooms":       "found anew from the members",
	"notificationIds": "found anew from the notifications", "notificationUsers": "found anew from the notifications",
	"notificationMessages": "found anew from the notifications", "unread": "said by the notifications",
	"roomInvitations": "found anew from the invitations",
	"reportsKnown":    "found anew from the reports",
	"profileNames":    "found anew from the profiles", "profileWords": "found anew from the profiles",
	"keyHashes": "found anew from the keys",
	"userFiles": "found anew from the files' records", "unsent": "found anew from the files' records",
	"unsearched": "what is to be taken out of the search index, which is made anew",
}

// Whoever adds a collection or a bucket decides here whether it moves.
func TestNothingIsKeptThatNoExportKnows(t *testing.T) {
	s, db := openDatabase(t)
	fillAll(t, s)
	collections, err := db.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	wantKnown(t, "collection", collections)
	wantKnown(t, "collection", namedBySource(t))

	dir := t.TempDir()
	file, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fillAll(t, archive.Store{Rooms: file.Rooms(), Accounts: accounts{file.Accounts(), file.AccountArchive()}, Kept: file.Kept()})
	if err := file.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var buckets []string
	found, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the data file is one of %v, %v", found, err)
	}
	opened, err := bolt.Open(found[0], 0o600, &bolt.Options{ReadOnly: true, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	err = opened.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
			buckets = append(buckets, string(name))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	wantKnown(t, "bucket", buckets)
	for _, name := range slices.Concat(inExports, slices.Sorted(mapKeys(outOfExports))) {
		if !slices.Contains(collections, name) && !slices.Contains(buckets, name) {
			t.Errorf("there is no collection or bucket %s any more", name)
		}
	}
}

// namedBySource are the collections that the store names: most are made when they are first
// written to, and an empty one cannot be listed.
func namedBySource(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../mongodb/*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:[cC]ollection\(|\b(?:collection|bucket)[A-Z]\w* += )"([^"]+)"`)
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllStringSubmatch(string(source), -1) {
			names = append(names, match[1])
		}
	}
	return names
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func wantKnown(t *testing.T, what string, names []string) {
	t.Helper()
	const least = 15 // of either; fewer means that they were not listed
	if len(names) < least {
		t.Errorf("only %d %ss: %v", len(names), what, names)
	}
	for _, name := range names {
		if !slices.Contains(inExports, name) && outOfExports[name] == "" {
			t.Errorf("no export knows the %s %s: make it a kind of package archive, or say here why it stays behind", what, name)
		}
	}
}

// fillAll brings about every collection: most are made when they are first written to.
func fillAll(t *testing.T, s archive.Store) {
	t.Helper()
	fill(t, s, sound())
	p := people()
	p.put(t, s)
	everything().put(t, s)
	if err := s.Rooms.Signals.Send(context.Background(), []rooms.Signal{{Kind: rooms.SignalHello, Instance: "i"}}); err != nil {
		t.Fatal(err)
	}
}

// A room's export holds what is the room's, and of people only those who are in it.
func TestARoomsExportHoldsWhatIsItsOwn(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source := open(t)
			fill(t, source, sound())
			everything().put(t, source)
			for _, m := range []rooms.Member{
				{RoomID: "general", UserID: "ann", ReadSeq: 3},
				{RoomID: "general", UserID: "zoë", Removed: true, Seq: 6},
			} {
				if err := source.Rooms.Members.PutMember(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			folder := t.TempDir()
			exported := exportWith(t, source, archive.ExportOptions{Room: "general", Files: folder})
			s := newEmbedded(t)
			if _, err := read(s, exported, archive.ImportOptions{Files: folder}); err != nil {
				t.Fatal(err)
			}
			all := everything()
			wantSame(t, "the room", load(t, s), full{
				Profiles: all.Profiles[:1], Invitations: all.Invitations[:1], Reports: all.Reports[:1], Audit: all.Audit[:1], Files: all.Files[:1],
				Keys: all.Keys[2:], Webhooks: all.Webhooks[:1], Cursors: all.Cursors[:1], Threads: all.Threads[:1],
			})
			if list, err := s.Accounts.Accounts(t.Context(), "", 1); err != nil || len(list) > 0 {
				t.Errorf("accounts: %v, %v", list, err)
			}
			if left, err := filepath.Glob(filepath.Join(folder, fileTwo+"*")); err != nil || len(left) > 0 {
				t.Errorf("the folder holds another room's %v, %v", left, err)
			}
		})
	}
}

// What is of the moment is in no export.
func TestWhatIsOfTheMomentStaysBehind(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			fill(t, s, sound())
			moment := everything()
			moment.Files[0].Stored = false
			moment.Keys[0].RevokedAt = time.Now().UTC().Truncate(time.Millisecond) // long ago it would be forgotten
			moment.Cursors[1].Room = "later"                                       // a room that is not in the archive
			moment.Cursors[2].Seq = 99                                             // beyond the archive's end
			moment.Notifications[0].Fields = []byte(`{"roomId":"general","seq":99,"author":"ben","text":"later"}`)
			moment.Reports[1].Seq, moment.Files[1].Seq = 99, 99
			moment.Threads[1].Seq, moment.Threads[0].ReadSeq = 99, 99
			moment.put(t, s)
			later := newEmbedded(t)
			if _, err := read(later, export(t, s, ""), archive.ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			want := everything()
			want.Files, want.Keys, want.Cursors = want.Files[1:], want.Keys[1:], append(want.Cursors[:1:1], want.Cursors[2])
			want.Notifications, want.Reports = want.Notifications[1:], want.Reports[:1]
			want.Threads[0].ReadSeq, want.Threads = 8, append(want.Threads[:1], want.Threads[2])
			wantSame(t, "moved", load(t, later), want)
		})
	}
}

// A backup is read into a store where a message was deleted since: what it said stays gone.
func TestNoNotificationComesBackOfADeletedMessage(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			events := []*rooms.Event{event("general", 1, rooms.Event{Text: "one @ben"}), event("general", 2, rooms.Event{Text: "two @ben"}), event("general", 3, rooms.Event{Text: "three @ben"})}
			fill(t, s, events)
			told := []rooms.Notification{
				{ID: id("a"), UserID: "ben", Kind: rooms.KindMention, Fields: []byte(`{"roomId":"general","seq":1,"text":"one"}`)},
				{ID: id("b"), UserID: "ben", Kind: rooms.KindMention, Fields: []byte(`{"roomId":"general","seq":2,"text":"two"}`)},
				{ID: id("c"), UserID: "ben", Kind: rooms.KindMention, Fields: []byte(`{"roomId":"general","seq":3,"text":"three"}`)},
			}
			if err := s.Kept.Notifications.Put(t.Context(), told); err != nil {
				t.Fatal(err)
			}
			backup := export(t, s, "")
			if err := s.Rooms.Log.Append(t.Context(), []*rooms.Event{
				event("general", 4, rooms.Event{Type: rooms.TypeDelete, Target: 1}), event("general", 5, rooms.Event{Type: rooms.TypeEdit, Target: 2, Text: "other"}),
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Rooms.Notifications.Withdraw(t.Context(), "general", rooms.Withdrawal{Gone: []int64{1}, Edited: []int64{2}}); err != nil {
				t.Fatal(err)
			}
			if _, err := read(s, backup, archive.ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			var left []string
			for _, n := range load(t, s).Notifications {
				left = append(left, string(n.Fields))
			}
			if want := []string{`{"roomId":"general","seq":2}`, `{"roomId":"general","seq":3,"text":"three"}`}; !slices.Equal(left, want) {
				t.Errorf("it holds %q, want %q", left, want)
			}
		})
	}
}

// Documents of other programs that are no notifications hide none of those behind them.
func TestNotificationsBehindOthersDocumentsAreExported(t *testing.T) {
	s, db := openDatabase(t)
	fill(t, s, sound())
	everything().put(t, s)
	var others []any
	for i := range 1200 { // more than two reads bring
		document := id("a")
		copy(document[8:], fmt.Sprintf("%04d", i))
		others = append(others, bson.D{{Key: "_id", Value: bson.ObjectID(document)}, {Key: "userId", Value: 7}})
	}
	if _, err := db.Collection("notifications").InsertMany(t.Context(), others); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Collection("notifications").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "text"}, {Key: "userId", Value: "ann"}, {Key: "kind", Value: "x"}}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "read", load(t, s), everything())
	later := newEmbedded(t)
	if n, err := read(later, export(t, s, ""), archive.ImportOptions{}); err != nil || n.Notifications != 3 {
		t.Errorf("import: %+v, %v", n, err)
	}
}
