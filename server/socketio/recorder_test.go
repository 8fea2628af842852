package socketio

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/server/socketio/asyncapitest"
)

// patience is how long a test waits for what must come: far above what a loaded machine takes.
const patience = time.Minute

// heard is one thing that a link was told.
type heard struct {
	event  string // ready, new_message, …; "ack" for an answer, "close" for a close
	body   string
	code   int
	reason string
}

// recorder is a link that keeps what it is told, in order.
type recorder struct {
	mu      sync.Mutex
	all     []heard
	rooms   map[string]bool
	changed chan struct{} // closed and replaced whenever something is heard
	pressed atomic.Bool
}

var _ link = (*recorder)(nil)

func newRecorder() *recorder {
	return &recorder{rooms: map[string]bool{}, changed: make(chan struct{})}
}

func (r *recorder) ID() string { return "recorder" }

func (r *recorder) Emit(event string, payload ...[]byte) {
	r.note(heard{event: event, body: string(bytes.Join(payload, nil))})
}

func (r *recorder) Pressed() bool { return r.pressed.Load() }

func (r *recorder) Join(room string)  { r.set(room, true) }
func (r *recorder) Leave(room string) { r.set(room, false) }

func (r *recorder) In(room string) bool { return r.in(room) }

func (r *recorder) Joined() int { return len(r.Rooms()) }

func (r *recorder) Rooms() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for room, in := range r.rooms {
		if in {
			names = append(names, room)
		}
	}
	return names
}

func (r *recorder) Close(code int, reason string) {
	r.note(heard{event: "close", code: code, reason: reason})
}

func (r *recorder) Revoke() { r.note(heard{event: "revoke"}) }

func (r *recorder) note(h heard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, h)
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *recorder) set(room string, in bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rooms[room] = in
}

func (r *recorder) in(room string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rooms[room]
}

// told returns what was heard so far.
func (r *recorder) told() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]heard(nil), r.all...)
}

// forget lets go of what was heard.
func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}

// holdTo fails where the document does not have what was heard.
func (r *recorder) holdTo(t testing.TB, c *asyncapitest.Contract) {
	t.Helper()
	for _, h := range r.told() {
		if !c.KnowsEvent(h.event) {
			continue // not an event: an ack or an end; which events there are is another test's
		}
		if err := c.Event(h.event, []byte(h.body)); err != nil {
			t.Error(err)
			return
		}
	}
}

// wait returns what was heard once there are n of it.
func (r *recorder) wait(t *testing.T, n int) []heard {
	t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		all, changed := append([]heard(nil), r.all...), r.changed
		r.mu.Unlock()
		if len(all) >= n {
			return all
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("heard %d things, want %d: %v", len(all), n, all)
		}
	}
}

// ackBody is an answer, decoded.
type ackBody struct {
	OK        bool                       `json:"ok"`
	Error     *ackError                  `json:"error"`
	ID        string                     `json:"id"`
	Seq       int64                      `json:"seq"`
	Timestamp string                     `json:"timestamp"`
	Duplicate bool                       `json:"duplicate"`
	Room      *roomBody                  `json:"room"`
	LastSeq   *int64                     `json:"lastSeq"`
	Events    []map[string]any           `json:"events"`
	More      *bool                      `json:"more"`
	Reset     *resetBody                 `json:"reset"`
	Messages  []map[string]any           `json:"messages"`
	HasBefore *bool                      `json:"hasBefore"`
	HasAfter  *bool                      `json:"hasAfter"`
	Rooms     map[string]json.RawMessage `json:"rooms"`
	ExpiresAt string                     `json:"expiresAt"`
}

type ackError struct {
	Code         rooms.Code `json:"code"`
	Message      string     `json:"message"`
	Retryable    *bool      `json:"retryable"`
	RetryAfterMs int64      `json:"retryAfterMs"`
	Details      struct {
		Field  string `json:"field"`
		Reason string `json:"reason"`
	} `json:"details"`
}

// ask gives the session one event and returns its answer; payload "" means no argument.
func ask(t *testing.T, s session, event, payload string) ackBody {
	t.Helper()
	answers := make(chan []byte, 1)
	s.event(event, arguments(payload), false, func(b []byte) { answers <- b })
	select {
	case b := <-answers:
		if err := contract(t).Exchange(event, []byte(payload), b); err != nil {
			t.Error(err)
		}
		return decodeAck(t, b)
	case <-time.After(patience):
		t.Fatalf("%s %s: no answer", event, payload)
		return ackBody{}
	}
}

func arguments(payload string) []json.RawMessage {
	if payload == "" {
		return nil
	}
	return []json.RawMessage{json.RawMessage(payload)}
}

func decodeAck(t testing.TB, b []byte) ackBody {
	t.Helper()
	var body ackBody
	if err := json.Unmarshal(b, &body); err != nil {
		t.Fatalf("answer %s: %v", b, err)
	}
	if body.OK == (body.Error != nil) {
		t.Fatalf("answer %s: want exactly one of ok and error", b)
	}
	return body
}

// wantRefusal checks an answer's code and details.field.
func wantRefusal(t *testing.T, got ackBody, code rooms.Code, field string) {
	t.Helper()
	if got.Error == nil {
		t.Fatalf("answered ok, want %s", code)
	}
	if got.Error.Code != code || got.Error.Details.Field != field {
		t.Fatalf("refused as %s, field %q (%s), want %s, field %q", got.Error.Code, got.Error.Details.Field, got.Error.Message, code, field)
	}
	if got.Error.Message == "" || got.Error.Retryable == nil || *got.Error.Retryable != code.Retryable() {
		t.Fatalf("error %+v: want a message and retryable=%v", got.Error, code.Retryable())
	}
}

// testSecret signs the tokens of these tests.
const testSecret = "0123456789abcdef0123456789abcdef"

func newTokens(t testing.TB) *auth.Tokens {
	t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(testSecret)})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func issue(t testing.TB, tokens *auth.Tokens, sub string, ttl time.Duration) string {
	t.Helper()
	token, err := tokens.Issue(auth.User{ID: auth.UserID(sub), Name: strings.ToUpper(sub), Roles: []string{"tester"}}, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

const testMaxPayload = 1_000_000

// unserved is a chat whose Service has no store: for what is decided before it.
func unserved(t testing.TB) (*roomChat, *auth.Tokens) {
	tokens := newTokens(t)
	c := newChat(rooms.New(rooms.Store{}, rooms.Options{}), tokens.Verify, testMaxPayload, rooms.DefaultMaxFileSize, time.Now, quiet())
	c.people = newPeople(func(auth.UserID) {}, func(auth.UserID) {})
	c.unread = func(context.Context, auth.UserID) (int, error) { return 0, nil }
	c.mine = func(context.Context, auth.User) ([]rooms.Mine, error) { return nil, nil }
	return c, tokens
}

func quoted(s string) string { return string(rooms.AppendJSONString(nil, s)) }

// roomBody is a room as clients see it.
type roomBody struct {
	ID    rooms.RoomID `json:"id"`
	Name  string       `json:"name"`
	Type  string       `json:"type"`
	Topic string       `json:"topic"`
}
