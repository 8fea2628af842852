// Package spread does many small things evenly over a time, so that those whom they concern do not all come back at once.
//
// Concurrency: its functions share nothing.
package spread

import (
	"context"
	"time"
)

// At is when the i-th of n has its turn, counted from the beginning: the first at once, the last before over has passed.
func At(over time.Duration, i, n int) time.Duration {
	return over / time.Duration(n) * time.Duration(i)
}

// Over calls do for 0 to n-1, each in its turn. When ctx is done, those that are left have theirs at once.
func Over(ctx context.Context, over time.Duration, n int, do func(i int)) {
	begun := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := range n {
		if left := time.Until(begun.Add(At(over, i, n))); left > 0 {
			timer.Reset(left)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
		do(i)
	}
}
