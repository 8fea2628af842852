package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func logRooms(t *testing.T, o Opened) {
	archive := o.Store.Archive
	if got, err := archive.LogRooms(waiting(t), "", 10); err != nil || len(got) != 0 {
		t.Fatalf("of an empty log: %v, %v", got, err)
	}
	ids := []rooms.RoomID{"A", "a", "a-1", "a.b", "a:b", "aa", "b"} // in the order of their bytes
	for _, id := range []int{3, 0, 6, 2, 5, 1, 4} {
		mustAppend(t, o, Messages(ids[id], 1, 3)...)
	}
	mustCreateRoom(t, o, rooms.Room{ID: "silent", Type: rooms.TypePublic, CreatedAt: now()}) // has no log
	for _, c := range []struct {
		after rooms.RoomID
		limit int
		want  []rooms.RoomID
	}{
		{"", 10, ids}, {"", 2, ids[:2]}, {"", 7, ids}, {"a", 2, ids[2:4]}, {"a-", 1, ids[2:3]},
		{"aa", 10, ids[6:]}, {"b", 10, nil}, {"~", 10, nil}, {"0", 1, ids[:1]},
	} {
		got, err := archive.LogRooms(waiting(t), c.after, c.limit)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("rooms after %q: %v, %v, want %v", c.after, got, err, c.want)
		}
	}
	if _, err := o.Store.Trimmer.Remove(waiting(t), "aa", rooms.MaxSeq, 10); err != nil {
		t.Fatal(err)
	}
	got, err := archive.LogRooms(waiting(t), "a:b", 10)
	if err != nil || !slices.Equal(got, []rooms.RoomID{"b"}) {
		t.Errorf("with a room removed: %v, %v", got, err)
	}
}

func putRoomWritesAsGiven(t *testing.T, o Opened) {
	mustCreateRoom(t, o, rooms.Room{ID: "general", Name: "old", Type: rooms.TypePublic, Topic: "old", CreatedAt: now()})
	for _, room := range []rooms.Room{
		{
			ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: now().Add(-time.Hour),
			MinSeq: 7, Retention: 36 * time.Hour, RemoveBelow: 7, RemoveAt: now().Add(time.Hour),
		},
		{ID: "general", Name: "again", Type: rooms.TypePublic, Topic: "t", CreatedAt: now(), Retention: rooms.KeepForever},
		{ID: "new", Type: rooms.TypePublic, CreatedAt: now()},
	} {
		if err := o.Store.Archive.PutRoom(waiting(t), room); err != nil {
			t.Fatal(err)
		}
		if got := mustRoom(t, o, room.ID); got != room {
			t.Errorf("the room is %+v, want %+v", got, room)
		}
	}
}

func logIDCanBeSet(t *testing.T, o Opened) {
	other := o.Another(t)
	was := mustLogID(t, o)
	if err := o.Store.Archive.SetLogID(waiting(t), "moved-"+was); err != nil {
		t.Fatal(err)
	}
	if got := mustLogID(t, other); got != "moved-"+was {
		t.Errorf("another instance reads %q", got)
	}
	if got := mustLogID(t, o.Reopen(t)); got != "moved-"+was {
		t.Errorf("reopened, it is %q", got)
	}
}

// deriveReplaces gives Derive events whose other fields differ: those must stay.
func deriveReplaces(t *testing.T, o Opened) {
	reaction, deletion := reactionTo("general", 5, 1), deleteOf("general", 6, 2, 1)
	orphan, message := deleteOf("general", 7, 3, 0), Message("general", 8)
	events := append(Messages("general", 1, 4), reaction, deletion, orphan, message)
	mustAppend(t, o, events...)
	derive := func(e rooms.Event) {
		t.Helper()
		e.Text, e.Data, e.Author, e.ClientID, e.Emoji, e.On, e.Target = "other", "{}", "eve", "other", "x", !e.On, 4
		if err := o.Store.Archive.Derive(waiting(t), e); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), events...)
	}
	counted := *reaction
	counted.Counts, counted.Parent = `{"👍":2,"x":1}`, 3
	derive(counted)
	reaction.Counts = counted.Counts
	check()

	// A delete that answered 1 answers 4 now, and is found there only.
	moved, found := *deletion, *orphan
	moved.Parent, moved.Counts = 4, "{}"
	derive(moved)
	found.Parent = 1
	derive(found)
	deletion.Parent, orphan.Parent = 4, 1
	check()
	for parent, want := range map[int64][]int64{1: {5, 7}, 4: {6}} {
		got, err := o.Store.Related.Concerning(waiting(t), "general", []int64{parent})
		if err != nil || !slices.Equal(seqs(got), want) {
			t.Errorf("concerning %d: %v, %v, want %v", parent, seqs(got), err, want)
		}
	}
	none := *deletion
	none.Parent = 0
	derive(none)
	deletion.Parent = 0
	check()
	wantNoFaults(t, o)
}

func wantNoFaults(t *testing.T, o Opened) {
	t.Helper()
	faults, err := o.Store.Archive.Faults(waiting(t))
	if err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v, want none", faults, err)
	}
}

// soundStoreHasNoFaults looks after each thing that changes a store.
func soundStoreHasNoFaults(t *testing.T, o Opened) {
	wantNoFaults(t, o)
	talk(t, o)
	mustCreateRoom(t, o, rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: now()})
	wantNoFaults(t, o)
	if _, err := o.Store.Trimmer.Blank(waiting(t), "general", 3, 10); err != nil {
		t.Fatal(err)
	}
	wantNoFaults(t, o)
	if _, err := o.Store.Eraser.Erase(waiting(t), "ann"); err != nil {
		t.Fatal(err)
	}
	wantNoFaults(t, o)
	if _, err := o.Store.Trimmer.Remove(waiting(t), "general", 5, 10); err != nil {
		t.Fatal(err)
	}
	wantNoFaults(t, o)
	wantNoFaults(t, o.Reopen(t))
}

// archiveOf gives what a store's accounts do besides signing in.
func archiveOf(t *testing.T, o Opened) auth.AccountArchive {
	t.Helper()
	archive, ok := o.Accounts.(auth.AccountArchive)
	if !ok {
		t.Fatalf("%T is no auth.AccountArchive", o.Accounts)
	}
	return archive
}

func accountArchive(t *testing.T, o Opened) {
	archive := archiveOf(t, o)
	if got, err := archive.Accounts(waiting(t), "", 10); err != nil || len(got) != 0 {
		t.Fatalf("of an empty store: %v, %v", got, err)
	}
	// In the order of their keys, which have no case.
	all := []auth.Account{
		{ID: "a:3", Name: "Ann", PasswordHash: "h1", Roles: []string{"admin", "x"}, CreatedAt: now()},
		{ID: "a:1", Name: "anna", PasswordHash: "h2", CreatedAt: now()},
		{ID: "a:2", Name: "BOB", PasswordHash: "h3", CreatedAt: now()},
		{ID: "a:4", Name: "Ève", PasswordHash: "h4", CreatedAt: now()},
	}
	for _, i := range []int{2, 0, 3, 1} {
		if err := o.Accounts.CreateAccount(waiting(t), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	check := func(after string, limit int, want []auth.Account) {
		t.Helper()
		got, err := archive.Accounts(waiting(t), after, limit)
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("accounts after %q: %+v, %v, want %+v", after, got, err, want)
		}
	}
	check("", 10, all)
	check("", 2, all[:2])
	check("ANN", 2, all[1:3])
	check("Anne", 10, all[2:])
	check("ann", 1, all[1:2])
	check("ève", 10, nil)

	for _, id := range []auth.UserID{"a:1", "a:1", "a:9"} { // one that is gone is no fault
		if err := archive.RemoveAccount(waiting(t), id); err != nil {
			t.Fatal(err)
		}
	}
	check("", 10, []auth.Account{all[0], all[2], all[3]})
	anew := auth.Account{ID: "a:5", Name: "ANNA", PasswordHash: "h5", CreatedAt: now()}
	if err := o.Accounts.CreateAccount(waiting(t), anew); err != nil {
		t.Fatalf("the name of a removed account: %v", err)
	}
	wantAccount(t, o.Reopen(t), "anna", anew)
}
