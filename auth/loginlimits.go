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

// counter is a key that attempts are counted under, and how many of them are free.
type counter struct {
	key  string
	free int
}

// counters are those of a name and a client: the pair's first.
func (l *LoginLimits) counters(name string, client Client) []counter {
	account, line := accountAttempts(name), client.line()
	all := []counter{{account + ":" + line, l.failures}}
	if line != "" {
		all = append(all, counter{"i:" + line, addressFailures * l.failures})
	}
	return append(all, counter{account, accountFailures * l.failures})
}

// attempt is one that was let through. The zero attempt is not counted.
type attempt struct {
	limits *LoginLimits
	taken  []taken // of the pair first
}

// taken is an attempt under one key.
type taken struct {
	key           string
	before, after Attempts
}

// begin counts an attempt to sign in with a name, or returns a *LimitedError.
func (l *LoginLimits) begin(ctx context.Context, name string, client Client) (*attempt, error) {
	if l == nil || l.failures <= 0 {
		return &attempt{}, nil
	}
	now := l.now().UTC().Truncate(time.Millisecond) // as stores keep it
	counters := l.counters(name, client)
	if err := l.look(ctx, counters, now); err != nil {
		return nil, err
	}
	at := &attempt{limits: l}
	for i, c := range counters {
		t, err := l.take(ctx, c, now)
		if err != nil {
			// No password was tried: who waits for another's failures has none of his own.
			return nil, errors.Join(err, at.none(ctx))
		}
		at.taken = append(at.taken, t)
		if i == 0 && known(t.before, now) {
			break
		}
	}
	return at, nil
}

// look refuses by what is counted so far. It writes nothing: who has to wait and tries all the same, however often, costs a
// read, and leaves nothing behind.
func (l *LoginLimits) look(ctx context.Context, counters []counter, now time.Time) error {
	keys := make([]string, len(counters))
	for i, c := range counters {
		keys[i] = c.key
	}
	found, err := l.store.Attempts(ctx, keys)
	if err != nil {
		return fmt.Errorf("look for failed sign-ins: %w", err)
	}
	for i, a := range found {
		if _, ok := a.Take(rule(counters[i].free), now); !ok {
			return waitFor(a, now)
		}
		if i == 0 && known(a, now) {
			break
		}
	}
	return nil
}

// known says whether the account was signed in from there: strangers' failures do not count against who was here before.
func known(pair Attempts, now time.Time) bool { return pair.KnownUntil.After(now) }

func waitFor(a Attempts, now time.Time) error {
	return &LimitedError{max(a.Next.Sub(now), time.Millisecond)}
}

// take counts, where nobody was faster since look.
func (l *LoginLimits) take(ctx context.Context, c counter, now time.Time) (taken, error) {
	before, ok, err := l.store.TakeAttempt(ctx, c.key, rule(c.free), now)
	switch {
	case err != nil:
		return taken{}, fmt.Errorf("count a sign-in: %w", err)
	case !ok:
		return taken{}, waitFor(before, now)
	}
	after, _ := before.Take(rule(c.free), now)
	return taken{c.key, before, after}, nil
}

// right forgets the failures of the account from the address, which is known from now on, and takes this one back elsewhere.
func (a *attempt) right(ctx context.Context) error {
	if len(a.taken) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	err := a.limits.store.ClearAttempts(ctx, a.taken[0].key, a.limits.now().Add(knownFor).UTC().Truncate(time.Millisecond))
	return errors.Join(err, a.takeBack(ctx, a.taken[1:]))
}

// none takes the attempt back: no password was compared.
func (a *attempt) none(ctx context.Context) error {
	return a.takeBack(context.WithoutCancel(ctx), a.taken)
}

func (a *attempt) takeBack(ctx context.Context, all []taken) error {
	var failed error
	for _, t := range all {
		failed = errors.Join(failed, a.limits.store.ReturnAttempt(ctx, t.key, t.before, t.after))
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
