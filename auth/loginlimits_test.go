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
	mu     sync.Mutex
	keys   map[string]Attempts
	reads  int // calls that a store only reads for
	writes int // calls that a store writes for
	away   error
}

var _ AttemptStore = (*tally)(nil)

func (s *tally) Attempts(_ context.Context, keys []string) ([]Attempts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	found := make([]Attempts, len(keys))
	for i, key := range keys {
		found[i] = s.keys[key]
	}
	return found, s.away
}

func (s *tally) TakeAttempt(_ context.Context, key string, rule AttemptRule, now time.Time) (before Attempts, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	before = s.keys[key]
	s.keys[key], ok = before.Take(rule, now)
	return before, ok, s.away
}

func (s *tally) ReturnAttempt(_ context.Context, key string, before, after Attempts) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.keys[key] = s.keys[key].Return(before, after)
	return s.away
}

func (s *tally) ClearAttempts(_ context.Context, key string, known time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
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

// The time of an answer must not tell who has an account. Where the account is signed in from, it does: there its failures
// alone count, and web/docs/operations.md says so.
func TestAnUnknownNameCostsWhatAWrongPasswordDoes(t *testing.T) {
	type costs struct{ hashes, lookups, reads, writes int }
	g := newGuesser(t, 10)
	spent := func() costs { return costs{g.hashes, g.accounts.store.(*shelf).reads, g.store.reads, g.store.writes} }
	cost := func(address, name, password string) costs {
		t.Helper()
		before := spent()
		g.want(0, g.try(address, name, password, false))
		after := spent()
		return costs{after.hashes - before.hashes, after.lookups - before.lookups, after.reads - before.reads, after.writes - before.writes}
	}
	for range 3 { // the first time makes records that the others change
		unknown, wrong := cost("192.0.2.1", "Eve", "wrong password"), cost("192.0.2.2", "Ann", "wrong password")
		if want := (costs{1, 1, 1, 3}); unknown != want || wrong != want {
			t.Errorf("an unknown name costs %+v, a wrong password %+v, want %+v", unknown, wrong, want)
		}
	}
	const home = "192.0.2.3"
	g.want(0, g.try(home, "Ann", goodPassword, true))
	if known, want := cost(home, "Ann", "wrong password"), (costs{1, 1, 1, 1}); known != want {
		t.Errorf("where it is signed in from it costs %+v, want %+v", known, want)
	}
	g.accounts.disabled = func(UserID) bool { return true }
	if disabled, want := cost("192.0.2.2", "Ann", goodPassword), (costs{1, 1, 1, 3}); disabled != want {
		t.Errorf("a disabled account costs %+v, want %+v", disabled, want)
	}
}

// Whoever has to wait and tries all the same is refused by what is known: he has the store write nothing and keep nothing.
func TestATryThatMustWaitIsNotWritten(t *testing.T) {
	g := newGuesser(t, 10)
	writes := func(what string, want int) {
		t.Helper()
		if g.store.writes != want {
			t.Errorf("%s: %d writes, want %d", what, g.store.writes, want)
		}
	}
	for i := range 10 {
		g.want(0, g.try("192.0.2.1", "Ann", "wrong password", false))
		writes("a try", 3*(i+1)) // of the pair, the address and the account
	}
	for range 100 {
		g.want(5*time.Second, g.try("192.0.2.1", "Ann", "wrong password", false))
	}
	writes("an account that must wait at an address", 30)
	for i := range 90 {
		g.want(0, g.try("192.0.2.1", fmt.Sprint("name ", i), "wrong password", false))
	}
	written, kept := g.store.writes, len(g.store.keys)
	for i := range 100 {
		g.want(5*time.Second, g.try("192.0.2.1", fmt.Sprint("made up ", i), "wrong password", false))
	}
	for i := range 20 {
		g.want(0, g.try(fmt.Sprint("198.51.100.", i), "Ann", "wrong password", false))
	}
	written, kept = written+3*20, kept+2*20
	for i := range 100 {
		g.want(5*time.Second, g.try(fmt.Sprint("203.0.113.", i), "Ann", "wrong password", false))
	}
	writes("an address, and an account, that must wait", written)
	if len(g.store.keys) != kept {
		t.Errorf("%d keys are kept, want %d", len(g.store.keys), kept)
	}
}

// A right password is no failure: what it took is given back with the wait that came of it, also of an office's address, and
// of an account that others guess at.
func TestARightPasswordHasNobodyWait(t *testing.T) {
	g := newGuesser(t, 10)
	const office = "192.0.2.1"
	for i := range 100 {
		g.want(0, g.try(office, fmt.Sprint("name ", i), "wrong password", false))
	}
	g.want(5*time.Second, g.try(office, "another", "wrong password", false))
	g.clock.forward(5 * time.Second)
	g.want(0, g.try(office, "Ann", goodPassword, true))
	g.want(0, g.try(office, "another", "wrong password", false)) // and not in 10 s
	g.want(10*time.Second, g.try(office, "another one", "wrong password", false))

	// It is as if it had not been, also when all is forgotten: 15 minutes behind the last failure's wait.
	g.clock.forward(10*time.Second + 15*time.Minute - time.Millisecond)
	if _, err := g.accounts.Register(t.Context(), Client{Address: office}, "Ben", goodPassword); err != nil {
		t.Fatal(err)
	}
	g.hashes = 0
	g.want(0, g.try(office, "Ben", goodPassword, true))
	g.clock.forward(time.Millisecond)
	for i := range 2 {
		g.want(0, g.try(office, fmt.Sprint("later ", i), "wrong password", false))
	}
}

// Where somebody else was let through meanwhile, it is his wait that stands.
func TestWhatIsTakenBackLeavesAnothersWait(t *testing.T) {
	held := AttemptRule{Free: 1, Window: 15 * time.Minute, Wait: 5 * time.Second, Most: time.Hour}
	none := Attempts{}
	first, _ := none.Take(held, testNow)
	second, ok := first.Take(held, testNow.Add(5*time.Second))
	if !ok {
		t.Fatal("the second is not let through")
	}
	if left := second.Return(none, first); left.Count != 1 || !left.Next.Equal(testNow.Add(15*time.Second)) {
		t.Errorf("the first is taken back: %+v", left)
	}
	if left := second.Return(first, second); left != first {
		t.Errorf("the second is taken back: %+v, want %+v", left, first)
	}
	if left := none.Return(none, first); left != none {
		t.Errorf("taken back from nothing: %+v", left)
	}
}
