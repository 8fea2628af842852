package auth

import (
	"context"
	"errors"
	"time"
)

// Account is somebody who signs in with a name and a password.
type Account struct {
	ID           UserID // "a:" and random characters
	Name         string // as it was typed; unique without regard to case
	PasswordHash string // argon2id, with its parameters
	Roles        []string
	CreatedAt    time.Time
}

// ErrNoAccount says that no account has the name.
var ErrNoAccount = errors.New("no such account")

// AccountStore keeps accounts. Implementations are safe for concurrent use.
type AccountStore interface {
	// CreateAccount returns ErrNameTaken when nameKey(account.Name) is taken. It is durable on return.
	CreateAccount(ctx context.Context, account Account) error
	// AccountByName returns ErrNoAccount when there is none.
	AccountByName(ctx context.Context, name string) (Account, error)
	// SetPassword puts a hash in the place of the one that was. It returns ErrNoAccount when no account has the name, or it
	// has another hash by now. It is durable on return.
	SetPassword(ctx context.Context, name, was, hash string) error
}

// AccountArchive is what export, import and erasure need of the accounts besides
// AccountStore. Implementations are safe for concurrent use.
type AccountArchive interface {
	// Accounts returns at most limit accounts whose NameKey is above that of after
	// (empty: from the first on), ascending by NameKey.
	Accounts(ctx context.Context, after string, limit int) ([]Account, error)
	// RemoveAccount removes the account with this id, if there is one. It is durable on return.
	RemoveAccount(ctx context.Context, id UserID) error
}
