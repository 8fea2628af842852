package app_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// speaker says one thing after another in the room general, each acked before the next, until it is told to stop.
type speaker struct {
	client *apptest.Client
	acked  atomic.Int64 // the last number that was acked
	stop   atomic.Bool
	ended  chan error
}

func newSpeaker(c *apptest.Client) *speaker {
	s := &speaker{client: c, ended: make(chan error, 1)}
	go func() { s.ended <- s.speak() }()
	return s
}

func (s *speaker) speak() error {
	for next := int64(1); !s.stop.Load(); next++ {
		ack, err := s.client.Call("send_message", fmt.Sprintf(`{"roomId":"general","text":"text %d","clientId":"c%d"}`, next, next))
		if err != nil {
			return err
		}
		if !strings.Contains(string(ack), fmt.Sprintf(`"seq":%d,`, next)) && !strings.Contains(string(ack), fmt.Sprintf(`"seq":%d}`, next)) {
			return fmt.Errorf("the ack of message %d is %s", next, ack)
		}
		s.acked.Store(next)
	}
	return nil
}

// await returns when this many messages are acked.
func (s *speaker) await(t *testing.T, seq int64) {
	t.Helper()
	deadline := time.After(apptest.Patience)
	for s.acked.Load() < seq {
		select {
		case err := <-s.ended:
			t.Fatalf("after %d messages the speaker ended: %v", s.acked.Load(), err)
		case <-deadline:
			t.Fatalf("%d messages are acked, want %d", s.acked.Load(), seq)
		case <-time.After(time.Millisecond):
		}
	}
}

// A backup of an instance that serves, restored into an empty database, is a sound log up to a number, with all that was
// acked before the backup began. Who was not further than it goes on where he is, who was is told.
func TestABackupOfALiveInstanceIsRestored(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	live := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	before := apptest.Start(t, live)
	alice := apptest.Dial(t, before.URL, before.Token("alice"))
	logID := idOf(t, alice)
	const least = 20 // messages before, so that there is something to read anew
	speaking := newSpeaker(alice)
	speaking.await(t, least)

	file := filepath.Join(t.TempDir(), "backup.ndjson")
	env, args := storeArgs(live)
	sure := speaking.acked.Load()
	if o := run(t, env, append([]string{"export", "-out", file}, args...)...); o.err != nil {
		t.Fatalf("export: %v, %q", o.err, o.stderr)
	}
	// The backup can hold one message more than was acked when it ended; now there is one that it cannot hold.
	speaking.await(t, speaking.acked.Load()+2)
	speaking.stop.Store(true)
	if err := <-speaking.ended; err != nil {
		t.Fatal(err)
	}
	last := speaking.acked.Load()
	before.Stop()

	restored := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	env, args = storeArgs(restored)
	for _, command := range [][]string{{"import", "-in", file}, {"verify"}} {
		if o := run(t, env, append(command, args...)...); o.err != nil {
			t.Fatalf("%s: %v, %q, %q", command[0], o.err, o.stdout, o.stderr)
		}
	}
	after := apptest.Start(t, restored)
	alice = apptest.Dial(t, after.URL, after.Token("alice"))
	if id := idOf(t, alice); id != logID {
		t.Errorf("the log is %s, was %s", id, logID)
	}
	type join struct {
		LastSeq int64
		Reset   *struct{ Reason string }
		Events  []struct {
			Seq  int64
			Text string
		}
	}
	var now, goesOn join
	alice.Must("join_room", `{"roomId":"general"}`, &now)
	end := now.LastSeq
	if end < sure || end >= last {
		t.Fatalf("restored up to %d, of %d acked before and %d after", end, sure, last)
	}
	const behind = 10 // messages; fewer than there are, and than one answer holds
	alice.Must("join_room", fmt.Sprintf(`{"roomId":"general","since":%d}`, end-behind), &goesOn)
	if goesOn.Reset != nil || len(goesOn.Events) != behind {
		t.Fatalf("who was %d messages behind is given %+v", behind, goesOn)
	}
	for i, e := range goesOn.Events {
		if want := end - behind + int64(i) + 1; e.Seq != want || e.Text != fmt.Sprintf("text %d", want) {
			t.Errorf("event %d is %+v, want %d", i, e, want)
		}
	}
	var beyond join
	apptest.Dial(t, after.URL, after.Token("bob")).Must("join_room", fmt.Sprintf(`{"roomId":"general","since":%d}`, last), &beyond)
	if beyond.Reset == nil || beyond.Reset.Reason != "ahead" {
		t.Errorf("who had read further is told %+v", beyond.Reset)
	}
	// What the old store acked behind the backup is gone: sent again, it is the next message; what the backup holds is not.
	var sent struct {
		Seq       int64
		Duplicate bool
	}
	alice.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":"text %d","clientId":"c%d"}`, last, last), &sent)
	if sent.Seq != end+1 || sent.Duplicate {
		t.Errorf("a message that was lost is stored as %+v, want %d", sent, end+1)
	}
	alice.Must("send_message", `{"roomId":"general","text":"text 1","clientId":"c1"}`, &sent)
	if sent.Seq != 1 || !sent.Duplicate {
		t.Errorf("a message that the backup holds is stored as %+v", sent)
	}
}
