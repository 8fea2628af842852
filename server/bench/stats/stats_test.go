package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreAtMostOneBucketTooLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var h, rest Histogram
	all := make([]time.Duration, 10_000)
	for i := range all {
		all[i] = time.Duration(random.Int64N(1<<random.IntN(30)+1)) * time.Microsecond
		if i%3 == 0 {
			rest.Add(all[i])
		} else {
			h.Add(all[i])
		}
	}
	h.Merge(&rest)
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		exact := all[min(max(int(q*float64(len(all))+0.5)-1, 0), len(all)-1)]
		got := h.Quantile(q)
		if got < exact || got > exact+exact/subBuckets+time.Microsecond {
			t.Errorf("quantile %v is %s, exactly %s", q, got, exact)
		}
	}
	if h.Count() != int64(len(all)) || h.Max() != all[len(all)-1] {
		t.Errorf("%d counted, longest %s", h.Count(), h.Max())
	}
}

func TestEveryValueLiesInItsBucket(t *testing.T) {
	for _, v := range []uint64{0, 1, 31, 32, 33, 63, 64, 65, 1000, 1 << 20, 1<<40 + 12345} {
		i := bucket(v)
		if upper(i) < v || i > 0 && upper(i-1) >= v {
			t.Errorf("%d is in bucket %d, from %d to %d", v, i, upper(i-1)+1, upper(i))
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{3, 1}, 2}, {[]float64{9, 1, 2}, 2}} {
		if got := Median(c.values); got != c.want {
			t.Errorf("median of %v is %v", c.values, got)
		}
	}
}
