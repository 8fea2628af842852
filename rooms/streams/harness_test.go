package streams_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// patience bounds every wait for something that must come.
const patience = 60 * time.Second

// chatDatabase and feedsDatabase tell the two apart in a world.
type world struct {
	t       testing.TB
	uri     string
	chat    *mongo.Database
	feeds   *mongo.Database
	service *streams.Service
	told    *told
	before  int // cursors that an earlier test left open
}

// newWorld serves streams over a fresh database, or, with apart, over one besides the chat's.
func newWorld(t testing.TB, server *mongotest.Server, apart bool, o streams.Options) *world {
	t.Helper()
	chat := server.Database(t)
	feeds := chat
	if apart {
		feeds = server.Database(t)
	}
	w := instance(t, server.URI, chat, feeds, o)
	// What an earlier test leaves at the server is that test's failure, not this one's: it is told, and not counted here.
	for deadline := time.Now().Add(settle); w.cursors() > 0 && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}
	if w.before = w.cursors(); w.before > 0 {
		t.Logf("%d cursors of earlier tests are open still", w.before)
	}
	return w
}

// settle is how long the cursors of an earlier test may take to go.
const settle = 5 * time.Second

// watched is how many cursors a Service without subscribers has: one for the declarations.
const watched = 1

// instance is one more of the same.
func instance(t testing.TB, uri, chat, feeds string, o streams.Options) *world {
	t.Helper()
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: uri, Database: chat})
	if err != nil {
		t.Fatal(err)
	}
	wrapper, _ := o.Database.(wrapper)
	if o.Database, o.Store, err = store.Streams(feeds); err != nil {
		t.Fatal(err)
	}
	if wrapper != nil {
		o.Database = wrapper.wrap(o.Database)
	}
	if testing.Verbose() {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, uri: uri, chat: client.Database(chat), feeds: client.Database(feeds), service: streams.New(o), told: newTold()}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.service.Run(ctx, w.told) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		closing, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := store.Close(closing); err != nil {
			t.Errorf("close the store: %v", err)
		}
		client.Disconnect(closing)
	})
	w.until("the declarations are read", func() bool {
		_, err := w.service.Subscribe(t.Context(), streams.Caller{}, streams.Request{Name: streams.Name{URI: "none"}}, newRecorder())
		return rooms.AsError(err).Code == rooms.CodeNotFound
	})
	return w
}

// wrapper stands in Options.Database for one around the real one.
type wrapper interface {
	streams.Database
	wrap(streams.Database) streams.Database
}

// until waits for a condition.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !holds(); {
		if time.Now().After(deadline) {
			w.t.Fatalf("did not come about within %v: %s", patience, what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// declare puts a declaration, given as JSON.
func (w *world) declare(name, text string) {
	w.t.Helper()
	if err := w.tryDeclare(name, text); err != nil {
		w.t.Fatalf("declare %s: %v", name, err)
	}
}

func (w *world) tryDeclare(name, text string) error {
	w.t.Helper()
	parsed, err := streams.ParseName(name)
	if err != nil {
		return err
	}
	d, err := streams.ParseDeclaration(parsed, []byte(text))
	if err != nil {
		return err
	}
	_, err = w.service.Put(w.t.Context(), "root", d)
	return err
}

var admin = streams.Caller{Known: true, User: auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}}

func caller(id string, roles ...string) streams.Caller {
	return streams.Caller{Known: true, User: auth.User{ID: auth.UserID(id), Roles: roles}}
}

// open subscribes to a stream as an admin. vars are pairs of names and values.
func (w *world) open(name string, vars ...string) *recorder {
	w.t.Helper()
	r, err := w.subscribe(admin, request(name, vars...))
	if err != nil {
		w.t.Fatalf("open %s: %v", name, err)
	}
	return r
}

func request(name string, vars ...string) streams.Request {
	parsed, err := streams.ParseName(name)
	if err != nil {
		panic(err)
	}
	r := streams.Request{Name: parsed, Vars: map[string]streams.Value{}}
	for pair := range slices.Chunk(vars, 2) {
		value, _ := json.Marshal(pair[1])
		r.Vars[pair[0]] = value
	}
	return r
}

func (w *world) subscribe(c streams.Caller, r streams.Request) (*recorder, error) {
	to := newRecorder()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sub, err := w.service.Subscribe(ctx, c, r, to)
	if err != nil {
		return nil, err
	}
	to.sub = sub
	w.t.Cleanup(sub.Close)
	return to, nil
}

// insert inserts a document into the feeds' database.
func (w *world) insert(collection string, document bson.D) {
	w.t.Helper()
	majority := options.Collection().SetWriteConcern(writeconcern.Majority())
	if _, err := w.feeds.Collection(collection, majority).InsertOne(w.t.Context(), document); err != nil {
		w.t.Fatal(err)
	}
}

// cursors counts the open cursors of subscribers, where this is the only Service on the server.
func (w *world) cursors() int {
	w.t.Helper()
	var status struct {
		Metrics struct {
			Cursor struct {
				Open struct {
					Total int `bson:"total"`
				} `bson:"open"`
			} `bson:"cursor"`
		} `bson:"metrics"`
	}
	command := bson.D{{Key: "serverStatus", Value: 1}}
	if err := w.feeds.Client().Database("admin").RunCommand(w.t.Context(), command).Decode(&status); err != nil {
		w.t.Fatal(err)
	}
	return status.Metrics.Cursor.Open.Total - watched - w.before
}

// recorder is a Sink that keeps everything.
type recorder struct {
	sub *streams.Subscription

	mu     sync.Mutex
	events []streams.Event
	reason streams.Reason
	rang   chan struct{}
	room   func(context.Context) error // nil: always
}

func newRecorder() *recorder { return &recorder{rang: make(chan struct{}, 1)} }

func (r *recorder) Event(e streams.Event) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	r.ring()
}

func (r *recorder) Wait(ctx context.Context) error {
	if r.room == nil {
		return nil
	}
	return r.room(ctx)
}

func (r *recorder) Closed(reason streams.Reason) {
	r.mu.Lock()
	r.reason = reason
	r.mu.Unlock()
	r.ring()
}

func (r *recorder) ring() {
	select {
	case r.rang <- struct{}{}:
	default:
	}
}

func (r *recorder) all() []streams.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

func (r *recorder) ended() streams.Reason {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}

// await returns the events once there are n.
func (r *recorder) await(t testing.TB, n int) []streams.Event {
	t.Helper()
	deadline := time.After(patience)
	for {
		if events := r.all(); len(events) >= n {
			return events
		}
		select {
		case <-r.rang:
		case <-deadline:
			t.Fatalf("%d events, want %d; ended: %q", len(r.all()), n, r.ended())
		}
	}
}

// awaitEnd returns why the subscription ended.
func (r *recorder) awaitEnd(t testing.TB) streams.Reason {
	t.Helper()
	deadline := time.After(patience)
	for {
		if reason := r.ended(); reason != "" {
			return reason
		}
		select {
		case <-r.rang:
		case <-deadline:
			t.Fatal("the subscription did not end")
		}
	}
}

// body is an event's JSON, decoded.
func body(t testing.TB, e streams.Event) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(e.JSON(false), &m); err != nil {
		t.Fatalf("%s: %v", e.JSON(false), err)
	}
	return m
}

// numbers gives fullDocument.n of each event.
func numbers(t testing.TB, events []streams.Event) []int {
	t.Helper()
	var list []int
	for _, e := range events {
		document, _ := body(t, e)["fullDocument"].(map[string]any)
		n, ok := document["n"].(float64)
		if !ok {
			t.Fatalf("no number in %s", e.JSON(false))
		}
		list = append(list, int(n))
	}
	return list
}

// count is 0, 1, 2 …
func count(from, to int) []int {
	var list []int
	for n := from; n < to; n++ {
		list = append(list, n)
	}
	return list
}

// told is a Teller that keeps what it is told, as "who event payload".
type told struct {
	mu   sync.Mutex
	list []string
}

func newTold() *told { return &told{} }

func (t *told) add(who, event string, payload []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, fmt.Sprintf("%s %s %s", who, event, payload))
}

func (t *told) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}

func (t *told) TellUser(user auth.UserID, event string, payload []byte) {
	t.add("user-"+string(user), event, payload)
}

func (t *told) TellRoom(room rooms.RoomID, event string, payloads ...[]byte) {
	for _, payload := range payloads {
		t.add("room-"+string(room), event, payload)
	}
}

func (t *told) Tell(allowed func(auth.User) bool, event string, payload []byte) {
	who := "nobody"
	switch {
	case allowed(auth.User{}):
		who = "all"
	case allowed(auth.User{Roles: []string{"staff"}}):
		who = "staff"
	case allowed(auth.User{Roles: []string{auth.RoleAdmin}}):
		who = "admins"
	}
	t.add(who, event, payload)
}

func wantCode(t testing.TB, err error, code rooms.Code, field string) {
	t.Helper()
	if e := rooms.AsError(err); e == nil || e.Code != code || e.Field != field {
		t.Errorf("got %v (field %q), want %s of %q", err, fieldOf(e), code, field)
	}
}

func fieldOf(e *rooms.Error) string {
	if e == nil {
		return ""
	}
	return e.Field
}
