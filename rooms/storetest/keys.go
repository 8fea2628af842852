package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"testing"
	"time"

	"roomstream/auth"
)

func keyOf(id auth.UserID, kind auth.Kind, rooms ...string) auth.Key {
	k := auth.Key{ID: id, Kind: kind, Name: "Key " + string(id), Rooms: rooms, CreatedBy: "ann", CreatedAt: now()}
	rand.Read(k.Hash[:])
	return k
}

// RunKeys holds a store of keys to the contract of auth.KeyStore. open gives a store without any, and one more instance on
// the same data.
func RunKeys(t *testing.T, open func(t *testing.T) (one, another auth.KeyStore)) {
	t.Run("KeysAreKept", func(t *testing.T) { one, another := open(t); keysAreKept(t, one, another) })
	t.Run("KeysAreListed", func(t *testing.T) { one, _ := open(t); keysAreListed(t, one) })
	t.Run("CancelledCallsReturn", func(t *testing.T) { one, _ := open(t); keyCallsReturn(t, one) })
}

func mustKey(t *testing.T, store auth.KeyStore, list ...auth.Key) {
	t.Helper()
	for _, k := range list {
		if err := store.CreateKey(waiting(t), k); err != nil {
			t.Fatalf("create a key: %v", err)
		}
	}
}

func keysAreKept(t *testing.T, one, another auth.KeyStore) {
	everywhere, here, nowhere := keyOf("b:1", auth.KindBot), keyOf("b:2", auth.KindBot, "general", "dev"), keyOf("b:3", auth.KindHook)
	everywhere.Rooms, everywhere.PostOnly, nowhere.Rooms = nil, true, []string{}
	mustKey(t, one, everywhere, here, nowhere)
	for _, want := range []auth.Key{everywhere, here, nowhere} {
		if got, err := another.KeyByHash(waiting(t), want.Hash); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := one.KeyByHash(waiting(t), [32]byte{1}); !errors.Is(err, auth.ErrNoKey) {
		t.Errorf("no key's hash gives %v, want %v", err, auth.ErrNoKey)
	}
	at := now()
	if _, err := one.RevokeKey(waiting(t), auth.KeyRef{Kind: auth.KindHook, ID: here.ID}, at); !errors.Is(err, auth.ErrNoKey) {
		t.Errorf("revoked as another kind: %v, want %v", err, auth.ErrNoKey)
	}
	if was, err := one.RevokeKey(waiting(t), auth.KeyRef{Kind: auth.KindBot, ID: here.ID}, at); err != nil || !reflect.DeepEqual(was, here) {
		t.Fatalf("revoked was %+v, %v, want %+v", was, err, here)
	}
	for name, store := range map[string]auth.KeyStore{"the same instance": one, "another": another} {
		if _, err := store.KeyByHash(waiting(t), here.Hash); !errors.Is(err, auth.ErrNoKey) {
			t.Errorf("%s finds the revoked key: %v", name, err)
		}
		if got, err := store.RevokedKeys(waiting(t), at.Add(-time.Second)); err != nil || !reflect.DeepEqual(got, []auth.UserID{here.ID}) {
			t.Errorf("%s gives %v, %v as revoked", name, got, err)
		}
		if got, err := store.RevokedKeys(waiting(t), at); err != nil || len(got) != 0 {
			t.Errorf("%s gives %v, %v as revoked later", name, got, err)
		}
	}
	for room, wrong := range map[string]auth.UserID{"general": here.ID, "dev": everywhere.ID} {
		if _, err := one.RevokeKey(waiting(t), auth.KeyRef{Kind: auth.KindBot, ID: wrong, Room: room}, at); !errors.Is(err, auth.ErrNoKey) {
			t.Errorf("revoked by one of its rooms: %v, want %v", err, auth.ErrNoKey)
		}
	}
	for _, id := range []auth.UserID{here.ID, "b:nobody"} {
		if _, err := one.RevokeKey(waiting(t), auth.KeyRef{Kind: auth.KindBot, ID: id}, at); !errors.Is(err, auth.ErrNoKey) {
			t.Errorf("%s is revoked again: %v, want %v", id, err, auth.ErrNoKey)
		}
	}
}

func keysAreListed(t *testing.T, store auth.KeyStore) {
	all := keyOf("b:0", auth.KindBot)
	all.Rooms = nil
	list := []auth.Key{all, keyOf("b:1", auth.KindBot, "a"), keyOf("b:2", auth.KindBot, "b", "a"), keyOf("b:3", auth.KindHook, "a"), keyOf("b:4", auth.KindBot, "ab")}
	mustKey(t, store, list...)
	for _, c := range []struct {
		q    auth.KeyQuery
		want []int
	}{
		{auth.KeyQuery{Kind: auth.KindBot, Limit: 10}, []int{0, 1, 2, 4}},
		{auth.KeyQuery{Kind: auth.KindBot, Limit: 2}, []int{0, 1}},
		{auth.KeyQuery{Kind: auth.KindBot, After: "b:1", Limit: 10}, []int{2, 4}},
		{auth.KeyQuery{Kind: auth.KindBot, Room: "a", Limit: 10}, []int{1, 2}},
		{auth.KeyQuery{Kind: auth.KindBot, Room: "a", After: "b:1", Limit: 10}, []int{2}},
		{auth.KeyQuery{Kind: auth.KindHook, Room: "a", Limit: 10}, []int{3}},
		{auth.KeyQuery{Kind: auth.KindHook, Room: "none", Limit: 10}, nil},
	} {
		var want []auth.Key
		for _, i := range c.want {
			want = append(want, list[i])
		}
		got, err := store.Keys(waiting(t), c.q)
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: %+v, %v, want %+v", c.q, got, err, want)
		}
	}
	if _, err := store.RevokeKey(waiting(t), auth.KeyRef{Kind: auth.KindBot, ID: "b:1", Room: "a"}, now()); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Keys(waiting(t), auth.KeyQuery{Kind: auth.KindBot, Room: "a", Limit: 10}); err != nil || len(got) != 1 || got[0].ID != "b:2" {
		t.Errorf("after the revocation: %+v, %v", got, err)
	}
}

func keyCallsReturn(t *testing.T, store auth.KeyStore) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range map[string]func() error{
		"CreateKey": func() error { return store.CreateKey(cancelled, keyOf("b:1", auth.KindBot, "a")) },
		"KeyByHash": func() error { _, err := store.KeyByHash(cancelled, [32]byte{}); return err },
		"Keys":      func() error { _, err := store.Keys(cancelled, auth.KeyQuery{Limit: 1}); return err },
		"RevokeKey": func() error {
			_, err := store.RevokeKey(cancelled, auth.KeyRef{Kind: auth.KindBot, ID: "b:1"}, now())
			return err
		},
		"RevokedKeys": func() error {
			_, err := store.RevokedKeys(cancelled, now())
			return err
		},
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want %v", name, err, context.Canceled)
		}
	}
}
