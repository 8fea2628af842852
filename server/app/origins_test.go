package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// ways are what a page may call: Socket.IO by both transports, a route, files, a feed.
var ways = []string{
	"/socket.io/?EIO=4&transport=polling", "/api/rooms", "/api/rooms/general/files", feedPath,
}

// crossed sends what a page of an origin would, with a cookie that its browser has.
func crossed(t *testing.T, a *apptest.App, method, way, origin, token string) *http.Response {
	t.Helper()
	answer, _ := crossedWith(t, a, method, way, origin, token, "")
	return answer
}

// crossedWith is crossed with a body; it gives that of the answer, too.
func crossedWith(t *testing.T, a *apptest.App, method, way, origin, token, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, a.URL+way, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	cookie := a.Token("alice")
	request.Header.Set("Cookie", "token="+cookie+"; Authorization=Bearer "+cookie+"; session="+cookie+"; io="+cookie)
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return answer, "" // it has no end
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// polled connects by polling as a page of an origin would, without a token, and gives what it is answered.
func polled(t *testing.T, a *apptest.App, origin string) string {
	t.Helper()
	_, open := crossedWith(t, a, http.MethodGet, ways[0], origin, "", "")
	var session struct{ SID string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(open, "0")), &session); err != nil || session.SID == "" {
		t.Fatalf("polling of %q opens with %q", origin, open)
	}
	way := ways[0] + "&sid=" + session.SID
	if answer, text := crossedWith(t, a, http.MethodPost, way, origin, "", "40"); answer.StatusCode != http.StatusOK {
		t.Fatalf("a packet is answered %s %s", answer.Status, text)
	}
	_, text := crossedWith(t, a, http.MethodGet, way, origin, "", "")
	return text
}

// TestNoOriginIsGivenCredentialsByAWildcard: `*` lets any page call with a token of its own, but none with what its browser
// sends by itself; and no answer to a page names another.
func TestNoOriginIsGivenCredentialsByAWildcard(t *testing.T) {
	const friend, stranger = "https://app.example", "https://evil.example"
	for name, tt := range map[string]struct {
		allowed []string
		origin  string
		named   string
		cookies bool // for a balancer's: of Socket.IO only
	}{
		"a page that is listed":   {[]string{friend}, friend, friend, true},
		"one that is not":         {[]string{friend}, stranger, "", false},
		"by default":              {nil, stranger, "", false},
		"all":                     {[]string{"*"}, stranger, stranger, false},
		"all, and one by name":    {[]string{"*", friend}, stranger, stranger, false},
		"a frame without a place": {nil, "null", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.AllowedOrigins = tt.allowed }})
			for _, way := range ways {
				for _, method := range []string{http.MethodGet, http.MethodOptions} {
					if strings.HasPrefix(way, "/socket.io/") && method == http.MethodGet && tt.named != "" {
						continue // it would open a session; the WebSocket below shows the same
					}
					h := crossed(t, a, method, way, tt.origin, "").Header
					if got := h.Get("Access-Control-Allow-Origin"); got != tt.named {
						t.Errorf("%s %s: Access-Control-Allow-Origin is %q, want %q", method, way, got, tt.named)
					}
					want := ""
					if tt.cookies && strings.HasPrefix(way, "/socket.io/") {
						want = "true"
					}
					if got := h.Get("Access-Control-Allow-Credentials"); got != want {
						t.Errorf("%s %s: Access-Control-Allow-Credentials is %q, want %q", method, way, got, want)
					}
				}
			}
			header := http.Header{"Origin": {tt.origin}}
			if tt.named == "" {
				if answer := apptest.Refused(t, a.URL, socketPath, header); answer.StatusCode != http.StatusForbidden {
					t.Errorf("a WebSocket is answered %s", answer.Status)
				}
				return
			}
			if _, refusal := apptest.Connect(t, a.URL, `{"token":"`+a.Token("alice")+`"}`, header); refusal != nil {
				t.Errorf("a WebSocket is refused %s", refusal)
			}
		})
	}
}

// TestACookieIsNobody: who has no Origin is no browser's page, or the server's own, and needs a token like everybody; what a
// browser sends by itself is none.
func TestACookieIsNobody(t *testing.T) {
	a := apptest.Start(t, apptest.Options{})
	call(t, apptest.Dial(t, a.URL, a.Token("alice")), "join_room", `"general"`)
	for _, origin := range []string{"", a.URL} {
		for _, way := range ways[1:] {
			if answer := crossed(t, a, http.MethodGet, way, origin, ""); answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s of %q without a token, with a cookie, is answered %s", way, origin, answer.Status)
			}
		}
		if got := polled(t, a, origin); !strings.HasPrefix(got, "44{") || !strings.Contains(got, "UNAUTHENTICATED") {
			t.Errorf("polling of %q without a token, with a cookie, is answered %s", origin, got)
		}
		header := http.Header{"Cookie": {"token=" + a.Token("alice") + "; Authorization=Bearer " + a.Token("alice")}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		_, refusal := apptest.Connect(t, a.URL, "", header)
		var got refused
		if err := json.Unmarshal(refusal, &got); err != nil || got.Data.Code != "UNAUTHENTICATED" {
			t.Errorf("a socket of %q without a token, with a cookie, is answered %s", origin, refusal)
		}
	}
	// With a token the same are let in: nothing but its absence was in the way.
	for _, way := range ways[1:3] {
		if answer := crossed(t, a, http.MethodGet, way, "", a.Token("alice")); answer.StatusCode != http.StatusOK {
			t.Errorf("%s with a token is answered %s", way, answer.Status)
		}
	}
}
