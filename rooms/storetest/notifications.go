package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// notificationOf makes a notification; those of a higher place have a higher id.
func notificationOf(user auth.UserID, place int) rooms.Notification {
	n := rooms.Notification{UserID: user, Kind: "mention", Fields: fmt.Appendf(nil, `{"place":%d}`, place)}
	binary.BigEndian.PutUint32(n.ID[:4], uint32(place)+1)
	rand.Read(n.ID[4:])
	return n
}

func notificationsOf(user auth.UserID, first, count int) []rooms.Notification {
	list := make([]rooms.Notification, count)
	for i := range list {
		list[i] = notificationOf(user, first+i)
	}
	return list
}

func mustNotify(t *testing.T, o Opened, list ...rooms.Notification) {
	t.Helper()
	if _, err := o.Store.Notifications.Notify(waiting(t), list); err != nil {
		t.Fatalf("notify: %v", err)
	}
}

func mustMark(t *testing.T, o Opened, user auth.UserID, read bool, list ...rooms.Notification) {
	t.Helper()
	ids := make([]rooms.EventID, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	if err := o.Store.Notifications.MarkNotifications(waiting(t), user, ids, read); err != nil {
		t.Fatalf("mark: %v", err)
	}
}

// wantListed checks a page: the wanted ones are given oldest first.
func wantListed(t *testing.T, o Opened, user auth.UserID, before rooms.EventID, unread bool, limit int, want ...rooms.Notification) {
	t.Helper()
	got, err := o.Store.Notifications.Notifications(waiting(t), user, before, unread, limit)
	if err != nil {
		t.Fatalf("notifications: %v", err)
	}
	slices.Reverse(got)
	wantNotifications(t, got, want)
}

func wantNotifications(t *testing.T, got, want []rooms.Notification) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d notifications %+v, want %d", len(got), got, len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("notification %d:\n got %+v %s\nwant %+v %s", i, got[i], got[i].Fields, want[i], want[i].Fields)
		}
	}
}

func wantUnread(t *testing.T, o Opened, user auth.UserID, most, want int) {
	t.Helper()
	if got, err := o.Store.Notifications.UnreadNotifications(waiting(t), user, most); err != nil || got != want {
		t.Errorf("%s has %d unread, %v, want %d", user, got, err, want)
	}
}

// notificationsAreKept reads what was stored, by user and by page.
func notificationsAreKept(t *testing.T, o Opened) {
	list := notificationsOf("ann", 1, 7)
	list[2].Kind, list[2].Fields = "a kind of é", nil
	list[3].Fields = []byte(`{"text":"<b>\"é\" & so on","n":[1,2.5,null,true],"in":{"deep":{"a.b":1}}}`)
	list[4].Read = true
	mustNotify(t, o, list...)
	others := []rooms.Notification{notificationOf("an", 1), notificationOf("ann2", 8), notificationOf("a:ann", 3)}
	mustNotify(t, o, others...)
	mustNotify(t, o)

	none := rooms.EventID{}
	wantListed(t, o, "ann", none, false, 100, list...)
	wantListed(t, o, "ann", none, false, 3, list[4:]...)
	wantListed(t, o, "ann", list[3].ID, false, 100, list[:3]...)
	wantListed(t, o, "ann", list[3].ID, false, 2, list[1:3]...)
	wantListed(t, o, "ann", list[0].ID, false, 2)
	wantListed(t, o, "ann", list[5].ID, true, 2, list[2:4]...) // the one between is read
	wantListed(t, o, "nobody", none, false, 100)
	for _, n := range others {
		wantListed(t, o, n.UserID, none, false, 100, n)
	}
	wantUnread(t, o, "ann", 100, 6)
	wantUnread(t, o, "ann", 4, 4)
	wantUnread(t, o, "nobody", 4, 0)

	again := list[0]
	again.Kind, again.Read = "another", true
	mustNotify(t, o, again, notificationOf("ann", 20))
	wantListed(t, o, "ann", list[1].ID, false, 100, list[0])
	stolen := list[1]
	stolen.UserID = "bob"
	mustNotify(t, o, stolen)
	wantListed(t, o, "bob", none, false, 100)
	o = o.Reopen(t)
	wantListed(t, o, "ann", list[5].ID, false, 100, list[:5]...)
	wantUnread(t, o, "ann", 100, 7)
}

// notificationsAreMarked marks some, also those that are somebody else's or nobody's.
func notificationsAreMarked(t *testing.T, o Opened) {
	list := notificationsOf("ann", 1, 5)
	mustNotify(t, o, list...)
	bobs := notificationOf("bob", 9)
	mustNotify(t, o, bobs)
	mustMark(t, o, "ann", true, list[1], list[3], bobs, notificationOf("ann", 7))
	mustMark(t, o, "ann", true, list[1])
	mustMark(t, o, "ann", true)
	list[1].Read, list[3].Read = true, true
	wantListed(t, o, "ann", rooms.EventID{}, false, 100, list...)
	wantListed(t, o, "ann", rooms.EventID{}, true, 100, list[0], list[2], list[4])
	wantUnread(t, o, "ann", 100, 3)
	wantUnread(t, o, "bob", 100, 1)
	mustMark(t, o, "ann", false, list[1], list[0])
	list[1].Read = false
	o = o.Reopen(t)
	wantListed(t, o, "ann", rooms.EventID{}, false, 100, list...)
	wantListed(t, o, "ann", rooms.EventID{}, true, 2, list[2], list[4])
	wantUnread(t, o, "ann", 100, 4)
}

// attending is a running watch of notifications.
type attending struct {
	told   chan rooms.Notification
	ended  chan struct{} // closed when the watch has returned err
	err    error
	cancel context.CancelFunc
}

func attend(t *testing.T, o Opened) *attending {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &attending{told: make(chan rooms.Notification, watchBuffer), ended: make(chan struct{}), cancel: cancel}
	opened := make(chan struct{})
	go func() {
		defer close(a.ended)
		a.err = o.Store.Notifications.WatchNotifications(ctx, func() { close(opened) }, func(batch []rooms.Notification) {
			for _, n := range batch {
				n.Fields = bytes.Clone(n.Fields)
				a.told <- n
			}
			clear(batch) // nobody may look into it later
		})
	}()
	t.Cleanup(func() { a.stop() })
	select {
	case <-opened:
	case <-a.ended:
		t.Fatalf("watch the notifications: %v", a.err)
	case <-time.After(patience):
		t.Fatal("the watch of notifications did not open")
	}
	return a
}

func (a *attending) stop() error {
	a.cancel()
	<-a.ended
	return a.err
}

func (a *attending) next(t *testing.T) rooms.Notification {
	t.Helper()
	select {
	case n := <-a.told:
		return n
	case <-a.ended:
		t.Fatalf("the watch of notifications ended: %v", a.err)
	case <-time.After(patience):
		t.Fatal("no notification came")
	}
	return rooms.Notification{}
}

// notificationsReachAll has many write at once on two instances: each is told once to each.
func notificationsReachAll(t *testing.T, o Opened) {
	const writers, each = 6, 50
	instances := []Opened{o, o.Another(t)}
	watches := []*attending{attend(t, instances[0]), attend(t, instances[1])}
	var all []rooms.Notification
	var wg sync.WaitGroup
	for k := range writers {
		list := notificationsOf(auth.UserID(fmt.Sprint("user", k)), 10*k, each)
		all = append(all, list...)
		wg.Go(func() {
			for i := range list {
				if _, err := instances[k%2].Store.Notifications.Notify(waiting(t), list[i:i+1]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	last := notificationOf("ann", 9999)
	mustNotify(t, o, last)
	for _, w := range watches {
		told := map[rooms.EventID]rooms.Notification{}
		for n := w.next(t); n.ID != last.ID; n = w.next(t) {
			if _, twice := told[n.ID]; twice {
				t.Errorf("%s was told twice", n.ID)
			}
			told[n.ID] = n
		}
		if len(told) != len(all) {
			t.Errorf("%d were told of %d", len(told), len(all))
		}
		for _, want := range all {
			if got := told[want.ID]; !reflect.DeepEqual(got, want) {
				t.Fatalf("told %+v, want %+v", got, want)
			}
		}
	}
}

// notificationsGoOn writes before the first watch and ends one and writes before the next:
// nothing is missed, and nothing comes twice. What is in a store that is opened is not told.
func notificationsGoOn(t *testing.T, o Opened) {
	zeroth, first, second, third := notificationOf("ann", 0), notificationOf("ann", 1), notificationOf("bob", 2), notificationOf("ann", 3)
	mustNotify(t, o, zeroth)
	w := attend(t, o)
	wantNotifications(t, []rooms.Notification{w.next(t)}, []rooms.Notification{zeroth})
	mustNotify(t, o, first)
	wantNotifications(t, []rooms.Notification{w.next(t)}, []rooms.Notification{first})
	if err := w.stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("the watch ended with %v, want %v", err, context.Canceled)
	}
	mustNotify(t, o, second)
	w = attend(t, o)
	mustNotify(t, o, third)
	wantNotifications(t, []rooms.Notification{w.next(t), w.next(t)}, []rooms.Notification{second, third})
	w.stop()
	if len(w.told) != 0 {
		t.Errorf("told more: %+v", <-w.told)
	}
	o = o.Reopen(t)
	w = attend(t, o)
	last := notificationOf("ann", 4)
	mustNotify(t, o, last)
	wantNotifications(t, []rooms.Notification{w.next(t)}, []rooms.Notification{last})
}

func notificationsEndWithStore(t *testing.T, o Opened) {
	w := attend(t, o)
	if err := o.Close(waiting(t)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Fatal("the watch did not end")
	}
	if w.err == nil {
		t.Error("the watch ended without an error")
	}
}

// notificationsAreErased removes more than a store does at once.
func notificationsAreErased(t *testing.T, o Opened) {
	const many = 2300
	list := notificationsOf("ann", 1, many)
	for some := range slices.Chunk(list, 500) {
		mustNotify(t, o, some...)
	}
	others := []rooms.Notification{notificationOf("ann2", 1), notificationOf("an", 2)}
	mustNotify(t, o, others...)
	mustMark(t, o, "ann", true, list[:100]...)
	for i, kind := range rooms.ChatKinds() { // of what she wrote
		n := notificationOf("bob", i)
		n.Kind, n.Fields = kind, []byte(`{"author":"ann","text":"secret"}`)
		mustNotify(t, o, n)
	}
	kept := notificationsOf("bob", 100, 3)
	kept[0].Kind, kept[0].Fields = rooms.KindMention, []byte(`{"author":"ann2","text":"not hers"}`)
	kept[1].Kind, kept[1].Fields = "another program's", []byte(`{"author":"ann"}`)
	kept[2].Kind, kept[2].Fields = rooms.KindMention, []byte(`{"author":["ann"]}`)
	mustNotify(t, o, kept...)
	for _, want := range []int{many + len(rooms.ChatKinds()), 0} {
		if n, err := o.Store.Eraser.EraseNotifications(waiting(t), "ann"); err != nil || n != want {
			t.Errorf("removed %d, %v, want %d", n, err, want)
		}
	}
	wantListed(t, o, "ann", rooms.EventID{}, false, 10)
	wantUnread(t, o, "ann", 10, 0)
	wantListed(t, o, "bob", rooms.EventID{}, false, 10, kept...)
	for _, n := range others {
		wantListed(t, o, n.UserID, rooms.EventID{}, false, 10, n)
	}
	mustNotify(t, o, list[7]) // its id is free again
	wantListed(t, o, "ann", rooms.EventID{}, false, 10, list[7])
}
