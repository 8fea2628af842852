package app_test

import (
	"testing"

	"roomstream/rooms/mongodb/mongotest"
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

// What `erase` took away is not found, and is in no file of the index.
func TestErasedIsNotFound(t *testing.T) {
	t.Parallel() // it mostly waits
	for name, o := range map[string]apptest.Options{"embedded": {Dir: t.TempDir()}, "MongoDB": onMongoDB(t)} {
		t.Run(name, func(t *testing.T) {
			env, args := storeArgs(o)
			before := apptest.Start(t, o)
			ann := apptest.Dial(t, before.URL, before.Token("ann"))
			ann.Must("send_message", `{"roomId":"general","text":"confidential plan"}`, nil)
			ann.Must("send_message", `{"roomId":"general","text":"harmless"}`, nil)
			ann.Must("edit_message", `{"roomId":"general","seq":2,"text":"confidential too"}`, nil)
			apptest.Dial(t, before.URL, before.Token("ben")).Must("send_message", `{"roomId":"general","text":"a confidential answer"}`, nil)
			found := func(a *apptest.App) []string {
				t.Helper()
				var page foundPage
				apptest.Dial(t, a.URL, a.Token("ben")).Must("search", `{"query":"confidential"}`, &page)
				return page.texts()
			}
			if got := found(before); len(got) != 3 {
				t.Fatalf("before: %q", got)
			}
			before.Stop()
			if e := run(t, env, append([]string{"erase", "-user", "ann"}, args...)...); e.err != nil {
				t.Fatalf("erase: %v, %s", e.err, e.stderr)
			}
			after := apptest.Start(t, o)
			if got := found(after); len(got) != 1 || got[0] != "a confidential answer" {
				t.Errorf("after: %q", got)
			}
		})
	}
}

func onMongoDB(t *testing.T) apptest.Options {
	server := mongotest.Shared(t)
	return apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}
}
