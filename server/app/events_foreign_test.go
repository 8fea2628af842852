package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// TestAnInsertOfAnotherProgramSpeaksInTheRoom: it arrives, gets a seq, and is in the history; a
// malformed one harms nothing.
func TestAnInsertOfAnotherProgramSpeaksInTheRoom(t *testing.T) {
	mongod := mongotest.Shared(t)
	database := mongod.Database(t)
	app := apptest.Start(t, apptest.Options{MongoDBURI: mongod.URI, Database: database})
	messages := collection(t, mongod.URI, database)
	c := apptest.Dial(t, app.URL, app.Token("alice"))
	c.Must("join_room", `"general"`, nil)
	c.Must("send_message", `{"roomId":"general","text":"first"}`, nil)
	c.WaitFor("new_message", 1)

	insert(t, messages, bson.M{"roomId": "general", "text": 42, "author": "robot"})
	insert(t, messages, bson.M{"roomId": "general", "author": "robot"})
	insert(t, messages, bson.M{"roomId": []string{"general"}, "text": "x", "author": "robot"})
	id := insert(t, messages, bson.M{"roomId": "general", "text": "from a shell", "author": "robot"})
	events := c.WaitFor("new_message", 2)
	heardInOrder(t, "alice", events, 1, 2)
	var m struct{ ID, Text, Author string }
	if err := json.Unmarshal(events[1].Body, &m); err != nil || m.ID != id || m.Text != "from a shell" || m.Author != "robot" {
		t.Fatalf("heard %s", events[1].Body)
	}
	var page struct{ Messages []struct{ ID string } }
	c.Must("get_history", `{"roomId":"general"}`, &page)
	if len(page.Messages) != 2 || page.Messages[1].ID != id {
		t.Fatalf("the history is %+v", page.Messages)
	}
	var ack sent
	c.Must("send_message", `{"roomId":"general","text":"third"}`, &ack)
	if ack.Seq != 3 {
		t.Fatalf("the next seq is %d", ack.Seq)
	}
}

// TestOthersAndClientsSpeakAtOnceOnTwoInstances: whoever writes, all clients have one log.
func TestOthersAndClientsSpeakAtOnceOnTwoInstances(t *testing.T) {
	const each = 300
	mongod := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)}
	first, second := apptest.Start(t, o), apptest.Start(t, o)
	here := apptest.Dial(t, first.URL, first.Token("alice"))
	there := apptest.Dial(t, second.URL, second.Token("bob"))
	here.Must("join_room", `"general"`, nil)
	there.Must("join_room", `"general"`, nil)
	messages := collection(t, mongod.URI, o.Database)
	inserted := make(chan struct{})
	go func() {
		defer close(inserted)
		for i := range each {
			document := bson.M{"roomId": "general", "text": fmt.Sprint("shell ", i), "author": "robot"}
			if _, err := messages.InsertOne(t.Context(), document); err != nil {
				t.Errorf("insert: %v", err)
				return
			}
		}
	}()
	defer func() { <-inserted }()
	fill(t, here, "general", each)
	fill(t, there, "general", each)
	events, others := here.WaitFor("new_message", 3*each), there.WaitFor("new_message", 3*each)
	heardInOrder(t, "alice", events, 1, 3*each)
	heardInOrder(t, "bob", others, 1, 3*each)
	for i := range events {
		if !bytes.Equal(events[i].Body, others[i].Body) {
			t.Fatalf("seq %d is %s here and %s there", i+1, events[i].Body, others[i].Body)
		}
	}
}

// insert writes a document as another program does, and returns its id in hex.
func insert(t *testing.T, messages *mongo.Collection, document bson.M) string {
	t.Helper()
	id := bson.NewObjectID()
	document["_id"] = id
	ctx, cancel := context.WithTimeout(t.Context(), apptest.Patience)
	defer cancel()
	if _, err := messages.InsertOne(ctx, document); err != nil {
		t.Fatal(err)
	}
	return id.Hex()
}

// collection gives a database's collection `messages` to a program that is not the server.
func collection(t *testing.T, uri, database string) *mongo.Collection {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return client.Database(database).Collection("messages")
}
