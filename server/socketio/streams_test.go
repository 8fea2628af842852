package socketio

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// hasty is a Service under which a stream brings an event, and ends, before Subscribe has returned.
type hasty struct {
	*streams.Service
	db streams.Database
}

func (h hasty) Subscribe(ctx context.Context, caller streams.Caller, r streams.Request, to streams.Sink) (*streams.Subscription, error) {
	sink := &watchedSink{Sink: to, came: make(chan struct{}), ended: make(chan struct{})}
	sub, err := h.Service.Subscribe(ctx, caller, r, sink)
	if err != nil {
		return nil, err
	}
	_, err = h.db.Insert(ctx, r.Collection, bson.D{{Key: "n", Value: 1}})
	err = errors.Join(err, await(ctx, sink.came), h.Delete(ctx, "root", r.Name), await(ctx, sink.ended))
	return sub, err
}

func await(ctx context.Context, what <-chan struct{}) error {
	select {
	case <-what:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watchedSink says when the first event, and the end, was passed on.
type watchedSink struct {
	streams.Sink
	once        sync.Once
	came, ended chan struct{}
}

func (w *watchedSink) Event(e streams.Event) {
	w.Sink.Event(e)
	w.once.Do(func() { close(w.came) })
}

func (w *watchedSink) Closed(reason streams.Reason) {
	w.Sink.Closed(reason)
	close(w.ended)
}

// openStreams runs a Service on a database of its own, where posts/all is declared.
func openStreams(t *testing.T) hasty {
	t.Helper()
	mongod := mongotest.Start(t)
	store, err := mongodb.Open(t.Context(), mongodb.Options{URI: mongod.URI, Database: mongod.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close(context.Background()) })
	db, declarations, err := store.Streams("")
	if err != nil {
		t.Fatal(err)
	}
	service := streams.New(streams.Options{Database: db, Store: declarations})
	declaration, err := streams.ParseDeclaration(streams.Name{Collection: "posts", URI: "all"}, []byte(`{"access":{"public":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Put(t.Context(), "root", declaration); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, nil) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the streams ended with %v", err)
		}
	})
	return hasty{service, db}
}

// TestWhatAStreamBringsComesBehindTheAck: the ack has the id by which a client knows the events.
func TestWhatAStreamBringsComesBehindTheAck(t *testing.T) {
	c, _ := unserved(t)
	c.streams = openStreams(t)
	s := &speaker{chat: c, user: auth.User{ID: "alice"}}
	subscribe := func() *recorder {
		to := newRecorder()
		s.link = to
		s.event("subscribe_stream", arguments(`{"uri":"posts/all"}`), false, func(b []byte) { to.note(heard{event: "ack", body: string(b)}) })
		return to
	}
	to := subscribe()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); decodeAck(t, []byte(to.told()[0].body)).Error != nil; to = subscribe() {
		if <-tick.C; time.Now().After(end) { // Run has not begun
			t.Fatalf("it is not opened: %v", to.told())
		}
	}
	all := to.wait(t, 3)
	id := decodeAck(t, []byte(all[0].body)).ID
	if all[1].event != "stream_event" || all[2].event != "stream_closed" {
		t.Fatalf("told in this order: %v", all)
	}
	if want := `{"id":"` + id + `","uri":"posts/all","reason":"removed"}`; all[2].body != want {
		t.Errorf("closed with %s, want %s", all[2].body, want)
	}
	if s.opened.open[id] != nil {
		t.Error("it still counts as open")
	}
}

func TestWithoutStreamsThereIsNothingToOpen(t *testing.T) {
	c, _ := unserved(t)
	s := &speaker{chat: c, link: newRecorder(), user: auth.User{ID: "alice"}}
	wantRefusal(t, ask(t, s, "subscribe_stream", `{"uri":"posts/all"}`), rooms.CodeNotFound, "")
	wantRefusal(t, ask(t, s, "subscribe_stream", `{}`), rooms.CodeBadRequest, "uri")
	wantRefusal(t, ask(t, s, "unsubscribe_stream", `{"id":"1"}`), rooms.CodeNotFound, "id")
}

// TestAClientThatMakesNoRoomIsWaitedForAndThenClosed: by what the link says of its queue alone.
func TestAClientThatMakesNoRoomIsWaitedForAndThenClosed(t *testing.T) {
	t.Parallel()
	to := newRecorder()
	list := &subscriptions{}
	sub := list.reserve(to, streams.Name{URI: "all"})
	early, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sub.Wait(early); !errors.Is(err, context.Canceled) {
		t.Errorf("before the ack: %v", err)
	}
	sub.begin(func() {})
	if err := sub.Wait(t.Context()); err != nil {
		t.Errorf("with room: %v", err)
	}
	to.pressed.Store(true)
	if err := sub.Wait(early); !errors.Is(err, context.Canceled) {
		t.Errorf("without room, when it is over: %v", err)
	}
	made := time.AfterFunc(10*roomEvery, func() { to.pressed.Store(false) })
	defer made.Stop()
	if err := sub.Wait(t.Context()); err != nil || to.pressed.Load() {
		t.Errorf("when room was made: %v", err)
	}
	to.pressed.Store(true)
	if err := sub.Wait(t.Context()); !errors.Is(err, errNoRoom) {
		t.Errorf("without room: %v", err)
	}
	if last := to.wait(t, 1)[0]; last.event != "close" || last.code != 1013 || last.reason != "slow" {
		t.Errorf("it is told %+v", last)
	}
}
