package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const searchRoute = "/api/search"

// find searches, with a query of name and value by turns.
func (c *caller) find(token string, pairs ...string) answer {
	c.t.Helper()
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return c.get(searchRoute, searchRoute+"?"+query.Encode(), token)
}

// textsFound gives the texts of an answer's messages.
func textsFound(a answer) string {
	list, _ := a.object["messages"].([]any)
	texts := []any{}
	for _, m := range list {
		texts = append(texts, m.(object)["text"])
	}
	return fmt.Sprint(texts)
}

func TestSearchRoute(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann, ben, began := c.Token("ann"), c.Token("ben"), time.Now().Add(-time.Minute).Format(time.RFC3339)
		c.say("general", ann, `{"text":"a kettle boils","data":{"n":1},"clientId":"one"}`).want(t, http.StatusCreated)
		c.say("general", ben, `{"text":"my kettle","parent":1}`).want(t, http.StatusCreated)
		c.say("other", ann, `{"text":"kettle <i>three</i>"}`).want(t, http.StatusCreated)
		for _, asked := range []struct {
			filters []string
			want    string
		}{
			{nil, "[kettle <i>three</i> my kettle a kettle boils]"},
			{[]string{"room", "general"}, "[my kettle a kettle boils]"},
			{[]string{"from", "ann"}, "[kettle <i>three</i> a kettle boils]"},
			{[]string{"room", "general", "from", "cid"}, "[]"},
			{[]string{"since", began, "until", "2999-01-01T00:00:00+01:00"}, "[kettle <i>three</i> my kettle a kettle boils]"},
			{[]string{"since", "2999-01-01T00:00:00Z"}, "[]"},
			{[]string{"until", began}, "[]"},
		} {
			found := c.find(ann, append([]string{"query", "kettle"}, asked.filters...)...)
			found.want(t, http.StatusOK)
			if got := textsFound(found); got != asked.want || found.object["more"] != false {
				t.Errorf("%q: %s, want %s", asked.filters, found.body, asked.want)
			}
		}
		first := c.find(ann, "query", "kettle", "limit", "2")
		next, _ := first.object["next"].(string)
		if first.object["more"] != true || next == "" {
			t.Fatalf("the first page: %s", first.body)
		}
		if second := c.find(ann, "query", "kettle", "limit", "2", "before", next); textsFound(second) != "[a kettle boils]" {
			t.Errorf("the second page: %s", second.body)
		}
		snippet := c.find(ann, "query", "three").object["messages"].([]any)[0].(object)["snippet"]
		if got, want := fmt.Sprint(snippet), `[map[match:false text:kettle <i>] map[match:true text:three] map[match:false text:</i>]]`; got != want {
			t.Errorf("the snippet is %s, want %s", got, want)
		}
		for field, pairs := range map[string][]string{
			"query":  {"query", "-kettle"},
			"roomId": {"query", "x", "room", "a room"},
			"room":   {"query", "x", "room", ""},
			"from":   {"query", "x", "from", ""},
			"limit":  {"query", "x", "limit", "101"},
			"since":  {"query", "x", "since", "yesterday"},
			"until":  {"query", "x", "since", "2026-03-01T12:00:00Z", "until", "2026-03-01T12:00:00Z"},
			"before": {"query", "x", "before", "yesterday"},
		} {
			c.find(ann, pairs...).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
		c.find(ann, "query", "x", "room", "nowhere").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.find("", "query", "x").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	})
}

func TestSearchRouteWithoutSearch(t *testing.T) {
	c := newCaller(t, apptest.Options{Configure: func(o *app.Config) { o.Search = false }})
	c.say("general", c.Token("ann"), `{"text":"hello"}`).want(t, http.StatusCreated)
	c.find(c.Token("ann"), "query", "hello").refused(t, http.StatusNotFound, "NOT_FOUND", "")
}
