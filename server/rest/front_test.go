package rest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
	"roomstream/server/rest"
)

func TestNothingIsCached(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	for _, path := range []string{"/healthz", "/readyz", "/api/rooms", "/api/nothing", "/api/auth/methods"} {
		a := c.get("", path, "")
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, a.header)
		}
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	for _, path := range []string{"/api/", "/api/nothing", "/api/rooms/", "/api/Rooms", "/api/rooms/a/b/messages", "/api/rooms/general/nothing"} {
		c.get("", path, alice).refused(t, http.StatusNotFound, "NOT_FOUND", "")
	}
	for _, try := range [][2]string{
		{"DELETE", "/api/rooms"}, {"PUT", "/api/rooms"}, {"POST", "/api/rooms/general"}, {"PUT", "/api/rooms/general/messages"}, {"GET", "/api/auth/login"},
		{"OPTIONS", "/api/rooms"}, {"TRACE", "/api/rooms"}, {"POST", "/healthz"},
	} {
		a := c.call(try[0], "", try[1], alice, nil)
		a.refused(t, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "")
		if a.header.Get("Allow") == "" {
			t.Errorf("%v: no Allow", try)
		}
	}
	if head := c.call("HEAD", "", "/healthz", "", nil); head.status != http.StatusOK || len(head.body) != 0 {
		t.Errorf("HEAD /healthz: %d %q", head.status, head.body)
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	const target, body = "/api/rooms/general/messages", `{"text":"x"}`
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ";"} {
		c.call("POST", messagesRoute, target, alice, []byte(body), "Content-Type", media).
			refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "")
	}
	for _, media := range []string{"application/json; charset=utf-8", "APPLICATION/JSON"} {
		c.call("POST", messagesRoute, target, alice, []byte(body), "Content-Type", media).want(t, http.StatusCreated)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, `{"text":"x","fill":"%s"}`, strings.Repeat("x", 10<<20))
	w.Close()
	c.call("POST", messagesRoute, target, alice, packed.Bytes(), "Content-Encoding", "gzip").
		refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "")
}

func TestBodiesHaveALimit(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	of := func(n int) []byte {
		const frame = len(`{"text":"x","fill":""}`)
		return []byte(`{"text":"x","fill":"` + strings.Repeat("f", n-frame) + `"}`)
	}
	const target = "/api/rooms/general/messages"
	c.call("POST", messagesRoute, target, alice, of(rest.DefaultMaxBody)).want(t, http.StatusCreated)
	c.call("POST", messagesRoute, target, alice, of(rest.DefaultMaxBody+1)).refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "body")

	// Without a length, and without an end: the answer comes when the limit is passed.
	request, err := http.NewRequestWithContext(t.Context(), "POST", c.URL+target, endless{})
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("an endless body: %d", response.StatusCode)
	}
}

// endless is a body of letters that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A megabyte announced and not sent must cost nothing: the answer comes at once.
func TestALengthOverTheLimitIsRefusedUnread(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	conn, err := net.Dial("tcp", c.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n")
	start := make([]byte, len("HTTP/1.1 413"))
	if _, err := io.ReadFull(conn, start); err != nil || string(start) != "HTTP/1.1 413" {
		t.Errorf("answered %q, %v", start, err)
	}
}

func TestPagesOfAllowedOriginsMayCall(t *testing.T) {
	const friend, stranger = "https://app.example", "https://evil.example"
	c := newCaller(t, apptest.Options{Configure: func(c *app.Config) { c.AllowedOrigins = []string{friend} }})
	alice := c.Token("alice")
	for _, tt := range []struct {
		origin string
		want   string
	}{{friend, friend}, {stranger, ""}, {"null", ""}, {friend + ".evil.example", ""}, {"", ""}} {
		for _, a := range []answer{
			c.call("GET", "/api/rooms", "/api/rooms", alice, nil, "Origin", tt.origin),
			c.call("GET", "/api/rooms", "/api/rooms", "", nil, "Origin", tt.origin), // a refusal must be readable too
			c.call("OPTIONS", "", "/api/rooms/general/messages", "", nil, "Origin", tt.origin, "Access-Control-Request-Method", "POST"),
		} {
			if got := a.header.Get("Access-Control-Allow-Origin"); got != tt.want {
				t.Errorf("origin %q: Access-Control-Allow-Origin is %q, want %q", tt.origin, got, tt.want)
			}
			if a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("origin %q: credentials are allowed", tt.origin)
			}
			if a.header.Get("Vary") != "Origin" {
				t.Errorf("origin %q: Vary is %q", tt.origin, a.header.Get("Vary"))
			}
		}
	}
	preflight := c.call("OPTIONS", "", "/api/rooms/general/messages", "", nil, "Origin", friend, "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "authorization,content-type")
	if preflight.status != http.StatusNoContent || !strings.Contains(preflight.header.Get("Access-Control-Allow-Methods"), "PATCH") ||
		!strings.Contains(preflight.header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", preflight.status, preflight.header)
	}
}

func TestTwoAuthorizationsAreRefused(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	request, err := http.NewRequestWithContext(t.Context(), "GET", c.URL+"/api/rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Authorization"] = []string{"Bearer x", "Bearer " + c.Token("alice")}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %d", response.StatusCode)
	}
}

func TestHealth(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	c.get("/healthz", "/healthz", "").want(t, http.StatusOK)
	c.get("/readyz", "/readyz", "").want(t, http.StatusOK)
}
