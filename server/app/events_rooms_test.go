package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// joined is the ack of a join.
type joined struct {
	LastSeq int64
	Events  []json.RawMessage
	More    bool
	Reset   *struct{ Reason string }
}

// sent is the ack of a send.
type sent struct {
	ID        string
	Seq       int64
	Duplicate bool
}

// synced is one room of a sync's ack.
type synced struct {
	Events  []json.RawMessage
	More    bool
	LastSeq *int64
	Reset   *struct{ Reason string }
}

func TestASendReachesAllMembersOnceAndIsAcked(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		alice := apptest.Dial(t, app.URL, app.Token("alice"))
		bob := apptest.Dial(t, app.URL, app.Token("bob"))
		alice.Must("join_room", `"general"`, nil)
		bob.Must("join_room", `{"roomId":"general"}`, nil)
		var ack sent
		alice.Must("send_message", `{"roomId":"general","text":"hi","clientId":"c1"}`, &ack)
		for who, c := range map[string]*apptest.Client{"alice": alice, "bob": bob} {
			heardInOrder(t, who, c.WaitFor("new_message", 1), 1, 1)
			var m struct{ ID, Text, Author, ClientID string }
			if err := json.Unmarshal(c.Named("new_message")[0].Body, &m); err != nil || m.ID != ack.ID || m.Text != "hi" || m.Author != "alice" || m.ClientID != "c1" {
				t.Fatalf("%s heard %+v, the ack is %+v", who, m, ack)
			}
		}
	})
}

func Test500SendsAreStoredAndDeliveredInTheOrderSent(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		alice := apptest.Dial(t, app.URL, app.Token("alice"))
		bob := apptest.Dial(t, app.URL, app.Token("bob"))
		bob.Must("join_room", `"general"`, nil)
		var acked sync.WaitGroup
		for i := range 500 {
			acked.Add(1)
			alice.Ask("send_message", fmt.Sprintf(`{"roomId":"general","text":"m%d"}`, i+1), func(ack json.RawMessage) {
				defer acked.Done()
				var got sent
				if json.Unmarshal(ack, &got) != nil || got.Seq != int64(i+1) {
					t.Errorf("send %d is acked with %s", i+1, ack)
				}
			})
		}
		events := bob.WaitFor("new_message", 500)
		acked.Wait()
		heardInOrder(t, "bob", events, 1, 500)
		for i, e := range events {
			if !strings.Contains(string(e.Body), fmt.Sprintf(`"text":"m%d"`, i+1)) {
				t.Fatalf("seq %d is %s", i+1, e.Body)
			}
		}
	})
}

func TestTheSameClientIDIsOneEvent(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		const send = `{"roomId":"general","text":"once","clientId":"c1"}`
		first := apptest.Dial(t, app.URL, app.Token("alice"))
		second := apptest.Dial(t, app.URL, app.Token("alice"))
		var acked sync.WaitGroup
		var mu sync.Mutex
		ids, duplicates := map[string]int{}, 0
		for range 20 {
			for _, c := range []*apptest.Client{first, second} {
				acked.Add(1)
				c.Ask("send_message", send, func(ack json.RawMessage) {
					defer acked.Done()
					var got sent
					if err := json.Unmarshal(ack, &got); err != nil || got.Seq != 1 {
						t.Errorf("acked with %s", ack)
					}
					mu.Lock()
					defer mu.Unlock()
					ids[got.ID]++
					if got.Duplicate {
						duplicates++
					}
				})
			}
		}
		acked.Wait()
		if len(ids) != 1 || duplicates != 39 {
			t.Fatalf("%d ids, %d of 40 said duplicate", len(ids), duplicates)
		}
		wantCode(t, first, "send_message", `{"roomId":"general","text":"else","clientId":"c1"}`, "CONFLICT")
		var after sent
		first.Must("send_message", `{"roomId":"general","text":"next"}`, &after)
		if after.Seq != 2 {
			t.Fatalf("the next seq is %d: a duplicate or a conflict took one", after.Seq)
		}
	})
}

// TestTheFirstLiveEventIsLastSeqPlus1 joins while somebody speaks as fast as the acks come.
func TestTheFirstLiveEventIsLastSeqPlus1(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		speaker := apptest.Dial(t, app.URL, app.Token("alice"))
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := speaker.Call("send_message", `{"roomId":"general","text":"x"}`); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		defer func() { close(stop); <-stopped }()
		for round := range 20 {
			c := apptest.Dial(t, app.URL, app.Token("bob"))
			var ack joined
			c.Must("join_room", `{"roomId":"general","since":0}`, &ack)
			live := c.WaitFor("new_message", 3)
			heardInOrder(t, fmt.Sprint("joiner ", round), live[:3], ack.LastSeq+1, 3)
			if n := len(ack.Events); !ack.More && int64(n) != ack.LastSeq {
				t.Fatalf("%d events end at lastSeq %d without more", n, ack.LastSeq)
			}
			c.Drop()
		}
	})
}

func TestSyncReturnsExactlyTheMissingEvents(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		c := apptest.Dial(t, app.URL, app.Token("alice"))
		fill(t, c, "general", 450)
		fill(t, c, "other", 3)
		var all []json.RawMessage
		since := 0
		for more := true; more; {
			var ack struct{ Rooms map[string]synced }
			c.Must("sync", fmt.Sprintf(`{"rooms":{"general":%d,"other":1,"never-made":0}}`, since), &ack)
			room := ack.Rooms["general"]
			if len(room.Events) == 0 || len(room.Events) > 200 || *room.LastSeq != 450 {
				t.Fatalf("%d events, lastSeq %v", len(room.Events), room.LastSeq)
			}
			all, more = append(all, room.Events...), room.More
			since = len(all)
			if n := len(ack.Rooms["other"].Events); n != 2 {
				t.Fatalf("the other room has %d events", n)
			}
			if r := ack.Rooms["never-made"]; r.Reset == nil || r.Reset.Reason != "forbidden" || r.LastSeq != nil {
				t.Fatalf("a room that is not there: %+v", r)
			}
		}
		for i, raw := range all {
			var e struct {
				Event string
				Seq   int64
			}
			if json.Unmarshal(raw, &e) != nil || e.Event != "new_message" || e.Seq != int64(i+1) {
				t.Fatalf("event %d is %s", i+1, raw)
			}
		}
		if len(all) != 450 {
			t.Fatalf("%d events in all", len(all))
		}
		var ack struct{ Rooms map[string]synced }
		c.Must("sync", `{"rooms":{"general":451}}`, &ack)
		if r := ack.Rooms["general"]; r.Reset == nil || r.Reset.Reason != "ahead" || *r.LastSeq != 450 {
			t.Fatalf("beyond the log: %+v", r)
		}
	})
}

func TestWhoIsMoreThan10000BehindIsReset(t *testing.T) {
	t.Parallel() // it mostly waits
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		c := apptest.Dial(t, app.URL, app.Token("alice"))
		fill(t, c, "general", 5001) // twice: a queue takes no more at once
		fill(t, c, "general", 5001)
		var ack joined
		c.Must("join_room", `{"roomId":"general","since":1}`, &ack)
		if ack.Reset == nil || ack.Reset.Reason != "too_far" || ack.LastSeq != 10_002 || len(ack.Events) != 0 || ack.More {
			t.Fatalf("10,001 behind: %+v", ack)
		}
		fill(t, c, "general", 1)
		heardInOrder(t, "who was reset", c.WaitFor("new_message", 1), 10_003, 1)
		var answer struct{ Rooms map[string]synced }
		c.Must("sync", `{"rooms":{"general":2}}`, &answer)
		if r := answer.Rooms["general"]; r.Reset == nil || r.Reset.Reason != "too_far" || *r.LastSeq != 10_003 {
			t.Fatalf("10,001 behind: %+v", r)
		}
		answer.Rooms = nil
		c.Must("sync", `{"rooms":{"general":3}}`, &answer)
		if r := answer.Rooms["general"]; r.Reset != nil || len(r.Events) != 200 || !r.More {
			t.Fatalf("exactly 10,000 behind: reset %+v, %d events", r.Reset, len(r.Events))
		}
	})
}

func TestWithoutOpenRoomsNobodyMakesOne(t *testing.T) {
	server := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.OpenRooms = false }})
	c := apptest.Dial(t, server.URL, server.Token("alice"))
	wantCode(t, c, "join_room", `"general"`, "NOT_FOUND")
	wantCode(t, c, "send_message", `{"roomId":"general","text":"x"}`, "NOT_FOUND")
	wantCode(t, c, "get_history", `{"roomId":"general"}`, "NOT_FOUND")
}

func TestHistoryOverTheWire(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		c := apptest.Dial(t, app.URL, app.Token("alice"))
		fill(t, c, "general", 120)
		for fields, want := range map[string][2]int64{
			``: {71, 120}, `,"before":71`: {21, 70}, `,"after":20,"limit":10`: {21, 30}, `,"around":60,"limit":11`: {55, 65},
		} {
			var ack struct{ Messages []struct{ Seq int64 } }
			c.Must("get_history", `{"roomId":"general"`+fields+`}`, &ack)
			if n := len(ack.Messages); n == 0 || ack.Messages[0].Seq != want[0] || ack.Messages[n-1].Seq != want[1] {
				t.Errorf("%s: %v, want %v", fields, ack.Messages, want)
			}
		}
		wantCode(t, c, "get_history", `{"roomId":"never-made"}`, "NOT_FOUND")
	})
}

func TestWhoLeftHearsNothingAndMayComeBack(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	alice := apptest.Dial(t, app.URL, app.Token("alice"))
	bob := apptest.Dial(t, app.URL, app.Token("bob"))
	alice.Must("join_room", `"general"`, nil)
	bob.Must("join_room", `"general"`, nil)
	bob.Must("leave_room", `{"roomId":"general"}`, nil)
	fill(t, alice, "general", 5)
	alice.WaitFor("new_message", 5)
	var ack joined
	bob.Must("join_room", `{"roomId":"general","since":0}`, &ack)
	if n := len(bob.Named("new_message")); n != 0 || len(ack.Events) != 5 {
		t.Fatalf("heard %d while away, and %d on coming back", n, len(ack.Events))
	}
}
