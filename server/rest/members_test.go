package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"roomstream/rooms"
	"roomstream/server/app/apptest"
)

// The life of a private room, from its first member to its last.
func TestTheLifeOfAPrivateRoom(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, carol := c.Token("alice"), c.Token("bob"), c.Token("carol")
		c.makeRoom(alice, `{"id":"ops","name":"Operations","type":"private"}`).want(t, http.StatusCreated)
		c.room("ops", bob).refused(t, http.StatusNotFound, "NOT_FOUND", "")

		made := c.makeMember("ops", "bob", alice, `"moderator"`)
		made.want(t, http.StatusOK)
		if again := c.makeMember("ops", "bob", alice, `"moderator"`); again.object["seq"] != 2.0 || made.object["seq"] != 2.0 {
			t.Errorf("made a moderator: %s, again: %s", made.body, again.body)
		}
		has(t, c.room("ops", bob).view(t), object{"id": "ops", "role": "moderator"})
		c.makeMember("ops", "carol", bob, `"member"`).want(t, http.StatusOK)
		c.makeMember("ops", "carol", bob, `"owner"`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.makeMember("ops", "alice", bob, `"reader"`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.patch("ops", bob, `{"slowModeMs":1}`).want(t, http.StatusOK)
		c.patch("ops", bob, `{"slowModeMs":0,"name":"Mine"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.patch("ops", carol, `{"slowModeMs":0}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")

		c.say("ops", carol, `{"text":"I am in"}`).want(t, http.StatusCreated)
		until := time.Now().Add(time.Hour).UTC().Format(rooms.TimeFormat)
		c.at("PUT", memberRoute, "ops", "/members/carol", bob, `{"role":null,"bannedUntil":"`+until+`"}`).want(t, http.StatusOK)
		c.room("ops", carol).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.say("ops", carol, `{"text":"I am out"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		shown := c.at("GET", membersRoute, "ops", "/members", bob, "")
		if ids := shown.rows("members", "userId"); !slices.Equal(ids, []any{"alice", "bob", "carol"}) {
			t.Errorf("a moderator sees %s", shown.body)
		}
		if ends := shown.rows("members", "bannedUntil"); len(ends) != 3 || ends[2] != until {
			t.Errorf("the ban ends at %v, want %s", ends, until)
		}
		c.makeMember("ops", "carol", bob, `"reader"`).want(t, http.StatusOK)
		seen := c.at("GET", membersRoute, "ops", "/members?limit=2", carol, "")
		if roles := seen.rows("members", "role"); !slices.Equal(roles, []any{"owner", "moderator"}) || seen.object["more"] != true {
			t.Errorf("a reader sees %s", seen.body)
		}
		rest := c.at("GET", membersRoute, "ops", "/members?after=bob", carol, "")
		if roles := rest.rows("members", "role"); !slices.Equal(roles, []any{"reader"}) || rest.object["more"] != false {
			t.Errorf("the second page is %s", rest.body)
		}

		c.removeMember("ops", "carol", alice).want(t, http.StatusOK)
		c.room("ops", carol).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		if gone := c.at("GET", membersRoute, "ops", "/members", bob, ""); !slices.Contains(gone.rows("members", "userId"), any("carol")) {
			t.Errorf("a moderator is not shown whom he may let in again: %s", gone.body)
		}
		last := c.removeMember("ops", "alice", alice)
		if last.refused(t, http.StatusConflict, "CONFLICT", ""); last.reason() != "last_owner" {
			t.Errorf("the reason is %v", last.reason())
		}
		c.makeMember("ops", "alice", alice, `"member"`).refused(t, http.StatusConflict, "CONFLICT", "")
		c.makeMember("ops", "bob", alice, `"owner"`).want(t, http.StatusOK)
		c.removeMember("ops", "alice", alice).want(t, http.StatusOK)
		c.room("ops", alice).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.patch("ops", bob, `{"archived":true}`).want(t, http.StatusOK)
		c.say("ops", bob, `{"text":"the last word"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.read("ops", bob, "").want(t, http.StatusOK)
	})
}

// A user id is whatever a token says, and a path must carry it.
func TestMembersOfAnyName(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated)
		names := []string{
			"a/b", "/", "//", "../alice", "..", ".", "%2F", "%", "a b", " ", "é", "?limit=1", "#", "a+b", "me@example.com", `\`, `"`, "🚀",
			"{userId}", ":userId", "*", "a;b=c", "read", "\u202e", strings.Repeat("🚀", 128),
		}
		for _, name := range names {
			c.makeMember("r", name, alice, `"member"`).want(t, http.StatusOK)
			if name != "\u202e" { // a token for each is not the point
				has(t, c.room("r", c.Token(name)).view(t), object{"role": "member"})
			}
		}
		var seen []string
		after := ""
		for more := true; more; {
			page := c.at("GET", membersRoute, "r", "/members?limit=7&after="+strings.ReplaceAll(escaped(after), "+", "%2B"), alice, "")
			page.want(t, http.StatusOK)
			for _, id := range page.rows("members", "userId") {
				seen = append(seen, id.(string))
				after = id.(string)
			}
			more, _ = page.object["more"].(bool)
		}
		want := append([]string{"alice"}, names...)
		slices.Sort(want)
		if !slices.Equal(seen, want) {
			t.Errorf("the members are %q, want %q", seen, want)
		}
		for _, name := range names {
			c.removeMember("r", name, alice).want(t, http.StatusOK)
		}
		if left := c.at("GET", membersRoute, "r", "/members", c.tokenOf("root", "admin"), ""); left.status != http.StatusOK {
			t.Errorf("left are %s", left.body)
		}
		for _, bad := range []string{"%00", "%C2%85", "%FF", strings.Repeat("u", 129)} {
			for _, method := range []string{"PUT", "DELETE"} {
				c.at(method, memberRoute, "r", "/members/"+bad, alice, `{"role":null}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "userId")
			}
		}
	})
}

func TestBadMembersAreRefusedByField(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated)
	for _, tt := range []struct{ body, field string }{
		{`{}`, "role"},
		{`{"role":""}`, "role"},
		{`{"role":"admin"}`, "role"},
		{`{"role":"Owner"}`, "role"},
		{`{"role":["owner"]}`, "role"},
		{`{"role":false}`, "role"},
		{`{"role":null,"bannedUntil":""}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":1893456000}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"tomorrow"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"2999-01-01"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"2999-01-01T00:00:00"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"2999-02-30T00:00:00Z"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"0001-01-01T00:00:00Z"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"2020-01-01T00:00:00Z"}`, "bannedUntil"},
		{`{"role":null,"bannedUntil":"9999-12-31T23:59:59-01:00"}`, "bannedUntil"},
		{`null`, "body"},
	} {
		c.at("PUT", memberRoute, "r", "/members/bob", alice, tt.body).refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
	for _, tt := range []struct{ query, field string }{
		{"?limit=0", "limit"}, {"?limit=101", "limit"}, {"?after=%00", "after"}, {"?after=a&after=b", "after"},
	} {
		c.at("GET", membersRoute, "r", "/members"+tt.query, alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
	if list := c.at("GET", membersRoute, "r", "/members", alice, ""); len(list.rows("members", "userId")) != 1 {
		t.Errorf("somebody was made a member: %s", list.body)
	}
	// An offset is fine; what is told is UTC.
	c.at("PUT", memberRoute, "r", "/members/bob", alice, `{"role":"member","bannedUntil":"2999-01-01T00:30:00.1239+01:00"}`).want(t, http.StatusOK)
	if ends := c.at("GET", membersRoute, "r", "/members?after=alice", alice, "").rows("members", "bannedUntil"); !slices.Equal(ends, []any{"2998-12-31T23:30:00.123Z"}) {
		t.Errorf("the ban ends at %v", ends)
	}
}

func TestSettingAlerts(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob := c.Token("alice"), c.Token("bob")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"public"}`).want(t, http.StatusCreated)
		for _, tt := range []struct{ body, want string }{
			{`{}`, `{"alerts":{}}`},
			{`{"level":"nothing"}`, `{"alerts":{"level":"nothing"}}`},
			{`{"mutedUntil":"2999-01-01T00:30:00.1239+01:00"}`, `{"alerts":{"level":"nothing","mutedUntil":"2998-12-31T23:30:00.123Z"}}`},
			{`{"level":null}`, `{"alerts":{"mutedUntil":"2998-12-31T23:30:00.123Z"}}`},
			{`{"mutedUntil":null,"level":"mentions"}`, `{"alerts":{"level":"mentions"}}`},
		} {
			a := c.at("PUT", alertsRoute, "r", "/alerts", bob, tt.body)
			if a.want(t, http.StatusOK); strings.TrimSpace(string(a.body)) != tt.want {
				t.Errorf("%s is answered %s, want %s", tt.body, a.body, tt.want)
			}
		}
		for body, field := range map[string]string{
			`{"level":""}`: "level", `{"level":"loud"}`: "level", `{"level":1}`: "level", `{"mutedUntil":1}`: "mutedUntil", `{"mutedUntil":"soon"}`: "mutedUntil",
		} {
			c.at("PUT", alertsRoute, "r", "/alerts", bob, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
	})
}

func TestReadingUp(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob := c.Token("alice"), c.Token("bob")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated) // 1
		c.makeMember("r", "bob", alice, `"member"`).want(t, http.StatusOK)                         // 2
		for n := 3; n <= 6; n++ {
			c.say("r", alice, fmt.Sprintf(`{"text":"%d"}`, n)).want(t, http.StatusCreated)
		}
		c.say("r", bob, `{"text":"my own"}`).want(t, http.StatusCreated) // 7
		for _, tt := range []struct{ mark, read, unread int }{
			{0, 2, 4}, {4, 4, 2}, {3, 4, 2}, {6, 6, 0}, {1_000_000, 7, 0}, {0, 7, 0},
		} {
			a := c.at("PUT", readRoute, "r", "/read", bob, fmt.Sprintf(`{"seq":%d}`, tt.mark))
			a.want(t, http.StatusOK)
			has(t, a.object, object{"readSeq": float64(tt.read), "unread": float64(tt.unread), "mentions": 0.0})
		}
		for _, body := range []string{`{}`, `{"seq":-1}`, `{"seq":null}`, `{"seq":"1"}`, `{"seq":1.5}`, `{"seq":9007199254740992}`} {
			c.at("PUT", readRoute, "r", "/read", bob, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
		}
		hidden := c.at("GET", receiptsRoute, "r", "/receipts", bob, "")
		if hidden.refused(t, http.StatusForbidden, "FORBIDDEN", ""); hidden.reason() != "receipts" {
			t.Errorf("the reason is %v", hidden.reason())
		}
		hidden = c.at("PUT", deliveredRoute, "r", "/delivered", alice, `{"seq":7}`)
		if hidden.refused(t, http.StatusForbidden, "FORBIDDEN", ""); hidden.reason() != "receipts" {
			t.Errorf("the reason is %v", hidden.reason())
		}
		c.patch("r", alice, `{"receipts":true}`).want(t, http.StatusOK) // 8
		for _, tt := range []struct{ mark, delivered int }{{7, 7}, {8, 8}, {7, 8}, {1_000_000, 8}} {
			a := c.at("PUT", deliveredRoute, "r", "/delivered", bob, fmt.Sprintf(`{"seq":%d}`, tt.mark))
			a.want(t, http.StatusOK)
			has(t, a.object, object{"deliveredSeq": float64(tt.delivered)})
		}
		for _, body := range []string{`{}`, `{"seq":-1}`, `{"seq":"1"}`} {
			c.at("PUT", deliveredRoute, "r", "/delivered", bob, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
		}
		shown := c.at("GET", receiptsRoute, "r", "/receipts?after=alice", bob, "")
		shown.want(t, http.StatusOK)
		if !slices.Equal(shown.rows("receipts", "userId"), []any{"bob"}) || !slices.Equal(shown.rows("receipts", "seq"), []any{7.0}) || !slices.Equal(shown.rows("receipts", "deliveredSeq"), []any{8.0}) {
			t.Errorf("the receipts are %s", shown.body)
		}
	})
}

// claiming makes a token as an identity provider does, with roles in rooms.
func claiming(t *testing.T, sub string, inRooms map[string]any) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": sub, "exp": time.Now().Add(time.Hour).Unix(), "rooms": inRooms}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(apptest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestATokenGrantsRolesInRooms(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		for _, id := range []string{"a", "b"} {
			c.makeRoom(alice, `{"id":"`+id+`","name":"Room","type":"private"}`).want(t, http.StatusCreated)
		}
		bob := claiming(t, "bob", map[string]any{"a": "reader", "b": "Owner", "nowhere": "owner", "a b": "owner"})
		has(t, c.room("a", bob).view(t), object{"role": "reader"})
		c.say("a", bob, `{"text":"x"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.room("b", bob).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.room("nowhere", bob).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		if list := c.get(roomsRoute, "/api/rooms", bob); !slices.Equal(list.rows("rooms", "id"), []any{"a"}) {
			t.Errorf("he sees %s", list.body)
		}
		// A role of the log stands above the claim, and so does being taken out.
		c.makeMember("a", "bob", alice, `"member"`).want(t, http.StatusOK)
		has(t, c.room("a", claiming(t, "bob", map[string]any{"a": "owner"})).view(t), object{"role": "member"})
		c.removeMember("a", "bob", alice).want(t, http.StatusOK)
		c.room("a", claiming(t, "bob", map[string]any{"a": "owner"})).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		for _, bad := range []map[string]any{{"a": 1}, {"a": nil}, {"a": []string{"owner"}}} {
			c.room("a", claiming(t, "carol", bad)).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		}
	})
}
