package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// A search index whose files are damaged is made anew, and what its library says of them is
// in the log's own form.
func TestALibraryLogsInTheFormOfTheLog(t *testing.T) {
	dir := t.TempDir()
	kept, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Rooms().Archive.PutRoom(t.Context(), rooms.Room{ID: "general", Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	message := rooms.Event{RoomID: "general", Seq: 1, Author: "ann", Text: "xyzzy"}
	if err := kept.Rooms().Log.Append(t.Context(), []*rooms.Event{&message}); err != nil {
		t.Fatal(err)
	}
	term := rooms.SearchTerm{Whole: []string{"xyzzy"}, Words: []string{"xyzzy"}}
	if err := awaitSearch(kept, term); err != nil {
		t.Fatal(err)
	}
	if err := kept.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(dir, "search", "*.zap"))
	if err != nil || len(parts) == 0 {
		t.Fatalf("the index has the files %v, %v", parts, err)
	}
	for _, part := range parts {
		if err := os.Remove(part); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	verify := exec.Command(self, "verify", "-data-dir", dir, "-log-format", "json")
	verify.Env = append(os.Environ(), asProgram+"=1")
	var said bytes.Buffer
	verify.Stderr = &said
	if err := verify.Run(); err != nil {
		t.Fatalf("verify: %v, %s", err, said.String())
	}
	for line := range strings.Lines(said.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
	if !strings.Contains(said.String(), `"msg":"a library says"`) {
		t.Errorf("the library is not heard: %q", said.String())
	}
	if kept, err = embedded.Open(embedded.Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer kept.Close(t.Context())
	if err := awaitSearch(kept, term); err != nil {
		t.Error(err)
	}
}

// awaitSearch returns when the index finds the one message.
func awaitSearch(kept *embedded.Store, term rooms.SearchTerm) error {
	var found []rooms.Event
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(time.Millisecond) {
		if found, err = kept.Rooms().Searcher.Holding(context.Background(), term, 10); err == nil && len(found) == 1 {
			return nil
		}
	}
	return fmt.Errorf("the index finds %d events, %v", len(found), err)
}
