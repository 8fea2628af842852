package rooms_test

import (
	"context"
	"sync"
	"testing"

	"roomstream/rooms"
)

// heldLog stores what comes while the gate is not locked.
type heldLog struct {
	rooms.Log
	gate sync.RWMutex
}

func (g *heldLog) Append(ctx context.Context, events []*rooms.Event) error {
	g.gate.RLock()
	defer g.gate.RUnlock()
	return g.Log.Append(ctx, events)
}

// BenchmarkSend takes a message of one who writes in a room again to the lane that is to store it. It is stored while the
// clock stands.
func BenchmarkSend(b *testing.B) {
	const queued = 5000 // half of what a lane takes
	store := newStore(b)
	gated := &heldLog{Log: store.Log}
	store.Log = gated
	s, _ := serve(b, store, rooms.Options{SendTimeout: patience})
	send(b, s, "general", "the first makes the room", "")
	in := rooms.SendInput{RoomID: "general", Text: "a line or so of text, as people write it, of the usual length"}
	var unanswered sync.WaitGroup
	done := func(_ rooms.Sent, err error) {
		if err != nil {
			b.Error(err)
		}
		unanswered.Done()
	}
	n := 0
	gated.gate.Lock()
	b.ReportAllocs()
	for b.Loop() {
		unanswered.Add(1)
		s.Send(alice, in, done)
		if n++; n%queued == 0 {
			b.StopTimer()
			gated.gate.Unlock()
			unanswered.Wait()
			gated.gate.Lock()
			b.StartTimer()
		}
	}
	gated.gate.Unlock()
	unanswered.Wait()
}
