package rooms_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// crowd is an Emitter whose sockets come and go.
type crowd struct {
	rooms.Emitter // what is not of a log is not for it
	mu            sync.Mutex
	in            map[*absentee]bool
}

func (c *crowd) Emit(_ rooms.RoomID, events []rooms.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a := range c.in {
		for _, e := range events {
			a.takes(e)
		}
	}
}

func (c *crowd) Reset(room rooms.RoomID, reason rooms.ResetReason, _ int64) {
	panic(fmt.Sprintf("%s was reset: %s", room, reason))
}

func (c *crowd) Members(rooms.RoomID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.in)
}

func (c *crowd) leave(a *absentee) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.in, a)
}

// absentee is a client that keeps one integer a room, as protocol.md says. Its fields
// are guarded by the crowd it is in.
type absentee struct {
	t    testing.TB
	name string
	log  []rooms.Event
}

func (a *absentee) takes(e rooms.Event) {
	switch last := int64(len(a.log)); {
	case e.Seq <= last:
	case e.Seq == last+1:
		a.log = append(a.log, e)
	default:
		a.t.Errorf("%s has %d and is given %d", a.name, last, e.Seq)
	}
}

// comesBack joins with what the client has, and syncs for the rest.
func (a *absentee) comesBack(s *rooms.Service, c *crowd) {
	c.mu.Lock()
	since := int64(len(a.log))
	c.mu.Unlock()
	for more := true; more; {
		answers, err := s.Sync(context.Background(), alice, map[string]int64{"r": since})
		if err != nil || answers["r"].Reset != "" {
			a.t.Errorf("%s: sync since %d: %q, %v", a.name, since, answers["r"].Reset, err)
			return
		}
		got := answers["r"]
		inOrder(a.t, a.name, got.Events, since+1)
		c.mu.Lock()
		for _, e := range got.Events {
			a.takes(e)
		}
		c.mu.Unlock()
		a.mustHideDeleted(got)
		since, more = since+int64(len(got.Events)), got.More
	}
	err := s.Join(context.Background(), alice, "r", &since, func(j rooms.Joined) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, e := range j.Events {
			a.takes(e)
		}
		if int64(len(a.log)) != j.LastSeq {
			a.t.Errorf("%s joined at %d with %d events", a.name, j.LastSeq, len(a.log))
		}
		c.in[a] = true
	})
	if err != nil {
		a.t.Errorf("%s: join since %d: %v", a.name, since, err)
	}
}

// mustHideDeleted holds an answer to showing nothing of a message whose delete it covers.
func (a *absentee) mustHideDeleted(got rooms.Synced) {
	deleted := map[int64]bool{}
	for _, e := range got.Events {
		if e.Type == rooms.TypeDelete {
			deleted[e.Target] = true
		}
	}
	for _, e := range got.Events {
		if deleted[e.Seq] && !e.Erased || e.Type == rooms.TypeEdit && deleted[e.Target] && !e.Erased {
			a.t.Errorf("%s is shown %+v, which is deleted", a.name, e)
		}
	}
}

// script is what people do in a room, at random.
type script struct {
	t        testing.TB
	rand     *rand.Rand
	services []*rooms.Service
	messages []int64
}

func (sc *script) step(i int) {
	s := sc.services[sc.rand.IntN(len(sc.services))]
	user := []auth.User{alice, bob, {ID: "carol"}}[sc.rand.IntN(3)]
	if len(sc.messages) == 0 || sc.rand.IntN(3) == 0 {
		in := rooms.SendInput{RoomID: "r", Text: text(i)}
		if n := len(sc.messages); n > 0 && sc.rand.IntN(4) == 0 {
			in.Parent = sc.messages[sc.rand.IntN(n)]
		}
		sent, err := s.SendWait(context.Background(), user, in)
		if err != nil {
			sc.t.Errorf("send: %v", err)
		}
		sc.messages = append(sc.messages, sent.Seq)
		return
	}
	seq := sc.messages[sc.rand.IntN(len(sc.messages))]
	var err error
	switch sc.rand.IntN(4) {
	case 0:
		_, err = remove(s, admin, rooms.DeleteInput{RoomID: "r", Seq: seq})
	case 1:
		_, err = edit(s, user, rooms.EditInput{RoomID: "r", Seq: seq, Text: text(i)})
	default:
		_, err = react(s, user, rooms.ReactInput{RoomID: "r", Seq: seq, Emoji: []string{"👍", "🎉"}[sc.rand.IntN(2)], On: sc.rand.IntN(3) > 0})
	}
	if code := rooms.AsError(err); code != nil && code.Code != rooms.CodeGone && code.Code != rooms.CodeForbidden {
		sc.t.Errorf("change of %d: %v", seq, err)
	}
}

// Whatever people do and whenever a client is away, at whichever instance it comes back:
// what is replayed and what comes live are together the log, and fold to the history.
func TestReplayAndLiveAreTogetherTheLog(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("script ", seed), func(t *testing.T) {
			store := newStore(t)
			r := rand.New(rand.NewPCG(seed, 7))
			sc := &script{t: t, rand: r}
			var crowds []*crowd
			for _, bytes := range []int{0, 20_000} { // one keeps everything, one hardly anything
				c := &crowd{in: map[*absentee]bool{}}
				sc.services = append(sc.services, serveTo(t, store, rooms.Options{ReplayBytes: bytes}, c))
				crowds = append(crowds, c)
			}
			clients := make([]*absentee, 6)
			at := make([]int, len(clients)) // the crowd a client is in; -1: away
			for i := range clients {
				clients[i], at[i] = &absentee{t: t, name: fmt.Sprint("client ", i)}, -1
			}
			for i := range 500 {
				sc.step(i)
				if who := r.IntN(len(clients) * 8); who < len(clients) {
					if at[who] >= 0 {
						crowds[at[who]].leave(clients[who])
						at[who] = -1
						continue
					}
					at[who] = r.IntN(len(crowds))
					clients[who].comesBack(sc.services[at[who]], crowds[at[who]])
				}
			}
			all := stored(t, store, "r")
			for i, a := range clients {
				if at[i] < 0 {
					at[i] = i % len(crowds)
					a.comesBack(sc.services[at[i]], crowds[at[i]])
				}
				within(t, a.name+" has everything", func() bool {
					crowds[at[i]].mu.Lock()
					defer crowds[at[i]].mu.Unlock()
					return len(a.log) >= len(all)
				})
				crowds[at[i]].leave(a)
				a.hasThe(all)
			}
			history := wholeHistory(t, sc.services[0])
			for _, a := range clients {
				a.foldsTo(history)
			}
		})
	}
}

// hasThe holds a client's log to the stored one, but for what is hidden as deleted.
func (a *absentee) hasThe(all []rooms.Event) {
	deleted := map[int64]bool{}
	for _, e := range all {
		if e.Type == rooms.TypeDelete {
			deleted[e.Target] = true
		}
	}
	if len(a.log) != len(all) {
		a.t.Fatalf("%s has %d events of %d", a.name, len(a.log), len(all))
	}
	for i, want := range all {
		got := a.log[i]
		if got.Erased && (deleted[want.Seq] || deleted[want.Target]) {
			want.Text, want.Data, want.Erased = "", "", true
		}
		if got != want {
			a.t.Errorf("%s:\n got %+v\nwant %+v", a.name, got, want)
		}
	}
}

// foldsTo holds what the client made of its log to the history.
func (a *absentee) foldsTo(history []rooms.Message) {
	folds := map[int64]*rooms.Fold{}
	for i := range a.log {
		e := &a.log[i]
		if e.Type == rooms.TypeMessage {
			folds[e.Seq] = rooms.NewFold(*e)
			if f := folds[e.Parent]; f != nil {
				f.Apply(e)
			}
		}
		if f := folds[e.Target]; f != nil {
			f.Apply(e)
		}
	}
	if len(folds) != len(history) {
		a.t.Fatalf("%s has %d messages, the history %d", a.name, len(folds), len(history))
	}
	for _, m := range history {
		f := folds[m.Seq]
		current := f.Current()
		if current.Erased != m.Erased || current.Text != m.Text {
			a.t.Errorf("%s: %d is %+v, in the history %+v", a.name, m.Seq, current, m.Event)
		}
		if !m.Erased && !slices.Equal(f.Reactions("alice"), m.Fold.Reactions("alice")) {
			a.t.Errorf("%s: %d has reactions %v, in the history %v", a.name, m.Seq, f.Reactions("alice"), m.Fold.Reactions("alice"))
		}
	}
}

func wholeHistory(t testing.TB, s *rooms.Service) []rooms.Message {
	t.Helper()
	var all []rooms.Message
	for after, more := int64(0), true; more; {
		h, err := s.History(context.Background(), alice, rooms.HistoryInput{RoomID: "r", After: &after, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		all, more = append(all, h.Messages...), h.HasAfter
		if n := len(h.Messages); n > 0 {
			after = h.Messages[n-1].Seq
		}
	}
	return all
}

// serveTo runs a Service for an Emitter until the test ends.
func serveTo(t testing.TB, store rooms.Store, o rooms.Options, emitter rooms.Emitter) *rooms.Service {
	t.Helper()
	s := rooms.New(store, o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, emitter, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	return s
}

// An instance that heard nothing while a room was trimmed says so to its sockets, and
// goes on above the fence.
func TestWhatWasTrimmedBeforeItCouldBeDeliveredIsSaid(t *testing.T) {
	store := newStore(t)
	fillRooms(t, store, 1, 3)
	behindStore := store
	behindStore.Stream = mutedStream{store.Stream}
	s, l := serve(t, behindStore, rooms.Options{})
	if joined := join(t, s, l, "room00", nil); joined.LastSeq != 3 {
		t.Fatalf("joined at %d", joined.LastSeq)
	}
	ctx := context.Background()
	for seq := int64(4); seq <= 10; seq++ {
		if err := store.Log.Append(ctx, []*rooms.Event{event("room00", seq)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Trimmer.Fence(ctx, "room00", 11, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Trimmer.Remove(ctx, "room00", 11, 100); err != nil {
		t.Fatal(err)
	}
	since := int64(10) // a client that was at another instance meanwhile
	if joined := join(t, s, l, "room00", &since); joined.Reset != "" || joined.LastSeq != 10 {
		t.Errorf("%+v", joined)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.resets) != 1 || l.resets[0].Reset != rooms.ResetTrimmed || l.resets[0].LastSeq != 10 || len(l.got["room00"]) != 0 {
		t.Errorf("resets %+v, %d events", l.resets, len(l.got["room00"]))
	}
}
