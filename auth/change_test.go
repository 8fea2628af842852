package auth

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestAPasswordIsChanged(t *testing.T) {
	const next = "battery staple"
	accounts, _ := testAccounts(t)
	var ended []UserID
	accounts.revoke = func(_ context.Context, user UserID) error { ended = append(ended, user); return nil }
	alice, err := accounts.Register(t.Context(), Client{}, "alice", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	var field *FieldError
	if err := accounts.ChangePassword(t.Context(), Client{}, alice.User, goodPassword, "short"); !errors.As(err, &field) || field.Field != "newPassword" {
		t.Errorf("a short one: got %v", err)
	}
	for why, err := range map[string]error{
		"a wrong password": accounts.ChangePassword(t.Context(), Client{}, alice.User, "wrong password", next),
		"a guest":          accounts.ChangePassword(t.Context(), Client{}, User{ID: "g:1", Name: "nobody"}, goodPassword, next),
		"another user of an identity provider that gives any names": accounts.ChangePassword(t.Context(), Client{}, User{ID: "x", Name: "alice"}, goodPassword, next),
	} {
		if !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s: got %v, want %v", why, err, ErrUnauthenticated)
		}
	}
	if len(ended) > 0 {
		t.Fatalf("sessions of %v ended", ended)
	}
	if err := accounts.ChangePassword(t.Context(), Client{}, alice.User, goodPassword, next); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", goodPassword); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("by the former one: got %v", err)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", next); err != nil {
		t.Errorf("by the new one: %v", err)
	}
	if _, err := accounts.ResetPassword(t.Context(), "nobody", next); !errors.Is(err, ErrNoAccount) {
		t.Errorf("of nobody: got %v", err)
	}
	if account, err := accounts.ResetPassword(t.Context(), " ALICE ", goodPassword); err != nil || account.ID != alice.User.ID {
		t.Errorf("reset %+v, %v", account, err)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", goodPassword); err != nil || len(ended) != 4 || len(slices.Compact(ended)) != 1 || ended[0] != alice.User.ID {
		t.Errorf("after the reset: %v, sessions of %v ended", err, ended)
	}
}

func TestAPasswordStaysWhereSessionsCannotBeEnded(t *testing.T) {
	const next = "battery staple"
	accounts, _ := testAccounts(t)
	alice, err := accounts.Register(t.Context(), Client{}, "alice", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	away := errors.New("away")
	accounts.revoke = func(context.Context, UserID) error { return away }
	if err := accounts.ChangePassword(t.Context(), Client{}, alice.User, goodPassword, next); !errors.Is(err, away) {
		t.Errorf("got %v, want %v", err, away)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", next); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("by the new one: got %v", err)
	}

	ctx, leave := context.WithCancel(t.Context())
	accounts.store = leaving{accounts.store, leave}
	ended := 0
	accounts.revoke = func(ctx context.Context, _ UserID) error { ended++; return ctx.Err() }
	if err := accounts.ChangePassword(ctx, Client{}, alice.User, goodPassword, next); err != nil || ended != 2 {
		t.Errorf("tried again: %v, the sessions ended %d times", err, ended)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", next); err != nil {
		t.Errorf("by the new one: %v", err)
	}
}

// leaving is a store whose caller goes away while a password is stored.
type leaving struct {
	AccountStore
	leave func()
}

func (l leaving) SetPassword(ctx context.Context, name, was, hash string) error {
	l.leave()
	return l.AccountStore.SetPassword(ctx, name, was, hash)
}

// Who is being signed in by the former password while it is changed gets a token of before the change, which revokes it.
func TestASignInThatAChangeOvertakesIsRevoked(t *testing.T) {
	c := newClock()
	r := NewRevocations(&drawer{}, c.now, nil)
	tokens := tokensOf(t, TokenOptions{Now: c.now}).WithRevocations(r)
	accounts := NewAccounts(&shelf{accounts: map[string]Account{}}, tokens, AccountOptions{Now: c.now, Revoke: func(ctx context.Context, user UserID) error {
		return r.Save(ctx, Revocation{User: user, At: r.Now()})
	}})
	if _, err := accounts.Register(t.Context(), Client{}, "alice", goodPassword); err != nil {
		t.Fatal(err)
	}
	c.forward(time.Second)
	real, overtaken := accounts.passwords.derive, false
	accounts.passwords.derive = func(password, salt []byte, passes, memory uint32, threads uint8, keyLen uint32) []byte {
		if !overtaken { // the first to compare is the sign-in
			overtaken = true
			c.forward(time.Millisecond)
			if _, err := accounts.ResetPassword(context.Background(), "alice", "battery staple"); err != nil {
				t.Error(err)
			}
			c.forward(time.Millisecond)
		}
		return real(password, salt, passes, memory, threads, keyLen)
	}
	if in, err := accounts.Login(t.Context(), Client{}, "alice", goodPassword); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("signed in as %+v, %v", in.User, err)
	}
	if _, err := accounts.Login(t.Context(), Client{}, "alice", "battery staple"); err != nil {
		t.Errorf("by the new one: %v", err)
	}
}
