package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

const (
	botsRoute     = "/api/bots"
	botRoute      = "/api/bots/{botId}"
	roomBotsRoute = "/api/rooms/{id}/bots"
	roomBotRoute  = "/api/rooms/{id}/bots/{botId}"
	hooksRoute    = "/api/rooms/{id}/hooks"
	hookRoute     = "/api/rooms/{id}/hooks/{hookId}"
	postRoute     = "/api/hooks/{id}/{secret}"
)

func (c *caller) admin() string {
	return c.TokenFor(auth.User{ID: "root", Name: "Root", Roles: []string{auth.RoleAdmin}}, time.Hour)
}

// owned makes a room of ann's.
func (c *caller) owned(kind, id string) (ann string) {
	c.t.Helper()
	ann = c.Token("ann")
	c.post("/api/rooms", "/api/rooms", ann, fmt.Sprintf(`{"id":%q,"name":%q,"type":%q}`, id, id, kind)).want(c.t, http.StatusCreated)
	return ann
}

// made gives the id and the key of a bot that was answered.
func made(t *testing.T, a answer) (id, key string) {
	t.Helper()
	a.want(t, http.StatusCreated)
	bot, _ := a.object["bot"].(object)
	id, _ = bot["id"].(string)
	key, _ = a.object["key"].(string)
	if !strings.HasPrefix(id, "b:") || !strings.HasPrefix(key, "rs_") {
		t.Fatalf("made %s", a.body)
	}
	return id, key
}

// asked gives the ack of an event.
func asked(t *testing.T, c *apptest.Client, event string, payload any) string {
	t.Helper()
	body, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	ack, err := c.Call(event, string(body))
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return string(ack)
}

func TestABotGoesWhereItsKeyIsGood(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann := c.owned("private", "dev")
		c.owned("private", "secret")
		c.say("general", ann, `{"text":"hello"}`).want(t, http.StatusCreated)
		id, key := made(t, c.post(roomBotsRoute, "/api/rooms/dev/bots", ann, `{"name":"CI","rights":"post_and_read"}`))
		said := c.say("dev", key, `{"text":"green"}`)
		said.want(t, http.StatusCreated)
		page := c.read("dev", key, "")
		page.want(t, http.StatusOK)
		if !bytes.Contains(page.body, []byte(`"author":"`+id+`","authorName":"CI"`)) {
			t.Errorf("its message is %s", page.body)
		}
		for _, room := range []string{"secret", "general", "nowhere"} { // general is public, but not the key's
			c.say(room, key, `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
			c.read(room, key, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		}
		if list := c.get("/api/rooms", "/api/rooms", key); strings.Contains(string(list.body), `"id":"general"`) || strings.Contains(string(list.body), `"id":"secret"`) {
			t.Errorf("it lists %s", list.body)
		}
		c.post("/api/rooms", "/api/rooms", key, `{"name":"mine","type":"public"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.post("/api/direct", "/api/direct", key, `{"userId":"ann"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")

		c.call(http.MethodPut, "/api/rooms/{id}/members/{userId}", "/api/rooms/dev/members/"+id, ann, []byte(`{"role":"owner"}`)).want(t, http.StatusOK)
		c.post(roomBotsRoute, "/api/rooms/dev/bots", key, `{"name":"Another","rights":"post"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	})
}

func TestAKeyForPostingReadsNothing(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann := c.owned("private", "dev")
		_, key := made(t, c.post(roomBotsRoute, "/api/rooms/dev/bots", ann, `{"name":"CI","rights":"post"}`))
		c.say("dev", key, `{"text":"green"}`).want(t, http.StatusCreated)
		for _, route := range []string{"/api/rooms", "/api/rooms/{id}", messagesRoute, "/api/rooms/{id}/members", "/api/notifications", roomBotsRoute} {
			refused := c.get(route, strings.Replace(route, "{id}", "dev", 1), key)
			refused.refused(t, http.StatusForbidden, "FORBIDDEN", "")
			if !strings.Contains(string(refused.body), `"reason":"post_only"`) {
				t.Errorf("%s: %s", route, refused.body)
			}
		}
		if feed := c.call(http.MethodGet, "", "/_streams/room-dev", key, nil, "Accept", "text/event-stream"); feed.status != http.StatusForbidden {
			t.Errorf("the room's feed is answered %d %s", feed.status, feed.body)
		}
		client := apptest.Dial(t, c.URL, key)
		refusedEvents := map[string]any{
			"join_room": "dev", "get_history": object{"roomId": "dev"}, "sync": object{"rooms": object{"dev": 0}}, "list_rooms": object{},
			"list_members": object{"roomId": "dev"}, "mark_read": object{"roomId": "dev", "seq": 1}, "get_presence": object{"userIds": []string{"ann"}},
			"typing": object{"roomId": "dev", "on": true}, "set_reaction": object{"roomId": "dev", "seq": 1, "emoji": "+", "on": true},
		}
		for event, payload := range refusedEvents {
			if got := asked(t, client, event, payload); !strings.Contains(got, `"FORBIDDEN"`) || !strings.Contains(got, `"post_only"`) {
				t.Errorf("%s is answered %s", event, got)
			}
		}
		if got := asked(t, client, "send_message", object{"roomId": "dev", "text": "by socket"}); !strings.Contains(got, `"ok":true`) {
			t.Errorf("send_message is answered %s", got)
		}
	})
}

func TestWhoMakesBots(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	ann, bob := c.owned("private", "dev"), c.Token("bob")
	body := `{"name":"CI","rights":"post"}`
	c.post(roomBotsRoute, "/api/rooms/dev/bots", bob, body).refused(t, http.StatusNotFound, "NOT_FOUND", "")
	c.call(http.MethodPut, "/api/rooms/{id}/members/{userId}", "/api/rooms/dev/members/bob", ann, []byte(`{"role":"moderator"}`)).want(t, http.StatusOK)
	c.post(roomBotsRoute, "/api/rooms/dev/bots", bob, body).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.get(roomBotsRoute, "/api/rooms/dev/bots", bob).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.say("general", ann, `{"text":"hello"}`).want(t, http.StatusCreated)
	c.post(botsRoute, "/api/bots", ann, body).refused(t, http.StatusForbidden, "FORBIDDEN", "")

	allID, all := made(t, c.post(botsRoute, "/api/bots", c.admin(), `{"name":"All","rights":"post_and_read"}`))
	c.say("dev", all, `{"text":"everywhere"}`).want(t, http.StatusCreated)
	c.say("nowhere", all, `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "") // it makes no rooms
	direct := c.post("/api/direct", "/api/direct", ann, `{"userId":"bob"}`)
	id, _ := direct.object["room"].(object)["id"].(string)
	c.read(id, all, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")

	twoID, _ := made(t, c.post(botsRoute, "/api/bots", c.admin(), `{"name":"Two","rights":"post","rooms":["dev","general"]}`))
	list := c.get(roomBotsRoute, "/api/rooms/dev/bots", ann)
	if !strings.Contains(string(list.body), twoID) || strings.Contains(string(list.body), "general") || strings.Contains(string(list.body), allID) {
		t.Errorf("the owner is shown %s", list.body)
	}
	c.call(http.MethodDelete, roomBotRoute, "/api/rooms/dev/bots/"+twoID, ann, nil).refused(t, http.StatusNotFound, "NOT_FOUND", "")
	c.call(http.MethodDelete, botRoute, "/api/bots/"+twoID, ann, nil).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.call(http.MethodDelete, botRoute, "/api/bots/"+twoID, c.admin(), nil).want(t, http.StatusNoContent)
	if rest := c.get(botsRoute, "/api/bots?limit=1", c.admin()); strings.Contains(string(rest.body), twoID) || rest.object["more"] != false {
		t.Errorf("left are %s", rest.body)
	}
	for body, field := range map[string]string{
		`{"rights":"post"}`: "name", `{"name":"","rights":"post"}`: "name", `{"name":"a\u202eb","rights":"post"}`: "name",
		`{"name":"` + strings.Repeat("n", 33) + `","rights":"post"}`: "name", `{"name":"CI"}`: "rights", `{"name":"CI","rights":"all"}`: "rights",
		`{"name":"CI","rights":"post","rooms":[]}`: "rooms", `{"name":"CI","rights":"post","rooms":"dev"}`: "rooms",
		`{"name":"CI","rights":"post","rooms":["a b"]}`: "roomId",
	} {
		c.post(botsRoute, "/api/bots", c.admin(), body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
	}
}

// TestARevokedKeyIsOutOnEveryInstance has a socket on another instance than the one that revokes.
func TestARevokedKeyIsOutOnEveryInstance(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	one := newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: database})
	other := newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: database})
	ann := one.owned("private", "dev")
	id, key := made(t, one.post(roomBotsRoute, "/api/rooms/dev/bots", ann, `{"name":"CI","rights":"post_and_read"}`))
	client := apptest.Dial(t, other.URL, key)
	if got := asked(t, client, "join_room", "dev"); !strings.Contains(got, `"ok":true`) {
		t.Fatalf("join_room is answered %s", got)
	}
	other.say("dev", key, `{"text":"before"}`).want(t, http.StatusCreated)
	one.call(http.MethodDelete, roomBotRoute, "/api/rooms/dev/bots/"+id, ann, nil).want(t, http.StatusNoContent)
	other.say("dev", key, `{"text":"after"}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	client.WaitFor("closing", 1)
	one.call(http.MethodDelete, roomBotRoute, "/api/rooms/dev/bots/"+id, ann, nil).refused(t, http.StatusNotFound, "NOT_FOUND", "")
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	for _, key := range []string{"rs_", "rs_AAAAAAAAAAAAAAAAAAAAAAAAAA", "rs_" + strings.Repeat("A", 5000), "rs_.e30."} {
		c.get("/api/rooms", "/api/rooms", key).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	}
	ann := c.owned("public", "dev")
	hook := c.post(hooksRoute, "/api/rooms/dev/hooks", ann, `{"name":"Hook"}`)
	path, _ := hook.object["path"].(string)
	c.say("dev", path[strings.LastIndexByte(path, '/')+1:], `{"text":"x"}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	_, key := made(t, c.post(roomBotsRoute, "/api/rooms/dev/bots", ann, `{"name":"CI","rights":"post"}`))
	c.post(postRoute, "/api/hooks/dev/"+key, "", `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
}

func TestIncomingHooks(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann := c.owned("private", "dev")
		c.owned("public", "other")
		hook := c.post(hooksRoute, "/api/rooms/dev/hooks", ann, `{"name":"Alarms"}`)
		hook.want(t, http.StatusCreated)
		path, _ := hook.object["path"].(string)
		id, _ := hook.object["hook"].(object)["id"].(string)

		c.post(postRoute, path, "", `{"text":"disk full"}`).want(t, http.StatusCreated)
		named := c.post(postRoute, path, "", `{"text":"disk empty","name":"Disk","data":{"free":1},"clientId":"c1"}`)
		named.want(t, http.StatusCreated)
		again := c.post(postRoute, path, "", `{"text":"disk empty","name":"Disk","data":{"free":1},"clientId":"c1"}`)
		again.want(t, http.StatusOK)
		keyed := c.call(http.MethodPost, postRoute, path, "", []byte(`{"text":"disk empty","data":{"free":1}}`), "Idempotency-Key", "c1")
		keyed.want(t, http.StatusOK)
		if again.object["seq"] != named.object["seq"] || keyed.object["id"] != named.object["id"] {
			t.Errorf("first %s, again %s, by header %s", named.body, again.body, keyed.body)
		}
		page := c.read("dev", ann, "")
		for _, want := range []string{`"author":"` + id + `","authorName":"Alarms"`, `"author":"` + id + `","authorName":"Disk"`, `"data":{"free":1}`} {
			if !strings.Contains(string(page.body), want) {
				t.Errorf("%s is not in %s", want, page.body)
			}
		}
		for body, field := range map[string]string{
			`{}`: "text", `{"text":""}`: "text", `{"text":5}`: "text", `{"text":"x","name":"` + strings.Repeat("n", 33) + `"}`: "name",
			`{"text":"x","name":"\u0000"}`: "name", `{"text":"x","data":[]}`: "data", `{"text":"x","clientId":"é"}`: "clientId", `[]`: "body",
		} {
			c.post(postRoute, path, "", body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
		c.call(http.MethodPost, postRoute, path, "", []byte(`{"text":"x","clientId":"a"}`), "Idempotency-Key", "b").refused(t, http.StatusBadRequest, "BAD_REQUEST", "clientId")
		c.post(postRoute, strings.Replace(path, "/dev/", "/other/", 1), "", `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.post(postRoute, path+"A", "", `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")

		list := c.get(hooksRoute, "/api/rooms/dev/hooks", ann)
		list.want(t, http.StatusOK)
		if !strings.Contains(string(list.body), id) || strings.Contains(string(list.body), "rs_") {
			t.Errorf("listed are %s", list.body)
		}
		c.get(hooksRoute, "/api/rooms/dev/hooks", c.Token("bob")).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.call(http.MethodDelete, hookRoute, "/api/rooms/dev/hooks/"+id, ann, nil).want(t, http.StatusNoContent)
		c.post(postRoute, path, "", `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		var rooms struct{ Messages []json.RawMessage }
		if err := json.Unmarshal(c.read("dev", ann, "").body, &rooms); err != nil || len(rooms.Messages) != 2 {
			t.Errorf("the room has %d messages, %v, want 2", len(rooms.Messages), err)
		}
	})
}
