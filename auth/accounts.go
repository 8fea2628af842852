package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// accountTTL is how long a sign-in lasts: a working day and the night after it.
	accountTTL = 24 * time.Hour

	// guestTTL is shorter: a guest who is gone cannot come back as himself anyway.
	guestTTL = 12 * time.Hour

	// maxRoles is how many roles an account may have, so that its token stays small.
	maxRoles = 16

	// maxRoleBytes is the longest name of a role.
	maxRoleBytes = 64
)

// AccountOptions are the settings of Accounts. The zero value works.
type AccountOptions struct {
	Now func() time.Time // nil: time.Now

	// Revoke ends all that a user has by a former password. It bounds itself and may be called twice for one change. nil:
	// nothing does.
	Revoke func(ctx context.Context, user UserID) error

	// Disabled says whom no password lets in. nil: everybody's does.
	Disabled func(user UserID) bool

	// Sessions keeps what sign-ins begin. nil: no list of them is kept.
	Sessions SessionStore

	// EndSession ends one of those that are too many. nil only without Sessions.
	EndSession func(ctx context.Context, s AccountSession) error

	// Limits bound how often passwords are tried. nil: nothing does.
	Limits *LoginLimits
}

// Accounts signs people in who have no identity provider: with a name and a
// password, or as guests. Safe for concurrent use. At most two passwords are
// hashed at once; who waits too long for his turn gets ErrBusy.
type Accounts struct {
	store     AccountStore
	tokens    *Tokens
	now       func() time.Time
	revoke    func(ctx context.Context, user UserID) error
	disabled  func(user UserID) bool
	sessions  SessionStore // nil: none are kept
	end       func(ctx context.Context, s AccountSession) error
	limits    *LoginLimits // nil: there are none
	passwords *passwords
}

// SignedIn is a user with a token that speaks for him.
type SignedIn struct {
	Token string
	User  User
}

// NewAccounts keeps accounts in the store and issues tokens for them.
func NewAccounts(store AccountStore, tokens *Tokens, o AccountOptions) *Accounts {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Revoke == nil {
		o.Revoke = func(context.Context, UserID) error { return nil }
	}
	if o.Disabled == nil {
		o.Disabled = func(UserID) bool { return false }
	}
	return &Accounts{store: store, tokens: tokens, now: o.Now, revoke: o.Revoke, disabled: o.Disabled, sessions: o.Sessions, end: o.EndSession, limits: o.Limits, passwords: newPasswords()}
}

// Register makes an account without roles and signs it in. It returns a
// *FieldError for a bad name or password, ErrNameTaken or ErrBusy.
func (a *Accounts) Register(ctx context.Context, from Client, name, password string) (SignedIn, error) {
	account, err := a.create(ctx, name, password, nil)
	if err != nil {
		return SignedIn{}, err
	}
	return a.signIn(ctx, from, account, a.now())
}

// Login returns ErrUnauthenticated for a wrong name or password and for a disabled account, which take the
// same time, a *LimitedError after too many of these, or ErrBusy. It begins a session.
func (a *Accounts) Login(ctx context.Context, from Client, name, password string) (SignedIn, error) {
	// The token is of the time when the account was read: where the password is changed while it is being compared, what
	// revokes the tokens of then revokes this one, too.
	begun := a.now()
	account, err := a.check(ctx, from, name, password)
	if err != nil {
		return SignedIn{}, err
	}
	return a.signIn(ctx, from, account, begun)
}

// Verify is Login for who shows a name and a password with each request: it begins no session and makes no token.
func (a *Accounts) Verify(ctx context.Context, from Client, name, password string) (User, error) {
	begun := a.now()
	account, err := a.check(ctx, from, name, password)
	if err != nil {
		return User{}, err
	}
	return at(userOf(account), begun), nil
}

// ChangePassword gives the account of a user another password. What he has by the former one ends, his present session, too:
// he signs in anew. It returns ErrUnauthenticated for a wrong password, which costs and counts as a sign-in does, a *FieldError
// for a bad new one, a *LimitedError or ErrBusy.
func (a *Accounts) ChangePassword(ctx context.Context, from Client, user User, password, next string) error {
	if err := checkPassword(next); err != nil {
		return &FieldError{Field: "newPassword", Message: fmt.Sprintf("must be %d to %d characters", minPassword, maxPassword)}
	}
	account, err := a.check(ctx, from, user.Name, password)
	if err != nil {
		return err
	}
	if account.ID != user.ID {
		return refuse("the account is another user's")
	}
	return a.setPassword(ctx, account, next)
}

// ResetPassword gives an account another password without asking for the former one: it is for the command line. It returns
// ErrNoAccount, a *FieldError or ErrBusy.
func (a *Accounts) ResetPassword(ctx context.Context, name, next string) (Account, error) {
	cleaned, err := cleanName(name)
	if err != nil {
		return Account{}, err
	}
	if err := checkPassword(next); err != nil {
		return Account{}, err
	}
	account, err := a.store.AccountByName(ctx, cleaned)
	if err != nil {
		return Account{}, fmt.Errorf("look up an account: %w", err)
	}
	return account, a.setPassword(ctx, account, next)
}

// setPassword revokes before it stores the hash, so that where revoking fails nothing has changed and all can be tried again,
// and once more behind that, for who signed in by the former password between; also when the caller has given up.
func (a *Accounts) setPassword(ctx context.Context, account Account, next string) error {
	hash, err := a.passwords.hash(ctx, next)
	if err != nil {
		return err
	}
	if err := a.revoke(ctx, account.ID); err != nil {
		return err
	}
	err = a.store.SetPassword(ctx, account.Name, account.PasswordHash, hash)
	if errors.Is(err, ErrNoAccount) {
		return refuse("name or password is wrong") // it was changed meanwhile
	}
	if err != nil {
		return fmt.Errorf("change a password: %w", err)
	}
	return a.revoke(context.WithoutCancel(ctx), account.ID)
}

// check gives the account of a name and a password. Unknown names, wrong passwords and disabled accounts cost one hash each.
func (a *Accounts) check(ctx context.Context, from Client, name, password string) (Account, error) {
	if len(password) > maxPassword*4 {
		return Account{}, checkPassword(password) // before it costs a hash; no account has such a one
	}
	attempt, err := a.limits.begin(ctx, name, from)
	if err != nil {
		return Account{}, err
	}
	account, matches, err := a.compare(ctx, name, password)
	if err != nil {
		return Account{}, errors.Join(err, attempt.none(ctx))
	}
	if !matches || a.disabled(account.ID) {
		return Account{}, refuse("name or password is wrong")
	}
	return account, attempt.right(ctx)
}

func (a *Accounts) compare(ctx context.Context, name, password string) (account Account, matches bool, err error) {
	if cleaned, wrong := cleanName(name); wrong == nil {
		account, err = a.store.AccountByName(ctx, cleaned)
		if err != nil && !errors.Is(err, ErrNoAccount) {
			return Account{}, false, fmt.Errorf("look up an account: %w", err)
		}
	}
	matches, err = a.passwords.matches(ctx, password, account.PasswordHash)
	return account, matches, err
}

// Guest signs somebody in who has no account. An empty name becomes one made up.
// Names of guests are not unique; the role guest tells them from accounts.
func (a *Accounts) Guest(_ context.Context, name string) (SignedIn, error) {
	id := UserID(guestPrefix + rand.Text())
	if strings.TrimSpace(name) == "" {
		name = "Guest " + string(id[len(id)-4:])
	}
	cleaned, err := cleanName(name)
	if err != nil {
		return SignedIn{}, err
	}
	now := a.now()
	user := User{ID: id, Name: cleaned, Roles: []string{RoleGuest}}
	token, _, err := a.tokens.issueLocal(user, guestTTL, now)
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Token: token, User: at(user, now)}, nil
}

// Add makes an account with roles, for the command line: it is the only way to an
// account with RoleAdmin.
func (a *Accounts) Add(ctx context.Context, name, password string, roles []string) (Account, error) {
	if err := checkRoles(roles); err != nil {
		return Account{}, err
	}
	return a.create(ctx, name, password, roles)
}

func (a *Accounts) create(ctx context.Context, name, password string, roles []string) (Account, error) {
	cleaned, err := cleanName(name)
	if err != nil {
		return Account{}, err
	}
	if err := checkPassword(password); err != nil {
		return Account{}, err
	}
	hash, err := a.passwords.hash(ctx, password)
	if err != nil {
		return Account{}, err
	}
	account := Account{
		ID: UserID(accountPrefix + rand.Text()), Name: cleaned, PasswordHash: hash, Roles: roles,
		CreatedAt: a.now().UTC().Truncate(time.Millisecond),
	}
	if err := a.store.CreateAccount(ctx, account); err != nil {
		return Account{}, fmt.Errorf("create an account: %w", err)
	}
	return account, nil
}

func userOf(account Account) User {
	return User{ID: account.ID, Name: account.Name, Roles: slices.Clone(account.Roles)}
}

// signIn begins a session: no token leaves that no list would show.
func (a *Accounts) signIn(ctx context.Context, from Client, account Account, begun time.Time) (SignedIn, error) {
	user := userOf(account)
	token, made, err := a.tokens.issueLocal(user, accountTTL, begun)
	if err != nil {
		return SignedIn{}, err
	}
	if err := a.begin(ctx, from, made, begun); err != nil {
		return SignedIn{}, fmt.Errorf("begin a session: %w", err)
	}
	return SignedIn{Token: token, User: at(user, begun)}, nil
}

// at is the user as he is by his password alone: what he does by it is revoked as a token of that time is.
func at(user User, begun time.Time) User {
	user.Token = &Token{IssuedAt: begun.UTC().Truncate(time.Millisecond)}
	return user
}

func checkRoles(roles []string) error {
	if len(roles) > maxRoles {
		return &FieldError{Field: "role", Message: fmt.Sprintf("must be at most %d", maxRoles)}
	}
	for _, role := range roles {
		switch {
		case role == "" || len(role) > maxRoleBytes:
			return &FieldError{Field: "role", Message: fmt.Sprintf("must be 1 to %d bytes", maxRoleBytes)}
		case role == RoleGuest:
			return &FieldError{Field: "role", Message: "must not be guest, which is for those without an account"}
		}
	}
	return nil
}
