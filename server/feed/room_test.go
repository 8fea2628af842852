package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// onEveryStore runs a test on the embedded store and on a real mongod.
func onEveryStore(t *testing.T, test func(t *testing.T, app *apptest.App)) {
	t.Run("embedded", func(t *testing.T) { test(t, apptest.Start(t, apptest.Options{})) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, apptest.Start(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}))
	})
}

// reader is a client of a feed.
type reader struct {
	*websocket.Conn
	t testing.TB
}

// open opens a feed as a user; empty: as nobody.
func open(t testing.TB, app *apptest.App, path, user string) *reader {
	t.Helper()
	if user == "" {
		return openWith(t, app, path, "")
	}
	return openWith(t, app, path, app.Token(user))
}

// openWith opens a feed with a token; "": without one.
func openWith(t testing.TB, app *apptest.App, path, token string) *reader {
	t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	r, response, err := tryOpen(t, app, path, header)
	if err != nil {
		t.Fatalf("%s: %v (%v)", path, err, response)
	}
	return r
}

func tryOpen(t testing.TB, app *apptest.App, path string, header http.Header) (*reader, *http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), apptest.Patience)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, app.URL+path, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(-1)
	return &reader{ws, t}, response, nil
}

// next returns the next message.
func (r *reader) next() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), apptest.Patience)
	defer cancel()
	_, text, err := r.Read(ctx)
	return string(text), err
}

// hear is next for the test's own goroutine.
func (r *reader) hear() string {
	r.t.Helper()
	text, err := r.next()
	if err != nil {
		r.t.Fatalf("no message came: %v", err)
	}
	return text
}

// ends reads to the end and holds it to a code and a reason. It is fit for any goroutine.
func (r *reader) ends(t *testing.T, code websocket.StatusCode, reason string) {
	for {
		_, err := r.next()
		if err == nil {
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) || end.Code != code || end.Reason != reason {
			t.Errorf("ended with %v, want %d %q", err, code, reason)
		}
		return
	}
}

// roomEvent is what a room's feed brings.
type roomEvent struct {
	Event   string
	Seq     int64
	Text    string
	After   string
	LastSeq int64
	Reset   struct{ Reason string }
}

func decode(text string) (e roomEvent, err error) {
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return e, err
	}
	place := e.Seq
	if e.Reset.Reason != "" {
		place = e.LastSeq
	}
	if e.After != strconv.FormatInt(place, 10) || !strings.HasSuffix(text, fmt.Sprintf(`,"after":"%d"}`, place)) {
		return e, fmt.Errorf("after is not the place, or not the last member: %s", text)
	}
	return e, nil
}

func (r *reader) event() roomEvent {
	r.t.Helper()
	e, err := decode(r.hear())
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

// say sends messages to a room and returns when all are durable.
func say(t testing.TB, c *apptest.Client, room string, texts ...string) {
	t.Helper()
	var acked sync.WaitGroup
	for _, text := range texts {
		acked.Add(1)
		c.Ask("send_message", fmt.Sprintf(`{"roomId":%q,"text":%q}`, room, text), func(ack json.RawMessage) {
			defer acked.Done()
			if !strings.HasPrefix(string(ack), `{"ok":true`) {
				t.Errorf("%s: %s", text, ack)
			}
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); acked.Wait() }()
	select {
	case <-done:
	case <-time.After(apptest.Patience):
		t.Fatal("the sends are not acked")
	}
}

func texts(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("message ", i+1)
	}
	return list
}

func TestARoomsFeedBringsItsEventsToThoseWhoMayRead(t *testing.T) {
	onEveryStore(t, func(t *testing.T, app *apptest.App) {
		ann := apptest.Dial(t, app.URL, app.Token("ann"))
		ann.Must("join_room", `"general"`, nil)
		say(t, ann, "general", texts(3)...)
		ann.WaitFor("new_message", 3) // they are acked once stored, and delivered a moment later

		fresh, behind := open(t, app, "/_streams/room-general", "bob"), open(t, app, "/_streams/room-general?after=1", "bob")
		for seq := int64(2); seq <= 3; seq++ {
			if e := behind.event(); e.Seq != seq || e.Event != "new_message" || e.Text != fmt.Sprint("message ", seq) {
				t.Fatalf("got %+v, want seq %d", e, seq)
			}
		}
		ann.Must("edit_message", `{"roomId":"general","seq":1,"text":"other"}`, nil)
		ann.Must("set_reaction", `{"roomId":"general","seq":2,"emoji":"👍","on":true}`, nil)
		ann.Must("delete_message", `{"roomId":"general","seq":3}`, nil)
		for _, r := range []*reader{fresh, behind} {
			for i, name := range []string{"message_updated", "reaction_updated", "message_deleted"} {
				if e := r.event(); e.Seq != int64(4+i) || e.Event != name {
					t.Fatalf("got %+v, want %s", e, name)
				}
			}
		}
		if n := len(ann.WaitFor("new_message", 3)); n != 3 {
			t.Errorf("the socket in the room heard %d messages", n)
		}

		ahead := open(t, app, "/_streams/room-general?after=99", "bob")
		if e := ahead.event(); e.Reset.Reason != "ahead" || e.LastSeq != 6 {
			t.Fatalf("got %+v, want a reset", e)
		}
		say(t, ann, "general", "next")
		if e := ahead.event(); e.Seq != 7 {
			t.Fatalf("behind the reset came %+v", e)
		}

		_, response, err := tryOpen(t, app, "/_streams/room-nowhere", http.Header{"Authorization": {"Bearer " + app.Token("bob")}})
		if err == nil || response.StatusCode != http.StatusNotFound {
			t.Errorf("a room that nobody made: %v", err)
		}
		if got := listRooms(t, app); strings.Contains(got, "nowhere") {
			t.Errorf("who only reads made a room: %s", got)
		}
		var told sync.WaitGroup
		for _, r := range []*reader{fresh, behind, ahead} {
			told.Go(func() { r.ends(t, 1012, "draining") })
		}
		app.Stop()
		told.Wait()
	})
}

func listRooms(t *testing.T, app *apptest.App) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, app.URL+"/api/rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+app.Token("bob"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body strings.Builder
	if err := response.Write(&body); err != nil {
		t.Fatal(err)
	}
	return body.String()
}

// TestNothingIsMissingUnderLoad: readers come, break off without a word and come back with the last after, while many write.
func TestNothingIsMissingUnderLoad(t *testing.T) {
	const senders, each, readers = 4, 500, 6
	onEveryStore(t, func(t *testing.T, app *apptest.App) {
		say(t, apptest.Dial(t, app.URL, app.Token("ann")), "general", texts(700)...)
		const last = 700 + senders*each
		var wg sync.WaitGroup
		for n := range readers {
			wg.Go(func() {
				if err := followRoom(t, app, last, rand.New(rand.NewPCG(uint64(n), 7))); err != nil {
					t.Errorf("reader %d: %v", n, err)
				}
			})
		}
		for n := range senders {
			wg.Go(func() {
				say(t, apptest.Dial(t, app.URL, app.Token(fmt.Sprint("sender", n))), "general", texts(each)...)
			})
		}
		wg.Wait()
	})
}

// followRoom reads a room from its beginning to an event, and breaks off now and then.
func followRoom(t *testing.T, app *apptest.App, last int64, chance *rand.Rand) error {
	header := http.Header{"Authorization": {"Bearer " + app.Token("bob")}}
	seen := int64(0)
	for seen < last {
		r, _, err := tryOpen(t, app, fmt.Sprintf("/_streams/room-general?after=%d", seen), header)
		if err != nil {
			return err
		}
		for left := chance.IntN(600); left >= 0 && seen < last; left-- {
			text, err := r.next()
			if err != nil {
				return err
			}
			e, err := decode(text)
			if err != nil || e.Seq != seen+1 {
				return fmt.Errorf("behind %d came %s (%v)", seen, text, err)
			}
			seen = e.Seq
		}
		_ = r.CloseNow()
	}
	return nil
}

// TestARoomsFeedFarBehindIsTold: beyond 10,000 events nothing is replayed, and what comes next follows the reset.
func TestARoomsFeedFarBehindIsTold(t *testing.T) {
	const behind = 10_050
	app := apptest.Start(t, apptest.Options{})
	ann := apptest.Dial(t, app.URL, app.Token("ann"))
	say(t, ann, "general", texts(behind)...)
	r := open(t, app, "/_streams/room-general?after=0", "bob")
	if e := r.event(); e.Reset.Reason != "too_far" || e.LastSeq != behind {
		t.Fatalf("got %+v", e)
	}
	say(t, ann, "general", "next")
	if e := r.event(); e.Seq != behind+1 {
		t.Fatalf("got %+v", e)
	}
	all := open(t, app, fmt.Sprint("/_streams/room-general?after=", behind-9000), "bob")
	for seq := int64(behind - 8999); seq <= behind+1; seq++ {
		if e := all.event(); e.Seq != seq {
			t.Fatalf("got %+v, want %d", e, seq)
		}
	}
}
