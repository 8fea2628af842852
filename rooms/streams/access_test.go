package streams_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// TestWhoMayOpen is a declaration's access, and the rules besides.
func TestWhoMayOpen(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("a/admins", `{}`)
	w.declare("a/staff", `{"access": {"roles": ["staff"]}}`)
	w.declare("a/public", `{"access": {"public": true}}`)
	w.declare("a/open", `{"access": {"roles": ["$unauthenticated"]}}`)
	callers := map[string]streams.Caller{"nobody": {}, "somebody": caller("ann"), "staff": caller("bob", "staff"), "admin": admin}
	may := map[string][]string{
		"nobody":   {"a/open", "a/public"},
		"somebody": {"a/open", "a/public"},
		"staff":    {"a/open", "a/public", "a/staff"},
		"admin":    {"a/admins", "a/open", "a/public", "a/staff"},
	}
	check := func() {
		t.Helper()
		for who, c := range callers {
			var visible []string
			for _, d := range w.service.Visible(c) {
				visible = append(visible, d.Name.String())
			}
			if !slices.Equal(visible, may[who]) {
				t.Errorf("%s sees %v, want %v", who, visible, may[who])
			}
			for _, name := range may["admin"] {
				r, err := w.subscribe(c, request(name))
				if err == nil {
					r.sub.Close()
				}
				code := rooms.CodeForbidden
				if who == "nobody" {
					code = rooms.CodeUnauthenticated
				}
				switch {
				case slices.Contains(may[who], name) && err != nil:
					t.Errorf("%s may open %s: %v", who, name, err)
				case !slices.Contains(may[who], name):
					wantCode(t, err, code, "")
				}
			}
		}
	}
	check()
	rule := `{"_id": "r1", "predicate": "path-prefix('/a/_streams/admins')", "priority": 1, "roles": ["staff"]}`
	if err := w.service.PutRule(t.Context(), "root", []byte(rule)); err != nil {
		t.Fatal(err)
	}
	may["staff"] = may["admin"]
	check()

	r, err := w.subscribe(callers["staff"], request("a/admins"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.service.PutRule(t.Context(), "root", []byte(strings.Replace(rule, "staff", "others", 1))); err != nil {
		t.Fatal(err)
	}
	if reason := r.awaitEnd(t); reason != streams.ReasonForbidden {
		t.Errorf("whose right was taken away was ended because of %q", reason)
	}
	for field, bad := range map[string]string{
		"predicate": `{"_id": "x", "predicate": "qparams-whitelist(page)", "roles": ["staff"]}`,
		"roles":     `{"_id": "x", "predicate": "path('/a')", "roles": "staff"}`,
		"mongo":     `{"_id": "x", "predicate": "path('/a')", "roles": [], "mongo": {}}`,
		"":          `[]`,
	} {
		wantCode(t, w.service.PutRule(t.Context(), "root", []byte(bad)), rooms.CodeBadRequest, field)
	}
}

// TestTheChatIsNoFeed: its own collections are refused, and cut out of streams of more than one collection.
func TestTheChatIsNoFeed(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), false, streams.Options{})
	for _, own := range []string{"messages", "users", "streams", "signals", "notifications", "members", "meta"} {
		wantCode(t, w.tryDeclare(own+"/all", `{}`), rooms.CodeForbidden, "")
	}
	for _, address := range []string{"rooms", "acl", "api", "feeds", "_streams"} {
		wantCode(t, w.tryDeclare(address+"/all", `{}`), rooms.CodeBadRequest, "watch.collection")
	}
	_, err := w.service.Insert(t.Context(), admin, "messages", []byte(`{"roomId": "a"}`))
	wantCode(t, err, rooms.CodeForbidden, "")
	w.declare("database", `{"watch": {"database": true}}`)
	w.declare("deployment", `{"watch": {"deployment": true}, "stages": [{"$match": {"ns.db": "`+w.chat.Name()+`"}}]}`)
	database, deployment := w.open("database"), w.open("deployment")
	for _, own := range []string{"messages", "users", "signals", "notifications"} {
		w.insert(own, bson.D{{Key: "n", Value: -1}, {Key: "name", Value: own}, {Key: "nameKey", Value: own}})
	}
	w.insert("others", bson.D{{Key: "n", Value: 1}})
	for name, r := range map[string]*recorder{"database": database, "deployment": deployment} {
		if got := numbers(t, r.await(t, 1)); !slices.Equal(got, []int{1}) {
			t.Errorf("a stream of the %s tells of %v", name, got)
		}
	}
}

// TestRefusedStagesLeaveNoCursor, and say why in the database's words.
func TestRefusedStagesLeaveNoCursor(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	err := w.tryDeclare("a/bad", `{"stages": [{"$project": {"a": 1, "b": 0}}]}`)
	wantCode(t, err, rooms.CodeBadRequest, "stages")
	if !strings.Contains(err.Error(), "exclusion") {
		t.Errorf("the error does not tell what the database said: %v", err)
	}
	if len(w.service.Visible(admin)) != 0 || w.cursors() != 0 {
		t.Error("something was declared, or a cursor left open")
	}
}

// TestInsertNeedsACreate is who may insert what.
func TestInsertNeedsACreate(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	_, err := w.service.Insert(t.Context(), admin, "posts", []byte(`{}`))
	wantCode(t, err, rooms.CodeNotFound, "")
	w.declare("posts/all", `{"access": {"public": true}}`)
	_, err = w.service.Insert(t.Context(), streams.Caller{}, "posts", []byte(`{}`))
	wantCode(t, err, rooms.CodeUnauthenticated, "")
	_, err = w.service.Insert(t.Context(), caller("ann"), "posts", []byte(`{}`))
	wantCode(t, err, rooms.CodeForbidden, "")
	w.declare("posts/all", `{"access": {"public": true}, "create": {"roles": ["writer"], "schema":
		{"type": "object", "required": ["author", "content"], "properties": {"content": {"type": "string", "maxLength": 5}}}}}`)
	r := w.open("posts/all")
	writer := caller("ann", "writer")
	for field, bad := range map[string]string{
		"":        `[]`,
		"content": `{"author": "a", "content": "too long"}`,
		"$where":  `{"author": "a", "content": "b", "$where": "1"}`,
	} {
		_, err = w.service.Insert(t.Context(), writer, "posts", []byte(bad))
		wantCode(t, err, rooms.CodeBadRequest, field)
	}
	id, err := w.service.Insert(t.Context(), writer, "posts", []byte(`{"author": "a", "content": "hello"}`))
	if err != nil {
		t.Fatal(err)
	}
	document, _ := body(t, r.await(t, 1)[0])["fullDocument"].(map[string]any)
	if given, _ := id.ObjectIDOK(); document["content"] != "hello" || document["_id"].(map[string]any)["$oid"] != given.Hex() {
		t.Errorf("%v was stored under %v", document, id)
	}
}

// TestPushes go to those they concern without being asked for.
func TestPushes(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("posts/everybody", `{"access": {"public": true}, "events": {"insert": "post_added", "update": "post_updated", "delete": "post_deleted"}}`)
	w.declare("posts/staff", `{"access": {"roles": ["staff"]}, "operations": ["delete"], "events": {"delete": "gone"}}`)
	w.declare("posts/owner", `{"operations": ["insert"], "events": {"insert": "yours"}, "room": "user-{fullDocument.userId}"}`)
	w.until("the cursors are open", func() bool { return w.service.Cursors() == 3 })
	posts := w.feeds.Collection("posts")
	w.insert("posts", bson.D{{Key: "_id", Value: "p1"}, {Key: "userId", Value: "ann"}, {Key: "n", Value: 1}})
	if _, err := posts.UpdateByID(t.Context(), "p1", bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 2}}}, {Key: "$unset", Value: bson.D{{Key: "userId", Value: 1}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := posts.DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "p1"}}); err != nil {
		t.Fatal(err)
	}
	w.insert("posts", bson.D{{Key: "_id", Value: "p2"}, {Key: "n", Value: 3}}) // it has no user
	want := []string{
		`all post_added {"id":"p1","userId":"ann","n":1}`,
		`all post_added {"id":"p2","n":3}`,
		`all post_deleted {"id":"p1"}`,
		`all post_updated {"id":"p1","changes":{"n":2},"removed":["userId"]}`,
		`staff gone {"id":"p1"}`,
		`user-ann yours {"id":"p1","userId":"ann","n":1}`,
	}
	w.until("all is told", func() bool { return len(w.told.all()) >= len(want) })
	if got := slices.Sorted(slices.Values(w.told.all())); !slices.Equal(got, want) {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNothingIsListedBeforeItIsRead: an empty list would say that there are no streams.
func TestNothingIsListedBeforeItIsRead(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("a/all", `{}`)
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: w.uri, Database: w.chat.Name()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(context.Background())
	database, declared, err := store.Streams(w.feeds.Name())
	if err != nil {
		t.Fatal(err)
	}
	idle := streams.New(streams.Options{Database: database, Store: declared})
	wantCode(t, idle.Ready(), rooms.CodeUnavailable, "")
	if err := idle.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := idle.Ready(); err != nil || len(idle.Visible(admin)) != 1 {
		t.Errorf("once they are read: %v, %v", idle.Visible(admin), err)
	}
	if err := streams.New(streams.Options{}).Ready(); err != nil {
		t.Errorf("without MongoDB: %v", err)
	}
}
