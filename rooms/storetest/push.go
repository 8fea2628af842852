package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// deviceOf makes a subscription, renewed so many minutes ago.
func deviceOf(id string, user auth.UserID, minutes int) rooms.Subscription {
	s := rooms.Subscription{
		ID: id, UserID: user, Endpoint: "https://push.example/" + id, P256dh: make([]byte, 65), Auth: make([]byte, 16),
		Label: "Firefox on " + id, RenewedAt: now().Add(-time.Duration(minutes) * time.Minute),
	}
	rand.Read(s.P256dh)
	rand.Read(s.Auth)
	return s
}

func mustSubscribe(t *testing.T, o Opened, most int, list ...rooms.Subscription) {
	t.Helper()
	for _, s := range list {
		if err := o.Store.Subscriptions.PutSubscription(waiting(t), s, most); err != nil {
			t.Fatalf("subscribe: %v", err)
		}
	}
}

func wantDevices(t *testing.T, o Opened, user auth.UserID, want ...rooms.Subscription) {
	t.Helper()
	got, err := o.Store.Subscriptions.Subscriptions(waiting(t), user)
	if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s has %+v, %v, want %+v", user, got, err, want)
	}
}

func subscriptionsAreKept(t *testing.T, o Opened) {
	other := o.Another(t)
	old, mid, anns, neighbour := deviceOf("c", "ann", 3), deviceOf("a", "ann", 2), deviceOf("b", "ann", 1), deviceOf("d", "ann2", 1)
	mid.Label = ""
	mustSubscribe(t, o, 20, anns, old, neighbour, mid)
	wantDevices(t, other, "ann", old, mid, anns)
	wantDevices(t, other, "ann2", neighbour)
	wantDevices(t, other, "an")

	renewed := deviceOf("c", "ann", 0)
	mustSubscribe(t, other, 20, renewed)
	wantDevices(t, o, "ann", mid, anns, renewed)
	taken := deviceOf("c", "bob", 0) // the same browser, with another signed in
	mustSubscribe(t, o, 20, taken)
	wantDevices(t, o, "ann", mid, anns)
	wantDevices(t, o, "bob", taken)

	for _, c := range []struct {
		user auth.UserID
		id   string
	}{{"ann", "c"}, {"ann", "nothing"}, {"", "a"}, {"ann", "b"}, {"ann", "b"}} {
		if err := o.Store.Subscriptions.RemoveSubscription(waiting(t), c.user, c.id); err != nil {
			t.Errorf("remove %+v: %v", c, err)
		}
	}
	o = o.Reopen(t)
	wantDevices(t, o, "ann", mid)
	wantDevices(t, o, "bob", taken)
	for range 2 {
		if err := o.Store.Subscriptions.EraseSubscriptions(waiting(t), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	wantDevices(t, o, "ann")
	wantDevices(t, o, "ann2", neighbour)
	wantDevices(t, o, "bob", taken)
}

func subscriptionsAreBounded(t *testing.T, o Opened) {
	const most = 3
	var list []rooms.Subscription
	for i := range 5 {
		list = append(list, deviceOf(fmt.Sprint("d", i), "ann", 10-i))
	}
	neighbour := deviceOf("n", "bob", 99)
	mustSubscribe(t, o, most, neighbour)
	mustSubscribe(t, o, most, list...)
	wantDevices(t, o, "ann", list[2:]...)
	wantDevices(t, o, "bob", neighbour)
	mustSubscribe(t, o, most, list[2]) // again: nothing goes for it
	wantDevices(t, o, "ann", list[2:]...)
	ancient := deviceOf("x", "ann", 1000) // by a clock that is slow: the new one stays all the same
	mustSubscribe(t, o, most, ancient)
	wantDevices(t, o, "ann", ancient, list[3], list[4])
}

// onePushKey has many keep a key at once.
func onePushKey(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	kept := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range kept {
		wg.Go(func() {
			key, err := instances[i%2].Store.Subscriptions.PushKey(waiting(t), []byte(fmt.Sprint("key ", i)))
			if err != nil {
				t.Error(err)
			}
			kept[i] = key
		})
	}
	wg.Wait()
	again, err := o.Reopen(t).Store.Subscriptions.PushKey(waiting(t), []byte("another"))
	if err != nil {
		t.Fatal(err)
	}
	kept = append(kept, again)
	for _, key := range kept {
		if len(key) == 0 || !slices.Equal(key, kept[0]) {
			t.Fatalf("the keys are %q", kept)
		}
	}
}

// notificationsAreStoredOnce has two instances store the same ones at once: each is told as new to one of them.
func notificationsAreStoredOnce(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	list := notificationsOf("ann", 1, 60)
	var mu sync.Mutex
	told := map[rooms.EventID]int{}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for chunk := range slices.Chunk(list, 7) {
				stored, err := instances[i%2].Store.Notifications.Notify(waiting(t), chunk)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, id := range stored {
					told[id]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, n := range list {
		if told[n.ID] != 1 {
			t.Errorf("%s was told as new %d times", n.ID, told[n.ID])
		}
	}
	if len(told) != len(list) {
		t.Errorf("%d were told as new, want %d", len(told), len(list))
	}
}

// subscriptionCalls are the calls of rooms.Subscriptions.
func subscriptionCalls(o Opened) map[string]func(ctx context.Context) error {
	subscriptions := o.Store.Subscriptions
	return map[string]func(ctx context.Context) error{
		"PutSubscription": func(ctx context.Context) error {
			return subscriptions.PutSubscription(ctx, deviceOf("a", "ann", 0), 20)
		},
		"Subscriptions": func(ctx context.Context) error {
			_, err := subscriptions.Subscriptions(ctx, "ann")
			return err
		},
		"RemoveSubscription": func(ctx context.Context) error { return subscriptions.RemoveSubscription(ctx, "ann", "a") },
		"EraseSubscriptions": func(ctx context.Context) error { return subscriptions.EraseSubscriptions(ctx, "ann") },
		"PushKey": func(ctx context.Context) error {
			_, err := subscriptions.PushKey(ctx, []byte("key"))
			return err
		},
	}
}
