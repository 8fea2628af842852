package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
	"roomstream/server/socketio"
)

// streamEvent is a stream_event's payload as the tests below look at it.
type streamEvent struct {
	ID     string
	After  string
	Change struct {
		OperationType string
		FullDocument  struct{ N int }
	}
}

// streamsApps gives two instances with the stream posts/all, open to everybody, and its collection. To come back to the
// second is to be given all that was missed by one that has not heard of it yet.
func streamsApps(t *testing.T, sockets socketio.Options) (app, other *apptest.App, posts *mongo.Collection) {
	t.Helper()
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t), Sockets: sockets}
	app = apptest.Start(t, o)
	admin := app.TokenFor(auth.User{ID: "root", Name: "root", Roles: []string{auth.RoleAdmin}}, time.Hour)
	status, answer := request(t, http.MethodPut, app.URL+"/api/streams/posts/all", admin, `{"access":{"public":true}}`)
	if status != http.StatusCreated {
		t.Fatalf("posts/all is answered %d %s", status, answer)
	}
	return app, apptest.Start(t, o), collection(t, mongod.URI, o.Database).Database().Collection("posts")
}

// post inserts documents with n from first to last, each with a filling of so many bytes.
func post(t *testing.T, posts *mongo.Collection, first, last, size int) {
	t.Helper()
	const most = 16 << 20 // bytes of one insertMany, far below the protocol's 48 MB
	filling := strings.Repeat("x", size)
	var documents []bson.M
	for n := first; n <= last; n++ {
		documents = append(documents, bson.M{"n": n, "filling": filling})
		if len(documents)*(size+100) < most && n < last {
			continue
		}
		if _, err := posts.InsertMany(context.Background(), documents); err != nil {
			t.Fatal(err)
		}
		documents = nil
	}
}

// place opens posts/all, sees document 0 come, and returns where that leaves the client.
func place(t *testing.T, app *apptest.App, posts *mongo.Collection) string {
	t.Helper()
	c := apptest.Dial(t, app.URL, app.Token("alice"))
	defer c.Drop()
	c.Must("subscribe_stream", `{"uri":"posts/all"}`, nil)
	post(t, posts, 0, 0, 0)
	var e streamEvent
	if err := json.Unmarshal(c.WaitFor("stream_event", 1)[0].Body, &e); err != nil || e.After == "" {
		t.Fatalf("heard %+v, %v", e, err)
	}
	return e.After
}

// cameInOrder fails unless the events are the inserts from, from+1, … to, each once.
func cameInOrder(t *testing.T, events []apptest.Event, from, to int) {
	t.Helper()
	if len(events) != to-from+1 {
		t.Fatalf("%d events came, want %d", len(events), to-from+1)
	}
	for i, event := range events {
		var e streamEvent
		if err := json.Unmarshal(event.Body, &e); err != nil || e.Change.OperationType != "insert" || e.Change.FullDocument.N != from+i || e.After == "" {
			t.Fatalf("event %d is %.200s", i, event.Body)
		}
	}
}

// TestWhatWasMissedReachesOneSocketHoweverMuchItIs: many small events, a volume that is many times a socket's queue, and
// events that are each longer than that.
func TestWhatWasMissedReachesOneSocketHoweverMuchItIs(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, tt := range []struct {
		what        string
		count, size int // documents, and bytes of each
	}{
		{"many", 50_000, 0},
		{"much", 1_500, 20 << 10},
		{"large", 12, 3 << 20},
	} {
		t.Run(tt.what, func(t *testing.T) {
			app, other, posts := streamsApps(t, socketio.Options{})
			after := place(t, app, posts)
			post(t, posts, 1, tt.count, tt.size)

			c := apptest.Dial(t, other.URL, other.Token("alice"))
			c.Must("subscribe_stream", fmt.Sprintf(`{"uri":"posts/all","after":%q}`, after), nil)
			c.WaitFor("stream_event", tt.count)
			post(t, posts, tt.count+1, tt.count+1, 0)
			cameInOrder(t, c.WaitFor("stream_event", tt.count+1), 1, tt.count+1)
		})
	}
}

// TestWhoTakesNothingOfWhatWasMissedIsClosed: and does not hold up another who came back at the same time for longer than
// that takes.
func TestWhoTakesNothingOfWhatWasMissedIsClosed(t *testing.T) {
	t.Parallel()                      // it mostly waits
	const count, size = 600, 40 << 10 // far more than the kernel buffers
	app, other, posts := streamsApps(t, socketio.Options{WriteTimeout: time.Minute})
	after := place(t, app, posts)
	post(t, posts, 1, count, size)
	subscribe := fmt.Sprintf(`{"uri":"posts/all","after":%q}`, after)

	stalled := apptest.Dial(t, other.URL, other.Token("alice"))
	opened, resume := make(chan struct{}), make(chan struct{})
	readOn := sync.OnceFunc(func() { close(resume) })
	t.Cleanup(readOn) // or it would never end
	stalled.Ask("subscribe_stream", subscribe, func(json.RawMessage) {
		close(opened)
		<-resume // its reader stands still
	})
	<-opened
	started := time.Now()
	good := apptest.Dial(t, other.URL, other.Token("bob"))
	good.Must("subscribe_stream", subscribe, nil)
	cameInOrder(t, good.WaitFor("stream_event", count), 1, count)

	// The stalled one is closed for it, and learns that when it reads on.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for gone := false; !gone; <-tick.C {
		var presence struct{ Users []struct{ Status string } }
		good.Must("get_presence", `{"userIds":["alice"]}`, &presence)
		gone = presence.Users[0].Status == "offline"
		if time.Since(started) > apptest.Patience {
			t.Fatal("it is not closed")
		}
	}
	readOn()
	if code, reason := stalled.Closed(); code != 1013 || reason != "slow" {
		t.Errorf("it is closed with %d %q", code, reason)
	}
	if heard := len(stalled.Named("stream_event")); heard >= count {
		t.Errorf("it was told all %d events", heard)
	}
}
