package auth

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// shelf keeps accounts in memory, as its contract says.
type shelf struct {
	mu       sync.Mutex
	accounts map[string]Account
	reads    int
}

var _ AccountStore = (*shelf)(nil)

func (s *shelf) CreateAccount(_ context.Context, account Account) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := NameKey(account.Name)
	if _, taken := s.accounts[key]; taken {
		return ErrNameTaken
	}
	s.accounts[key] = account
	return nil
}

func (s *shelf) AccountByName(_ context.Context, name string) (Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	account, ok := s.accounts[NameKey(name)]
	if !ok {
		return Account{}, ErrNoAccount
	}
	return account, nil
}

func (s *shelf) SetPassword(_ context.Context, name, was, hash string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	account, ok := s.accounts[NameKey(name)]
	if !ok || account.PasswordHash != was {
		return ErrNoAccount
	}
	account.PasswordHash = hash
	s.accounts[NameKey(name)] = account
	return nil
}

const goodPassword = "correct horse"

func testAccounts(t *testing.T) (*Accounts, *Tokens) {
	t.Helper()
	tokens := testTokens(t, "https://idp.example", "chat")
	accounts := NewAccounts(&shelf{accounts: map[string]Account{}}, tokens, AccountOptions{Now: func() time.Time { return testNow }})
	return accounts, tokens
}

func TestRegisterThenLogin(t *testing.T) {
	accounts, tokens := testAccounts(t)
	registered, err := accounts.Register(t.Context(), Client{}, "  Alice ", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	loggedIn, err := accounts.Login(t.Context(), Client{}, "aLICE", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if loggedIn.User.ID != registered.User.ID || loggedIn.User.Name != "Alice" {
		t.Errorf("logged in as %+v, registered as %+v", loggedIn.User, registered.User)
	}
	if shown := loggedIn.User.Token; shown == nil || !shown.IssuedAt.Equal(testNow) || shown.ID != "" {
		t.Errorf("what was shown is %+v, want the time alone", shown)
	}
	if !strings.HasPrefix(string(registered.User.ID), "a:") {
		t.Errorf("the subject is %q, want a:…", registered.User.ID)
	}
	session, err := tokens.Verify(loggedIn.Token)
	if err != nil {
		t.Fatal(err)
	}
	if want := testNow.Add(24 * time.Hour); !session.ExpiresAt.Equal(want) {
		t.Errorf("the token expires at %v, want %v", session.ExpiresAt, want)
	}
	if len(session.User.Roles) != 0 {
		t.Errorf("who registers gets roles: %v", session.User.Roles)
	}
}

func TestNamesAreUniqueWithoutRegardToCaseAndSpelling(t *testing.T) {
	pairs := [][2]string{
		{"Alice", "ALICE"},
		{"Alice", " alice "},
		{"José", "Jose\u0301"},
		{"Ölaf", "ölaf"},
		{"Σίσυφος", "ΣΊΣΥΦΟΣ"},
		{"admin", "ａｄｍｉｎ"},
		{"Kelvin", "\u212aelvin"},
	}
	for _, pair := range pairs {
		accounts, _ := testAccounts(t)
		if _, err := accounts.Register(t.Context(), Client{}, pair[0], goodPassword); err != nil {
			t.Fatalf("%q: %v", pair[0], err)
		}
		if _, err := accounts.Register(t.Context(), Client{}, pair[1], goodPassword); !errors.Is(err, ErrNameTaken) {
			t.Errorf("%q after %q: got %v, want %v", pair[1], pair[0], err, ErrNameTaken)
		}
	}
	if NameKey("alice") == NameKey("alicia") {
		t.Error("different names have one key")
	}
}

func TestRegisterRefusesBadNamesAndPasswords(t *testing.T) {
	tests := []struct{ why, name, password, field string }{
		{"empty name", "", goodPassword, "name"},
		{"blank name", " \t ", goodPassword, "name"},
		{"name of 33 characters", strings.Repeat("é", 33), goodPassword, "name"},
		{"control character in the name", "Ali\nce", goodPassword, "name"},
		{"bidi override in the name", "ali\u202ece", goodPassword, "name"},
		{"zero width space in the name", "ali\u200bce", goodPassword, "name"},
		{"a name of joiners only", "\u200d\u200c", goodPassword, "name"},
		{"invalid UTF-8 in the name", "ali\xffce", goodPassword, "name"},
		{"password of 7 characters", "alice", strings.Repeat("é", 7), "password"},
		{"password of 257 characters", "alice", strings.Repeat("p", 257), "password"},
		{"invalid UTF-8 in the password", "alice", "secret\xff\xfe", "password"},
	}
	accounts, _ := testAccounts(t)
	for _, tt := range tests {
		_, err := accounts.Register(t.Context(), Client{}, tt.name, tt.password)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != tt.field {
			t.Errorf("%s: got %v, want a *FieldError of %s", tt.why, err, tt.field)
		}
		if err != nil && strings.Contains(err.Error(), tt.password) {
			t.Errorf("%s: the error holds the password", tt.why)
		}
	}
	for _, good := range [][2]string{{strings.Repeat("é", 32), strings.Repeat("é", 8)}, {"ني\u200cا 👩‍🚀", strings.Repeat("p", 256)}} {
		if _, err := accounts.Register(t.Context(), Client{}, good[0], good[1]); err != nil {
			t.Errorf("%q: %v", good[0], err)
		}
	}
}

func TestLoginRefusesUnknownNamesAndWrongPasswordsAlike(t *testing.T) {
	accounts, _ := testAccounts(t)
	if _, err := accounts.Register(t.Context(), Client{}, "alice", goodPassword); err != nil {
		t.Fatal(err)
	}
	type work struct {
		time, memory uint32
		threads      uint8
		key          uint32
		salt         int
	}
	var done []work
	real := accounts.passwords.derive
	accounts.passwords.derive = func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
		done = append(done, work{time, memory, threads, keyLen, len(salt)})
		return real(password, salt, time, memory, threads, keyLen)
	}
	var messages []string
	for _, try := range [][2]string{{"alice", "wrong password"}, {"nobody", "wrong password"}, {"no\nname", "wrong password"}, {"alice", ""}} {
		_, err := accounts.Login(t.Context(), Client{}, try[0], try[1])
		if !errors.Is(err, ErrUnauthenticated) {
			t.Fatalf("%q: got %v, want %v", try[0], err, ErrUnauthenticated)
		}
		messages = append(messages, err.Error())
	}
	if len(done) != len(messages) {
		t.Fatalf("%d sign-ins cost %d hashes", len(messages), len(done))
	}
	for i := range done {
		if done[i] != done[0] || messages[i] != messages[0] {
			t.Errorf("sign-in %d: work %+v, message %q; a wrong password: %+v, %q", i, done[i], messages[i], done[0], messages[0])
		}
	}
}

func TestLoginRefusesAnEndlessPasswordBeforeHashing(t *testing.T) {
	accounts, _ := testAccounts(t)
	accounts.passwords.derive = func([]byte, []byte, uint32, uint32, uint8, uint32) []byte {
		t.Error("it was hashed")
		return nil
	}
	_, err := accounts.Login(t.Context(), Client{}, "alice", strings.Repeat("p", 60_000))
	var field *FieldError
	if !errors.As(err, &field) || field.Field != "password" {
		t.Errorf("got %v, want a *FieldError of password", err)
	}
}

func TestPasswordOfAnotherKeyboardIsTheSame(t *testing.T) {
	accounts, _ := testAccounts(t)
	if _, err := accounts.Register(t.Context(), Client{}, "alice", "pässword"); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", "pa\u0308ssword"); err != nil {
		t.Errorf("decomposed: %v", err)
	}
}

func TestGuests(t *testing.T) {
	accounts, tokens := testAccounts(t)
	first, err := accounts.Guest(t.Context(), "Bo")
	if err != nil {
		t.Fatal(err)
	}
	second, err := accounts.Guest(t.Context(), "Bo")
	if err != nil {
		t.Fatal(err)
	}
	if first.User.ID == second.User.ID {
		t.Error("two guests have one subject")
	}
	session, err := tokens.Verify(first.Token)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(session.User.ID), "g:") || !session.User.Has(RoleGuest) || session.User.Name != "Bo" {
		t.Errorf("the guest is %+v", session.User)
	}
	if want := testNow.Add(12 * time.Hour); !session.ExpiresAt.Equal(want) {
		t.Errorf("the token expires at %v, want %v", session.ExpiresAt, want)
	}
	unnamed, err := accounts.Guest(t.Context(), "")
	if err != nil || unnamed.User.Name == "" {
		t.Errorf("a guest without a name: %+v, %v", unnamed.User, err)
	}
	if _, err := accounts.Guest(t.Context(), "B\x00o"); err == nil {
		t.Error("a guest's name may hold NUL")
	}
}

func TestAddMakesAdmins(t *testing.T) {
	accounts, tokens := testAccounts(t)
	if _, err := accounts.Add(t.Context(), "root", goodPassword, []string{RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	signedIn, err := accounts.Login(t.Context(), Client{}, "root", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(signedIn.Token)
	if err != nil || !session.User.Has(RoleAdmin) {
		t.Errorf("session %+v, %v", session, err)
	}
	for _, roles := range [][]string{{""}, {RoleGuest}, {strings.Repeat("r", 65)}, make([]string, 17)} {
		var field *FieldError
		if _, err := accounts.Add(t.Context(), "other", goodPassword, roles); !errors.As(err, &field) || field.Field != "role" {
			t.Errorf("roles %q: got %v, want a *FieldError of role", roles, err)
		}
	}
}

func TestAtMostTwoPasswordsAreHashedAtOnce(t *testing.T) {
	accounts, _ := testAccounts(t)
	accounts.passwords.wait = 50 * time.Millisecond
	started, finish := make(chan struct{}, 8), make(chan struct{})
	accounts.passwords.derive = func([]byte, []byte, uint32, uint32, uint8, uint32) []byte {
		started <- struct{}{}
		<-finish
		return make([]byte, keyBytes)
	}
	var group sync.WaitGroup
	for range maxHashes {
		group.Go(func() { accounts.Login(t.Context(), Client{}, "alice", goodPassword) })
	}
	for range maxHashes {
		<-started
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", goodPassword); !errors.Is(err, ErrBusy) {
		t.Errorf("the third at once: got %v, want %v", err, ErrBusy)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	accounts.passwords.wait = time.Minute
	if _, err := accounts.Login(ctx, Client{}, "alice", goodPassword); !errors.Is(err, context.Canceled) {
		t.Errorf("who no longer waits: got %v, want %v", err, context.Canceled)
	}
	close(finish)
	group.Wait()
	if len(started) != 0 {
		t.Errorf("%d more were hashed than may be at once", len(started))
	}
}

func TestWhoFindsTheQueueFullIsRefusedAtOnce(t *testing.T) {
	accounts, _ := testAccounts(t)
	accounts.passwords.wait = time.Hour
	for range maxWaiting {
		accounts.passwords.waiting <- struct{}{}
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", goodPassword); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want %v", err, ErrBusy)
	}
}

func TestPHC(t *testing.T) {
	p := newPasswords()
	phc, err := p.hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %q", phc)
	}
	if again, err := p.hash(t.Context(), goodPassword); err != nil || again == phc {
		t.Errorf("one password has one hash twice: no salt (%v)", err)
	}
	// Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := p.matches(t.Context(), "password", reference); err != nil || !ok {
		t.Errorf("the reference hash: %v, %v", ok, err)
	}
	if ok, err := p.matches(t.Context(), "passwore", reference); err != nil || ok {
		t.Errorf("another password: %v, %v", ok, err)
	}
	for _, bad := range []string{
		"x", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
	} {
		if ok, err := p.matches(t.Context(), "password", bad); err == nil || ok {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
}

// FuzzParsePHC: no stored text panics, and none asks for more than maxCost.
func FuzzParsePHC(f *testing.F) {
	for _, phc := range []string{"", "$$$$$", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=19$m=,t=,p=$$"} {
		f.Add(phc)
	}
	f.Fuzz(func(t *testing.T, phc string) {
		cost, salt, key, err := parsePHC(phc)
		if err != nil {
			return
		}
		if cost.Memory > maxCost.Memory || cost.Time == 0 || cost.Time > maxCost.Time || cost.Threads == 0 || cost.Threads > maxCost.Threads {
			t.Fatalf("%q costs %+v", phc, cost)
		}
		again, _, sameKey, err := parsePHC(formatPHC(cost, salt, key))
		if err != nil || again != cost || !bytes.Equal(sameKey, key) {
			t.Fatalf("%q does not survive being written: %+v, %v", phc, again, err)
		}
	})
}
