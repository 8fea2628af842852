package rest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const (
	mySessionsRoute  = "/api/users/me/sessions"
	mySessionRoute   = "/api/users/me/sessions/{sessionId}"
	sessionsRoute    = "/api/users/{id}/sessions"
	userSessionRoute = "/api/users/{id}/sessions/{sessionId}"
)

type listedSession struct {
	ID, CreatedAt, SeenAt, ExpiresAt, Address, Agent string
	Current                                          bool
}

// sessions lists the caller's own.
func (c *caller) sessions(route, path, token string) []listedSession {
	c.t.Helper()
	a := c.get(route, path, token)
	a.want(c.t, http.StatusOK)
	var body struct{ Sessions []listedSession }
	if err := json.Unmarshal(a.body, &body); err != nil {
		c.t.Fatal(err)
	}
	return body.Sessions
}

func (c *caller) delete(route, path, token string) answer {
	c.t.Helper()
	return c.call(http.MethodDelete, route, path, token, nil)
}

func TestAUserSeesAndEndsHisSessions(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		here, id := c.signedIn(registerRoute, "Ann", "correct horse", http.StatusCreated)
		phone, _ := c.signedIn(loginRoute, "Ann", "correct horse", http.StatusOK)
		tablet, _ := c.signedIn(loginRoute, "Ann", "correct horse", http.StatusOK)
		socket, stays := apptest.Dial(t, c.URL, phone), apptest.Dial(t, c.URL, here)
		name, _ := told(t, phone)
		list := c.sessions(mySessionsRoute, mySessionsRoute, here)
		if len(list) != 3 {
			t.Fatalf("listed are %+v", list)
		}
		for _, s := range list {
			own, _ := told(t, here)
			if s.Address != "127.0.0.1" || !strings.HasPrefix(s.Agent, "Go-http-client") || s.Current != (s.ID == own.ID) {
				t.Errorf("listed is %+v", s)
			}
		}
		bob := c.Token("bob")
		if none := c.sessions(mySessionsRoute, mySessionsRoute, bob); len(none) > 0 {
			t.Errorf("who has no account has %+v", none)
		}
		c.delete(mySessionsRoute, mySessionsRoute, bob).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.delete(mySessionRoute, mySessionsRoute+"/"+name.ID, bob).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.get(sessionsRoute, "/api/users/"+id+"/sessions", bob).refused(t, http.StatusForbidden, "FORBIDDEN", "")

		c.delete(mySessionRoute, mySessionsRoute+"/"+name.ID, here).want(t, http.StatusNoContent)
		revoked(t, socket)
		c.get(roomsRoute, roomsRoute, phone).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.get(roomsRoute, roomsRoute, tablet).want(t, http.StatusOK)
		c.delete(mySessionRoute, mySessionsRoute+"/"+name.ID, here).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.delete(mySessionsRoute, mySessionsRoute, here).want(t, http.StatusNoContent)
		c.get(roomsRoute, roomsRoute, tablet).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		if list = c.sessions(mySessionsRoute, mySessionsRoute, here); len(list) != 1 || !list[0].Current {
			t.Errorf("left are %+v", list)
		}
		stays.Must("join_room", `"general"`, nil)

		theirs := "/api/users/" + id + "/sessions"
		if seen := c.sessions(sessionsRoute, theirs, c.admin()); len(seen) != 1 || seen[0].ID != list[0].ID || seen[0].Current {
			t.Errorf("an admin sees %+v", seen)
		}
		c.delete(userSessionRoute, theirs+"/"+list[0].ID, c.admin()).want(t, http.StatusNoContent)
		revoked(t, stays)
		if log := string(c.get("/api/audit", "/api/audit?action=end_session", c.admin()).body); !strings.Contains(log, `"userId":"`+id+`"`) {
			t.Errorf("the audit log has %s", log)
		}
	})
}

// A session that is ended at one instance is at every other, and what a revocation covers is in no list.
func TestASessionEndsEverywhere(t *testing.T) {
	server := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}
	one, other := newCaller(t, o), newCaller(t, o)
	here, id := one.signedIn(registerRoute, "Ann", "correct horse", http.StatusCreated)
	phone, _ := other.signedIn(loginRoute, "Ann", "correct horse", http.StatusOK)
	socket := apptest.Dial(t, other.URL, phone)
	one.delete(mySessionsRoute, mySessionsRoute, here).want(t, http.StatusNoContent)
	revoked(t, socket)
	other.refusedSoon(phone)
	one.post(revokeRoute, "/api/users/"+id+"/revoke", one.admin(), "").want(t, http.StatusOK)
	if left := one.sessions(sessionsRoute, "/api/users/"+id+"/sessions", one.admin()); len(left) > 0 {
		t.Errorf("revoked are still listed: %+v", left)
	}
}

// Fifty who guess at one moment at two instances have no more guesses than one after the other.
func TestGuessesAreCountedOverInstances(t *testing.T) {
	server := mongotest.Shared(t)
	const free = 4
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t), Configure: limited(free)}
	callers := []*caller{newCaller(t, o), newCaller(t, o)}
	callers[0].signedIn(registerRoute, "Ann", "correct horse", http.StatusCreated)
	for _, name := range []string{"Ann", "Nobody"} { // a name without an account counts as others do
		var compared, waits atomic.Int64
		var group sync.WaitGroup
		begun := time.Now()
		for i := range 50 {
			group.Go(func() {
				switch a := callers[i%2].post(loginRoute, loginRoute, "", fmt.Sprintf(`{"name":%q,"password":"wrong password"}`, name)); a.status {
				case http.StatusUnauthorized:
					compared.Add(1)
				case http.StatusTooManyRequests:
					waits.Add(1)
					failure, _ := a.object["error"].(object)
					if after, _ := failure["retryAfterMs"].(float64); failure["code"] != "RATE_LIMITED" || after < 1 || a.header.Get("Retry-After") == "" {
						t.Errorf("answered %s", a.body)
					}
				case http.StatusServiceUnavailable, http.StatusGatewayTimeout: // too many at once for a slow machine: nothing was compared
				default:
					t.Errorf("answered %d %s", a.status, a.body)
				}
			})
		}
		group.Wait()
		// The first wait is 5 s, each further one twice as long: on a slow machine some may have passed.
		passed := int64(math.Log2(time.Since(begun).Seconds()/5 + 1))
		if n := compared.Load(); n > free+passed || waits.Load() == 0 {
			t.Errorf("%s: %d passwords were compared and %d told to wait, want at most %d compared", name, n, waits.Load(), free+passed)
		}
	}
}

// An address that tries many names is counted over all instances, too.
func TestAnAddressIsCountedOverInstances(t *testing.T) {
	server := mongotest.Shared(t)
	const names = 10 // that many times as many as of an account are free
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t), Configure: limited(1)}
	callers := []*caller{newCaller(t, o), newCaller(t, o)}
	guess := func(i int) answer {
		return callers[i%2].post(loginRoute, loginRoute, "", fmt.Sprintf(`{"name":"Name %d","password":"wrong password"}`, i))
	}
	for i := range names {
		guess(i).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	}
	for i := range callers {
		if a := guess(names + i); a.status != http.StatusTooManyRequests || !strings.Contains(string(a.body), "RATE_LIMITED") {
			t.Errorf("instance %d answers one more name with %d %s", i, a.status, a.body)
		}
	}
}

func TestTheRightPasswordForgetsTheWrongOnes(t *testing.T) {
	c := newCaller(t, apptest.Options{Configure: limited(2)})
	c.signedIn(registerRoute, "Ann", "correct horse", http.StatusCreated)
	wrong := func() answer { return c.post(loginRoute, loginRoute, "", `{"name":"Ann","password":"wrong password"}`) }
	for range 5 {
		wrong().refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		c.signedIn(loginRoute, "Ann", "correct horse", http.StatusOK)
	}
}

// limited has waits begin after so many wrong passwords.
func limited(failures int) func(*app.Config) {
	return func(c *app.Config) { c.LoginFailures = failures }
}
