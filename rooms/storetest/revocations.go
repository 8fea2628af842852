package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
)

// RunRevocations holds a store of revocations to the contract of auth.RevocationStore. open gives an empty store, and one
// more instance on the same data.
func RunRevocations(t *testing.T, open func(t *testing.T) (one, another auth.RevocationStore)) {
	t.Run("RevocationsAreKept", func(t *testing.T) { one, another := open(t); revocationsAreKept(t, one, another) })
	t.Run("RevocationsAreRaised", func(t *testing.T) { one, another := open(t); revocationsAreRaised(t, one, another) })
	t.Run("CancelledCallsReturn", func(t *testing.T) { one, _ := open(t); revocationCallsReturn(t, one) })
}

func mustRevoke(t *testing.T, store auth.RevocationStore, list ...auth.Revocation) {
	t.Helper()
	for _, r := range list {
		if err := store.SaveRevocation(waiting(t), r); err != nil {
			t.Fatalf("save a revocation: %v", err)
		}
	}
}

func wantRevocations(t *testing.T, store auth.RevocationStore, want ...auth.Revocation) (mark time.Time) {
	t.Helper()
	list, mark, err := store.Revocations(waiting(t), time.Time{})
	byKey := func(a, b auth.Revocation) int { return strings.Compare(a.Key(), b.Key()) }
	slices.SortFunc(list, byKey)
	slices.SortFunc(want, byKey)
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("got %+v, %v, want %+v", list, err, want)
	}
	return mark
}

func revocationsAreKept(t *testing.T, one, another auth.RevocationStore) {
	wantRevocations(t, one)
	user := auth.Revocation{User: "ann \u00e9", At: now()}
	token := auth.Revocation{TokenID: `a "jti" $x`, At: now(), Until: now().Add(time.Hour)}
	disabled := auth.Revocation{User: "ann \u00e9", At: now(), Disabled: true}
	enabled := auth.Revocation{User: "ben", At: now(), Disabled: true, Lifted: now().Add(time.Second)}
	mustRevoke(t, one, user, token, disabled, enabled)
	for _, store := range []auth.RevocationStore{one, another} {
		mark := wantRevocations(t, store, user, token, disabled, enabled)
		if _, next, err := store.Revocations(waiting(t), mark); err != nil || next.Before(mark) {
			t.Errorf("the mark falls from %v to %v, %v", mark, next, err)
		}
	}
}

func revocationsAreRaised(t *testing.T, one, another auth.RevocationStore) {
	at, until := now(), now().Add(time.Hour)
	mustRevoke(t, one, auth.Revocation{User: "ann", At: at}, auth.Revocation{TokenID: "t", At: at, Until: until})
	mustRevoke(t, another,
		auth.Revocation{User: "ann", At: at.Add(-time.Minute)}, auth.Revocation{TokenID: "t", At: at.Add(time.Minute), Until: until.Add(-time.Minute)})
	lifted := auth.Revocation{User: "ann", At: at, Disabled: true, Lifted: until}
	mustRevoke(t, one, lifted)
	mustRevoke(t, another, auth.Revocation{User: "ann", At: at.Add(time.Minute), Disabled: true})
	mustRevoke(t, one, lifted)
	lifted.At = at.Add(time.Minute)
	wantRevocations(t, one, auth.Revocation{User: "ann", At: at}, auth.Revocation{TokenID: "t", At: at.Add(time.Minute), Until: until}, lifted)
}

func revocationCallsReturn(t *testing.T, store auth.RevocationStore) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := store.SaveRevocation(cancelled, auth.Revocation{User: "ann", At: now()}); !errors.Is(err, context.Canceled) {
		t.Errorf("SaveRevocation: %v", err)
	}
	if _, _, err := store.Revocations(cancelled, time.Time{}); err == nil {
		t.Error("Revocations of a cancelled context gives no error")
	}
}
