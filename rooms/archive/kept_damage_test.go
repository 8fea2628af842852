package archive_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms/archive"
	"roomstream/rooms/embedded"
)

// A thing that lost a key by which it is looked up, a key that lost its thing, and a record
// that is rubble are each named; reading an export into a new folder makes the keys anew.
func TestVerifyTellsOfDamageToWhatIsKept(t *testing.T) {
	removed := func(bucket string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			key, _ := tx.Bucket([]byte(bucket)).Cursor().First()
			return tx.Bucket([]byte(bucket)).Delete(key)
		}
	}
	rubble := func(bucket string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			key, _ := tx.Bucket([]byte(bucket)).Cursor().First()
			return tx.Bucket([]byte(bucket)).Put(key, []byte{99})
		}
	}
	for name, c := range map[string]struct {
		harm    func(*bolt.Tx) error
		want    string
		healing bool // by an export and an import
	}{
		"profileNames":    {removed("profileNames"), "profile of ann: is not found by its name", true},
		"profileWords":    {removed("profileWords"), "is not found by the word", true},
		"reportsKnown":    {removed("reportsKnown"), "is not found by its message", true},
		"userFiles":       {removed("userFiles"), "is not found by its user", true},
		"keyHashes":       {removed("keyHashes"), "its hash does not name it", true},
		"roomInvitations": {removed("roomInvitations"), "is not found by its room", true},
		"profiles":        {removed("profiles"), "names the profile of ann, which is not there", true},
		"a profile":       {rubble("profiles"), "profile of ann: this version cannot read it", false},
		"a report":        {rubble("reports"), "this version cannot read it", false},
		"an action":       {rubble("audit"), "this version cannot read it", false},
		"a file":          {rubble("files"), "this version cannot read its record", false},
		"a key":           {rubble("keys"), "this version cannot read it", false},
		"a webhook":       {rubble("webhooks"), "webhook w_ONE: this version cannot read it", false},
		"a cursor":        {rubble("webhookCursors"), "this version cannot read its cursor in room general", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			open := func() (archive.Store, *embedded.Store) {
				file, err := embedded.Open(embedded.Options{Dir: dir})
				if err != nil {
					t.Fatal(err)
				}
				return archive.Store{Rooms: file.Rooms(), Accounts: accounts{file.Accounts(), file.AccountArchive()}, Kept: file.Kept()}, file
			}
			s, file := open()
			everything().put(t, s)
			wantFound(t, "verify", findings(t, s, false))
			if err := file.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(filepath.Join(dir, "roomstream.db"), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(c.harm); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, file = open()
			defer file.Close(context.Background())
			if found := strings.Join(findings(t, s, false), "\n"); !strings.Contains(found, c.want) {
				t.Errorf("verify found %q, want %q", found, c.want)
			}
			if !c.healing {
				return
			}
			later := newEmbedded(t)
			if _, err := read(later, export(t, s, ""), archive.ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			wantFound(t, "verify, after a move", findings(t, later, false))
		})
	}
}
