package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/push/pushtest"
	"roomstream/server/app/apptest"
)

// marker stands in everything that the user of the next test writes.
const marker = "xyzzymarker"

// An erasure leaves nothing of what a user wrote anywhere in the database and in what is exported from either store,
// wherever he could write. What he called a room is the room's, and his id stays where the log needs it.
func TestAnErasureLeavesNothingAnywhere(t *testing.T) {
	t.Parallel() // it mostly waits
	t.Run("MongoDB", func(t *testing.T) {
		mongod := mongotest.Shared(t)
		o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t), Configure: pushing}
		a := apptest.Start(t, o)
		writeMarked(t, a)
		client, err := mongo.Connect(options.Client().ApplyURI(mongod.URI))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Disconnect(context.Background()) })
		holding := func() map[string]int { return collectionsWith(t, client.Database(o.Database), marker) }
		before := holding()
		for _, collection := range []string{"messages", "profiles", "reports", "attachments", "files.chunks", "notifications", "pushSubscriptions"} {
			for deadline := time.Now().Add(apptest.Patience); before[collection] == 0 && time.Now().Before(deadline); before = holding() {
				<-time.After(20 * time.Millisecond) // notifications are made behind the messages
			}
			if before[collection] == 0 {
				t.Errorf("nothing was written to %s: it is in %v", collection, before)
			}
		}
		if err := a.Service().Erase(context.Background(), "eve", func(rooms.Erased) {}); err != nil {
			t.Fatal(err)
		}
		if left := holding(); len(left) > 0 {
			t.Errorf("it is still in %v", left)
		}
		wantUnmarked(t, o)
	})
	t.Run("embedded", func(t *testing.T) {
		o := apptest.Options{Dir: t.TempDir(), Configure: pushing}
		a := apptest.Start(t, o)
		writeMarked(t, a)
		asking{t, a}.until("bob is told", "/api/notifications", a.Token("bob"), marker)
		a.Stop()
		marked := exported(t, o)
		for _, kind := range []string{`{"event"`, `{"profile"`, `{"report"`, `{"file"`, `{"notification"`} {
			if !slices.ContainsFunc(strings.Split(marked, "\n"), func(line string) bool {
				return strings.HasPrefix(line, kind) && strings.Contains(line, marker)
			}) {
				t.Errorf("no line of the kind %s holds it", kind)
			}
		}
		a = apptest.Start(t, o)
		if err := a.Service().Erase(context.Background(), "eve", func(rooms.Erased) {}); err != nil {
			t.Fatal(err)
		}
		a.Stop()
		wantUnmarked(t, o)
	})
}

// exported is a store's export with the contents of its files.
func exported(t *testing.T, o apptest.Options) string {
	t.Helper()
	folder := t.TempDir()
	env, args := storeArgs(o)
	out := run(t, env, append([]string{"export", "-files", folder}, args...)...)
	if out.err != nil {
		t.Fatalf("export: %v, %q", out.err, out.stderr)
	}
	text := out.stdout
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text += contentOf(t, filepath.Join(folder, entry.Name()))
	}
	return text
}

func wantUnmarked(t *testing.T, o apptest.Options) {
	t.Helper()
	text := exported(t, o)
	if !strings.Contains(text, "an answer") {
		t.Errorf("what others wrote is not exported: %s", text)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, marker) {
			t.Errorf("it is exported: %s", line)
		}
	}
}

// writeMarked has eve write the marker wherever she can, and bob answer.
func writeMarked(t *testing.T, a *apptest.App) {
	t.Helper()
	eve := a.TokenFor(auth.User{ID: "eve", Name: "Eve " + marker}, time.Hour)
	post := func(path, body string) string {
		t.Helper()
		status, answer := request(t, "POST", a.URL+path, eve, body)
		if status != http.StatusCreated && status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		return answer
	}
	bob := a.TokenFor(auth.User{ID: "bob", Name: "Bob"}, time.Hour)
	if status, answer := request(t, "PATCH", a.URL+"/api/users/me", bob, `{"name":"Bob"}`); status != http.StatusOK { // who is known can be named
		t.Fatalf("bob: %d %s", status, answer)
	}
	file := upload(t, a, eve, marker+".txt", "this is "+marker)
	post("/api/rooms/general/messages", fmt.Sprintf(`{"text":"%s @Bob","data":{"%s":1},"attachments":[%q]}`, marker, marker, file))
	post("/api/rooms/general/messages", fmt.Sprintf(`{"text":"another %s","clientId":"c1"}`, marker))
	upload(t, a, eve, marker+"-unsent.txt", "never sent: "+marker)
	edited := make(chan error, 1)
	a.Service().Edit(auth.User{ID: "eve", Name: marker}, rooms.EditInput{RoomID: "general", Seq: 2, Text: "edited " + marker}, func(_ rooms.Sent, err error) { edited <- err })
	if err := <-edited; err != nil {
		t.Fatal(err)
	}
	direct := post("/api/direct", `{"userId":"bob"}`)
	id := direct[strings.Index(direct, `"id":"`)+6:]
	post("/api/rooms/"+id[:strings.Index(id, `"`)]+"/messages", fmt.Sprintf(`{"text":"for you: %s"}`, marker))
	if status, answer := request(t, "PATCH", a.URL+"/api/users/me", eve, fmt.Sprintf(`{"name":"%s","avatar":"https://%s.example/a.png"}`, marker, marker)); status != http.StatusOK {
		t.Fatalf("profile: %d %s", status, answer)
	}
	if status, answer := request(t, "POST", a.URL+"/api/rooms/general/messages", bob, `{"text":"an answer"}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	post("/api/rooms/general/reports", fmt.Sprintf(`{"seq":4,"reason":"because %s"}`, marker))
	device := pushtest.New(t).Device()
	subscription := strings.Replace(device.JSON(), device.Endpoint, device.Endpoint+marker, 1)
	if status, answer := request(t, "PUT", a.URL+"/api/push/subscriptions", eve, subscription); status != http.StatusOK {
		t.Fatalf("subscribe: %d %s", status, answer)
	}
}

// collectionsWith counts the documents that hold a text anywhere, by collection.
func collectionsWith(t *testing.T, db *mongo.Database, text string) map[string]int {
	t.Helper()
	names, err := db.ListCollectionNames(t.Context(), bson.D{{Key: "type", Value: "collection"}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, name := range names {
		cursor, err := db.Collection(name).Find(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		for cursor.Next(t.Context()) {
			if bytes.Contains(cursor.Current, []byte(text)) {
				found[name]++
			}
		}
		if err := cursor.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// upload uploads a file to the room general and gives its id.
func upload(t *testing.T, a *apptest.App, token, name, content string) string {
	t.Helper()
	return uploadTo(t, a, "general", token, name, content)
}

func uploadTo(t *testing.T, a *apptest.App, room, token, name, content string) string {
	t.Helper()
	r, err := http.NewRequest("POST", a.URL+"/api/rooms/"+room+"/files?name="+name, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "text/plain")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("upload: %d %s, %v", answer.StatusCode, b.String(), err)
	}
	_, id, _ := strings.Cut(b.String(), `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return id
}
