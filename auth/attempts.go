package auth

import (
	"context"
	"math"
	"time"
)

// AttemptRule is what attempts at signing in are held to.
type AttemptRule struct {
	Free   int           // how many are free of waiting, within Window of the first
	Window time.Duration // also how long after a wait is over it is remembered
	Wait   time.Duration // after the last free one; twice as long after each further
	Most   time.Duration // no wait is longer
}

// delay is the wait behind the nth attempt; 0: none.
func (r AttemptRule) delay(n int) time.Duration {
	if n < r.Free {
		return 0
	}
	longer := float64(r.Wait) * math.Pow(2, float64(n-r.Free))
	return time.Duration(min(longer, float64(r.Most)))
}

// Attempts are those that were counted under a key.
type Attempts struct {
	Count      int
	Next       time.Time // no sooner is another let through, where Count is Free or more
	Until      time.Time // then they are forgotten
	KnownUntil time.Time // until then the key is one that the right password came from; zero: it is not
}

// Take counts one more at a time, if the rule lets it through.
func (a Attempts) Take(rule AttemptRule, now time.Time) (after Attempts, ok bool) {
	if !a.Until.After(now) {
		a.Count, a.Next, a.Until = 0, time.Time{}, now.Add(rule.Window)
	}
	if a.Count >= rule.Free && a.Next.After(now) {
		return a, false
	}
	a.Count++
	if wait := rule.delay(a.Count); wait > 0 {
		a.Next = now.Add(wait)
		a.Until = a.Next.Add(rule.Window)
	}
	return a, true
}

// Return takes back one that Take let through, which made after of before. Where nobody was let through since, who is next
// waits no longer than he would have without it.
func (a Attempts) Return(before, after Attempts) Attempts {
	a.Count = max(a.Count-1, 0)
	if after.SetsWait(before) && a.Next.Equal(after.Next) {
		a.Next, a.Until = before.Next, before.Until
	}
	return a
}

// SetsWait says whether the attempt that made a of before began a wait.
func (a Attempts) SetsWait(before Attempts) bool { return a.Next.After(before.Next) }

// AttemptStore counts attempts, for all instances together. Implementations are safe for concurrent use. Times are of the
// callers' clocks, which differ by a second or so. They may forget what is over.
type AttemptStore interface {
	// Attempts returns what is counted under each of the keys, in their order; the zero Attempts where nothing is.
	Attempts(ctx context.Context, keys []string) ([]Attempts, error)
	// TakeAttempt does under a key what Attempts.Take does, in one step: of attempts at one moment, at whichever instance,
	// no more are let through than the rule says. It returns what was counted before it, and is durable on return.
	TakeAttempt(ctx context.Context, key string, rule AttemptRule, now time.Time) (before Attempts, ok bool, err error)
	// ReturnAttempt does under a key what Attempts.Return does, in one step.
	ReturnAttempt(ctx context.Context, key string, before, after Attempts) error
	// ClearAttempts forgets the attempts, and has the key be known until a time.
	ClearAttempts(ctx context.Context, key string, knownUntil time.Time) error
	// ForgetAttempts removes all whose key is this one, or it and ":" and more.
	ForgetAttempts(ctx context.Context, key string) error
}
