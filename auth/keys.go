package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// KeyPrefix begins every key: who finds one in a file or a log knows what it is, and whose.
	KeyPrefix = "rs_"

	botPrefix = "b:" // of the subjects of programs that show a key

	// keyTimeout bounds the look-up of a key; those of tokens need none.
	keyTimeout = 5 * time.Second

	// keyUntil is when a session by a key ends: a key is good until it is revoked.
	keyUntil = maxNumericDate
)

// ErrNoKey says that no key in force has the hash or the id.
var ErrNoKey = errors.New("no such key")

// Kind says what a key is for.
type Kind string

// The kinds of keys.
const (
	KindBot  Kind = "bot"  // a program shows it as a bearer token
	KindHook Kind = "hook" // it is part of an address that takes messages
)

// Key lets a program in as a user of its own. The key itself is told once and kept nowhere.
type Key struct {
	ID        UserID   // "b:" and random characters: who the program is
	Kind      Kind     //
	Hash      [32]byte // SHA-256 of the key, which has 128 random bits: a slow hash would guard nothing more
	Name      string   // shown with what it writes
	Rooms     []string // where it is good; nil: in every room but direct ones
	PostOnly  bool     // it sends messages, and reads nothing
	CreatedBy UserID
	CreatedAt time.Time
	RevokedAt time.Time // zero: it is in force
}

// User is who shows the key.
func (k *Key) User() User {
	u := User{ID: k.ID, Name: k.Name, Grant: &Grant{PostOnly: k.PostOnly}}
	if k.Rooms == nil {
		return u
	}
	u.Grant.Rooms = make(map[string]bool, len(k.Rooms))
	for _, room := range k.Rooms {
		u.Grant.Rooms[room] = true
	}
	return u
}

// KeyQuery selects keys in force.
type KeyQuery struct {
	Kind  Kind
	Room  string // only those that are good there by name; empty: all of the kind
	After UserID // those with a greater id
	Limit int    // at least 1
}

// KeyRef names a key.
type KeyRef struct {
	Kind Kind
	ID   UserID
	Room string // it must be good there and nowhere else; empty: wherever it is good
}

// Is says whether the key is the one meant.
func (r KeyRef) Is(k *Key) bool {
	return k.Kind == r.Kind && k.ID == r.ID && (r.Room == "" || len(k.Rooms) == 1 && k.Rooms[0] == r.Room)
}

// KeyStore keeps keys. Implementations are safe for concurrent use; what they wrote is durable on return.
type KeyStore interface {
	// CreateKey stores a new one.
	CreateKey(ctx context.Context, k Key) error
	// KeyByHash returns ErrNoKey when no key in force has the hash. It reads what a majority has.
	KeyByHash(ctx context.Context, hash [32]byte) (Key, error)
	// Keys returns keys in force, ascending by ID.
	Keys(ctx context.Context, q KeyQuery) ([]Key, error)
	// RevokeKey takes a key in force out of it, and gives it as it was. ErrNoKey: there is no such one.
	RevokeKey(ctx context.Context, which KeyRef, at time.Time) (Key, error)
	// RevokedKeys gives whom the keys revoked after a time spoke for. It may forget those that were revoked over an hour ago.
	RevokedKeys(ctx context.Context, after time.Time) ([]UserID, error)
}

// Keys makes and verifies keys. Safe for concurrent use. Nothing is remembered: a key that was revoked is refused at
// once, on every instance.
type Keys struct {
	store KeyStore
	now   func() time.Time
}

// NewKeys keeps keys in the store. now nil: time.Now.
func NewKeys(store KeyStore, now func() time.Time) *Keys {
	if now == nil {
		now = time.Now
	}
	return &Keys{store, now}
}

// Create makes a key of k's Kind, Name, Rooms, PostOnly and CreatedBy, and returns the key itself, which is told only
// here. It returns a *FieldError for a name that cannot be shown.
func (k *Keys) Create(ctx context.Context, of Key) (Key, string, error) {
	name, err := cleanName(of.Name)
	if err != nil {
		return Key{}, "", err
	}
	shown := KeyPrefix + rand.Text()
	of.ID, of.Name, of.Hash = UserID(botPrefix+rand.Text()), name, hashKey(shown)
	of.CreatedAt, of.RevokedAt = k.now().UTC().Truncate(time.Millisecond), time.Time{}
	if err := k.store.CreateKey(ctx, of); err != nil {
		return Key{}, "", fmt.Errorf("store a key: %w", err)
	}
	return of, shown, nil
}

// Verify says whom a key of a kind speaks for. Its errors wrap ErrUnauthenticated for what is no such key, or are the
// store's.
func (k *Keys) Verify(ctx context.Context, kind Kind, shown string) (Key, error) {
	if len(shown) > maxTokenBytes {
		return Key{}, refuse("the key is over %d bytes", maxTokenBytes)
	}
	hash := hashKey(shown)
	ctx, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	found, err := k.store.KeyByHash(ctx, hash)
	switch {
	case errors.Is(err, ErrNoKey):
		return Key{}, refuse("the key is not known, or was revoked")
	case err != nil:
		return Key{}, fmt.Errorf("look up a key: %w", err)
	case found.Kind != kind, subtle.ConstantTimeCompare(found.Hash[:], hash[:]) != 1:
		return Key{}, refuse("the key is of another kind")
	}
	return found, nil
}

// List gives keys in force.
func (k *Keys) List(ctx context.Context, q KeyQuery) ([]Key, error) { return k.store.Keys(ctx, q) }

// Revoke takes a key out of force and gives it as it was. ErrNoKey: there is none.
func (k *Keys) Revoke(ctx context.Context, which KeyRef) (Key, error) {
	return k.store.RevokeKey(ctx, which, k.now().UTC().Truncate(time.Millisecond))
}

// RevokedWithin gives whom the keys spoke for that were revoked so lately. The clocks of instances may differ by as much.
func (k *Keys) RevokedWithin(ctx context.Context, span time.Duration) ([]UserID, error) {
	return k.store.RevokedKeys(ctx, k.now().Add(-span))
}

// session is Verify for what was shown as a token.
func (k *Keys) session(shown string) (Session, error) {
	key, err := k.Verify(context.Background(), KindBot, shown)
	if err != nil {
		return Session{}, err
	}
	return Session{User: key.User(), ExpiresAt: time.Unix(keyUntil, 0).UTC()}, nil
}

func hashKey(shown string) [32]byte { return sha256.Sum256([]byte(shown)) }

// CleanName gives the form in which a name is kept and shown, as accounts have it, or a *FieldError of name.
func CleanName(typed string) (string, error) { return cleanName(typed) }

// IsKey tells a key from a token by its look.
func IsKey(shown string) bool { return strings.HasPrefix(shown, KeyPrefix) }
