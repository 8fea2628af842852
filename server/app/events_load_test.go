package app_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"roomstream/server/app/apptest"
)

// Test1000MessagesTo50Members is the hazard that loses most with the library as it comes: many emits in a row.
func Test1000MessagesTo50Members(t *testing.T) {
	const members, messages = 50, 1000
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		clients := make([]*apptest.Client, members)
		for i := range clients {
			clients[i] = apptest.Dial(t, app.URL, app.Token(fmt.Sprint("member-", i)))
			clients[i].Must("join_room", `"general"`, nil)
		}
		speaker := apptest.Dial(t, app.URL, app.Token("speaker"))
		fill(t, speaker, "general", messages)
		for i, c := range clients {
			heardInOrder(t, fmt.Sprint("member ", i), c.WaitFor("new_message", messages), 1, messages)
		}
	})
}

// Test8WritersOn2Instances has 5,000 messages written from both sides of one room: seq 1..5000, all clients alike.
func Test8WritersOn2Instances(t *testing.T) {
	const writers, each, listeners = 8, 625, 3
	first, second := twoInstances(t)
	apps := []*apptest.App{first, second}
	var all []*apptest.Client
	for i := range 2 * listeners {
		c := apptest.Dial(t, apps[i%2].URL, apps[i%2].Token(fmt.Sprint("listener-", i)))
		c.Must("join_room", `"general"`, nil)
		all = append(all, c)
	}
	var acked sync.WaitGroup
	var mu sync.Mutex
	seqs := map[int64]string{}
	for w := range writers {
		c := apptest.Dial(t, apps[w%2].URL, apps[w%2].Token(fmt.Sprint("writer-", w)))
		for i := range each {
			acked.Add(1)
			c.Ask("send_message", fmt.Sprintf(`{"roomId":"general","text":"w%d m%d","clientId":"w%d-%d"}`, w, i, w, i), func(ack json.RawMessage) {
				defer acked.Done()
				var got sent
				if json.Unmarshal(ack, &got) != nil || got.Seq == 0 || got.Duplicate {
					t.Errorf("writer %d: acked with %s", w, ack)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if other, taken := seqs[got.Seq]; taken {
					t.Errorf("seq %d is of %s and of %s", got.Seq, other, got.ID)
				}
				seqs[got.Seq] = got.ID
			})
		}
	}
	acked.Wait()
	for i, c := range all {
		events := c.WaitFor("new_message", writers*each)
		heardInOrder(t, fmt.Sprint("listener ", i), events, 1, writers*each)
		next := map[string]int{}
		for _, e := range events {
			var m struct{ ID, Text string }
			if err := json.Unmarshal(e.Body, &m); err != nil || seqs[e.Seq()] != m.ID {
				t.Fatalf("listener %d: seq %d is %s, acked as %s", i, e.Seq(), m.ID, seqs[e.Seq()])
			}
			var w, n int
			if _, err := fmt.Sscanf(m.Text, "w%d m%d", &w, &n); err != nil {
				t.Fatal(err)
			}
			if author := fmt.Sprint(w); next[author] != n {
				t.Fatalf("writer %d's message %d came when %d was due", w, n, next[author])
			}
			next[fmt.Sprint(w)]++
		}
	}
}
