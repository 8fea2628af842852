package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// tally counts attempts in memory, as its contract says.
type tally struct {
	mu   sync.Mutex
	keys map[string]Attempts
	away error
}

var _ AttemptStore = (*tally)(nil)

func (s *tally) TakeAttempt(_ context.Context, key string, rule AttemptRule, now time.Time) (after Attempts, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after, ok = s.keys[key].Take(rule, now)
	s.keys[key] = after
	return after, ok, s.away
}

func (s *tally) ReturnAttempt(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.keys[key]
	a.Count = max(0, a.Count-1)
	s.keys[key] = a
	return s.away
}

func (s *tally) ClearAttempts(_ context.Context, key string, known time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[key] = Attempts{KnownUntil: known}
	return s.away
}

func (s *tally) ForgetAttempts(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.keys {
		if k == key || strings.HasPrefix(k, key+":") {
			delete(s.keys, k)
		}
	}
	return s.away
}

// guesser signs in by made-up addresses with hashes that cost nothing.
type guesser struct {
	t        *testing.T
	accounts *Accounts
	store    *tally
	clock    *clock
	hashes   int
}

func newGuesser(t *testing.T, failures int) *guesser {
	g := &guesser{t: t, store: &tally{keys: map[string]Attempts{}}, clock: newClock()}
	g.accounts = NewAccounts(&shelf{accounts: map[string]Account{}}, testTokens(t, "", ""), AccountOptions{
		Now: func() time.Time { return testNow }, Limits: NewLoginLimits(g.store, failures, g.clock.now),
	})
	g.accounts.passwords.derive = func(password, salt []byte, _, _ uint32, _ uint8, length uint32) []byte {
		g.hashes++
		key := make([]byte, length)
		copy(key, password)
		return key
	}
	if _, err := g.accounts.Register(t.Context(), Client{}, "Ann", goodPassword); err != nil {
		t.Fatal(err)
	}
	g.hashes = 0
	return g
}

// try gives how long to wait; 0: the password was compared.
func (g *guesser) try(address, name, password string, right bool) time.Duration {
	g.t.Helper()
	before := g.hashes
	_, err := g.accounts.Login(g.t.Context(), Client{Address: address}, name, password)
	var limited *LimitedError
	switch {
	case errors.As(err, &limited):
		if g.hashes != before {
			g.t.Error("a password was hashed for who has to wait")
		}
		return limited.RetryAfter
	case right && err != nil, !right && !errors.Is(err, ErrUnauthenticated):
		g.t.Errorf("%s from %s: %v", name, address, err)
	}
	if g.hashes != before+1 {
		g.t.Errorf("it cost %d hashes, want 1", g.hashes-before)
	}
	return 0
}

func (g *guesser) want(wait, got time.Duration) {
	g.t.Helper()
	if got != wait {
		g.t.Errorf("told to wait %s, want %s", got, wait)
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	for _, name := range []string{"Ann", "Nobody"} {
		g := newGuesser(t, 10)
		for range 10 {
			g.want(0, g.try("192.0.2.1:1234", name, "wrong password", false))
		}
		for _, wait := range []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 900, 900} {
			g.want(wait*time.Second, g.try("192.0.2.1:4321", name, "wrong password", false)) // whatever the port
			g.clock.forward(wait * time.Second)
			g.want(0, g.try("192.0.2.1", name, "wrong password", false))
		}
		g.clock.forward(30 * time.Minute)
		for range 10 {
			g.want(0, g.try("192.0.2.1", name, "wrong password", false))
		}
	}
}

func TestAStrangerKeepsNobodyOutWhereHeUsuallyIs(t *testing.T) {
	g := newGuesser(t, 10)
	const home = "2001:db8:1:2::7"
	g.want(0, g.try(home, "Ann", goodPassword, true))
	for i := range 30 {
		g.want(0, g.try(fmt.Sprintf("198.51.100.%d", i), "Ann", "wrong password", false))
	}
	g.want(5*time.Second, g.try("198.51.100.99", "Ann", goodPassword, true)) // guesses from many places
	g.want(0, g.try("2001:db8:1:2:ffff::1", "Ann", "wrong password", false)) // the same line
	g.want(0, g.try(home, "Ann", goodPassword, true))
	g.clock.forward(5 * time.Second)
	g.want(0, g.try("198.51.100.99", "Ann", goodPassword, true))
	g.want(0, g.try("198.51.100.99", "Ann", goodPassword, true)) // it is known now

	if err := ForgetAttempts(t.Context(), g.store, "ANN"); err != nil {
		t.Fatal(err)
	}
	for key := range g.store.keys {
		if strings.HasPrefix(key, "n:") {
			t.Errorf("%s is not forgotten", key)
		}
	}
}

func TestAnAddressThatTriesManyNamesWaits(t *testing.T) {
	g := newGuesser(t, 10)
	for i := range 100 {
		g.want(0, g.try("192.0.2.1", fmt.Sprintf("name %d", i), "wrong password", false))
	}
	g.want(5*time.Second, g.try("192.0.2.1", "another", "wrong password", false))
	g.want(0, g.try("192.0.2.2", "another", "wrong password", false))
}

func TestWhatWasNotComparedDoesNotCount(t *testing.T) {
	g := newGuesser(t, 1)
	for range maxWaiting {
		g.accounts.passwords.waiting <- struct{}{}
	}
	for range 3 {
		if _, err := g.accounts.Login(t.Context(), Client{Address: "192.0.2.1"}, "Ann", "wrong password"); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want %v", err, ErrBusy)
		}
	}
	for range maxWaiting {
		<-g.accounts.passwords.waiting
	}
	g.want(0, g.try("192.0.2.1", "Ann", "wrong password", false))
	g.store.away = errors.New("away")
	if _, err := g.accounts.Login(t.Context(), Client{}, "Ann", goodPassword); !errors.Is(err, g.store.away) {
		t.Errorf("without the store: %v", err)
	}
}
