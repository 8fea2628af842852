package socketio

import (
	"context"
	"errors"
	"sync"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/streams"
	"roomstream/server/engineio"
)

const (
	// earlyMost is how many events are held for an ack that is about to be queued. It takes no longer than that: whoever has
	// so many waiting will not follow the stream either.
	earlyMost = 1000

	// roomTime is how long a client may take to make room for what it missed. It is also how long the transport lets a
	// write take.
	roomTime = 10 * time.Second

	// roomEvery is how often a client that has much waiting is looked at: a fast line takes far more than pressedAt in a
	// hundred of these, and only those who come back are waited for, a few at once.
	roomEvery = 5 * time.Millisecond
)

// errNoRoom ends a subscription whose client takes nothing.
var errNoRoom = errors.New("the client makes no room")

// subscription is one stream that a socket has open: it is told the events and queues them to the client, behind the ack
// that tells the client their id. Its methods are safe for concurrent use.
type subscription struct {
	id   string
	head []byte // of every event: up to the change
	name string
	link link
	list *subscriptions

	stream *streams.Subscription // set by the connection's own goroutine before begin; nil: it could not be opened
	begun  chan struct{}         // closed behind the ack

	mu    sync.Mutex // held while queueing, which keeps the order
	open  bool       // the ack is queued
	held  []streams.Event
	ended streams.Reason // why it is over; empty: it is not
}

var _ streams.Sink = (*subscription)(nil)

func newSubscription(id string, name streams.Name, to link, list *subscriptions) *subscription {
	s := &subscription{id: id, name: name.String(), link: to, list: list, begun: make(chan struct{})}
	s.head = append(s.members(), `,"change":`...)
	return s
}

// members opens an object with what all that is said of a subscription has in common.
func (s *subscription) members() []byte {
	b := rooms.AppendJSONString([]byte(`{"id":`), s.id)
	return rooms.AppendJSONString(append(b, `,"uri":`...), s.name)
}

// begin has the ack queued, then what came before it.
func (s *subscription) begin(ack func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ack()
	s.open = true
	for _, e := range s.held {
		s.send(e)
	}
	s.held = nil
	if s.ended != "" {
		s.sendEnd()
	}
	close(s.begun)
}

// Event queues one event.
func (s *subscription) Event(e streams.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.open:
		s.send(e)
	case len(s.held) < earlyMost:
		s.held = append(s.held, e)
	default:
		s.link.Close(engineio.CloseSlow, string(streams.ReasonSlow))
	}
}

// send queues an event; the lock is held. The change, which may be large, is copied once: into its frame.
func (s *subscription) send(e streams.Event) {
	end := []byte{'}'}
	if after := e.After(); after != "" {
		end = append(rooms.AppendJSONString([]byte(`,"after":`), after), '}')
	}
	s.link.Emit("stream_event", s.head, e.JSON(false), end)
}

// Wait lets the client take what waits for it. Who makes no room is closed.
func (s *subscription) Wait(ctx context.Context) error {
	select {
	case <-s.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !s.link.Pressed() {
		return nil
	}
	late := time.NewTimer(roomTime)
	defer late.Stop()
	again := time.NewTicker(roomEvery)
	defer again.Stop()
	for s.link.Pressed() {
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			s.link.Close(engineio.CloseSlow, string(streams.ReasonSlow))
			return errNoRoom
		}
	}
	return nil
}

// Closed tells the client that the stream is over. Only the first call counts.
func (s *subscription) Closed(reason streams.Reason) {
	s.list.drop(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended != "" {
		return
	}
	s.ended = reason
	if s.open {
		s.sendEnd()
	}
}

// sendEnd queues stream_closed; the lock is held.
func (s *subscription) sendEnd() {
	b := rooms.AppendJSONString(append(s.members(), `,"reason":`...), string(s.ended))
	s.link.Emit("stream_closed", append(b, '}'))
}

// close ends it without a word. It must not be called by the stream.
func (s *subscription) close() {
	if s.stream != nil {
		s.stream.Close()
	}
}
