package rooms_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// held is an Emitter that holds up what it is given, until it is let go.
type held struct {
	*listener
	given chan struct{} // holds 1: something was
	gate  chan struct{} // closed: it may go on
}

func (h held) Emit(room rooms.RoomID, events []rooms.Event) {
	h.given <- struct{}{}
	<-h.gate
	h.listener.Emit(room, events)
}

func TestFiguresTellWhatBecameOfSends(t *testing.T) {
	service, out := serve(t, newStore(t), rooms.Options{})
	join(t, service, out, "general", nil)
	send := func(text, clientID string) error {
		_, err := service.SendWait(t.Context(), alice, rooms.SendInput{RoomID: "general", Text: text, ClientID: clientID})
		return err
	}
	for _, s := range []struct {
		text, clientID string
		code           rooms.Code
	}{{"a", "", ""}, {"b", "c1", ""}, {"b", "c1", ""}, {"c", "c1", rooms.CodeConflict}, {"", "", rooms.CodeBadRequest}} {
		if err := send(s.text, s.clientID); (err == nil) != (s.code == "") || err != nil && rooms.AsError(err).Code != s.code {
			t.Fatalf("%q: %v", s.text, err)
		}
	}
	f := service.Figures()
	want := map[string]int64{rooms.OutcomeStored: 2, rooms.OutcomeDuplicate: 1, string(rooms.CodeConflict): 1, string(rooms.CodeBadRequest): 1}
	for outcome, n := range f.Sends {
		if n != want[outcome] {
			t.Errorf("%d sends were %s, want %d", n, outcome, want[outcome])
		}
	}
	if f.Answers.Count != 3 || f.Appends.Count == 0 || f.Batches.Sum < 2 || f.QueuedEvents != 0 || f.QueuedBytes != 0 || f.Instances != 1 || f.Rooms != 1 {
		t.Errorf("the figures are %+v", f)
	}
	within(t, "both messages were delivered and measured", func() bool {
		f := service.Figures()
		return f.Emitted == 2 && f.Deliveries == 2 && f.Transit.Count == 2
	})
}

// TestDeliveryIsMeasuredFromTheInsertToTheSockets holds the sockets up for a time that only the clock knows.
func TestDeliveryIsMeasuredFromTheInsertToTheSockets(t *testing.T) {
	var clock clock
	service := rooms.New(newStore(t), rooms.Options{Now: clock.now})
	out := held{newListener(), make(chan struct{}, 1), make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, out, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return service.Ready() == nil })
	join(t, service, out.listener, "general", nil)
	service.Send(alice, rooms.SendInput{RoomID: "general", Text: "hello"}, func(rooms.Sent, error) {})
	<-out.given
	if n := service.Figures().Transit.Count; n != 0 {
		t.Errorf("%d deliveries were measured before one was done", n)
	}
	clock.advance(3 * time.Second)
	close(out.gate)
	within(t, "it was delivered and measured", func() bool { return service.Figures().Transit.Count == 1 })
	if got := time.Duration(service.Figures().Transit.Sum); got < 3*time.Second {
		t.Errorf("it took %s", got)
	}
}

// breaker ends what is watched when it is told, as a lost connection does.
type breaker struct {
	mu  sync.Mutex
	end context.CancelFunc // nil: nothing is watched
}

func (b *breaker) watch(ctx context.Context, watch func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	b.mu.Lock()
	b.end = end
	b.mu.Unlock()
	return watch(ctx)
}

// cut is false where nothing is watched yet, or again.
func (b *breaker) cut() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		return false
	}
	b.end()
	b.end = nil
	return true
}

type brokenStream struct {
	rooms.Stream
	breaker
}

func (s *brokenStream) Watch(ctx context.Context, sink rooms.Sink) error {
	return s.watch(ctx, func(ctx context.Context) error { return s.Stream.Watch(ctx, sink) })
}

type brokenSignals struct {
	rooms.Signals
	breaker
}

func (s *brokenSignals) Watch(ctx context.Context, opened func(), told func([]rooms.Signal)) error {
	return s.watch(ctx, func(ctx context.Context) error { return s.Signals.Watch(ctx, opened, told) })
}

type brokenNotifications struct {
	notified
	breaker
}

func (s *brokenNotifications) WatchNotifications(ctx context.Context, opened func(), told func([]rooms.Notification)) error {
	return s.watch(ctx, func(ctx context.Context) error { return s.notified.WatchNotifications(ctx, opened, told) })
}

func TestFiguresTellWhichStreamsWereOpenedAgain(t *testing.T) {
	store := newStore(t)
	stream, signals, notifications := &brokenStream{Stream: store.Stream}, &brokenSignals{Signals: store.Signals}, &brokenNotifications{notified: store.Notifications}
	store.Stream, store.Signals, store.Notifications = stream, signals, notifications
	service, _ := serveTelling(t, store)
	want := map[string]int64{rooms.StreamMessages: 0, rooms.StreamSignals: 0, rooms.StreamNotifications: 0}
	for i, broken := range []struct {
		name string
		cut  func() bool
	}{{rooms.StreamMessages, stream.cut}, {rooms.StreamSignals, signals.cut}, {rooms.StreamNotifications, notifications.cut}} {
		for range i + 1 {
			within(t, broken.name+" are watched", broken.cut)
			want[broken.name]++
			within(t, "it is counted", func() bool { return service.Figures().Reopenings[broken.name] == want[broken.name] })
		}
	}
	if got := service.Figures().Reopenings; !maps.Equal(got, want) {
		t.Errorf("opened again were %v, want %v", got, want)
	}
}

// failingLog fails the next appends with what is waiting there.
type failingLog struct {
	rooms.Log
	failures chan error
}

func (l failingLog) Append(ctx context.Context, events []*rooms.Event) error {
	select {
	case err := <-l.failures:
		return err
	default:
		return l.Log.Append(ctx, events)
	}
}

func TestFiguresTellWhyABatchIsTriedAgain(t *testing.T) {
	store := newStore(t)
	log := failingLog{store.Log, make(chan error, 1)}
	store.Log = log
	service, _ := serve(t, store, rooms.Options{SendTimeout: patience})
	send(t, service, "general", "the first makes the room", "")
	want := map[string]int64{"overtaken": 0, "unconfirmed": 0}
	for i, reason := range []string{"overtaken", "unconfirmed", "unconfirmed"} {
		if reason == "overtaken" {
			log.failures <- &rooms.DuplicateError{Key: rooms.UniqueSeq}
		} else {
			log.failures <- errLost
		}
		want[reason]++
		if sent := send(t, service, "general", text(i), ""); sent.Seq != int64(i+2) {
			t.Errorf("it got seq %d, want %d", sent.Seq, i+2)
		}
		if got := service.Figures().Retries; !maps.Equal(got, want) {
			t.Errorf("behind %s the retries are %v, want %v", reason, got, want)
		}
	}
}
