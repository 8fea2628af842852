package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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
	return found.account(), nil
}

// SetPassword returns auth.ErrNoAccount where the account's hash is not the one that was.
func (a *Accounts) SetPassword(ctx context.Context, name, was, hash string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	filter := bson.D{{Key: "nameKey", Value: auth.NameKey(name)}, {Key: "passwordHash", Value: was}}
	result, err := a.users.UpdateOne(ctx, filter, field("$set", field("passwordHash", hash)))
	if err == nil && result.MatchedCount == 0 {
		return fmt.Errorf("set a password: %w", auth.ErrNoAccount)
	}
	return fail("set a password", err)
}

func (s *storedAccount) account() auth.Account {
	return auth.Account{
		ID: auth.UserID(s.ID), Name: s.Name, PasswordHash: s.PasswordHash, Roles: s.Roles, CreatedAt: s.CreatedAt.UTC(),
	}
}

var _ auth.AccountArchive = (*Accounts)(nil)

// Accounts returns accounts in the order of their names' keys.
func (a *Accounts) Accounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := a.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(keys("nameKey")).SetLimit(int64(limit))
	cursor, err := a.users.Find(ctx, field("nameKey", field("$gt", auth.NameKey(after))), opts)
	var found []storedAccount
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("list accounts", err)
	}
	accounts := make([]auth.Account, len(found))
	for i := range found {
		accounts[i] = found[i].account()
	}
	return accounts, nil
}

// RemoveAccount removes the account with this id, if there is one.
func (a *Accounts) RemoveAccount(ctx context.Context, id auth.UserID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	_, err := a.users.DeleteOne(ctx, field("_id", string(id)))
	return fail("remove account", err)
}
