package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func TestSendsOfOneCallerAreStoredAndDeliveredInTheirOrder(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "general", nil)
	const n = 500
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		s.Send(alice, rooms.SendInput{RoomID: "general", Text: text(i)}, func(sent rooms.Sent, err error) {
			defer wg.Done()
			if err != nil || sent.Seq != int64(i+1) {
				t.Errorf("send %d: seq %d, %v", i, sent.Seq, err)
			}
		})
	}
	wg.Wait()
	all := stored(t, store, "general")
	for i, e := range all {
		if e.Text != text(i) {
			t.Fatalf("seq %d holds %q", e.Seq, e.Text)
		}
	}
	within(t, "everything is delivered", func() bool { return l.count("general") == n })
	same(t, "delivered", l.events("general"), all)
}

func TestTheSameClientIDIsOneEventHoweverOftenAndWhereverItIsSent(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	b, _ := serve(t, store, rooms.Options{})
	var duplicates atomic.Int64
	var wg sync.WaitGroup
	const sends, repeats = 50, 6
	seqs := make([][repeats]int64, sends)
	for i := range sends {
		for k := range repeats {
			wg.Go(func() {
				s := []*rooms.Service{a, b}[k%2]
				sent, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "r", Text: text(i), ClientID: fmt.Sprint(i)})
				if err != nil {
					t.Errorf("send %d: %v", i, err)
				}
				if sent.Duplicate {
					duplicates.Add(1)
				}
				seqs[i][k] = sent.Seq
			})
		}
	}
	wg.Wait()
	for i := range seqs {
		for k := range repeats {
			if seqs[i][k] != seqs[i][0] || seqs[i][k] == 0 {
				t.Fatalf("send %d was answered with seqs %v", i, seqs[i])
			}
		}
	}
	if got := len(stored(t, store, "r")); got != sends {
		t.Errorf("%d events stored, want %d", got, sends)
	}
	if got := duplicates.Load(); got != sends*(repeats-1) {
		t.Errorf("%d answers said duplicate, want %d", got, sends*(repeats-1))
	}
}

func TestAClientIDIsThatOfOneAuthorInOneRoom(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "a", "x", "1")
	if sent := send(t, s, "b", "x", "1"); sent.Duplicate {
		t.Error("the same clientId in another room was taken for a repetition")
	}
	sent, err := s.SendWait(context.Background(), auth.User{ID: "bob"}, rooms.SendInput{RoomID: "a", Text: "x", ClientID: "1"})
	if err != nil || sent.Duplicate || sent.Seq != 2 {
		t.Errorf("another author's clientId: %+v, %v", sent, err)
	}
}

func TestAClientIDWithOtherContentConflicts(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	other, _ := serve(t, store, rooms.Options{}) // knows nothing of it: asks the log
	send(t, s, "r", "one", "id")
	for _, in := range []rooms.SendInput{
		{RoomID: "r", Text: "two", ClientID: "id"},
		{RoomID: "r", Text: "one", ClientID: "id", Parent: 1},
		{RoomID: "r", Text: "one", ClientID: "id", Data: `{"a":1}`},
	} {
		for _, s := range []*rooms.Service{s, other} {
			_, err := s.SendWait(context.Background(), alice, in)
			if e := wantCode(t, fmt.Sprintf("%+v", in), err, rooms.CodeConflict); e.Field != "clientId" {
				t.Errorf("field %q", e.Field)
			}
		}
	}
	if n := len(stored(t, store, "r")); n != 1 {
		t.Errorf("%d events stored", n)
	}
}

func TestEveryAckedSendIsStoredOnceThroughLostAnswers(t *testing.T) {
	inner := newStore(t)
	store := inner
	store.Log = &faultyLog{Log: inner.Log, rate: 0.2, rand: seeded()}
	store.Stream = &deafStream{Stream: inner.Stream, rand: seeded()}
	s, l := serve(t, store, rooms.Options{SendTimeout: patience})
	const perRoom, roomCount = 100, 6
	var wg sync.WaitGroup
	var answers sync.Map
	for r := range roomCount {
		room := fmt.Sprint("room", r)
		wg.Go(func() {
			for s.Join(context.Background(), alice, room, nil, func(rooms.Joined) { l.enter(rooms.RoomID(room)) }) != nil {
			}
			for i := range perRoom {
				in := rooms.SendInput{RoomID: room, Text: text(i), ClientID: fmt.Sprint(i)}
				sent, err := s.SendWait(context.Background(), alice, in)
				if err != nil {
					t.Errorf("%s %d: %v", room, i, err)
				}
				answers.Store(fmt.Sprint(room, "/", sent.Seq), in.Text)
			}
		})
	}
	wg.Wait()
	for r := range roomCount {
		room := rooms.RoomID(fmt.Sprint("room", r))
		all := stored(t, inner, room)
		if len(all) != perRoom {
			t.Fatalf("%s: %d events, want %d", room, len(all), perRoom)
		}
		for _, e := range all {
			if acked, _ := answers.Load(fmt.Sprint(room, "/", e.Seq)); acked != e.Text {
				t.Errorf("%s: seq %d holds %q, acked was %v", room, e.Seq, e.Text, acked)
			}
		}
		within(t, "everything is delivered in "+string(room), func() bool {
			s.Send(alice, rooms.SendInput{RoomID: string(room), Text: "bell", ClientID: "bell"}, func(rooms.Sent, error) {})
			return l.count(room) >= perRoom
		})
		same(t, "delivered", l.events(room)[:perRoom], all)
	}
}

func TestTwoInstancesNumberOneRoomWithoutGapsAndDeliverAlike(t *testing.T) {
	store := newStore(t)
	a, la := serve(t, store, rooms.Options{})
	b, lb := serve(t, store, rooms.Options{})
	join(t, a, la, "r", nil)
	join(t, b, lb, "r", nil)
	const writers, each = 8, 250
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			s := []*rooms.Service{a, b}[w%2]
			for i := range each {
				if _, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "r", Text: fmt.Sprint(w, "-", i)}); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()
	all := stored(t, store, "r")
	if len(all) != writers*each {
		t.Fatalf("%d events stored, want %d", len(all), writers*each)
	}
	within(t, "both deliver everything", func() bool { return la.count("r") == len(all) && lb.count("r") == len(all) })
	same(t, "the first instance", la.events("r"), all)
	same(t, "the second instance", lb.events("r"), all)
}

// stalledLog lets no append through until it is released.
type stalledLog struct {
	rooms.Log
	gate chan struct{}
}

func (s *stalledLog) Append(ctx context.Context, events []*rooms.Event) error {
	select {
	case <-s.gate:
		return s.Log.Append(ctx, events)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// notedLog notes how many events each append has.
type notedLog struct {
	rooms.Log
	mu    sync.Mutex
	sizes []int
}

func (n *notedLog) Append(ctx context.Context, events []*rooms.Event) error {
	n.mu.Lock()
	n.sizes = append(n.sizes, len(events))
	n.mu.Unlock()
	return n.Log.Append(ctx, events)
}

func (n *notedLog) noted() []int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sizes)
}

// TestWhatQueuesUpIsStoredTogether holds the first append back until all the others wait behind it.
func TestWhatQueuesUpIsStoredTogether(t *testing.T) {
	inner := newStore(t)
	store := inner
	stalled := &stalledLog{Log: inner.Log, gate: make(chan struct{})}
	noted := &notedLog{Log: stalled}
	store.Log = noted
	s, _ := serve(t, store, rooms.Options{SendTimeout: patience})
	const sends = 250
	var answered sync.WaitGroup
	for i := range sends {
		answered.Add(1)
		s.Send(alice, rooms.SendInput{RoomID: "r", Text: text(i)}, func(_ rooms.Sent, err error) {
			defer answered.Done()
			if err != nil {
				t.Errorf("send %d: %v", i, err)
			}
		})
		if i == 0 {
			within(t, "the first is being stored", func() bool { return len(noted.noted()) == 1 })
		}
	}
	close(stalled.gate)
	answered.Wait()
	sizes, sum := noted.noted(), 0
	for _, size := range sizes {
		sum += size
	}
	if len(sizes) > 4 || sum != sends {
		t.Errorf("%d sends were stored in appends of %v, want the first alone and the others by the hundred", sends, sizes)
	}
	if n := len(stored(t, inner, "r")); n != sends {
		t.Errorf("%d events stored", n)
	}
}

func TestASendThatIsNotConfirmedInTimeIsTimeoutAndItsRetryIsTheSameEvent(t *testing.T) {
	inner := newStore(t)
	store := inner
	stalled := &stalledLog{Log: inner.Log, gate: make(chan struct{})}
	store.Log = stalled
	s, _ := serve(t, store, rooms.Options{SendTimeout: 200 * time.Millisecond})
	in := rooms.SendInput{RoomID: "r", Text: "hello", ClientID: "1"}
	for range 3 {
		_, err := s.SendWait(context.Background(), alice, in)
		if e := wantCode(t, "a stalled store", err, rooms.CodeTimeout); !e.Code.Retryable() {
			t.Error("TIMEOUT must be retryable")
		}
	}
	close(stalled.gate)
	var sent rooms.Sent
	within(t, "the retry is answered", func() bool {
		var err error
		sent, err = s.SendWait(context.Background(), alice, in)
		return err == nil
	})
	if !sent.Duplicate || sent.Seq != 1 {
		t.Errorf("the retry got %+v", sent)
	}
	if n := len(stored(t, inner, "r")); n != 1 {
		t.Errorf("%d events stored", n)
	}
}

func TestAFullLaneAnswersOverloaded(t *testing.T) {
	inner := newStore(t)
	store := inner
	stalled := &stalledLog{Log: inner.Log, gate: make(chan struct{})}
	store.Log = stalled
	s, _ := serve(t, store, rooms.Options{SendTimeout: patience})
	var answered, refused atomic.Int64
	long := strings.Repeat("x", rooms.MaxTextLength)
	const sends = 11_000
	for range sends {
		s.Send(alice, rooms.SendInput{RoomID: "r", Text: long}, func(_ rooms.Sent, err error) {
			answered.Add(1)
			if err != nil {
				wantCode(t, "a full lane", err, rooms.CodeOverloaded)
				refused.Add(1)
			}
		})
	}
	if refused.Load() == 0 {
		t.Fatalf("%d messages of %d characters were all accepted", sends, len(long))
	}
	close(stalled.gate)
	within(t, "everything is answered", func() bool { return answered.Load() == sends })
	if got, want := int64(len(stored(t, inner, "r"))), sends-refused.Load(); got != want {
		t.Errorf("%d stored, %d accepted", got, want)
	}
}

func TestDrainFinishesWhatIsQueuedAndRefusesTheRest(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	var acked atomic.Int64
	const n = 300
	for i := range n {
		s.Send(alice, rooms.SendInput{RoomID: "r", Text: text(i)}, func(_ rooms.Sent, err error) {
			if err == nil {
				acked.Add(1)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if acked.Load() != n {
		t.Errorf("%d of %d acked when Drain returned", acked.Load(), n)
	}
	_, err := s.SendWait(ctx, alice, rooms.SendInput{RoomID: "r", Text: "late"})
	wantCode(t, "after Drain", err, rooms.CodeUnavailable)
}

func TestBadSendsAreRefusedByFieldAndStoreNothing(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "r", "first", "")
	for name, c := range map[string]struct {
		in    rooms.SendInput
		code  rooms.Code
		field string
	}{
		"no room":                {rooms.SendInput{Text: "x"}, rooms.CodeBadRequest, "roomId"},
		"a room id with a slash": {rooms.SendInput{RoomID: "a/b", Text: "x"}, rooms.CodeBadRequest, "roomId"},
		"a room id too long":     {rooms.SendInput{RoomID: strings.Repeat("a", 129), Text: "x"}, rooms.CodeBadRequest, "roomId"},
		"no text":                {rooms.SendInput{RoomID: "r"}, rooms.CodeBadRequest, "text"},
		"a text with NUL":        {rooms.SendInput{RoomID: "r", Text: "a\x00"}, rooms.CodeBadRequest, "text"},
		"invalid UTF-8":          {rooms.SendInput{RoomID: "r", Text: "a\xff"}, rooms.CodeBadRequest, "text"},
		"8,001 code points":      {rooms.SendInput{RoomID: "r", Text: strings.Repeat("é", 8001)}, rooms.CodeBadRequest, "text"},
		"a clientId too long":    {rooms.SendInput{RoomID: "r", Text: "x", ClientID: strings.Repeat("c", 129)}, rooms.CodeBadRequest, "clientId"},
		"a clientId not ASCII":   {rooms.SendInput{RoomID: "r", Text: "x", ClientID: "é"}, rooms.CodeBadRequest, "clientId"},
		"a parent that is not":   {rooms.SendInput{RoomID: "r", Text: "x", Parent: 99}, rooms.CodeBadRequest, "parent"},
		"a negative parent":      {rooms.SendInput{RoomID: "r", Text: "x", Parent: -1}, rooms.CodeBadRequest, "parent"},
		"data that is no object": {rooms.SendInput{RoomID: "r", Text: "x", Data: "[1]"}, rooms.CodeBadRequest, "data"},
		"data that is no JSON":   {rooms.SendInput{RoomID: "r", Text: "x", Data: "{"}, rooms.CodeBadRequest, "data"},
		"data longer than 8 KiB": {rooms.SendInput{RoomID: "r", Text: "x", Data: `{"a":"` + strings.Repeat("b", 8<<10) + `"}`}, rooms.CodeTooLarge, "data"},
	} {
		_, err := s.SendWait(context.Background(), alice, c.in)
		if e := wantCode(t, name, err, c.code); e.Field != c.field {
			t.Errorf("%s: field %q, want %q", name, e.Field, c.field)
		}
	}
	longest := strings.Repeat("é", 8000)
	if sent := send(t, s, "r", longest, strings.Repeat("c", 128)); sent.Seq != 2 {
		t.Errorf("the longest text got seq %d: something refused was stored", sent.Seq)
	}
}

func TestAClosedServerMakesNoRooms(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{ClosedRooms: true})
	_, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "new", Text: "x"})
	wantCode(t, "send", err, rooms.CodeNotFound)
	err = s.Join(context.Background(), alice, "new", nil, func(rooms.Joined) { l.enter("new") })
	wantCode(t, "join", err, rooms.CodeNotFound)
}
