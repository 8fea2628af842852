package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
)

var bucketRevocations = []byte("revocations") // auth.Revocation's Key -> record

// Revocations gives the store of revoked tokens.
func (s *Store) Revocations() auth.RevocationStore { return &Revocations{s.file} }

// Revocations keeps which tokens are out of force.
type Revocations struct{ file *file }

var _ auth.RevocationStore = (*Revocations)(nil)

// SaveRevocation stores one, and forgets those that are over.
func (r *Revocations) SaveRevocation(ctx context.Context, of auth.Revocation) error {
	err := r.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		if err := forgetRevocations(tx, of.At); err != nil {
			return nil, err
		}
		return nil, raiseRevocation(tx, of)
	}})
	if err != nil {
		return fmt.Errorf("save a revocation: %w", err)
	}
	return nil
}

// raiseRevocation writes the later of two.
func raiseRevocation(tx *bolt.Tx, of auth.Revocation) error {
	bucket, key := tx.Bucket(bucketRevocations), []byte(of.Key())
	if value := bucket.Get(key); value != nil {
		there, err := decodeRevocation(key, value)
		if err != nil {
			return err
		}
		of.At, of.Until, of.Lifted = later(of.At, there.At), later(of.Until, there.Until), later(of.Lifted, there.Lifted)
	}
	return bucket.Put(key, encodeRevocation(&of))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// forgetRevocations removes those of tokens that have ended by now. It passes all: there are few.
func forgetRevocations(tx *bolt.Tx, now time.Time) error {
	var over [][]byte
	err := tx.Bucket(bucketRevocations).ForEach(func(key, value []byte) error {
		r, err := decodeRevocation(key, value)
		if err == nil && !r.Until.IsZero() && r.Until.Before(now) {
			over = append(over, bytes.Clone(key))
		}
		return err
	})
	for _, key := range over {
		if err == nil {
			err = tx.Bucket(bucketRevocations).Delete(key)
		}
	}
	return err
}

// Revocations gives all at first, and none later: no other process writes to the file.
func (r *Revocations) Revocations(ctx context.Context, since time.Time) ([]auth.Revocation, time.Time, error) {
	if err := ctx.Err(); err != nil || !since.IsZero() {
		return nil, since, err
	}
	var list []auth.Revocation
	err := r.file.read(ctx, func(tx *bolt.Tx) error {
		return tx.Bucket(bucketRevocations).ForEach(func(key, value []byte) error {
			one, err := decodeRevocation(key, value)
			list = append(list, one)
			return err
		})
	})
	if err != nil {
		return nil, since, fmt.Errorf("read revocations: %w", err)
	}
	return list, time.Now(), nil
}

// The tags of a revocation's record; what it is of stands in its key.
const (
	tagRevocationAt     = 1
	tagRevocationUntil  = 2
	tagRevocationLifted = 3
)

func encodeRevocation(r *auth.Revocation) []byte {
	b := newRecord(eventFieldsSize)
	b.number(tagRevocationAt, millis(r.At))
	b.number(tagRevocationUntil, millis(r.Until))
	b.number(tagRevocationLifted, millis(r.Lifted))
	return b
}

func decodeRevocation(key, value []byte) (auth.Revocation, error) {
	r, ok := auth.RevocationOf(string(key))
	if !ok {
		return r, errors.New("a revocation's key is neither a user's nor a token's")
	}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagRevocationAt:
			r.At = time.UnixMilli(number(v)).UTC()
		case tagRevocationUntil:
			r.Until = time.UnixMilli(number(v)).UTC()
		case tagRevocationLifted:
			r.Lifted = time.UnixMilli(number(v)).UTC()
		}
	})
	return r, err
}
