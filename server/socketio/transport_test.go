package socketio

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// longEnough is how long a test waits for what must come, on a machine that is busy with other things.
const longEnough = time.Minute

// within polls a condition, since what it asks has no event to wait for.
func within(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(longEnough)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", longEnough, what)
		}
		<-tick.C
	}
}

// echoChat is the smallest chat: what it does shows what the transport does.
type echoChat struct {
	server *Server
	block  chan struct{} // "block" waits for it

	mu       sync.Mutex
	sessions []*echoSession
}

type echoSession struct {
	chat *echoChat
	hs   handshake
	link link

	mu     sync.Mutex
	events []string // in the order they came; "connected" and "closed" too
}

func (c *echoChat) admit(hs handshake) (session, *rooms.Error) {
	var auth struct{ Refuse, Panic bool }
	if err := json.Unmarshal(hs.Auth, &auth); err != nil {
		return nil, rooms.E(rooms.CodeBadRequest, "auth: %v", err)
	}
	if auth.Panic {
		panic("admit")
	}
	if auth.Refuse {
		return nil, rooms.E(rooms.CodeUnauthenticated, "refused")
	}
	s := &echoSession{chat: c, hs: hs}
	c.mu.Lock()
	c.sessions = append(c.sessions, s)
	c.mu.Unlock()
	return s, nil
}

// last is the newest session that was connected.
func (c *echoChat) last(t testing.TB) *echoSession {
	t.Helper()
	var s *echoSession
	within(t, "a session", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.sessions) > 0 {
			s = c.sessions[len(c.sessions)-1]
		}
		return s != nil && len(s.log()) > 0
	})
	return s
}

// forget lets go of all sessions.
func (c *echoChat) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions = nil
}

func (s *echoSession) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.events...)
}

func (s *echoSession) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, what)
}

func (s *echoSession) connected(l link) {
	s.link = l
	s.note("connected")
	l.Emit("ready", []byte(`{}`))
}

func (s *echoSession) closed() { s.note("closed") }

func (s *echoSession) event(name string, args []json.RawMessage, binary bool, ack ackFunc) {
	first := json.RawMessage("null")
	if len(args) > 0 {
		first = args[0]
	}
	s.note(name + string(first))
	reply := func(payload string) {
		if ack != nil {
			ack([]byte(payload))
		}
	}
	var text string
	json.Unmarshal(first, &text)
	switch name {
	case "echo":
		reply(string(first))
	case "join":
		s.link.Join(text)
		reply(`{"ok":true}`)
	case "leave":
		s.link.Leave(text)
		reply(`{"ok":true}`)
	case "say": // to everybody in "room"
		s.chat.server.broadcast("room", [][]byte{eventPacket("said", first)})
		reply(`{"ok":true}`)
	case "panic":
		panic("as asked")
	case "block":
		<-s.chat.block
		reply(`{"ok":true}`)
	case "later": // as "block", and meanwhile more may come
		go func() {
			<-s.chat.block
			reply(`{"ok":true}`)
		}()
	case "close me":
		s.link.Close(4001, "token_expired")
	default:
		reply(`{"error":{"code":"UNKNOWN_EVENT"}}`)
	}
}

// stage is a Server with the echo chat behind a real HTTP server.
type stage struct {
	*httptest.Server
	t      testing.TB
	io     *Server
	chat   *echoChat
	logs   *logBook
	secure *httptest.Server // the same by TLS; nil until it is asked for
}

// newStage starts a stage, which ends with the test; change sets its options.
func newStage(t testing.TB, change ...func(*Options)) *stage {
	t.Helper()
	o := Options{}
	logs := &logBook{}
	o.Logger = slog.New(slog.NewTextHandler(logs, nil))
	for _, f := range change {
		f(&o)
	}
	chat := &echoChat{block: make(chan struct{})}
	io, err := newServer(o, chat)
	if err != nil {
		t.Fatal(err)
	}
	chat.server = io
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Run(ctx)
	}()
	s := &stage{Server: httptest.NewServer(io.Handler()), t: t, io: io, chat: chat, logs: logs}
	t.Cleanup(func() {
		cancel()
		<-done
		s.Server.CloseClientConnections()
		s.Server.Close()
		http.DefaultClient.CloseIdleConnections()
		if n := io.Connections(); n != 0 {
			t.Errorf("%d connections are left when the server has ended", n)
		}
	})
	return s
}

// logBook keeps what was logged.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logBook) contains(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), s)
}

// fast are times short enough to wait for.
func fast(o *Options) {
	o.PingInterval, o.PingTimeout = 200*time.Millisecond, 300*time.Millisecond
	o.ConnectTimeout, o.UpgradeTimeout, o.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond, time.Second
}

// calm is for clients that count bytes, or nothing at all: they get no pings.
func calm(o *Options) { o.PingInterval, o.PingTimeout = time.Hour, 2*time.Hour }

// settled waits until the goroutines are as many as they were, and returns what the heap holds.
func settled(t testing.TB, goroutines int) uint64 {
	t.Helper()
	within(t, fmt.Sprintf("goroutines back to %d", goroutines), func() bool { return runtime.NumGoroutine() <= goroutines })
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the pools let go at the second
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
