package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// audience is an Emitter that has one socket a user and notes what each receives.
type audience struct {
	mu  sync.Mutex
	in  map[rooms.RoomID]map[auth.UserID]bool
	got map[auth.UserID][]rooms.Event
	out map[auth.UserID][]rooms.LeftReason
	at  map[auth.UserID][]int64 // where the user's joins stood in the log
}

func newAudience() *audience {
	return &audience{in: map[rooms.RoomID]map[auth.UserID]bool{}, got: map[auth.UserID][]rooms.Event{}, out: map[auth.UserID][]rooms.LeftReason{}, at: map[auth.UserID][]int64{}}
}

func (a *audience) Emit(room rooms.RoomID, events []rooms.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for user := range a.in[room] {
		a.got[user] = append(a.got[user], events...)
	}
}

func (a *audience) Expel(room rooms.RoomID, user auth.UserID, reason rooms.LeftReason) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.in[room][user] {
		delete(a.in[room], user)
		a.out[user] = append(a.out[user], reason)
	}
}

func (a *audience) Members(room rooms.RoomID) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.in[room])
}

func (a *audience) Reset(rooms.RoomID, rooms.ResetReason, int64)              {}
func (a *audience) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}
func (a *audience) Revoke(auth.UserID)                                        {}

// enter joins a user as his socket does.
func (a *audience) enter(s *rooms.Service, user auth.User, room rooms.RoomID, since *int64) error {
	return s.Join(context.Background(), user, string(room), since, func(j rooms.Joined) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.in[room] == nil {
			a.in[room] = map[auth.UserID]bool{}
		}
		a.in[room][user.ID] = true
		a.at[user.ID] = append(a.at[user.ID], j.LastSeq)
	})
}

func (a *audience) isIn(room rooms.RoomID, user auth.UserID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.in[room][user]
}

func (a *audience) received(user auth.UserID) []rooms.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.got[user])
}

func serveAudience(t testing.TB, store rooms.Store) (*rooms.Service, *audience) {
	t.Helper()
	s, a := rooms.New(store, rooms.Options{}), newAudience()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, a, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	return s, a
}

func TestWhoIsTakenOutIsOutEverywhere(t *testing.T) {
	store := newStore(t)
	a, here := serveAudience(t, store)
	b, there := serveAudience(t, store)
	room := private(t, a, "r")
	for _, user := range []auth.User{bob, carol} {
		setMember(t, a, room, user, rooms.RoleMember)
		for s, sockets := range map[*rooms.Service]*audience{a: here, b: there} {
			if err := sockets.enter(s, user, room, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := setMember(t, a, room, bob, rooms.RoleNone)
	if err := sendAs(b, carol, room, "without bob"); err != nil {
		t.Fatal(err)
	}
	for name, sockets := range map[string]*audience{"here": here, "there": there} {
		within(t, "carol receives the message "+name, func() bool {
			got := sockets.received("carol")
			return len(got) > 0 && got[len(got)-1].Seq == out+1
		})
		got := sockets.received("bob")
		if len(got) == 0 || got[len(got)-1].Seq != out {
			t.Errorf("%s bob's last event is %+v, want his removal, %d", name, got[max(len(got)-1, 0):], out)
		}
		if sockets.isIn(room, "bob") || fmt.Sprint(sockets.out["bob"]) != "[removed]" {
			t.Errorf("%s bob is in: %t, was told %q", name, sockets.isIn(room, "bob"), sockets.out["bob"])
		}
	}
}

func TestWhoLeavesForGoodIsOutWithAllHisSockets(t *testing.T) {
	s, sockets := serveAudience(t, newStore(t))
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleMember)
	if err := sockets.enter(s, bob, room, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetMember(context.Background(), bob, rooms.SetMemberInput{RoomID: "r", UserID: "bob"}); err != nil {
		t.Fatal(err)
	}
	within(t, "he is out", func() bool { return !sockets.isIn(room, "bob") })
	if fmt.Sprint(sockets.out["bob"]) != "[left]" {
		t.Errorf("he was told %q", sockets.out["bob"])
	}
	wantCode(t, "he joins again", sockets.enter(s, bob, room, nil), rooms.CodeNotFound)
}

// Promise 6 under fire: while two instances write, and bob is taken out and in again and joins
// all the time, he never receives an event that stands above a removal of his and not above
// his being taken in again, nor does a join of his stand there.
func TestNothingAboveARemovalReachesWhoWasRemoved(t *testing.T) {
	store := newStore(t)
	a, here := serveAudience(t, store)
	b, there := serveAudience(t, store)
	room := private(t, a, "r")
	const rounds = 60
	done := make(chan struct{})
	var work sync.WaitGroup
	for _, s := range []*rooms.Service{a, b} {
		work.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if err := sendAs(s, alice, room, fmt.Sprint("message ", i)); err != nil {
					t.Errorf("send: %v", err)
					return
				}
			}
		})
	}
	for s, sockets := range map[*rooms.Service]*audience{a: here, b: there} {
		work.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				var since *int64
				if got := sockets.received("bob"); len(got) > 0 {
					last := max(got[len(got)-1].Seq-3, 0)
					since = &last
				}
				if err := sockets.enter(s, bob, room, since); err != nil && rooms.AsError(err).Code != rooms.CodeNotFound {
					t.Errorf("join: %v", err)
					return
				}
			}
		})
	}
	for range rounds {
		setMember(t, a, room, bob, rooms.RoleMember)
		within(t, "bob is in", func() bool { return here.isIn(room, "bob") && there.isIn(room, "bob") })
		setMember(t, b, room, bob, rooms.RoleNone)
		within(t, "bob is out", func() bool { return !here.isIn(room, "bob") && !there.isIn(room, "bob") })
	}
	close(done)
	work.Wait()
	last := setMember(t, a, room, carol, rooms.RoleMember)
	within(t, "all is delivered", func() bool { return joinAs(a, alice, room) == nil && joinAs(b, alice, room) == nil })

	log := stored(t, store, room)
	if log[len(log)-1].Seq != last {
		t.Fatalf("the log ends at %d, want %d", log[len(log)-1].Seq, last)
	}
	member := make([]bool, len(log)+2) // by seq: bob is one before the event takes hold
	for i := range log {
		is := member[log[i].Seq]
		if log[i].Type == rooms.TypeMember && log[i].Subject == "bob" {
			is = log[i].Role != rooms.RoleNone
		}
		member[log[i].Seq+1] = is
	}
	for name, sockets := range map[string]*audience{"here": here, "there": there} {
		got := sockets.received("bob")
		if len(got) < rounds {
			t.Errorf("%s bob received %d events: nothing was tried", name, len(got))
		}
		for i := range got {
			if !member[got[i].Seq] {
				t.Fatalf("%s bob received %d, when he was no member", name, got[i].Seq)
			}
		}
		for _, at := range sockets.at["bob"] {
			if !member[at+1] {
				t.Fatalf("%s bob joined at %d, when he was no member", name, at)
			}
		}
	}
}
