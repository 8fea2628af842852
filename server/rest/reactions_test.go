package rest_test

import (
	"fmt"
	"net/http"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

const reactionsRoute = "/api/rooms/{id}/messages/{seq}/reactions"

func TestWhoReacted(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		for _, text := range []string{"lunch?", "gone"} {
			c.say("r", alice, fmt.Sprintf(`{"text":%q}`, text)).want(t, http.StatusCreated)
		}
		react := func(user auth.UserID, emoji string, on bool) {
			done := make(chan error, 1)
			c.Service().React(auth.User{ID: user}, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: emoji, On: on}, func(_ rooms.Sent, err error) { done <- err })
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		for i := range 52 {
			react(auth.UserID(fmt.Sprintf("u%02d", i)), "🎉", true)
		}
		react("bob", "👍", true)
		react("alice", "👍", true)
		react("u00", "🎉", false)
		react("bob", "❓", true)
		react("bob", "❓", false)
		of := func(seq int) answer {
			return c.at("GET", reactionsRoute, "r", fmt.Sprintf("/messages/%d/reactions", seq), alice, "")
		}
		all := of(1)
		all.want(t, http.StatusOK)
		rows, _ := all.object["reactions"].([]any)
		if len(rows) != 2 {
			t.Fatalf("answered %s", all.body)
		}
		party, thumbs := rows[0].(object), rows[1].(object)
		if users := party["userIds"].([]any); party["count"] != float64(51) || len(users) != 50 || users[0] != "u01" {
			t.Errorf("the party is %v", party)
		}
		if got := fmt.Sprintf("%v %v %v", thumbs["emoji"], thumbs["count"], thumbs["userIds"]); got != "👍 2 [bob alice]" {
			t.Errorf("the thumbs are %q", got)
		}
		if none := of(2); string(none.body) != `{"reactions":[]}` {
			t.Errorf("on none: %s", none.body)
		}
		c.at("DELETE", messageRoute, "r", "/messages/2", alice, "").want(t, http.StatusOK)
		of(2).refused(t, http.StatusGone, "GONE", "")
		of(99).refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		c.at("GET", reactionsRoute, "r", "/messages/x/reactions", alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
	})
}
