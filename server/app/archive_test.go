package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// Somebody begins with the embedded store and moves to MongoDB: clients go on with the
// numbers they have.
func TestAClientsCursorSurvivesTheMoveToMongoDB(t *testing.T) {
	t.Parallel() // it mostly waits
	small := apptest.Options{Dir: t.TempDir()}
	before := apptest.Start(t, small)
	alice := apptest.Dial(t, before.URL, before.Token("alice"))
	for i := range 10 {
		alice.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":"text %d","clientId":"c%d"}`, i, i), nil)
	}
	alice.Must("edit_message", `{"roomId":"general","seq":2,"text":"edited"}`, nil)
	logID := idOf(t, alice)
	before.Stop()

	file := filepath.Join(t.TempDir(), "backup.ndjson")
	env, args := storeArgs(small)
	if o := run(t, env, append([]string{"export", "-out", file}, args...)...); o.err != nil || !strings.Contains(o.stderr, "1 rooms, 11 events") {
		t.Fatalf("export: %v, %q", o.err, o.stderr)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	mongod := mongotest.Shared(t)
	large := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	env, args = storeArgs(large)
	if o := run(t, env, append([]string{"import", "-in", file}, args...)...); o.err != nil || !strings.Contains(o.stdout, "1 rooms, 11 events") {
		t.Fatalf("import: %v, %q", o.err, o.stdout)
	}
	if o := run(t, env, append([]string{"verify"}, args...)...); o.err != nil || !strings.Contains(o.stdout, "as they must be") {
		t.Errorf("verify: %v, %q", o.err, o.stdout)
	}
	after := apptest.Start(t, large)
	alice = apptest.Dial(t, after.URL, after.Token("alice"))
	if id := idOf(t, alice); id != logID {
		t.Errorf("the log is %s, was %s", id, logID)
	}
	var joined struct {
		LastSeq int64
		Events  []struct {
			Seq  int64
			Text string
		}
	}
	alice.Must("join_room", `{"roomId":"general","since":8}`, &joined)
	if joined.LastSeq != 11 || len(joined.Events) != 3 || joined.Events[0].Text != "text 8" || joined.Events[2].Text != "edited" {
		t.Errorf("joined %+v", joined)
	}
	var sent struct {
		Seq       int64
		Duplicate bool
	}
	alice.Must("send_message", `{"roomId":"general","text":"text 3","clientId":"c3"}`, &sent)
	if sent.Seq != 4 || !sent.Duplicate {
		t.Errorf("a send that the old store acked: %+v", sent)
	}
	alice.Must("send_message", `{"roomId":"general","text":"goes on"}`, &sent)
	if sent.Seq != 12 {
		t.Errorf("the next is %d, want 12", sent.Seq)
	}
}

// idOf reads the log's id out of a client's ready.
func idOf(t *testing.T, c *apptest.Client) string {
	t.Helper()
	body := string(c.WaitFor("ready", 1)[0].Body)
	_, rest, _ := strings.Cut(body, `"logId":"`)
	id, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no logId in %s", body)
	}
	return id
}

func TestArchivesNeedTheEmbeddedStoreForThemselves(t *testing.T) {
	t.Parallel() // it mostly waits
	o := apptest.Options{Dir: t.TempDir()}
	env, args := storeArgs(o)
	running := apptest.Start(t, o)
	for _, command := range []string{"export", "verify", "rebuild"} {
		run(t, env, append([]string{command}, args...)...).fails(t, "-data-dir", "another process", "stop")
	}
	running.Stop()
	if o := run(t, env, append([]string{"export"}, args...)...); o.err != nil || !strings.HasPrefix(o.stdout, `{"roomstream":{"version":3,`) {
		t.Errorf("export: %v, %q", o.err, o.stdout)
	}
	run(t, env, append([]string{"import", "-in", filepath.Join(t.TempDir(), "none")}, args...)...).fails(t, "-in", "no such file")
	run(t, env, append([]string{"export", "-room", "nowhere"}, args...)...).fails(t, "nowhere", "no such room")
	run(t, env, append([]string{"export", "-out", t.TempDir()}, args...)...).fails(t, "-out", "no plain file", "standard output")
}

// verify exits with an error where a document was taken out by hand, and rebuild makes
// it good, beside a server that runs.
func TestVerifyAndRebuildOnMongoDB(t *testing.T) {
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	running := apptest.Start(t, o)
	alice := apptest.Dial(t, running.URL, running.Token("alice"))
	for i := range 5 {
		alice.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":"text %d"}`, i), nil)
	}
	if _, err := collection(t, o.MongoDBURI, o.Database).DeleteOne(t.Context(), bson.D{{Key: "seq", Value: 3}}); err != nil {
		t.Fatal(err)
	}
	env, args := storeArgs(o)
	verified := run(t, env, append([]string{"verify"}, args...)...)
	verified.fails(t, "1 differences in 1 rooms")
	if !strings.Contains(verified.stdout, "room general: seq 3 to 3 are missing\n") {
		t.Errorf("verify printed %q", verified.stdout)
	}
	if o := run(t, env, append([]string{"rebuild"}, args...)...); o.err != nil || !strings.Contains(o.stdout, "repaired: room general: seq 3 to 3 are missing\n") {
		t.Errorf("rebuild: %v, %q", o.err, o.stdout)
	}
	if o := run(t, env, append([]string{"verify"}, args...)...); o.err != nil {
		t.Errorf("verify again: %v, %q", o.err, o.stdout)
	}
}
