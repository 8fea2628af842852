package rest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// caller calls the routes of a running program and holds every answer to the document.
type caller struct {
	*apptest.App
	t        *testing.T
	document *document
}

func newCaller(t *testing.T, o apptest.Options) *caller {
	t.Helper()
	return &caller{App: apptest.Start(t, o), t: t, document: mustLoad(t)}
}

// onEveryStore runs a test on the embedded store and on a real mongod.
func onEveryStore(t *testing.T, test func(t *testing.T, c *caller)) {
	t.Run("embedded", func(t *testing.T) { test(t, newCaller(t, apptest.Options{})) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}))
	})
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	object object
}

// call sends a request. route is the path as the document writes it; empty: the answer
// is of no route.
func (c *caller) call(method, route, target, token string, body []byte, header ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+target, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Del(header[i])
		if header[i+1] != "" {
			request.Header.Set(header[i], header[i+1])
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		c.t.Fatal(err)
	}
	if route != "" {
		if err := c.document.checkAnswer(method, route, a.status, a.header.Get, a.body); err != nil {
			c.t.Errorf("%s %s: %d %s: %v", method, target, a.status, a.body, err)
		}
	}
	_ = json.Unmarshal(a.body, &a.object) // an answer that is no object shows as one without members
	return a
}

func (c *caller) get(route, target, token string) answer {
	c.t.Helper()
	return c.call(http.MethodGet, route, target, token, nil)
}

func (c *caller) post(route, target, token, body string) answer {
	c.t.Helper()
	return c.call(http.MethodPost, route, target, token, []byte(body))
}

const messagesRoute = "/api/rooms/{id}/messages"

// say posts to a room.
func (c *caller) say(room, token, body string) answer {
	c.t.Helper()
	return c.post(messagesRoute, "/api/rooms/"+room+"/messages", token, body)
}

// read reads a room's history.
func (c *caller) read(room, token, query string) answer {
	c.t.Helper()
	return c.get(messagesRoute, "/api/rooms/"+room+"/messages"+query, token)
}

func (a answer) want(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("answered %d %s, want %d", a.status, a.body, status)
	}
}

// refused holds an answer to a code and the field at fault; field empty: none.
func (a answer) refused(t *testing.T, status int, code, field string) {
	t.Helper()
	failure, _ := a.object["error"].(object)
	details, _ := failure["details"].(object)
	got, _ := details["field"].(string)
	if a.status != status || failure["code"] != code || got != field {
		t.Errorf("answered %d %s, want %d %s of %q", a.status, a.body, status, code, field)
	}
}
