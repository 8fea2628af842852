package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/streams"
)

// patience is how long a test waits for what must come. It only bounds a failure.
const patience = 30 * time.Second

const testSecret = "a-secret-for-tests-of-at-least-32-bytes"

// stage is a Server whose declared streams a test plays: it makes failures and timing that a database would not.
type stage struct {
	*Server
	t        *testing.T
	url      string // http://127.0.0.1:port
	tokens   *auth.Tokens
	accounts *auth.Accounts
	revoked  *auth.Revocations
	player   *player
	end      func()        // of Run
	ended    chan struct{} // closed when Run has returned
}

// player is the source of a stage. A stream named as a code of rooms fails with it, "stalled" opens never, "broken"
// panics; "public" is open to everybody, any other to those who are known.
type player struct {
	opened chan *conn // each feed, when its stream is opened

	mu       sync.Mutex
	requests []streams.Request
	callers  []streams.Caller
	holding  int // subscriptions
}

func (p *player) check(caller streams.Caller, r streams.Request) error {
	if code := rooms.Code(r.URI); code.Status() != http.StatusInternalServerError {
		return rooms.E(code, "as the test wants it")
	}
	if r.URI != "public" && !caller.Known {
		return needsCaller()
	}
	return nil
}

func (p *player) open(ctx context.Context, caller streams.Caller, r streams.Request, to *conn) (subscription, error) {
	if err := p.check(caller, r); err != nil {
		return nil, err
	}
	switch r.URI {
	case "stalled":
		p.opened <- to
		<-ctx.Done()
		return nil, ctx.Err()
	case "broken":
		panic("secret of the inside")
	}
	p.mu.Lock()
	p.requests, p.callers = append(p.requests, r), append(p.callers, caller)
	p.holding++
	p.mu.Unlock()
	p.opened <- to
	return played{p}, nil
}

type played struct{ p *player }

func (s played) Close() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.holding--
}

func (p *player) last() (streams.Request, streams.Caller) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests[len(p.requests)-1], p.callers[len(p.callers)-1]
}

func (p *player) subscriptions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.holding
}

func newStage(t *testing.T, o Options) *stage {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(testSecret)})
	if err != nil {
		t.Fatal(err)
	}
	revoked := auth.NewRevocations(store.Revocations(), nil, nil)
	tokens = tokens.WithRevocations(revoked)
	accounts := auth.NewAccounts(store.Accounts(), tokens, auth.AccountOptions{})
	o.Rooms, o.Streams = rooms.New(store.Rooms(), rooms.Options{}), streams.New(streams.Options{})
	o.Tokens, o.Accounts = tokens, accounts
	server, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		Server: server, t: t, tokens: tokens, accounts: accounts, revoked: revoked, ended: make(chan struct{}),
		player: &player{opened: make(chan *conn, 100)},
	}
	server.source = s.player
	front := httptest.NewServer(server)
	s.url = front.URL
	ctx, cancel := context.WithCancel(context.Background())
	s.end = cancel
	go func() {
		defer close(s.ended)
		if err := server.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-s.ended
		front.Close()
		http.DefaultClient.CloseIdleConnections()
		if n := s.player.subscriptions(); n != 0 {
			t.Errorf("%d subscriptions are left open", n)
		}
		if err := store.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// token makes a token for a user of this name.
func (s *stage) token(sub string, ttl time.Duration) string {
	s.t.Helper()
	token, err := s.tokens.Issue(auth.User{ID: auth.UserID(sub), Name: sub}, ttl)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// bearer is a header with a token for a user of this name.
func (s *stage) bearer(sub string) http.Header {
	return http.Header{"Authorization": {"Bearer " + s.token(sub, time.Hour)}}
}

// listener is a client over a WebSocket.
type listener struct {
	*websocket.Conn
	t *testing.T
}

// dial opens a feed, which must not be refused.
func (s *stage) dial(path string, header http.Header) *listener {
	s.t.Helper()
	l, response, err := s.tryDial(path, header)
	if err != nil {
		s.t.Fatalf("%s: %v (%v)", path, err, response)
	}
	return l
}

// tryDial opens a feed. The client's library wants to know of the subprotocols that header offers.
func (s *stage) tryDial(path string, header http.Header) (*listener, *http.Response, error) {
	s.t.Helper()
	header = header.Clone()
	var protocols []string
	for _, line := range header["Sec-Websocket-Protocol"] {
		protocols = append(protocols, strings.Split(line, ", ")...)
	}
	header.Del("Sec-Websocket-Protocol")
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, s.url+path, &websocket.DialOptions{HTTPHeader: header, Subprotocols: protocols})
	if err != nil {
		return nil, response, err
	}
	s.t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(-1)
	return &listener{ws, s.t}, response, nil
}

// feed waits until a stream was opened and returns the server's side of it.
func (s *stage) feed() *conn {
	s.t.Helper()
	select {
	case c := <-s.player.opened:
		return c
	case <-time.After(patience):
		s.t.Fatal("no stream was opened")
		return nil
	}
}

// hear returns the next message.
func (l *listener) hear() string {
	l.t.Helper()
	text, err := l.next()
	if err != nil {
		l.t.Fatalf("no message came: %v", err)
	}
	return text
}

func (l *listener) next() (string, error) {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	kind, text, err := l.Read(ctx)
	if err == nil && kind != websocket.MessageText {
		err = errors.New("the message is no text")
	}
	return string(text), err
}

// closed reads to the end, and holds it to a close code and reason. It returns how many messages came before.
func (l *listener) closed(code websocket.StatusCode, reason string) int {
	l.t.Helper()
	for n := 0; ; n++ {
		_, err := l.next()
		if err == nil {
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) || end.Code != code || end.Reason != reason {
			l.t.Fatalf("ended with %v, want %d %q", err, code, reason)
		}
		return n
	}
}

// gone waits until the server has let all feeds go.
func (s *stage) gone() {
	s.t.Helper()
	eventually(s.t, "all feeds are gone", func() bool { return s.Feeds() == 0 })
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s in vain until %s", patience, what)
		}
		<-tick.C
	}
}

// reply is an answer in HTTP.
type reply struct {
	status int
	header http.Header
	body   string
	err    struct {
		Code, Message string
		Retryable     bool
		RetryAfterMs  int64
		Details       struct{ Field, Reason string }
	}
}

// ask sends any request; a status of 101 fails the test.
func (s *stage) ask(method, path string, header http.Header, body string) reply {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		s.t.Fatalf("%s %s was let in", method, path)
	}
	read, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := reply{status: response.StatusCode, header: response.Header, body: string(read)}
	var told struct{ Error json.RawMessage }
	if json.Unmarshal(read, &told) == nil && told.Error != nil {
		if err := json.Unmarshal(told.Error, &a.err); err != nil {
			s.t.Fatalf("%s: %v", read, err)
		}
	}
	return a
}

// refused holds an answer to a status, a code and the field at fault.
func (a reply) refused(t *testing.T, status int, code rooms.Code, field string) {
	t.Helper()
	if a.status != status || a.err.Code != string(code) || a.err.Details.Field != field || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("answered %d %s, want %d %s of %q", a.status, a.body, status, code, field)
	}
}

// handshake are the headers of a WebSocket's.
func handshake(more ...http.Header) http.Header {
	h := http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	for _, other := range more {
		for name, values := range other {
			h[name] = values
		}
	}
	return h
}

// numbered makes a document as a stream brings it.
func numbered(n int, filling string) document {
	return document{json: fmt.Appendf(nil, `{"n":%d,"filling":%q}`, n, filling), place: fmt.Sprint("place-", n)}
}
