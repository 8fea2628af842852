package rest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const previewsRoute = "/api/rooms/{id}/previews"

// previews asks for the previews of messages, until none of them is pending.
func (c *caller) previews(room, token, seqs string) answer {
	c.t.Helper()
	for end := time.Now().Add(apptest.Patience); ; {
		a := c.at("GET", previewsRoute, room, "/previews?seqs="+seqs, token, "")
		a.want(c.t, http.StatusOK)
		if pending, _ := a.object["pending"].([]any); len(pending) == 0 {
			return a
		}
		if time.Now().After(end) {
			c.t.Fatalf("still pending: %s", a.body)
		}
	}
}

// onEveryStoreFetching is onEveryStore where links are fetched, from wherever they lead to.
func onEveryStoreFetching(t *testing.T, test func(t *testing.T, c *caller)) {
	fetching := func(c *app.Config) { c.LinkPreviews, c.LinkPreviewsAllowPrivate = true, true }
	t.Run("embedded", func(t *testing.T) { test(t, newCaller(t, apptest.Options{Configure: fetching})) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t), Configure: fetching}))
	})
}

func TestPreviewsOfLinks(t *testing.T) {
	onEveryStoreFetching(t, func(t *testing.T, c *caller) {
		var asked atomic.Int64
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if header := r.Header.Get("Authorization") + r.Header.Get("Cookie") + r.Header.Get("Referer"); header != "" {
				t.Errorf("the site is told %q", header)
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, `<title>Tea &lt;b&gt;</title><meta name="description" content="of `+strings.TrimPrefix(r.URL.Path, "/")+`">`)
		}))
		t.Cleanup(site.Close)
		alice, mallory := c.Token("alice"), c.Token("mallory")
		c.makeRoom(alice, `{"id":"club","name":"Club","type":"private"}`).want(t, http.StatusCreated)
		for i, text := range []string{"see " + site.URL + "/one.", "no link", "<" + site.URL + "/hidden>", site.URL + "/gone", "again " + site.URL + "/one"} {
			a := c.say("club", alice, fmt.Sprintf(`{"text":%q}`, text))
			a.want(t, http.StatusCreated)
			if a.object["seq"] != float64(i+2) { // the owner is the event 1
				t.Fatalf("%q is the event %v", text, a.object["seq"])
			}
		}
		c.at("DELETE", messageRoute, "club", "/messages/5", alice, "").want(t, http.StatusOK)
		want := fmt.Sprintf(`{"previews":[{"seq":2,"url":"%[1]s/one","title":"Tea <b>","description":"of one"},{"seq":6,"url":"%[1]s/one","title":"Tea <b>","description":"of one"}],"pending":[]}`, site.URL)
		if got := c.previews("club", alice, "2,3,4,5,6,99"); string(got.body) != want {
			t.Errorf("answered %s, want %s", got.body, want)
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("the site was asked %d times, want once", n)
		}
		hidden := c.at("GET", previewsRoute, "club", "/previews?seqs=2", mallory, "")
		hidden.refused(t, http.StatusNotFound, "NOT_FOUND", "")
		for _, seqs := range []string{"", "0", "x", "2,", "2,-3", strings.Repeat("2,", 50) + "2"} {
			c.at("GET", previewsRoute, "club", "/previews?seqs="+seqs, alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "seqs")
		}
	})
}

func TestNothingIsFetchedUnlessTheOperatorSaysSo(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	var asked atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(site.Close)
	alice := c.Token("alice")
	c.say("open", alice, fmt.Sprintf(`{"text":%q}`, site.URL)).want(t, http.StatusCreated)
	if got := c.previews("open", alice, "1"); got.object["off"] != true || asked.Load() != 0 {
		t.Errorf("answered %s, and the site was asked %d times", got.body, asked.Load())
	}
}
