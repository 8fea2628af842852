package auth

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"
)

const (
	// revocationsEvery is how often revocations by other instances are read; a signal, which comes sooner, may be lost.
	revocationsEvery = time.Second

	// revocationsTimeout bounds one reading.
	revocationsTimeout = 5 * time.Second

	// sweptFor is for how long after a revocation sessions are looked over again and again: one whose token was verified
	// just before may still be on its way in.
	sweptFor = 30 * time.Second

	// MaxTokenID is the longest jti that can be revoked, in bytes.
	MaxTokenID = 256
)

// Token is what a token says of itself.
type Token struct {
	ID       string    // its jti; empty: it has none
	IssuedAt time.Time // zero: it does not say
}

// Revocation takes tokens out of force: one by its jti, all of a user's that were issued by then, or all that a user shows
// while he is disabled.
type Revocation struct {
	User    UserID    // whose tokens; empty: it is of one
	TokenID string    // which one; empty: it is of a user's
	At      time.Time // when, to the millisecond. Of a user's, those issued up to then and those that do not say when are refused
	Until   time.Time // of one, when the token ends: then this need not be known any more. Zero of a user's, which stay

	// Disabled: the user is, from At on, whatever he shows, until Lifted; then what was issued up to Lifted stays refused.
	Disabled bool
	Lifted   time.Time // when he was last enabled again, later than At then; else zero, or not later
}

// Key names what is revoked: of each there is one revocation.
func (r *Revocation) Key() string {
	switch {
	case r.TokenID != "":
		return "j:" + r.TokenID
	case r.Disabled:
		return "d:" + string(r.User)
	}
	return "u:" + string(r.User)
}

// RevocationOf is a revocation that has only what its Key tells; ok: the key is one.
func RevocationOf(key string) (r Revocation, ok bool) {
	if len(key) < len("u:x") {
		return r, false
	}
	switch rest := key[2:]; key[:2] {
	case "j:":
		r.TokenID = rest
	case "u:":
		r.User = UserID(rest)
	case "d:":
		r.User, r.Disabled = UserID(rest), true
	default:
		return r, false
	}
	return r, true
}

// RevocationStore keeps revocations. Implementations are safe for concurrent use.
type RevocationStore interface {
	// SaveRevocation is durable on return. Over one of the same Key the later At, the later Until and the later Lifted stand.
	SaveRevocation(ctx context.Context, r Revocation) error
	// Revocations gives what other processes saved since a mark, and the mark to give next time; those that were saved
	// a while before it may come again, and what was saved before and became readable later must. The zero mark: all. It may leave out what is over.
	Revocations(ctx context.Context, since time.Time) (list []Revocation, mark time.Time, err error)
}

// Sessions are the live connections of this instance.
type Sessions interface {
	// End closes those whose user is covered, with 4003 revoked. It does not wait for them, and calls covered with no lock
	// that covered could want.
	End(covered func(User) bool)
	// All gives the users of those that there are, a user as often as he has one, with no lock held that the loop's body could
	// want. One that begins or ends meanwhile is in it or not.
	All() iter.Seq[User]
}

// Revocations says which tokens are out of force. All that there are lie in memory: one for each user whose tokens were ever
// revoked, one for each who was ever disabled, and one for each revoked token that has not ended.
//
// Concurrency: safe for concurrent use.
//
// Lifecycle: Load before anybody is let in, then Run until its context is done.
//
// Order and loss: what Save returned nil for is in force here at once, elsewhere when the signal of it arrives or a second
// later; while the store cannot be read, what is known stays in force.
type Revocations struct {
	store  RevocationStore
	now    func() time.Time
	logger *slog.Logger
	wake   chan struct{} // rings when there is something to read, or to close

	mu       sync.RWMutex
	users    map[UserID]time.Time // revoked at
	tokens   map[string]time.Time // revoked until
	disabled map[UserID]disabling // also those who were enabled again
	mark     time.Time
	changed  time.Time // when one was last learned of; zero: none was
}

// disabling is when a user was last disabled, and last enabled.
type disabling struct{ at, lifted time.Time }

func (d disabling) inForce() bool { return !d.at.IsZero() && !d.lifted.After(d.at) }

// NewRevocations knows none before Load. now and logger may be nil.
func NewRevocations(store RevocationStore, now func() time.Time, logger *slog.Logger) *Revocations {
	if now == nil {
		now = time.Now
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Revocations{
		store: store, now: now, logger: logger, wake: make(chan struct{}, 1),
		users: map[UserID]time.Time{}, tokens: map[string]time.Time{}, disabled: map[UserID]disabling{},
	}
}

// Load reads what was saved since the last time; at first all.
func (r *Revocations) Load(ctx context.Context) error {
	r.mu.RLock()
	since := r.mark
	r.mu.RUnlock()
	list, mark, err := r.store.Revocations(ctx, since)
	if err != nil {
		return fmt.Errorf("read revocations: %w", err)
	}
	r.apply(mark, list...)
	return nil
}

// Save revokes, for good, and returns when it is durable. It returns a *FieldError for what no token can have.
func (r *Revocations) Save(ctx context.Context, of Revocation) error {
	if (of.User == "") == (of.TokenID == "") {
		return &FieldError{Field: "jti", Message: "must be given, or a user, and not both"}
	}
	if len(of.TokenID) > MaxTokenID {
		return &FieldError{Field: "jti", Message: fmt.Sprintf("must be at most %d bytes: revoke all tokens of the user instead", MaxTokenID)}
	}
	if err := r.store.SaveRevocation(ctx, of); err != nil {
		return fmt.Errorf("save a revocation: %w", err)
	}
	r.Learn(of)
	return nil
}

// Learn takes in what another process saved, before it is read, and has Run look over the sessions now.
func (r *Revocations) Learn(of Revocation) {
	r.apply(time.Time{}, of)
	r.Again()
}

// Now is what At of a revocation is to be.
func (r *Revocations) Now() time.Time { return r.now().UTC().Truncate(time.Millisecond) }

// Again has Run read the store and look over the sessions now.
func (r *Revocations) Again() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Covers says whether the token that a user showed is out of force. Who showed none, a program with a key, is not covered.
func (r *Revocations) Covers(u User) bool {
	if u.Token == nil {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if until, ok := r.tokens[u.Token.ID]; ok && u.Token.ID != "" && r.now().Before(until) {
		return true
	}
	if d, ok := r.disabled[u.ID]; ok && (d.inForce() || !u.Token.IssuedAt.After(d.lifted)) {
		return true
	}
	at, ok := r.users[u.ID]
	return ok && !u.Token.IssuedAt.After(at)
}

// Run reads revocations every second, and when it is woken, and closes the sessions that they cover, until ctx is done.
func (r *Revocations) Run(ctx context.Context, sessions Sessions) error {
	tick := time.NewTicker(revocationsEvery)
	defer tick.Stop()
	away := false
	for {
		op, cancel := context.WithTimeout(ctx, revocationsTimeout)
		err := r.Load(op)
		cancel()
		if err != nil && !away && ctx.Err() == nil {
			r.logger.Warn("revoked tokens cannot be read: those known stay refused", "error", err)
		}
		away = err != nil
		if r.fresh() {
			sessions.End(r.Covers)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// fresh says whether sessions are to be looked over.
func (r *Revocations) fresh() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return !r.changed.IsZero() && r.now().Sub(r.changed) < sweptFor
}

// apply takes revocations in, and lets those go that are over.
func (r *Revocations) apply(mark time.Time, list ...Revocation) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if mark.After(r.mark) {
		r.mark = mark
	}
	news := false
	for _, of := range list {
		switch {
		case of.Disabled:
			was := r.disabled[of.User]
			is := disabling{later(was.at, of.At), later(was.lifted, of.Lifted)}
			r.disabled[of.User], news = is, news || is != was
		case of.TokenID == "" && of.At.After(r.users[of.User]):
			r.users[of.User], news = of.At, true
		case of.TokenID != "" && of.Until.After(r.tokens[of.TokenID]):
			r.tokens[of.TokenID], news = of.Until, true
		}
	}
	if !news {
		return
	}
	r.changed = now
	for id, until := range r.tokens {
		if !now.Before(until) {
			delete(r.tokens, id)
		}
	}
}
