package embedded_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
	"roomstream/rooms/storetest"
)

// alter changes the file of a store that is closed.
func alter(t *testing.T, dir string, fn func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "roomstream.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// discussion fills a store with a message of which every kind of event says something.
func discussion(t *testing.T, dir string) {
	t.Helper()
	o := open(t, dir)
	if err := o.Store.Log.Append(t.Context(), related(storetest.Messages("general", 1, 7))); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFilesWithoutMembersAreOpened takes away what a file of the third format does not have.
func TestFilesWithoutMembersAreOpened(t *testing.T) {
	dir := t.TempDir()
	discussion(t, dir)
	alter(t, dir, func(tx *bolt.Tx) error {
		for _, name := range []string{"members", "userRooms", "invitations", "roomInvitations"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		// A room's record as it was then: no state, and so nobody has changed anything.
		if err := tx.Bucket([]byte("rooms")).Put([]byte("general"), []byte("\x01\x01\x07General\x02\x06public")); err != nil {
			return err
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("3"))
	})
	for n := range int64(2) { // the second time it has them
		o := open(t, dir)
		room, err := o.Store.Catalog.Room(t.Context(), "general")
		if err != nil || room.StateSeq != n*10 || room.Type != rooms.TypePublic {
			t.Fatalf("the room is %+v, %v", room, err)
		}
		e := storetest.Message("general", n*10+10)
		e.Type, e.Subject, e.Role, e.Text = rooms.TypeMember, "ann", rooms.RoleOwner, ""
		room.StateSeq = e.Seq
		err = o.Store.Members.Change(t.Context(), rooms.Change{
			Events: []*rooms.Event{e}, Base: n * 10, Room: room,
			Members: []rooms.Member{{RoomID: "general", UserID: "ann", Role: rooms.RoleOwner, Seq: e.Seq}},
		})
		if err != nil {
			t.Fatal(err)
		}
		mine, err := o.Store.Inbox.Overview(t.Context(), "ben", []rooms.RoomID{"general", "nowhere"}, 10, 10)
		// Of seven events three change the first message, which one of them deletes.
		if err != nil || len(mine) != 1 || mine[0].LastSeq != e.Seq || mine[0].Unread.Messages != 3 {
			t.Errorf("overview %+v, %v", mine, err)
		}
		if faults, err := o.Store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
			t.Errorf("faults %q, %v", faults, err)
		}
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFilesWithoutNotificationsAreOpened takes away what a file of the second format does
// not have.
func TestFilesWithoutNotificationsAreOpened(t *testing.T) {
	dir := t.TempDir()
	discussion(t, dir)
	alter(t, dir, func(tx *bolt.Tx) error {
		for _, name := range []string{"notifications", "notificationIds", "notificationUsers", "unread", "notificationMessages"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("2"))
	})
	for id := byte(1); id <= 2; id++ { // the second time it has them
		o := open(t, dir)
		if _, err := o.Store.Notifications.Notify(t.Context(), []rooms.Notification{{ID: rooms.EventID{id}, UserID: "ann", Kind: "mention"}}); err != nil {
			t.Fatal(err)
		}
		if n, err := o.Store.Notifications.UnreadNotifications(t.Context(), "ann", 9); err != nil || n != int(id) {
			t.Errorf("%d are unread, %v, want %d", n, err, id)
		}
		answers, err := o.Store.Related.Thread(t.Context(), "general", 1, 0, rooms.MaxSeq, false, rooms.Page{})
		if err != nil || !slices.Equal(numbersOf(answers), []int64{5, 6, 7}) {
			t.Errorf("answers %v, %v", numbersOf(answers), err)
		}
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFilesWithoutKeysOfMessagesAreOpened takes away by what the notifications of a message are
// found, which came after the notifications.
func TestFilesWithoutKeysOfMessagesAreOpened(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	var list []rooms.Notification
	for i, kind := range []string{rooms.KindMention, rooms.KindDirect, rooms.KindInvitation, "another program's"} {
		list = append(list, rooms.Notification{
			ID: rooms.EventID{byte(i + 1)}, UserID: "ann", Kind: kind, Fields: []byte(`{"roomId":"general","seq":7,"text":"secret"}`),
		})
	}
	if _, err := o.Store.Notifications.Notify(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	alter(t, dir, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("notificationMessages")) })
	o = open(t, dir)
	if faults, err := o.Store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v", faults, err)
	}
	if err := o.Store.Notifications.Withdraw(t.Context(), "general", rooms.Withdrawal{Gone: []int64{7}}); err != nil {
		t.Fatal(err)
	}
	left, err := o.Store.Notifications.Notifications(t.Context(), "ann", rooms.EventID{}, false, 10)
	if err != nil || len(left) != 2 || left[0].Kind != "another program's" || left[1].Kind != rooms.KindInvitation {
		t.Errorf("left are %+v, %v", left, err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFilesWithoutKeysOfUnsentFilesAreOpened takes away by what the files are found that no message
// shows, which came after the files.
func TestFilesWithoutKeysOfUnsentFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	for id, seq := range map[rooms.FileID]int64{"shown": 7, "waits": 0} {
		if err := o.Store.Files.PutFile(t.Context(), rooms.File{ID: id, RoomID: "general", Author: "ann", Name: "a.txt", Seq: seq}); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	alter(t, dir, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("unsent")) })
	o = open(t, dir)
	list, err := o.Store.Files.Files(t.Context(), rooms.FileQuery{Author: "ann", Unsent: true, Limit: 10})
	if err != nil || len(list) != 1 || list[0].ID != "waits" {
		t.Errorf("unsent are %+v, %v", list, err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFilesWithoutKeysOfWhatShowsFilesAreOpened takes away by what the messages are found that show files.
func TestFilesWithoutKeysOfWhatShowsFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	e := storetest.Message("general", 1)
	e.Attachments = `[{"id":"f"}]`
	if err := o.Store.Log.Append(t.Context(), []*rooms.Event{e, storetest.Message("general", 2)}); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	alter(t, dir, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("attached")) })
	o = open(t, dir)
	found, err := o.Store.Related.Attached(t.Context(), "general", 10, rooms.Page{})
	if err != nil || len(found) != 1 || found[0].Seq != 1 {
		t.Errorf("showing files are %+v, %v", found, err)
	}
	if faults, err := o.Store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v", faults, err)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFilesOfTheFirstFormatAreIndexed takes away what a file of the format before does
// not have.
func TestFilesOfTheFirstFormatAreIndexed(t *testing.T) {
	dir := t.TempDir()
	discussion(t, dir)
	alter(t, dir, func(tx *bolt.Tx) error {
		for _, name := range []string{"targets", "parents"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("1"))
	})
	for range 2 { // the second time there is nothing left to do
		o := open(t, dir)
		found, err := o.Store.Related.Fold(t.Context(), "general", []int64{1})
		if err != nil || !slices.Equal(numbersOf(found), []int64{1, 2, 3, 4}) {
			t.Errorf("folded %v, %v", numbersOf(found), err)
		}
		answers, err := o.Store.Related.Thread(t.Context(), "general", 1, 0, rooms.MaxSeq, false, rooms.Page{})
		if err != nil || !slices.Equal(numbersOf(answers), []int64{5, 6, 7}) {
			t.Errorf("answers %v, %v", numbersOf(answers), err)
		}
		if faults, err := o.Store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
			t.Errorf("faults %q, %v", faults, err)
		}
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	alter(t, dir, func(tx *bolt.Tx) error {
		if got := tx.Bucket([]byte("meta")).Get([]byte("format")); string(got) != "4" {
			t.Errorf("the file is of format %q", got)
		}
		return nil
	})
}

func numbersOf(events []rooms.Event) []int64 {
	var out []int64
	for _, e := range events {
		out = append(out, e.Seq)
	}
	return out
}

// TestFaultsNameWhatIsWrong damages one thing of a sound file at a time.
func TestFaultsNameWhatIsWrong(t *testing.T) {
	empty := func(bucket string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			if err := tx.DeleteBucket([]byte(bucket)); err != nil {
				return err
			}
			_, err := tx.CreateBucket([]byte(bucket))
			return err
		}
	}
	put := func(bucket string, key, value []byte) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put(key, value) }
	}
	key := func(numbers ...byte) []byte {
		b := []byte("general\x00")
		for _, n := range numbers {
			b = append(b, 0, 0, 0, 0, 0, 0, 0, n)
		}
		return b
	}
	for name, c := range map[string]struct {
		damage func(*bolt.Tx) error
		want   string
	}{
		"no ids":                 {empty("ids"), "room general seq 1: its id does not name it"},
		"no clientIds":           {empty("clientIds"), "room general seq 1: its clientId does not name it"},
		"no targets":             {empty("targets"), "room general seq 2: is not found by its target"},
		"no parents":             {empty("parents"), "room general seq 5: is not found by its parent"},
		"no events":              {empty("events"), "names an event that is not there"},
		"a reply of nobody":      {put("parents", key(1, 99), nil), "room general seq 99: a parent names it, but it is not there"},
		"a reply to another":     {put("parents", key(2, 6), nil), "room general seq 6: a parent's key names it, but it points elsewhere"},
		"a key that is cut":      {put("targets", []byte("general\x00\x01"), nil), "a target's key is damaged"},
		"an event of later on":   {put("events", key(7), []byte{99}), "room general seq 7: this version cannot read it"},
		"an event without an id": {put("events", key(9), []byte{1}), "room general seq 9: its id does not name it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			discussion(t, dir)
			alter(t, dir, c.damage)
			faults, err := open(t, dir).Store.Archive.Faults(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(faults, "\n"), c.want) {
				t.Errorf("%q does not hold %q", faults, c.want)
			}
		})
	}
}

// TestFaultsNameDamagedNotifications damages one thing of two sound notifications at a time.
func TestFaultsNameDamagedNotifications(t *testing.T) {
	id := rooms.EventID{1, 2, 3}
	key := append([]byte("ann\x00"), id[:]...)
	remove := func(bucket string, key []byte) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(key) }
	}
	put := func(bucket string, key, value []byte) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put(key, value) }
	}
	first := []byte{0, 0, 0, 0, 0, 0, 0, 1}
	second := []byte{0, 0, 0, 0, 0, 0, 0, 2}
	for name, c := range map[string]struct {
		damage func(*bolt.Tx) error
		want   string
	}{
		"sound":             {func(*bolt.Tx) error { return nil }, ""},
		"no id":             {remove("notificationIds", id[:]), "its id does not name it"},
		"no user's key":     {remove("notificationUsers", key), "is not found by its user"},
		"no record":         {remove("notifications", first), "an id names a notification that is not there"},
		"another's key":     {put("notificationUsers", key, second), "is not found by its user"},
		"another's unread":  {put("unread", key, second), "or another"},
		"unread nothing":    {put("unread", append([]byte("bob\x00"), id[:]...), []byte{9}), "is not there"},
		"a key that is cut": {put("unread", []byte("ann\x00"), first), "is damaged"},
		"a record of later": {put("notifications", first, []byte{99}), "this version cannot read it"},
		"read is no fault":  {remove("unread", key), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			o := open(t, dir)
			list := []rooms.Notification{{ID: id, UserID: "ann", Kind: "x"}, {ID: rooms.EventID{9}, UserID: "ann", Kind: "x"}}
			if _, err := o.Store.Notifications.Notify(t.Context(), list); err != nil {
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
