package app_test

import (
	"testing"

	"roomstream/server/app/apptest"
)

// foundPage is the ack of a search.
type foundPage struct {
	Messages []struct {
		RoomID, Text string
		Seq          int64
		Snippet      []struct {
			Text  string
			Match bool
		}
	}
	More bool
	Next string
}

func (p foundPage) texts() []string {
	texts := []string{}
	for _, m := range p.Messages {
		texts = append(texts, m.Text)
	}
	return texts
}

// What a search finds is what the log says by then, on the socket as everywhere.
func TestSearchFollowsTheLog(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		ann, ben := apptest.Dial(t, app.URL, app.Token("ann")), apptest.Dial(t, app.URL, app.Token("ben"))
		ann.Must("create_room", `{"id":"closed","name":"Closed","type":"private"}`, nil)
		ann.Must("send_message", `{"roomId":"closed","text":"teapot behind doors"}`, nil)
		var sent sent
		ann.Must("send_message", `{"roomId":"general","text":"teapot first"}`, &sent)
		ann.Must("send_message", `{"roomId":"general","text":"teapot second","parent":1,"data":{"a":1}}`, nil)
		want := func(c *apptest.Client, payload string, want ...string) foundPage {
			t.Helper()
			var found foundPage
			c.Must("search", payload, &found)
			if got := found.texts(); len(got) != len(want) {
				t.Fatalf("%s finds %q, want %q", payload, got, want)
			}
			for i, m := range found.Messages {
				if m.Text != want[i] || len(m.Snippet) == 0 {
					t.Fatalf("%s finds %+v, want %q", payload, found, want)
				}
			}
			return found
		}
		want(ann, `{"query":"teapot"}`, "teapot second", "teapot first", "teapot behind doors")
		want(ben, `{"query":"teapot"}`, "teapot second", "teapot first")
		page := want(ben, `{"query":"TEAPOT","roomId":"general","limit":1}`, "teapot second")
		if !page.More || page.Next == "" {
			t.Fatalf("there is no next page: %+v", page)
		}
		want(ben, `{"query":"TEAPOT","roomId":"general","limit":1,"before":"`+page.Next+`"}`, "teapot first")
		ann.Must("edit_message", `{"roomId":"general","seq":1,"text":"samovar first"}`, nil)
		want(ben, `{"query":"teapot"}`, "teapot second")
		want(ben, `{"query":"samovar"}`, "samovar first")
		ann.Must("delete_message", `{"roomId":"general","seq":1}`, nil)
		want(ben, `{"query":"samovar"}`)
		ann.Must("set_member", `{"roomId":"closed","userId":"ben","role":"reader"}`, nil)
		want(ben, `{"query":"doors"}`, "teapot behind doors")
		ann.Must("set_member", `{"roomId":"closed","userId":"ben","role":null}`, nil)
		want(ben, `{"query":"doors"}`)
		wantCode(t, ben, "search", `{"query":"doors","roomId":"closed"}`, "NOT_FOUND")
		for _, payload := range []string{
			`{}`, `{"query":5}`, `{"query":""}`, `{"query":"-x"}`, `{"query":"x","limit":101}`, `{"query":"x","roomId":""}`, `{"query":"x","before":"x"}`, `"x"`,
		} {
			wantCode(t, ben, "search", payload, "BAD_REQUEST")
		}
	})
}
