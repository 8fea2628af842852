package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

func TestOnlyTheOwnerMayReadTheFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	open(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "roomstream.db"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	used := t.TempDir()
	open(t, used)
	noFolder := filepath.Join(t.TempDir(), "file")
	write(t, noFolder, "")
	noDatabase := t.TempDir()
	write(t, filepath.Join(noDatabase, "roomstream.db"), strings.Repeat("no database ", 1000))
	later := t.TempDir()
	setFormat(t, later, "99")
	for name, c := range map[string]struct{ dir, want string }{
		"used by another":   {used, "another process uses it"},
		"a file":            {noFolder, "cannot make the folder"},
		"another file":      {noDatabase, "cannot open roomstream.db"},
		"of a later format": {later, "format 99"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := embedded.Open(embedded.Options{Dir: c.dir})
			if err == nil {
				t.Fatal("it opened")
			}
			for _, part := range []string{"-data-dir", c.dir, c.want} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not name %q", err, part)
				}
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// setFormat makes a file that says it is of another format.
func setFormat(t *testing.T, dir, format string) {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, store)
	db, err := bolt.Open(filepath.Join(dir, "roomstream.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte(format))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// slow is a sink that stands still until it is let go.
type slow struct {
	opened, held chan struct{}
	told         int
}

func (s *slow) Opened() { close(s.opened) }
func (s *slow) Arrived(batch []rooms.Arrival) {
	<-s.held
	s.told += len(batch)
}

// A watcher that stands still must not cost memory without bound, nor hold the
// appends up: it is told so, and opens again.
func TestWatcherThatFallsBehindIsEnded(t *testing.T) {
	o := open(t, t.TempDir())
	sink := &slow{opened: make(chan struct{}), held: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- o.Store.Stream.Watch(context.Background(), sink) }()
	<-sink.opened
	quick := storetest.Watch(t, o.Store.Stream)

	const batch, size = 20, 32 << 10
	n := 0
	for ; n*size < 80<<20; n += batch {
		events := storetest.Messages("general", int64(n+1), batch)
		for _, e := range events {
			e.Text = strings.Repeat("x", size)
		}
		if err := o.Store.Log.Append(t.Context(), events); err != nil {
			t.Fatal(err)
		}
		for range batch {
			quick.Next(t)
		}
	}
	close(sink.held)
	err := <-ended
	if err == nil || !strings.Contains(err.Error(), "behind") {
		t.Errorf("the watch ended with %v, want it to say that it fell behind", err)
	}
	if sink.told >= n {
		t.Errorf("it was told all %d events: nothing bounded its queue", n)
	}
}

// TestFullDiskStopsTheStore runs a child that may write only so much: what it
// answered with success is there afterwards, and after the first failure it answers
// nothing with success.
func TestFullDiskStopsTheStore(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]string{}
	last := runChild(t, childFull+"="+dir, acked)
	if last != "stopped" {
		t.Fatalf("the child ended with %q", last)
	}
	if len(acked) == 0 {
		t.Fatal("nothing was ever written")
	}
	checkFile(t, dir)
	o := open(t, dir)
	events, err := o.Store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		delete(acked, fmt.Sprintf("%s %d", e.RoomID, e.Seq))
	}
	if len(acked) > 0 {
		t.Errorf("%d acked events are lost", len(acked))
	}
	next := storetest.Message("general", events[len(events)-1].Seq+1)
	if err := o.Store.Log.Append(t.Context(), []*rooms.Event{next}); err != nil {
		t.Errorf("with room on the disk again: %v", err)
	}
}

// fillUp appends until the disk is full, and checks that the store is stopped then.
func fillUp(dir string) error {
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		return err
	}
	ctx := context.Background()
	o := store.Rooms()
	watching := make(chan error, 1)
	sink := &slow{opened: make(chan struct{}), held: make(chan struct{})}
	close(sink.held)
	go func() { watching <- o.Stream.Watch(ctx, sink) }()
	<-sink.opened
	for seq := int64(1); ; seq++ {
		e := storetest.Message("general", seq)
		e.Text = strings.Repeat("x", 30<<10)
		if err = o.Log.Append(ctx, []*rooms.Event{e}); err != nil {
			break
		}
		fmt.Printf("ack %s %d %s\n", e.RoomID, e.Seq, e.ID)
	}
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != rooms.CodeUnavailable {
		return fmt.Errorf("the append that failed said %w", err)
	}
	if !strings.Contains(err.Error(), "-data-dir "+dir) || strings.Contains(e.Message, dir) {
		return fmt.Errorf("the error must name the folder for the log, and not for clients: %w", err)
	}
	if err := <-watching; err == nil {
		return errors.New("the watch ended without an error")
	}
	small := storetest.Messages("other", 1, 1)
	if o.Log.Append(ctx, small) == nil || o.Stream.Beat(ctx, "one") == nil {
		return errors.New("the store goes on after a failed write")
	}
	if _, err := o.Trimmer.Remove(ctx, "general", 5, 5); err == nil {
		return errors.New("the store removes events after a failed write")
	}
	if _, err := o.Log.Since(ctx, "general", 0, rooms.Page{}); err == nil {
		return errors.New("what may not be on the disk is read")
	}
	return store.Close(ctx)
}

// The pages are checked while nothing is written: what the search index or a read
// position writes beside it is no fault of the file.
func TestFaultsAreLookedForWhileNothingIsWritten(t *testing.T) {
	o := open(t, t.TempDir())
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for seq := int64(1); ; seq++ {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if err := o.Store.Log.Append(t.Context(), storetest.Messages("general", seq, 1)); err != nil {
				ended <- err
				return
			}
		}
	}()
	for range 50 {
		if faults, err := o.Store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
			t.Fatalf("faults %q, %v", faults, err)
		}
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
