package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// terms gives every word that the index's files hold, of events that were taken out, too.
func terms(t *testing.T, s *Store) []string {
	t.Helper()
	reader, err := s.file.search.index.files.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	dict, err := reader.FieldDict(fieldText)
	if err != nil {
		t.Fatal(err)
	}
	defer dict.Close()
	var all []string
	for {
		entry, err := dict.Next()
		if err != nil {
			t.Fatal(err)
		}
		if entry == nil {
			return all
		}
		all = append(all, entry.Term)
	}
}

func textOf(room rooms.RoomID, seq int64, author auth.UserID, text string) *rooms.Event {
	e := &rooms.Event{RoomID: room, Seq: seq, Author: author, Text: text}
	copy(e.ID[:], fmt.Sprintf("%012d", seq))
	return e
}

func openTest(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(t.Context()); err != nil && !errors.Is(err, t.Context().Err()) {
			t.Error(err)
		}
	})
	return s
}

// What was erased leaves the index's files, not only the results.
func TestEraseTakesWordsOutOfTheIndex(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	for i := range int64(20) { // each in a part of its own
		e := textOf("general", i+1, []auth.UserID{"ann", "ben"}[i%2], fmt.Sprintf("%sword%d", []string{"secret", "public"}[i%2], i))
		if err := s.log.Append(t.Context(), []*rooms.Event{e}); err != nil {
			t.Fatal(err)
		}
		if err := s.file.search.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	isSecret := func(term string) bool { return strings.HasPrefix(term, "secret") }
	if have := terms(t, s); !slices.ContainsFunc(have, isSecret) || len(have) != 20 {
		t.Fatalf("before: %v", have)
	}
	eraser := &Eraser{s.file}
	if n, err := eraser.Erase(t.Context(), "ann"); err != nil || n != 10 {
		t.Fatalf("erased %d, %v", n, err)
	}
	if have := terms(t, s); slices.ContainsFunc(have, isSecret) { // before it has caught up, too
		t.Errorf("at once after: %v", have)
	}
	if err := s.file.search.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if have := terms(t, s); slices.ContainsFunc(have, isSecret) || len(have) != 10 {
		t.Errorf("after: %v", have)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, searchDir, "*.zap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "secret") || strings.Contains(string(content), "terces") {
			t.Errorf("%s holds what was erased", filepath.Base(file))
		}
	}
}

// A process that was killed between erasing and making the index anew leaves that to the next start.
func TestEraseIsFinishedByTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if err := s.log.Append(t.Context(), []*rooms.Event{textOf("general", 1, "ann", "secretword"), textOf("general", 2, "ben", "publicword")}); err != nil {
		t.Fatal(err)
	}
	if err := s.file.search.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.file.search.close(); err != nil {
		t.Fatal(err)
	}
	eraser := &Eraser{s.file}
	if n, err := eraser.Erase(t.Context(), "ann"); err != nil || n != 1 {
		t.Fatalf("erased %d, %v", n, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		again := openTest(t, dir)
		if err := again.file.search.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if have := terms(t, again); !slices.Equal(have, []string{"publicword"}) {
			t.Errorf("the index has %v", have)
		}
		if err := again.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is noted to be taken out is taken out by the next start, if this one is killed first.
func TestNotesAreTakenOutAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if err := s.log.Append(t.Context(), []*rooms.Event{textOf("general", 1, "ann", "fleeting")}); err != nil {
		t.Fatal(err)
	}
	if err := s.file.search.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	feed := s.file.search
	if err := feed.close(); err != nil { // the feeder ends, the file goes on
		t.Fatal(err)
	}
	trimmer := &Trimmer{s.file}
	if n, err := trimmer.Blank(t.Context(), "general", 2, 10); err != nil || n != 1 {
		t.Fatalf("blanked %d, %v", n, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := openTest(t, dir)
	if err := again.file.search.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys, err := again.file.search.find(t.Context(), rooms.SearchTerm{Words: []string{"fleeting"}}, 10)
	if err != nil || len(keys) > 0 {
		t.Errorf("the index still has %q, %v", keys, err)
	}
}

// A feeder that more is told than waits for it begins anew, and lacks nothing.
func TestFeederThatFellBehindCatchesUp(t *testing.T) {
	s := openTest(t, t.TempDir())
	for i := range int64(50) {
		if err := s.log.Append(t.Context(), []*rooms.Event{textOf("general", i+1, "ann", "steady")}); err != nil {
			t.Fatal(err)
		}
		s.file.hub.mu.Lock()
		for _, w := range s.file.hub.watchers {
			w.end(errBehind)
		}
		s.file.hub.mu.Unlock()
	}
	for {
		err := s.file.search.settle(t.Context())
		if err == nil {
			break
		}
		if t.Context().Err() != nil || errors.Is(err, errClosed()) {
			t.Fatal(err)
		}
	}
	if keys, err := s.file.search.find(t.Context(), rooms.SearchTerm{Words: []string{"steady"}}, 100); err != nil || len(keys) != 50 {
		t.Errorf("found %d of 50, %v", len(keys), err)
	}
}

// TestTheIndexIsWrittenOncePerWhileNotPerCommit counts the writes of the index over commits that come one by one, as in
// a chat where people talk, and finds all of them at once all the same.
func TestTheIndexIsWrittenOncePerWhileNotPerCommit(t *testing.T) {
	s := openTest(t, t.TempDir())
	feed := s.file.search
	if err := feed.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	writes := func() uint64 { return feed.index.files.StatsMap()["TotBatches"].(uint64) }
	before, begun := writes(), time.Now()
	const commits = 100
	for seq := int64(1); seq <= commits; seq++ {
		if err := s.Rooms().Log.Append(t.Context(), []*rooms.Event{textOf("general", seq, "alice", "said once")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := feed.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	// One for each while that has begun, and one for the search that does not wait for the end of it.
	most := uint64(time.Since(begun)/feedEvery) + 2
	if n := writes() - before; n > most {
		t.Errorf("%d commits wrote the index %d times, want at most %d", commits, n, most)
	}
	keys, err := feed.find(t.Context(), rooms.SearchTerm{Words: []string{"once"}}, commits)
	if err != nil || len(keys) != commits {
		t.Errorf("%d of %d are found, %v", len(keys), commits, err)
	}
}
