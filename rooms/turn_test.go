package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms"
)

// rivalLog is a log that another instance writes in, too: before an append when before is set, and whenever it is asked to.
type rivalLog struct {
	rooms.Log
	before func(events []*rooms.Event) // set while nothing is appended

	reads atomic.Int64 // of where rooms end

	mu    sync.Mutex
	sizes []int // of the appends of this instance
}

func (r *rivalLog) Append(ctx context.Context, events []*rooms.Event) error {
	r.mu.Lock()
	r.sizes = append(r.sizes, len(events))
	r.mu.Unlock()
	if before := r.before; before != nil {
		r.before = nil
		before(events)
	}
	return r.Log.Append(ctx, events)
}

func (r *rivalLog) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	r.reads.Add(1)
	return r.Log.Newest(ctx, ids, n)
}

func (r *rivalLog) appends() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sizes)
}

// write has the other instance store a message.
func (r *rivalLog) write(t *testing.T, room rooms.RoomID, seq int64) {
	t.Helper()
	id := rooms.EventID{0xff, byte(seq >> 8), byte(seq)}
	err := r.Log.Append(t.Context(), []*rooms.Event{{ID: id, RoomID: room, Seq: seq, Type: rooms.TypeMessage, Author: "bob", Timestamp: time.UnixMilli(seq).UTC(), Text: "of the other instance"}})
	if err != nil {
		t.Errorf("the other instance takes seq %d: %v", seq, err)
	}
}

// later sends and gives what the answer comes in.
func later(t *testing.T, s *rooms.Service, room, text string) <-chan rooms.Sent {
	answer := make(chan rooms.Sent, 1)
	s.Send(alice, rooms.SendInput{RoomID: room, Text: text}, func(sent rooms.Sent, err error) {
		if err != nil {
			t.Errorf("send %q: %v", text, err)
		}
		answer <- sent
	})
	return answer
}

// seqOf waits for an answer.
func seqOf(t *testing.T, answer <-chan rooms.Sent) int64 {
	t.Helper()
	select {
	case sent := <-answer:
		return sent.Seq
	case <-time.After(patience):
		t.Fatal("a send is not answered")
		return 0
	}
}

// queued waits until so many sends wait for a lane.
func queued(t *testing.T, s *rooms.Service, n int) {
	t.Helper()
	within(t, fmt.Sprint(n, " are queued"), func() bool { return s.Figures().QueuedEvents == n })
}

func rivalled(t *testing.T, o rooms.Options) (*rivalLog, rooms.Store, *rooms.Service, *listener) {
	inner := newStore(t)
	store := inner
	log := &rivalLog{Log: inner.Log}
	store.Log = log
	s, l := serve(t, store, o)
	join(t, s, l, "r", nil)
	return log, inner, s, l
}

// TestWhatIsOvertakenIsStoredWithWhatQueuedUp has the other instance come before an append. One more command stores the
// overtaken message and all that came meanwhile, and nothing is read for that: the stream told of what came before.
func TestWhatIsOvertakenIsStoredWithWhatQueuedUp(t *testing.T) {
	log, inner, s, l := rivalled(t, rooms.Options{SendTimeout: patience})
	first := send(t, s, "r", "first", "")
	within(t, "the first is delivered", func() bool { return l.count("r") == 1 })
	const meanwhile = 5
	var answers []<-chan rooms.Sent
	appends, reads := len(log.appends()), log.reads.Load()
	log.before = func(events []*rooms.Event) {
		log.write(t, "r", events[0].Seq)
		within(t, "the other's is delivered", func() bool { return l.count("r") == 2 })
		for i := range meanwhile {
			answers = append(answers, later(t, s, "r", text(i)))
		}
		queued(t, s, meanwhile)
	}
	overtaken := send(t, s, "r", "overtaken", "")
	if want := first.Seq + 2; overtaken.Seq != want {
		t.Errorf("the overtaken has seq %d, want %d", overtaken.Seq, want)
	}
	for i, answer := range answers {
		if seq, want := seqOf(t, answer), overtaken.Seq+1+int64(i); seq != want {
			t.Errorf("the one that came meanwhile as number %d has seq %d, want %d", i, seq, want)
		}
	}
	if got, want := log.appends()[appends:], []int{1, 1 + meanwhile}; !slices.Equal(got, want) {
		t.Errorf("stored in appends of %v, want %v", got, want)
	}
	if n := log.reads.Load() - reads; n != 0 {
		t.Errorf("where the room ends was read %d times", n)
	}
	if all := stored(t, inner, "r"); len(all) != 3+meanwhile {
		t.Errorf("%d events are stored", len(all))
	}
}

// TestWritersOfARoomTakeTurns holds the clock, so that nothing goes on because time passed.
func TestWritersOfARoomTakeTurns(t *testing.T) {
	c := &movedClock{}
	c.set(time.Now())
	log, inner, s, l := rivalled(t, rooms.Options{Now: c.now, SendTimeout: patience})
	log.before = func(events []*rooms.Event) { log.write(t, "r", events[0].Seq) }
	last := send(t, s, "r", "overtaken", "").Seq
	for i := range 3 {
		answer := later(t, s, "r", text(i))
		queued(t, s, 1)
		log.write(t, "r", last+1) // refused if the turn was not left to it
		if last += 2; seqOf(t, answer) != last {
			t.Fatalf("the message after the other's turn does not have seq %d", last)
		}
	}
	answer := later(t, s, "r", "the other has nothing to say")
	queued(t, s, 1)
	c.at.Add(int64(time.Second))
	if last++; seqOf(t, answer) != last {
		t.Fatalf("the message after an unused turn does not have seq %d", last)
	}
	for i := range 3 { // nor do others wait
		if sent := send(t, s, "r", text(i), ""); sent.Seq != last+1 {
			t.Fatalf("the message has seq %d, want %d", sent.Seq, last+1)
		}
		last++
	}
	all := stored(t, inner, "r")
	within(t, "all are delivered", func() bool { return l.count("r") == len(all) })
	same(t, "delivered", l.events("r"), all)
}
