package embedded

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
)

var (
	bucketKeys      = []byte("keys")      // the key's id -> record
	bucketKeyHashes = []byte("keyHashes") // its hash -> id, of those in force
)

// revokedKept is how long a key that was revoked is remembered to have been.
const revokedKept = time.Hour

// Keys gives the store of bots' keys.
func (s *Store) Keys() auth.KeyStore { return &Keys{s.file} }

// Keys keeps the keys of bots and hooks.
type Keys struct{ file *file }

var _ auth.KeyStore = (*Keys)(nil)

// CreateKey stores a new one.
func (k *Keys) CreateKey(ctx context.Context, key auth.Key) error {
	value := encodeKey(&key)
	err := k.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		if err := tx.Bucket(bucketKeys).Put([]byte(key.ID), value); err != nil {
			return nil, err
		}
		return nil, tx.Bucket(bucketKeyHashes).Put(key.Hash[:], []byte(key.ID))
	}})
	if err != nil {
		return fmt.Errorf("create a key: %w", err)
	}
	return nil
}

// KeyByHash returns auth.ErrNoKey when no key in force has the hash.
func (k *Keys) KeyByHash(ctx context.Context, hash [32]byte) (key auth.Key, err error) {
	err = k.file.read(ctx, func(tx *bolt.Tx) (err error) {
		id := tx.Bucket(bucketKeyHashes).Get(hash[:])
		if id == nil {
			return auth.ErrNoKey
		}
		key, err = decodeKey(id, tx.Bucket(bucketKeys).Get(id))
		return err
	})
	if err != nil {
		return auth.Key{}, fmt.Errorf("read a key: %w", err)
	}
	return key, nil
}

// Keys returns keys in force, ascending by id. It passes all keys: there are few.
func (k *Keys) Keys(ctx context.Context, q auth.KeyQuery) ([]auth.Key, error) {
	var found []auth.Key
	err := k.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketKeys).Cursor()
		for id, value := cursor.Seek([]byte(q.After)); id != nil && len(found) < q.Limit; id, value = cursor.Next() {
			key, err := decodeKey(id, value)
			if err != nil {
				return err
			}
			if key.ID == q.After || key.Kind != q.Kind || !key.RevokedAt.IsZero() || q.Room != "" && !slices.Contains(key.Rooms, q.Room) {
				continue
			}
			found = append(found, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return found, nil
}

// RevokeKey takes a key out of force, and forgets those that were revoked long ago.
func (k *Keys) RevokeKey(ctx context.Context, which auth.KeyRef, at time.Time) (auth.Key, error) {
	var was auth.Key // is written to when it is revoked, even if nobody waits any more
	err := k.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		keys := tx.Bucket(bucketKeys)
		key, err := decodeKey([]byte(which.ID), keys.Get([]byte(which.ID)))
		if err != nil || !which.Is(&key) || !key.RevokedAt.IsZero() {
			return auth.ErrNoKey, nil
		}
		was, key.RevokedAt = key, at
		if err := keys.Put([]byte(which.ID), encodeKey(&key)); err != nil {
			return nil, err
		}
		if err := tx.Bucket(bucketKeyHashes).Delete(key.Hash[:]); err != nil {
			return nil, err
		}
		return nil, forgetKeys(tx, at.Add(-revokedKept))
	}})
	if err != nil {
		return auth.Key{}, fmt.Errorf("revoke a key: %w", err)
	}
	return was, nil
}

// forgetKeys removes keys that were revoked before a time.
func forgetKeys(tx *bolt.Tx, before time.Time) error {
	var gone [][]byte
	err := tx.Bucket(bucketKeys).ForEach(func(id, value []byte) error {
		if key, err := decodeKey(id, value); err == nil && !key.RevokedAt.IsZero() && key.RevokedAt.Before(before) {
			gone = append(gone, bytes.Clone(id))
		}
		return nil
	})
	for _, id := range gone {
		if err == nil {
			err = tx.Bucket(bucketKeys).Delete(id)
		}
	}
	return err
}

// RevokedKeys gives whom the keys revoked after a time spoke for.
func (k *Keys) RevokedKeys(ctx context.Context, after time.Time) ([]auth.UserID, error) {
	var revoked []auth.UserID
	err := k.file.read(ctx, func(tx *bolt.Tx) error {
		return tx.Bucket(bucketKeys).ForEach(func(id, value []byte) error {
			key, err := decodeKey(id, value)
			if err == nil && key.RevokedAt.After(after) {
				revoked = append(revoked, key.ID)
			}
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read revoked keys: %w", err)
	}
	return revoked, nil
}

// The tags of a key's record.
const (
	tagKeyKind       = 1
	tagKeyHash       = 2
	tagKeyName       = 3
	tagKeyRoom       = 4 // once for each
	tagKeyEverywhere = 5
	tagKeyPostOnly   = 6
	tagKeyCreatedBy  = 7
	tagKeyCreatedAt  = 8
	tagKeyRevokedAt  = 9
)

func encodeKey(k *auth.Key) []byte {
	r := newRecord(eventFieldsSize + len(k.Hash) + len(k.Name) + len(k.CreatedBy))
	r.text(tagKeyKind, string(k.Kind))
	r.text(tagKeyHash, string(k.Hash[:]))
	r.text(tagKeyName, k.Name)
	for _, room := range k.Rooms {
		r.text(tagKeyRoom, room)
	}
	r.flag(tagKeyEverywhere, k.Rooms == nil)
	r.flag(tagKeyPostOnly, k.PostOnly)
	r.text(tagKeyCreatedBy, string(k.CreatedBy))
	r.number(tagKeyCreatedAt, millis(k.CreatedAt))
	r.number(tagKeyRevokedAt, millis(k.RevokedAt))
	return r
}

func decodeKey(id, value []byte) (auth.Key, error) {
	key := auth.Key{ID: auth.UserID(id), Rooms: []string{}}
	everywhere := false
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagKeyKind:
			key.Kind = auth.Kind(v)
		case tagKeyHash:
			copy(key.Hash[:], v)
		case tagKeyName:
			key.Name = string(v)
		case tagKeyRoom:
			key.Rooms = append(key.Rooms, string(v))
		case tagKeyEverywhere:
			everywhere = number(v) != 0
		case tagKeyPostOnly:
			key.PostOnly = number(v) != 0
		case tagKeyCreatedBy:
			key.CreatedBy = auth.UserID(v)
		case tagKeyCreatedAt:
			key.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagKeyRevokedAt:
			key.RevokedAt = time.UnixMilli(number(v)).UTC()
		}
	})
	if everywhere {
		key.Rooms = nil
	}
	return key, err
}
