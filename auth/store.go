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
}
