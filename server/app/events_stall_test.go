package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// TestMongodStoppedFor10s: sends answer TIMEOUT or UNAVAILABLE, or nothing under retry "silent", and sending again with
// the same clientId stores each once; /readyz is red, and everything recovers.
func TestMongodStoppedFor10s(t *testing.T) {
	t.Parallel() // it mostly waits
	const stall = 10 * time.Second
	mongod := mongotest.Start(t)
	app := apptest.Start(t, apptest.Options{
		MongoDBURI: mongod.URI, Database: mongod.Database(t), Configure: func(c *app.Config) { c.SendTimeout = app.DefaultConfig().SendTimeout },
	})
	spoken := apptest.Dial(t, app.URL, app.Token("alice"))
	silent := apptest.DialAuth(t, app.URL, fmt.Sprintf(`{"token":%q,"retry":"silent"}`, app.Token("bob")))
	witness := apptest.Dial(t, app.URL, app.Token("carol"))
	witness.Must("join_room", `"general"`, nil)
	spoken.Must("send_message", `{"roomId":"general","text":"before","clientId":"c0"}`, nil)
	becomes(t, app, http.StatusOK)

	mongod.Pause(t)
	over := time.After(stall)
	var silentAcks atomic.Int32
	silent.Ask("send_message", `{"roomId":"general","text":"from bob","clientId":"c1"}`, func(json.RawMessage) { silentAcks.Add(1) })
	ack, err := spoken.Call("send_message", `{"roomId":"general","text":"from alice","clientId":"c1"}`)
	if err != nil { // it came while the database still stood still
		t.Errorf("the send was not answered: %v", err)
	}
	var body struct {
		Error struct {
			Code      string
			Retryable bool
		}
	}
	if json.Unmarshal(ack, &body) != nil || body.Error.Code != "TIMEOUT" && body.Error.Code != "UNAVAILABLE" || !body.Error.Retryable {
		t.Errorf("acked with %s", ack)
	}
	becomes(t, app, http.StatusServiceUnavailable)
	<-over
	if n := silentAcks.Load(); n != 0 {
		t.Error("acked under retry: silent")
	}

	mongod.Resume(t)
	spoken.Must("send_message", `{"roomId":"general","text":"from alice","clientId":"c1"}`, nil)
	silent.Must("send_message", `{"roomId":"general","text":"from bob","clientId":"c1"}`, nil)
	becomes(t, app, http.StatusOK)
	spoken.Must("send_message", `{"roomId":"general","text":"after","clientId":"c2"}`, nil)
	heardInOrder(t, "the witness", witness.WaitFor("new_message", 4), 1, 4)
	var page struct{ Messages []struct{ Text string } }
	spoken.Must("get_history", `{"roomId":"general"}`, &page)
	var texts []string
	for _, m := range page.Messages {
		texts = append(texts, m.Text)
	}
	for _, text := range []string{"before", "from alice", "from bob", "after"} {
		if strings.Count(strings.Join(texts, "|")+"|", text+"|") != 1 {
			t.Errorf("the history is %q: %q is not in it once", texts, text)
		}
	}
}

// becomes waits until /readyz answers with a status.
func becomes(t *testing.T, app *apptest.App, status int) {
	t.Helper()
	client := http.Client{Timeout: apptest.Patience}
	defer client.CloseIdleConnections()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.After(apptest.Patience)
	for {
		resp, err := client.Get(app.URL + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == status {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("/readyz does not become %d", status)
		}
	}
}
