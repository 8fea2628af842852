package rest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

func TestPostAppendsAndIsAnsweredWithItsNumber(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		for n := 1; n <= 3; n++ {
			sent := c.say("general", alice, fmt.Sprintf(`{"text":"message %d"}`, n))
			sent.want(t, http.StatusCreated)
			if sent.object["seq"] != float64(n) {
				t.Errorf("message %d has seq %v", n, sent.object["seq"])
			}
		}
	})
}

func TestTheSameClientIdIsOneMessage(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		const body = `{"text":"once","clientId":"c-1"}`
		first := c.say("general", alice, body)
		first.want(t, http.StatusCreated)
		again := c.say("general", alice, body)
		again.want(t, http.StatusOK)
		if again.object["duplicate"] != true || again.object["id"] != first.object["id"] || again.object["seq"] != first.object["seq"] {
			t.Errorf("first %s, again %s", first.body, again.body)
		}
		c.say("general", alice, `{"text":"another","clientId":"c-1"}`).refused(t, http.StatusConflict, "CONFLICT", "clientId")
		c.say("general", c.Token("bob"), body).want(t, http.StatusCreated)
	})
}

func TestHistoryPages(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		const count = 12
		for n := 1; n <= count; n++ {
			c.say("general", alice, fmt.Sprintf(`{"text":"%d"}`, n)).want(t, http.StatusCreated)
		}
		tests := []struct {
			query               string
			first, last         int
			hasBefore, hasAfter bool
		}{
			{"", 1, 12, false, false},
			{"?limit=5", 8, 12, true, false},
			{"?before=8&limit=5", 3, 7, true, true},
			{"?before=4&limit=5", 1, 3, false, true},
			{"?after=0&limit=5", 1, 5, false, true},
			{"?after=10", 11, 12, true, false},
			{"?around=6&limit=3", 5, 7, true, true},
		}
		for _, tt := range tests {
			page := c.read("general", alice, tt.query)
			page.want(t, http.StatusOK)
			messages, _ := page.object["messages"].([]any)
			if len(messages) != tt.last-tt.first+1 {
				t.Errorf("%q: %d messages, want %d to %d", tt.query, len(messages), tt.first, tt.last)
				continue
			}
			for i, message := range messages {
				if seq := message.(object)["seq"]; seq != float64(tt.first+i) {
					t.Errorf("%q: message %d has seq %v, want %d", tt.query, i, seq, tt.first+i)
				}
			}
			if page.object["hasBefore"] != tt.hasBefore || page.object["hasAfter"] != tt.hasAfter {
				t.Errorf("%q: hasBefore %v, hasAfter %v", tt.query, page.object["hasBefore"], page.object["hasAfter"])
			}
		}
	})
}

func TestAMessageComesBackAsItWasSent(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		c.say("general", alice, `{"text":"first"}`).want(t, http.StatusCreated)
		const data = `{ "b":1.0,  "a":"<&>\u2028", "a":null }`
		text := "line\n\"quoted\" <script>\u2028 👩‍🚀"
		body := `{"text":"line\n\"quoted\" <script>\u2028 👩‍🚀","clientId":"~ ~","parent":1,"data":` + data + `,"unknown":[1]}`
		sent := c.say("general", alice, body)
		sent.want(t, http.StatusCreated)
		page := c.read("general", c.Token("bob"), "?after=1")
		page.want(t, http.StatusOK)
		if !bytes.Contains(page.body, []byte(`"data":`+data)) {
			t.Errorf("data is not the text that was sent: %s", page.body)
		}
		message := page.object["messages"].([]any)[0].(object)
		want := object{"text": text, "clientId": "~ ~", "parent": 1.0, "author": "alice", "authorName": "alice", "roomId": "general",
			"id": sent.object["id"], "timestamp": sent.object["timestamp"]}
		for name, value := range want {
			if message[name] != value {
				t.Errorf("%s is %v, want %v", name, message[name], value)
			}
		}
	})
}

func TestPostRefusesFieldsByName(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	tests := []struct{ body, field string }{
		{`{}`, "text"},
		{`{"text":null}`, "text"},
		{`{"text":7}`, "text"},
		{`{"text":["a"]}`, "text"},
		{`{"text":""}`, "text"},
		{`{"TEXT":"other letters, other member"}`, "text"},
		{`{"text":"nul \u0000"}`, "text"},
		{`{"text":"` + strings.Repeat("é", rooms.MaxTextLength+1) + `"}`, "text"},
		{`{"text":"x","clientId":1}`, "clientId"},
		{`{"text":"x","clientId":null}`, "clientId"},
		{`{"text":"x","clientId":"é"}`, "clientId"},
		{`{"text":"x","clientId":"` + strings.Repeat("c", 129) + `"}`, "clientId"},
		{`{"text":"x","parent":-1}`, "parent"},
		{`{"text":"x","parent":1.5}`, "parent"},
		{`{"text":"x","parent":"1"}`, "parent"},
		{`{"text":"x","parent":9007199254740992}`, "parent"},
		{`{"text":"x","parent":99999999999999999999}`, "parent"},
		{`{"text":"x","data":[]}`, "data"},
		{`{"text":"x","data":"{}"}`, "data"},
		{`{"text":"x","data":null}`, "data"},
		{`[]`, "body"},
		{`null`, "body"},
		{`"text"`, "body"},
		{`{"text":"x"`, "body"},
		{`{"text":"x"} {}`, "body"},
		{"{\"text\":\"\xff\"}", "body"},
	}
	for _, tt := range tests {
		refused := c.say("general", alice, tt.body)
		refused.refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
	if page := c.read("general", alice, ""); page.status != http.StatusNotFound {
		t.Errorf("something was stored, or the room made: %s", page.body)
	}
}

func TestTheLargestMessagePasses(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	text := strings.Repeat(`\ud83d\ude80`, rooms.MaxTextLength/2) // as much escaping as JSON knows
	data := `{"a":"` + strings.Repeat("x", rooms.MaxDataBytes-8) + `"}`
	c.say("general", c.Token("alice"), `{"text":"`+text+`","data":`+data+`}`).want(t, http.StatusCreated)
	c.say("general", c.Token("alice"), `{"text":"x","data":{"a":"`+strings.Repeat("x", rooms.MaxDataBytes)+`"}}`).
		refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "data")
}

func TestHistoryRefusesParametersByName(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	c.say("general", alice, `{"text":"x"}`).want(t, http.StatusCreated)
	tests := []struct{ query, field string }{
		{"?before=-1", "before"},
		{"?before=", "before"},
		{"?before=1.5", "before"},
		{"?after=x", "after"},
		{"?after=%2B1", "after"},
		{"?around=9007199254740992", "around"},
		{"?limit=0", "limit"},
		{"?limit=101", "limit"},
		{"?limit=99999999999999999999", "limit"},
		{"?limit=5&limit=6", "limit"},
		{"?before=5&after=1", "before"},
		{"?parent=0", "parent"},
		{"?before=%zz", "query"},
	}
	for _, tt := range tests {
		c.read("general", alice, tt.query).refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
}

func TestRoomIds(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	longest := strings.Repeat("r", 128)
	for _, id := range []string{"general", "a.b-c_d:e", "a%3Ab", longest, "%2E%2E", "%2E"} {
		c.say(id, alice, `{"text":"x"}`).want(t, http.StatusCreated)
		c.read(id, alice, "").want(t, http.StatusOK)
	}
	c.read("a:b", alice, "").want(t, http.StatusOK) // a%3Ab is the same room
	for _, id := range []string{longest + "r", "a%20b", "a%2Fb", "%C3%A9", "a%00", "a$b"} {
		c.say(id, alice, `{"text":"x"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "roomId")
		c.read(id, alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "roomId")
	}
}

func TestARoomThatIsNotThere(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.read("nowhere", c.Token("alice"), "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
	closed := newCaller(t, apptest.Options{Configure: func(c *app.Config) { c.OpenRooms = false }})
	closed.say("nowhere", closed.Token("alice"), `{"text":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "")
}

func TestRoomsAreListedInPages(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		for _, id := range []string{"b", "a", "c"} {
			c.say(id, alice, `{"text":"in `+id+`"}`).want(t, http.StatusCreated)
		}
		first := c.get("/api/rooms", "/api/rooms?limit=2", alice)
		first.want(t, http.StatusOK)
		second := c.get("/api/rooms", "/api/rooms?limit=2&after=b", alice)
		second.want(t, http.StatusOK)
		var ids []string
		for _, page := range []answer{first, second} {
			for _, row := range page.object["rooms"].([]any) {
				room := row.(object)
				ids = append(ids, room["id"].(string))
				last, _ := room["last"].(object)
				if room["lastSeq"] != 1.0 || last["text"] != "in "+room["id"].(string) {
					t.Errorf("the row is %v", room)
				}
			}
		}
		if strings.Join(ids, "") != "abc" || first.object["more"] != true || second.object["more"] != false {
			t.Errorf("the pages are %s and %s", first.body, second.body)
		}
		c.get("/api/rooms", "/api/rooms?after=a%20b", alice).refused(t, http.StatusBadRequest, "BAD_REQUEST", "after")
		c.get("/api/rooms", "/api/rooms?limit=all", alice).refused(t, http.StatusBadRequest, "BAD_REQUEST", "limit")
	})
}
