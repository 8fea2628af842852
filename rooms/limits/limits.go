// Package limits says how often somebody may do something, and how many of something he may have.
//
// Concurrency: everything is safe for concurrent use and has no goroutine. A decision takes one lock of each Limiter asked, of
// one of its 64 parts, for a look at 128 bytes, and allocates nothing but where a part grows.
//
// Order and loss: nothing is kept over a restart, and instances know nothing of each other's counts. What is forgotten is
// forgiven: a key that is not known has done nothing yet. So no number of strangers can bring somebody to be refused.
package limits

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// shards bounds who waits for whom: on 64 cores two decisions rarely meet.
	shards = 64
	// ways is how many keys lie together: two lines of a processor's cache.
	ways = 8
	// MaxKeys is how many keys a Limiter remembers at once, 16 bytes each: 2 MiB. Only those count that are below their
	// full burst, so it takes as many active ones.
	MaxKeys = 1 << 17
	maxSets = MaxKeys / shards / ways
)

// Limiter lets each key do something as often as its Rate says. A nil Limiter lets everybody.
//
// It is the generic cell rate algorithm (ITU-T I.371): of each key one moment is kept, when its burst is whole again. What
// is allowed moves it on by Every; it may lie Burst times that ahead. What is refused moves nothing, so who asks
// too often is let in as soon as who waits.
type Limiter struct {
	name    string
	every   int64 // ns
	ahead   int64 // ns: how far a key's moment may lie ahead
	now     func() time.Time
	epoch   time.Time
	seed    maphash.Seed // nobody can choose keys that lie together, or are one
	refused atomic.Int64
	shards  [shards]shard
}

// shard is a part of the table: sets of keys, twice as many each time that one is full.
type shard struct {
	mu   sync.Mutex
	sets [][ways]entry
}

// entry is a key and its moment, in ns from the Limiter's epoch. One whose moment is past is free.
type entry struct {
	key  uint64
	full int64
}

// New makes a Limiter; nil where the Rate is no limit. The name is what Name tells. now: nil for time.Now.
func New(name string, r Rate, now func() time.Time) *Limiter {
	if r.Off() {
		return nil
	}
	if now == nil {
		now = time.Now
	}
	every := max(int64(r.Every), 1)
	return &Limiter{name: name, every: every, ahead: every * int64(r.Burst), now: now, epoch: now(), seed: maphash.MakeSeed()}
}

// Name is the limit's, as clients and metrics are told.
func (l *Limiter) Name() string { return l.name }

// Refused counts what was not allowed.
func (l *Limiter) Refused() int64 {
	if l == nil {
		return 0
	}
	return l.refused.Load()
}

// Take lets the key do it once, or says how long it is to wait; 0: it may.
func (l *Limiter) Take(key string) time.Duration { return l.Of(key).Take() }

// TakeIn is Take of a key in a place: each pair counts by itself.
func (l *Limiter) TakeIn(key, place string) time.Duration { return l.In(key, place).Take() }

// moment is now, in ns from the epoch.
func (l *Limiter) moment() int64 { return int64(l.now().Sub(l.epoch)) }

// place finds the key's entry, or one to use for it: a free one; else, where the table may grow no more, the one that
// will be free soonest. So who is nearest to being refused is remembered longest, and a flood of new keys, which have all
// done little, forgets itself. full is when the key's burst is whole, now at the soonest. The lock is held.
func (s *shard) place(key uint64, now int64) (at *entry, full int64) {
	if s.sets == nil {
		s.sets = make([][ways]entry, 1)
	}
	for {
		if e := s.known(key, now); e != nil {
			return e, e.full
		}
		set := &s.sets[s.index(key)]
		soonest := &set[0]
		for i := range set {
			if set[i].full < soonest.full {
				soonest = &set[i]
			}
		}
		// One whose moment is past stands for a burst that is whole, whoever's it was.
		if soonest.full <= now || len(s.sets) >= maxSets {
			return soonest, now
		}
		s.grow(now)
	}
}

// known finds the key's entry; nil: its burst is whole. The lock is held.
func (s *shard) known(key uint64, now int64) *entry {
	if s.sets == nil {
		return nil
	}
	set := &s.sets[s.index(key)]
	for i := range set {
		if e := &set[i]; e.key == key && e.full > now {
			return e
		}
	}
	return nil
}

// index is where a key's set lies. The lowest bits chose the shard.
func (s *shard) index(key uint64) uint64 { return key / shards % uint64(len(s.sets)) }

// grow doubles the sets. What lay in one set goes to two, so each has room.
func (s *shard) grow(now int64) {
	old := s.sets
	s.sets = make([][ways]entry, 2*len(old))
	for i := range old {
		for _, e := range old[i] {
			if e.full <= now {
				continue
			}
			set := &s.sets[s.index(e.key)]
			for j := range set {
				if set[j].full <= now {
					set[j] = e
					break
				}
			}
		}
	}
}
