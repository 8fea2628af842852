package rest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const (
	webhooksRoute    = "/api/webhooks"
	webhookRoute     = "/api/webhooks/{webhookId}"
	cursorsRoute     = "/api/webhooks/{webhookId}/cursors"
	cursorRoute      = "/api/webhooks/{webhookId}/cursor"
	roomHooksRoute   = "/api/rooms/{id}/webhooks"
	roomHookRoute    = "/api/rooms/{id}/webhooks/{webhookId}"
	roomCursorsRoute = "/api/rooms/{id}/webhooks/{webhookId}/cursors"
	roomCursorRoute  = "/api/rooms/{id}/webhooks/{webhookId}/cursor"
)

func TestWebhooksOfARoom(t *testing.T) {
	bodies := make(chan string, 100)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- r.Header.Get("Roomstream-Signature") + " " + string(body)
	}))
	defer target.Close()
	c := newCaller(t, apptest.Options{Configure: func(o *app.Config) { o.WebhookAllowPrivate = true }})
	ann, bob := c.owned("private", "dev"), c.Token("bob")
	made := c.post(roomHooksRoute, "/api/rooms/dev/webhooks", ann, `{"url":"`+target.URL+`","events":["new_message"]}`)
	made.want(t, http.StatusCreated)
	id, _ := made.object["webhook"].(object)["id"].(string)
	of := "/api/rooms/dev/webhooks/" + id
	c.say("dev", ann, `{"text":"hello"}`).want(t, http.StatusCreated)
	next := func() string {
		select {
		case body := <-bodies:
			return body
		case <-time.After(apptest.Patience):
			t.Fatal("nothing was delivered")
			return ""
		}
	}
	if got := next(); !strings.HasPrefix(got, "t=") || !strings.Contains(got, `"delivery":"`+id+`/dev/2"`) || !strings.Contains(got, `"text":"hello"`) {
		t.Errorf("delivered was %s", got)
	}
	c.call(http.MethodPut, roomCursorRoute, of+"/cursor", ann, []byte(`{"seq":1}`)).want(t, http.StatusNoContent)
	if got := next(); !strings.Contains(got, `"delivery":"`+id+`/dev/2"`) {
		t.Errorf("delivered again was %s", got)
	}
	list := c.get(roomHooksRoute, "/api/rooms/dev/webhooks", ann)
	list.want(t, http.StatusOK)
	if secret, _ := made.object["secret"].(string); secret == "" || strings.Contains(string(list.body), secret) {
		t.Errorf("listed are %s", list.body)
	}
	cursors := c.get(roomCursorsRoute, of+"/cursors", ann)
	cursors.want(t, http.StatusOK)
	if !strings.Contains(string(cursors.body), `"roomId":"dev"`) {
		t.Errorf("the cursors are %s", cursors.body)
	}
	c.call(http.MethodPut, roomCursorRoute, of+"/cursor", ann, []byte(`{"seq":99}`)).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
	c.call(http.MethodPut, roomCursorRoute, of+"/cursor", ann, []byte(`{}`)).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
	for _, refused := range []answer{
		c.get(roomHooksRoute, "/api/rooms/dev/webhooks", bob), c.post(roomHooksRoute, "/api/rooms/dev/webhooks", bob, `{"url":"https://example.com"}`),
		c.get(roomCursorsRoute, of+"/cursors", bob), c.call(http.MethodDelete, roomHookRoute, of, bob, nil),
		c.call(http.MethodDelete, roomHookRoute, "/api/rooms/dev/webhooks/w_nobody", ann, nil),
	} {
		refused.refused(t, http.StatusNotFound, "NOT_FOUND", "")
	}
	c.post(roomHooksRoute, "/api/rooms/dev/webhooks", ann, `{"url":"javascript:alert(1)"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "url")
	c.call(http.MethodDelete, roomHookRoute, of, ann, nil).want(t, http.StatusNoContent)
	c.call(http.MethodDelete, roomHookRoute, of, ann, nil).refused(t, http.StatusNotFound, "NOT_FOUND", "")
}

func TestWebhooksOfAllRoomsAreAnAdmins(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann, root := c.owned("private", "dev"), c.admin()
		c.post(webhooksRoute, "/api/webhooks", ann, `{"url":"https://example.com"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.post(webhooksRoute, "/api/webhooks", root, `{"url":"http://127.0.0.1/"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "url")
		made := c.post(webhooksRoute, "/api/webhooks", root, `{"url":"https://example.invalid/in"}`)
		made.want(t, http.StatusCreated)
		id, _ := made.object["webhook"].(object)["id"].(string)
		of := "/api/webhooks/" + id
		c.get(webhooksRoute, "/api/webhooks", root).want(t, http.StatusOK)
		c.get(cursorsRoute, of+"/cursors?limit=1", root).want(t, http.StatusOK)
		c.call(http.MethodPut, cursorRoute, of+"/cursor", root, []byte(`{"seq":0}`)).refused(t, http.StatusBadRequest, "BAD_REQUEST", "roomId")
		c.call(http.MethodPut, cursorRoute, of+"/cursor", root, []byte(`{"roomId":"dev","seq":0}`)).want(t, http.StatusNoContent)
		c.get(roomHooksRoute, "/api/rooms/dev/webhooks", ann).want(t, http.StatusOK)
		c.call(http.MethodDelete, roomHookRoute, "/api/rooms/dev/webhooks/"+id, ann, nil).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.call(http.MethodDelete, webhookRoute, of, root, nil).want(t, http.StatusNoContent)
	})
}
