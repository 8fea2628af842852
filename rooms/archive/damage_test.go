package archive_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// wantFound checks that one of the findings says each of the texts, and that there are
// no others.
func wantFound(t *testing.T, what string, found []string, want ...string) {
	t.Helper()
	if len(found) != len(want) {
		t.Errorf("%s found %q, want %d", what, found, len(want))
	}
	all := strings.Join(found, "\n")
	for _, text := range want {
		if !strings.Contains(all, text) {
			t.Errorf("%s found %q, none says %q", what, found, text)
		}
	}
}

// A seq that somebody forged far above must not make voids of all numbers below it.
func TestRebuildFillsNoGapOfAForgedSeq(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			fill(t, s, append(sound(), event("wide", 1, rooms.Event{Text: "one"}), event("wide", 1<<50, rooms.Event{Text: "forged"})))
			if err := s.Rooms.Archive.PutRoom(context.Background(), rooms.Room{ID: "wide", Type: rooms.TypePublic, CreatedAt: at}); err != nil {
				t.Fatal(err)
			}
			want := "room wide: seq 2 to 1125899906842623 are missing"
			wantFound(t, "rebuild", findings(t, s, true), want)
			wantFound(t, "verify", findings(t, s, false), want)
			if events, err := s.Rooms.Log.Since(context.Background(), "wide", 0, rooms.Page{}); err != nil || len(events) != 2 {
				t.Errorf("the room has %d events, %v", len(events), err)
			}
		})
	}
}

// A trimmed room that is lost from the list comes back with its fence: what was trimmed
// is no gap.
func TestRebuildKnowsATrimmedRoom(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if err := s.Rooms.Log.Append(context.Background(), sound()[8:]); err != nil {
				t.Fatal(err)
			}
			exported := export(t, s, "")
			wantFound(t, "rebuild", findings(t, s, true), "repaired: room trimmed: has a log and is not in the list of rooms")
			room, err := s.Rooms.Catalog.Room(context.Background(), "trimmed")
			if err != nil || room.MinSeq != 11 || room.CreatedAt != sound()[8].Timestamp {
				t.Errorf("the room is %+v, %v", room, err)
			}
			wantFound(t, "verify", findings(t, s, false))
			if again := export(t, s, ""); again != exported {
				t.Errorf("exported before\n%s\nand after\n%s", exported, again)
			}
		})
	}
}

// openDatabase opens a store on a new database, and the database as any program does.
func openDatabase(t *testing.T) (archive.Store, *mongo.Database) {
	t.Helper()
	server := mongotest.Shared(t)
	name := server.Database(t)
	s, err := mongodb.Open(t.Context(), mongodb.Options{URI: server.URI, Database: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return archive.Store{Rooms: s.Rooms(), Accounts: accounts{s.Accounts(), s.AccountArchive()}, Kept: s.Kept()}, client.Database(name)
}

// A number stands twice where the unique index was dropped.
func TestVerifyTellsOfDoubledNumbersAndOfWhatCannotBeRead(t *testing.T) {
	s, db := openDatabase(t)
	fill(t, s, sound())
	messages := db.Collection("messages")
	if err := messages.Indexes().DropOne(t.Context(), "room_seq"); err != nil {
		t.Fatal(err)
	}
	_, err := messages.InsertMany(t.Context(), []any{
		bson.D{{Key: "roomId", Value: "general"}, {Key: "seq", Value: int64(2)}, {Key: "author", Value: "eve"}, {Key: "text", Value: "second"}, {Key: "timestamp", Value: at}},
		bson.D{{Key: "roomId", Value: "general"}, {Key: "seq", Value: int64(9)}, {Key: "author", Value: "eve"}, {Key: "text", Value: 7}},
		bson.D{{Key: "roomId", Value: "general"}, {Key: "author", Value: "eve"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, "verify", findings(t, s, false),
		"room general: seq 2 stands twice",
		"index room_seq of messages is missing",
		"room_seq", // the doubled key
		"cannot be read by this version",
		"are not valid",
	)
	if _, err := archive.Export(t.Context(), s, &strings.Builder{}, archive.ExportOptions{Room: "general"}); err == nil || !strings.Contains(err.Error(), "seq 2 stands twice") {
		t.Errorf("export: %v", err)
	}
}

// What the file keeps besides the log is held to it, too.
func TestVerifyTellsOfADamagedFile(t *testing.T) {
	dir := t.TempDir()
	file, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, archive.Store{Rooms: file.Rooms(), Accounts: accounts{file.Accounts(), file.AccountArchive()}}, sound())
	if err := file.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(dir, "roomstream.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		id := sound()[0].ID
		return tx.Bucket([]byte("ids")).Delete(id[:])
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if file, err = embedded.Open(embedded.Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer file.Close(context.Background())
	wantFound(t, "verify", findings(t, archive.Store{Rooms: file.Rooms()}, false), "room general seq 1: its id does not name it")
}
