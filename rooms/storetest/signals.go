package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// listening is a running Watch of signals that a test takes one by one.
type listening struct {
	signals chan rooms.Signal
	ended   chan struct{} // closed when Watch has returned err
	err     error
	cancel  context.CancelFunc
}

// listen starts a Watch and returns when it is open. It ends with the test.
func listen(t *testing.T, o Opened) *listening {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listening{signals: make(chan rooms.Signal, watchBuffer), ended: make(chan struct{}), cancel: cancel}
	opened := make(chan struct{})
	go func() {
		defer close(l.ended)
		l.err = o.Store.Signals.Watch(ctx, func() { close(opened) }, l.told)
	}()
	t.Cleanup(func() {
		cancel()
		<-l.ended
	})
	select {
	case <-opened:
	case <-l.ended:
		t.Fatalf("watch signals: %v", l.err)
	case <-time.After(patience):
		t.Fatal("the watch of signals did not open")
	}
	return l
}

func (l *listening) told(batch []rooms.Signal) {
	for _, s := range batch {
		l.signals <- s
	}
	clear(batch) // nobody may look into it later
}

func (l *listening) next(t *testing.T) rooms.Signal {
	t.Helper()
	select {
	case s := <-l.signals:
		return s
	case <-l.ended:
		t.Fatalf("the watch of signals ended: %v", l.err)
	case <-time.After(patience):
		t.Fatal("no signal came")
	}
	return rooms.Signal{}
}

func (l *listening) end(t *testing.T) error {
	t.Helper()
	select {
	case <-l.ended:
		return l.err
	case <-time.After(patience):
		t.Fatal("the watch of signals did not end")
		return nil
	}
}

func mustSignal(t *testing.T, o Opened, signals ...rooms.Signal) {
	t.Helper()
	if err := o.Store.Signals.Send(waiting(t), signals); err != nil {
		t.Fatalf("send signals: %v", err)
	}
}

// signalsReachAll sends every field from each of two instances.
func signalsReachAll(t *testing.T, o Opened) {
	other := o.Another(t)
	listeners := []*listening{listen(t, o), listen(t, other)}
	full := rooms.Signal{
		Kind: rooms.SignalPresence, Instance: "one", Room: "general", User: "a:é", On: true, Socket: "s1",
		Users: []rooms.UserSockets{{User: "ann", Sockets: 2, Idle: 1, Status: rooms.StatusDND}, {User: "bob", Sockets: 0}}, Ref: "r", At: now(),
		Health: &rooms.Health{Version: "v1", Started: now(), Ready: true, Lag: 1500 * time.Millisecond, Sends: 0.5, Queued: 3},
	}
	for _, from := range []Opened{o, other} {
		sent := []rooms.Signal{full, {Kind: rooms.SignalHello, Instance: "two"}}
		mustSignal(t, from, sent...)
		for _, l := range listeners {
			// The order of signals is not promised.
			got := map[rooms.SignalKind]rooms.Signal{}
			for range sent {
				s := l.next(t)
				got[s.Kind] = s
			}
			for _, want := range sent {
				if !reflect.DeepEqual(got[want.Kind], want) {
					t.Errorf("told\n     %+v\nwant %+v", got[want.Kind], want)
				}
			}
		}
	}
	mustSignal(t, o) // of none there is nothing to tell
	if got := mustSince(t, o, "general", 0, rooms.Page{}); len(got) != 0 {
		t.Errorf("signals are in the log: %+v", got)
	}
}

// signalsComeOnce has many senders: each signal is told once to each watcher.
func signalsComeOnce(t *testing.T, o Opened) {
	const senders, each = 8, 25
	instances := []Opened{o, o.Another(t)}
	listeners := []*listening{listen(t, instances[0]), listen(t, instances[1])}
	var wg sync.WaitGroup
	for k := range senders {
		wg.Go(func() {
			for i := range each {
				s := rooms.Signal{Kind: rooms.SignalTyping, Instance: "one", Ref: fmt.Sprintf("%d.%d", k, i)}
				if err := instances[k%2].Store.Signals.Send(waiting(t), []rooms.Signal{s}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	// One more after all others: nothing may be told twice before it.
	mustSignal(t, o, rooms.Signal{Kind: rooms.SignalHello, Instance: "one"})
	for _, l := range listeners {
		told := map[string]int{}
		for s := l.next(t); s.Kind != rooms.SignalHello; s = l.next(t) {
			told[s.Ref]++
		}
		if len(told) != senders*each {
			t.Errorf("told %d signals of %d", len(told), senders*each)
		}
		for ref, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times", ref, n)
			}
		}
	}
}

func signalsFromNowOn(t *testing.T, o Opened) {
	mustSignal(t, o, rooms.Signal{Kind: rooms.SignalHello, Instance: "before"})
	l := listen(t, o)
	mustSignal(t, o, rooms.Signal{Kind: rooms.SignalHello, Instance: "after"})
	if got := l.next(t); got.Instance != "after" {
		t.Errorf("told %+v, which was sent before the watch opened", got)
	}
	l.cancel()
	if err := l.end(t); !errors.Is(err, context.Canceled) {
		t.Errorf("the watch ended with %v, want %v", err, context.Canceled)
	}
	if len(l.signals) != 0 {
		t.Errorf("told more: %+v", <-l.signals)
	}
}

func signalsEndWithStore(t *testing.T, o Opened) {
	l := listen(t, o)
	if err := o.Close(waiting(t)); err != nil {
		t.Fatal(err)
	}
	if l.end(t) == nil {
		t.Error("the watch ended without an error")
	}
}
