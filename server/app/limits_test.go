package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/limits"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
	"roomstream/server/httpauth"
)

const socketPath = "/socket.io/?EIO=4&transport=websocket"

// only allows so many at once, and the next one an hour later: no test lasts as long, however slow the machine is.
func only(burst int) limits.Rate { return limits.Rate{Every: time.Hour, Burst: burst} }

// limited starts a program with these limits and no others.
func limited(t *testing.T, l app.Limits, more ...func(*app.Config)) *apptest.App {
	t.Helper()
	return apptest.Start(t, apptest.Options{Configure: func(c *app.Config) {
		c.Limits, c.MetricsAddr = l, "127.0.0.1:0"
		for _, change := range more {
			change(c)
		}
	}})
}

// refusal is {error: {...}}, of an ack or of a route.
type refusal struct {
	Error struct {
		Code         string
		Retryable    bool
		RetryAfterMs int64
		Details      struct{ Reason string }
	}
}

func (r refusal) check(t *testing.T, what, limit string) {
	t.Helper()
	if e := r.Error; e.Code != "RATE_LIMITED" || !e.Retryable || e.RetryAfterMs <= 0 || e.RetryAfterMs > time.Hour.Milliseconds() || e.Details.Reason != limit {
		t.Errorf("%s is refused with %+v, want RATE_LIMITED of %s", what, e, limit)
	}
}

// wantLimited asks what a limit stands against.
func wantLimited(t *testing.T, c *apptest.Client, event, payload, limit string) {
	t.Helper()
	ack, err := c.Call(event, payload)
	if err != nil {
		t.Fatal(err)
	}
	var got refusal
	if err := json.Unmarshal(ack, &got); err != nil {
		t.Fatal(err)
	}
	got.check(t, event+" "+payload, limit)
}

// route calls over HTTP and gives the status, and what an error says.
func route(t *testing.T, method, url, token, body string, header http.Header) (int, http.Header, refusal) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got refusal
	_ = json.Unmarshal(all, &got) // what is no error has none
	return answer.StatusCode, answer.Header, got
}

// wantLimitedRoute is the same of a route.
func wantLimitedRoute(t *testing.T, method, url, token, body, limit string, header http.Header) {
	t.Helper()
	status, told, got := route(t, method, url, token, body, header)
	if after, err := strconv.Atoi(told.Get("Retry-After")); status != http.StatusTooManyRequests || err != nil || after < 1 || after > 3600 {
		t.Errorf("%s %s is answered %d, Retry-After %q", method, url, status, told.Get("Retry-After"))
	}
	got.check(t, method+" "+url, limit)
}

func text(room string) string { return fmt.Sprintf(`{"roomId":%q,"text":"hello"}`, room) }

func TestSendsAreLimitedByRoomAndInAll(t *testing.T) {
	a := limited(t, app.Limits{RoomSends: only(3), Sends: only(5)})
	alice, bob := apptest.Dial(t, a.URL, a.Token("alice")), apptest.Dial(t, a.URL, a.Token("bob"))
	call(t, alice, "send_message", text("general"))
	call(t, alice, "edit_message", `{"roomId":"general","seq":1,"text":"hallo"}`)
	// REST counts with the socket.
	if status, _, _ := route(t, http.MethodPost, a.URL+"/api/rooms/general/messages", a.Token("alice"), `{"text":"three"}`, nil); status != http.StatusCreated {
		t.Fatalf("the third by REST is answered %d", status)
	}
	for event, payload := range map[string]string{
		"send_message": text("general"), "edit_message": `{"roomId":"general","seq":1,"text":"x"}`,
		"delete_message": `{"roomId":"general","seq":1}`, "set_reaction": `{"roomId":"general","seq":1,"emoji":"👍","on":true}`,
	} {
		wantLimited(t, alice, event, payload, "room_sends")
	}
	wantLimitedRoute(t, http.MethodPost, a.URL+"/api/rooms/general/messages", a.Token("alice"), `{"text":"four"}`, "room_sends", nil)
	wantLimitedRoute(t, http.MethodDelete, a.URL+"/api/rooms/general/messages/1", a.Token("alice"), "", "room_sends", nil)
	// Others, and other rooms, have their own; a second connection has not.
	call(t, bob, "send_message", text("general"))
	second := apptest.Dial(t, a.URL, a.Token("alice"))
	wantLimited(t, second, "send_message", text("general"), "room_sends")
	call(t, second, "send_message", text("random"))
	call(t, alice, "send_message", text("other"))
	wantLimited(t, alice, "send_message", text("third"), "sends")
	eventually(t, a, "both limits are counted", func(s scraped) bool {
		return s.value("roomstream_limits_hit_total", "room_sends") == 7 && s.value("roomstream_limits_hit_total", "sends") == 1
	})
}

func TestJoinsAndReadsAreLimited(t *testing.T) {
	a := limited(t, app.Limits{Joins: only(2), Reads: only(3)})
	alice, bob := apptest.Dial(t, a.URL, a.Token("alice")), apptest.Dial(t, a.URL, a.Token("bob"))
	call(t, alice, "join_room", `"general"`)
	call(t, alice, "create_room", `{"name":"mine","type":"private"}`)
	wantLimited(t, alice, "join_room", `"random"`, "joins")
	wantLimited(t, alice, "create_room", `{"name":"more","type":"private"}`, "joins")
	wantLimited(t, alice, "open_direct", `{"userId":"bob"}`, "joins")
	wantLimitedRoute(t, http.MethodPost, a.URL+"/api/rooms", a.Token("alice"), `{"name":"more","type":"private"}`, "joins", nil)
	call(t, alice, "leave_room", `"general"`)

	call(t, alice, "get_history", `{"roomId":"general"}`)
	call(t, alice, "sync", `{"rooms":{"general":0}}`)
	if status, _, _ := route(t, http.MethodGet, a.URL+"/api/rooms/general/messages", a.Token("alice"), "", nil); status != http.StatusOK {
		t.Fatalf("history by REST is answered %d", status)
	}
	for event, payload := range map[string]string{
		"get_history": `{"roomId":"general"}`, "sync": `{"rooms":{"general":0}}`, "search": `{"query":"hello"}`, "list_rooms": `{}`,
		"mark_read": `{"roomId":"general","seq":0}`, "mark_delivered": `{"roomId":"general","seq":0}`,
		"typing": `{"roomId":"general","on":true}`, "refresh_auth": `{"token":"x"}`,
	} {
		wantLimited(t, alice, event, payload, "reads")
	}
	wantLimitedRoute(t, http.MethodGet, a.URL+"/api/search?query=hello", a.Token("alice"), "", "reads", nil)
	call(t, alice, "send_message", text("general")) // not touched by either
	call(t, bob, "join_room", `"general"`)
	call(t, bob, "list_rooms", `{}`)
}

// TestAClientThatRetriesInSilenceIsNotTold: the stock client takes any ack for the last word.
func TestAClientThatRetriesInSilenceIsNotTold(t *testing.T) {
	a := limited(t, app.Limits{Sends: only(1), Joins: only(1)})
	c := apptest.DialAuth(t, a.URL, fmt.Sprintf(`{"token":%q,"retry":"silent"}`, a.Token("alice")))
	answered := make(chan string, 4)
	ask := func(event, payload string) {
		c.Ask(event, payload, func(ack json.RawMessage) { answered <- string(ack) })
	}
	call(t, c, "join_room", `"general"`)
	call(t, c, "send_message", text("general"))
	ask("join_room", `"random"`)
	ask("send_message", `{"roomId":"general","text":"again","clientId":"c1"}`)
	wantLimited(t, c, "send_message", text("general"), "sends") // without a clientId sending again is not harmless
	if len(answered) != 0 {
		t.Errorf("answered %s", <-answered)
	}
}

func TestRequestsAreLimitedByUserAndByAddress(t *testing.T) {
	a := limited(t, app.Limits{Requests: only(3), AddressRequests: only(8)})
	rooms, files := a.URL+"/api/rooms", a.URL+"/api/rooms/general/files"
	for range 2 {
		if status, _, _ := route(t, http.MethodGet, rooms, a.Token("alice"), "", nil); status != http.StatusOK {
			t.Fatalf("answered %d", status)
		}
	}
	route(t, http.MethodGet, files, a.Token("alice"), "", nil)
	wantLimitedRoute(t, http.MethodGet, rooms, a.Token("alice"), "", "requests", nil)
	wantLimitedRoute(t, http.MethodGet, files, a.Token("alice"), "", "requests", nil)
	wantLimitedRoute(t, http.MethodGet, a.URL+feedPath, a.Token("alice"), "", "requests", http.Header{"Accept": {"text/event-stream"}})
	route(t, http.MethodGet, rooms, a.Token("bob"), "", nil)
	route(t, http.MethodGet, rooms, "", "", nil) // who shows nothing is of the address, too
	for _, url := range []string{rooms, files, a.URL + feedPath} {
		wantLimitedRoute(t, http.MethodGet, url, a.Token("bob"), "", "address_requests", http.Header{"Accept": {"text/event-stream"}})
	}
	// Who asks how the server is, and the sockets, go on.
	if !a.Ready() {
		t.Error("it is not ready because others ask too much")
	}
	call(t, apptest.Dial(t, a.URL, a.Token("alice")), "list_rooms", `{}`)
}

func TestHandshakesAreLimited(t *testing.T) {
	for name, l := range map[string]app.Limits{"address_handshakes": {AddressHandshakes: only(3)}, "handshakes": {Handshakes: only(3)}} {
		t.Run(name, func(t *testing.T) {
			a := limited(t, l)
			first := apptest.Dial(t, a.URL, a.Token("alice"))
			call(t, first, "join_room", `"general"`)
			apptest.Dial(t, a.URL, a.Token("bob"))
			feed := openFeed(t, a, "alice")
			defer feed.Close()
			if answer := apptest.Refused(t, a.URL, socketPath, nil); answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
				t.Errorf("a WebSocket is answered %s, Retry-After %q", answer.Status, answer.Header.Get("Retry-After"))
			}
			status, header, _ := route(t, http.MethodGet, a.URL+"/socket.io/?EIO=4&transport=polling", "", "", nil)
			if status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
				t.Errorf("polling is answered %d, Retry-After %q", status, header.Get("Retry-After"))
			}
			wantLimitedRoute(t, http.MethodGet, a.URL+feedPath, a.Token("alice"), "", name, http.Header{"Accept": {"text/event-stream"}})
			call(t, first, "list_rooms", `{}`)
			if s := scrape(t, a); s.value("roomstream_limits_hit_total", name) != 3 || s.value("roomstream_handshakes_refused_total", "rate") != 2 {
				t.Errorf("counted: %v hits, %v refused", s.value("roomstream_limits_hit_total", name), s.value("roomstream_handshakes_refused_total", "rate"))
			}
		})
	}
}

// feedPath is the feed of the room that limited makes.
const feedPath = "/_streams/room-general"

// openFeed opens a room's feed over Server-Sent Events and waits for its first line.
func openFeed(t *testing.T, a *apptest.App, user string) io.Closer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+feedPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+a.Token(user))
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(answer.Body).ReadString('\n'); answer.StatusCode != http.StatusOK || err != nil {
		t.Fatalf("the feed is answered %s, %q, %v", answer.Status, line, err)
	}
	return answer.Body
}

func TestConnectionsOfAUserAreLimited(t *testing.T) {
	a := limited(t, app.Limits{Connections: 2})
	first := apptest.Dial(t, a.URL, a.Token("alice"))
	call(t, first, "join_room", `"general"`)
	feed := openFeed(t, a, "alice")
	defer feed.Close()
	crowded := apptest.Open(t, a.URL, nil)
	crowded.Write(`40{"token":"` + a.Token("alice") + `"}`)
	if code, reason := crowded.Closed(); code != 1013 || reason != "rate_limited" {
		t.Errorf("the third is closed with %d %q", code, reason)
	}
	if told := crowded.Named("closing"); len(told) != 1 || string(told[0].Body) != `{"reason":"rate_limited"}` || len(crowded.Named("ready")) != 0 {
		t.Errorf("before that it was told %v", crowded.Events())
	}
	wantLimitedRoute(t, http.MethodGet, a.URL+feedPath, a.Token("alice"), "", "connections", http.Header{"Accept": {"text/event-stream"}})
	call(t, apptest.Dial(t, a.URL, a.Token("bob")), "list_rooms", `{}`)
	call(t, first, "list_rooms", `{}`)

	// A place that is given back is there for the next one, as soon as the server knows.
	first.Drop()
	eventually(t, a, "the first one is gone", func(s scraped) bool { return s.value("roomstream_connections", "websocket") == 1 })
	comeIn(t, a, "alice")
}

// comeIn tries until a connection of the user is told ready, or closed: a place is free a moment after its connection ended.
func comeIn(t *testing.T, a *apptest.App, user string) {
	t.Helper()
	const tries = 1000
	for range tries {
		c, refused := apptest.Connect(t, a.URL, `{"token":"`+a.Token(user)+`"}`, nil)
		if refused != nil {
			t.Fatalf("refused %s", refused)
		}
		// The answer, or the connection ends without one.
		if ack, err := c.Call("list_rooms", `{}`); err == nil && strings.HasPrefix(string(ack), `{"ok":true`) {
			return
		}
		c.Drop()
	}
	t.Fatalf("in %d tries a place that was given back was not there", tries)
}

func TestConnectionsOfAnAddressAreLimited(t *testing.T) {
	a := limited(t, app.Limits{AddressConnections: 2})
	call(t, apptest.Dial(t, a.URL, a.Token("alice")), "join_room", `"general"`)
	feed := openFeed(t, a, "bob")
	defer feed.Close()
	answer := apptest.Refused(t, a.URL, socketPath, nil)
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the third is answered %s, Retry-After %q", answer.Status, answer.Header.Get("Retry-After"))
	}
	if status, _, _ := route(t, http.MethodGet, a.URL+"/socket.io/?EIO=4&transport=polling", "", "", nil); status != http.StatusTooManyRequests {
		t.Errorf("polling is answered %d", status)
	}
	wantLimitedRoute(t, http.MethodGet, a.URL+feedPath, a.Token("carol"), "", "address_connections", http.Header{"Accept": {"text/event-stream"}})
}

// TestATrustedProxySaysWhoCalls: what is limited by address is limited by the client's behind a proxy that is trusted, and by
// the proxy's behind any other.
func TestATrustedProxySaysWhoCalls(t *testing.T) {
	from := func(client string) http.Header { return http.Header{"X-Forwarded-For": {"203.0.113.1, " + client}} }
	trusted, err := httpauth.ParseProxies("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	l := app.Limits{AddressConnections: 1, AddressRequests: only(1)}
	behind := limited(t, l, func(c *app.Config) { c.TrustedProxies = trusted })
	for _, client := range []string{"192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"} {
		c, refused := apptest.Connect(t, behind.URL, `{"token":"`+behind.Token("alice")+`"}`, from(client))
		if refused != nil {
			t.Fatalf("%s: refused %s", client, refused)
		}
		call(t, c, "list_rooms", `{}`)
		if answer := apptest.Refused(t, behind.URL, socketPath, from(client)); answer.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: a second connection is answered %s", client, answer.Status)
		}
		if status, _, _ := route(t, http.MethodGet, behind.URL+"/api/rooms", behind.Token("alice"), "", from(client)); status != http.StatusOK {
			t.Errorf("%s: the first request is answered %d", client, status)
		}
		wantLimitedRoute(t, http.MethodGet, behind.URL+"/api/rooms", behind.Token("alice"), "", "address_requests", from(client))
	}
	if answer := apptest.Refused(t, behind.URL, socketPath, from("2001:db8:0:1::2")); answer.StatusCode != http.StatusTooManyRequests {
		t.Errorf("another address of the same /64 is answered %s", answer.Status)
	}

	alone := limited(t, l)
	if _, refused := apptest.Connect(t, alone.URL, `{"token":"`+alone.Token("alice")+`"}`, from("192.0.2.1")); refused != nil {
		t.Fatalf("refused %s", refused)
	}
	if answer := apptest.Refused(t, alone.URL, socketPath, from("192.0.2.2")); answer.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a stranger who writes X-Forwarded-For is somebody else: %s", answer.Status)
	}
}

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

func TestAProxyThatIsNotTrustedIsNamedOnce(t *testing.T) {
	var log lines
	a := apptest.Start(t, apptest.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	route(t, http.MethodGet, a.URL+"/api/rooms", "", "", nil)
	if log.count("X-Forwarded-For") != 0 {
		t.Error("it is named before there is one")
	}
	for range 3 {
		route(t, http.MethodGet, a.URL+"/api/rooms", "", "", http.Header{"X-Forwarded-For": {"192.0.2.1"}})
	}
	if n := log.count("-trusted-proxies"); n != 1 {
		t.Errorf("it is named %d times", n)
	}
}
