package tally_test

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/rooms/tally"
)

func TestByCountsWhatItKnowsAndTheRestTogether(t *testing.T) {
	b := tally.NewBy("stored", "CONFLICT")
	if got, want := b.Read(), map[string]int64{"stored": 0, "CONFLICT": 0}; !maps.Equal(got, want) {
		t.Errorf("it begins as %v", got)
	}
	for _, name := range []string{"stored", "CONFLICT", "stored", "\x00 of a stranger", ""} {
		b.Add(name)
	}
	want := map[string]int64{"stored": 2, "CONFLICT": 1, tally.Other: 2}
	if got := b.Read(); !maps.Equal(got, want) {
		t.Errorf("it counted %v, not %v", got, want)
	}
	var none *tally.By
	none.Add("stored")
	if got := none.Read(); got != nil {
		t.Errorf("nothing counted %v", got)
	}
}

func TestAHistogramPutsABoundIntoItsOwnBucket(t *testing.T) {
	h := tally.NewHistogram(1, 10)
	for _, value := range []int64{-5, 0, 1, 2, 10, 11, 1000} {
		h.Observe(value)
	}
	got := h.Read()
	if got.Count != 7 || got.Sum != 1024 || !slices.Equal(got.UpTo, []int64{3, 5}) || !slices.Equal(got.Bounds, []int64{1, 10}) {
		t.Errorf("it read %+v", got)
	}
}

func TestNothingIsLostBetweenMany(t *testing.T) {
	const many, each = 8, 1000
	h, b := tally.NewTimes(), tally.NewBy("a")
	var group sync.WaitGroup
	for range many {
		group.Go(func() {
			for range each {
				h.Took(time.Millisecond)
				b.Add("a")
			}
		})
	}
	group.Wait()
	if got := h.Read(); got.Count != many*each || got.UpTo[0] != many*each || got.Sum != many*each*int64(time.Millisecond) {
		t.Errorf("it read %+v", got)
	}
	if got := b.Read()["a"]; got != many*each {
		t.Errorf("it counted %d", got)
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	h, b := tally.NewTimes(), tally.NewBy("a")
	if n := testing.AllocsPerRun(100, func() {
		h.Took(time.Second)
		b.Add("a")
		b.Add("unknown")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
