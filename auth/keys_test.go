package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// ring keeps keys in memory, as its contract says.
type ring struct {
	mu   sync.Mutex
	keys map[[32]byte]Key
	away error
}

var _ KeyStore = (*ring)(nil)

func (r *ring) CreateKey(_ context.Context, k Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[k.Hash] = k
	return r.away
}

func (r *ring) KeyByHash(_ context.Context, hash [32]byte) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, there := r.keys[hash]
	if r.away == nil && (!there || !k.RevokedAt.IsZero()) {
		return Key{}, ErrNoKey
	}
	return k, r.away
}

func (r *ring) Keys(context.Context, KeyQuery) ([]Key, error) { return nil, nil }

func (r *ring) RevokeKey(_ context.Context, which KeyRef, at time.Time) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for hash, k := range r.keys {
		if which.Is(&k) && k.RevokedAt.IsZero() {
			was := k
			k.RevokedAt = at
			r.keys[hash] = k
			return was, nil
		}
	}
	return Key{}, ErrNoKey
}

func (r *ring) RevokedKeys(context.Context, time.Time) ([]UserID, error) { return nil, nil }

func testKeys(t *testing.T) (*Keys, *Tokens, *ring) {
	t.Helper()
	kept := &ring{keys: map[[32]byte]Key{}}
	keys := NewKeys(kept, func() time.Time { return testNow })
	return keys, testTokens(t, "", "").WithKeys(keys), kept
}

func TestAKeyIsTakenWhereATokenIs(t *testing.T) {
	keys, tokens, kept := testKeys(t)
	made, shown, err := keys.Create(t.Context(), Key{Kind: KindBot, Name: " CI ", Rooms: []string{"dev"}, CreatedBy: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(shown)
	if err != nil {
		t.Fatal(err)
	}
	user := session.User
	if user.ID != made.ID || !strings.HasPrefix(string(user.ID), "b:") || user.Name != "CI" || len(user.Roles) != 0 {
		t.Errorf("the user is %+v", user)
	}
	if user.Grant == nil || !user.Grant.In("dev") || user.Grant.In("general") || user.PostOnly() {
		t.Errorf("the grant is %+v", user.Grant)
	}
	if session.ExpiresAt.Before(testNow.Add(100 * 365 * 24 * time.Hour)) {
		t.Errorf("the session ends at %s", session.ExpiresAt)
	}
	for hash := range kept.keys {
		if strings.Contains(string(hash[:]), shown) {
			t.Error("the key is kept")
		}
	}
	if _, err := keys.Revoke(t.Context(), KeyRef{Kind: KindBot, ID: made.ID, Room: "general"}); !errors.Is(err, ErrNoKey) {
		t.Errorf("revoked by another room: %v", err)
	}
	if _, err := keys.Revoke(t.Context(), KeyRef{Kind: KindBot, ID: made.ID, Room: "dev"}); err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Verify(shown); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("revoked, it gives %v", err)
	}
}

func TestWhatIsNoKeyOfTheKindIsRefused(t *testing.T) {
	keys, tokens, kept := testKeys(t)
	_, hook, err := keys.Create(t.Context(), Key{Kind: KindHook, Name: "Hook", PostOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{hook, "rs_", "rs_x", KeyPrefix + strings.Repeat("A", maxTokenBytes)} {
		if _, err := tokens.Verify(shown); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%.20s: got %v, want %v", shown, err, ErrUnauthenticated)
		}
	}
	if _, err := testTokens(t, "", "").Verify(hook); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("where no keys are taken: %v", err)
	}
	kept.away = errors.New("the store is away")
	if _, err := tokens.Verify(hook); !errors.Is(err, kept.away) || errors.Is(err, ErrUnauthenticated) {
		t.Errorf("a store that is away gives %v", err)
	}
}

func TestNobodyElseMakesBots(t *testing.T) {
	tokens := testTokens(t, "", "")
	for _, claims := range []string{`{"sub":"b:1","exp":1893456000}`, `{"sub":"b:1","exp":1893456000,"iss":"roomstream"}`} {
		if _, err := tokens.Verify(jwtOf(t, claims)); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s: got %v, want %v", claims, err, ErrUnauthenticated)
		}
	}
	var field *FieldError
	if _, err := tokens.Issue(User{ID: "b:1"}, time.Hour); !errors.As(err, &field) || field.Field != "sub" {
		t.Errorf("issued: %v", err)
	}
	if _, err := tokens.IssueLocal(User{ID: "b:1"}, time.Hour); !errors.As(err, &field) || field.Field != "sub" {
		t.Errorf("issued as a local one: %v", err)
	}
}
