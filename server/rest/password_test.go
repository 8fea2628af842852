package rest_test

import (
	"fmt"
	"net/http"
	"testing"

	"roomstream/server/app/apptest"
)

const passwordRoute = "/api/auth/password"

func TestAChangedPasswordEndsWhatWasSignedInByTheFormer(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		const login = "/api/auth/login"
		made := c.post("/api/auth/register", "/api/auth/register", "", `{"name":"Ann","password":"correct horse"}`)
		made.want(t, http.StatusCreated)
		token, _ := made.object["token"].(string)
		socket := apptest.Dial(t, c.URL, token)
		change := func(password, next string) answer {
			return c.call(http.MethodPut, passwordRoute, passwordRoute, token, fmt.Appendf(nil, `{"password":%q,"newPassword":%q}`, password, next))
		}
		change("wrong password", "battery staple").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "password")
		change("correct horse", "short").refused(t, http.StatusBadRequest, "BAD_REQUEST", "newPassword")
		c.get(roomsRoute, roomsRoute, token).want(t, http.StatusOK)

		change("correct horse", "battery staple").want(t, http.StatusNoContent)
		c.get(roomsRoute, roomsRoute, token).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		revoked(t, socket)
		c.post(login, login, "", `{"name":"Ann","password":"correct horse"}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.newToken("ann") // the clock goes on
		again := c.post(login, login, "", `{"name":"Ann","password":"battery staple"}`)
		again.want(t, http.StatusOK)
		if token, _ = again.object["token"].(string); token == "" {
			t.Fatalf("signed in with %s", again.body)
		}
		c.get(roomsRoute, roomsRoute, token).want(t, http.StatusOK)
	})
}
