package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// TestEventsOfOneSocketAreHandledInTheOrderSent sends what waits for the store among what does not, and awaits nothing:
// the acks come in the order of the events.
func TestEventsOfOneSocketAreHandledInTheOrderSent(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		const rounds = 40
		c := apptest.Dial(t, app.URL, app.Token("alice"))
		fill(t, c, "general", 100)
		events := []struct{ name, payload, ack string }{
			{"get_history", `{"roomId":"general","limit":100}`, `{"ok":true,"messages":`},
			{"nonsense", `{}`, `{"error":{"code":"UNKNOWN_EVENT"`},
			{"join_room", `{"roomId":"general","since":0}`, `{"ok":true,"room":`},
			{"leave_room", `"general"`, `{"ok":true}`},
			{"sync", `{"rooms":{"general":50}}`, `{"ok":true,"rooms":`},
			{"join_room", `{"roomId":7}`, `{"error":{"code":"BAD_REQUEST"`},
		}
		type ack struct {
			n    int
			body json.RawMessage
		}
		acks := make(chan ack, rounds*len(events))
		for n := range cap(acks) {
			e := events[n%len(events)]
			c.Ask(e.name, e.payload, func(body json.RawMessage) { acks <- ack{n, body} })
		}
		deadline := time.After(apptest.Patience)
		for n := range cap(acks) {
			select {
			case got := <-acks:
				if want := events[n%len(events)]; got.n != n || !strings.HasPrefix(string(got.body), want.ack) {
					t.Fatalf("ack %d is that of event %d: %.200s", n, got.n, got.body)
				}
			case <-deadline:
				t.Fatalf("%d acks came", n)
			}
		}
		if live := c.Named("new_message"); len(live) > 0 {
			t.Fatalf("%d live events, though nobody spoke", len(live))
		}
	})
}

// TestAClientIDIsKnownOnEveryInstanceAndAfterARestart: idempotency lies in the log, not in a process.
func TestAClientIDIsKnownOnEveryInstanceAndAfterARestart(t *testing.T) {
	t.Parallel() // it mostly waits
	const send = `{"roomId":"general","text":"once","clientId":"c1"}`
	again := func(t *testing.T, app *apptest.App, first sent) {
		t.Helper()
		c := apptest.Dial(t, app.URL, app.Token("alice"))
		var ack sent
		c.Must("send_message", send, &ack)
		if !ack.Duplicate || ack.ID != first.ID || ack.Seq != first.Seq {
			t.Fatalf("acked %+v, the first one was %+v", ack, first)
		}
		wantCode(t, c, "send_message", `{"roomId":"general","text":"other","clientId":"c1"}`, "CONFLICT")
	}
	stores(t, func(t *testing.T, o apptest.Options) {
		before := apptest.Start(t, o)
		var first sent
		apptest.Dial(t, before.URL, before.Token("alice")).Must("send_message", send, &first)
		again(t, before, first)
		before.Stop()
		again(t, apptest.Start(t, o), first)
	})
	t.Run("two instances", func(t *testing.T) {
		here, there := twoInstances(t)
		var first sent
		apptest.Dial(t, here.URL, here.Token("alice")).Must("send_message", send, &first)
		again(t, there, first)
	})
}

// TestTheSameSendOnTwoInstancesAtOnceIsOneEvent races the fence between instances.
func TestTheSameSendOnTwoInstancesAtOnceIsOneEvent(t *testing.T) {
	t.Parallel() // it mostly waits
	const sends = 100
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	here, there := apptest.Start(t, o), apptest.Start(t, o)
	clients := []*apptest.Client{
		apptest.Dial(t, here.URL, here.Token("alice")),
		apptest.Dial(t, there.URL, there.Token("alice")),
	}
	acks := make(chan json.RawMessage, len(clients)*sends)
	for i := range sends {
		for _, c := range clients {
			c.Ask("send_message", fmt.Sprintf(`{"roomId":"general","text":"m%d","clientId":"c%d"}`, i, i), func(ack json.RawMessage) { acks <- ack })
		}
	}
	ids, duplicates := map[int64]string{}, 0
	deadline := time.After(apptest.Patience)
	for n := range cap(acks) {
		var got sent
		select {
		case ack := <-acks:
			if err := json.Unmarshal(ack, &got); err != nil || got.Seq == 0 {
				t.Fatalf("acked with %s", ack)
			}
		case <-deadline:
			t.Fatalf("%d acks came", n)
		}
		if id, known := ids[got.Seq]; known && id != got.ID {
			t.Fatalf("seq %d is of %s and of %s", got.Seq, id, got.ID)
		}
		ids[got.Seq] = got.ID
		if got.Duplicate {
			duplicates++
		}
	}
	if len(ids) != sends || duplicates != sends {
		t.Fatalf("%d sends, each on two instances: %d events, %d acks said duplicate", sends, len(ids), duplicates)
	}
	for seq := range int64(sends) {
		if ids[seq+1] == "" {
			t.Fatalf("no send has seq %d", seq+1)
		}
	}
}
