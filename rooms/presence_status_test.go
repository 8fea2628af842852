package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// room200 is a Teller and an Emitter that keeps what rooms are told. Rooms whose ids begin with "big" have too many
// sockets to be told who is there.
type room200 struct {
	*listener
	mu   sync.Mutex
	told []string // "room user status"
}

func (r *room200) Members(room rooms.RoomID) int {
	if strings.HasPrefix(string(room), "big") {
		return 201
	}
	return 200
}

func (r *room200) TellUser(auth.UserID, string, []byte) {}

func (r *room200) TellRoom(room rooms.RoomID, event string, payloads ...[]byte) {
	if event != "presence_updated" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, payload := range payloads {
		fields := strings.Split(string(payload), `"`)
		r.told = append(r.told, fmt.Sprint(room, " ", fields[3], " ", fields[7]))
	}
}

func (r *room200) Tell(func(auth.User) bool, string, []byte) {}

// heard gives what a room was told, in order.
func (r *room200) heard(room string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var heard []string
	for _, told := range r.told {
		if rest, ok := strings.CutPrefix(told, room+" "); ok {
			heard = append(heard, rest)
		}
	}
	return heard
}

func servePresence(t *testing.T, store rooms.Store) (*rooms.Service, *room200) {
	t.Helper()
	s, r := rooms.New(store, rooms.Options{}), &room200{listener: newListener()}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, r, r) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	return s, r
}

// statusOf asks as somebody else.
func statusOf(t testing.TB, s *rooms.Service, asks, user auth.UserID) rooms.UserPresence {
	t.Helper()
	list, err := s.Presence(context.Background(), asks, []auth.UserID{user})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func TestAUserIsIdleWhenAllHisSocketsAre(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	two, _ := serve(t, store, rooms.Options{})
	services := []*rooms.Service{one, two}
	is := func(want rooms.Status) {
		t.Helper()
		for _, s := range services {
			within(t, "ann is "+string(want), func() bool { return statusOf(t, s, "bob", "ann").Status == want })
		}
	}
	is(rooms.StatusOffline)
	one.Connected("ann")
	one.Connected("ann")
	two.Connected("ann")
	is(rooms.StatusOnline)
	one.SocketIdle("ann", true)
	two.SocketIdle("ann", true)
	is(rooms.StatusOnline)
	one.SocketIdle("ann", true)
	is(rooms.StatusIdle)
	one.SocketIdle("ann", false)
	one.Disconnected("ann") // the one that was not idle
	is(rooms.StatusIdle)
	two.SocketIdle("ann", false)
	is(rooms.StatusOnline)
	if _, err := two.UpdateProfile(context.Background(), auth.User{ID: "ann"}, rooms.UpdateProfileInput{Status: ptr(rooms.StatusDND)}); err != nil {
		t.Fatal(err)
	}
	is(rooms.StatusDND)
}

func TestTheInvisibleLookOffline(t *testing.T) {
	store := newStore(t)
	one, heard := servePresence(t, store)
	two, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	one.Met(alice)
	one.Connected(alice.ID)
	one.Joined(alice.ID, "r")
	for _, s := range []*rooms.Service{one, two} {
		within(t, "she is online", func() bool { return statusOf(t, s, "bob", "alice").Status == rooms.StatusOnline })
	}
	within(t, "the room is told", func() bool { return slices.Equal(heard.heard("r"), []string{"alice online"}) })
	if err := two.SetStatus(ctx, alice, rooms.StatusInvisible); err != nil { // at the instance where she is not
		t.Fatal(err)
	}
	for _, s := range []*rooms.Service{one, two} {
		within(t, "she is offline", func() bool {
			p := statusOf(t, s, "bob", "alice")
			return p.Status == rooms.StatusOffline && p.Sockets == 0 && !p.LastSeen.IsZero()
		})
		within(t, "she herself knows better", func() bool { return statusOf(t, s, "alice", "alice").Status == rooms.StatusInvisible })
	}
	within(t, "the room is told that she left", func() bool { return slices.Equal(heard.heard("r"), []string{"alice online", "alice offline"}) })
	frozen := statusOf(t, one, "bob", "alice").LastSeen

	// Nothing of what she does then shows: she comes with another socket, goes, joins and leaves.
	one.Joined(alice.ID, "s")
	one.Connected(alice.ID)
	one.Disconnected(alice.ID)
	one.Disconnected(alice.ID)
	one.Met(alice)
	one.Connected(alice.ID)
	one.Joined(alice.ID, "s")
	one.Connected(bob.ID)
	one.Joined(bob.ID, "s") // is told behind whatever would be told of her
	within(t, "bob is told", func() bool { return slices.Contains(heard.heard("s"), "bob online") })
	if told := heard.heard("s"); len(told) != 1 || len(heard.heard("r")) != 2 {
		t.Errorf("told %v and %v", told, heard.heard("r"))
	}
	if seen := statusOf(t, one, "bob", "alice").LastSeen; !seen.Equal(frozen) {
		t.Errorf("last seen %s, and before %s", seen, frozen)
	}
	if err := one.SetStatus(ctx, alice, rooms.StatusOnline); err != nil {
		t.Fatal(err)
	}
	within(t, "she is there again", func() bool { return statusOf(t, two, "bob", "alice").Status == rooms.StatusOnline })
	within(t, "the room is told", func() bool { return slices.Contains(heard.heard("s"), "alice online") })
}

// Whoever set himself invisible is so from the first moment at an instance that has never seen him.
func TestTheInvisibleComeUnseen(t *testing.T) {
	store := newStore(t)
	before, _ := serve(t, store, rooms.Options{})
	updateProfile(t, before, alice, rooms.UpdateProfileInput{Status: ptr(rooms.StatusInvisible)})
	s, heard := servePresence(t, store)
	s.Met(alice)
	s.Connected(alice.ID)
	if got := statusOf(t, s, "bob", "alice").Status; got != rooms.StatusOffline {
		t.Errorf("she is %s", got)
	}
	s.Joined(alice.ID, "r")
	within(t, "she is known to be invisible", func() bool { return statusOf(t, s, "alice", "alice").Status == rooms.StatusInvisible })
	s.Connected(bob.ID)
	s.Joined(bob.ID, "r")
	within(t, "bob is told", func() bool { return len(heard.heard("r")) > 0 })
	if told := heard.heard("r"); !slices.Equal(told, []string{"bob online"}) {
		t.Errorf("told %v", told)
	}
}

func TestRoomsAreToldWhoIsThere(t *testing.T) {
	store := newStore(t)
	one, heardOne := servePresence(t, store)
	two, heardTwo := servePresence(t, store)
	one.Connected("ann")
	two.Connected("ben")
	within(t, "they know of each other", func() bool { return sockets(t, one, "ben") == 1 && sockets(t, two, "ann") == 1 })
	one.Joined("ann", "r")
	one.Joined("ann", "r")
	one.Joined("ann", "big")
	for _, r := range []*room200{heardOne, heardTwo} {
		within(t, "r is told", func() bool { return slices.Equal(r.heard("r"), []string{"ann online"}) })
	}
	one.SocketIdle("ann", true)
	for _, r := range []*room200{heardOne, heardTwo} {
		within(t, "r is told", func() bool { return slices.Equal(r.heard("r"), []string{"ann online", "ann idle"}) })
	}
	one.Disconnected("ann")
	for _, r := range []*room200{heardOne, heardTwo} {
		within(t, "r is told", func() bool { return slices.Equal(r.heard("r"), []string{"ann online", "ann idle", "ann offline"}) })
		if told := r.heard("big"); len(told) > 0 {
			t.Errorf("a room that is too large is told %v", told)
		}
	}
}

func TestLastSeenOutlivesTheInstance(t *testing.T) {
	store := newStore(t)
	began := time.Now().Add(-time.Millisecond)
	s, end := startService(t, store)
	for _, user := range []auth.User{alice, bob} {
		updateProfile(t, s, user, rooms.UpdateProfileInput{})
		s.Connected(user.ID)
	}
	s.Disconnected(alice.ID)
	within(t, "it is written down that she left", func() bool {
		list, err := store.Profiles.Profiles(context.Background(), []auth.UserID{alice.ID})
		return err == nil && !list[0].SeenAt.IsZero()
	})
	end() // with bob here
	next, _ := serve(t, store, rooms.Options{})
	for _, user := range []auth.User{alice, bob} {
		p := statusOf(t, next, "carol", user.ID)
		if p.Status != rooms.StatusOffline || p.LastSeen.Before(began.Truncate(time.Millisecond)) || p.LastSeen.After(time.Now()) {
			t.Errorf("%s was %+v", user.ID, p)
		}
	}
	if p := statusOf(t, next, "carol", "nobody"); !p.LastSeen.IsZero() || p.Status != rooms.StatusOffline {
		t.Errorf("nobody was %+v", p)
	}
}
