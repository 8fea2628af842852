package auth

import (
	"testing"
	"time"
)

// Two instances agree, also where the clock of one is behind.
func TestWhoIsDisabledShowsNothingThatIsGood(t *testing.T) {
	now := testNow
	store := &drawer{}
	one := NewRevocations(store, func() time.Time { return now }, nil)
	other := NewRevocations(store, func() time.Time { return now.Add(-time.Minute) }, nil) // its clock is behind
	covered := func(r *Revocations, issued time.Time, want bool) {
		t.Helper()
		if err := r.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.Covers(shown("ann", "", issued)); got != want {
			t.Errorf("issued at %v: covered %t, want %t", issued, got, want)
		}
	}
	covered(one, now, false)
	at, err := one.Disable(t.Context(), "ann")
	if err != nil || !at.Equal(now) {
		t.Fatalf("disabled at %v, %v", at, err)
	}
	for _, r := range []*Revocations{one, other} {
		covered(r, now.Add(-time.Hour), true)
		covered(r, now.Add(time.Hour), true) // an identity provider goes on
		covered(r, time.Time{}, true)
		if !r.Disabled("ann") || r.Disabled("ben") {
			t.Error("it is not known who is disabled")
		}
	}
	if again, err := other.Disable(t.Context(), "ann"); err != nil || !again.Equal(at) {
		t.Errorf("again: %v, %v, want %v", again, err, at)
	}
	// The instance whose clock is behind can undo it all the same.
	if enabled, err := other.Enable(t.Context(), "ann"); err != nil || !enabled {
		t.Fatalf("enabled: %t, %v", enabled, err)
	}
	for _, r := range []*Revocations{one, other} {
		covered(r, now.Add(-time.Hour), true)
		covered(r, now, true)
		covered(r, now.Add(2*time.Millisecond), false)
		covered(r, time.Time{}, true)
	}
	if enabled, err := one.Enable(t.Context(), "ann"); err != nil || enabled {
		t.Errorf("enabled twice: %t, %v", enabled, err)
	}
	if _, err := other.Disable(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Revocations{one, other} {
		covered(r, now.Add(time.Hour), true)
	}
}
