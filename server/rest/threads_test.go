package rest_test

import (
	"fmt"
	"net/http"
	"testing"
)

const threadRoute = "/api/rooms/{id}/threads/{seq}"

func TestThreadsAreFollowedReadAndListed(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob := c.Token("alice"), c.Token("bob")
		c.makeRoom(alice, `{"id":"club","name":"Club","type":"private"}`).want(t, http.StatusCreated)
		c.makeMember("club", "bob", alice, `"member"`).want(t, http.StatusOK)
		c.say("club", bob, `{"text":"who comes?"}`).want(t, http.StatusCreated)           // 3
		c.say("club", alice, `{"text":"I do","parent":3}`).want(t, http.StatusCreated)    // 4
		c.say("club", alice, `{"text":"and Ann","parent":3}`).want(t, http.StatusCreated) // 5
		thread := func(method, token, body string) answer {
			return c.at(method, threadRoute, "club", "/threads/3", token, body)
		}
		wantState := func(what string, got answer, want string) {
			t.Helper()
			got.want(t, http.StatusOK)
			if string(got.body) != want {
				t.Errorf("%s: %s, want %s", what, got.body, want)
			}
		}
		unread := func(token string) []any {
			t.Helper()
			got := c.call("GET", "/api/threads", "/api/threads", token, nil)
			got.want(t, http.StatusOK)
			return got.rows("threads", "unread")
		}
		wantState("of who asked", thread("GET", bob, ""), `{"thread":3,"following":true,"readSeq":2,"unread":2,"lastSeq":5}`)
		if got := unread(bob); fmt.Sprint(got) != "[2]" {
			t.Errorf("unread are %v", got)
		}
		wantState("read", thread("PUT", bob, `{"readSeq":4}`), `{"thread":3,"following":true,"readSeq":4,"unread":1,"lastSeq":5}`)
		wantState("left", thread("PUT", bob, `{"following":false}`), `{"thread":3,"following":false,"readSeq":4,"unread":1,"lastSeq":5}`)
		if got := unread(bob); len(got) != 0 {
			t.Errorf("of what is not followed unread are %v", got)
		}
		wantState("followed", thread("PUT", bob, `{"following":true}`), `{"thread":3,"following":true,"readSeq":4,"unread":1,"lastSeq":5}`)
		thread("PUT", bob, `{"following":"yes"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "following")
		thread("PUT", bob, `{"readSeq":-1}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "readSeq")
		c.at("GET", threadRoute, "club", "/threads/99", bob, "").refused(t, http.StatusNotFound, "NOT_FOUND", "thread")
		// What is answered may be deleted; its answers are there all the same.
		c.at("DELETE", messageRoute, "club", "/messages/3", bob, "").want(t, http.StatusOK)
		if got := unread(bob); fmt.Sprint(got) != "[1]" {
			t.Errorf("of what was deleted unread are %v", got)
		}
	})
}
