package rest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/server/app/apptest"
)

const (
	roomsRoute       = "/api/rooms"
	roomRoute        = "/api/rooms/{id}"
	directRoute      = "/api/direct"
	membersRoute     = "/api/rooms/{id}/members"
	memberRoute      = "/api/rooms/{id}/members/{userId}"
	readRoute        = "/api/rooms/{id}/read"
	deliveredRoute   = "/api/rooms/{id}/delivered"
	alertsRoute      = "/api/rooms/{id}/alerts"
	receiptsRoute    = "/api/rooms/{id}/receipts"
	invitationsRoute = "/api/rooms/{id}/invitations"
	invitationRoute  = "/api/rooms/{id}/invitations/{invitationId}"
	acceptRoute      = "/api/invitations"
)

// at calls a route of one room: of a path behind its id, and what stands there in the route.
func (c *caller) at(method, route, room, behind, token, body string) answer {
	c.t.Helper()
	return c.call(method, route, "/api/rooms/"+room+behind, token, []byte(body))
}

func (c *caller) makeRoom(token, body string) answer {
	c.t.Helper()
	return c.post(roomsRoute, "/api/rooms", token, body)
}

func (c *caller) room(room, token string) answer {
	c.t.Helper()
	return c.at("GET", roomRoute, room, "", token, "")
}

func (c *caller) patch(room, token, body string) answer {
	c.t.Helper()
	return c.at("PATCH", roomRoute, room, "", token, body)
}

// makeMember gives a user a role; role is JSON.
func (c *caller) makeMember(room, user, token, role string) answer {
	c.t.Helper()
	return c.at("PUT", memberRoute, room, "/members/"+escaped(user), token, `{"role":`+role+`}`)
}

func (c *caller) removeMember(room, user, token string) answer {
	c.t.Helper()
	return c.at("DELETE", memberRoute, room, "/members/"+escaped(user), token, "")
}

// escaped is a user's id as a part of a path. A path that is "." or ".." would be taken for a folder on its way.
func escaped(user string) string { return strings.ReplaceAll(url.PathEscape(user), ".", "%2E") }

// view is the room of an answer.
func (a answer) view(t *testing.T) object {
	t.Helper()
	room, ok := a.object["room"].(object)
	if !ok {
		t.Fatalf("answered %d %s, want a room", a.status, a.body)
	}
	return room
}

// reason is the word of a refusal for programs.
func (a answer) reason() any {
	failure, _ := a.object["error"].(object)
	details, _ := failure["details"].(object)
	return details["reason"]
}

// has holds some members of an object to what they must be.
func has(t *testing.T, got, want object) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
}

// rows gives the member of a list's rows by that name.
func (a answer) rows(list, member string) []any {
	var values []any
	rows, _ := a.object[list].([]any)
	for _, row := range rows {
		values = append(values, row.(object)[member])
	}
	return values
}

func TestARoomIsMadeOnceForItsClientId(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		const body = `{"name":"Über uns","type":"private","topic":"plans","clientId":"c-1","unknown":{}}`
		first := c.makeRoom(alice, body)
		first.want(t, http.StatusCreated)
		room := first.view(t)
		has(t, room, object{"name": "Über uns", "type": "private", "topic": "plans", "role": "owner", "readOnly": false, "slowModeMs": 0.0, "archived": false, "receipts": false})
		if id, _ := room["id"].(string); !regexp.MustCompile(`^rm:[a-z2-7]{26}$`).MatchString(id) {
			t.Errorf("the id is %q, want 128 bits", id)
		}
		again := c.makeRoom(alice, body)
		again.want(t, http.StatusOK)
		has(t, again.view(t), room)
		for who, body := range map[string]string{"bob": body, "alice": strings.Replace(body, "c-1", "c-2", 1)} {
			other := c.makeRoom(c.Token(who), body)
			if other.want(t, http.StatusCreated); other.view(t)["id"] == room["id"] {
				t.Errorf("%s with %s got the same room", who, body)
			}
		}
		c.makeRoom(alice, `{"id":"a:b","name":"Named","type":"public"}`).want(t, http.StatusCreated)
		c.makeRoom(c.Token("bob"), `{"id":"a:b","name":"Named","type":"public"}`).refused(t, http.StatusConflict, "CONFLICT", "id")
		has(t, c.room("a%3Ab", alice).view(t), object{"id": "a:b", "name": "Named", "role": "owner"})
		has(t, c.room("a:b", c.Token("bob")).view(t), object{"id": "a:b", "role": "member"})
	})
}

func TestBadRoomsAreRefusedByField(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	name := func(n int) string { return strings.Repeat("é", n) }
	for _, tt := range []struct{ body, field string }{
		{`{"type":"public"}`, "name"},
		{`{"name":null,"type":"public"}`, "name"},
		{`{"name":7,"type":"public"}`, "name"},
		{`{"name":"","type":"public"}`, "name"},
		{`{"name":" \u00a0 ","type":"public"}`, "name"},
		{`{"name":"` + name(129) + `","type":"public"}`, "name"},
		{`{"name":"a\u0000b","type":"public"}`, "name"},
		{`{"name":"a\nb","type":"public"}`, "name"},
		{`{"name":"a\u202eb","type":"public"}`, "name"},
		{`{"name":"x"}`, "type"},
		{`{"name":"x","type":"direct"}`, "type"},
		{`{"name":"x","type":"Public"}`, "type"},
		{`{"name":"x","type":null}`, "type"},
		{`{"name":"x","type":"public","topic":null}`, "topic"},
		{`{"name":"x","type":"public","topic":"a\u0007"}`, "topic"},
		{`{"name":"x","type":"public","topic":"` + name(1001) + `"}`, "topic"},
		{`{"name":"x","type":"public","id":""}`, "id"},
		{`{"name":"x","type":"public","id":null}`, "id"},
		{`{"name":"x","type":"public","id":"a b"}`, "id"},
		{`{"name":"x","type":"public","id":"dm:x"}`, "id"},
		{`{"name":"x","type":"public","id":"` + strings.Repeat("r", 129) + `"}`, "id"},
		{`{"name":"x","type":"public","clientId":7}`, "clientId"},
		{`{"name":"x","type":"public","clientId":"` + strings.Repeat("c", 129) + `"}`, "clientId"},
		{`[]`, "body"},
		{`{"name":"x","type":"public"`, "body"},
	} {
		c.makeRoom(alice, tt.body).refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
	if list := c.get(roomsRoute, "/api/rooms", alice); len(list.rows("rooms", "id")) != 0 {
		t.Errorf("something was made: %s", list.body)
	}
	longest := `{"id":"` + strings.Repeat("r", 128) + `","name":"` + strings.Repeat("🚀", 128) + `","type":"public","topic":"` + strings.Repeat("\u0301", 1000) + `"}`
	c.makeRoom(alice, longest).want(t, http.StatusCreated)
}

func TestAPatchChangesWhatItNames(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"private","topic":"plans"}`).want(t, http.StatusCreated)
		is := object{"id": "r", "name": "Room", "type": "private", "topic": "plans", "readOnly": false, "slowModeMs": 0.0, "archived": false, "receipts": false, "role": "owner"}
		for _, tt := range []struct {
			body string
			now  object
		}{
			{`{}`, nil},
			{`{"unknown":1,"type":"public","id":"other"}`, nil},
			{`{"name":"Another"}`, object{"name": "Another"}},
			{`{"topic":""}`, object{"topic": ""}},
			{`{"readOnly":true,"slowModeMs":3600000}`, object{"readOnly": true, "slowModeMs": 3600000.0}},
			{`{"slowModeMs":0}`, object{"slowModeMs": 0.0}},
			{`{"receipts":true}`, object{"receipts": true}},
			{`{"archived":true}`, object{"archived": true}},
			{`{"archived":false,"readOnly":false}`, object{"archived": false, "readOnly": false}},
		} {
			for name, value := range tt.now {
				is[name] = value
			}
			changed := c.patch("r", alice, tt.body)
			changed.want(t, http.StatusOK)
			has(t, changed.view(t), is)
			has(t, c.room("r", alice).view(t), is)
		}
		for _, tt := range []struct{ body, field string }{
			{`{"name":null}`, "name"}, {`{"name":1}`, "name"}, {`{"name":""}`, "name"}, {`{"name":"a\u2066"}`, "name"},
			{`{"topic":null}`, "topic"}, {`{"topic":"a\u0000"}`, "topic"},
			{`{"readOnly":null}`, "readOnly"}, {`{"readOnly":"true"}`, "readOnly"}, {`{"readOnly":1}`, "readOnly"},
			{`{"slowModeMs":null}`, "slowModeMs"}, {`{"slowModeMs":-1}`, "slowModeMs"}, {`{"slowModeMs":1.5}`, "slowModeMs"},
			{`{"slowModeMs":3600001}`, "slowModeMs"}, {`{"slowModeMs":9007199254740991}`, "slowModeMs"}, {`{"slowModeMs":"1"}`, "slowModeMs"},
			{`{"archived":null}`, "archived"}, {`{"receipts":null}`, "receipts"},
			{`{"topic":"half","receipts":7}`, "receipts"},
			{`[]`, "body"},
		} {
			c.patch("r", alice, tt.body).refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
		}
		has(t, c.room("r", alice).view(t), is)
	})
}

func TestADirectRoomIsTheSameFromBothSides(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, root := c.Token("alice"), c.Token("b/ö b"), c.tokenOf("root", "admin")
		open := func(token, user string) answer {
			return c.post(directRoute, "/api/direct", token, `{"userId":"`+user+`"}`)
		}
		first := open(alice, "b/ö b")
		first.want(t, http.StatusOK)
		room := first.view(t)
		has(t, room, object{"type": "direct", "role": "member", "userId": "b/ö b"})
		id := room["id"].(string)
		has(t, open(bob, "alice").view(t), object{"id": id, "userId": "alice"})
		has(t, open(alice, "b/ö b").view(t), room)
		has(t, open(alice, "alice").view(t), object{"type": "direct", "userId": "alice"})
		c.say(id, bob, `{"text":"psst"}`).want(t, http.StatusCreated)

		c.room(id, root).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.say(id, c.Token("carol"), `{"text":"hello"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.patch(id, alice, `{"name":"ours"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.makeMember(id, "carol", alice, `"member"`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.at("POST", invitationsRoute, id, "/invitations", alice, "").refused(t, http.StatusForbidden, "FORBIDDEN", "")
		for _, body := range []string{`{}`, `{"userId":null}`, `{"userId":""}`, `{"userId":"a\u0000"}`, `{"userId":["a"]}`, `{"userId":"` + strings.Repeat("u", 129) + `"}`} {
			c.post(directRoute, "/api/direct", alice, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", "userId")
		}
	})
}

func TestTheListShowsThePublicAndOnesOwn(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, root := c.Token("alice"), c.Token("bob"), c.tokenOf("root", "admin")
		c.post(directRoute, "/api/direct", c.Token("carol"), `{"userId":"dave"}`).want(t, http.StatusOK)
		c.makeRoom(alice, `{"id":"a","name":"Größe","type":"public"}`).want(t, http.StatusCreated)
		c.makeRoom(alice, `{"id":"b","name":"Secret size","type":"private"}`).want(t, http.StatusCreated)
		c.makeRoom(alice, `{"id":"c.x","name":"Other (.*)","type":"public"}`).want(t, http.StatusCreated)
		c.say("a", bob, `{"text":"hello"}`).want(t, http.StatusCreated)
		for _, tt := range []struct{ token, query, ids string }{
			{alice, "", "a b c.x"},
			{bob, "", "a c.x"},
			{bob, "?query=GR%C3%96", "a"},
			{bob, "?query=secret", ""},
			{alice, "?query=Secret", "b"},
			{alice, "?query=.X", "c.x"}, // of the id, and no pattern
			{alice, "?query=.*", "c.x"},
			{alice, "?query=nothing", ""},
			{alice, "?after=a&limit=1", "b"},
			{root, "", "a c.x"},
			{root, "?all=true", "a b c.x"}, // the direct one is theirs who are in it
			{root, "?all=true&query=secret", "b"},
			{root, "?all=false", "a c.x"},
			{bob, "?all=false&query=secret", ""},
		} {
			list := c.get(roomsRoute, "/api/rooms"+tt.query, tt.token)
			list.want(t, http.StatusOK)
			var ids []string
			for _, id := range list.rows("rooms", "id") {
				ids = append(ids, id.(string))
			}
			if got := strings.Join(ids, " "); got != tt.ids {
				t.Errorf("%q lists %q, want %q", tt.query, got, tt.ids)
			}
		}
		row := c.get(roomsRoute, "/api/rooms?limit=1", bob).object["rooms"].([]any)[0].(object)
		last, _ := row["last"].(object)
		if has(t, row, object{"id": "a", "role": "member", "lastSeq": 2.0}); last["text"] != "hello" {
			t.Errorf("the row is %v", row)
		}
		c.get(roomsRoute, "/api/rooms?query="+strings.Repeat("q", rooms.MaxRoomName+1), alice).refused(t, http.StatusBadRequest, "BAD_REQUEST", "query")
		c.get(roomsRoute, "/api/rooms?all=true", alice).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.get(roomsRoute, "/api/rooms?all=1", root).refused(t, http.StatusBadRequest, "BAD_REQUEST", "all")
		c.get(roomsRoute, "/api/rooms?query=%00", alice).refused(t, http.StatusBadRequest, "BAD_REQUEST", "query")
		c.get(roomsRoute, "/api/rooms?query=a&query=b", alice).refused(t, http.StatusBadRequest, "BAD_REQUEST", "query")
	})
}

func TestWhoMayWriteIsTheRoomsToSay(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, carol := c.Token("alice"), c.Token("bob"), c.Token("carol")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"public"}`).want(t, http.StatusCreated)
		c.makeMember("r", "carol", alice, `"reader"`).want(t, http.StatusOK)
		refuses := func(token, reason string) {
			t.Helper()
			a := c.say("r", token, `{"text":"x"}`)
			if a.refused(t, http.StatusForbidden, "FORBIDDEN", ""); a.reason() != reason {
				t.Errorf("the reason is %v, want %s", a.reason(), reason)
			}
		}
		refuses(carol, "role")
		c.patch("r", alice, `{"readOnly":true}`).want(t, http.StatusOK)
		refuses(bob, "read_only")
		c.patch("r", alice, `{"readOnly":false,"slowModeMs":3600000}`).want(t, http.StatusOK)
		c.say("r", bob, `{"text":"one"}`).want(t, http.StatusCreated)
		slow := c.say("r", bob, `{"text":"two"}`)
		if slow.refused(t, http.StatusTooManyRequests, "RATE_LIMITED", ""); slow.header.Get("Retry-After") == "" {
			t.Errorf("it is not said when: %s", slow.body)
		}
		c.say("r", alice, `{"text":"an owner waits for nothing"}`).want(t, http.StatusCreated)
		c.say("r", alice, `{"text":"at all"}`).want(t, http.StatusCreated)
		until := time.Now().Add(time.Hour).UTC().Format(rooms.TimeFormat)
		c.at("PUT", memberRoute, "r", "/members/bob", alice, `{"role":null,"bannedUntil":"`+until+`"}`).want(t, http.StatusOK)
		refuses(bob, "banned")
		c.patch("r", alice, `{"archived":true}`).want(t, http.StatusOK)
		refuses(alice, "archived")
	})
}
