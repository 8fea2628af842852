package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

func TestTypingIsHeardByAllButItsSender(t *testing.T) {
	first, second := twoInstances(t)
	sender := apptest.Dial(t, first.URL, first.Token("alice"))
	beside := apptest.Dial(t, first.URL, first.Token("bob"))
	away := apptest.Dial(t, second.URL, second.Token("cat"))
	outside := apptest.Dial(t, second.URL, second.Token("dan"))
	for _, c := range []*apptest.Client{sender, beside, away} {
		c.Must("join_room", `"general"`, nil)
	}
	sender.Must("typing", `{"roomId":"general","on":true}`, nil)
	sender.Must("typing", `{"roomId":"general","on":true}`, nil) // too soon to be passed on
	sender.Must("typing", `{"roomId":"general","on":false}`, nil)
	for who, c := range map[string]*apptest.Client{"beside": beside, "away": away} {
		heard := c.WaitFor("typing", 2)
		for i, on := range []bool{true, false} {
			var got struct {
				RoomID    string    `json:"roomId"`
				UserID    string    `json:"userId"`
				On        bool      `json:"on"`
				ExpiresAt time.Time `json:"expiresAt"`
				Seq       *int64    `json:"seq"`
			}
			if err := json.Unmarshal(heard[i].Body, &got); err != nil {
				t.Fatal(err)
			}
			if left := time.Until(got.ExpiresAt); got.RoomID != "general" || got.UserID != "alice" || got.On != on || got.Seq != nil || left > 6*time.Second {
				t.Errorf("%s heard %s", who, heard[i].Body)
			}
		}
	}
	// What comes behind it is there: so would be what should not.
	sender.Must("send_message", `{"roomId":"general","text":"done"}`, nil)
	sender.WaitFor("new_message", 1)
	for who, c := range map[string]*apptest.Client{"the sender": sender, "who is not in the room": outside} {
		if heard := c.Named("typing"); len(heard) > 0 {
			t.Errorf("%s heard %s", who, heard[0].Body)
		}
	}
	for payload, code := range map[string]string{
		`{"roomId":"general"}`: "BAD_REQUEST", `{"roomId":"general","on":1}`: "BAD_REQUEST", `{"roomId":"nowhere","on":true}`: "NOT_FOUND", `{"on":true}`: "BAD_REQUEST",
	} {
		wantCode(t, sender, "typing", payload, code)
	}
}

func TestPresenceIsThatOfAllInstances(t *testing.T) {
	first, second := twoInstances(t)
	asker := apptest.Dial(t, first.URL, first.Token("asker"))
	here, there := apptest.Dial(t, first.URL, first.Token("ann")), apptest.Dial(t, second.URL, second.Token("ann"))
	who := func() string {
		ack, err := asker.Call("get_presence", `{"userIds":["ann","nobody"]}`)
		if err != nil {
			t.Fatal(err)
		}
		return string(ack)
	}
	await(t, "both sockets count", func() bool { return strings.Contains(who(), `{"userId":"ann","status":"online","sockets":2}`) })
	here.Drop()
	await(t, "one is left", func() bool { return strings.Contains(who(), `{"userId":"ann","status":"online","sockets":1}`) })
	there.Drop()
	await(t, "none is left", func() bool {
		return strings.Contains(who(), `{"userId":"ann","status":"offline","sockets":0,"lastSeen":"`)
	})
	if got := who(); !strings.Contains(got, `{"userId":"nobody","status":"offline","sockets":0}`) {
		t.Errorf("answered %s", got)
	}
	wantCode(t, asker, "get_presence", `{}`, "BAD_REQUEST")
	wantCode(t, asker, "get_presence", `{"userIds":"ann"}`, "BAD_REQUEST")
	wantCode(t, asker, "get_presence", `{"userIds":[1]}`, "BAD_REQUEST")
	wantCode(t, asker, "get_presence", `{"userIds":[`+strings.Repeat(`"u",`, rooms.MaxPresence)+`"u"]}`, "BAD_REQUEST")
}

// A revocation that any instance, or program, puts into the signals ends the user's
// sockets everywhere: told why, disconnected, closed with 4003.
func TestARevokedUsersSocketsAreClosedOnEveryInstance(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	first, second := apptest.Start(t, o), apptest.Start(t, o)
	revoked := []*apptest.Client{
		apptest.Dial(t, first.URL, first.Token("ann")), apptest.Dial(t, second.URL, second.Token("ann")), apptest.Dial(t, second.URL, second.Token("ann")),
	}
	spared := apptest.Dial(t, second.URL, second.Token("ben"))
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: o.MongoDBURI, Database: o.Database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(t.Context()) })
	revoke := []rooms.Signal{{Kind: rooms.SignalRevoke, User: "ann", Instance: "test"}}
	if err := store.Rooms().Signals.Send(t.Context(), revoke); err != nil {
		t.Fatal(err)
	}
	for i, c := range revoked {
		if code, reason := c.Closed(); code != 4003 || reason != "revoked" {
			t.Errorf("client %d was closed with %d %q", i, code, reason)
		}
		if said := c.Named("closing"); len(said) != 1 || string(said[0].Body) != `{"reason":"revoked"}` {
			t.Errorf("client %d was told %v", i, said)
		}
	}
	spared.Must("join_room", `"general"`, nil)
}

// The signal of a revocation may come late, when the user has signed in again: it ends what he had by then alone.
func TestALateRevocationSparesWhoSignedInAgain(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	a := apptest.Start(t, o)
	before, ben := apptest.Dial(t, a.URL, a.Token("ann")), apptest.Dial(t, a.URL, a.Token("ben"))
	at := time.Now().Truncate(time.Millisecond)
	await(t, "the clock goes on", func() bool { return time.Now().Truncate(time.Millisecond).After(at) })
	after := apptest.Dial(t, a.URL, a.Token("ann"))
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: o.MongoDBURI, Database: o.Database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(t.Context()) })
	for _, told := range []struct {
		signal rooms.Signal
		ended  *apptest.Client
	}{
		{rooms.Signal{Kind: rooms.SignalRevoke, User: "ann", At: at, Instance: "test"}, before},
		{rooms.Signal{Kind: rooms.SignalRevoke, User: "ben", Instance: "test"}, ben}, // by then the one before it has been done
	} {
		if err := store.Rooms().Signals.Send(t.Context(), []rooms.Signal{told.signal}); err != nil {
			t.Fatal(err)
		}
		if code, reason := told.ended.Closed(); code != 4003 || reason != "revoked" {
			t.Errorf("%s was closed with %d %q", told.signal.User, code, reason)
		}
	}
	after.Must("join_room", `"general"`, nil)
}

// await asks again until something holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// What one sets for a room at one instance holds at the other: for one's sockets there, and for what is said there.
func TestAlertsHoldOnEveryInstance(t *testing.T) {
	first, second := twoInstances(t)
	bob := apptest.Dial(t, second.URL, second.Token("bob"))
	bob.Must("create_room", `{"id":"club","name":"Club","type":"public"}`, nil)
	bob.Must("send_message", `{"roomId":"club","text":"nobody follows yet"}`, nil)
	here, there := apptest.Dial(t, first.URL, first.Token("ann")), apptest.Dial(t, second.URL, second.Token("ann"))
	here.Must("set_alerts", `{"roomId":"club","level":"all"}`, nil)
	for who, c := range map[string]*apptest.Client{"here": here, "there": there} {
		if got := string(c.WaitFor("alerts_updated", 1)[0].Body); got != `{"roomId":"club","userId":"ann","alerts":{"level":"all"}}` {
			t.Errorf("ann hears %s %s", who, got)
		}
	}
	here.Drop()
	there.Drop()
	await(t, "ann is away, as the second instance knows", func() bool {
		ack, err := bob.Call("get_presence", `{"userIds":["ann"]}`)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(ack), `"status":"offline"`)
	})
	bob.Must("send_message", `{"roomId":"club","text":"for those who follow"}`, nil)
	asking{t, first}.until("ann is told", "/api/notifications", first.Token("ann"), `"kind":"message"`)
}
