package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	notificationsRoute = "/api/notifications"
	markRoute          = "/api/notifications/read"
)

// notify stores n notifications for a user and returns their ids, oldest first.
func (c *caller) notify(user auth.UserID, n int) []string {
	c.t.Helper()
	for i := range n {
		one := rooms.Notification{UserID: user, Kind: "mention", Fields: fmt.Appendf(nil, `{"n":%d,"text":"<b>é"}`, i+1)}
		if err := c.Service().Notify(c.t.Context(), []rooms.Notification{one}); err != nil {
			c.t.Fatal(err)
		}
	}
	page := c.get(notificationsRoute, notificationsRoute, c.Token(string(user)))
	list, _ := page.object["notifications"].([]any)
	if len(list) != n {
		c.t.Fatalf("%s has %d notifications, want %d", user, len(list), n)
	}
	ids := make([]string, n)
	for i := range list {
		ids[n-1-i] = list[i].(object)["id"].(string)
	}
	return ids
}

func (c *caller) mark(token, body string) answer {
	c.t.Helper()
	return c.call(http.MethodPut, markRoute, markRoute, token, []byte(body))
}

// wantPage holds a page to the numbers of its notifications, newest first.
func (c *caller) wantPage(token, query string, unread int, more bool, numbers ...int) {
	c.t.Helper()
	page := c.get(notificationsRoute, notificationsRoute+query, token)
	page.want(c.t, http.StatusOK)
	list, _ := page.object["notifications"].([]any)
	var got []int
	for _, n := range list {
		got = append(got, int(n.(object)["n"].(float64)))
	}
	if fmt.Sprint(got) != fmt.Sprint(numbers) || page.object["unread"] != float64(unread) || page.object["more"] != more {
		c.t.Errorf("%q: %s, want %v, unread %d, more %v", query, page.body, numbers, unread, more)
	}
}

func TestNotificationsAreListedAndMarked(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ids := c.notify("ann", 5)
		c.notify("bob", 1)
		ann, bob := c.Token("ann"), c.Token("bob")
		c.wantPage(ann, "", 5, false, 5, 4, 3, 2, 1)
		c.wantPage(ann, "?limit=2", 5, true, 5, 4)
		c.wantPage(ann, "?limit=2&before="+ids[3], 5, true, 3, 2)
		c.wantPage(ann, "?before="+strings.ToUpper(ids[1]), 5, false, 1)
		c.wantPage(ann, "?before="+strings.Repeat("0", 24), 5, false)
		c.wantPage(c.Token("carol"), "?unread=true", 0, false)

		marked := c.mark(ann, fmt.Sprintf(`{"ids":[%q,%q,%q],"read":true}`, ids[1], ids[4], ids[1]))
		marked.want(t, http.StatusOK)
		if string(marked.body) != `{"unread":3}` {
			t.Errorf("answered %s", marked.body)
		}
		c.wantPage(ann, "?unread=true&limit=2", 3, true, 4, 3)
		c.wantPage(ann, "?unread=false", 3, false, 5, 4, 3, 2, 1)
		first := c.get(notificationsRoute, notificationsRoute+"?limit=1", ann)
		want := fmt.Sprintf(`{"notifications":[{"id":%q,"userId":"ann","kind":"mention","read":true,"n":5,"text":"<b>é"}],"unread":3,"more":true}`, ids[4])
		if string(first.body) != want {
			t.Errorf("listed\n     %s\nwant %s", first.body, want)
		}
		// What is another's stays as it is.
		c.mark(bob, fmt.Sprintf(`{"ids":[%q],"read":true}`, ids[0])).want(t, http.StatusOK)
		c.wantPage(bob, "", 1, false, 1)
		c.mark(ann, fmt.Sprintf(`{"ids":[%q],"read":false}`, ids[1])).want(t, http.StatusOK)
		c.mark(ann, `{"ids":[],"read":true}`).want(t, http.StatusOK)
		c.wantPage(ann, "?unread=true", 4, false, 4, 3, 2, 1)
	})
}

func TestBadNotificationCallsAreRefused(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann := c.Token("ann")
		id := strings.Repeat("ab", 12)
		many := `"` + strings.Repeat(id+`","`, 100) + id + `"`
		for body, field := range map[string]string{
			`{}`:                                      "ids",
			`{"read":true}`:                           "ids",
			`{"ids":["` + id + `"]}`:                  "read",
			`{"ids":"` + id + `","read":true}`:        "ids",
			`{"ids":null,"read":true}`:                "ids",
			`{"ids":[null],"read":true}`:              "ids",
			`{"ids":[12],"read":true}`:                "ids",
			`{"ids":[""],"read":true}`:                "ids",
			`{"ids":["` + id[1:] + `"],"read":true}`:  "ids",
			`{"ids":["` + id + `0"],"read":true}`:     "ids",
			`{"ids":["g` + id[1:] + `"],"read":true}`: "ids",
			`{"ids":[` + many + `],"read":true}`:      "ids",
			`{"ids":["` + id + `"],"read":"true"}`:    "read",
			`{"ids":["` + id + `"],"read":null}`:      "read",
			`{"ids":["` + id + `"],"read":1}`:         "read",
			`[]`:                                      "body",
			`{"ids":`:                                 "body",
		} {
			c.mark(ann, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
		for query, field := range map[string]string{
			"?before=":                        "before",
			"?before=1":                       "before",
			"?before=" + id + "0":             "before",
			"?before=g" + id[1:]:              "before",
			"?unread=yes":                     "unread",
			"?unread=":                        "unread",
			"?limit=0":                        "limit",
			"?limit=101":                      "limit",
			"?limit=x":                        "limit",
			"?unread=true&unread=true":        "unread",
			"?before=" + id + "&before=" + id: "before",
		} {
			c.get(notificationsRoute, notificationsRoute+query, ann).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
		c.get(notificationsRoute, notificationsRoute, "").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.mark("", `{"ids":[],"read":true}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.call(http.MethodPut, markRoute, markRoute, ann, []byte(`{}`), "Content-Type", "text/plain").refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "")
	})
}
