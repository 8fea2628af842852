package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

// The test binary runs itself again as a child that uses the folder one of these names.
const (
	childKilled  = "ROOMSTREAM_TEST_APPEND_UNTIL_KILLED"
	childChanged = "ROOMSTREAM_TEST_CHANGE_UNTIL_KILLED"
	childFull    = "ROOMSTREAM_TEST_APPEND_UNTIL_FULL"
)

// diskSize is all that a child of childFull may write into one file, in bytes.
const diskSize = 20 << 20

// childMain does the work of a child, if this process is one, and ends it.
func childMain() {
	if dir := os.Getenv(childKilled); dir != "" {
		appendForEver(dir)
	}
	if dir := os.Getenv(childChanged); dir != "" {
		changeForEver(dir)
	}
	dir := os.Getenv(childFull)
	if dir == "" {
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // writing more is an error then, as on a full disk
	limit := syscall.Rlimit{Cur: diskSize, Max: diskSize}
	err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	if err == nil {
		err = fillUp(dir)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("stopped")
	os.Exit(0)
}

const (
	kills        = 6
	acksPerLife  = 300 // answered appends before a child is killed
	childRooms   = 8
	childBatch   = 7
	childRoomFmt = "room%d"
	trimmedRoom  = "trimmed"
)

// appendForEver appends to the rooms and prints a line for each durable event.
func appendForEver(dir string) {
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	log := store.Rooms().Log
	var out sync.Mutex
	var wg sync.WaitGroup
	for r := range childRooms {
		wg.Go(func() {
			room := rooms.RoomID(fmt.Sprintf(childRoomFmt, r))
			next := int64(1)
			newest, err := log.Newest(context.Background(), []rooms.RoomID{room}, 1)
			if err == nil && len(newest[room]) > 0 {
				next = newest[room][0].Seq + 1
			}
			for ; err == nil; next += childBatch {
				events := related(storetest.Messages(room, next, childBatch))
				if err = log.Append(context.Background(), events); err != nil {
					break
				}
				out.Lock()
				for _, e := range events {
					fmt.Printf("ack %s %d %s\n", e.RoomID, e.Seq, e.ID)
				}
				out.Unlock()
			}
			fmt.Println("error", err)
			os.Exit(1)
		})
	}
	wg.Go(func() { trimForEver(store.Rooms()) })
	wg.Wait()
}

// related makes a batch one of events of every kind that point at its first one.
func related(events []*rooms.Event) []*rooms.Event {
	first := events[0].Seq
	for i, t := range []rooms.EventType{rooms.TypeEdit, rooms.TypeReaction, rooms.TypeDelete} {
		events[i+1].Type, events[i+1].Target = t, first
	}
	for _, e := range events[3:] {
		e.Parent = first
	}
	return events
}

// trimForEver appends to a room, blanks what it appended and removes it again: each kill
// finds one of these under way.
func trimForEver(store rooms.Store) {
	ctx := context.Background()
	next := int64(1)
	newest, err := store.Log.Newest(ctx, []rooms.RoomID{trimmedRoom}, 1)
	if err == nil && len(newest[trimmedRoom]) > 0 {
		next = newest[trimmedRoom][0].Seq + 1
	}
	for ; err == nil; next += childBatch {
		if err = store.Log.Append(ctx, related(storetest.Messages(trimmedRoom, next, childBatch))); err != nil {
			break
		}
		if _, err = store.Trimmer.Blank(ctx, trimmedRoom, next, childBatch/2); err != nil {
			break
		}
		_, err = store.Trimmer.Remove(ctx, trimmedRoom, next-3, childBatch)
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// TestEveryAckSurvivesSIGKILL kills the process in the midst of its writes several
// times: what it had answered with success must be there, without holes, and the file
// must be whole.
func TestEveryAckSurvivesSIGKILL(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]string{} // "room seq" -> id
	for range kills {
		before := len(acked)
		last := runChild(t, childKilled+"="+dir, acked)
		if strings.HasPrefix(last, "error") || len(acked) < before+acksPerLife {
			t.Fatalf("the child answered %d times, and then %q", len(acked)-before, last)
		}
		checkFile(t, dir)
	}
	o := open(t, dir)
	left, err := o.Store.Log.Since(t.Context(), trimmedRoom, 0, rooms.Page{})
	if err != nil || len(left) == 0 || left[0].Seq == 1 {
		t.Fatalf("the room that was trimmed has %d events left, %v", len(left), err)
	}
	for i, e := range left {
		if e.Seq != left[0].Seq+int64(i) {
			t.Fatalf("%s: event %d has seq %d, the first has %d", trimmedRoom, i, e.Seq, left[0].Seq)
		}
	}
	for r := range childRooms {
		room := rooms.RoomID(fmt.Sprintf(childRoomFmt, r))
		events, err := o.Store.Log.Since(t.Context(), room, 0, rooms.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range events {
			if e.Seq != int64(i+1) {
				t.Fatalf("%s: event %d has seq %d", room, i, e.Seq)
			}
			key := fmt.Sprintf("%s %d", room, e.Seq)
			if id, ok := acked[key]; ok && id != e.ID.String() {
				t.Errorf("%s is event %s, %s was acked", key, e.ID, id)
			}
			delete(acked, key)
		}
	}
	if len(acked) > 0 {
		t.Errorf("%d acked events are lost: %v", len(acked), acked)
	}
}

// runChild runs a child, notes what it acks and kills it after acksPerLife lines if
// it has not ended by then. It returns the child's last whole line.
func runChild(t *testing.T, env string, acked map[string]string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer guard.Stop()
	last := ""
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) != 4 || f[0] != "ack" || len(f[3]) != 24 {
			last = lines.Text()
			continue // the child's end, or a line that the kill cut
		}
		acked[f[1]+" "+f[2]] = f[3]
		if n++; n == acksPerLife && !strings.HasPrefix(env, childFull) {
			cmd.Process.Kill()
		}
	}
	cmd.Wait() // its error says only that it was killed
	return last
}

// checkFile has bbolt verify every page, and the store that its keys and events agree.
func checkFile(t *testing.T, dir string) {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, store)
	faults, err := store.Rooms().Archive.Faults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}
