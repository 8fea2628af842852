package rooms_test

import (
	"context"
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
