package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/postgres"
	"roomstream/rooms/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for what takes milliseconds, on a machine with much else to do.
const patience = 60 * time.Second

// told is one call of the Teller; to is a user's id, "admins" or "all".
type told struct{ to, event, payload string }

// recorder is a Teller that keeps what it is told: sockets are not what is tested here.
type recorder struct {
	mu   sync.Mutex
	told []told
}

func (r *recorder) add(one told) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, one)
}

func (r *recorder) TellUser(user auth.UserID, event string, payload []byte) {
	r.add(told{"user-" + string(user), event, string(payload)})
}

func (r *recorder) TellRoom(room rooms.RoomID, event string, payloads ...[]byte) {
	for _, payload := range payloads {
		r.add(told{"room-" + string(room), event, string(payload)})
	}
}

func (r *recorder) Tell(allowed func(auth.User) bool, event string, payload []byte) {
	admin, other := allowed(auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}), allowed(auth.User{ID: "alice"})
	switch {
	case admin && other:
		r.add(told{"all", event, string(payload)})
	case admin:
		r.add(told{"admins", event, string(payload)})
	default:
		r.add(told{"?", event, string(payload)})
	}
}

func (r *recorder) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]told(nil), r.told...)
}

// world is a database, a Listener on it, and what it told.
type world struct {
	t        *testing.T
	url      string
	listener *postgres.Listener
	*recorder
}

// listening starts a Listener that listens to a channel "ready" besides, and waits until it does.
func listening(t *testing.T, url string, o postgres.Options) *world {
	t.Helper()
	o.URL = url
	o.Channels = append(o.Channels, postgres.Channel{Channel: "ready", BroadcastEvent: "ready"})
	listener, err := postgres.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, url: url, listener: listener, recorder: &recorder{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- listener.Run(ctx, w) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
	conn := connect(t, url)
	w.until("it listens", func() bool {
		exec(t, conn, `SELECT pg_notify('ready', '"now"')`)
		return len(w.all()) > 0
	})
	return w
}

// heard is all that was told but "ready".
func (w *world) heard() []told {
	var some []told
	for _, one := range w.all() {
		if one.event != "ready" {
			some = append(some, one)
		}
	}
	return some
}

func (w *world) untilHeard(n int) []told {
	w.t.Helper()
	w.until("all is heard", func() bool { return len(w.heard()) >= n })
	return w.heard()
}

// until polls a condition.
func (w *world) until(what string, met func() bool) {
	w.t.Helper()
	const poll = 10 * time.Millisecond
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for deadline := time.Now().Add(patience); !met(); <-ticker.C {
		if time.Now().After(deadline) {
			w.t.Fatalf("not within %v: %s; %d were told, %+v", patience, what, len(w.heard()), w.listener.Counts())
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// example gives a database with the tables of web/examples/postgres, and its channels.
func example(t *testing.T, server *postgrestest.Server) (url string, channels []postgres.Channel) {
	t.Helper()
	const folder = "../../web/examples/postgres/"
	schema, err := os.ReadFile(folder + "schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(folder + "channels.json")
	if err != nil {
		t.Fatal(err)
	}
	if channels, err = postgres.ParseChannels(file); err != nil {
		t.Fatal(err)
	}
	url = server.Database(t)
	exec(t, connect(t, url), string(schema))
	return url, channels
}

// number is the field n of a payload.
func number(t *testing.T, payload string) int {
	t.Helper()
	var p struct {
		N *int `json:"n"`
	}
	if err := json.Unmarshal([]byte(payload), &p); err != nil || p.N == nil {
		t.Fatalf("%s has no n: %v", payload, err)
	}
	return *p.N
}
