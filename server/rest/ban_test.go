package rest_test

import (
	"net/http"
	"testing"
	"time"

	"roomstream/rooms"
)

// TestABanKeepsTheRole asks both stores what became of who was banned without a role and let in again.
func TestABanKeepsTheRole(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		ann, bob := c.owned("public", "town"), c.Token("bob")
		const route, target = "/api/rooms/{id}/members/{userId}", "/api/rooms/town/members/bob"
		put := func(body string) answer {
			t.Helper()
			return c.call(http.MethodPut, route, target, ann, []byte(body))
		}
		ban := `{"bannedUntil":"` + time.Now().Add(time.Hour).UTC().Format(rooms.TimeFormat) + `"}`
		for _, role := range []string{"reader", "moderator"} {
			put(`{"role":"`+role+`"}`).want(t, http.StatusOK)
			put(ban).want(t, http.StatusOK)
			c.get("/api/rooms/{id}", "/api/rooms/town", bob).want(t, http.StatusForbidden)
			put(`{"bannedUntil":null}`).want(t, http.StatusOK)
			view := c.get("/api/rooms/{id}", "/api/rooms/town", bob)
			view.want(t, http.StatusOK)
			if room, _ := view.object["room"].(object); room["role"] != role {
				t.Errorf("the %s is %s after his ban", role, view.body)
			}
		}
		put(`{}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "role")
		put(`{"role":"member","bannedUntil":null}`).want(t, http.StatusOK)
		put(`{"bannedUntil":"tomorrow"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "bannedUntil")
	})
}
