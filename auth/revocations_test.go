package auth

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// drawer keeps revocations in memory, as its contract says.
type drawer struct {
	mu   sync.Mutex
	list []Revocation
	away error
}

var _ RevocationStore = (*drawer)(nil)

func (d *drawer) SaveRevocation(_ context.Context, r Revocation) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away == nil {
		d.list = append(d.list, r)
	}
	return d.away
}

func (d *drawer) Revocations(context.Context, time.Time) ([]Revocation, time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.list), testNow, d.away
}

func (d *drawer) setAway(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = err
}

func shown(id UserID, jti string, issuedAt time.Time) User {
	return User{ID: id, Token: &Token{ID: jti, IssuedAt: issuedAt}}
}

func TestWhatARevocationCovers(t *testing.T) {
	c := newClock()
	r := NewRevocations(&drawer{}, c.now, nil)
	for _, of := range []Revocation{
		{User: "ann", At: testNow.Add(500 * time.Millisecond)},
		{TokenID: "t1", At: testNow, Until: testNow.Add(time.Hour)},
	} {
		if err := r.Save(t.Context(), of); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		why  string
		user User
		want bool
	}{
		{"issued before", shown("ann", "", testNow), true},
		{"issued in the same millisecond", shown("ann", "", testNow.Add(500*time.Millisecond)), true},
		{"issued after", shown("ann", "", testNow.Add(501*time.Millisecond)), false},
		{"without iat", shown("ann", "x", time.Time{}), true},
		{"by a key", User{ID: "ann"}, false},
		{"of somebody else", shown("ben", "", time.Time{}), false},
		{"by its jti", shown("ben", "t1", testNow.Add(time.Hour)), true},
		{"by another jti", shown("ben", "t2", testNow), false},
	}
	for _, tt := range tests {
		if got := r.Covers(tt.user); got != tt.want {
			t.Errorf("%s: covered is %v", tt.why, got)
		}
	}
	c.forward(time.Hour)
	if r.Covers(shown("ben", "t1", testNow)) {
		t.Error("a token is remembered beyond its end")
	}
	if err := r.Save(t.Context(), Revocation{TokenID: "t3", At: c.now(), Until: c.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if len(r.tokens) != 1 {
		t.Errorf("%d tokens are kept, want the one that has not ended", len(r.tokens))
	}
	if !r.Covers(shown("ann", "", testNow)) {
		t.Error("a user's revocation ends")
	}
}

func TestARevocationIsNeverTakenBack(t *testing.T) {
	r := NewRevocations(&drawer{}, newClock().now, nil)
	for _, at := range []time.Duration{time.Minute, 0} {
		if err := r.Save(t.Context(), Revocation{User: "ann", At: testNow.Add(at)}); err != nil {
			t.Fatal(err)
		}
	}
	if !r.Covers(shown("ann", "", testNow.Add(time.Minute))) {
		t.Error("an earlier revocation took the place of a later one")
	}
}

func TestRevocationsThatCannotBe(t *testing.T) {
	r := NewRevocations(&drawer{}, nil, nil)
	for why, of := range map[string]Revocation{
		"of nothing": {}, "of a user and a token": {User: "ann", TokenID: "t"}, "of a long jti": {TokenID: strings.Repeat("x", MaxTokenID+1)},
	} {
		var field *FieldError
		if err := r.Save(t.Context(), of); !errors.As(err, &field) || field.Field != "jti" {
			t.Errorf("%s: got %v", why, err)
		}
	}
	for _, key := range []string{"", "u", "u:", "x:y", "j:"} {
		if of, ok := RevocationOf(key); ok {
			t.Errorf("%q is the key of %+v", key, of)
		}
	}
	for _, of := range []Revocation{{User: "j:x"}, {TokenID: "u:x"}} {
		if back, ok := RevocationOf(of.Key()); !ok || back != of {
			t.Errorf("%q gives %+v", of.Key(), back)
		}
	}
}

func TestAStoreThatIsAwayRevokesNothingAndTakesNothingBack(t *testing.T) {
	store := &drawer{}
	r := NewRevocations(store, newClock().now, nil)
	if err := r.Save(t.Context(), Revocation{User: "ann", At: testNow}); err != nil {
		t.Fatal(err)
	}
	store.setAway(errors.New("away"))
	if err := r.Save(t.Context(), Revocation{User: "ben", At: testNow}); !errors.Is(err, store.away) {
		t.Errorf("saved with %v", err)
	}
	if err := r.Load(t.Context()); !errors.Is(err, store.away) {
		t.Errorf("loaded with %v", err)
	}
	if !r.Covers(shown("ann", "", testNow)) || r.Covers(shown("ben", "", testNow)) {
		t.Error("what is known has changed")
	}
}

// house is live sessions.
type house struct {
	mu    sync.Mutex
	users []User
	ended chan User
}

func (h *house) enter(u User) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users = append(h.users, u)
}

func (h *house) End(covered func(User) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users = slices.DeleteFunc(h.users, func(u User) bool {
		out := covered(u)
		if out {
			h.ended <- u
		}
		return out
	})
}

func (h *house) All() iter.Seq[User] {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Values(slices.Clone(h.users))
}

// Another instance saves; this one hears no signal.
func TestSessionsEndWithoutASignalAlsoThoseThatWereOnTheirWayIn(t *testing.T) {
	store := &drawer{}
	here, there := NewRevocations(store, newClock().now, nil), NewRevocations(store, newClock().now, nil)
	h := &house{ended: make(chan User, 8)}
	h.enter(shown("ann", "old", testNow))
	h.enter(shown("ann", "new", testNow.Add(time.Minute)))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- here.Run(ctx, h) }()
	if err := there.Save(t.Context(), Revocation{User: "ann", At: testNow}); err != nil {
		t.Fatal(err)
	}
	if out := <-h.ended; out.Token.ID != "old" {
		t.Errorf("ended %q first", out.Token.ID)
	}
	h.enter(shown("ann", "late", testNow)) // its token was verified before
	if out := <-h.ended; out.Token.ID != "late" {
		t.Errorf("ended %q", out.Token.ID)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
	if len(h.ended) > 0 || len(h.users) != 1 {
		t.Errorf("%d more ended, %d are left", len(h.ended), len(h.users))
	}
}

func TestTokensSayWhenTheyWereIssuedToTheMillisecond(t *testing.T) {
	c := newClock()
	c.forward(123*time.Millisecond + 456*time.Microsecond)
	tokens := tokensOf(t, TokenOptions{Now: c.now})
	issued, err := tokens.Issue(User{ID: "alice"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(issued)
	if err != nil || session.User.Token == nil {
		t.Fatal(session, err)
	}
	if got, want := session.User.Token.IssuedAt, testNow.Add(123*time.Millisecond); !got.Equal(want) {
		t.Errorf("issued at %v, want %v", got, want)
	}
	if session.User.Token.ID == "" {
		t.Error("it has no jti")
	}
	p := edPair(t, "1")
	others := tokensOf(t, TokenOptions{KeySet: keySetOf(t, newIssuer(t, p), c), Now: c.now})
	session, err = others.Verify(p.token(t, with(map[string]any{"iat": testNow.Unix(), claimMillis: 999, "jti": 7}), nil))
	if err != nil || !session.User.Token.IssuedAt.Equal(testNow) || session.User.Token.ID != "" {
		t.Errorf("another's token: %+v, %v", session.User.Token, err)
	}
}

func TestVerifyRefusesWhatIsRevoked(t *testing.T) {
	r := NewRevocations(&drawer{}, newClock().now, nil)
	tokens := testTokens(t, "", "").WithRevocations(r)
	token := sign(t, with(nil))
	mustVerify(t, tokens, token, "before")
	if err := r.Save(t.Context(), Revocation{User: "alice", At: testNow}); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, tokens, token, "after")
}
