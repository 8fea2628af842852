package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

const (
	disableRoute  = "/api/users/{id}/disable"
	enableRoute   = "/api/users/{id}/enable"
	loginRoute    = "/api/auth/login"
	registerRoute = "/api/auth/register"
)

// signedIn registers, or signs in, and gives the token and the user's id.
func (c *caller) signedIn(route, name, password string, status int) (token, id string) {
	c.t.Helper()
	in := c.post(route, route, "", fmt.Sprintf(`{"name":%q,"password":%q}`, name, password))
	in.want(c.t, status)
	user, _ := in.object["user"].(object)
	token, _ = in.object["token"].(string)
	id, _ = user["id"].(string)
	return token, id
}

func TestADisabledUserIsOutUntilHeIsEnabled(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		token, id := c.signedIn(registerRoute, "Ann", "correct horse", http.StatusCreated)
		socket := apptest.Dial(t, c.URL, token)
		path := "/api/users/" + id
		c.call(http.MethodPatch, "/api/users/me", "/api/users/me", token, []byte(`{"name":"Ann"}`)).want(t, http.StatusOK)
		c.post(disableRoute, path+"/disable", c.admin(), "").want(t, http.StatusOK)
		revoked(t, socket)
		c.get(roomsRoute, roomsRoute, token).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		right := c.post(loginRoute, loginRoute, "", `{"name":"Ann","password":"correct horse"}`)
		wrong := c.post(loginRoute, loginRoute, "", `{"name":"Ann","password":"battery staple"}`)
		if right.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", ""); string(right.body) != string(wrong.body) {
			t.Errorf("the right password is answered %s, a wrong one %s", right.body, wrong.body)
		}
		if list := c.get("/api/users", "/api/users", c.admin()); !strings.Contains(string(list.body), `"disabled":true`) {
			t.Errorf("an admin is told %s", list.body)
		}
		if list := c.get("/api/users", "/api/users", c.Token("bob")); strings.Contains(string(list.body), "disabled") {
			t.Errorf("everybody is told %s", list.body)
		}

		c.post(enableRoute, path+"/enable", c.admin(), "").want(t, http.StatusNoContent)
		c.get(roomsRoute, roomsRoute, token).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.newToken("ann") // the clock goes on
		token, _ = c.signedIn(loginRoute, "Ann", "correct horse", http.StatusOK)
		c.get(roomsRoute, roomsRoute, token).want(t, http.StatusOK)
		log := string(c.get("/api/audit", "/api/audit", c.admin()).body)
		if strings.Count(log, `"disable_user"`) != 1 || strings.Count(log, `"enable_user"`) != 1 || strings.Count(log, `"userId":"`+id+`"`) != 2 {
			t.Errorf("the audit log has %s", log)
		}
	})
}

func TestWhoMayDisable(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.post(disableRoute, "/api/users/bob/disable", c.Token("ann"), "").refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.post(enableRoute, "/api/users/bob/enable", c.Token("ann"), "").refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.post(disableRoute, "/api/users/b:1/disable", c.admin(), "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "id")
	self := c.post(disableRoute, "/api/users/root/disable", c.admin(), "")
	if self.refused(t, http.StatusForbidden, "FORBIDDEN", ""); !strings.Contains(string(self.body), `"reason":"self"`) {
		t.Errorf("who disables himself is answered %s", self.body)
	}
	c.post(enableRoute, "/api/users/nobody/enable", c.admin(), "").want(t, http.StatusNoContent)
}

// An identity provider goes on issuing tokens for whom it does not know to be disabled: none of them is good on any instance.
func TestWhoIsDisabledIsOutEverywhereWhateverHeIsIssued(t *testing.T) {
	server := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}
	one, other := newCaller(t, o), newCaller(t, o)
	socket := apptest.Dial(t, other.URL, one.Token("bob"))
	one.post(disableRoute, "/api/users/bob/disable", one.admin(), "").want(t, http.StatusOK)
	revoked(t, socket)
	other.refusedSoon(unnamed(t, "bob"))
	after, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "bob", "iat": float64(time.Now().UnixMilli()) / 1000, "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(apptest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*caller{one, other, newCaller(t, o)} {
		c.get(roomsRoute, roomsRoute, after).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	}
}
