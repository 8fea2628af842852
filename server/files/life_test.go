package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// linkTo asks for a file's links.
func linkTo(t testing.TB, p *person, f file) (whole, thumbnail string) {
	t.Helper()
	got := p.get(filePath("general", f) + "/url")
	if got.StatusCode != http.StatusOK {
		got = p.get(filePath("secret", f) + "/url")
	}
	got.want(t, http.StatusOK)
	var link struct {
		URL, ThumbnailURL string
		ExpiresAt         time.Time
	}
	if err := json.Unmarshal(got.body, &link); err != nil || link.URL == "" || time.Until(link.ExpiresAt) > 5*time.Minute || time.Until(link.ExpiresAt) < 4*time.Minute {
		t.Fatalf("%s, %v", got.body, err)
	}
	return link.URL, link.ThumbnailURL
}

// life is a Service on a store, with a clock of its own.
type life struct {
	t       testing.TB
	service *rooms.Service
	store   rooms.Store
	ahead   atomic.Int64 // how far its clock is, beyond the real one
}

func onBothLives(t *testing.T, test func(t *testing.T, l *life)) {
	t.Run("embedded", func(t *testing.T) {
		kept, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kept.Close(context.Background()) })
		test(t, newLife(t, kept.Rooms()))
	})
	t.Run("mongodb", func(t *testing.T) {
		server := mongotest.Shared(t)
		kept, err := mongodb.Open(t.Context(), mongodb.Options{URI: server.URI, Database: server.Database(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kept.Close(context.Background()) })
		test(t, newLife(t, kept.Rooms()))
	})
}

func newLife(t testing.TB, store rooms.Store) *life {
	l := &life{t: t, store: store}
	l.service = rooms.New(store, rooms.Options{
		SweepEvery: 10 * time.Millisecond, RemoveDelay: time.Millisecond,
		Now: func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.service.Run(ctx, nobody{}, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	l.within("the service is ready", func() bool { return l.service.Ready() == nil })
	return l
}

func (l *life) within(what string, holds func() bool) {
	l.t.Helper()
	end := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			l.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// pass lets time go by.
func (l *life) pass(d time.Duration) { l.ahead.Add(int64(d)) }

func user(name string) auth.User { return auth.User{ID: auth.UserID(name), Name: name} }

func (l *life) upload(name string, content []byte) rooms.File {
	l.t.Helper()
	f, err := l.service.Upload(l.t.Context(), user(name), rooms.UploadInput{RoomID: "general", Name: "p.png", Content: bytes.NewReader(content)})
	if err != nil {
		l.t.Fatal(err)
	}
	return f
}

func (l *life) send(name string, f rooms.File, clientID string) rooms.Sent {
	l.t.Helper()
	sent, err := l.service.SendWait(l.t.Context(), user(name), rooms.SendInput{RoomID: "general", ClientID: clientID, Attachments: []string{string(f.ID)}})
	if err != nil {
		l.t.Fatal(err)
	}
	return sent
}

// there says whether anything is left of a file: its record, its content, its thumbnail.
func (l *life) there(f rooms.File) bool {
	l.t.Helper()
	found, err := l.store.Files.Files(l.t.Context(), rooms.FileQuery{IDs: []rooms.FileID{f.ID}})
	if err != nil {
		l.t.Fatal(err)
	}
	left := len(found) > 0
	for _, thumbnail := range []bool{false, true} {
		content, err := l.store.Blobs.OpenBlob(l.t.Context(), rooms.Blob{ID: f.ID, Thumbnail: thumbnail})
		if err == nil {
			left = true
			content.Close()
		} else if rooms.AsError(err).Code != rooms.CodeNotFound {
			l.t.Fatal(err)
		}
	}
	return left
}

// reads says how a reader fares.
func (l *life) reads(name string, f rooms.File) rooms.Code {
	_, content, err := l.service.OpenFile(l.t.Context(), user(name), "general", string(f.ID), false)
	if err != nil {
		return rooms.AsError(err).Code
	}
	content.Close()
	return ""
}

// sweep waits until a whole sweep has gone over all. The first file may be removed by a sweep that
// had begun before, the second by one that is not at its end yet; the one that removes the third
// begins behind that one.
func (l *life) sweep() {
	l.t.Helper()
	for range 3 {
		l.beginSweep()
	}
}

// beginSweep waits until a file that nobody has is removed. It is there before the next sweep is
// due, so that no sweep begins without it.
func (l *life) beginSweep() {
	l.t.Helper()
	old := rooms.File{ID: rooms.FileID(strings.Repeat("Z", 26)), RoomID: "general", Author: "nobody", Name: "x", Type: "text/plain", CreatedAt: time.Unix(0, 0).UTC()}
	if err := l.store.Files.PutFile(l.t.Context(), old); err != nil {
		l.t.Fatal(err)
	}
	l.pass(11 * time.Minute)
	l.within("a sweep", func() bool { return !l.there(old) })
}

func TestUnusedFilesAreRemovedAfterADay(t *testing.T) {
	onBothLives(t, func(t *testing.T, l *life) {
		picture := asPNG(t, picture(30, 30, false))
		unused, used, other := l.upload("ann", picture), l.upload("ann", picture), l.upload("ann", picture)
		l.send("ann", used, "k1")
		l.send("ann", other, "")
		// A message that took its file and never came: the process ended in between.
		lost := l.upload("ann", picture)
		taken := lost
		taken.Use, taken.UsedAt = "c:never sent", taken.CreatedAt.Add(time.Hour)
		if err := l.store.Files.PutFile(t.Context(), taken); err != nil {
			t.Fatal(err)
		}
		cut := rooms.File{ID: rooms.FileID(strings.Repeat("C", 26)), RoomID: "general", Author: "ann", Name: "cut", Type: "text/plain", CreatedAt: unused.CreatedAt}
		if err := l.store.Files.PutFile(t.Context(), cut); err != nil { // a crash while it was written
			t.Fatal(err)
		}
		if _, err := l.store.Blobs.WriteBlob(t.Context(), rooms.Blob{ID: cut.ID}, strings.NewReader("half")); err != nil {
			t.Fatal(err)
		}
		l.pass(23 * time.Hour)
		l.sweep()
		for _, f := range []rooms.File{unused, used, other, lost, cut} {
			if !l.there(f) {
				t.Errorf("%s is gone within the day", f.ID)
			}
		}
		if got := l.reads("bob", lost); got != rooms.CodeNotFound {
			t.Errorf("a file that no message shows is read: %q", got)
		}
		l.pass(2 * time.Hour)
		l.sweep()
		for f, want := range map[rooms.File]bool{unused: false, cut: false, used: true, other: true} {
			if l.there(f) != want {
				t.Errorf("%+v is there: %t", f, !want)
			}
		}
		if l.reads("bob", used) != "" || l.reads("bob", other) != "" {
			t.Error("what messages show is not read")
		}
		l.pass(time.Hour)
		l.sweep()
		if l.there(lost) {
			t.Error("a file whose message never came is kept")
		}
	})
}

func TestFilesGoWithTheirMessages(t *testing.T) {
	onBothLives(t, func(t *testing.T, l *life) {
		picture := asPNG(t, picture(30, 30, false))
		deleted, kept, erased := l.upload("ann", picture), l.upload("ann", picture), l.upload("eve", picture)
		first := l.send("ann", deleted, "")
		l.send("ann", kept, "")
		l.send("eve", erased, "")
		done := make(chan error, 1)
		l.service.Delete(user("ann"), rooms.DeleteInput{RoomID: "general", Seq: first.Seq}, func(_ rooms.Sent, err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		for _, reader := range []string{"ann", "bob"} {
			if got := l.reads(reader, deleted); got != rooms.CodeNotFound {
				t.Errorf("%s reads a deleted message's file: %q", reader, got)
			}
		}
		l.sweep()
		if l.there(deleted) || !l.there(kept) || !l.there(erased) {
			t.Errorf("the deleted one is there: %t, the kept ones: %t, %t", l.there(deleted), l.there(kept), l.there(erased))
		}
		unsent := l.upload("eve", picture)
		if err := l.service.Erase(t.Context(), "eve", func(rooms.Erased) {}); err != nil {
			t.Fatal(err)
		}
		if l.there(erased) || l.there(unsent) || !l.there(kept) {
			t.Errorf("after the erasure are there: %t, %t, %t", l.there(erased), l.there(unsent), l.there(kept))
		}
	})
}

func TestFilesOfTrimmedMessagesGo(t *testing.T) {
	onBothLives(t, func(t *testing.T, l *life) {
		f := l.upload("ann", asPNG(t, picture(30, 30, false)))
		l.send("ann", f, "")
		if err := l.service.SetRetention(t.Context(), "general", time.Minute); err != nil {
			t.Fatal(err)
		}
		l.pass(time.Hour)
		l.within("the message is trimmed", func() bool { return l.reads("bob", f) == rooms.CodeNotFound })
		l.sweep()
		if l.there(f) {
			t.Error("the file is kept")
		}
	})
}

// A send that is refused leaves its files to be sent anew.
func TestARefusedSendLetsItsFilesGo(t *testing.T) {
	onBothLives(t, func(t *testing.T, l *life) {
		f := l.upload("ann", []byte("a text"))
		if err := l.service.Drain(t.Context()); err != nil { // from now on every send is UNAVAILABLE
			t.Fatal(err)
		}
		_, err := l.service.SendWait(t.Context(), user("ann"), rooms.SendInput{RoomID: "general", Attachments: []string{string(f.ID)}})
		if rooms.AsError(err).Code != rooms.CodeUnavailable {
			t.Fatalf("the send: %v", err)
		}
		l.within("it is let go", func() bool {
			found, err := l.store.Files.Files(t.Context(), rooms.FileQuery{IDs: []rooms.FileID{f.ID}})
			return err == nil && len(found) == 1 && found[0].Use == ""
		})
	})
}

// nobody is an Emitter without sockets.
type nobody struct{}

func (nobody) Emit(rooms.RoomID, []rooms.Event)                          {}
func (nobody) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}
func (nobody) Expel(rooms.RoomID, auth.UserID, rooms.LeftReason)         {}
func (nobody) Reset(rooms.RoomID, rooms.ResetReason, int64)              {}
func (nobody) Revoke(auth.UserID)                                        {}
func (nobody) Members(rooms.RoomID) int                                  { return 0 }
