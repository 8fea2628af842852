package embedded_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

const searchFolder = "search"

// patience bounds a failure only.
const searchPatience = 30 * time.Second

// held gives the events that the index has for a word, by room and seq.
func held(t *testing.T, store rooms.Store, word string) []string {
	t.Helper()
	term := rooms.SearchTerm{Words: []string{word}}
	end := time.Now().Add(searchPatience)
	found, err := store.Searcher.Holding(t.Context(), term, 1<<30)
	for errors.Is(err, rooms.ErrTooMany) && time.Now().Before(end) {
		found, err = store.Searcher.Holding(t.Context(), term, 1<<30)
	}
	if err != nil {
		t.Fatalf("holding %s: %v", word, err)
	}
	var places []string
	for _, e := range found {
		places = append(places, fmt.Sprint(e.RoomID, " ", e.Seq))
	}
	slices.Sort(places)
	return places
}

// inLog gives the same by reading the log.
func inLog(t *testing.T, store rooms.Store, word string) []string {
	t.Helper()
	ids, err := store.Archive.LogRooms(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, room := range ids {
		for after := int64(0); ; {
			events, err := store.Log.Since(t.Context(), room, after, rooms.Page{Events: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if len(events) == 0 {
				break
			}
			for _, e := range events {
				says := e.Type == rooms.TypeMessage || e.Type == rooms.TypeEdit
				if says && slices.Contains(rooms.SearchTerms(e.Text), word) {
					places = append(places, fmt.Sprint(e.RoomID, " ", e.Seq))
				}
			}
			after = events[len(events)-1].Seq
		}
	}
	slices.Sort(places)
	return places
}

// filled makes a data folder with a log and its index, and gives its path.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	o := open(t, dir)
	for _, room := range []rooms.RoomID{"general", "other"} {
		if err := o.Store.Log.Append(t.Context(), storetest.Messages(room, 1, 300)); err != nil {
			t.Fatal(err)
		}
	}
	if got := held(t, o.Store, "message"); len(got) != 600 {
		t.Fatalf("the index has %d of 600", len(got))
	}
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSearchIndexIsMadeAnew(t *testing.T) {
	each := func(dir, pattern string, do func(file string) error) error {
		files, err := filepath.Glob(filepath.Join(dir, searchFolder, pattern))
		if err != nil || len(files) == 0 {
			return fmt.Errorf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			if err := do(file); err != nil {
				return err
			}
		}
		return nil
	}
	garbage := func(file string) error { return os.WriteFile(file, []byte("this is no index"), 0o600) }
	for name, harm := range map[string]func(dir string) error{
		"nothing":         func(string) error { return nil },
		"missing":         func(dir string) error { return os.RemoveAll(filepath.Join(dir, searchFolder)) },
		"no root":         func(dir string) error { return each(dir, "root.bolt", os.Remove) },
		"root is garbage": func(dir string) error { return each(dir, "root.bolt", garbage) },
		"root is cut": func(dir string) error {
			return each(dir, "root.bolt", func(f string) error { return os.Truncate(f, 100) })
		},
		"parts are gone":   func(dir string) error { return each(dir, "*.zap", os.Remove) },
		"parts are empty":  func(dir string) error { return each(dir, "*.zap", func(f string) error { return os.Truncate(f, 0) }) },
		"parts are short":  func(dir string) error { return each(dir, "*.zap", func(f string) error { return os.Truncate(f, 64) }) },
		"parts are rubble": func(dir string) error { return each(dir, "*.zap", garbage) },
		"a file in its place": func(dir string) error {
			path := filepath.Join(dir, searchFolder)
			return errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			if err := harm(dir); err != nil {
				t.Fatal(err)
			}
			o := open(t, dir)
			if got, want := held(t, o.Store, "message"), inLog(t, o.Store, "message"); !slices.Equal(got, want) {
				t.Errorf("the index has %d of %d", len(got), len(want))
			}
		})
	}
}

// The index of another log says nothing of this one, even where the numbers would fit.
func TestSearchIndexOfAnotherLog(t *testing.T) {
	one, other := filled(t), filled(t)
	foreign := filepath.Join(other, searchFolder)
	if err := errors.Join(os.RemoveAll(filepath.Join(one, searchFolder)), os.Rename(foreign, filepath.Join(one, searchFolder))); err != nil {
		t.Fatal(err)
	}
	o := open(t, one)
	extra := storetest.Message("general", 301)
	extra.Text = "unheard"
	if err := o.Store.Log.Append(t.Context(), []*rooms.Event{extra}); err != nil {
		t.Fatal(err)
	}
	if got := held(t, o.Store, "unheard"); !slices.Equal(got, []string{"general 301"}) {
		t.Errorf("found %v", got)
	}
	if got := held(t, o.Store, "message"); len(got) != 600 {
		t.Errorf("the index has %d of 600", len(got))
	}
}

// An import fills a room from below, behind what the index has of it.
func TestWhatIsAppendedBehindTheIndexIsFoundAfterTheNextStart(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	append := func(first, n int64) {
		t.Helper()
		if err := o.Store.Log.Append(t.Context(), storetest.Messages("general", first, int(n))); err != nil {
			t.Fatal(err)
		}
	}
	append(11, 5)
	if got := held(t, o.Store, "message"); len(got) != 5 {
		t.Fatalf("the index has %d of 5", len(got))
	}
	append(1, 10)
	for start := range 2 {
		o = o.Reopen(t)
		if got, want := held(t, o.Store, "message"), inLog(t, o.Store, "message"); len(want) != 15 || !slices.Equal(got, want) {
			t.Errorf("after start %d the index has %d of %d", start+1, len(got), len(want))
		}
	}
}

func TestWithoutSearchThereIsNoIndex(t *testing.T) {
	dir := filled(t)
	store, err := embedded.Open(embedded.Options{Dir: dir, NoSearch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, store)
	if store.Rooms().Searcher != nil {
		t.Error("there is a search")
	}
	if _, err := os.Stat(filepath.Join(dir, searchFolder)); !os.IsNotExist(err) {
		t.Errorf("the index is still there: %v", err)
	}
	if _, err := store.Rooms().Eraser.Erase(t.Context(), "ann"); err != nil {
		t.Errorf("erase: %v", err)
	}
}

// After each kill the index has what the log has, no more and no less.
func TestSearchIndexSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	for life := range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childKilled+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < acksPerLife && lines.Scan(); n++ {
			if !strings.HasPrefix(lines.Text(), "ack") {
				t.Fatalf("life %d: the child says %q", life, lines.Text())
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		child.Wait() // its error says only that it was killed
		o := open(t, dir)
		got, want := held(t, o.Store, "message"), inLog(t, o.Store, "message")
		if len(want) < acksPerLife/2 || !slices.Equal(got, want) {
			t.Errorf("life %d: the index has %d of %d", life, len(got), len(want))
		}
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
