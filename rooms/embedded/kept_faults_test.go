package embedded_test

import (
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// TestFaultsNameDamagedFilesAndDevices damages one thing at a time of two sound files, of which one waits for a message,
// and a sound device.
func TestFaultsNameDamagedFilesAndDevices(t *testing.T) {
	remove := func(bucket, key string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete([]byte(key)) }
	}
	put := func(bucket, key, value string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(value)) }
	}
	for name, c := range map[string]struct {
		damage func(*bolt.Tx) error
		want   string
	}{
		"sound":                    {func(*bolt.Tx) error { return nil }, ""},
		"a file not counted":       {remove("unsent", "ann\x00waits"), "file waits: is not counted"},
		"a file counted though":    {put("unsent", "ann\x00shown", ""), "file shown: is not counted among those that wait for a message, or is"},
		"no file counted":          {put("unsent", "ann\x00none", ""), "names the file none, which is not there"},
		"counted for another":      {put("unsent", "bob\x00waits", ""), "file waits: is found by bob, who did not upload it"},
		"a file of another":        {put("userFiles", "bob\x00shown", ""), "file shown: is found by bob, who did not upload it"},
		"a device not found":       {remove("pushUsers", "ann\x00phone"), "device phone: is not found by its user"},
		"no device":                {remove("pushSubscriptions", "phone"), "names the device phone, which is not there"},
		"a device of another":      {put("pushUsers", "bob\x00phone", ""), "device phone: is found by bob, whose it is not"},
		"a device of a later time": {put("pushSubscriptions", "phone", "\x63"), "device phone: this version cannot read it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			o := open(t, dir)
			for _, f := range []rooms.File{{ID: "waits", RoomID: "r", Author: "ann"}, {ID: "shown", RoomID: "r", Author: "ann", Seq: 7}} {
				if err := o.Store.Files.PutFile(t.Context(), f); err != nil {
					t.Fatal(err)
				}
			}
			if err := o.Store.Subscriptions.PutSubscription(t.Context(), rooms.Subscription{ID: "phone", UserID: "ann", Endpoint: "https://push.example/x"}, 9); err != nil {
				t.Fatal(err)
			}
			if err := o.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			alter(t, dir, c.damage)
			faults, err := open(t, dir).Store.Archive.Faults(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(faults) > 0 || !strings.Contains(strings.Join(faults, "\n"), c.want) {
				t.Errorf("%q does not hold %q", faults, c.want)
			}
		})
	}
}
