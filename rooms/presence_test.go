package rooms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// sockets asks a service how many sockets a user has.
func sockets(t testing.TB, s *rooms.Service, user auth.UserID) int {
	t.Helper()
	list, err := s.Presence(context.Background(), "", []auth.UserID{user})
	if err != nil {
		t.Fatal(err)
	}
	return list[0].Sockets
}

func TestPresenceCountsSocketsOverAllInstances(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	two, _ := serve(t, store, rooms.Options{})
	one.Connected("ann")
	one.Connected("ann")
	two.Connected("ann")
	two.Connected("ben")
	for name, s := range map[string]*rooms.Service{"one": one, "two": two} {
		within(t, name+" knows of all", func() bool { return sockets(t, s, "ann") == 3 && sockets(t, s, "ben") == 1 })
	}
	one.Disconnected("ann")
	two.Disconnected("ann")
	within(t, "one of them is left", func() bool { return sockets(t, one, "ann") == 1 && sockets(t, two, "ann") == 1 })
	one.Disconnected("ann")
	within(t, "none is left", func() bool { return sockets(t, two, "ann") == 0 })
	list, _ := two.Presence(context.Background(), "", []auth.UserID{"ann", "ben", "nobody"})
	if since := time.Since(list[0].LastSeen); since < 0 || since > time.Minute {
		t.Errorf("ann was last seen %s ago", since)
	}
	if !list[1].LastSeen.IsZero() || !list[2].LastSeen.IsZero() {
		t.Errorf("seen: %+v", list[1:])
	}
	_, err := one.Presence(context.Background(), "", make([]auth.UserID, rooms.MaxPresence+1))
	wantCode(t, "too many", err, rooms.CodeBadRequest)
}

func TestAnInstanceThatStartsLearnsWhoIsThere(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	const users = 1200 // more than one signal holds
	for i := range users {
		one.Connected(auth.UserID(fmt.Sprint("u", i)))
	}
	two, _ := serve(t, store, rooms.Options{})
	within(t, "all are known", func() bool {
		for i := 0; i < users; i += 100 {
			if sockets(t, two, auth.UserID(fmt.Sprint("u", i))) != 1 {
				return false
			}
		}
		return true
	})
}

func TestAnInstanceThatEndsTakesItsSocketsAlong(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	ending, end := startService(t, store)
	ending.Connected("ann")
	within(t, "she is there", func() bool { return sockets(t, one, "ann") == 1 })
	end()
	within(t, "she is gone", func() bool { return sockets(t, one, "ann") == 0 })
}

// An instance that is killed says no goodbye: its lease ends.
func TestAnInstanceThatIsKilledIsTakenOutWhenItsLeaseEnds(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	killed := store
	signals := &mortalSignals{Signals: store.Signals}
	killed.Signals = signals
	dying, _ := serve(t, killed, rooms.Options{})
	dying.Connected("ann")
	within(t, "she is there", func() bool { return sockets(t, one, "ann") == 1 })
	signals.die()
	within(t, "she is gone", func() bool { return sockets(t, one, "ann") == 0 })
}

// Signals may be lost: what is missing is noticed by its number and asked for.
func TestALostSignalOfPresenceIsMadeGood(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	lossy := store
	signals := &mortalSignals{Signals: store.Signals}
	lossy.Signals = signals
	two, _ := serve(t, lossy, rooms.Options{})
	two.Connected("ann")
	within(t, "the first is heard", func() bool { return sockets(t, one, "ann") == 1 })
	signals.die()
	two.Connected("ben")
	within(t, "it is lost", func() bool { return signals.swallowed() > 0 })
	signals.live()
	within(t, "it is made good", func() bool { return sockets(t, one, "ben") == 1 && sockets(t, one, "ann") == 1 })
}

func TestTypingReachesEveryInstanceAndIsNotKept(t *testing.T) {
	store := newStore(t)
	one, heardOne := serve(t, store, rooms.Options{})
	two, heardTwo := serve(t, store, rooms.Options{})
	join(t, one, heardOne, "r", nil)
	join(t, two, heardTwo, "r", nil)
	typed := func(l *listener) []rooms.Signal {
		l.mu.Lock()
		defer l.mu.Unlock()
		return append([]rooms.Signal(nil), l.typing...)
	}
	if err := one.Typing(context.Background(), alice, "socket1", "r", true); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*listener{heardOne, heardTwo} {
		within(t, "it is heard", func() bool { return len(typed(l)) == 1 })
		got := typed(l)[0]
		if left := time.Until(got.At); got.User != "alice" || !got.On || got.Socket != "socket1" || left <= 0 || left > 6*time.Second {
			t.Errorf("told %+v", got)
		}
	}
	wantCode(t, "a room that is not there", one.Typing(context.Background(), alice, "", "nowhere", true), rooms.CodeNotFound)
	if n := len(all(t, store, "r")); n != 0 {
		t.Errorf("the log has %d events", n)
	}
}

func TestARevocationReachesEveryInstance(t *testing.T) {
	store := newStore(t)
	one, heardOne := serve(t, store, rooms.Options{})
	_, heardTwo := serve(t, store, rooms.Options{})
	if err := one.Revoke("ann"); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*listener{heardOne, heardTwo} {
		within(t, "it is heard", func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return len(l.revoked) == 1 && l.revoked[0] == "ann"
		})
	}
	if one.Revoke("") == nil {
		t.Error("nobody was revoked")
	}
}

// unread is a store of revocations of which nothing comes: what is known is known by the signal.
type unread struct{}

func (unread) SaveRevocation(context.Context, auth.Revocation) error { return nil }

func (unread) Revocations(context.Context, time.Time) ([]auth.Revocation, time.Time, error) {
	return nil, time.Time{}, nil
}

func TestTheSignalOfARevocationSaysOfWhenItIs(t *testing.T) {
	store := newStore(t)
	here, there := auth.NewRevocations(unread{}, nil, nil), auth.NewRevocations(unread{}, nil, nil)
	one, _ := serve(t, store, rooms.Options{Revocations: here})
	_, heard := serve(t, store, rooms.Options{Revocations: there})
	at, err := one.RevokeTokens(context.Background(), auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}, "ann")
	if err != nil {
		t.Fatal(err)
	}
	ann := func(issued time.Time) auth.User { return auth.User{ID: "ann", Token: &auth.Token{IssuedAt: issued}} }
	within(t, "it is known", func() bool { return there.Covers(ann(at)) })
	if there.Covers(ann(at.Add(time.Millisecond))) {
		t.Error("a token that was issued later is covered")
	}
	if err := one.Revoke("ben"); err != nil {
		t.Fatal(err)
	}
	within(t, "the next is heard", func() bool {
		heard.mu.Lock()
		defer heard.mu.Unlock()
		return len(heard.revoked) > 0
	})
	heard.mu.Lock()
	defer heard.mu.Unlock()
	if heard.revoked[0] != "ben" {
		t.Errorf("all sockets of %v were ended", heard.revoked)
	}
}
