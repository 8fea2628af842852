package feed

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// basicTrust is how long a password that was right is taken for right: clients that reconnect together would each
	// cost a hash of 0.1 s.
	basicTrust = time.Minute

	// basicMost bounds the passwords remembered; the one used least lately goes first.
	basicMost = 10_000
)

// basicKey stands for a name and a password, and tells nothing of them.
type basicKey [sha256.Size]byte

// basic verifies names with passwords and remembers those that were right for a minute. It is safe for concurrent use.
type basic struct {
	check func(ctx context.Context, from auth.Client, name, password string) (auth.User, error)
	now   func() time.Time
	key   [sha256.Size]byte
	once  singleflight.Group

	mu      sync.Mutex
	entries map[basicKey]*list.Element // of basicEntry
	used    *list.List                 // latest first
}

type basicEntry struct {
	key   basicKey
	user  auth.User
	until time.Time
}

func newBasic(check func(context.Context, auth.Client, string, string) (auth.User, error), now func() time.Time) *basic {
	b := &basic{check: check, now: now, entries: map[basicKey]*list.Element{}, used: list.New()}
	rand.Read(b.key[:]) // never fails: crypto/rand ends the process first
	return b
}

// login returns UNAUTHENTICATED for a wrong name or password, RATE_LIMITED after too many of them, OVERLOADED when too many are
// being checked.
func (b *basic) login(ctx context.Context, from auth.Client, name, password string) (auth.User, error) {
	key := b.keyOf(name, password)
	if user, ok := b.remembered(key); ok {
		return user, nil
	}
	// One check serves all who come with the same at the same time; whoever gives up leaves it to the others.
	found := b.once.DoChan(string(key[:]), func() (any, error) {
		op, cancel := context.WithTimeout(context.WithoutCancel(ctx), openTimeout)
		defer cancel()
		user, err := b.check(op, from, name, password)
		if err == nil {
			b.remember(key, user)
		}
		return user, err
	})
	select {
	case got := <-found:
		if errors.Is(got.Err, auth.ErrUnauthenticated) {
			return auth.User{}, rooms.Wrap(rooms.CodeUnauthenticated, got.Err, "name or password is wrong")
		}
		return got.Val.(auth.User), got.Err
	case <-ctx.Done():
		return auth.User{}, ctx.Err()
	}
}

// keyOf is keyed by chance: what it makes is of no use outside this process.
func (b *basic) keyOf(name, password string) (key basicKey) {
	h := hmac.New(sha256.New, b.key[:])
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(name))) // else "ab"+"c" were "a"+"bc"
	h.Write(length[:])
	h.Write([]byte(name))
	h.Write([]byte(password))
	h.Sum(key[:0])
	return key
}

func (b *basic) remembered(key basicKey) (auth.User, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[key]
	if e == nil {
		return auth.User{}, false
	}
	entry := e.Value.(basicEntry)
	if !b.now().Before(entry.until) {
		b.drop(e)
		return auth.User{}, false
	}
	b.used.MoveToFront(e)
	return entry.user, true
}

func (b *basic) remember(key basicKey, user auth.User) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.entries[key]; old != nil {
		b.drop(old)
	}
	b.entries[key] = b.used.PushFront(basicEntry{key, user, b.now().Add(basicTrust)})
	for b.used.Len() > basicMost {
		b.drop(b.used.Back())
	}
}

// forget makes a user's password be checked again.
func (b *basic) forget(user auth.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for e := b.used.Front(); e != nil; {
		next := e.Next()
		if e.Value.(basicEntry).user.ID == user {
			b.drop(e)
		}
		e = next
	}
}

// drop removes an entry; the lock is held.
func (b *basic) drop(e *list.Element) {
	delete(b.entries, e.Value.(basicEntry).key)
	b.used.Remove(e)
}
