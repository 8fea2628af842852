package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// noted gives the entries of an audit log without their ids and times, oldest first.
func (c *caller) noted(route, target, token string) []object {
	c.t.Helper()
	a := c.get(route, target, token)
	a.want(c.t, http.StatusOK)
	var list []object
	rows, _ := a.object["entries"].([]any)
	for _, row := range rows {
		entry := row.(object)
		delete(entry, "id")
		delete(entry, "timestamp")
		list = append(list, entry)
	}
	slices.Reverse(list)
	return list
}

// wantNoted compares entries as JSON.
func wantNoted(t *testing.T, got []object, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var wanted object
		if i < len(want) {
			if err := json.Unmarshal([]byte(want[i]), &wanted); err != nil {
				t.Fatalf("%s: %v", want[i], err)
			}
		}
		if i >= len(got) || !reflect.DeepEqual(got[i], wanted) {
			shown := "nothing"
			if i < len(got) {
				b, _ := json.Marshal(got[i])
				shown = string(b)
			}
			t.Errorf("entry %d is %s, want %v", i, shown, wanted)
		}
	}
}

// idIn gives a member's id in an answer that made something.
func (a answer) idIn(t *testing.T, member string) string {
	t.Helper()
	a.want(t, http.StatusCreated)
	made, _ := a.object[member].(object)
	id, _ := made["id"].(string)
	return id
}

// TestWhatIsDoneToIntegrationsIsNoted: each once, in the room that it is about, and nothing that lets anybody in.
func TestWhatIsDoneToIntegrationsIsNoted(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann, root := c.owned("private", "dev"), c.admin()
		c.owned("private", "ops")
		bot := c.post(roomBotsRoute, "/api/rooms/dev/bots", ann, `{"name":"CI","rights":"post"}`).idIn(t, "bot")
		wide := c.post(botsRoute, "/api/bots", root, `{"name":"Wide","rights":"post_and_read","rooms":["dev","ops"]}`).idIn(t, "bot")
		all := c.post(botsRoute, "/api/bots", root, `{"name":"All","rights":"post"}`).idIn(t, "bot")
		hook := c.post(hooksRoute, "/api/rooms/dev/hooks", ann, `{"name":"In"}`).idIn(t, "hook")
		const address = `"url":"https://example.invalid:8443/a-secret-path?key=hidden"`
		out := c.post(roomHooksRoute, "/api/rooms/dev/webhooks", ann, `{`+address+`,"events":["new_message"]}`).idIn(t, "webhook")
		wideOut := c.post(webhooksRoute, "/api/webhooks", root, `{`+address+`}`).idIn(t, "webhook")
		// What is refused is not noted.
		c.post(roomBotsRoute, "/api/rooms/dev/bots", c.Token("bob"), `{"name":"CI","rights":"post"}`).want(t, http.StatusNotFound)
		c.call(http.MethodDelete, roomBotRoute, "/api/rooms/dev/bots/b:none", ann, nil).want(t, http.StatusNotFound)
		c.call(http.MethodPut, roomCursorRoute, "/api/rooms/dev/webhooks/"+out+"/cursor", ann, []byte(`{"seq":99}`)).want(t, http.StatusBadRequest)
		// What is done is.
		c.call(http.MethodPut, roomCursorRoute, "/api/rooms/dev/webhooks/"+out+"/cursor", ann, []byte(`{"seq":0}`)).want(t, http.StatusNoContent)
		c.call(http.MethodPut, cursorRoute, "/api/webhooks/"+wideOut+"/cursor", root, []byte(`{"roomId":"ops","seq":1}`)).want(t, http.StatusNoContent)
		for _, gone := range [][3]string{
			{botRoute, "/api/bots/" + bot, root}, {botRoute, "/api/bots/" + wide, root}, {botRoute, "/api/bots/" + all, root},
			{hookRoute, "/api/rooms/dev/hooks/" + hook, ann},
			{roomHookRoute, "/api/rooms/dev/webhooks/" + out, ann}, {webhookRoute, "/api/webhooks/" + wideOut, root},
		} {
			c.call(http.MethodDelete, gone[0], gone[1], gone[2], nil).want(t, http.StatusNoContent)
		}

		const room = `"actor":"ann","roomId":"dev"`
		created := []string{
			fmt.Sprintf(`{%s,"action":"create_bot","userId":%q,"details":{"name":"CI","rights":"post"}}`, room, bot),
			fmt.Sprintf(`{%s,"action":"create_hook","userId":%q,"details":{"name":"In"}}`, room, hook),
			fmt.Sprintf(`{%s,"action":"create_webhook","details":{"id":%q,"host":"example.invalid:8443","events":["new_message"]}}`, room, out),
			fmt.Sprintf(`{%s,"action":"set_webhook_cursor","details":{"id":%q,"host":"example.invalid:8443","seq":0}}`, room, out),
			fmt.Sprintf(`{"actor":"root","roomId":"dev","action":"remove_bot","userId":%q,"details":{"name":"CI","rights":"post"}}`, bot),
			fmt.Sprintf(`{%s,"action":"remove_hook","userId":%q,"details":{"name":"In"}}`, room, hook),
			fmt.Sprintf(`{%s,"action":"remove_webhook","details":{"id":%q,"host":"example.invalid:8443","events":["new_message"]}}`, room, out),
		}
		wantNoted(t, c.noted(auditRoute, "/api/rooms/dev/audit", ann), created...)
		wantNoted(t, c.noted(auditRoute, "/api/rooms/dev/audit?action=create_webhook", ann), created[2])
		const wideBot, allBot = `"details":{"name":"Wide","rights":"post_and_read","rooms":["dev","ops"]}`, `"details":{"name":"All","rights":"post"}`
		wantNoted(t, c.noted("/api/audit", "/api/audit?actor=root", root),
			fmt.Sprintf(`{"actor":"root","action":"create_bot","userId":%q,%s}`, wide, wideBot),
			fmt.Sprintf(`{"actor":"root","action":"create_bot","userId":%q,%s}`, all, allBot),
			fmt.Sprintf(`{"actor":"root","action":"create_webhook","details":{"id":%q,"host":"example.invalid:8443"}}`, wideOut),
			fmt.Sprintf(`{"actor":"root","action":"set_webhook_cursor","roomId":"ops","details":{"id":%q,"host":"example.invalid:8443","seq":1}}`, wideOut),
			created[4],
			fmt.Sprintf(`{"actor":"root","action":"remove_bot","userId":%q,%s}`, wide, wideBot),
			fmt.Sprintf(`{"actor":"root","action":"remove_bot","userId":%q,%s}`, all, allBot),
			fmt.Sprintf(`{"actor":"root","action":"remove_webhook","details":{"id":%q,"host":"example.invalid:8443"}}`, wideOut))
	})
}

// TestWhoDeclaresStreamsIsNoted: by whatever way, and only what changes something.
func TestWhoDeclaresStreamsIsNoted(t *testing.T) {
	server := mongotest.Shared(t)
	c := newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)})
	root := c.tokenOf("root", auth.RoleAdmin)
	c.stream("PUT", "posts/all", root, `{}`).want(t, http.StatusCreated)
	c.stream("PUT", "posts/all", root, `{}`).want(t, http.StatusOK)
	c.stream("PUT", "posts/all", root, `{"access":{"public":true}}`).want(t, http.StatusOK)
	c.stream("PUT", "posts/all", c.tokenOf("ann"), `{}`).want(t, http.StatusForbidden)
	c.call(http.MethodPut, "", "/posts", root, []byte(`{"streams":[{"uri":"some"}]}`)).want(t, http.StatusOK)
	c.call(http.MethodPost, "", "/acl", root, []byte(`{"_id":"r","predicate":"path-prefix('/posts')","priority":1,"roles":["guest"]}`)).want(t, http.StatusNoContent)
	c.stream("DELETE", "posts/some", root, "").want(t, http.StatusNoContent)
	c.stream("DELETE", "posts/some", root, "").want(t, http.StatusNotFound)
	wantNoted(t, c.noted("/api/audit", "/api/audit", root),
		`{"actor":"root","action":"declare_stream","details":{"stream":"posts/all","created":true}}`,
		`{"actor":"root","action":"declare_stream","details":{"stream":"posts/all","created":false}}`,
		`{"actor":"root","action":"declare_stream","details":{"stream":"posts/some","created":true}}`,
		`{"actor":"root","action":"remove_stream","details":{"stream":"posts/all"}}`,
		`{"actor":"root","action":"allow_streams","details":{"path":"/posts","prefix":true}}`,
		`{"actor":"root","action":"remove_stream","details":{"stream":"posts/some"}}`)
	if a := c.get("/api/audit", "/api/audit?action=declare_stream&limit=1", root); !strings.Contains(string(a.body), `"posts/some"`) || a.object["more"] != true {
		t.Errorf("the newest declaration is %s", a.body)
	}
}
