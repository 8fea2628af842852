package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// notificationOf is what a client reads of a notification.
type notificationOf struct {
	ID     string  `json:"id"`
	UserID string  `json:"userId"`
	Kind   string  `json:"kind"`
	Read   *bool   `json:"read"`
	N      float64 `json:"n"`
}

func heardNotifications(t *testing.T, c *apptest.Client, n int) []notificationOf {
	t.Helper()
	var list []notificationOf
	for _, e := range c.WaitFor("notification", n) {
		var one notificationOf
		if err := json.Unmarshal(e.Body, &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// What another program inserts reaches every socket of that user, on each instance, and
// nobody else's.
func TestANotificationReachesExactlyItsUsersSockets(t *testing.T) {
	t.Parallel() // it mostly waits
	mongod := mongotest.Shared(t)
	database := mongod.Database(t)
	o := apptest.Options{MongoDBURI: mongod.URI, Database: database}
	first, second := apptest.Start(t, o), apptest.Start(t, o)
	client, err := mongo.Connect(options.Client().ApplyURI(mongod.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	coll := client.Database(database).Collection("notifications")

	anns := []*apptest.Client{
		apptest.Dial(t, first.URL, first.Token("ann")), apptest.Dial(t, first.URL, first.Token("ann")), apptest.Dial(t, second.URL, second.Token("ann")),
	}
	bobs := []*apptest.Client{apptest.Dial(t, first.URL, first.Token("bob")), apptest.Dial(t, second.URL, second.Token("bob"))}
	const each = 100
	for n := range each {
		for user, to := range map[string]string{"ann": "userId", "bob": "recipientId", "nobody": "userId"} {
			id := bson.NewObjectID()
			if _, err := coll.InsertOne(t.Context(), bson.M{"_id": id, to: user, "kind": "order_shipped", "n": n}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := coll.InsertOne(t.Context(), bson.M{"userId": 7, "kind": "bad", "n": n}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(who string, clients []*apptest.Client) {
		for i, c := range clients {
			list := heardNotifications(t, c, each)
			if len(list) != each {
				t.Errorf("%s %d heard %d", who, i, len(list))
			}
			for n, one := range list {
				if one.UserID != who || one.N != float64(n) || one.Kind != "order_shipped" || len(one.ID) != 24 || one.Read != nil {
					t.Fatalf("%s %d heard %+v at position %d", who, i, one, n)
				}
			}
		}
	}
	check("ann", anns)
	check("bob", bobs)

	var marked struct{ Unread int }
	ids := fmt.Sprintf(`["%s","%s"]`, heardNotifications(t, anns[0], 1)[0].ID, heardNotifications(t, bobs[0], 1)[0].ID)
	anns[0].Must("mark_notifications", `{"ids":`+ids+`,"read":true}`, &marked)
	if marked.Unread != each-1 {
		t.Errorf("%d are unread, want %d", marked.Unread, each-1)
	}
	again := apptest.Dial(t, second.URL, second.Token("ann"))
	if ready := again.Named("ready")[0].Body; !strings.Contains(string(ready), fmt.Sprintf(`"notifications":{"unread":%d}`, each-1)) {
		t.Errorf("ready %s", ready)
	}
	if n := len(again.Named("notification")); n != 0 {
		t.Errorf("a new socket heard %d old ones", n)
	}
}

func TestNotificationsOnBothStores(t *testing.T) {
	t.Parallel() // it mostly waits
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		ann, bob := apptest.Dial(t, app.URL, app.Token("ann")), apptest.Dial(t, app.URL, app.Token("bob"))
		list := []rooms.Notification{
			{UserID: "ann", Kind: "mention", Fields: []byte(`{"text":"<b>é","n":1}`)}, {UserID: "cat", Kind: "x"}, {UserID: "ann", Kind: "x", Fields: []byte(`{"n":2}`)},
		}
		if err := app.Service().Notify(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		heard := heardNotifications(t, ann, 2)
		if heard[0].N+heard[1].N != 3 {
			t.Errorf("heard %+v", heard)
		}
		if err := app.Service().Notify(t.Context(), []rooms.Notification{{UserID: "bob", Kind: "last"}}); err != nil {
			t.Fatal(err)
		}
		if got := heardNotifications(t, bob, 1); len(got) != 1 || got[0].Kind != "last" {
			t.Errorf("bob heard %+v", got)
		}
		for name, bad := range map[string]rooms.Notification{
			"userId": {Kind: "x"}, "kind": {UserID: "ann"}, "fields": {UserID: "ann", Kind: "x", Fields: []byte(`{"read":1}`)},
		} {
			if err := app.Service().Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x"}, bad}); rooms.AsError(err) == nil || rooms.AsError(err).Field != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, fields := range []string{`[]`, `{`, `null`, `{"a":1}{}`, `{"a":"` + strings.Repeat("x", rooms.MaxNotification) + `"}`} {
			err := app.Service().Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x", Fields: []byte(fields)}})
			if rooms.AsError(err) == nil || rooms.AsError(err).Code != rooms.CodeBadRequest {
				t.Errorf("%.20s: %v", fields, err)
			}
		}
		page, err := app.Service().Notifications(t.Context(), auth.User{ID: "ann"}, rooms.NotificationsInput{})
		if err != nil || len(page.Notifications) != 2 || page.Unread != 2 {
			t.Errorf("ann has %+v, %v: what was refused must not be there", page, err)
		}
	})
}

// A page of large notifications ends before its limit, and more says so.
func TestAPageOfNotificationsIsBounded(t *testing.T) {
	onBothStores(t, func(t *testing.T, app *apptest.App) {
		const many = 20
		text := fmt.Appendf(nil, `{"text":%q}`, strings.Repeat("x", 60_000))
		for range many {
			if err := app.Service().Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x", Fields: text}}); err != nil {
				t.Fatal(err)
			}
		}
		seen, in := 0, rooms.NotificationsInput{}
		for more := true; more; {
			page, err := app.Service().Notifications(t.Context(), auth.User{ID: "ann"}, in)
			if err != nil || len(page.Notifications) != 4 {
				t.Fatalf("a page of %d, %v, want 4", len(page.Notifications), err)
			}
			seen += len(page.Notifications)
			in.Before, more = page.Notifications[len(page.Notifications)-1].ID.String(), page.More
		}
		if seen != many {
			t.Errorf("the pages hold %d of %d", seen, many)
		}
	})
}
