package streams_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// slowly has the database hold back the next answer to a command over a collection of the feeds' database.
func (w *world) slowly(command, collection string, pause time.Duration) {
	w.t.Helper()
	fail := bson.D{
		{Key: "configureFailPoint", Value: "failCommand"},
		{Key: "mode", Value: bson.D{{Key: "times", Value: 1}}},
		{Key: "data", Value: bson.D{
			{Key: "failCommands", Value: bson.A{command}}, {Key: "namespace", Value: w.feeds.Name() + "." + collection},
			{Key: "blockConnection", Value: true}, {Key: "blockTimeMS", Value: pause.Milliseconds()},
		}},
	}
	if err := w.feeds.Client().Database("admin").RunCommand(w.t.Context(), fail).Err(); err != nil {
		w.t.Fatal(err)
	}
}

// TestWhoWaitsForACursorIsHeldToTheRulesOfThen: the rule that let him in goes while the database opens the stream.
func TestWhoWaitsForACursorIsHeldToTheRulesOfThen(t *testing.T) {
	w := newWorld(t, mongotest.Start(t, "--setParameter", "enableTestCommands=1"), true, streams.Options{})
	w.declare("log/all", `{}`)
	if err := w.service.PutRule(t.Context(), "root", []byte(`{"_id": "r", "predicate": "path('/log/_streams/all')", "roles": ["guest"]}`)); err != nil {
		t.Fatal(err)
	}
	w.slowly("aggregate", "log", 2*time.Second)
	refused := make(chan error, 1)
	go func() {
		_, err := w.subscribe(caller("g", "guest"), request("log/all"))
		refused <- err
	}()
	w.until("he waits", func() bool { return w.inProgress("aggregate") })
	if _, err := w.chat.Collection("acl").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "r"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, <-refused, rooms.CodeForbidden, "")
}

// inProgress says whether the database works at a command over the feeds' database.
func (w *world) inProgress(command string) bool {
	w.t.Helper()
	cursor, err := w.feeds.Client().Database("admin").Aggregate(w.t.Context(), bson.A{
		bson.D{{Key: "$currentOp", Value: bson.D{}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "command." + command, Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "command.$db", Value: w.feeds.Name()}}}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var found []bson.Raw
	if err := cursor.All(w.t.Context(), &found); err != nil {
		w.t.Fatal(err)
	}
	return len(found) > 0
}

// TestWhoComesBackToADeclarationThatChangesIsAnswered: he waits for a cursor when the stream ends.
func TestWhoComesBackToADeclarationThatChangesIsAnswered(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	r := w.open("log/all")
	w.insert("log", bson.D{{Key: "n", Value: 0}})
	w.insert("log", bson.D{{Key: "n", Value: 1}})
	again := request("log/all")
	again.After = r.await(t, 2)[0].After()
	// Those before him hold every cursor that the declaration has for those who come back.
	held := make(chan struct{})
	defer close(held)
	for range 4 {
		holder := newRecorder()
		reached := make(chan struct{}, 1)
		holder.room = func(ctx context.Context) error {
			select {
			case reached <- struct{}{}:
			default:
			}
			select {
			case <-held:
			case <-ctx.Done():
			}
			return nil
		}
		sub, err := w.service.Subscribe(t.Context(), admin, again, holder)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(sub.Close)
		<-reached
	}
	last := newRecorder()
	answered := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	begun := make(chan struct{})
	go func() {
		close(begun)
		sub, err := w.service.Subscribe(ctx, admin, again, last)
		if err == nil {
			defer sub.Close()
		}
		answered <- err
	}()
	<-begun
	select {
	case err := <-answered:
		t.Fatalf("he did not wait: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	w.declare("log/all", `{"operations": ["insert", "delete"]}`)
	if reason := last.awaitEnd(t); reason != streams.ReasonChanged {
		t.Errorf("he was told %q", reason)
	}
	if err := <-answered; err != nil {
		t.Errorf("who was told of the end got the error %v, too", err)
	}
}

// TestWhatIsDeclaredBeforeRunIsPushed: declarations may be read before Run begins.
func TestWhatIsDeclaredBeforeRunIsPushed(t *testing.T) {
	server := mongotest.Shared(t)
	w := newWorld(t, server, true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"], "access": {"public": true}, "events": {"insert": "logged"}}`)
	other, heard := w.idle(), newTold()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx, heard) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	n := 0
	deadline := time.Now().Add(10 * time.Second)
	for len(heard.all()) == 0 && time.Now().Before(deadline) {
		w.insert("log", bson.D{{Key: "n", Value: n}})
		n++
		<-time.After(20 * time.Millisecond)
	}
	if len(heard.all()) == 0 {
		t.Error("nothing was pushed")
	}
}

// TestInitialShowsNoMoreThanTheStream: one that never shows a document does not begin with documents.
func TestInitialShowsNoMoreThanTheStream(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.insert("log", bson.D{{Key: "secret", Value: "s"}})
	for name, declaration := range map[string]string{
		"log/gone":    `{"operations": ["delete"]}`,
		"log/changes": `{"operations": ["update", "delete"]}`,
	} {
		w.declare(name, declaration)
		r := request(name)
		r.Initial = true
		_, err := w.subscribe(admin, r)
		wantCode(t, err, rooms.CodeBadRequest, "initial")
	}
	w.declare("log/looked", `{"operations": ["update"], "fullDocument": "updateLookup"}`)
	r := request("log/looked")
	r.Initial = true
	if _, err := w.subscribe(admin, r); err != nil {
		t.Error(err)
	}
}

// TestInitialTakesARootThatIsMissingForEmpty as the live events do.
func TestInitialTakesARootThatIsMissingForEmpty(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.insert("log", bson.D{{Key: "_id", Value: 1}, {Key: "sub", Value: "no document"}})
	w.insert("log", bson.D{{Key: "_id", Value: 2}, {Key: "sub", Value: bson.D{{Key: "n", Value: 7}}}})
	w.declare("log/sub", `{"operations": ["insert"], "stages": [{"$replaceRoot": {"newRoot": "$fullDocument.sub"}}]}`)
	req := request("log/sub")
	req.Initial = true
	r, err := w.subscribe(admin, req)
	if err != nil {
		t.Fatal(err)
	}
	r.await(t, 3)
	w.insert("log", bson.D{{Key: "_id", Value: 3}})
	var got []string
	for _, e := range r.await(t, 4) {
		got = append(got, string(e.JSON(false)))
	}
	if want := []string{`{}`, `{"n":7}`, `{"ready":true}`, `{}`}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestADocumentsOwnFieldsAreNoMark: a document may have a field called skipped.
func TestADocumentsOwnFieldsAreNoMark(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"], "stages": [{"$replaceRoot": {"newRoot": "$fullDocument"}}]}`)
	r := w.open("log/all")
	w.insert("log", bson.D{{Key: "skipped", Value: int32(3)}, {Key: "n", Value: int32(1)}})
	if got := body(t, r.await(t, 1)[0]); got["n"] != 1.0 || got["skipped"] != 3.0 {
		t.Errorf("got %v", got)
	}
}

// TestASchemaSeesWhatIsStored: of a key that stands twice it would see the one, and the database's readers the other.
func TestASchemaSeesWhatIsStored(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"create": {"public": true, "schema": {"type": "object", "properties": {
		"role": {"enum": ["user"]}, "in": {"type": "object", "properties": {"role": {"enum": ["user"]}}}}}}}`)
	for text, field := range map[string]string{
		`{"role": "admin", "role": "user"}`:                  "role",
		`{"r\u006fle": "admin", "role": "user"}`:             "role",
		`{"in": {"role": "admin", "role": "user"}}`:          "in.role",
		`{"list": [{"a": 1}, {"role": "admin", "role": 1}]}`: "list[1].role",
		`{"a\u0000b": 1}`:                                    "",
	} {
		_, err := w.service.Insert(t.Context(), streams.Caller{}, "log", []byte(text))
		wantCode(t, err, rooms.CodeBadRequest, field)
	}
	n, err := w.feeds.Collection("log").CountDocuments(t.Context(), bson.D{})
	if err != nil || n != 0 {
		t.Errorf("%d documents were stored: %v", n, err)
	}
}

// idle gives another Service of the same, which has read the declarations and does not run.
func (w *world) idle() *streams.Service {
	w.t.Helper()
	store, err := mongodb.Open(w.t.Context(), mongodb.Options{URI: w.uri, Database: w.chat.Name()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { store.Close(context.Background()) })
	var o streams.Options
	if o.Database, o.Store, err = store.Streams(w.feeds.Name()); err != nil {
		w.t.Fatal(err)
	}
	s := streams.New(o)
	if err := s.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// TestWhatIsPutStandsThoughAnotherInstanceChangedItJustNow, of which this one has not heard.
func TestWhatIsPutStandsThoughAnotherInstanceChangedItJustNow(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	const first = `{"operations": ["insert"]}`
	w.declare("log/all", first)
	other := w.idle()
	w.declare("log/all", `{"operations": ["delete"]}`)
	d, err := streams.ParseDeclaration(streams.Name{Collection: "log", URI: "all"}, []byte(first))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Put(t.Context(), "root", d); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.service.Visible(admin); len(got) != 1 || !slices.Equal(got[0].Operations, []streams.Operation{streams.Insert}) {
		t.Errorf("declared is %v", got[0].Operations)
	}
}

// TestARulesIdIsNoOperator: it would choose another rule.
func TestARulesIdIsNoOperator(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	for _, id := range []string{`{"$gt": ""}`, `["a"]`, `{"$regularExpression": {"pattern": ".", "options": ""}}`} {
		rule := `{"_id": ` + id + `, "predicate": "path('/log/_streams/all')", "roles": ["guest"]}`
		wantCode(t, w.service.PutRule(t.Context(), "root", []byte(rule)), rooms.CodeBadRequest, "_id")
	}
}

// TestARuleOfAPathIsNoneOfItsSiblings, whose names begin alike.
func TestARuleOfAPathIsNoneOfItsSiblings(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{}`)
	w.declare("log/alls", `{}`)
	if err := w.service.PutRule(t.Context(), "root", []byte(`{"_id": "r", "predicate": "path-prefix('/log/_streams/all')", "roles": ["guest"]}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Check(caller("g", "guest"), request("log/all")); err != nil {
		t.Error(err)
	}
	wantCode(t, w.service.Check(caller("g", "guest"), request("log/alls")), rooms.CodeForbidden, "")
}

// TestWhoGivesUpLeavesNoCursor: he went while the database opened the stream for him.
func TestWhoGivesUpLeavesNoCursor(t *testing.T) {
	w := newWorld(t, mongotest.Start(t, "--setParameter", "enableTestCommands=1"), true, streams.Options{Linger: 2 * time.Second})
	w.declare("log/all", `{}`)
	w.slowly("aggregate", "log", time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := w.service.Subscribe(ctx, admin, request("log/all"), newRecorder())
		gone <- err
	}()
	w.until("he waits", func() bool { return w.inProgress("aggregate") })
	cancel()
	if err := <-gone; err == nil {
		t.Error("a stream was opened for who had gone")
	}
	w.until("the stream is open", func() bool { return w.service.Cursors() == 1 })
	w.until("the cursor is given back", func() bool { return w.service.Cursors() == 0 && w.cursors() == 0 })
}
