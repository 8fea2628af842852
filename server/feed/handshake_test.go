package feed

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func TestWhatGoesWrongBeforeTheHandshakeIsToldInHTTP(t *testing.T) {
	s := newStage(t, Options{})
	alice := s.bearer("alice")
	with := func(name, value string) http.Header {
		h := handshake(alice)
		if h.Del(name); value != "" {
			h.Set(name, value)
		}
		return h
	}
	for _, tt := range []struct {
		name, path string
		header     http.Header
		status     int
		code       rooms.Code
		field      string
	}{
		{"a stream that refuses the request", "/x/_streams/BAD_REQUEST", handshake(alice), 400, rooms.CodeBadRequest, ""},
		{"nobody where somebody is wanted", "/x/_streams/private", handshake(), 401, rooms.CodeUnauthenticated, ""},
		{"a role that is missing", "/x/_streams/FORBIDDEN", handshake(alice), 403, rooms.CodeForbidden, ""},
		{"an unknown stream", "/x/_streams/NOT_FOUND", handshake(alice), 404, rooms.CodeNotFound, ""},
		{"another database", "/other/x/_streams/public", handshake(alice), 404, rooms.CodeNotFound, ""},
		{"no name", "/x/_streams/", handshake(alice), 404, rooms.CodeNotFound, ""},
		{"more than a name", "/x/_streams/a/b", handshake(alice), 404, rooms.CodeNotFound, ""},
		{"a place that is lost", "/x/_streams/GONE", handshake(alice), 410, rooms.CodeGone, ""},
		{"no upgrade", "/x/_streams/public", alice, 426, rooms.CodeUpgradeRequired, ""},
		{"no upgrade, and a stream that refuses the request", "/x/_streams/BAD_REQUEST", alice, 400, rooms.CodeBadRequest, ""},
		{"no upgrade, and nobody where somebody is wanted", "/x/_streams/private", http.Header{}, 401, rooms.CodeUnauthenticated, ""},
		{"no upgrade of a room", "/_streams/room-general", alice, 426, rooms.CodeUpgradeRequired, ""},
		{"a version of the protocol that never was", "/x/_streams/public", with("Sec-Websocket-Version", "12"), 426, rooms.CodeUpgradeRequired, ""},
		{"no key", "/x/_streams/public", with("Sec-Websocket-Key", ""), 400, rooms.CodeBadRequest, "Sec-WebSocket-Key"},
		{"a key that is too short", "/x/_streams/public", with("Sec-Websocket-Key", "aGk="), 400, rooms.CodeBadRequest, "Sec-WebSocket-Key"},
		{"no cursor to be had", "/x/_streams/OVERLOADED", handshake(alice), 503, rooms.CodeOverloaded, ""},
		{"no database", "/x/_streams/UNAVAILABLE", handshake(alice), 503, rooms.CodeUnavailable, ""},
		{"a token in the URL", "/x/_streams/public?token=secret-of-mine", handshake(), 400, rooms.CodeBadRequest, "token"},
		{"a form of JSON that is none", "/x/_streams/public?json=bson", handshake(), 400, rooms.CodeBadRequest, "json"},
		{"initial that is no bool", "/x/_streams/public?initial=1", handshake(), 400, rooms.CodeBadRequest, "initial"},
		{"initial with after", "/x/_streams/public?initial=true&after=x", handshake(), 400, rooms.CodeBadRequest, "initial"},
		{"an empty after", "/x/_streams/public?after=", handshake(), 400, rooms.CodeBadRequest, "after"},
		{"a room that is none", "/_streams/room-a%20b", handshake(alice), 400, rooms.CodeBadRequest, "roomId"},
		{"a room that nobody made", "/_streams/room-nowhere", handshake(alice), 404, rooms.CodeNotFound, ""},
		{"a room for nobody", "/_streams/room-general", handshake(), 401, rooms.CodeUnauthenticated, ""},
		{"a seq that is none", "/_streams/room-general?after=-1", handshake(alice), 400, rooms.CodeBadRequest, "after"},
		{"a variable of a room", "/_streams/room-general?n=1", handshake(alice), 400, rooms.CodeBadRequest, "vars.n"},
		{"initial of a room", "/_streams/room-general?initial=true", handshake(alice), 400, rooms.CodeBadRequest, "initial"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.ask(http.MethodGet, tt.path, tt.header, "")
			a.refused(t, tt.status, tt.code, tt.field)
			if strings.Contains(a.body, "secret-of-mine") {
				t.Error("the answer repeats the token")
			}
			if tt.status == 426 && (a.header.Get("Upgrade") != "websocket" || !strings.EqualFold(a.header.Get("Connection"), "upgrade")) {
				t.Errorf("headers %v do not say what to upgrade to", a.header)
			}
			if retry := a.header.Get("Retry-After"); (retry != "") != (tt.status == 503) || (a.err.RetryAfterMs > 0) != (retry != "") {
				t.Errorf("Retry-After is %q, %+v", retry, a.err)
			}
			if challenges := a.header.Values("WWW-Authenticate"); (len(challenges) == 2) != (tt.status == 401) {
				t.Errorf("WWW-Authenticate is %q", challenges)
			}
		})
	}
	s.gone()
	if n := s.player.subscriptions(); n != 0 {
		t.Errorf("%d subscriptions are open", n)
	}
}

func TestAFeedIsOpenedByGETAlone(t *testing.T) {
	s := newStage(t, Options{})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		a := s.ask(method, "/x/_streams/public", nil, "")
		a.refused(t, 405, rooms.CodeMethodNotAllowed, "")
		if a.header.Get("Allow") != "GET" {
			t.Errorf("%s: Allow is %q", method, a.header.Get("Allow"))
		}
	}
}

func TestVariablesComeFromAvarsAndByName(t *testing.T) {
	s := newStage(t, Options{Database: "shop"})
	for _, tt := range []struct {
		query string
		want  map[string]string
	}{
		{"", nil},
		{"?n=uji", map[string]string{"n": `"uji"`}},
		{"?n=", map[string]string{"n": `""`}},
		{"?n=%22%5C%E2%82%AC", map[string]string{"n": `"\"\\€"`}},
		{`?avars={"n":"uji","m":{"$gt":1},"l":[1,2],"z":null}`, map[string]string{"n": `"uji"`, "m": `{"$gt":1}`, "l": `[1,2]`, "z": `null`}},
		{`?avars={"n":1}&m=2&json=canonical&initial=false`, map[string]string{"n": `1`, "m": `"2"`}},
	} {
		l := s.dial("/shop/x/_streams/public"+strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", "$", "%24").Replace(tt.query), nil)
		s.feed()
		got, _ := s.player.last()
		if got.Name.String() != "x/public" || len(got.Vars) != len(tt.want) {
			t.Errorf("%s: asked for %+v", tt.query, got)
		}
		for name, want := range tt.want {
			if string(got.Vars[name]) != want {
				t.Errorf("%s: %s is %s, want %s", tt.query, name, got.Vars[name], want)
			}
		}
		_ = l.CloseNow()
	}
	for query, field := range map[string]string{
		"?n=1&n=2":                         "vars.n",
		"?after=1&after=2":                 "after",
		"?avars=%7B%7D&avars=%7B%7D":       "avars",
		"?avars=%7B%22n%22:1%7D&n=2":       "vars.n",
		"?avars=%7B%22n%22:1,%22n%22:2%7D": "vars.n",
		"?avars=%5B%5D":                    "avars",
		"?avars=":                          "avars",
		"?avars=%7B%22n%22:1%7D%7B%7D":     "avars",
		"?avars=%7B%22n%22:":               "avars",
		"?avars=null":                      "avars",
		"?n=%ff":                           "query",
		"?n=%zz":                           "query",
		"?avars=%7B%22n%22:%22%ff%22%7D":   "query",
	} {
		s.ask(http.MethodGet, "/x/_streams/public"+query, handshake(), "").refused(t, 400, rooms.CodeBadRequest, field)
	}
}

func TestWhoOpensAFeed(t *testing.T) {
	s := newStage(t, Options{})
	if _, err := s.accounts.Register(t.Context(), auth.Client{}, "Ann", "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	good, expired := s.token("alice", time.Hour), s.token("alice", time.Nanosecond)
	eventually(t, "the token has expired", func() bool { _, err := s.tokens.Verify(expired); return err != nil })
	authorization := func(values ...string) http.Header { return http.Header{"Authorization": values} }
	offer := func(lines ...string) http.Header { return http.Header{"Sec-Websocket-Protocol": lines} }
	basic := func(name, password string) http.Header {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(name, password)
		return r.Header
	}
	for _, tt := range []struct {
		name   string
		header http.Header
		status int // 0: let in
		code   rooms.Code
		user   string // by name; empty: nobody
	}{
		{"nobody", nil, 0, "", ""},
		{"a bearer", authorization("Bearer " + good), 0, "", "alice"},
		{"a bearer in other letters", authorization("bEARER  " + good), 0, "", "alice"},
		{"a subprotocol", offer("roomstream.v1, bearer." + good), 0, "", "alice"},
		{"subprotocols on two lines", offer("bearer."+good, "roomstream.v1"), 0, "", "alice"},
		{"another subprotocol", offer("mqtt"), 0, "", ""},
		{"a password", basic("Ann", "correct horse battery"), 0, "", "Ann"},
		{"a password again", basic("Ann", "correct horse battery"), 0, "", "Ann"},
		{"a wrong password", basic("Ann", "wrong horse battery"), 401, rooms.CodeUnauthenticated, ""},
		{"a wrong name", basic("Bea", "correct horse battery"), 401, rooms.CodeUnauthenticated, ""},
		{"a password that is too long", basic("Ann", strings.Repeat("x", 10_000)), 400, rooms.CodeBadRequest, ""},
		{"Basic that is none", authorization("Basic !!"), 401, rooms.CodeUnauthenticated, ""},
		{"a token of another secret", authorization("Bearer " + good[:len(good)-4] + "AAAA"), 401, rooms.CodeUnauthenticated, ""},
		{"an expired token", authorization("Bearer " + expired), 401, rooms.CodeTokenExpired, ""},
		{"an expired subprotocol", offer("roomstream.v1, bearer." + expired), 401, rooms.CodeTokenExpired, ""},
		{"a scheme that nobody knows", authorization("Digest x"), 401, rooms.CodeUnauthenticated, ""},
		{"an empty header", authorization(""), 401, rooms.CodeUnauthenticated, ""},
		{"two headers", authorization("Bearer "+good, "Bearer "+good), 400, rooms.CodeBadRequest, ""},
		{"header and subprotocol", handshake(authorization("Bearer "+good), offer("roomstream.v1, bearer."+good)), 400, rooms.CodeBadRequest, ""},
		{"two tokens offered", offer("roomstream.v1, bearer." + good + ", bearer." + good), 400, rooms.CodeBadRequest, ""},
		{"a token without the protocol", offer("bearer." + good), 400, rooms.CodeBadRequest, ""},
		{"a token that is empty", offer("roomstream.v1, bearer."), 400, rooms.CodeBadRequest, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.status != 0 {
				a := s.ask(http.MethodGet, "/x/_streams/public", handshake(tt.header), "")
				if a.status != tt.status || a.err.Code != string(tt.code) {
					t.Errorf("answered %d %s, want %d %s", a.status, a.body, tt.status, tt.code)
				}
				if strings.Contains(a.body, good) || strings.Contains(a.body, "horse") {
					t.Errorf("the answer repeats what it was given: %s", a.body)
				}
				return
			}
			l, response, err := s.tryDial("/x/_streams/public", tt.header)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			s.feed()
			if _, caller := s.player.last(); caller.User.Name != tt.user || caller.Known != (tt.user != "") {
				t.Errorf("the stream was told of %+v", caller)
			}
			chosen, offered := response.Header.Get("Sec-Websocket-Protocol"), tt.header["Sec-Websocket-Protocol"]
			if want := offered != nil && !strings.Contains(offered[0], "mqtt"); (chosen == "roomstream.v1") != want || chosen != "" && !want {
				t.Errorf("chose the subprotocol %q", chosen)
			}
			_ = l.CloseNow()
		})
	}
	s.gone()
}

func TestPagesOfOtherOriginsOpenNothing(t *testing.T) {
	s := newStage(t, Options{AllowedOrigins: []string{"https://shop.example"}})
	own := s.url
	for origin, allowed := range map[string]bool{
		own: true, "https://shop.example": true, "HTTPS://Shop.Example": true,
		"https://evil.example": false, "http://shop.example": false, "https://shop.example.evil.example": false, "null": false, "": false,
	} {
		header := handshake(http.Header{"Origin": {origin}})
		if !allowed {
			s.ask(http.MethodGet, "/x/_streams/public", header, "").refused(t, 403, rooms.CodeForbidden, "")
			s.ask(http.MethodPost, "/x", http.Header{"Origin": {origin}, "Content-Type": {"application/json"}}, "{}").refused(t, 403, rooms.CodeForbidden, "")
			s.ask(http.MethodOptions, "/x", http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"POST"}}, "").refused(t, 403, rooms.CodeForbidden, "")
			continue
		}
		l, response, err := s.tryDial("/x/_streams/public", http.Header{"Origin": {origin}})
		if err != nil {
			t.Fatalf("%s is refused: %v", origin, err)
		}
		s.feed()
		if told := response.Header.Get("Access-Control-Allow-Credentials"); told != "" {
			t.Errorf("%s may use passwords that the browser knows", origin)
		}
		_ = l.CloseNow()
	}
	a := s.ask(http.MethodOptions, "/x", http.Header{"Origin": {"https://shop.example"}, "Access-Control-Request-Method": {"PUT"}}, "")
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "https://shop.example" || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "PUT") {
		t.Errorf("the preflight is answered %d %v", a.status, a.header)
	}
}

// TestAnOpeningEndsWithTheTokenTheUserAndTheServer: who waits for a database is not left waiting.
func TestAnOpeningEndsWithTheTokenTheUserAndTheServer(t *testing.T) {
	s := newStage(t, Options{})
	open := func(header http.Header) <-chan reply {
		answered := make(chan reply, 1)
		go func() { answered <- s.ask(http.MethodGet, "/x/_streams/stalled", header, "") }()
		s.feed()
		return answered
	}
	short := open(handshake(http.Header{"Authorization": {"Bearer " + s.token("alice", time.Second)}}))
	bob, carol := open(handshake(s.bearer("bob"))), open(handshake(s.bearer("carol")))
	events := open(http.Header{"Accept": {"text/event-stream"}, "Authorization": s.bearer("dora")["Authorization"]})
	(<-short).refused(t, 401, rooms.CodeTokenExpired, "")
	s.Revoke("bob")
	(<-bob).refused(t, 401, rooms.CodeUnauthenticated, "")
	if err := s.Drain(t.Context(), 0); err != nil {
		t.Error(err)
	}
	(<-carol).refused(t, 503, rooms.CodeUnavailable, "")
	(<-events).refused(t, 503, rooms.CodeUnavailable, "")
}

// TestRunCutsWhatDrainLeaves: clients that take nothing any more hold nobody up.
func TestRunCutsWhatDrainLeaves(t *testing.T) {
	s := newStage(t, Options{WriteTimeout: time.Hour})
	for _, header := range []http.Header{handshake(), eventStream} {
		s.never("/x/_streams/public", header)
		c := s.feed()
		for c.ctx.Err() == nil {
			c.put(numbered(0, strings.Repeat("x", 100_000)))
		}
	}
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Drain(soon, 0); err == nil {
		t.Error("drained, though two clients take nothing")
	}
	s.end()
	select {
	case <-s.ended:
	case <-time.After(patience):
		t.Fatal("Run waits for clients that take nothing")
	}
	if n := s.Feeds(); n != 0 {
		t.Errorf("%d feeds are left", n)
	}
}

func TestAPanicIsInternalAndLeavesNothingBehind(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	a := s.ask(http.MethodGet, "/x/_streams/broken", handshake(s.bearer("alice")), "")
	a.refused(t, 500, rooms.CodeInternal, "")
	_, id, _ := strings.Cut(strings.TrimSuffix(a.err.Message, ")"), "log id ")
	if strings.Contains(a.body, "secret") || id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "secret of the inside") {
		t.Errorf("told %s, logged %s", a.body, log.String())
	}
	s.gone()
}
