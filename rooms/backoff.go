package rooms

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	backoffFirst = 5 * time.Millisecond
	backoffMost  = 500 * time.Millisecond
)

// backoff waits 0 to 5 ms, doubled with each attempt up to 500 ms: full jitter, so
// that instances do not try in step.
func backoff(ctx context.Context, attempt int) {
	most := min(backoffFirst<<min(attempt, 10), backoffMost)
	pause(ctx, 1+rand.N(most), nil)
}

// pause returns after wait (0: never), on a wake, or when ctx is done.
func pause(ctx context.Context, wait time.Duration, wake <-chan struct{}) {
	if wait <= 0 {
		wait = time.Hour
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}
