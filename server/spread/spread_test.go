package spread_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"roomstream/server/spread"
)

func TestEachHasItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var turns []time.Duration
		spread.Over(t.Context(), 4*time.Second, 4, func(i int) {
			turns = append(turns, time.Since(begun))
			if at := spread.At(4*time.Second, i, 4); at != time.Since(begun) {
				t.Errorf("the turn of %d is said to be at %v, is at %v", i, at, time.Since(begun))
			}
		})
		if want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}; !slices.Equal(turns, want) {
			t.Errorf("the turns were at %v, want %v", turns, want)
		}
	})
}

func TestTheEndOfTheContextEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		begun := time.Now()
		var turns []time.Duration
		spread.Over(ctx, 4*time.Second, 4, func(int) { turns = append(turns, time.Since(begun)) })
		if want := []time.Duration{0, time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond}; !slices.Equal(turns, want) {
			t.Errorf("the turns were at %v, want %v", turns, want)
		}
	})
}

func TestNobodyHasNoTurn(t *testing.T) {
	spread.Over(t.Context(), time.Hour, 0, func(int) { t.Error("nobody had a turn") })
}
