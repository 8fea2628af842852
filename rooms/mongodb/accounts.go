package mongodb

import (
	"context"
	"fmt"
	"time"

	"roomstream/auth"
)

// Accounts keeps the accounts.
type Accounts struct{ *Store }

var _ auth.AccountStore = (*Accounts)(nil)

// storedAccount is an account as it is stored. NameKey is unique.
type storedAccount struct {
	ID           string    `bson:"_id"`
	Name         string    `bson:"name"`
	NameKey      string    `bson:"nameKey"`
	PasswordHash string    `bson:"passwordHash"`
	Roles        []string  `bson:"roles,omitempty"`
	CreatedAt    time.Time `bson:"createdAt"`
}

// CreateAccount returns auth.ErrNameTaken when the name is taken.
func (a *Accounts) CreateAccount(ctx context.Context, account auth.Account) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	_, err := a.users.InsertOne(ctx, storedAccount{
		ID: string(account.ID), Name: account.Name, NameKey: auth.NameKey(account.Name),
		PasswordHash: account.PasswordHash, Roles: account.Roles, CreatedAt: account.CreatedAt,
	})
	if isDuplicate(err) {
		return fmt.Errorf("create account: %w", auth.ErrNameTaken)
	}
	return fail("create account", err)
}

// AccountByName returns auth.ErrNoAccount when there is none.
func (a *Accounts) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	ctx, cancel := a.reading(ctx)
	defer cancel()
	var found storedAccount
	err := a.users.FindOne(ctx, field("nameKey", auth.NameKey(name))).Decode(&found)
	if isNotFound(err) {
		return auth.Account{}, fmt.Errorf("read account: %w", auth.ErrNoAccount)
	}
	if err != nil {
		return auth.Account{}, fail("read account", err)
	}
	return auth.Account{
		ID: auth.UserID(found.ID), Name: found.Name, PasswordHash: found.PasswordHash,
		Roles: found.Roles, CreatedAt: found.CreatedAt.UTC(),
	}, nil
}
