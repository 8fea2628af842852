package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

func (c *caller) postAuth(name, body string) answer {
	c.t.Helper()
	return c.post("/api/auth/"+name, "/api/auth/"+name, "", body)
}

func TestRegisterLoginAndSpeak(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.postAuth("register", `{"name":" Ann ","password":"correct horse"}`).want(t, http.StatusCreated)
	c.postAuth("register", `{"name":"ANN","password":"battery staple"}`).refused(t, http.StatusConflict, "CONFLICT", "")
	in := c.postAuth("login", `{"name":"ann","password":"correct horse"}`)
	in.want(t, http.StatusOK)
	user := in.object["user"].(object)
	if user["name"] != "Ann" || !strings.HasPrefix(user["id"].(string), "a:") || len(user["roles"].([]any)) != 0 {
		t.Errorf("signed in as %v", user)
	}
	c.say("general", in.object["token"].(string), `{"text":"hello"}`).want(t, http.StatusCreated)
	message := c.read("general", c.Token("bob"), "").object["messages"].([]any)[0].(object)
	if message["author"] != user["id"] || message["authorName"] != "Ann" {
		t.Errorf("the message is %v", message)
	}
}

func TestWrongCredentials(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.postAuth("register", `{"name":"Ann","password":"correct horse"}`).want(t, http.StatusCreated)
	wrong := c.postAuth("login", `{"name":"Ann","password":"wrong horse"}`)
	wrong.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	unknown := c.postAuth("login", `{"name":"Nobody","password":"wrong horse"}`)
	unknown.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
	if string(wrong.body) != string(unknown.body) {
		t.Errorf("the answers tell which names have accounts: %s, %s", wrong.body, unknown.body)
	}
	for body, field := range map[string]string{
		`{"password":"correct horse"}`:          "name",
		`{"name":"Ann"}`:                        "password",
		`{"name":7,"password":"correct"}`:       "name",
		`{"name":"Ann","password":["correct"]}`: "password",
	} {
		c.postAuth("login", body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		c.postAuth("register", body).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
	}
	c.postAuth("register", `{"name":"Bo","password":"short"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "password")
	c.postAuth("register", `{"name":"B\u0007o","password":"correct horse"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "name")
}

func TestGuests(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	named := c.postAuth("guest", `{"name":"Bo"}`)
	named.want(t, http.StatusCreated)
	user := named.object["user"].(object)
	if user["name"] != "Bo" || !strings.HasPrefix(user["id"].(string), "g:") || user["roles"].([]any)[0] != "guest" {
		t.Errorf("signed in as %v", user)
	}
	c.postAuth("guest", `{}`).want(t, http.StatusCreated)
	c.postAuth("guest", ``).want(t, http.StatusCreated)
	c.postAuth("guest", `{"name":7}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "name")
	c.say("general", named.object["token"].(string), `{"text":"hello"}`).want(t, http.StatusCreated)
}

func TestSignInsThatAreNotOffered(t *testing.T) {
	off := false
	c := newCaller(t, apptest.Options{Configure: func(c *app.Config) { c.Accounts, c.Guests = &off, &off }})
	methods := c.get("/api/auth/methods", "/api/auth/methods", "")
	methods.want(t, http.StatusOK)
	if methods.object["accounts"] != false || methods.object["guests"] != false {
		t.Errorf("offered are %s", methods.body)
	}
	c.postAuth("register", `{"name":"Ann","password":"correct horse"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
	c.postAuth("guest", `{}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")

	on := newCaller(t, apptest.Options{}).get("/api/auth/methods", "/api/auth/methods", "")
	if on.object["accounts"] != true || on.object["guests"] != true {
		t.Errorf("offered are %s", on.body)
	}
}

func TestTokensAreNeeded(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	sign := func(claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(apptest.Secret))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	hour := time.Now().Add(time.Hour).Unix()
	tests := []struct{ name, authorization, code string }{
		{"none", "", "UNAUTHENTICATED"},
		{"no token", "Bearer", "UNAUTHENTICATED"},
		{"another scheme", "Basic YWxpY2U6eA==", "UNAUTHENTICATED"},
		{"no JWT", "Bearer x.y.z", "UNAUTHENTICATED"},
		{"expired", "Bearer " + sign(jwt.MapClaims{"sub": "alice", "exp": 1}), "TOKEN_EXPIRED"},
		{"roles that are a string", "Bearer " + sign(jwt.MapClaims{"sub": "alice", "exp": hour, "roles": "admin"}), "UNAUTHENTICATED"},
		{"an account's sub", "Bearer " + sign(jwt.MapClaims{"sub": "a:1", "exp": hour}), "UNAUTHENTICATED"},
	}
	for _, tt := range tests {
		for _, route := range [][2]string{{"GET", "/api/rooms"}, {"GET", messagesRoute}, {"POST", messagesRoute}} {
			target := strings.Replace(route[1], "{id}", "general", 1)
			a := c.call(route[0], route[1], target, "", nil, "Authorization", tt.authorization)
			a.refused(t, http.StatusUnauthorized, tt.code, "")
			if a.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: WWW-Authenticate is %q", tt.name, a.header.Get("WWW-Authenticate"))
			}
		}
	}
	c.call("GET", "/api/rooms", "/api/rooms", "", nil, "Authorization", "bearer  "+c.Token("alice")).want(t, http.StatusOK)
	// In the URL a token would stand in logs; it counts for nothing there.
	c.get("/api/rooms", "/api/rooms?token="+c.Token("alice"), "").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
}
