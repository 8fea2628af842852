package feed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// shop is a running program over a database of feeds of its own.
type shop struct {
	*apptest.App
	t      *testing.T
	server *mongotest.Server
	chat   string          // the chat's database
	feeds  *mongo.Database // what declared streams watch
}

func newShop(t *testing.T) *shop {
	t.Helper()
	server := mongotest.Shared(t)
	s := &shop{t: t, server: server, chat: server.Database(t)}
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Disconnect(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.feeds = client.Database(server.Database(t))
	s.App = s.instance()
	return s
}

// instance starts one more program on the same databases.
func (s *shop) instance(configure ...func(*app.Config)) *apptest.App {
	return apptest.Start(s.t, apptest.Options{MongoDBURI: s.server.URI, Database: s.chat, Configure: func(c *app.Config) {
		c.FeedsDatabase = s.feeds.Name()
		for _, change := range configure {
			change(c)
		}
	}})
}

func (s *shop) insert(collection string, documents ...any) {
	s.t.Helper()
	if _, err := s.feeds.Collection(collection).InsertMany(s.t.Context(), documents); err != nil {
		s.t.Fatal(err)
	}
}

// cursors counts the change streams and other cursors that the database has open.
func (s *shop) cursors() int {
	s.t.Helper()
	var status struct {
		Metrics struct {
			Cursor struct{ Open struct{ Total int } }
		}
	}
	if err := bson.Unmarshal(s.server.Command(s.t, bson.D{{Key: "serverStatus", Value: 1}}), &status); err != nil {
		s.t.Fatal(err)
	}
	return status.Metrics.Cursor.Open.Total
}

// settled is cursors once it has been the same for a while: a program opens some of its own streams after it is ready.
func (s *shop) settled() int {
	s.t.Helper()
	const same = 10
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last, times := s.cursors(), 0
	for deadline := time.Now().Add(apptest.Patience); times < same; <-tick.C {
		now := s.cursors()
		if times++; now != last {
			last, times = now, 0
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the number of cursors does not settle: %d", now)
		}
	}
	return last
}

// admin is the header of a token for an admin.
func (s *shop) admin() http.Header {
	return http.Header{"Authorization": {"Bearer " + s.TokenFor(auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}, time.Hour)}}
}

// call sends JSON and returns the status and the body.
func (s *shop) call(method, path string, header http.Header, body string) (int, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if request.Header = header.Clone(); request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// declare makes a set of declarations all that a collection has.
func (s *shop) declare(collection, set string) {
	s.t.Helper()
	if status, answer := s.call(http.MethodPut, "/"+collection, s.admin(), `{"streams":[`+set+`]}`); status != http.StatusOK {
		s.t.Fatalf("PUT /%s: %d %s", collection, status, answer)
	}
}

// change is what a stream brings.
type change struct {
	OperationType string
	FullDocument  struct {
		N    int
		Name string
	}
	Ready bool
	After string
}

func (r *reader) change() change {
	r.t.Helper()
	text := r.hear()
	var c change
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	return c
}

// refused opens a feed that must be refused, and returns the error that was told.
func (s *shop) refused(path string, header http.Header, status int, code string) (told struct{ Code, Message, Field, Reason string }) {
	s.t.Helper()
	_, response, err := tryOpen(s.t, s.App, path, header)
	if err == nil || response == nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	var body struct {
		Error struct {
			Code, Message string
			Details       struct{ Field, Reason string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || response.StatusCode != status || body.Error.Code != code {
		s.t.Fatalf("%s: %d %+v (%v), want %d %s", path, response.StatusCode, body.Error, err, status, code)
	}
	told.Code, told.Message, told.Field, told.Reason = body.Error.Code, body.Error.Message, body.Error.Details.Field, body.Error.Details.Reason
	return told
}

const everybody = `{"uri":"all","access":{"public":true}}`

// TestTheLessonOfDeclaredStreams goes the way of the lesson: an account of the command line, Basic, escaped keys.
func TestTheLessonOfDeclaredStreams(t *testing.T) {
	s := newShop(t)
	const password = "correct horse battery"
	err := app.Run(t.Context(), app.Environment{
		Args: []string{"account", "add", "-name", "admin", "-role", "admin"},
		Getenv: func(name string) string {
			return map[string]string{
				"ROOMSTREAM_MONGODB_URI": s.server.URI, "ROOMSTREAM_MONGODB_DATABASE": s.chat, "ROOMSTREAM_JWT_SECRET": apptest.Secret,
				"ROOMSTREAM_ACCOUNT_PASSWORD": password,
			}[name]
		},
		Stdout: io.Discard, Stderr: t.Output(),
	})
	if err != nil {
		t.Fatal(err)
	}
	basic := &http.Request{Header: http.Header{}}
	basic.SetBasicAuth("admin", password)
	status, answer := s.call(http.MethodPut, "/messages", basic.Header, `{"streams":[
		{"uri":"all","stages":[{"_$match":{"_$or":[{"operationType":"insert"},{"operationType":"update"}]}}]},
		{"uri":"mine","stages":[{"_$match":{"fullDocument::name":{"_$var":"n"}}}]}]}`)
	if status != http.StatusOK {
		t.Fatalf("PUT /messages: %d %s", status, answer)
	}
	for _, path := range []string{"/messages", "/" + s.feeds.Name() + "/messages"} {
		status, answer = s.call(http.MethodGet, path+"?rep=SHAL", basic.Header, "")
		var listed struct {
			Links map[string]struct{ Href string } `json:"_links"`
		}
		if err := json.Unmarshal([]byte(answer), &listed); err != nil || status != http.StatusOK || listed.Links["all"].Href != path+"/_streams/all" {
			t.Fatalf("GET %s: %d %s", path, status, answer)
		}
	}
	all, _, err := tryOpen(t, s.App, "/messages/_streams/all", basic.Header)
	if err != nil {
		t.Fatal(err)
	}
	mine, _, err := tryOpen(t, s.App, "/"+s.feeds.Name()+"/messages/_streams/mine?n=uji", basic.Header)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sal", "uji"} {
		status, answer = s.call(http.MethodPost, "/messages", basic.Header, `{"message":"hello","name":"`+name+`"}`)
		if status != http.StatusCreated || !strings.HasPrefix(answer, `{"_id":{"$oid":"`) {
			t.Fatalf("POST /messages: %d %s", status, answer)
		}
		if c := all.change(); c.OperationType != "insert" || c.FullDocument.Name != name {
			t.Fatalf("all brought %+v", c)
		}
	}
	if text := mine.hear(); !strings.Contains(text, `"name":"uji"`) || !strings.Contains(text, `"documentKey":{"_id":{"$oid":"`) || !strings.Contains(text, `"operationType":"insert"`) {
		t.Errorf("mine brought %s", text)
	}
	told := s.refused("/messages/_streams/mine", basic.Header, 400, "BAD_REQUEST")
	if told.Reason != "QueryVariableNotBound" || told.Message != "variable n not bound" && !strings.HasSuffix(told.Message, "variable n not bound") {
		t.Errorf("without the variable: %+v", told)
	}
	s.refused("/messages/_streams/all", nil, 401, "UNAUTHENTICATED")
	status, answer = s.call(http.MethodPost, "/acl", basic.Header,
		`{"_id":"everybody","predicate":"path-prefix('/messages/_streams/all')","priority":0,"roles":["$unauthenticated"]}`)
	if status != http.StatusNoContent {
		t.Fatalf("POST /acl: %d %s", status, answer)
	}
	open(t, s.App, "/messages/_streams/all", "")
	s.refused("/messages/_streams/mine?n=uji", nil, 401, "UNAUTHENTICATED")
	s.refused("/messages/_streams/mine?n=uji", http.Header{"Authorization": {"Bearer " + s.Token("bob")}}, 403, "FORBIDDEN")
	s.refused("/messages/_streams/nothing", basic.Header, 404, "NOT_FOUND")
}

// TestAThousandWebSocketsCostOneCursor, whatever number of them listens.
func TestAThousandWebSocketsCostOneCursor(t *testing.T) {
	const clients = 1000
	s := newShop(t)
	s.declare("posts", everybody)
	first := open(t, s.App, "/posts/_streams/all", "")
	before := s.settled()
	all := []*reader{first}
	for len(all) < clients {
		all = append(all, open(t, s.App, "/posts/_streams/all", ""))
	}
	if now := s.cursors(); now > before {
		t.Errorf("%d clients opened %d cursors more than one did", clients, now-before)
	}
	const documents = 5
	for n := range documents {
		if status, answer := s.call(http.MethodPost, "/posts", s.admin(), fmt.Sprintf(`{"author":"ann","n":%d}`, n)); status != http.StatusCreated {
			t.Fatalf("POST /posts: %d %s", status, answer)
		}
	}
	for i, r := range all {
		for n := range documents {
			if c := r.change(); c.FullDocument.N != n {
				t.Fatalf("client %d got %+v, want %d", i, c, n)
			}
		}
	}
	var wg sync.WaitGroup
	for _, r := range all {
		wg.Go(func() { _ = r.CloseNow() })
	}
	wg.Wait()
}
