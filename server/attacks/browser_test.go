package attacks

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

const (
	evil = "https://evil.example"
	form = "application/x-www-form-urlencoded"
)

// What a page of another site can make a visitor's browser send without asking: forms, and scripts' requests with the three content types
// that need no leave, with whatever cookies there are, and with the password that a browser remembers for the feeds. None changes anything,
// and no answer sets a cookie that would sign the visitor in the next time.
func TestCSRF(t *testing.T) {
	s := onMongoDB(t)
	s.must(http.MethodPost, "/api/auth/register", `{"name":"victim","password":"password-1"}`)
	s.must(http.MethodPut, "/api/streams/posts/all", `{"access":{"public":true},"create":{"public":true}}`)
	hook := s.hook()
	messages := string(s.must(http.MethodGet, "/api/rooms/den/messages", "").body)

	tried := 0
	try := func(method, target, body string) {
		for _, media := range []string{form, "text/plain", "multipart/form-data; boundary=x", ""} {
			for _, origin := range []string{evil, "null", s.URL + ".evil.example"} {
				a := s.call(method, target, "", body, "Origin", origin, "Content-Type", media, "Cookie", "token=x; sid=y; roomstream=z")
				if tried++; a.status < 400 || a.status >= 500 {
					t.Errorf("%s %s as %q from %s: %d %s", method, target, media, origin, a.status, a.body)
				}
				if allowed := a.header.Get("Access-Control-Allow-Origin"); allowed != "" || a.header.Get("Access-Control-Allow-Credentials") != "" || a.header.Get("Set-Cookie") != "" {
					t.Errorf("%s %s from %s: %v", method, target, origin, a.header)
				}
			}
		}
		// What is more than a form is asked for first, and not allowed.
		if a := s.call(http.MethodOptions, target, "", "", "Origin", evil, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type"); a.header.Get("Access-Control-Allow-Origin") != "" ||
			a.header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("preflight of %s %s: %d %v", method, target, a.status, a.header)
		}
	}
	d := s.routes()
	for _, o := range d.operations() {
		if o.method == http.MethodGet {
			continue
		}
		target := o.target(given())
		if strings.HasPrefix(o.path, "/api/hooks/") {
			target = hook
		}
		body := ""
		if o.body != nil {
			body = write(d.sample("", o.body, samples()))
		}
		try(o.method, target, body)
	}
	try(http.MethodPost, "/acl", `{"predicate":"path('/posts/_streams/all')","roles":["$unauthenticated"]}`)
	try(http.MethodPut, "/posts", `{"streams":[]}`)
	s.byARememberedPassword()
	wantMany(t, tried)
	if now := string(s.must(http.MethodGet, "/api/rooms/den/messages", "").body); now != messages {
		t.Errorf("the room holds %s, and held %s", now, messages)
	}
	for _, path := range []string{"/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket", "/_streams/room-den", "/posts/_streams/all"} {
		upgrade := []string{"Origin", evil}
		if !strings.Contains(path, "polling") {
			upgrade = append(upgrade, "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		}
		if a := s.call(http.MethodGet, path, "", "", upgrade...); a.status < 400 {
			t.Errorf("%s opens to a page of another site: %d", path, a.status)
		}
	}
}

// byARememberedPassword posts as a browser does that knows the name and password of feeds.
func (s *stage) byARememberedPassword() {
	s.t.Helper()
	request := &http.Request{Header: http.Header{}}
	request.SetBasicAuth("victim", "password-1")
	password := request.Header.Get("Authorization")
	for _, try := range []struct {
		origin, media string
		taken         bool
	}{{evil, "application/json", false}, {evil, "text/plain", false}, {"null", "application/json", false}, {s.URL, "application/json", true}, {s.URL, "text/plain", false}} {
		a := s.call(http.MethodPost, "/posts", "", `{"n":"x"}`, "Authorization", password, "Origin", try.origin, "Content-Type", try.media)
		if (a.status == http.StatusCreated) != try.taken {
			s.t.Errorf("a document from %s as %s: %d %s", try.origin, try.media, a.status, a.body)
		}
	}
}

// No answer that a browser shows as a page lets itself be put into a frame of another site: the page at each of its addresses, what is no
// page, the routes' page, refusals, and files, which the site's own pages may show.
func TestClickjacking(t *testing.T) {
	s := newStage(t, apptest.Options{})
	file := "/api/rooms/den/files/" + s.upload("shown.txt", "a text")
	targets := []string{
		"/", "/rooms/den", "/rooms/den/", "/rooms/den/12", "/feeds", "/feeds?stream=x", "/admin", "/admin/reports", "/docs/api", "/docs/api/", "/index.html", "/api-docs.html",
		"/nothing", "/rooms/", "/assets/none.html", "/<script>", "/socket.io/", "/acl", "/posts", "/posts/_streams/all", file, file + "?token=x",
	}
	for _, o := range s.routes().operations() {
		targets = append(targets, o.target(given()))
	}
	pages := 0
	for _, target := range targets {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := s.call(method, (&url.URL{Path: target}).EscapedPath(), s.ann, "", "Accept", "text/html")
			if target == "/feeds?stream=x" {
				a = s.call(method, target, "", "", "Accept", "text/html")
			}
			policy, media := a.header.Get("Content-Security-Policy"), a.header.Get("Content-Type")
			switch {
			case strings.HasPrefix(media, "text/html"), strings.HasPrefix(media, "text/plain") && !strings.HasPrefix(target, "/socket.io/"), strings.HasPrefix(media, "image/"):
				own := strings.HasPrefix(target, "/api/rooms/den/files/")
				if !strings.Contains(policy, "frame-ancestors 'none'") && !(own && strings.Contains(policy, "frame-ancestors 'self'") && strings.HasPrefix(policy, "sandbox")) {
					t.Errorf("%s %s: %d %s may be framed: %q", method, target, a.status, media, policy)
				}
				pages++
			case len(a.body) > 0 && media != "application/json" && !strings.HasPrefix(target, "/socket.io/"):
				t.Errorf("%s %s: %d comes as %q", method, target, a.status, media)
			}
			if len(a.body) > 0 && a.header.Get("X-Content-Type-Options") != "nosniff" && !strings.HasPrefix(target, "/socket.io/") {
				t.Errorf("%s %s: a browser may take %q for a page", method, target, media)
			}
		}
	}
	const least = 15
	if pages < least {
		t.Errorf("only %d pages were seen", pages)
	}
}
