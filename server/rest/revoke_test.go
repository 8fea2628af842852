package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

const (
	revokeRoute      = "/api/users/{id}/revoke"
	revokeTokenRoute = "/api/tokens/revoke"
)

// unnamed is a token that says neither when it was issued nor its name, as providers make them.
func unnamed(t *testing.T, sub string) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": sub, "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(apptest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// told is what a token says of itself.
func told(t *testing.T, token string) (auth.Token, time.Time) {
	t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(apptest.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	return *session.User.Token, session.ExpiresAt
}

// refusedSoon waits until a token is refused: an instance learns of a revocation a moment after the one that was asked.
func (c *caller) refusedSoon(token string) {
	c.t.Helper()
	for deadline := time.Now().Add(apptest.Patience); ; <-time.After(20 * time.Millisecond) {
		a := c.get(roomsRoute, roomsRoute, token)
		if a.status == http.StatusUnauthorized {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("still answered %d %s", a.status, a.body)
		}
	}
}

// newToken gives a token that was issued after what was done before: in the same millisecond it would count as before.
func (c *caller) newToken(sub string) string {
	c.t.Helper()
	for begun := time.Now().Truncate(time.Millisecond); !time.Now().Truncate(time.Millisecond).After(begun); {
		<-time.After(time.Millisecond)
	}
	return c.Token(sub)
}

func revoked(t *testing.T, client *apptest.Client) {
	t.Helper()
	if code, reason := client.Closed(); code != 4003 || reason != "revoked" {
		t.Errorf("closed with %d %q", code, reason)
	}
	if said := client.Named("closing"); len(said) != 1 || string(said[0].Body) != `{"reason":"revoked"}` {
		t.Errorf("told %v", said)
	}
}

func TestRevokedTokensOfAUserAreOut(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		bob, silent, ann := c.Token("bob"), unnamed(t, "bob"), c.Token("ann")
		sockets := []*apptest.Client{apptest.Dial(t, c.URL, bob), apptest.Dial(t, c.URL, silent)}
		stays := apptest.Dial(t, c.URL, ann)
		c.post(revokeRoute, "/api/users/bob/revoke", c.admin(), "").want(t, http.StatusOK)
		for _, token := range []string{bob, silent} {
			c.get(roomsRoute, roomsRoute, token).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
			c.say("general", token, `{"text":"still here"}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		}
		for _, socket := range sockets {
			revoked(t, socket)
		}
		client, refusal := apptest.Connect(t, c.URL, `{"token":"`+silent+`"}`, nil)
		if client.Drop(); !strings.Contains(string(refusal), "UNAUTHENTICATED") {
			t.Errorf("with a token without iat he is answered %s", refusal)
		}
		after := c.newToken("bob")
		c.get(roomsRoute, roomsRoute, after).want(t, http.StatusOK)
		apptest.Dial(t, c.URL, after).Must("join_room", `"general"`, nil)
		if ack, err := stays.Call("refresh_auth", `{"token":"`+unnamed(t, "ann")+`"}`); err != nil || !strings.Contains(string(ack), `"ok":true`) {
			t.Errorf("somebody else is answered %s, %v", ack, err)
		}
		c.get(roomsRoute, roomsRoute, unnamed(t, "bob")).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		var log struct {
			Entries []struct{ Actor, Action, UserID string }
		}
		if a := c.get("/api/audit", "/api/audit?action=revoke_tokens", c.admin()); json.Unmarshal(a.body, &log) != nil || !strings.Contains(string(a.body), `"userId":"bob"`) {
			t.Errorf("the audit log has %s", a.body)
		}
	})
}

func TestOneTokenIsRevokedByItsName(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		one, other := c.Token("bob"), c.Token("bob")
		name, expires := told(t, one)
		out, stays := apptest.Dial(t, c.URL, one), apptest.Dial(t, c.URL, other)
		c.post(revokeTokenRoute, revokeTokenRoute, c.admin(), fmt.Sprintf(`{"jti":%q,"expiresAt":%q}`, name.ID, expires.Format(time.RFC3339))).want(t, http.StatusOK)
		c.get(roomsRoute, roomsRoute, one).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		revoked(t, out)
		c.get(roomsRoute, roomsRoute, other).want(t, http.StatusOK)
		ack, err := stays.Call("refresh_auth", `{"token":"`+one+`"}`)
		if err != nil || !strings.Contains(string(ack), "UNAUTHENTICATED") {
			t.Errorf("refreshed with the revoked one: %s, %v", ack, err)
		}
		stays.Must("join_room", `"general"`, nil)
	})
}

func TestWhoMayRevoke(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.post(revokeRoute, "/api/users/bob/revoke", c.Token("ann"), "").refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.post(revokeTokenRoute, revokeTokenRoute, c.Token("ann"), `{"jti":"x","expiresAt":"2100-01-01T00:00:00Z"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.post(revokeRoute, "/api/users/b:1/revoke", c.admin(), "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "id")
	c.post(revokeRoute, "/api/users/a%0Ab/revoke", c.admin(), "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "id")
	for body, field := range map[string]string{
		`{"expiresAt":"2100-01-01T00:00:00Z"}`:                                          "jti",
		`{"jti":"","expiresAt":"2100-01-01T00:00:00Z"}`:                                 "jti",
		`{"jti":"` + strings.Repeat("x", 257) + `","expiresAt":"2100-01-01T00:00:00Z"}`: "jti",
		`{"jti":"x"}`:                                    "expiresAt",
		`{"jti":"x","expiresAt":"tomorrow"}`:             "expiresAt",
		`{"jti":"x","expiresAt":"2020-01-01T00:00:00Z"}`: "expiresAt",
	} {
		c.post(revokeTokenRoute, revokeTokenRoute, c.admin(), body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
	}
}

// What was revoked is so on instances that run, on one that starts later, and after a restart.
func TestARevocationIsKnownEverywhereAndStays(t *testing.T) {
	server := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}
	one, other := newCaller(t, o), newCaller(t, o)
	bob, silent := one.Token("bob"), unnamed(t, "bob")
	socket := apptest.Dial(t, other.URL, bob)
	one.post(revokeRoute, "/api/users/bob/revoke", one.admin(), "").want(t, http.StatusOK)
	revoked(t, socket)
	other.refusedSoon(bob)
	other.refusedSoon(silent)

	later := newCaller(t, o)
	for _, token := range []string{bob, silent} {
		later.get(roomsRoute, roomsRoute, token).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	}

	file := apptest.Options{Dir: t.TempDir()}
	before := newCaller(t, file)
	bob = before.Token("bob")
	before.post(revokeRoute, "/api/users/bob/revoke", before.admin(), "").want(t, http.StatusOK)
	before.Stop()
	again := newCaller(t, file)
	again.get(roomsRoute, roomsRoute, bob).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
}
