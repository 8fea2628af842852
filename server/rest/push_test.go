package rest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/push/pushtest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const (
	pushKeyRoute       = "/api/push/key"
	subscriptionsRoute = "/api/push/subscriptions"
	subscriptionRoute  = "/api/push/subscriptions/{subscriptionId}"
)

// onEveryStorePushing is onEveryStore with Web Push.
func onEveryStorePushing(t *testing.T, test func(t *testing.T, c *caller)) {
	pushing := func(c *app.Config) { c.PushSubject, c.PushAllowPrivate = "https://example.com/contact", true }
	t.Run("embedded", func(t *testing.T) { test(t, newCaller(t, apptest.Options{Configure: pushing})) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t), Configure: pushing}))
	})
}

func (c *caller) subscribe(token, body string, header ...string) answer {
	c.t.Helper()
	return c.call(http.MethodPut, subscriptionsRoute, subscriptionsRoute, token, []byte(body), header...)
}

func TestDevicesAreListedAndRemoved(t *testing.T) {
	onEveryStorePushing(t, func(t *testing.T, c *caller) {
		service, ann, bob := pushtest.New(t), c.Token("ann"), c.Token("bob")
		one, two := service.Device(), service.Device()
		first := c.subscribe(ann, one.JSON(), "User-Agent", "Browser \u202e of Ann")
		first.want(t, http.StatusOK)
		id, _ := first.object["id"].(string)
		c.subscribe(ann, two.JSON()).want(t, http.StatusOK)
		if again := c.subscribe(ann, one.JSON(), "User-Agent", "Browser of Ann"); again.object["id"] != id {
			t.Errorf("the same endpoint is %s, then %s", first.body, again.body)
		}
		list := c.get(subscriptionsRoute, subscriptionsRoute, ann)
		list.want(t, http.StatusOK)
		labels := map[any]any{} // by id: both may have been renewed in one millisecond, and stand in any order then
		rows, _ := list.object["subscriptions"].([]any)
		for _, row := range rows {
			labels[row.(object)["id"]] = row.(object)["label"]
		}
		if len(labels) != 2 || labels[id] != "Browser of Ann" || strings.Contains(string(list.body), "/send/") {
			t.Errorf("listed %s", list.body)
		}
		if other := c.get(subscriptionsRoute, subscriptionsRoute, bob); !strings.HasSuffix(string(other.body), `,"subscriptions":[]}`) {
			t.Errorf("another is shown %s", other.body)
		}
		for range 2 {
			c.call(http.MethodDelete, subscriptionRoute, subscriptionsRoute+"/"+id, ann, nil).want(t, http.StatusNoContent)
		}
		if list := c.get(subscriptionsRoute, subscriptionsRoute, ann); len(list.object["subscriptions"].([]any)) != 1 {
			t.Errorf("left is %s", list.body)
		}
		key := c.get(pushKeyRoute, pushKeyRoute, ann)
		key.want(t, http.StatusOK)
		if list.object["key"] != key.object["key"] {
			t.Errorf("the keys are %s and %s", key.body, list.body)
		}
		for _, a := range []answer{c.get(pushKeyRoute, pushKeyRoute, ""), c.subscribe("", one.JSON()), c.get(subscriptionsRoute, subscriptionsRoute, "")} {
			a.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		}
	})
}

func TestBadSubscriptionsAreRefused(t *testing.T) {
	onEveryStorePushing(t, func(t *testing.T, c *caller) {
		ann := c.Token("ann")
		var good map[string]any
		if err := json.Unmarshal([]byte(pushtest.New(t).Device().JSON()), &good); err != nil {
			t.Fatal(err)
		}
		keys := good["keys"].(map[string]any)
		point, secret := keys["p256dh"].(string), keys["auth"].(string)
		subscription := func(endpoint, p256dh, auth any) map[string]any {
			return map[string]any{"endpoint": endpoint, "keys": map[string]any{"p256dh": p256dh, "auth": auth}}
		}
		end := good["endpoint"]
		for _, bad := range []struct {
			field string
			body  map[string]any
		}{
			{"endpoint", map[string]any{"keys": keys}},
			{"endpoint", subscription(7, point, secret)},
			{"endpoint", subscription("http://push.example/x", point, secret)},
			{"endpoint", subscription("ftp://push.example/x", point, secret)},
			{"endpoint", subscription("https://push.example/"+strings.Repeat("x", 2048), point, secret)},
			{"endpoint", subscription("https://u:p@push.example/x", point, secret)},
			{"endpoint", subscription("", point, secret)},
			{"keys", map[string]any{"endpoint": end}},
			{"keys", map[string]any{"endpoint": end, "keys": "x"}},
			{"keys", map[string]any{"endpoint": end, "keys": nil}},
			{"keys.p256dh", map[string]any{"endpoint": end, "keys": map[string]any{"auth": secret}}},
			{"keys.p256dh", subscription(end, 7, secret)},
			{"keys.p256dh", subscription(end, "", secret)},
			{"keys.p256dh", subscription(end, point[:80], secret)},
			{"keys.p256dh", subscription(end, point+"AAAA", secret)},
			{"keys.p256dh", subscription(end, "BA"+strings.Repeat("A", len(point)-2), secret)}, // no point of the curve
			{"keys.p256dh", subscription(end, "!"+point[1:], secret)},
			{"keys.auth", map[string]any{"endpoint": end, "keys": map[string]any{"p256dh": point}}},
			{"keys.auth", subscription(end, point, secret[:20])},
			{"keys.auth", subscription(end, point, secret+"AAAA")},
			{"keys.auth", subscription(end, point, nil)},
		} {
			body, err := json.Marshal(bad.body)
			if err != nil {
				t.Fatal(err)
			}
			c.subscribe(ann, string(body)).refused(t, http.StatusBadRequest, "BAD_REQUEST", bad.field)
		}
		for _, body := range []string{`[]`, `{`, `null`} {
			c.subscribe(ann, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", "body")
		}
		if list := c.get(subscriptionsRoute, subscriptionsRoute, ann); !strings.HasSuffix(string(list.body), `,"subscriptions":[]}`) {
			t.Errorf("stored was %s", list.body)
		}
	})
}

func TestBotsHaveNoDevices(t *testing.T) {
	onEveryStorePushing(t, func(t *testing.T, c *caller) {
		ann := c.Token("ann")
		c.makeRoom(ann, `{"id":"plans","name":"Plans","type":"public"}`).want(t, http.StatusCreated)
		made := c.post("/api/rooms/{id}/bots", "/api/rooms/plans/bots", ann, `{"name":"helper","rights":"post_and_read"}`)
		made.want(t, http.StatusCreated)
		c.subscribe(made.object["key"].(string), pushtest.New(t).Device().JSON()).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	})
}

func TestWebPushIsOffUnlessASubjectIsSet(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	ann := c.Token("ann")
	for _, a := range []answer{
		c.get(pushKeyRoute, pushKeyRoute, ann), c.subscribe(ann, pushtest.New(t).Device().JSON()),
		c.call(http.MethodDelete, subscriptionRoute, subscriptionsRoute+"/x", ann, nil),
	} {
		a.refused(t, http.StatusNotFound, "NOT_FOUND", "")
		if !strings.Contains(string(a.body), `"reason":"push_off"`) {
			t.Errorf("answered %s", a.body)
		}
	}
	if list := c.get(subscriptionsRoute, subscriptionsRoute, ann); string(list.body) != `{"subscriptions":[]}` {
		t.Errorf("the list is %d %s", list.status, list.body)
	}
}
