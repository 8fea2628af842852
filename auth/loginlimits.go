package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	// DefaultLoginFailures is how often an account is tried in vain from one address before waits begin: more often than
	// people mistype, and far less often than guessing needs.
	DefaultLoginFailures = 10

	// accountFailures and addressFailures are how many times as many are free of an account from addresses it was never
	// signed in from, taken together, and of an address, whatever the accounts: an office has one.
	accountFailures = 3
	addressFailures = 10

	// failureWindow is how long a failure counts.
	failureWindow = 15 * time.Minute

	// firstWait and longestWait bound the waits: nobody is kept out for good, and at the longest a stranger has some 100
	// guesses a day from all addresses of the world.
	firstWait   = 5 * time.Second
	longestWait = 15 * time.Minute

	// knownFor is how long an address stays known to an account after a sign-in.
	knownFor = 30 * 24 * time.Hour
)

// LimitedError says that there were too many failed sign-ins, and how long to wait.
type LimitedError struct{ RetryAfter time.Duration }

func (e *LimitedError) Error() string {
	return fmt.Sprintf("too many failed sign-ins: wait for %s", e.RetryAfter.Round(time.Second))
}

// LoginLimits bound how often passwords are tried: of an account from an address, of an account from all addresses that it
// was never signed in from, and from an address. It counts before a password is hashed, so that of attempts at one moment no
// more are let through, and takes back what was none or was right. Names without an account are counted as others are. Safe
// for concurrent use.
type LoginLimits struct {
	store    AttemptStore
	failures int
	now      func() time.Time
}

// NewLoginLimits takes how many failures are free; 0: there are no limits. now nil: time.Now.
func NewLoginLimits(store AttemptStore, failures int, now func() time.Time) *LoginLimits {
	if now == nil {
		now = time.Now
	}
	return &LoginLimits{store, failures, now}
}

func rule(free int) AttemptRule {
	return AttemptRule{Free: free, Window: failureWindow, Wait: firstWait, Most: longestWait}
}

// attempt is one that was let through.
type attempt struct {
	limits *LoginLimits
	pair   string   // of the account and the address; empty: nothing is counted
	others []string // the other keys that it was counted under
}

// begin counts an attempt to sign in with a name, or returns a *LimitedError.
func (l *LoginLimits) begin(ctx context.Context, name string, client Client) (*attempt, error) {
	if l == nil || l.failures <= 0 {
		return &attempt{}, nil
	}
	account, line := accountAttempts(name), client.line()
	at := &attempt{limits: l, pair: account + ":" + line}
	found, err := l.take(ctx, at.pair, l.failures)
	if err != nil {
		return nil, err
	}
	if found.KnownUntil.After(l.now()) {
		return at, nil // strangers' failures do not count against who was here before
	}
	type counted struct {
		key  string
		free int
	}
	keys := []counted{{account, accountFailures * l.failures}}
	if line != "" {
		keys = []counted{{"i:" + line, addressFailures * l.failures}, keys[0]}
	}
	for _, k := range keys {
		if _, err := l.take(ctx, k.key, k.free); err != nil {
			// No password was tried: who waits for another's failures has none of his own.
			return nil, errors.Join(err, at.none(ctx))
		}
		at.others = append(at.others, k.key)
	}
	return at, nil
}

func (l *LoginLimits) take(ctx context.Context, key string, free int) (Attempts, error) {
	now := l.now().UTC().Truncate(time.Millisecond) // as stores keep it
	found, ok, err := l.store.TakeAttempt(ctx, key, rule(free), now)
	switch {
	case err != nil:
		return found, fmt.Errorf("count a sign-in: %w", err)
	case !ok:
		return found, &LimitedError{max(found.Next.Sub(now), time.Millisecond)}
	}
	return found, nil
}

// right forgets the failures of the account from the address, which is known from now on, and takes this one back elsewhere.
func (a *attempt) right(ctx context.Context) error {
	if a.pair == "" {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	err := a.limits.store.ClearAttempts(ctx, a.pair, a.limits.now().Add(knownFor).UTC().Truncate(time.Millisecond))
	return errors.Join(err, a.takeBack(ctx, a.others))
}

// none takes the attempt back: no password was compared.
func (a *attempt) none(ctx context.Context) error {
	if a.pair == "" {
		return nil
	}
	return a.takeBack(context.WithoutCancel(ctx), append([]string{a.pair}, a.others...))
}

func (a *attempt) takeBack(ctx context.Context, keys []string) error {
	var failed error
	for _, key := range keys {
		failed = errors.Join(failed, a.limits.store.ReturnAttempt(ctx, key))
	}
	return failed
}

// ForgetAttempts removes all that was counted of an account.
func ForgetAttempts(ctx context.Context, store AttemptStore, name string) error {
	return store.ForgetAttempts(ctx, accountAttempts(name))
}

// accountAttempts hashes the name: people type passwords where the name goes.
func accountAttempts(name string) string {
	sum := sha256.Sum256([]byte(NameKey(name)))
	return "n:" + hex.EncodeToString(sum[:16])
}
