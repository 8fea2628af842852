package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// gossip is a Teller that keeps what users are told.
type gossip struct {
	mu   sync.Mutex
	told map[auth.UserID][]string
}

func (g *gossip) TellUser(user auth.UserID, event string, payload []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told[user] = append(g.told[user], event+" "+string(payload))
}

func (g *gossip) TellRoom(rooms.RoomID, string, ...[]byte)  {}
func (g *gossip) Tell(func(auth.User) bool, string, []byte) {}
func (g *gossip) heard(user auth.UserID) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.told[user]...)
}

// fragile is a store of notifications whose watch ends after each batch.
type fragile struct{ notified }

// notified is the interface by a name that is none of its methods'.
type notified interface{ rooms.Notifications }

var errBroken = errors.New("broken")

func (f fragile) WatchNotifications(ctx context.Context, opened func(), told func([]rooms.Notification)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := f.notified.WatchNotifications(ctx, opened, func(batch []rooms.Notification) {
		told(batch)
		cancel(errBroken)
	})
	return errors.Join(err, context.Cause(ctx))
}

func serveTelling(t *testing.T, store rooms.Store) (*rooms.Service, *gossip) {
	t.Helper()
	s, g := rooms.New(store, rooms.Options{}), &gossip{told: map[auth.UserID][]string{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, newListener(), g) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return s.Ready() == nil })
	return s, g
}

// TestNotificationsAreToldOnceThroughBrokenWatches breaks the watch after each batch.
func TestNotificationsAreToldOnceThroughBrokenWatches(t *testing.T) {
	const many = 20
	store := newStore(t)
	store.Notifications = fragile{store.Notifications}
	s, g := serveTelling(t, store)
	id := rooms.EventID{1}
	within(t, "the watch is open", func() bool {
		id[11]++
		if err := s.Notify(t.Context(), []rooms.Notification{{ID: id, UserID: "probe", Kind: "x"}}); err != nil {
			t.Fatal(err)
		}
		return len(g.heard("probe")) > 0
	})
	for i := range many {
		one := rooms.Notification{ID: rooms.EventID{2, byte(i)}, UserID: "ann", Kind: "x", Fields: fmt.Appendf(nil, `{ "n": %d }`, i)}
		if err := s.Notify(t.Context(), []rooms.Notification{one}); err != nil {
			t.Fatal(err)
		}
	}
	within(t, "all were told", func() bool { return len(g.heard("ann")) >= many })
	for i, got := range g.heard("ann") {
		want := fmt.Sprintf(`notification {"id":"02%02x00000000000000000000","userId":"ann","kind":"x","n":%d}`, i, i)
		if got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}
}

func TestErasureRemovesTheNotificationsOfAUser(t *testing.T) {
	s, _ := serveTelling(t, newStore(t))
	for range 3 {
		if err := s.Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x"}, {UserID: "bob", Kind: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	var done rooms.Erased
	if err := s.Erase(t.Context(), "ann", func(e rooms.Erased) { done = e }); err != nil {
		t.Fatal(err)
	}
	if done.Removed != 3 {
		t.Errorf("%d were removed, want 3", done.Removed)
	}
	for user, want := range map[auth.UserID]int{"ann": 0, "bob": 3} {
		page, err := s.Notifications(t.Context(), auth.User{ID: user}, rooms.NotificationsInput{})
		if err != nil || len(page.Notifications) != want || page.Unread != want {
			t.Errorf("%s has %+v, %v, want %d", user, page, err, want)
		}
	}
}
