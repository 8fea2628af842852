package embedded

import (
	"bytes"
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

// SetPassword returns auth.ErrNoAccount where the account's hash is not the one that was.
func (a *Accounts) SetPassword(ctx context.Context, name, was, hash string) error {
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket, key := tx.Bucket(bucketAccounts), accountKey(name)
		value := bucket.Get(key)
		if value == nil {
			return auth.ErrNoAccount, nil
		}
		account, err := decodeAccount(value)
		if err != nil {
			return nil, err
		}
		if account.PasswordHash != was {
			return auth.ErrNoAccount, nil
		}
		account.PasswordHash = hash
		return nil, bucket.Put(key, encodeAccount(account))
	}})
	if err != nil {
		return fmt.Errorf("set a password: %w", err)
	}
	return nil
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

var _ auth.AccountArchive = (*Accounts)(nil)

// Accounts returns accounts in the order of their names' keys.
func (a *Accounts) Accounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	var found []auth.Account
	err := a.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketAccounts).Cursor()
		key, value := cursor.Seek(accountKey(after))
		if after != "" && bytes.Equal(key, accountKey(after)) {
			key, value = cursor.Next()
		}
		for ; key != nil && len(found) < limit; key, value = cursor.Next() {
			account, err := decodeAccount(value)
			if err != nil {
				return err
			}
			found = append(found, account)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return found, nil
}

// RemoveAccount removes the account with this id, if there is one.
func (a *Accounts) RemoveAccount(ctx context.Context, id auth.UserID) error {
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		cursor := tx.Bucket(bucketAccounts).Cursor()
		for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
			if account, err := decodeAccount(value); err == nil && account.ID == id {
				return nil, cursor.Delete()
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("remove account: %w", err)
	}
	return nil
}
