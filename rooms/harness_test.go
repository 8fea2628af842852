package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen; it only bounds a failure.
const patience = 60 * time.Second

func within(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited %s in vain: %s", patience, what)
		}
	}
}

// newStore opens an embedded store of its own.
func newStore(t testing.TB) rooms.Store {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	return store.Rooms()
}

// listener is an Emitter that keeps what it is given. It stands for one socket that
// joined some rooms.
type listener struct {
	mu  sync.Mutex
	in  map[rooms.RoomID]int
	got map[rooms.RoomID][]rooms.Event

	typing  []rooms.Signal
	revoked []auth.UserID

	expelled []expulsion
	resets   []rooms.Synced // by Reset and LastSeq, whatever the room
}

func newListener() *listener {
	return &listener{in: map[rooms.RoomID]int{}, got: map[rooms.RoomID][]rooms.Event{}}
}

func (l *listener) Emit(room rooms.RoomID, events []rooms.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got[room] = append(l.got[room], events...)
}

func (l *listener) Reset(room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resets = append(l.resets, rooms.Synced{Reset: reason, LastSeq: lastSeq})
}

func (l *listener) Typing(room rooms.RoomID, user auth.UserID, on bool, until time.Time, except string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.typing = append(l.typing, rooms.Signal{Room: room, User: user, On: on, At: until, Socket: except})
}

func (l *listener) Expel(room rooms.RoomID, user auth.UserID, reason rooms.LeftReason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var last int64
	if got := l.got[room]; len(got) > 0 {
		last = got[len(got)-1].Seq
	}
	l.expelled = append(l.expelled, expulsion{room, user, reason, last})
}

// expulsion is a call of Expel, and the seq that had been emitted by then.
type expulsion struct {
	room   rooms.RoomID
	user   auth.UserID
	reason rooms.LeftReason
	behind int64
}

func (l *listener) Revoke(user auth.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revoked = append(l.revoked, user)
}

func (l *listener) Members(room rooms.RoomID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.in[room]
}

func (l *listener) enter(room rooms.RoomID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in[room]++
}

func (l *listener) events(room rooms.RoomID) []rooms.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]rooms.Event(nil), l.got[room]...)
}

func (l *listener) count(room rooms.RoomID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.got[room])
}

// serve runs a Service until the test ends.
func serve(t testing.TB, store rooms.Store, o rooms.Options) (*rooms.Service, *listener) {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	service, l := rooms.New(store, o), newListener()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, l, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return service.Ready() == nil })
	return service, l
}

var alice = auth.User{ID: "alice", Name: "Alice"}

func join(t testing.TB, s *rooms.Service, l *listener, room rooms.RoomID, since *int64) rooms.Joined {
	t.Helper()
	var joined rooms.Joined
	err := s.Join(context.Background(), alice, string(room), since, func(j rooms.Joined) {
		joined = j
		l.enter(room)
	})
	if err != nil {
		t.Fatalf("join %s: %v", room, err)
	}
	return joined
}

func send(t testing.TB, s *rooms.Service, room, text, clientID string) rooms.Sent {
	t.Helper()
	sent, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: room, Text: text, ClientID: clientID})
	if err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	return sent
}

// stored reads a room's whole log and holds it to 1, 2, 3 ... without gaps.
func stored(t testing.TB, store rooms.Store, room rooms.RoomID) []rooms.Event {
	t.Helper()
	var all []rooms.Event
	for {
		var last int64
		if len(all) > 0 {
			last = all[len(all)-1].Seq
		}
		page, err := store.Log.Since(context.Background(), room, last, rooms.Page{Events: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
	}
	inOrder(t, "stored", all, 1)
	return all
}

// eventsOf gives a page's messages without what the log made of them.
func eventsOf(page rooms.History) []rooms.Event {
	events := make([]rooms.Event, len(page.Messages))
	for i := range page.Messages {
		events[i] = page.Messages[i].Event
	}
	return events
}

func inOrder(t testing.TB, what string, events []rooms.Event, first int64) {
	t.Helper()
	for i, e := range events {
		if e.Seq != first+int64(i) {
			t.Fatalf("%s: event %d has seq %d, want %d", what, i, e.Seq, first+int64(i))
		}
	}
}

func same(t testing.TB, what string, got, want []rooms.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d events, want %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i].ID != want[i].ID || got[i].Seq != want[i].Seq || got[i].Text != want[i].Text {
			t.Fatalf("%s: event %d is %+v, want %+v", what, i, got[i], want[i])
		}
	}
}

func wantCode(t testing.TB, what string, err error, code rooms.Code) *rooms.Error {
	t.Helper()
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("%s: error %v, want %s", what, err, code)
	}
	return e
}

var errLost = errors.New("the answer was lost")

// faultyLog loses answers and refuses calls at random, before and after the real
// log did its work: what a network and a failover do.
type faultyLog struct {
	rooms.Log
	mu   sync.Mutex
	rate float64
	rand *rand.Rand
}

func (f *faultyLog) strikes() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.Float64() < f.rate
}

func (f *faultyLog) Append(ctx context.Context, events []*rooms.Event) error {
	if f.strikes() {
		return errLost
	}
	if f.strikes() && len(events) > 1 { // the first half arrives, then the connection breaks
		if err := f.Log.Append(ctx, events[:len(events)/2]); err != nil {
			return err
		}
		return errLost
	}
	if err := f.Log.Append(ctx, events); err != nil {
		return err
	}
	if f.strikes() {
		return errLost
	}
	return nil
}

func (f *faultyLog) Find(ctx context.Context, events []*rooms.Event) ([]rooms.Event, error) {
	if f.strikes() {
		return nil, errLost
	}
	return f.Log.Find(ctx, events)
}

func (f *faultyLog) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	if f.strikes() {
		return nil, errLost
	}
	return f.Log.Newest(ctx, ids, n)
}

func (f *faultyLog) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	if f.strikes() {
		return nil, errLost
	}
	return f.Log.Since(ctx, room, after, page)
}

// deafStream loses events at random, reorders some and breaks off now and then.
type deafStream struct {
	rooms.Stream
	mu   sync.Mutex
	rand *rand.Rand
}

type deafSink struct {
	rooms.Sink
	stream *deafStream
	broken context.CancelFunc
}

func (d *deafStream) Watch(ctx context.Context, sink rooms.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return d.Stream.Watch(ctx, &deafSink{Sink: sink, stream: d, broken: cancel})
}

func (s *deafSink) Arrived(batch []rooms.Arrival) {
	s.stream.mu.Lock()
	var heard []rooms.Arrival
	for _, a := range batch {
		if a.Instance != "" || s.stream.rand.Float64() > 0.2 {
			heard = append(heard, a)
		}
	}
	if s.stream.rand.Float64() < 0.3 {
		s.stream.rand.Shuffle(len(heard), func(i, j int) { heard[i], heard[j] = heard[j], heard[i] })
	}
	breaks := s.stream.rand.Float64() < 0.05
	s.stream.mu.Unlock()
	s.Sink.Arrived(heard)
	if breaks {
		s.broken()
	}
}

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func text(i int) string { return fmt.Sprintf("message %d", i) }
