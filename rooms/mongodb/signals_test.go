package mongodb_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// listening is a watch of signals.
type listening struct {
	signals chan rooms.Signal
	ended   chan error
	cancel  context.CancelFunc
}

func listen(t *testing.T, signals rooms.Signals) *listening {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listening{signals: make(chan rooms.Signal, 100), ended: make(chan error, 1), cancel: cancel}
	opened := make(chan struct{})
	go func() {
		l.ended <- signals.Watch(ctx, func() { close(opened) }, func(batch []rooms.Signal) {
			for _, s := range batch {
				l.signals <- s
			}
		})
		close(l.ended)
	}()
	select {
	case <-opened:
	case err := <-l.ended:
		t.Fatalf("the watch ended: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		<-l.ended
	})
	return l
}

func (l *listening) next(t *testing.T) rooms.Signal {
	t.Helper()
	select {
	case s := <-l.signals:
		return s
	case err := <-l.ended:
		t.Fatalf("the watch ended: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("no signal came")
	}
	return rooms.Signal{}
}

func TestSignalsReachEveryInstanceOnce(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	one, two := open(t, server, database).Rooms().Signals, open(t, server, database).Rooms().Signals
	if err := one.Send(t.Context(), []rooms.Signal{{Kind: rooms.SignalHello, Instance: "too early"}}); err != nil {
		t.Fatal(err)
	}
	here, there := listen(t, one), listen(t, two)
	sent := []rooms.Signal{
		{Kind: rooms.SignalTyping, Instance: "one", Room: "general", User: "ann", On: true, Socket: "abc", At: time.UnixMilli(1e12).UTC()},
		{Kind: rooms.SignalPresence, Instance: "one", Users: []rooms.UserSockets{{User: "ann", Sockets: 2}, {User: auth.UserID("bob")}}},
		{Kind: rooms.SignalLease, Instance: "one", Ref: "hash"},
		{Kind: rooms.SignalErase, User: "ann", Ref: "run"},
	}
	if err := one.Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	if err := one.Send(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	last := rooms.Signal{Kind: rooms.SignalHello, Instance: "two"}
	if err := two.Send(t.Context(), []rooms.Signal{last}); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*listening{"sender": here, "other": there} {
		for _, want := range append(sent[:len(sent):len(sent)], last) {
			if got := l.next(t); !reflect.DeepEqual(got, want) {
				t.Errorf("the %s was told %+v, want %+v", name, got, want)
			}
		}
	}
}

// A document that is no signal ends nothing, and a collection that goes ends the watch;
// the next one makes it anew, with its end for old signals.
func TestSignalsOutliveTheirCollection(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	signals := otherProgram(t, server, database).Database().Collection("signals")
	first := listen(t, store.Signals)
	insert(t, signals, bson.M{"kind": 7, "users": "x"})
	want := rooms.Signal{Kind: rooms.SignalHello, Instance: "one"}
	if err := store.Signals.Send(t.Context(), []rooms.Signal{want}); err != nil {
		t.Fatal(err)
	}
	if got := first.next(t); !reflect.DeepEqual(got, want) {
		t.Errorf("told %+v, want %+v", got, want)
	}
	if err := signals.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-first.ended; err == nil || !strings.Contains(err.Error(), "dropped") {
		t.Errorf("the watch ended with %v, want it to name the drop", err)
	}
	second := listen(t, store.Signals)
	if err := store.Signals.Send(t.Context(), []rooms.Signal{want}); err != nil {
		t.Fatal(err)
	}
	second.next(t)
	if faults, err := store.Archive.Faults(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("faults %q, %v, want none: old signals would stay", faults, err)
	}
}

func TestWatchOfSignalsEndsWithContextAndStore(t *testing.T) {
	server := mongotest.Shared(t)
	store := open(t, server, server.Database(t))
	cancelled := listen(t, store.Rooms().Signals)
	cancelled.cancel()
	if err := <-cancelled.ended; err != context.Canceled {
		t.Errorf("it ended with %v, want %v", err, context.Canceled)
	}
	closed := listen(t, store.Rooms().Signals)
	closeStore(t, store)
	wantCode(t, <-closed.ended, rooms.CodeUnavailable)
	wantCode(t, store.Rooms().Signals.Send(t.Context(), []rooms.Signal{{Kind: rooms.SignalHello}}), rooms.CodeUnavailable)
}
