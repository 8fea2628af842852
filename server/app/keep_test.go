package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// storeArgs are a command's environment and flags for the store of the options.
func storeArgs(o apptest.Options) (map[string]string, []string) {
	env := map[string]string{"ROOMSTREAM_JWT_SECRET": apptest.Secret, "ROOMSTREAM_MONGODB_URI": o.MongoDBURI}
	if o.MongoDBURI == "" {
		return env, []string{"-data-dir", o.Dir}
	}
	return env, []string{"-mongodb-database", o.Database}
}

// replayed asks an instance for all it has of a room.
func replayed(t *testing.T, a *apptest.App, room string) string {
	t.Helper()
	ack, err := apptest.Dial(t, a.URL, a.Token("reader")).Call("sync", fmt.Sprintf(`{"rooms":{%q:0}}`, room))
	if err != nil {
		t.Fatal(err)
	}
	return string(ack)
}

func TestErasureOfAUserReachesEveryInstance(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	first, second := apptest.Start(t, o), apptest.Start(t, o)
	env, args := storeArgs(o)
	made := run(t, env, append([]string{"account", "add", "-name", "Ann"}, args...)...)
	if made.err != nil {
		t.Fatal(made.err)
	}
	id := made.stdout[strings.Index(made.stdout, "(")+1 : strings.Index(made.stdout, ")")]
	_, password, _ := strings.Cut(strings.TrimSpace(made.stdout), "shown only now: ")
	login := fmt.Sprintf(`{"name":"Ann","password":%q}`, password)
	status, answer := request(t, "POST", first.URL+"/api/auth/login", "", login)
	if status != http.StatusOK {
		t.Fatalf("login: %d %s", status, answer)
	}
	token := answer[strings.Index(answer, `"token":"`)+9:]
	token = token[:strings.Index(token, `"`)]

	ann := apptest.Dial(t, first.URL, token)
	watcher := apptest.Dial(t, second.URL, second.Token("watcher"))
	watcher.Must("join_room", `"general"`, nil)
	for i := range 20 {
		ann.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":"secret %d","data":{"secret":%d}}`, i, i), nil)
	}
	ann.Must("edit_message", `{"roomId":"general","seq":1,"text":"secret too"}`, nil)
	for _, a := range []*apptest.App{first, second} {
		if got := replayed(t, a, "general"); strings.Count(got, "secret") < 40 {
			t.Fatalf("before: %s", got)
		}
	}

	erased := run(t, env, append([]string{"erase", "-user", id}, args...)...)
	if erased.err != nil || !strings.Contains(erased.stdout, "20 messages deleted") {
		t.Fatalf("erase: %v, %q, %q", erased.err, erased.stdout, erased.stderr)
	}
	if code, reason := ann.Closed(); code != 4003 || reason != "revoked" {
		t.Errorf("the user's socket was closed with %d %q", code, reason)
	}
	watcher.WaitFor("message_deleted", 20)
	for i, a := range []*apptest.App{first, second} {
		if got := replayed(t, a, "general"); strings.Contains(got, "secret") || strings.Contains(got, "Ann") || strings.Count(got, `"deleted":true`) != 21 {
			t.Errorf("instance %d still replays %s", i, got)
		}
		status, history := request(t, "GET", a.URL+"/api/rooms/general/messages?limit=100", a.Token("reader"), "")
		if status != http.StatusOK || strings.Contains(history, "secret") || strings.Contains(history, "Ann") {
			t.Errorf("instance %d: history is %d %s", i, status, history)
		}
	}
	if status, answer := request(t, "POST", first.URL+"/api/auth/login", "", login); status != http.StatusUnauthorized {
		t.Errorf("the account still signs in: %d %s", status, answer)
	}
	run(t, env, append([]string{"erase"}, args...)...).fails(t, "-user")
}

func TestErasureAndRetentionNeedTheEmbeddedStoreForThemselves(t *testing.T) {
	t.Parallel() // it mostly waits
	o := apptest.Options{Dir: t.TempDir()}
	env, args := storeArgs(o)
	running := apptest.Start(t, o)
	alice := apptest.Dial(t, running.URL, running.Token("alice"))
	alice.Must("send_message", `{"roomId":"general","text":"secret"}`, nil)
	run(t, env, append([]string{"erase", "-user", "alice"}, args...)...).fails(t, "-data-dir", "another process", "stop")
	run(t, env, append([]string{"retention", "-room", "general", "-keep", "720h"}, args...)...).fails(t, "-data-dir", "another process", "stop")
	running.Stop()

	if o := run(t, env, append([]string{"retention", "-room", "general", "-keep", "720h"}, args...)...); o.err != nil || !strings.Contains(o.stdout, "720h") {
		t.Errorf("retention: %v, %q", o.err, o.stdout)
	}
	run(t, env, append([]string{"retention", "-room", "nowhere", "-keep", "720h"}, args...)...).fails(t, "nowhere", "no such room")
	run(t, env, append([]string{"retention", "-room", "general", "-keep", "30"}, args...)...).fails(t, "-keep", "720h")
	run(t, env, append([]string{"retention", "-keep", "720h"}, args...)...).fails(t, "-room")
	if o := run(t, env, append([]string{"erase", "-user", "alice"}, args...)...); o.err != nil || !strings.Contains(o.stdout, "1 messages deleted") {
		t.Errorf("erase: %v, %q", o.err, o.stdout)
	}
	again := apptest.Start(t, o)
	if got := replayed(t, again, "general"); strings.Contains(got, "secret") || !strings.Contains(got, `"deleted":true`) {
		t.Errorf("it is still there: %s", got)
	}
}

// An instance that stops answering, and so beats no more, is not waited for longer
// than it counts as live.
func TestErasureDoesNotWaitForAnInstanceThatIsGone(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	apptest.Start(t, o)
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: o.MongoDBURI, Database: o.Database})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(context.Background())
	// Heartbeats of one that will never confirm, while the command looks who is there.
	stop := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		for range 30 {
			if err := store.Rooms().Stream.Beat(context.Background(), "dying"); err != nil {
				t.Error(err)
			}
			select {
			case <-time.After(100 * time.Millisecond):
			case <-stop:
				return
			}
		}
	})
	defer beating.Wait()
	defer close(stop)
	env, args := storeArgs(o)
	erased := run(t, env, append([]string{"erase", "-user", "nobody"}, args...)...)
	if erased.err != nil || !strings.Contains(erased.stdout, "0 messages deleted") {
		t.Errorf("erase: %v, %q", erased.err, erased.stdout)
	}
	if !strings.Contains(erased.stderr, "1 instances have not confirmed yet") {
		t.Errorf("it was not waited for at all: %q", erased.stderr)
	}
}

func TestTheServersRetentionIsAtLeastAMinute(t *testing.T) {
	run(t, nil, "serve", "-retention", "1s", "-data-dir", t.TempDir()).fails(t, "-retention", "at least 1m")
	run(t, nil, "serve", "-retention", "30 days", "-data-dir", t.TempDir()).fails(t, "-retention", "720h")
}
