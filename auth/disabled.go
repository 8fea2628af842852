package auth

import (
	"context"
	"time"
)

// Disable refuses a user's tokens from now on, whoever issued them and whenever, until Enable. It returns when he was
// disabled, and is durable then.
func (r *Revocations) Disable(ctx context.Context, user UserID) (time.Time, error) {
	// What another instance did a moment ago must not stand above this: whose clock is behind would change nothing.
	if err := r.Load(ctx); err != nil {
		return time.Time{}, err
	}
	known := r.disablingOf(user)
	if known.inForce() {
		return known.at, nil
	}
	at := later(r.Now(), known.lifted)
	return at, r.Save(ctx, Revocation{User: user, Disabled: true, At: at, Lifted: known.lifted})
}

// Enable lets a user in again by what is issued from now on; what he had stays refused. enabled: he was disabled. It is
// durable on return.
func (r *Revocations) Enable(ctx context.Context, user UserID) (enabled bool, err error) {
	if err := r.Load(ctx); err != nil {
		return false, err
	}
	known := r.disablingOf(user)
	if !known.inForce() {
		return false, nil
	}
	lifted := later(r.Now(), known.at.Add(time.Millisecond))
	return true, r.Save(ctx, Revocation{User: user, Disabled: true, At: known.at, Lifted: lifted})
}

// Disabled says whether a user is.
func (r *Revocations) Disabled(user UserID) bool { return r.disablingOf(user).inForce() }

func (r *Revocations) disablingOf(user UserID) disabling {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.disabled[user]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
