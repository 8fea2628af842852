package rest_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/server/app/apptest"
	"roomstream/server/rest"
)

// ofRooms is how each route of one room is called, by its row in the table.
var ofRooms = map[string]ofRoom{
	"GET " + roomRoute:                      {},
	"PATCH " + roomRoute:                    {body: `{"name":"Mine"}`},
	"GET " + messagesRoute:                  {behind: "/messages"},
	"POST " + messagesRoute:                 {behind: "/messages", body: `{"text":"hello"}`},
	"GET " + reactionsRoute:                 {behind: "/messages/1/reactions"},
	"GET " + versionsRoute:                  {behind: "/messages/1/versions"},
	"DELETE " + messageRoute:                {behind: "/messages/1"},
	"GET " + membersRoute:                   {behind: "/members"},
	"PUT " + memberRoute:                    {behind: "/members/mallory", body: `{"role":"member"}`},
	"DELETE " + memberRoute:                 {behind: "/members/mallory"},
	"PUT " + readRoute:                      {behind: "/read", body: `{"seq":1}`},
	"PUT " + deliveredRoute:                 {behind: "/delivered", body: `{"seq":1}`},
	"PUT " + alertsRoute:                    {behind: "/alerts", body: `{"level":"all"}`},
	"GET " + receiptsRoute:                  {behind: "/receipts"},
	"GET " + threadRoute:                    {behind: "/threads/1"},
	"PUT " + threadRoute:                    {behind: "/threads/1", body: `{"following":true}`},
	"GET " + pinsRoute:                      {behind: "/pins"},
	"PUT " + pinRoute:                       {behind: "/pins/1"},
	"DELETE " + pinRoute:                    {behind: "/pins/1"},
	"GET " + previewsRoute:                  {behind: "/previews?seqs=1"},
	"GET " + invitationsRoute:               {behind: "/invitations"},
	"POST " + invitationsRoute:              {behind: "/invitations", body: `{}`},
	"DELETE " + invitationRoute:             {behind: "/invitations/0123456789abcdef01234567"},
	"POST " + reportsRoute:                  {behind: "/reports", body: `{"seq":1,"reason":"rude"}`},
	"GET " + reportsRoute:                   {behind: "/reports"},
	"PUT " + reportsRoute + "/{reportId}":   {behind: "/reports/0123456789abcdef01234567", body: `{"state":"resolved"}`},
	"GET " + auditRoute:                     {behind: "/audit"},
	"POST /api/rooms/{id}/bots":             {behind: "/bots", body: `{"name":"bot","rights":"post"}`, besides: true},
	"GET /api/rooms/{id}/bots":              {behind: "/bots", besides: true},
	"DELETE /api/rooms/{id}/bots/{botId}":   {behind: "/bots/b:1", besides: true},
	"POST /api/rooms/{id}/hooks":            {behind: "/hooks", body: `{"name":"hook"}`, besides: true},
	"GET /api/rooms/{id}/hooks":             {behind: "/hooks", besides: true},
	"DELETE /api/rooms/{id}/hooks/{hookId}": {behind: "/hooks/b:1", besides: true},
	"POST " + roomHooksRoute:                {behind: "/webhooks", body: `{"url":"https://example.com"}`, besides: true},
	"GET " + roomHooksRoute:                 {behind: "/webhooks", besides: true},
	"DELETE " + roomHookRoute:               {behind: "/webhooks/w_1", besides: true},
	"GET " + roomCursorsRoute:               {behind: "/webhooks/w_1/cursors", besides: true},
	"PUT " + roomCursorRoute:                {behind: "/webhooks/w_1/cursor", body: `{"seq":0}`, besides: true},
}

// ofRoom is how a route of one room is called.
type ofRoom struct {
	behind  string // the room's id in the path
	body    string
	besides bool // it stands on more than the chat's Service
}

// routesOfRooms gives the rows of the table that name a room, each of which must say how it is called.
func routesOfRooms(t *testing.T) []string {
	t.Helper()
	var rows []string
	for _, row := range rest.RouteTable() {
		if !strings.Contains(row, " "+roomRoute) {
			continue
		}
		if _, known := ofRooms[row]; !known {
			t.Errorf("%s: ofRooms does not say how it is called", row)
			continue
		}
		rows = append(rows, row)
	}
	return rows
}

func TestWhatOneMayNotKnowIsAnsweredAsWhatIsNotThere(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, mallory := c.Token("alice"), c.Token("mallory")
		for _, id := range []string{"private", "removed", "banned", "left"} {
			c.makeRoom(alice, `{"id":"`+id+`","name":"Room","type":"private","topic":"plans"}`).want(t, http.StatusCreated)
			c.say(id, alice, `{"text":"for us"}`).want(t, http.StatusCreated)
		}
		for _, id := range []string{"removed", "banned", "left"} {
			c.makeMember(id, "mallory", alice, `"moderator"`).want(t, http.StatusOK)
			c.say(id, mallory, `{"text":"I was here"}`).want(t, http.StatusCreated)
			c.at("PUT", readRoute, id, "/read", mallory, `{"seq":3}`).want(t, http.StatusOK)
		}
		c.removeMember("removed", "mallory", alice).want(t, http.StatusOK)
		until := time.Now().Add(time.Hour).UTC().Format(rooms.TimeFormat)
		c.at("PUT", memberRoute, "banned", "/members/mallory", alice, `{"role":null,"bannedUntil":"`+until+`"}`).want(t, http.StatusOK)
		c.removeMember("left", "mallory", mallory).want(t, http.StatusOK)
		direct := c.post(directRoute, "/api/direct", alice, `{"userId":"bob"}`).view(t)["id"].(string)

		for _, row := range routesOfRooms(t) {
			method, route, _ := strings.Cut(row, " ")
			how := ofRooms[row]
			none := c.at(method, route, "dm:nothing", how.behind, mallory, how.body) // where rooms are open, a send makes no direct one
			none.refused(t, http.StatusNotFound, "NOT_FOUND", "")
			none.header.Del("Date")
			for _, id := range []string{"private", "removed", "banned", "left", direct} {
				hidden := c.at(method, route, id, how.behind, mallory, how.body)
				hidden.header.Del("Date")
				if hidden.status != none.status || string(hidden.body) != string(none.body) || !maps.EqualFunc(hidden.header, none.header, slices.Equal) {
					t.Errorf("%s of %s: %d %s %v, of none: %d %s %v", row, id, hidden.status, hidden.body, hidden.header, none.status, none.body, none.header)
				}
			}
		}
		if list := c.get(roomsRoute, "/api/rooms", mallory); len(list.rows("rooms", "id")) != 0 {
			t.Errorf("the list tells of %s", list.body)
		}
	})
}

// What takes the same reads of the store takes the same time, but for chance: so the times that somebody can measure of
// a room that he may not know are spread as those of one that is not there.
func TestTheTimeOfARefusalDoesNotTellWhy(t *testing.T) {
	store, counted := openCounted(t)
	service := rooms.New(store, rooms.Options{ClosedRooms: true})
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(apptest.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	handler := rest.New(rest.Options{Service: service, Tokens: tokens}).Handler()
	ctx := context.Background()
	for _, id := range []rooms.RoomID{"fresh", "used", "removed", "banned"} {
		if _, err := store.Catalog.CreateRoom(ctx, rooms.Room{ID: id, Name: "Room", Type: rooms.TypePrivate}); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []rooms.Member{
		{RoomID: "removed", UserID: "mallory", Removed: true, ReadSeq: 7},
		{RoomID: "banned", UserID: "mallory", BannedUntil: time.Now().Add(time.Hour)},
	} {
		if err := store.Members.PutMember(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(method, path, body, token string) (status int, reads []string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		counted.take()
		handler.ServeHTTP(w, r)
		return w.Code, counted.take()
	}
	mallory, err := tokens.Issue(auth.User{ID: "mallory"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	// Those who may be in the room have brought it to mind.
	member := claiming(t, "alice", map[string]any{"used": "member", "removed": "member", "banned": "member"})
	for _, id := range []string{"used", "removed", "banned"} {
		if status, reads := ask("GET", "/api/rooms/"+id+"/messages", "", member); status != http.StatusOK || len(reads) == 0 {
			t.Fatalf("%s: a member is answered %d after %v", id, status, reads)
		}
		if status, reads := ask("GET", "/api/rooms/"+id, "", member); status != http.StatusOK || len(reads) != 0 {
			t.Fatalf("%s: it is not remembered: a member is answered %d after %v", id, status, reads)
		}
	}
	for _, row := range routesOfRooms(t) {
		method, _, _ := strings.Cut(row, " ")
		how := ofRooms[row]
		if how.besides {
			continue
		}
		for round := range 3 { // a refusal may be remembered
			status, want := ask(method, "/api/rooms/nothing"+how.behind, how.body, mallory)
			if status != http.StatusNotFound || len(want) == 0 {
				t.Errorf("%s of none: answered %d after %v", row, status, want)
			}
			for _, id := range []string{"fresh", "used", "removed", "banned"} {
				status, reads := ask(method, "/api/rooms/"+id+how.behind, how.body, mallory)
				if status != http.StatusNotFound || !slices.Equal(reads, want) {
					t.Errorf("%s of %s, round %d: answered %d after %v; of none after %v", row, id, round, status, reads, want)
				}
			}
		}
	}
}
