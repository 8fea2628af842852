package rooms

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"roomstream/auth"
)

const (
	// metKept bounds the users that are remembered; past it all are forgotten and looked up again.
	metKept = 100_000
	// metTrust is how long what is remembered is believed without a word: a signal of a
	// change may be lost.
	metTrust = 10 * time.Minute
	// metWaiting bounds the users that wait to be looked up. Who finds it full is looked up
	// the next time he comes.
	metWaiting = 100_000
	// metAgain is how long to wait when the store did not answer.
	metAgain = time.Second
	// metAtOnce is how many are looked up in one read, and written in one write, which a message may have to wait for.
	metAtOnce = 250
	// metGather is how long those are gathered who come while others are looked up: each write of the embedded store costs an
	// fsync.
	metGather = 50 * time.Millisecond
	// metPatience bounds the look at a sender's name: a store that is slow holds no message
	// back for it.
	metPatience = time.Second
)

// acquaintance is what an instance remembers of those it has met, and the writing of the
// names in their tokens into the profiles.
//
// Concurrency: all methods are safe from any goroutine. Lifecycle: run ends with its
// context. Order and loss: who came while the store was away, or in the last moment
// before the end, is written down when he comes again.
type acquaintance struct {
	profiles Profiles
	now      func() time.Time
	logger   *slog.Logger
	wake     chan struct{} // holds 1
	// looked is told the status a user has set by hand, when it was looked up.
	looked func(auth.UserID, Status)

	mu      sync.Mutex
	met     map[auth.UserID]met
	waiting map[auth.UserID]auth.User
	dropped uint64 // how often anything was forgotten: what was read before is not kept
}

type met struct {
	token   string // the token's name that the profile was last held to
	profile Profile
	at      time.Time
}

func newAcquaintance(profiles Profiles, looked func(auth.UserID, Status), now func() time.Time, logger *slog.Logger) *acquaintance {
	return &acquaintance{
		profiles: profiles, looked: looked, now: now, logger: logger, wake: make(chan struct{}, 1),
		met: map[auth.UserID]met{}, waiting: map[auth.UserID]auth.User{},
	}
}

// came notes that a user is here with his token. It only queues.
func (a *acquaintance) came(user auth.User) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.known(user); ok || len(a.waiting) >= metWaiting {
		return
	}
	a.waiting[user.ID] = user
	ring(a.wake)
}

// known gives what is remembered of a user whose token is as it was; the lock is held.
func (a *acquaintance) known(user auth.User) (Profile, bool) {
	m, ok := a.met[user.ID]
	ok = ok && m.token == user.Name && a.now().Sub(m.at) < metTrust
	return m.profile, ok
}

// nameOf gives the name to be shown with what a user writes: the one set by hand, else his token's as it is.
func (a *acquaintance) nameOf(ctx context.Context, user auth.User) string {
	a.mu.Lock()
	profile, ok := a.known(user)
	a.mu.Unlock()
	if !ok {
		ctx, cancel := context.WithTimeout(ctx, metPatience)
		defer cancel()
		if err := a.meet(ctx, []auth.User{user}); err != nil {
			return user.Name
		}
		a.mu.Lock()
		profile = a.met[user.ID].profile
		a.mu.Unlock()
	}
	if profile.Given {
		return profile.Name
	}
	return user.Name
}

// run looks up who has come.
func (a *acquaintance) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.wake:
		}
		for some := a.take(); len(some) > 0 && ctx.Err() == nil; some = a.take() {
			op, cancel := context.WithTimeout(ctx, opTimeout)
			err := a.meet(op, some)
			cancel()
			if err != nil && ctx.Err() == nil {
				// They stay: whether somebody wants to be seen must be known before he is.
				a.logger.Warn("the profiles of users were not looked up", "users", len(some), "error", err)
				pause(ctx, metAgain, nil)
			}
			pause(ctx, metGather, nil)
		}
	}
}

// take gives some of those that wait.
func (a *acquaintance) take() []auth.User {
	a.mu.Lock()
	defer a.mu.Unlock()
	var some []auth.User
	for _, user := range a.waiting {
		if len(some) == metAtOnce {
			break
		}
		some = append(some, user)
	}
	return some
}

// statusOf gives the status a user has set by hand; StatusOffline: he waits to be looked up.
func (a *acquaintance) statusOf(user auth.UserID) Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, waits := a.waiting[user]; waits {
		return StatusOffline
	}
	return a.met[user].profile.Status
}

// meet reads the profiles of users, brings those up to their tokens that are not, and remembers all.
func (a *acquaintance) meet(ctx context.Context, users []auth.User) error {
	ids := make([]auth.UserID, len(users))
	for i, user := range users {
		ids[i] = user.ID
	}
	gen := a.generation()
	have, err := profilesByID(ctx, a.profiles, ids)
	if err != nil {
		return err
	}
	var fresh []Named
	tokens := map[auth.UserID]string{} // the names in theirs
	for _, user := range users {
		name := CleanName(user.Name)
		if profile, there := have[user.ID]; there && (profile.Given || profile.Name == name) {
			a.keep(user.Name, profile, gen)
			continue
		}
		fresh = append(fresh, Named{user.ID, name})
		tokens[user.ID] = user.Name
	}
	named, err := a.profiles.NameProfiles(ctx, fresh)
	if err != nil {
		return err
	}
	for _, profile := range named {
		a.keep(tokens[profile.UserID], profile, gen)
	}
	return nil
}

func (a *acquaintance) generation() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.dropped
}

// keep remembers a profile that was read since gen.
func (a *acquaintance) keep(token string, profile Profile, gen uint64) {
	a.mu.Lock()
	if a.dropped == gen {
		if len(a.met) >= metKept {
			clear(a.met)
		}
		a.met[profile.UserID] = met{token, profile, a.now()}
	}
	if waits, ok := a.waiting[profile.UserID]; ok && waits.Name == token {
		delete(a.waiting, profile.UserID)
	}
	a.mu.Unlock()
	a.looked(profile.UserID, profile.Status)
}

// forget drops what is remembered of a user.
func (a *acquaintance) forget(user auth.UserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropped++
	delete(a.met, user)
	delete(a.waiting, user)
}
