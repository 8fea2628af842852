package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/limits"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// TestAllWhoWereCutOffComeBack: 300 clients of one address lose their connections together and all come back together, with
// the limits as they are by default, and with one so low that two of three are refused at first: those come when they were
// told to. (5,000 with the time that it takes: `task bench -- -only storm`.)
func TestAllWhoWereCutOffComeBack(t *testing.T) {
	const clients, missed = 300, 5
	for name, l := range map[string]limits.Rate{
		"by default": app.DefaultConfig().Limits.AddressHandshakes, "few at once": {Every: 5 * time.Millisecond, Burst: clients / 3},
	} {
		t.Run(name, func(t *testing.T) {
			a := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.Limits.AddressHandshakes = l }})
			tokens := make([]string, clients)
			for i := range tokens {
				tokens[i] = a.Token(fmt.Sprint("client-", i))
			}
			for i, c := range rush(t, a, tokens, 0) {
				if c == nil {
					t.Fatalf("client %d never came in", i)
				}
				c.Drop()
			}
			speaker := comeInWithin(t, a, a.Token("speaker"))
			speaker.Must("join_room", `"general"`, nil)
			fill(t, speaker, "general", missed)
			speaker.WaitFor("new_message", missed) // from now on a join brings them all
			for i, c := range rush(t, a, tokens, missed) {
				if c == nil {
					t.Errorf("client %d did not come back", i)
				}
			}
		})
	}
}

// rush has a client of each token connect at the same moment and join, and gives those that have got exactly what they missed.
func rush(t *testing.T, a *apptest.App, tokens []string, missed int) []*apptest.Client {
	t.Helper()
	in := make([]*apptest.Client, len(tokens))
	var group sync.WaitGroup
	for i, token := range tokens {
		group.Go(func() {
			c, err := patient(t, a, token)
			if err != nil {
				t.Errorf("client %d: %v", i, err)
				return
			}
			ack, err := c.Call("join_room", `{"roomId":"general","since":0}`)
			var joined struct {
				OK     bool
				Events []struct{ Seq int }
			}
			if json.Unmarshal(ack, &joined) != nil || err != nil || !joined.OK || len(joined.Events) != missed {
				t.Errorf("client %d: its join is acked with %s, %v", i, ack, err)
				return
			}
			in[i] = c
		})
	}
	group.Wait()
	return in
}

// patient connects as an honest client does: who is refused comes again when he was told to.
func patient(t *testing.T, a *apptest.App, token string) (*apptest.Client, error) {
	deadline := time.After(apptest.Patience)
	for {
		c, answer, err := apptest.Try(t, a.URL, socketPath, nil)
		if err == nil {
			c.Write(`40{"token":"` + token + `"}`)
			return c, nil
		}
		if answer == nil || answer.StatusCode != http.StatusTooManyRequests {
			return nil, fmt.Errorf("refused with %v, %w", answer, err)
		}
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil || seconds < 1 {
			return nil, fmt.Errorf("told to come again after %q s", answer.Header.Get("Retry-After"))
		}
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-deadline:
			return nil, fmt.Errorf("not let in within %s", apptest.Patience)
		}
	}
}

// comeInWithin is patient for the test's own goroutine.
func comeInWithin(t *testing.T, a *apptest.App, token string) *apptest.Client {
	t.Helper()
	c, err := patient(t, a, token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
