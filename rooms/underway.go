package rooms

import (
	"context"
	"sync"

	"roomstream/auth"
)

// underway are what users are doing that an erasure must not overtake: what it would take away
// is still on its way to the store. It is safe for concurrent use.
type underway struct {
	mu   sync.Mutex
	acts map[auth.UserID]map[chan struct{}]context.CancelFunc // each closed when it has ended, with what ends it; nil: nothing does
}

func newUnderway() *underway {
	return &underway{acts: map[auth.UserID]map[chan struct{}]context.CancelFunc{}}
}

// begin notes an act of a user, which stop, if there is one, has end soon; end must be called once, when it has ended.
func (u *underway) begin(user auth.UserID, stop context.CancelFunc) (end func()) {
	done := make(chan struct{})
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.acts[user] == nil {
		u.acts[user] = map[chan struct{}]context.CancelFunc{}
	}
	u.acts[user][done] = stop
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		close(done)
		if delete(u.acts[user], done); len(u.acts[user]) == 0 {
			delete(u.acts, user)
		}
	}
}

// ended waits for all that a user has begun by now; what takes long is stopped.
func (u *underway) ended(ctx context.Context, user auth.UserID) error {
	u.mu.Lock()
	var all []chan struct{}
	for done, stop := range u.acts[user] {
		if all = append(all, done); stop != nil {
			stop()
		}
	}
	u.mu.Unlock()
	for _, done := range all {
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Doing notes that something of a user is on its way to the store, for his erasure to wait for. The
// end that it returns must be called once, when it is there.
func (s *Service) Doing(user auth.UserID) (end func()) { return s.underway.begin(user, nil) }
