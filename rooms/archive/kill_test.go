package archive_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// The test binary runs itself again as a child that imports the file this names into the
// store that one of the others names.
const (
	childFile     = "ROOMSTREAM_TEST_IMPORT_FILE"
	childDir      = "ROOMSTREAM_TEST_IMPORT_DIR"
	childURI      = "ROOMSTREAM_TEST_IMPORT_URI"
	childDatabase = "ROOMSTREAM_TEST_IMPORT_DATABASE"
)

// childMain imports, if this process is a child, says so at each batch and goes on when it was
// heard, and ends it.
func childMain() {
	name := os.Getenv(childFile)
	if name == "" {
		return
	}
	file, err := os.Open(name)
	if err == nil {
		var s archive.Store
		if s, _, err = childStore(); err == nil {
			heard := bufio.NewReader(os.Stdin)
			_, err = archive.Import(context.Background(), s, file, archive.ImportOptions{Progress: func(archive.Counts) {
				fmt.Println("batch")
				heard.ReadByte()
			}})
		}
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("done")
	os.Exit(0)
}

// childStore opens the store of a child's environment.
func childStore() (s archive.Store, closeStore func(context.Context) error, err error) {
	if dir := os.Getenv(childDir); dir != "" {
		file, err := embedded.Open(embedded.Options{Dir: dir})
		if err != nil {
			return s, nil, err
		}
		return archive.Store{Rooms: file.Rooms(), Accounts: accounts{file.Accounts(), file.AccountArchive()}, Kept: file.Kept()}, file.Close, nil
	}
	db, err := mongodb.Open(context.Background(), mongodb.Options{URI: os.Getenv(childURI), Database: os.Getenv(childDatabase)})
	if err != nil {
		return s, nil, err
	}
	return archive.Store{Rooms: db.Rooms(), Accounts: accounts{db.Accounts(), db.AccountArchive()}, Kept: db.Kept()}, db.Close, nil
}

const (
	longRooms  = 4
	longEvents = 3000 // a room: several batches
	longThings = 4000 // notifications: many batches
	longPeople = 200  // who have read each of them
	lives      = 3    // imports that are killed, each a little later
)

// patience is long because -race on a busy machine is slow.
const patience = 60 * time.Second

// An import that is killed in the midst leaves a prefix of each room, and is run again.
func TestAnImportThatIsKilledIsRunAgain(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	all := people()
	all.put(t, source)
	for r := range longRooms {
		room := rooms.RoomID(fmt.Sprintf("%c-long", 'k'+r))
		for first := int64(1); first <= longEvents; first += 1000 {
			batch := make([]*rooms.Event, 1000)
			for i := range batch {
				batch[i] = event(room, first+int64(i), rooms.Event{Text: "said", ClientID: fmt.Sprintf("c%d", first+int64(i))})
			}
			if err := source.Rooms.Log.Append(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	for r := range longRooms {
		readBy(t, source, rooms.RoomID(fmt.Sprintf("%c-long", 'k'+r)))
	}
	putMany(t, source)
	exported := export(t, source, "")
	name := filepath.Join(t.TempDir(), "long.ndjson")
	if err := os.WriteFile(name, []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	server, dir := mongotest.Shared(t), t.TempDir()
	database := server.Database(t)
	for kind, environment := range map[string]map[string]string{
		"embedded": {childDir: dir},
		"MongoDB":  {childURI: server.URI, childDatabase: database},
	} {
		t.Run(kind, func(t *testing.T) {
			for life := range lives {
				importAndKill(t, name, environment, 2+4*life)
			}
			importAndKill(t, name, environment, longRooms*longEvents/500+longThings/160) // behind the events, within the notifications
			for key, value := range environment {
				t.Setenv(key, value)
			}
			s, closeStore, err := childStore()
			if err != nil {
				t.Fatal(err)
			}
			defer closeStore(context.Background())
			n, err := read(s, exported, archive.ImportOptions{})
			if err != nil || n.Events > 0 || n.Notifications >= longThings {
				t.Errorf("the last import brought %+v, %v: it must go on where the others were", n, err)
			}
			if got := export(t, s, ""); got != exported {
				t.Errorf("%d bytes exported, not the %d that were imported", len(got), len(exported))
			}
			wantFound(t, "verify", findings(t, s, false))
		})
	}
}

// putMany puts what is kept beside the log into a store, of one kind many.
func putMany(t *testing.T, s archive.Store) {
	t.Helper()
	everything().put(t, s)
	var list []rooms.Notification
	for i := range longThings {
		n := rooms.Notification{UserID: "ann", Kind: "many", Read: i%2 == 0, Fields: []byte(fmt.Sprintf(`{"n":%d}`, i))}
		copy(n.ID[:], fmt.Sprintf("n%011d", i))
		list = append(list, n)
	}
	if err := s.Kept.Notifications.Put(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

// readBy has people read a room.
func readBy(t *testing.T, s archive.Store, room rooms.RoomID) {
	t.Helper()
	var readers sync.WaitGroup
	for i := range longPeople {
		readers.Go(func() {
			user := auth.UserID(fmt.Sprintf("user%d", i))
			if _, err := s.Rooms.Inbox.MarkRead(t.Context(), room, user, int64(i+1)); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
}

// importAndKill runs a child until it has said this often that a batch is in. However slow this
// process is, the child is at most one batch ahead, and is killed in the midst of that.
func importAndKill(t *testing.T, file string, environment map[string]string, batches int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	mongotest.EndWithParent(child)
	child.Env = append(os.Environ(), childFile+"="+file)
	for key, value := range environment {
		child.Env = append(child.Env, key+"="+value)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	heard, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := 0
	for lines := bufio.NewScanner(out); said < batches && lines.Scan(); said++ {
		if lines.Text() != "batch" {
			t.Errorf("the child said %q", lines.Text())
		}
		heard.Write([]byte{'.'}) // what the child says next tells whether it came
	}
	child.Process.Kill()
	child.Wait() // says that it was killed
	if said < batches {
		t.Fatalf("the child said %d of %d times that a batch is in", said, batches)
	}
}
