package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// onBothStores runs a test against a program of its own on every store.
func onBothStores(t *testing.T, test func(t *testing.T, app *apptest.App)) {
	stores(t, func(t *testing.T, o apptest.Options) { test(t, apptest.Start(t, o)) })
}

// twoInstances starts two programs on one database.
func twoInstances(t *testing.T) (first, second *apptest.App) {
	t.Helper()
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	return apptest.Start(t, o), apptest.Start(t, o)
}

// tokenFor makes a token that ends in ttl, or that ended so long ago.
func tokenFor(t *testing.T, sub string, ttl time.Duration) string {
	t.Helper()
	made := time.Now()
	if ttl < 0 {
		made, ttl = made.Add(ttl-time.Hour), time.Hour
	}
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(apptest.Secret), Now: func() time.Time { return made }})
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Issue(auth.User{ID: auth.UserID(sub), Name: sub}, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// wantCode fails unless an event is acked with an error of the code.
func wantCode(t *testing.T, c *apptest.Client, event, payload, code string) {
	t.Helper()
	ack, err := c.Call(event, payload)
	if err != nil {
		t.Fatal(err)
	}
	var body struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(ack, &body); err != nil || body.Error.Code != code || body.Error.Message == "" {
		t.Fatalf("%s %s is acked with %s, want %s", event, payload, ack, code)
	}
}

// heardInOrder fails unless the events are new_message from, from+1, … of one room, each once.
func heardInOrder(t *testing.T, who string, events []apptest.Event, from int64, n int) {
	t.Helper()
	if len(events) != n {
		t.Fatalf("%s heard %d messages, want %d", who, len(events), n)
	}
	for i, e := range events {
		if e.Seq() != from+int64(i) {
			t.Fatalf("%s heard seq %d at position %d, want %d", who, e.Seq(), i, from+int64(i))
		}
	}
}

// fill stores n messages without awaiting their acks one by one.
func fill(t *testing.T, c *apptest.Client, room string, n int) {
	t.Helper()
	acks := make(chan json.RawMessage, n)
	for i := range n {
		c.Ask("send_message", fmt.Sprintf(`{"roomId":%q,"text":"message %d"}`, room, i+1), func(ack json.RawMessage) { acks <- ack })
	}
	deadline := time.After(apptest.Patience)
	for i := range n {
		select {
		case ack := <-acks:
			if !bytes.HasPrefix(ack, []byte(`{"ok":true`)) {
				t.Fatalf("a send is acked with %s", ack)
			}
		case <-deadline:
			t.Fatalf("%d of %d sends were acked", i, n)
		}
	}
}
