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

// backoffOf is 0 to 5 ms, doubled with each attempt up to 500 ms: full jitter, so
// that instances do not try in step.
func backoffOf(attempt int) time.Duration {
	return 1 + rand.N(min(backoffFirst<<min(attempt, 10), backoffMost))
}

// backoff waits for backoffOf an attempt.
func backoff(ctx context.Context, attempt int) { pause(ctx, backoffOf(attempt), nil) }

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
