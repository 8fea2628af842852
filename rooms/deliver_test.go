package rooms_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/rooms"
)

func TestTheFirstLiveEventAfterAJoinIsLastSeqPlusOne(t *testing.T) {
	store := newStore(t)
	s, everything := serve(t, store, rooms.Options{})
	join(t, s, everything, "r", nil)
	const total = 3000
	var sent atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for sent.Add(1) <= total {
				if _, err := s.SendWait(context.Background(), alice, rooms.SendInput{RoomID: "r", Text: "x"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	type joiner struct {
		joined rooms.Joined
		seen   int // events the room had emitted when the join was answered
	}
	var joins []joiner
	for i := 0; sent.Load() < total; i++ {
		var j joiner
		since := max(0, int64(everything.count("r"))-int64(i%7))
		err := s.Join(context.Background(), alice, "r", &since, func(joined rooms.Joined) {
			j = joiner{joined, everything.count("r")}
		})
		if err != nil {
			t.Fatal(err)
		}
		inOrder(t, "a join's events", j.joined.Events, since+1)
		if n := len(j.joined.Events); !j.joined.More && since+int64(n) != j.joined.LastSeq {
			t.Fatalf("%d events after %d end before lastSeq %d, and more is not said", n, since, j.joined.LastSeq)
		}
		joins = append(joins, j)
	}
	wg.Wait()
	within(t, "everything is delivered", func() bool { return everything.count("r") == total })
	all := everything.events("r")
	inOrder(t, "delivered", all, 1)
	for _, j := range joins {
		if j.seen < total && all[j.seen].Seq != j.joined.LastSeq+1 {
			t.Fatalf("joined at %d, the first live event is %d", j.joined.LastSeq, all[j.seen].Seq)
		}
	}
	if len(joins) < 3 {
		t.Errorf("only %d joins ran beside the sends", len(joins))
	}
}

func TestAJoinTellsWhyAClientMustReset(t *testing.T) {
	store := newStore(t)
	fill(t, store, "long", 10_050)
	s, l := serve(t, store, rooms.Options{})
	for name, c := range map[string]struct {
		since  int64
		reset  rooms.ResetReason
		events int
	}{
		"ahead of the log":      {10_051, rooms.ResetAhead, 0},
		"10,001 behind":         {49, rooms.ResetTooFar, 0},
		"10,000 behind":         {50, "", 200},
		"at the end of the log": {10_050, "", 0},
	} {
		joined := join(t, s, l, "long", &c.since)
		if joined.Reset != c.reset || len(joined.Events) != c.events || joined.LastSeq != 10_050 {
			t.Errorf("%s: reset %q, %d events, lastSeq %d", name, joined.Reset, len(joined.Events), joined.LastSeq)
		}
		if joined.More != (c.events == 200) {
			t.Errorf("%s: more is %v", name, joined.More)
		}
	}
}

// mutedStream tells heartbeats only.
type mutedStream struct{ rooms.Stream }

type mutedSink struct{ rooms.Sink }

func (m mutedStream) Watch(ctx context.Context, sink rooms.Sink) error {
	return m.Stream.Watch(ctx, mutedSink{sink})
}

func (m mutedSink) Arrived(batch []rooms.Arrival) {
	for _, a := range batch {
		if a.Instance != "" {
			m.Sink.Arrived([]rooms.Arrival{a})
		}
	}
}

func TestAClientAheadOfAnInstanceIsBroughtUpNotReset(t *testing.T) {
	store := newStore(t)
	ahead, _ := serve(t, store, rooms.Options{})
	behindStore := store
	behindStore.Stream = mutedStream{store.Stream}
	away := &awayLog{Log: store.Log}
	behindStore.Log = away
	behind, l := serve(t, behindStore, rooms.Options{})
	join(t, behind, l, "r", nil)
	for i := range 5 {
		send(t, ahead, "r", text(i), "")
	}
	since := int64(5)
	away.away.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	answered := make(chan error, 1)
	go func() { answered <- behind.Join(ctx, alice, "r", &since, func(rooms.Joined) {}) }()
	within(t, "the join reads for the client's number", func() bool { return away.failed.Load() > 0 })
	cancel()
	wantCode(t, "a join given up", <-answered, rooms.CodeUnavailable)
	away.away.Store(false)
	joined := join(t, behind, l, "r", &since)
	if joined.Reset != "" || joined.LastSeq != 5 || len(joined.Events) != 0 {
		t.Errorf("%+v", joined)
	}
	within(t, "the others in the room have it too", func() bool { return l.count("r") == 5 })
}

// fill appends n numbered messages.
func fill(t testing.TB, store rooms.Store, room rooms.RoomID, n int) {
	t.Helper()
	if _, err := store.Catalog.CreateRoom(context.Background(), rooms.Room{ID: room, Name: string(room), Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	for seq := 1; seq <= n; {
		var batch []*rooms.Event
		for ; seq <= n && len(batch) < 1000; seq++ {
			batch = append(batch, event(room, int64(seq)))
		}
		if err := store.Log.Append(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
}

func event(room rooms.RoomID, seq int64) *rooms.Event {
	e := &rooms.Event{RoomID: room, Seq: seq, Author: "bob", Text: text(int(seq)), Timestamp: time.UnixMilli(1700000000000).UTC()}
	copy(e.ID[:], fmt.Sprintf("%04d%s", seq%10000, room))
	e.ID[11], e.ID[10], e.ID[9] = byte(seq), byte(seq>>8), byte(seq>>16)
	return e
}

func TestWhatTheStreamLosesIsReadFromTheLog(t *testing.T) {
	inner := newStore(t)
	store := inner
	store.Stream = &deafStream{Stream: inner.Stream, rand: seeded()}
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	const n = 1000
	for i := range n {
		s.Send(alice, rooms.SendInput{RoomID: "r", Text: text(i)}, func(_ rooms.Sent, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	within(t, "everything is delivered", func() bool {
		send(t, s, "r", "bell", "")
		return l.count("r") >= n
	})
	all := stored(t, inner, "r")
	got := l.events("r")
	same(t, "delivered", got, all[:len(got)])
}

// clock is a time that tests move.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

func TestANumberThatStaysMissingBecomesAVoid(t *testing.T) {
	store := newStore(t)
	var c clock
	s, l := serve(t, store, rooms.Options{Now: c.now})
	send(t, s, "r", "one", "")
	join(t, s, l, "r", nil)
	// Another program removed 2 and 3 by hand: 4 is there without them.
	if err := store.Log.Append(context.Background(), []*rooms.Event{event("r", 4)}); err != nil {
		t.Fatal(err)
	}
	if l.count("r") != 0 {
		t.Fatal("4 was delivered before 2 and 3")
	}
	within(t, "2 and 3 become voids", func() bool {
		c.advance(time.Second)
		return l.count("r") == 3
	})
	got := l.events("r")
	inOrder(t, "delivered", got, 2)
	if got[0].Type != rooms.TypeVoid || got[1].Type != rooms.TypeVoid || got[2].Type != rooms.TypeMessage {
		t.Errorf("kinds %q %q %q", got[0].Type, got[1].Type, got[2].Type)
	}
	if got := len(stored(t, store, "r")); got != 4 {
		t.Errorf("%d events stored", got)
	}
}

func TestReadyIsRedWithoutHeartbeats(t *testing.T) {
	inner := newStore(t)
	store := inner
	mute := &muteStream{Stream: inner.Stream}
	store.Stream = mute
	var c clock
	s, _ := serve(t, store, rooms.Options{Now: c.now})
	mute.on.Store(true)
	c.advance(7 * time.Second)
	wantCode(t, "no heartbeat for 7 s", s.Ready(), rooms.CodeUnavailable)
	mute.on.Store(false)
	within(t, "ready again", func() bool { return s.Ready() == nil })
}

// muteStream swallows heartbeats while on.
type muteStream struct {
	rooms.Stream
	on atomic.Bool
}

func (m *muteStream) Beat(ctx context.Context, instance string) error {
	if m.on.Load() {
		return errLost
	}
	return m.Stream.Beat(ctx, instance)
}

func TestSyncGivesExactlyWhatIsMissingOrSaysReset(t *testing.T) {
	store := newStore(t)
	fill(t, store, "short", 5)
	fill(t, store, "page", 300)
	fill(t, store, "long", 10_050)
	s, _ := serve(t, store, rooms.Options{})
	answers, err := s.Sync(context.Background(), alice, map[string]int64{
		"short": 2, "page": 10, "long": 0, "unknown": 0, "no room id!": 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	short, page := answers["short"], answers["page"]
	inOrder(t, "short", short.Events, 3)
	if len(short.Events) != 3 || short.More || short.LastSeq != 5 {
		t.Errorf("short: %d events, more %v, lastSeq %d", len(short.Events), short.More, short.LastSeq)
	}
	inOrder(t, "page", page.Events, 11)
	if len(page.Events) != rooms.MaxPageEvents || !page.More || page.LastSeq != 300 {
		t.Errorf("page: %d events, more %v, lastSeq %d", len(page.Events), page.More, page.LastSeq)
	}
	for room, reason := range map[string]rooms.ResetReason{"long": rooms.ResetTooFar, "unknown": rooms.ResetForbidden, "no room id!": rooms.ResetForbidden} {
		if got := answers[room].Reset; got != reason {
			t.Errorf("%s: reset %q, want %q", room, got, reason)
		}
	}
	if answers["unknown"].LastSeq != -1 {
		t.Error("an unknown room tells a lastSeq")
	}
	ahead, err := s.Sync(context.Background(), alice, map[string]int64{"short": 6})
	if err != nil || ahead["short"].Reset != rooms.ResetAhead || ahead["short"].LastSeq != 5 {
		t.Errorf("ahead: %+v, %v", ahead, err)
	}
}

func TestASyncAnswerStaysWithinItsBytes(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	long := strings.Repeat("x", rooms.MaxTextLength)
	since := map[string]int64{}
	for r := range 6 {
		room := fmt.Sprint("room", r)
		since[room] = 0
		for i := range 20 {
			send(t, s, room, long, fmt.Sprint(i))
		}
	}
	got := map[string]int64{}
	for rounds := 0; ; rounds++ {
		answers, err := s.Sync(context.Background(), alice, since)
		if err != nil {
			t.Fatal(err)
		}
		bytes, more := 0, false
		for room, a := range answers {
			inOrder(t, room, a.Events, since[room]+1)
			for i := range a.Events {
				bytes += a.Events[i].Size()
			}
			since[room] += int64(len(a.Events))
			got[room] += int64(len(a.Events))
			more = more || a.More
		}
		if bytes > 512<<10+rooms.MaxTextLength+512 { // one event may stand over it
			t.Fatalf("round %d: %d bytes", rounds, bytes)
		}
		if !more {
			break
		}
		if rounds > 20 {
			t.Fatal("sync does not end")
		}
	}
	for room, n := range got {
		if n != 20 {
			t.Errorf("%s: %d events in all", room, n)
		}
	}
	if _, err := s.Sync(context.Background(), alice, manyRooms(101)); err == nil {
		t.Error("101 rooms at once were accepted")
	}
}

func manyRooms(n int) map[string]int64 {
	m := map[string]int64{}
	for i := range n {
		m[fmt.Sprint("r", i)] = 0
	}
	return m
}

func TestHistoryPages(t *testing.T) {
	store := newStore(t)
	fill(t, store, "r", 250)
	s, _ := serve(t, store, rooms.Options{})
	at := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		in            rooms.HistoryInput
		first, last   int64
		before, after bool
	}{
		"the newest":               {rooms.HistoryInput{}, 201, 250, true, false},
		"before, exclusive":        {rooms.HistoryInput{Before: at(201), Limit: 100}, 101, 200, true, true},
		"before, at the beginning": {rooms.HistoryInput{Before: at(31)}, 1, 30, false, true},
		"after, exclusive":         {rooms.HistoryInput{After: at(100), Limit: 10}, 101, 110, true, true},
		"after, at the end":        {rooms.HistoryInput{After: at(245)}, 246, 250, true, false},
		"around, inclusive":        {rooms.HistoryInput{Around: at(100), Limit: 11}, 95, 105, true, true},
		"around, at the end":       {rooms.HistoryInput{Around: at(250), Limit: 10}, 246, 250, true, false},
	} {
		c.in.RoomID = "r"
		page, err := s.History(context.Background(), alice, c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		inOrder(t, name, eventsOf(page), c.first)
		if n := len(page.Messages); n == 0 || page.Messages[n-1].Seq != c.last {
			t.Errorf("%s: %d messages, want %d to %d", name, n, c.first, c.last)
		}
		if page.HasBefore != c.before || page.HasAfter != c.after {
			t.Errorf("%s: hasBefore %v, hasAfter %v", name, page.HasBefore, page.HasAfter)
		}
	}
	for name, c := range map[string]struct {
		in            rooms.HistoryInput
		before, after bool
	}{
		"after the last":    {rooms.HistoryInput{After: at(250)}, true, false},
		"before the first":  {rooms.HistoryInput{Before: at(1)}, false, true},
		"before the zeroth": {rooms.HistoryInput{Before: at(0)}, false, true},
	} {
		c.in.RoomID = "r"
		page, err := s.History(context.Background(), alice, c.in)
		if err != nil || len(page.Messages) != 0 || page.HasBefore != c.before || page.HasAfter != c.after {
			t.Errorf("%s: %d messages, hasBefore %v, hasAfter %v, %v", name, len(page.Messages), page.HasBefore, page.HasAfter, err)
		}
	}
	for name, in := range map[string]rooms.HistoryInput{
		"two positions":  {RoomID: "r", Before: at(1), After: at(2)},
		"limit 101":      {RoomID: "r", Limit: 101},
		"negative limit": {RoomID: "r", Limit: -1},
	} {
		_, err := s.History(context.Background(), alice, in)
		wantCode(t, name, err, rooms.CodeBadRequest)
	}
	_, err := s.History(context.Background(), alice, rooms.HistoryInput{RoomID: "unknown"})
	wantCode(t, "an unknown room", err, rooms.CodeNotFound)
}

func TestHistoryLeavesOutVoidsAndStillFillsItsPages(t *testing.T) {
	store := newStore(t)
	fill(t, store, "r", 10)
	var voids []*rooms.Event
	for seq := int64(11); seq <= 200; seq++ {
		e := event("r", seq)
		e.Type, e.Text = rooms.TypeVoid, ""
		voids = append(voids, e)
	}
	if err := store.Log.Append(context.Background(), append(voids, event("r", 201))); err != nil {
		t.Fatal(err)
	}
	s, _ := serve(t, store, rooms.Options{})
	page, err := s.History(context.Background(), alice, rooms.HistoryInput{RoomID: "r", Limit: 5})
	if err != nil || len(page.Messages) != 5 || page.Messages[4].Seq != 201 || page.Messages[0].Seq != 7 || !page.HasBefore {
		t.Errorf("%d messages, hasBefore %v, %v", len(page.Messages), page.HasBefore, err)
	}
}

func TestRoomsAreListedWithTheirNewestMessage(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	for _, room := range []string{"b", "a", "c"} {
		send(t, s, room, "first in "+room, "")
		send(t, s, room, "last in "+room, "")
	}
	list, next, err := s.ListRooms(context.Background(), alice, rooms.ListRoomsInput{After: "", Limit: 2})
	if err != nil || next != "b" || len(list) != 2 || list[0].Room.ID != "a" || list[1].Room.ID != "b" {
		t.Fatalf("%+v, %v, %v", list, next, err)
	}
	if list[0].LastSeq != 2 || list[0].Last == nil || list[0].Last.Text != "last in a" {
		t.Errorf("%+v", list[0])
	}
	list, next, err = s.ListRooms(context.Background(), alice, rooms.ListRoomsInput{After: "b", Limit: 0})
	if err != nil || next != "" || len(list) != 1 || list[0].Room.ID != "c" {
		t.Errorf("%+v, %v, %v", list, next, err)
	}
}
