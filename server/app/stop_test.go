package app

import (
	"testing"
	"time"
)

// The store has what all else left of the timeout, and never more than there is.
func TestTheStoreMayTakeToCloseWhatIsLeft(t *testing.T) {
	s := shutdown{timeout: 10 * time.Second}
	for took, want := range map[time.Duration]time.Duration{
		0: 9500 * time.Millisecond, 5 * time.Second: 4500 * time.Millisecond, 8750 * time.Millisecond: s.closing(), time.Minute: s.closing(),
	} {
		if got := s.left(took); got != want || took < s.timeout && took+got > s.timeout {
			t.Errorf("behind %s it may take %s, want %s", took, got, want)
		}
	}
}
