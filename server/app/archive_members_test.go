package app_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// mine is a room as ready and open_direct tell of it.
type mine struct {
	ID, Role, Type   string
	ReadSeq, LastSeq int64
	Unread, Mentions int
	Alerts           struct{ Level, MutedUntil string }
}

func roomsOf(t *testing.T, c *apptest.Client) map[string]mine {
	t.Helper()
	var ready struct{ Rooms []mine }
	if err := json.Unmarshal(c.WaitFor("ready", 1)[0].Body, &ready); err != nil {
		t.Fatal(err)
	}
	found := map[string]mine{}
	for _, room := range ready.Rooms {
		found[room.ID] = room
	}
	return found
}

// What somebody is in a room, what he has read, and who was put out go along with the log.
func TestMembersMoveToMongoDB(t *testing.T) {
	t.Parallel() // it mostly waits
	small := apptest.Options{Dir: t.TempDir()}
	before := apptest.Start(t, small)
	alice := apptest.Dial(t, before.URL, before.Token("alice"))
	alice.Must("create_room", `{"id":"staff","name":"Staff","type":"private","clientId":"k1"}`, nil)
	alice.Must("set_member", `{"roomId":"staff","userId":"bob","role":"moderator"}`, nil)
	alice.Must("set_member", `{"roomId":"staff","userId":"eve","role":"member"}`, nil)
	alice.Must("set_member", `{"roomId":"staff","userId":"eve","role":null}`, nil)
	alice.Must("update_room", `{"roomId":"staff","topic":"moving","receipts":true}`, nil)
	alice.Must("send_message", `{"roomId":"staff","text":"one"}`, nil)
	var last struct{ Seq int64 }
	alice.Must("send_message", `{"roomId":"staff","text":"two"}`, &last)
	bob := apptest.Dial(t, before.URL, before.Token("bob"))
	bob.Must("set_alerts", `{"roomId":"staff","level":"nothing","mutedUntil":"2999-01-01T00:00:00Z"}`, nil)
	bob.Must("mark_read", `{"roomId":"staff","seq":6}`, nil)
	var direct struct{ Room mine }
	bob.Must("open_direct", `{"userId":"alice"}`, &direct)
	bob.Must("send_message", `{"roomId":"`+direct.Room.ID+`","text":"psst"}`, nil)
	again := apptest.Dial(t, before.URL, before.Token("bob"))
	was := roomsOf(t, again)
	if was["staff"].Unread != 1 || was["staff"].Role != "moderator" || was["staff"].Alerts.Level != "nothing" || len(was) != 2 {
		t.Fatalf("before the move bob has %+v", was)
	}
	before.Stop()

	file := filepath.Join(t.TempDir(), "backup.ndjson")
	env, args := storeArgs(small)
	if o := run(t, env, append([]string{"verify"}, args...)...); o.err != nil {
		t.Errorf("verify before the move: %v, %q", o.err, o.stdout)
	}
	if o := run(t, env, append([]string{"export", "-out", file}, args...)...); o.err != nil {
		t.Fatalf("export: %v, %q", o.err, o.stderr)
	}
	mongod := mongotest.Shared(t)
	large := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	env, args = storeArgs(large)
	if o := run(t, env, append([]string{"import", "-in", file}, args...)...); o.err != nil {
		t.Fatalf("import: %v, %q", o.err, o.stdout)
	}
	if o := run(t, env, append([]string{"verify"}, args...)...); o.err != nil || !strings.Contains(o.stdout, "as they must be") {
		t.Errorf("verify after the move: %v, %q", o.err, o.stdout)
	}

	after := apptest.Start(t, large)
	bob = apptest.Dial(t, after.URL, after.Token("bob"))
	if is := roomsOf(t, bob); len(is) != len(was) || is["staff"] != was["staff"] || is[direct.Room.ID] != was[direct.Room.ID] {
		t.Errorf("after the move bob has\n%+v, had\n%+v", is, was)
	}
	eve := apptest.Dial(t, after.URL, after.Token("eve"))
	wantCode(t, eve, "join_room", `{"roomId":"staff"}`, "NOT_FOUND") // she was taken out
	alice = apptest.Dial(t, after.URL, after.Token("alice"))
	var made struct {
		Room struct{ ID, Topic, Role string }
	}
	alice.Must("create_room", `{"id":"staff","name":"Staff","type":"private","clientId":"k1"}`, &made)
	if made.Room.ID != "staff" || made.Room.Topic != "moving" || made.Room.Role != "owner" {
		t.Errorf("the room that alice made before is %+v", made)
	}
	var changed struct{ Seq int64 }
	alice.Must("set_member", `{"roomId":"staff","userId":"dan","role":"reader"}`, &changed)
	if changed.Seq != last.Seq+1 {
		t.Errorf("the next change has seq %d, want %d", changed.Seq, last.Seq+1)
	}
}
