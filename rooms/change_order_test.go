package rooms_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
)

// An instance that has not heard of a message yet takes a change of it all the same,
// and one that has not heard of a change does not take the old state for the present one.
func TestAChangeIsJudgedByWhatOtherInstancesWrote(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	deaf := store
	deaf.Stream = mutedStream{store.Stream}
	two, _ := serve(t, deaf, rooms.Options{})
	send(t, two, "r", "by two", "") // 1: two believes to know the end of the log from here on
	send(t, one, "r", "by one", "") // 2
	if sent, err := edit(two, alice, rooms.EditInput{RoomID: "r", Seq: 2, Text: "edited"}); err != nil || sent.Seq != 3 {
		t.Errorf("an edit of what another instance stored: %+v, %v", sent, err)
	}
	on := rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true}
	off := on
	off.On = false
	for i, c := range []struct {
		s  *rooms.Service
		in rooms.ReactInput
	}{{two, on}, {one, off}, {two, on}, {one, off}} {
		if sent, err := react(c.s, bob, c.in); err != nil || sent.Seq != int64(4+i) {
			t.Errorf("reaction %d: %+v, %v; want seq %d", i, sent, err, 4+i)
		}
	}
}

func TestTheListShowsTheNewestMessageAsItIsNow(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	last := func() string {
		t.Helper()
		list, _, err := s.ListRooms(context.Background(), alice, rooms.ListRoomsInput{After: "", Limit: 0})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if list[0].Last == nil {
			return ""
		}
		return fmt.Sprint(list[0].LastSeq, " ", list[0].Last.Seq, " ", list[0].Last.Text)
	}
	send(t, s, "r", "first", "")  // 1
	send(t, s, "r", "second", "") // 2
	for i, c := range []struct {
		do   func() (rooms.Sent, error)
		want string
	}{
		{func() (rooms.Sent, error) { return rooms.Sent{}, nil }, "2 2 second"},
		{func() (rooms.Sent, error) {
			return react(s, bob, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true})
		}, "3 2 second"},
		{func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 2, Text: "edited"})
		}, "4 2 edited"},
		{func() (rooms.Sent, error) { return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 2, Text: "twice"}) }, "5 2 twice"},
		{func() (rooms.Sent, error) { return remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 2}) }, "6 1 first"},
		{func() (rooms.Sent, error) { return remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1}) }, ""},
	} {
		if _, err := c.do(); err != nil {
			t.Fatal(err)
		}
		if got := last(); got != c.want {
			t.Errorf("step %d: %q, want %q", i, got, c.want)
		}
	}
}

// gatedLog holds appends back until it is opened.
type gatedLog struct {
	rooms.Log
	reached chan struct{} // closed by the first append
	open    chan struct{}
	once    sync.Once
}

func (l *gatedLog) Append(ctx context.Context, events []*rooms.Event) error {
	l.once.Do(func() { close(l.reached) })
	<-l.open
	return l.Log.Append(ctx, events)
}

// What one caller sends in one breath ends as if it had been sent one by one.
func TestChangesOfOneBatchKeepTheirOrder(t *testing.T) {
	bare := newStore(t)
	first, _ := serve(t, bare, rooms.Options{})
	send(t, first, "r", "one", "")
	gate := &gatedLog{Log: bare.Log, reached: make(chan struct{}), open: make(chan struct{})}
	store := bare
	store.Log = gate
	s, _ := serve(t, store, rooms.Options{})
	var answers sync.WaitGroup
	answers.Add(1)
	s.Send(alice, rooms.SendInput{RoomID: "r", Text: "holds the lane"}, func(rooms.Sent, error) { answers.Done() }) // 2
	<-gate.reached
	var seqs [5]int64
	for i, on := range []bool{true, true, false, false, true} {
		answers.Add(1)
		s.React(bob, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: on}, func(sent rooms.Sent, err error) {
			defer answers.Done()
			if err != nil {
				t.Errorf("reaction %d: %v", i, err)
			}
			seqs[i] = sent.Seq
		})
	}
	close(gate.open)
	answers.Wait()
	if want := [5]int64{3, 3, 4, 4, 5}; seqs != want {
		t.Errorf("answered with %v, want %v", seqs, want)
	}
	messages := page(t, s, rooms.HistoryInput{RoomID: "r"})
	if got := messages[0].Fold.Counts(); got != `{"👍":1}` {
		t.Errorf("at last the counts are %s", got)
	}
}

func TestTheListShowsNothingThatWasTrimmed(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "r", "old", "")
	if err := store.Trimmer.Fence(context.Background(), "r", 2, 0, time.Time{}); err != nil { // fenced, not blanked yet
		t.Fatal(err)
	}
	list, _, err := s.ListRooms(context.Background(), alice, rooms.ListRoomsInput{After: "", Limit: 0})
	if err != nil || len(list) != 1 || list[0].LastSeq != 1 || list[0].Last != nil {
		t.Errorf("the list is %+v, %v", list, err)
	}
}
