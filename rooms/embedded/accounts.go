package embedded

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
)

// Accounts keeps the accounts.
type Accounts struct{ file *file }

var _ auth.AccountStore = (*Accounts)(nil)

// accountKey is the key of an account: what must be unique of its name.
func accountKey(name string) []byte { return []byte(auth.NameKey(name)) }

// CreateAccount returns auth.ErrNameTaken when the name is taken.
func (a *Accounts) CreateAccount(ctx context.Context, account auth.Account) error {
	key, value := accountKey(account.Name), encodeAccount(account)
	if len(key) == 0 {
		return &auth.FieldError{Field: "name", Message: "must not be empty"}
	}
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketAccounts)
		if bucket.Get(key) != nil {
			return auth.ErrNameTaken, nil
		}
		return nil, bucket.Put(key, value)
	}})
	if err != nil {
		return fmt.Errorf("create account: %w", err)
	}
	return nil
}

// AccountByName returns auth.ErrNoAccount when there is none.
func (a *Accounts) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	var account auth.Account
	err := a.file.read(ctx, func(tx *bolt.Tx) (err error) {
		value := tx.Bucket(bucketAccounts).Get(accountKey(name))
		if value == nil {
			return auth.ErrNoAccount
		}
		account, err = decodeAccount(value)
		return err
	})
	if err != nil {
		return auth.Account{}, fmt.Errorf("read account: %w", err)
	}
	return account, nil
}

// accountFieldsSize is what tags, lengths and the timestamp of an account take,
// with a role or two, rounded up.
const accountFieldsSize = 64

func encodeAccount(account auth.Account) []byte {
	r := newRecord(accountFieldsSize + len(account.ID) + len(account.Name) + len(account.PasswordHash))
	r.text(tagAccountID, string(account.ID))
	r.text(tagAccountName, account.Name)
	r.text(tagAccountHash, account.PasswordHash)
	for _, role := range account.Roles {
		r.text(tagAccountRole, role)
	}
	r.number(tagAccountCreatedAt, millis(account.CreatedAt))
	return r
}

func decodeAccount(value []byte) (auth.Account, error) {
	var account auth.Account
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagAccountID:
			account.ID = auth.UserID(v)
		case tagAccountName:
			account.Name = string(v)
		case tagAccountHash:
			account.PasswordHash = string(v)
		case tagAccountRole:
			account.Roles = append(account.Roles, string(v))
		case tagAccountCreatedAt:
			account.CreatedAt = time.UnixMilli(number(v)).UTC()
		}
	})
	return account, err
}
