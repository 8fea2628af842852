package hooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/hooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience only bounds a failure.
const patience = 60 * time.Second

const secret = "a-secret-for-tests-of-at-least-32-bytes"

// clock is a time that tests move. Besides that it goes on as all do.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// nobody is an Emitter without sockets.
type nobody struct{}

func (nobody) Emit(rooms.RoomID, []rooms.Event)                          {}
func (nobody) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}
func (nobody) Expel(rooms.RoomID, auth.UserID, rooms.LeftReason)         {}
func (nobody) Reset(rooms.RoomID, rooms.ResetReason, int64)              {}
func (nobody) Revoke(auth.UserID)                                        {}
func (nobody) Members(rooms.RoomID) int                                  { return 0 }

// stage is a chat on a real store, with webhooks.
type stage struct {
	t     *testing.T
	dir   string
	store *embedded.Store
	chat  *rooms.Service
	out   *hooks.Outgoing
	clock *clock
	stop  func()
}

// admin owns every room.
var admin = auth.User{ID: "root", Name: "Root", Roles: []string{auth.RoleAdmin}}

// options is what tests begin with: nothing is waited for longer than it must be.
func options(c *clock) hooks.OutgoingOptions {
	return hooks.OutgoingOptions{
		Secret: []byte(secret), AllowPrivate: true, Now: c.now,
		Look: 5 * time.Millisecond, Reload: 20 * time.Millisecond, Sweep: 50 * time.Millisecond, Attempt: 10 * time.Second,
	}
}

func newStage(t *testing.T, change func(*hooks.OutgoingOptions)) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), clock: &clock{}}
	s.start(change)
	t.Cleanup(func() { s.stop() })
	return s
}

// start runs all; stop ends it, and it may be started again.
func (s *stage) start(change func(*hooks.OutgoingOptions)) {
	s.t.Helper()
	logger := slog.New(slog.NewTextHandler(s.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, err := embedded.Open(embedded.Options{Dir: s.dir, NoSearch: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.store, s.chat = store, rooms.New(store.Rooms(), rooms.Options{Logger: logger})
	o := options(s.clock)
	o.Logger = logger
	if change != nil {
		change(&o)
	}
	if s.out, err = hooks.NewOutgoing(s.chat, store.Hooks(), store.Hooks(), o); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func() error{func() error { return s.chat.Run(ctx, nobody{}, nil) }, func() error { return s.out.Run(ctx) }} {
		running.Go(func() {
			if err := run(); err != nil && ctx.Err() == nil {
				s.t.Errorf("ended with %v", err)
			}
		})
	}
	s.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		if err := store.Close(context.Background()); err != nil {
			s.t.Errorf("close: %v", err)
		}
	})
}

func (s *stage) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

// say sends a message and gives its seq.
func (s *stage) say(room, text string) int64 {
	s.t.Helper()
	sent, err := s.chat.SendWait(s.ctx(), auth.User{ID: "ann", Name: "Ann"}, rooms.SendInput{RoomID: room, Text: text})
	if err != nil {
		s.t.Fatal(err)
	}
	return sent.Seq
}

// hook makes a webhook, and its room; room empty: for all.
func (s *stage) hook(room, url string, events ...string) (hooks.Hook, string) {
	s.t.Helper()
	if room != "" {
		made := rooms.Room{ID: rooms.RoomID(room), Name: room, Type: rooms.TypePublic, CreatedAt: time.Now()}
		if _, err := s.store.Rooms().Catalog.CreateRoom(s.ctx(), made); err != nil {
			s.t.Fatal(err)
		}
	}
	h, secret, err := s.out.Create(s.ctx(), admin, hooks.HookInput{URL: url, Room: room, Events: events})
	if err != nil {
		s.t.Fatal(err)
	}
	return h, secret
}

// shown is the hook as it is listed.
func (s *stage) shown(id string) hooks.Hook {
	s.t.Helper()
	h, err := s.store.Hooks().Hook(s.ctx(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

func (s *stage) cursor(hook hooks.Hook, room string) hooks.Cursor {
	s.t.Helper()
	list, _, err := s.out.Cursors(s.ctx(), admin, string(hook.Room), hook.ID, "", 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list {
		if string(c.Room) == room {
			return c
		}
	}
	return hooks.Cursor{}
}

// until asks again and again.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// received is one delivery as it came.
type received struct {
	header http.Header
	body   []byte
	id     string
	event  map[string]any
}

func (r received) seq() int64 {
	n, _ := r.event["seq"].(float64)
	return int64(n)
}

// target is a program that takes deliveries.
type target struct {
	*httptest.Server
	t   *testing.T
	mu  sync.Mutex
	all []received
	// answer decides; nil: 200.
	answer func(w http.ResponseWriter, r *http.Request, got received)
}

func newTarget(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, got received)) *target {
	t.Helper()
	g := &target{t: t, answer: answer}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender gave up
	}
	var parsed struct {
		Delivery string
		Webhook  string
		Event    map[string]any
	}
	if err := json.Unmarshal(body, &parsed); err != nil {
		g.t.Errorf("a body is no JSON: %v: %s", err, body)
	}
	got := received{r.Header.Clone(), body, r.Header.Get("Roomstream-Delivery"), parsed.Event}
	if got.id == "" || got.id != parsed.Delivery {
		g.t.Errorf("the header says %q, the body %q", got.id, parsed.Delivery)
	}
	g.mu.Lock()
	g.all = append(g.all, got)
	g.mu.Unlock()
	if g.answer != nil {
		g.answer(w, r, got)
	}
}

func (g *target) got() []received {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]received(nil), g.all...)
}

// await waits for n deliveries.
func (g *target) await(n int) []received {
	g.t.Helper()
	until(g.t, fmt.Sprint(n, " deliveries"), func() bool { return len(g.got()) >= n })
	return g.got()
}

// wantSigned checks a signature as a receiver does.
func wantSigned(t *testing.T, secret string, r received) {
	t.Helper()
	at := r.header.Get("Roomstream-Timestamp")
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", at, r.body)
	if want := "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil)); r.header.Get("Roomstream-Signature") != want {
		t.Errorf("the signature is %q, want %q", r.header.Get("Roomstream-Signature"), want)
	}
}

// wantSeqs checks what came, in order; a repeated delivery counts once and must have the id it had.
func wantSeqs(t *testing.T, all []received, want ...int64) {
	t.Helper()
	var seqs []int64
	for _, r := range all {
		if !strings.HasSuffix(r.id, fmt.Sprint("/", r.event["roomId"], "/", r.seq())) {
			t.Errorf("the delivery of %v is %q", r.event, r.id)
		}
		if n := len(seqs); n == 0 || seqs[n-1] != r.seq() {
			seqs = append(seqs, r.seq())
		}
	}
	if fmt.Sprint(seqs) != fmt.Sprint(want) {
		t.Errorf("delivered were %v, want %v", seqs, want)
	}
}
