package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// fileOf makes a record as an upload would.
func fileOf(author auth.UserID) rooms.File {
	return rooms.File{
		ID: rooms.FileID(rand.Text()), RoomID: "general", Author: author, Name: "é.png", Size: 12, Type: "image/png",
		CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// mustPut writes a record and gives it as it is read then.
func mustPut(t *testing.T, o Opened, f rooms.File) rooms.File {
	t.Helper()
	if err := o.Store.Files.PutFile(waiting(t), f); err != nil {
		t.Fatalf("put: %v", err)
	}
	f.Rev++
	return f
}

func wantFiles(t *testing.T, o Opened, q rooms.FileQuery, want ...rooms.File) {
	t.Helper()
	got, err := o.Store.Files.Files(waiting(t), q)
	if err != nil {
		t.Fatalf("files: %v", err)
	}
	if q.IDs != nil {
		slices.SortFunc(got, func(a, b rooms.File) int { return strings.Compare(string(a.ID), string(b.ID)) })
	}
	slices.SortFunc(want, func(a, b rooms.File) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if !slices.Equal(got, want) {
		t.Errorf("files of %+v:\n got %+v\nwant %+v", q, got, want)
	}
}

// filesAreKept writes records, replaces them by their Rev only, and finds them.
func filesAreKept(t *testing.T, o Opened) {
	first, second, other := mustPut(t, o, fileOf("ann")), mustPut(t, o, fileOf("ann")), mustPut(t, o, fileOf("an"))
	again := first
	again.Rev = 0
	if err := o.Store.Files.PutFile(waiting(t), again); !errors.Is(err, rooms.ErrFileChanged) {
		t.Errorf("a record that is there is made anew: %v", err)
	}
	first.Width, first.Height, first.Thumbnail, first.Stored = 3, 4, true, true
	first.Use, first.UsedAt, first.Seq = "c:é", first.CreatedAt.Add(time.Hour), 77
	stale := first
	first = mustPut(t, o, first)
	if err := o.Store.Files.PutFile(waiting(t), stale); !errors.Is(err, rooms.ErrFileChanged) {
		t.Errorf("a record is written over as it was: %v", err)
	}
	if err := o.Store.Files.RemoveFile(waiting(t), stale); !errors.Is(err, rooms.ErrFileChanged) {
		t.Errorf("a record is removed as it was: %v", err)
	}
	o = o.Reopen(t)
	wantFiles(t, o, rooms.FileQuery{IDs: []rooms.FileID{second.ID, first.ID, rooms.FileID(rand.Text())}}, first, second)
	wantFiles(t, o, rooms.FileQuery{IDs: []rooms.FileID{}})
	wantFiles(t, o, rooms.FileQuery{Limit: 9}, first, second, other)
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Limit: 9}, first, second)
	wantFiles(t, o, rooms.FileQuery{Author: "nobody", Limit: 9})
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Unsent: true, Limit: 9}, second)
	wantFiles(t, o, rooms.FileQuery{Author: "an", Unsent: true, Limit: 9}, other)
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Unsent: true, After: second.ID, Limit: 9})
	wantFiles(t, o, rooms.FileQuery{Author: "nobody", Unsent: true, Limit: 9})
	low, high := first, second
	if low.ID > high.ID {
		low, high = high, low
	}
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Limit: 1}, low)
	wantFiles(t, o, rooms.FileQuery{Author: "ann", After: low.ID, Limit: 9}, high)
	wantFiles(t, o, rooms.FileQuery{After: max(high.ID, other.ID), Limit: 9})

	if err := o.Store.Files.RemoveFile(waiting(t), first); err != nil {
		t.Fatal(err)
	}
	if err := o.Store.Files.RemoveFile(waiting(t), first); !errors.Is(err, rooms.ErrFileChanged) {
		t.Errorf("a record that is gone is removed: %v", err)
	}
	if err := o.Store.Files.PutFile(waiting(t), first); !errors.Is(err, rooms.ErrFileChanged) {
		t.Errorf("a record that is gone is written: %v", err)
	}
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Limit: 9}, second)
	if err := o.Store.Files.RemoveFile(waiting(t), second); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, o, rooms.FileQuery{Author: "ann", Unsent: true, Limit: 9})
}

// filesAreTakenOnce has two instances write one record at once: one of them does.
func filesAreTakenOnce(t *testing.T, o Opened) {
	const rounds = 20
	instances := []Opened{o, o.Another(t)}
	f := mustPut(t, o, fileOf("ann"))
	for range rounds {
		results := make(chan error, len(instances))
		for i, instance := range instances {
			mine := f
			mine.Use = string(rune('a' + i))
			go func() { results <- instance.Store.Files.PutFile(context.Background(), mine) }()
		}
		done := 0
		for range instances {
			switch err := <-results; {
			case err == nil:
				done++
			case !errors.Is(err, rooms.ErrFileChanged):
				t.Fatal(err)
			}
		}
		if done != 1 {
			t.Fatalf("%d wrote", done)
		}
		f.Rev++
	}
}

// The sizes of contents under test, in bytes: MongoDB keeps them in pieces of 255 KiB.
const (
	piece     = 255 << 10
	longBlob  = 2*piece + 12345
	exactBlob = 2 * piece
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func mustOpen(t *testing.T, o Opened, b rooms.Blob) io.ReadSeekCloser {
	t.Helper()
	r, err := o.Store.Blobs.OpenBlob(waiting(t), b)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// blobsAreKept writes contents and reads them from anywhere.
func blobsAreKept(t *testing.T, o Opened) {
	id := rooms.FileID(rand.Text())
	contents := map[rooms.Blob][]byte{
		{ID: id}: randomBytes(longBlob), {ID: id, Thumbnail: true}: randomBytes(1), {ID: rooms.FileID(rand.Text())}: randomBytes(exactBlob),
	}
	for b, content := range contents {
		if n, err := o.Store.Blobs.WriteBlob(waiting(t), b, iotest.HalfReader(bytes.NewReader(content))); err != nil || n != int64(len(content)) {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	o = o.Reopen(t)
	for b, content := range contents {
		if err := iotest.TestReader(mustOpen(t, o, b), content); err != nil {
			t.Errorf("%v: %v", b, err)
		}
	}
	for range 2 {
		if err := o.Store.Blobs.RemoveBlob(waiting(t), rooms.Blob{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.Store.Blobs.OpenBlob(waiting(t), rooms.Blob{ID: id}); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("what was removed is opened: %v", err)
	}
	mustOpen(t, o, rooms.Blob{ID: id, Thumbnail: true})
}

// cutOffBlobsAreNone has a reader fail in each piece, and the writing be given up.
func cutOffBlobsAreNone(t *testing.T, o Opened) {
	broken := errors.New("broken")
	for _, n := range []int{0, 10, piece, piece + 10, exactBlob} {
		b := rooms.Blob{ID: rooms.FileID(rand.Text())}
		content := io.MultiReader(bytes.NewReader(randomBytes(n)), iotest.ErrReader(broken))
		if _, err := o.Store.Blobs.WriteBlob(waiting(t), b, content); !errors.Is(err, broken) {
			t.Errorf("cut off after %d bytes: %v", n, err)
		}
		if _, err := o.Store.Blobs.OpenBlob(waiting(t), b); rooms.AsError(err).Code != rooms.CodeNotFound {
			t.Errorf("cut off after %d bytes it is opened: %v", n, err)
		}
		if err := o.Store.Blobs.RemoveBlob(waiting(t), b); err != nil {
			t.Error(err)
		}
		whole := randomBytes(20) // nothing of the first is in the way
		if _, err := o.Store.Blobs.WriteBlob(waiting(t), b, bytes.NewReader(whole)); err != nil {
			t.Errorf("written again: %v", err)
		}
		if err := iotest.TestReader(mustOpen(t, o, b), whole); err != nil {
			t.Error(err)
		}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	b := rooms.Blob{ID: rooms.FileID(rand.Text())}
	if _, err := o.Store.Blobs.WriteBlob(gone, b, bytes.NewReader(randomBytes(10))); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if _, err := o.Store.Blobs.OpenBlob(waiting(t), b); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("given up, it is opened: %v", err)
	}
}
