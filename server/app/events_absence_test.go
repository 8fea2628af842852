package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"roomstream/server/app/apptest"
)

// follower keeps a room as the protocol tells a client to: it needs one integer, and no server that remembers it.
type follower struct {
	t      *testing.T
	last   int64
	ids    []string // of seq 1, 2, 3 …
	client *apptest.Client
	read   int // events of the client that were applied
}

// come connects somewhere and catches up.
func (f *follower) come(app *apptest.App, sub string) {
	f.t.Helper()
	f.client, f.read = apptest.Dial(f.t, app.URL, app.Token(sub)), 0
	var ack joined
	f.client.Must("join_room", fmt.Sprintf(`{"roomId":"general","since":%d}`, f.last), &ack)
	if ack.Reset != nil {
		f.t.Fatalf("reset at %d: %s", f.last, ack.Reset.Reason)
	}
	f.apply(ack.Events)
	for more := ack.More; more; {
		var answer struct{ Rooms map[string]synced }
		f.client.Must("sync", fmt.Sprintf(`{"rooms":{"general":%d}}`, f.last), &answer)
		f.apply(answer.Rooms["general"].Events)
		more = answer.Rooms["general"].More
	}
}

// hear applies what came live until the room is at seq. Nothing may be missing: whatever is larger than last+1 fails.
func (f *follower) hear(seq int64) {
	f.t.Helper()
	for f.last < seq {
		live := f.client.WaitFor("new_message", f.read+1)[f.read:]
		f.read += len(live)
		var events []json.RawMessage
		for _, e := range live {
			events = append(events, e.Body)
		}
		f.apply(events)
	}
}

func (f *follower) apply(events []json.RawMessage) {
	f.t.Helper()
	for _, raw := range events {
		var e struct {
			ID  string
			Seq int64
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			f.t.Fatal(err)
		}
		switch {
		case e.Seq <= f.last:
		case e.Seq == f.last+1:
			f.last = e.Seq
			f.ids = append(f.ids, e.ID)
		default:
			f.t.Fatalf("seq %d came after %d", e.Seq, f.last)
		}
	}
}

// TestAfterAnyAbsenceExactlyTheMissingEventsCome has a client come and go, on either of two instances, while others speak.
func TestAfterAnyAbsenceExactlyTheMissingEventsCome(t *testing.T) {
	t.Parallel()                // it mostly waits
	const rounds, each = 6, 250 // more than a page
	first, second := twoInstances(t)
	apps := []*apptest.App{first, second}
	speaker := apptest.Dial(t, first.URL, first.Token("alice"))
	witness := &follower{t: t}
	witness.come(first, "witness")
	f := &follower{t: t}
	for round := range rounds {
		f.come(apps[round%2], "bob")
		fill(t, speaker, "general", each)
		f.hear(f.last + each/2) // and then it is gone, with half of it heard or on its way
		f.client.Drop()
		fill(t, speaker, "general", each)
	}
	f.come(second, "bob")
	witness.hear(2 * rounds * each)
	f.hear(2 * rounds * each)
	if !slices.Equal(f.ids, witness.ids) {
		t.Fatal("who came and went has another log than who stayed")
	}
}
