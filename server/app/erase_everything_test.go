package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// marker stands in everything that the user of the next test writes.
const marker = "xyzzymarker"

// An erasure leaves nothing of what a user wrote anywhere in the database, wherever he could write. What he called a
// room is the room's, and his id stays where the log needs it.
func TestAnErasureLeavesNothingAnywhere(t *testing.T) {
	mongod := mongotest.Shared(t)
	database := mongod.Database(t)
	a := apptest.Start(t, apptest.Options{MongoDBURI: mongod.URI, Database: database})
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

	client, err := mongo.Connect(options.Client().ApplyURI(mongod.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	holding := func() map[string]int { return collectionsWith(t, client.Database(database), marker) }
	before := holding()
	for _, collection := range []string{"messages", "profiles", "reports", "attachments", "files.chunks", "notifications"} {
		for deadline := time.Now().Add(20 * time.Second); before[collection] == 0 && time.Now().Before(deadline); before = holding() {
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
