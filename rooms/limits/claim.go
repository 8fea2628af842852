package limits

import (
	"hash/maphash"
	"math/bits"
	"sync"
	"time"
)

// Claim is one thing that a key wants to do under a Limiter. The zero Claim is under none.
type Claim struct {
	limiter *Limiter
	key     uint64
}

// Of is a key's claim.
func (l *Limiter) Of(key string) Claim {
	if l == nil {
		return Claim{}
	}
	return Claim{l, maphash.String(l.seed, key)}
}

// In is the claim of a key in a place: each pair counts by itself.
func (l *Limiter) In(key, place string) Claim {
	if l == nil {
		return Claim{}
	}
	// Rotated, so that a key in a place is not that place in the key.
	return Claim{l, bits.RotateLeft64(maphash.String(l.seed, key), 1) ^ maphash.String(l.seed, place)}
}

// Take takes the claim, or says how long to wait; 0: it is taken.
func (c Claim) Take() time.Duration {
	held := c.hold()
	defer held.release()
	if held.wait > 0 {
		c.limiter.refused.Add(1)
		return held.wait
	}
	held.take()
	return 0
}

// TakeBoth takes two claims, or neither: then it gives the Limiter that asks for the longer wait, and how long it is. So
// whom one limit refuses has used up nothing of the other. The claims are under different Limiters, and whoever takes both
// of two Limiters names them in the same order.
func TakeBoth(first, second Claim) (refuses *Limiter, wait time.Duration) {
	a := first.hold()
	defer a.release()
	b := second.hold()
	defer b.release()
	switch {
	case a.wait == 0 && b.wait == 0:
		a.take()
		b.take()
		return nil, 0
	case a.wait >= b.wait:
		first.limiter.refused.Add(1)
		return first.limiter, a.wait
	}
	second.limiter.refused.Add(1)
	return second.limiter, b.wait
}

// Return gives back what was taken and not used. A key that was forgotten meanwhile has all of its burst anyway.
func (c Claim) Return() {
	if c.limiter == nil {
		return
	}
	now, s := c.limiter.moment(), &c.limiter.shards[c.key%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.known(c.key, now); e != nil {
		e.full -= c.limiter.every
	}
}

// held is a claim whose part of the table is locked.
type held struct {
	lock  *sync.Mutex // nil: there is no limit
	place *entry
	after entry // what place becomes where the claim is taken
	wait  time.Duration
}

func (c Claim) hold() held {
	if c.limiter == nil {
		return held{}
	}
	now, s := c.limiter.moment(), &c.limiter.shards[c.key%shards]
	s.mu.Lock()
	place, full := s.place(c.key, now)
	full += c.limiter.every
	return held{&s.mu, place, entry{c.key, full}, time.Duration(max(full-now-c.limiter.ahead, 0))}
}

func (h *held) take() {
	if h.lock != nil {
		*h.place = h.after
	}
}

func (h *held) release() {
	if h.lock != nil {
		h.lock.Unlock()
	}
}
