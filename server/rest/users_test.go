package rest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

const (
	usersRoute = "/api/users"
	userRoute  = "/api/users/{id}"
	meRoute    = "/api/users/me"
)

func (c *caller) updateMe(token, body string) answer {
	c.t.Helper()
	return c.call(http.MethodPatch, meRoute, meRoute, token, []byte(body))
}

func (c *caller) user(id, token string) answer {
	c.t.Helper()
	return c.get(userRoute, usersRoute+"/"+url.PathEscape(id), token)
}

// wantUsers holds a page to the ids of its users.
func (c *caller) wantUsers(token, query, ids string, more bool) {
	c.t.Helper()
	page := c.get(usersRoute, usersRoute+query, token)
	page.want(c.t, http.StatusOK)
	list, _ := page.object["users"].([]any)
	var got []string
	for _, u := range list {
		got = append(got, u.(object)["id"].(string))
	}
	if strings.Join(got, " ") != ids || page.object["more"] != more {
		c.t.Errorf("%q: %s, want %s, more %v", query, page.body, ids, more)
	}
}

func TestProfilesAreShownFoundAndChanged(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann, bob := c.Token("ann"), c.Token("bob")
		c.user("ann", bob).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.say("r", ann, `{"text":"hello"}`).want(t, http.StatusCreated)
		c.user("ann", bob).want(t, http.StatusOK)

		changed := c.updateMe(ann, `{"name":"Ann Lee 🦊","avatar":"https://example.com/a.png","status":"invisible","unknown":1}`)
		if want := `{"user":{"id":"ann","name":"Ann Lee 🦊","avatar":"https://example.com/a.png","status":"invisible"}}`; string(changed.body) != want {
			t.Errorf("answered %d %s, want %s", changed.status, changed.body, want)
		}
		if shown := c.user("ann", bob); string(shown.body) != `{"user":{"id":"ann","name":"Ann Lee 🦊","avatar":"https://example.com/a.png"}}` {
			t.Errorf("bob is shown %s", shown.body)
		}
		c.updateMe(bob, `{"status":"dnd"}`).want(t, http.StatusOK)
		c.wantUsers(bob, "?query=LE", "ann", false)
		c.wantUsers(bob, "?limit=1", "ann", true)
		c.wantUsers(bob, "?limit=1&after=ann", "bob", false)
		c.wantUsers(bob, "?query=nobody", "", false)
		c.wantUsers(bob, "?query="+url.QueryEscape(`.*`), "", false)

		cleared := c.updateMe(ann, `{"name":null,"avatar":null,"status":null}`)
		cleared.want(t, http.StatusOK)
		if user := cleared.object["user"].(object); user["name"] == "Ann Lee 🦊" || len(user) != 2 {
			t.Errorf("after all was taken away: %s", cleared.body)
		}
	})
}

func TestBadProfileCallsAreRefused(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	ann := c.Token("ann")
	for body, field := range map[string]string{
		`{"name":""}`: "name", `{"name":1}`: "name", `{"name":"a\u0000"}`: "name", `{"name":"a\u202eb"}`: "name", `{"name":"` + strings.Repeat("é", 65) + `"}`: "name", `{"name":"\u200d"}`: "name",
		`{"avatar":"http://example.com"}`: "avatar", `{"avatar":"javascript:alert(1)"}`: "avatar", `{"avatar":[]}`: "avatar", `{"status":"away"}`: "status", `{"status":1}`: "status",
		`[]`: "body",
	} {
		c.updateMe(ann, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
	}
	c.user("ann", ann).refused(t, http.StatusNotFound, "NOT_FOUND", "") // nothing of it was stored
	for query, field := range map[string]string{"?limit=101": "limit", "?query=%00": "query", "?query=%FF": "query", "?after=%00": "after", "?query=a&query=b": "query"} {
		c.get(usersRoute, usersRoute+query, ann).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
	}
	c.user("a\x00", ann).refused(t, http.StatusBadRequest, "BAD_REQUEST", "id")
	for _, refused := range []answer{c.get(usersRoute, usersRoute, ""), c.user("ann", ""), c.updateMe("", `{}`)} {
		refused.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	}
	c.call(http.MethodPatch, meRoute, meRoute, ann, []byte(`{}`), "Content-Type", "text/plain").refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "")
}
