package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// receiver keeps the ids of the deliveries that a webhook makes.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var d struct{ Delivery string }
		if body, err := io.ReadAll(q.Body); err != nil || json.Unmarshal(body, &d) != nil || q.Header.Get("Roomstream-Signature") == "" {
			t.Errorf("a delivery of %s, %v", body, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.came = append(r.came, d.Delivery)
	}))
	t.Cleanup(r.Close)
	return r
}

// wait returns when all of these deliveries have come, in this order and none besides.
func (r *receiver) wait(t *testing.T, want []string) {
	t.Helper()
	came := func() []string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Clone(r.came)
	}
	for deadline := time.Now().Add(apptest.Patience); len(came()) < len(want) && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}
	if got := came(); !slices.Equal(got, want) {
		t.Fatalf("the webhook delivered %q, want %q", got, want)
	}
}

// asking talks to one program's REST interface.
type asking struct {
	t *testing.T
	a *apptest.App
}

// must asks as a user, or with a key, and gives the answer.
func (q asking) must(method, path, token, body string, into any) {
	q.t.Helper()
	status, answer := request(q.t, method, q.a.URL+path, token, body)
	if status/100 != 2 {
		q.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(answer), into); err != nil {
			q.t.Fatalf("%s %s: %s: %v", method, path, answer, err)
		}
	}
}

// move takes everything from one store to another.
func move(t *testing.T, from, to apptest.Options) {
	t.Helper()
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "all.ndjson"), filepath.Join(dir, "files")
	env, args := storeArgs(from)
	if o := run(t, env, append([]string{"export", "-out", file, "-files", folder}, args...)...); o.err != nil {
		t.Fatalf("export: %v, %q", o.err, o.stderr)
	}
	env, args = storeArgs(to)
	if o := run(t, env, append([]string{"import", "-in", file, "-files", folder}, args...)...); o.err != nil || !strings.Contains(o.stdout, "1 contents of files") {
		t.Fatalf("import: %v, %q", o.err, o.stdout)
	}
	again := filepath.Join(dir, "again.ndjson")
	if o := run(t, env, append([]string{"export", "-out", again}, args...)...); o.err != nil {
		t.Fatalf("export: %v, %q", o.err, o.stderr)
	}
	if was, is := contentOf(t, file), contentOf(t, again); was != is {
		t.Errorf("exported\n%s\nwas\n%s", is, was)
	}
	if o := run(t, env, append([]string{"verify"}, args...)...); o.err != nil {
		t.Errorf("verify: %v, %q", o.err, o.stdout)
	}
}

// Somebody who uses everything moves to MongoDB and back: what he gave away goes on working.
func TestEverythingWorksAfterAMoveThereAndBack(t *testing.T) {
	t.Parallel() // it mostly waits
	target := newReceiver(t)
	private := func(c *app.Config) { c.WebhookAllowPrivate = true }
	mongod := mongotest.Shared(t)
	places := []apptest.Options{
		{Dir: t.TempDir(), Configure: private},
		{MongoDBURI: mongod.URI, Database: mongod.Database(t), Configure: private},
		{Dir: t.TempDir(), Configure: private},
	}
	a := apptest.Start(t, places[0])
	q := asking{t, a}
	ann, ben := a.Token("ann"), a.Token("ben")
	q.must("PATCH", "/api/users/me", ben, `{"name":"Ben the Bold"}`, nil)
	q.must("POST", "/api/rooms", ann, `{"id":"staff","name":"Staff","type":"private"}`, nil)
	q.must("PUT", "/api/rooms/staff/members/ben", ann, `{"role":"member"}`, nil)
	var invited struct{ Token string }
	q.must("POST", "/api/rooms/staff/invitations", ann, `{"maxUses":2}`, &invited)
	var bot struct{ Key string }
	q.must("POST", "/api/rooms/staff/bots", ann, `{"name":"Helper","rights":"post_and_read"}`, &bot)
	var incoming struct{ Path string }
	q.must("POST", "/api/rooms/staff/hooks", ann, `{"name":"Build"}`, &incoming)
	var webhook struct {
		Webhook struct{ ID string }
		ID      string
	}
	q.must("POST", "/api/rooms/staff/webhooks", ann, fmt.Sprintf(`{"url":%q,"events":["new_message"]}`, target.URL), &webhook)
	hook := webhook.ID + webhook.Webhook.ID

	var want []string
	say := func(token, text string) int64 {
		t.Helper()
		var sent struct{ Seq int64 }
		q.must("POST", "/api/rooms/staff/messages", token, text, &sent)
		want = append(want, fmt.Sprintf("%s/staff/%d", hook, sent.Seq))
		return sent.Seq
	}
	file := uploadTo(t, a, "staff", ann, "plan.txt", "the plan")
	last := say(ann, `{"text":"xyzzy for @ben","attachments":["`+file+`"]}`)
	q.must("POST", "/api/rooms/staff/reports", ben, fmt.Sprintf(`{"seq":%d,"reason":"odd"}`, last), nil)
	target.wait(t, want)
	q.until("ben is told", "/api/notifications", ben, `"mention"`)

	for i := 1; i < len(places); i++ {
		a.Stop()
		move(t, places[i-1], places[i])
		a = apptest.Start(t, places[i])
		q = asking{t, a}
		ben := a.Token("ben")

		// The client goes on where it was, and finds unread what he had not read.
		c := apptest.Dial(t, a.URL, ben)
		if is := roomsOf(t, c)["staff"]; is.LastSeq != last || is.Mentions != i || is.Role != "member" {
			t.Errorf("ben has %+v in staff, whose last is %d", is, last)
		}
		var synced struct{ Joined struct{ LastSeq int64 } }
		c.Must("join_room", fmt.Sprintf(`{"roomId":"staff","since":%d}`, last-1), &synced.Joined)
		if synced.Joined.LastSeq != last {
			t.Errorf("joined at %+v, want %d", synced, last)
		}
		var unread struct{ Notifications []struct{ Kind string } }
		q.must("GET", "/api/notifications", ben, "", &unread)
		mentions := 0
		for _, n := range unread.Notifications {
			if n.Kind == "mention" {
				mentions++
			}
		}
		if mentions != i {
			t.Errorf("ben is told of %d mentions, want %d: %+v", mentions, i, unread)
		}
		// The links, keys and addresses that were given away.
		guest := fmt.Sprintf("guest%d", i)
		q.must("POST", "/api/invitations", a.Token(guest), fmt.Sprintf(`{"token":%q}`, invited.Token), nil)
		q.must("GET", "/api/rooms/staff/messages", a.Token(guest), "", nil)
		say(bot.Key, `{"text":"the bot is back"}`)
		var posted struct{ Seq int64 }
		q.must("POST", incoming.Path, "", `{"text":"green"}`, &posted)
		want = append(want, fmt.Sprintf("%s/staff/%d", hook, posted.Seq))
		c.Drop()
		last = say(a.Token("ann"), `{"text":"again for @ben"}`)
		target.wait(t, want) // no event twice, none missed, and each signed
		if status, text := request(t, "GET", a.URL+"/api/rooms/staff/files/"+file, ben, ""); status != http.StatusOK || text != "the plan" {
			t.Errorf("the file is %d %q", status, text)
		}
		q.until("the search finds it", "/api/search?query=xyzzy", ben, `"xyzzy for`)
		q.until("the profile is found", "/api/users?query=bold", ben, "Ben the Bold")
		q.until("the report is found", "/api/rooms/staff/reports", a.Token("ann"), `"odd"`)
		q.until("the audit log is there", "/api/rooms/staff/audit", a.Token("ann"), "create_invitation")
		q.until("ben is told of the next one", "/api/notifications", ben, "again for")
	}
	status, answer := request(t, "POST", a.URL+"/api/invitations", a.Token("late"), fmt.Sprintf(`{"token":%q}`, invited.Token))
	if status != http.StatusGone {
		t.Errorf("a third use of an invitation for two: %d %s", status, answer)
	}
}

// until asks until an answer holds a text: what is made behind a send comes a moment later.
func (q asking) until(what, path, token, text string) {
	q.t.Helper()
	var answer string
	for deadline := time.Now().Add(apptest.Patience); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if _, answer = request(q.t, "GET", q.a.URL+path, token, ""); strings.Contains(answer, text) {
			return
		}
	}
	q.t.Errorf("%s: not in time: %s", what, answer)
}

func contentOf(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
