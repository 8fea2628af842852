package rest_test

import (
	"fmt"
	"net/http"
	"testing"
)

const (
	pinsRoute = "/api/rooms/{id}/pins"
	pinRoute  = "/api/rooms/{id}/pins/{seq}"
)

// pinned gives what is pinned in a room, by its texts.
func (c *caller) pinned(room, token string) []any {
	c.t.Helper()
	answer := c.at("GET", pinsRoute, room, "/pins", token, "")
	answer.want(c.t, http.StatusOK)
	return answer.rows("pins", "text")
}

func TestPinsAreSetListedAndTakenAway(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob := c.Token("alice"), c.Token("bob")
		c.makeRoom(alice, `{"id":"club","name":"Club","type":"private"}`).want(t, http.StatusCreated)
		c.makeMember("club", "bob", alice, `"member"`).want(t, http.StatusOK)
		for _, text := range []string{"first", "second"} { // 3 and 4
			c.say("club", bob, `{"text":"`+text+`"}`).want(t, http.StatusCreated)
		}
		set := func(method string, seq int, token string) answer {
			return c.at(method, pinRoute, "club", fmt.Sprintf("/pins/%d", seq), token, "")
		}
		set("PUT", 3, bob).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		set("PUT", 99, alice).refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		set("PUT", 3, alice).want(t, http.StatusOK)
		set("PUT", 4, alice).want(t, http.StatusOK)
		if again := set("PUT", 4, alice); again.object["seq"] != float64(6) {
			t.Errorf("pinned again: %s", again.body)
		}
		if got := c.pinned("club", bob); fmt.Sprint(got) != "[second first]" {
			t.Fatalf("pinned are %v", got)
		}
		if pins := c.room("club", bob).view(t)["pins"]; fmt.Sprint(pins) != "[3 4]" {
			t.Errorf("the room says %v", pins)
		}
		behind := c.call("GET", pinsRoute, "/api/rooms/club/pins?after=4", bob, nil)
		if rows := behind.rows("pins", "text"); fmt.Sprint(rows) != "[first]" || behind.object["more"] != false {
			t.Errorf("behind the newest: %s", behind.body)
		}
		c.at("DELETE", messageRoute, "club", "/messages/4", bob, "").want(t, http.StatusOK)
		if got := c.pinned("club", bob); fmt.Sprint(got) != "[first]" {
			t.Errorf("with one deleted pinned are %v", got)
		}
		set("PUT", 4, alice).refused(t, http.StatusGone, "GONE", "")
		set("DELETE", 3, alice).want(t, http.StatusOK)
		if got := c.pinned("club", bob); len(got) != 0 {
			t.Errorf("with all taken away pinned are %v", got)
		}
	})
}
