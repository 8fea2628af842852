package feed_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// TestNobodyMissesAChangeWhoComesBack: on either carrier, broken off without a word, on one instance or the other.
func TestNobodyMissesAChangeWhoComesBack(t *testing.T) {
	const documents, batch, readers = 1500, 50, 4
	s := newShop(t)
	other := s.instance()
	s.declare("orders", everybody)
	awaitDeclared(t, other, ordersPath)
	var reading, begun sync.WaitGroup
	for n := range readers {
		begun.Add(1)
		f := &follower{
			instances: []*apptest.App{s.App, other}, documents: documents, chance: rand.New(rand.NewPCG(uint64(n), 3)),
			begun: sync.OnceFunc(begun.Done),
		}
		visit := f.webSocket
		if n%2 == 1 {
			visit = f.events
		}
		reading.Go(func() {
			defer f.begun()
			if err := f.follow(t, visit); err != nil {
				t.Errorf("reader %d: %v", n, err)
			}
		})
	}
	begun.Wait()
	for n := 0; n < documents; n += batch {
		list := make([]any, batch)
		for i := range list {
			list[i] = bson.D{{Key: "n", Value: n + i}}
		}
		s.insert("orders", list...)
	}
	reading.Wait()
}

const ordersPath = "/orders/_streams/all"

// awaitDeclared waits until an instance knows a stream that another has declared.
func awaitDeclared(t *testing.T, app *apptest.App, path string) {
	t.Helper()
	deadline := time.Now().Add(apptest.Patience)
	for {
		r, _, err := tryOpen(t, app, path, nil)
		if err == nil {
			_ = r.CloseNow()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// follower reads documents until the last one, over many feeds that it breaks off.
type follower struct {
	instances []*apptest.App
	documents int
	chance    *rand.Rand
	begun     func() // told when a feed is open

	seen  int    // documents
	after string // of the last one
}

// follow opens feeds until all documents were seen. visit reads from one until it has had enough.
func (f *follower) follow(t *testing.T, visit func(t *testing.T, app *apptest.App, enough int) error) error {
	for f.seen < f.documents {
		if err := visit(t, f.instances[f.chance.IntN(len(f.instances))], f.seen+f.chance.IntN(300)); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) take(text string) error {
	var c change
	if err := json.Unmarshal([]byte(text), &c); err != nil || c.FullDocument.N != f.seen || c.After == "" {
		return fmt.Errorf("in place of %d came %s (%v)", f.seen, text, err)
	}
	f.seen, f.after = f.seen+1, c.After
	return nil
}

func (f *follower) webSocket(t *testing.T, app *apptest.App, enough int) error {
	path := ordersPath
	if f.after != "" {
		path += "?after=" + url.QueryEscape(f.after)
	}
	r, _, err := tryOpen(t, app, path, nil)
	if err != nil {
		return err
	}
	defer r.CloseNow()
	f.begun()
	for f.seen < min(enough+1, f.documents) {
		text, err := r.next()
		if err != nil {
			return err
		}
		if err := f.take(text); err != nil {
			return err
		}
	}
	return nil
}

// events comes back as a browser does: with the URL of its first request and the last id.
func (f *follower) events(t *testing.T, app *apptest.App, enough int) error {
	ctx, cancel := context.WithTimeout(t.Context(), apptest.Patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, app.URL+ordersPath, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/event-stream")
	if f.after != "" {
		request.Header.Set("Last-Event-ID", f.after)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("refused with %s", response.Status)
	}
	f.begun()
	id, lines := "", bufio.NewReader(response.Body)
	for f.seen < min(enough+1, f.documents) {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "id":
			id = value
		case "data":
			if err := f.take(value); err != nil {
				return err
			}
			if id != f.after {
				return fmt.Errorf("the id is %q, after %q", id, f.after)
			}
		}
	}
	return nil
}

// TestWhatIsThereComesFirst: the documents, the mark, then every change.
func TestWhatIsThereComesFirst(t *testing.T) {
	const there = 3000
	s := newShop(t)
	list := make([]any, there)
	for i := range list {
		list[i] = bson.D{{Key: "n", Value: i}, {Key: "filling", Value: strings.Repeat("x", 1000)}}
	}
	s.insert("values", list...)
	s.declare("values", everybody)
	r := open(t, s.App, "/values/_streams/all?initial=true", "")
	seen := map[int]bool{}
	for {
		c := r.change()
		if c.Ready {
			break
		}
		if c.OperationType != "initial" || c.After != "" || seen[c.FullDocument.N] {
			t.Fatalf("got %+v", c)
		}
		seen[c.FullDocument.N] = true
	}
	if len(seen) != there {
		t.Errorf("%d of %d documents came", len(seen), there)
	}
	s.insert("values", bson.D{{Key: "n", Value: there}})
	if c := r.change(); c.OperationType != "insert" || c.FullDocument.N != there || c.After == "" {
		t.Errorf("behind the mark came %+v", c)
	}
}

func TestFeedsEndWithTheirStream(t *testing.T) {
	s := newShop(t)
	other := s.instance()
	s.declare("orders", everybody+`,{"uri":"gone","access":{"public":true}}`)
	awaitDeclared(t, other, "/orders/_streams/gone")
	here, there := open(t, s.App, ordersPath, ""), open(t, other, ordersPath, "")
	removed := open(t, other, "/orders/_streams/gone", "")
	s.insert("orders", bson.D{{Key: "n", Value: 1}})
	after := here.change().After
	s.declare("orders", `{"uri":"all","operations":["insert"],"access":{"public":true}}`)
	here.ends(t, 1001, "changed")
	there.ends(t, 1001, "changed")
	removed.ends(t, 1001, "removed")
	s.refused("/orders/_streams/gone", nil, 404, "NOT_FOUND")
	s.refused(ordersPath+"?after="+url.QueryEscape(after), nil, 410, "GONE")
	if told := s.refused(ordersPath+"?after=forged", nil, 400, "BAD_REQUEST"); told.Field != "after" {
		t.Errorf("a forged place: %+v", told)
	}

	dropped := open(t, s.App, ordersPath, "")
	if err := s.feeds.Collection("orders").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	dropped.ends(t, 1001, "dropped")

	forbidden := open(t, s.App, ordersPath, "")
	s.declare("orders", `{"uri":"all","operations":["insert"]}`)
	for {
		if _, err := forbidden.next(); err != nil {
			break
		}
	}
	s.refused(ordersPath, nil, 401, "UNAUTHENTICATED")
	s.refused("/messages/_streams/all", s.admin(), 404, "NOT_FOUND")
}

// TestCursorsAreBoundedAndGivenBack: what is refused costs none, and what is closed costs none any more.
func TestCursorsAreBoundedAndGivenBack(t *testing.T) {
	const most = 3
	s := newShop(t)
	s.Stop()
	s.App = s.instance(func(c *app.Config) { c.MaxCursors = most })
	before := s.settled()
	// A comparison cannot be told apart here, so each value has a cursor of its own.
	s.declare("orders", `{"uri":"above","stages":[{"$match":{"fullDocument.n":{"$gte":{"$var":"n"}}}}],"vars":{"n":{"type":"int"}},"access":{"public":true}}`)
	const path = "/orders/_streams/above"
	for query, field := range map[string]string{
		"": "vars.n", "?n=x": "vars.n", "?n=1&m=2": "vars.m", "?avars={%22n%22:{%22$gt%22:1}}": "vars.n", "?n=1&after=forged": "after", "?n=1&n=2": "vars.n",
	} {
		if told := s.refused(path+query, nil, 400, "BAD_REQUEST"); told.Field != field {
			t.Errorf("%s: %+v, want the field %s", query, told, field)
		}
	}
	if n := s.cursors(); n > before {
		t.Errorf("requests that were refused left %d cursors open", n-before)
	}
	var all []*reader
	for n := range most {
		all = append(all, open(t, s.App, fmt.Sprint(path, "?n=", n), ""), open(t, s.App, fmt.Sprint(path, "?n=", n), ""))
	}
	for n := range 100 {
		s.refused(fmt.Sprint(path, "?n=", most+n), nil, 503, "OVERLOADED")
	}
	if n := s.cursors() - before; n > most {
		t.Errorf("%d cursors are open, the most are %d", n, most)
	}
	s.insert("orders", bson.D{{Key: "n", Value: 1}})
	for i, r := range all {
		if i/2 > 1 {
			continue
		}
		if c := r.change(); c.FullDocument.N != 1 {
			t.Errorf("got %+v", c)
		}
	}
	for _, r := range all {
		_ = r.CloseNow()
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(apptest.Patience); s.cursors() > before; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%d cursors stay open", s.cursors()-before)
		}
	}
}

// TestARevokedUserLosesHisFeedsEverywhere: a revocation travels to all instances.
func TestARevokedUserLosesHisFeedsEverywhere(t *testing.T) {
	s := newShop(t)
	other := s.instance()
	ann := apptest.Dial(t, s.URL, s.Token("ann"))
	say(t, ann, "general", "hello")
	here, there := open(t, s.App, "/_streams/room-general", "bob"), open(t, other, "/_streams/room-general", "bob")
	carol := open(t, other, "/_streams/room-general", "carol")
	if err := s.Service().Revoke("bob"); err != nil {
		t.Fatal(err)
	}
	here.ends(t, 4003, "revoked")
	there.ends(t, 4003, "revoked")
	say(t, ann, "general", "again")
	if e := carol.event(); e.Text != "again" {
		t.Errorf("carol heard %+v", e)
	}
}

// told is a feed that comes as Server-Sent Events.
type told struct{ lines *bufio.Reader }

func openEvents(t *testing.T, app *apptest.App, path, token string) told {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), apptest.Patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, app.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, response.Status)
	}
	return told{bufio.NewReader(response.Body)}
}

// ends reads to the end, the last event before which must say why.
func (e told) ends(t *testing.T, reason string) {
	t.Helper()
	var name, data string
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			break
		}
		switch field, value, _ := strings.Cut(strings.TrimSpace(line), ": "); field {
		case "event":
			name = value
		case "data":
			data = value
		}
	}
	if name != "closed" || data != fmt.Sprintf(`{"reason":%q}`, reason) {
		t.Errorf("the last event is %q %s, want closed with %q", name, data, reason)
	}
}

// TestRevocationsEndAllWithinASecond: of a user, and of one token by its jti, sockets and feeds of either kind, at the instance that
// is asked and at another. What a busy machine adds is told by how long opening the six took at that moment.
func TestRevocationsEndAllWithinASecond(t *testing.T) {
	s := newShop(t)
	instances := []*apptest.App{s.App, s.instance()}
	say(t, apptest.Dial(t, s.URL, s.Token("ann")), "general", "hello")
	t.Run("of a user", func(t *testing.T) {
		allEndWithinASecond(t, s, instances, func(user, _ string) (route, body string) { return "/api/users/" + user + "/revoke", "" })
	})
	t.Run("of a token", func(t *testing.T) {
		verifier, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(apptest.Secret)})
		if err != nil {
			t.Fatal(err)
		}
		allEndWithinASecond(t, s, instances, func(_, token string) (route, body string) {
			session, err := verifier.Verify(token)
			if err != nil {
				t.Fatal(err)
			}
			return "/api/tokens/revoke", fmt.Sprintf(`{"jti":%q,"expiresAt":%q}`, session.User.Token.ID, session.ExpiresAt.Format(time.RFC3339))
		})
	})
}

// allEndWithinASecond opens everything with one token, has a route end it, and bounds how long that takes.
func allEndWithinASecond(t *testing.T, s *shop, instances []*apptest.App, revocation func(user, token string) (route, body string)) {
	const tries, path, perOpening = 3, "/_streams/room-general", 5
	var took []time.Duration
	for n := range tries {
		user := strings.ReplaceAll(t.Name(), "/", "-") + fmt.Sprint(n)
		token := s.Token(user)
		var sockets []*apptest.Client
		var feeds []*reader
		var events []told
		opening := time.Now()
		for _, app := range instances {
			sockets = append(sockets, apptest.Dial(t, app.URL, token))
			feeds = append(feeds, openWith(t, app, path, token))
			events = append(events, openEvents(t, app, path, token))
		}
		opened := time.Since(opening)
		route, body := revocation(user, token)
		begun := time.Now()
		if status, answer := s.call(http.MethodPost, route, s.admin(), body); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		for i := range instances {
			if code, reason := sockets[i].Closed(); code != 4003 || reason != "revoked" {
				t.Errorf("a socket ended with %d %q", code, reason)
			}
			feeds[i].ends(t, 4003, "revoked")
			events[i].ends(t, "revoked")
		}
		took = append(took, time.Since(begun))
		if t.Failed() {
			return
		}
		t.Logf("from the call to the last of the six ends: %v; opening them: %v", took[n], opened)
		if took[n] <= time.Second+perOpening*opened {
			return
		}
	}
	t.Errorf("from the call to the last of the six ends: %v, each over a second and %d times what opening them took", took, perOpening)
}
