// Package tally counts what happens where it happens, for whoever wants to show it: server/metrics, and the health page.
// What counts knows nothing of them, and counts whether or not anybody looks.
//
// Concurrency: everything is safe for concurrent use, never waits and allocates nothing but where it is made and read. A
// reading is of one moment only to within what happens while it is made.
package tally

import (
	"sync/atomic"
	"time"
)

// Other is what By counts that it was not made for.
const Other = "other"

// By counts by a name. The names are fixed, so that nobody who sends us something can make new ones.
type By struct {
	counts map[string]*atomic.Int64 // never changed once made
}

// NewBy makes a By of these names, all 0, and Other.
func NewBy(names ...string) *By {
	b := &By{counts: make(map[string]*atomic.Int64, len(names)+1)}
	for _, name := range append(names, Other) {
		b.counts[name] = new(atomic.Int64)
	}
	return b
}

// Add counts one; a nil By counts nothing.
func (b *By) Add(name string) {
	if b == nil {
		return
	}
	c := b.counts[name]
	if c == nil {
		c = b.counts[Other]
	}
	c.Add(1)
}

// Read gives all counts, Other only where there is one; nil for a nil By.
func (b *By) Read() map[string]int64 {
	if b == nil {
		return nil
	}
	read := make(map[string]int64, len(b.counts))
	for name, c := range b.counts {
		if n := c.Load(); n > 0 || name != Other {
			read[name] = n
		}
	}
	return read
}

// Histogram counts values by their size.
type Histogram struct {
	bounds []int64 // the highest value of each bucket but the last, which has none; ascending
	counts []atomic.Int64
	sum    atomic.Int64
}

// NewHistogram makes a Histogram whose buckets end at these values, ascending.
func NewHistogram(bounds ...int64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Int64, len(bounds)+1)}
}

// NewTimes makes a Histogram of durations, from 1 ms to 30 s: what is faster nobody notices, what is slower has failed.
func NewTimes() *Histogram {
	const ms = int64(time.Millisecond)
	return NewHistogram(ms, 2*ms, 5*ms, 10*ms, 20*ms, 50*ms, 100*ms, 200*ms, 500*ms, 1000*ms, 2000*ms, 5000*ms, 10_000*ms, 30_000*ms)
}

// Observe counts a value. Those below 0, of a clock that was set back, count as 0.
func (h *Histogram) Observe(value int64) {
	value = max(value, 0)
	i := 0
	for i < len(h.bounds) && value > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(value)
}

// Took counts a duration.
func (h *Histogram) Took(d time.Duration) { h.Observe(int64(d)) }

// Buckets are a Histogram as it was read.
type Buckets struct {
	Count, Sum int64
	Bounds     []int64
	UpTo       []int64 // how many values were at most the bound of the same index
}

// Read gives the counts.
func (h *Histogram) Read() Buckets {
	b := Buckets{Sum: h.sum.Load(), Bounds: h.bounds, UpTo: make([]int64, len(h.bounds))}
	for i := range h.counts {
		b.Count += h.counts[i].Load()
		if i < len(h.bounds) {
			b.UpTo[i] = b.Count
		}
	}
	return b
}
