package embedded

import (
	"bytes"
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
)

// attemptsSwept is how many records a new one looks at, and removes where they are over: so the bucket holds few that are.
const attemptsSwept = 20

// Attempts gives the store of attempts at signing in.
func (s *Store) Attempts() auth.AttemptStore { return &Attempts{s.file} }

// Attempts counts attempts at signing in. It is durable: who restarts the server must not begin anew.
type Attempts struct{ file *file }

var _ auth.AttemptStore = (*Attempts)(nil)

// Attempts reads them in one transaction.
func (a *Attempts) Attempts(ctx context.Context, keys []string) ([]auth.Attempts, error) {
	found := make([]auth.Attempts, len(keys))
	err := a.file.read(ctx, func(tx *bolt.Tx) (err error) {
		bucket := tx.Bucket(bucketAttempts)
		for i, key := range keys {
			if found[i], err = decodeAttempts(bucket.Get([]byte(key))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return found, nil
}

// TakeAttempt counts one; the committer does so one by one.
func (a *Attempts) TakeAttempt(ctx context.Context, key string, rule auth.AttemptRule, now time.Time) (before auth.Attempts, ok bool, err error) {
	err = a.change(ctx, "count an attempt", key, func(tx *bolt.Tx, there auth.Attempts, found bool) (after auth.Attempts, err error) {
		before = there
		if after, ok = there.Take(rule, now); !found {
			err = sweepAttempts(tx, []byte(key), now)
		}
		return after, err
	})
	return before, ok, err
}

// ReturnAttempt takes one back.
func (a *Attempts) ReturnAttempt(ctx context.Context, key string, before, after auth.Attempts) error {
	return a.change(ctx, "take an attempt back", key, func(_ *bolt.Tx, there auth.Attempts, _ bool) (auth.Attempts, error) {
		return there.Return(before, after), nil
	})
}

// ClearAttempts forgets the attempts.
func (a *Attempts) ClearAttempts(ctx context.Context, key string, knownUntil time.Time) error {
	return a.change(ctx, "clear attempts", key, func(*bolt.Tx, auth.Attempts, bool) (auth.Attempts, error) {
		return auth.Attempts{KnownUntil: knownUntil}, nil
	})
}

// ForgetAttempts removes the key's and those behind it.
func (a *Attempts) ForgetAttempts(ctx context.Context, key string) error {
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketAttempts)
		if err := bucket.Delete([]byte(key)); err != nil {
			return nil, err
		}
		return nil, removeUnder(bucket, []byte(key+":"))
	}})
	if err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

// change writes what becomes of a key's; found: there is a record of it.
func (a *Attempts) change(ctx context.Context, what, key string, to func(tx *bolt.Tx, there auth.Attempts, found bool) (auth.Attempts, error)) error {
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketAttempts)
		value := bucket.Get([]byte(key))
		there, err := decodeAttempts(value)
		if err != nil {
			return nil, err
		}
		after, err := to(tx, there, value != nil)
		if err != nil {
			return nil, err
		}
		if after == there {
			return nil, nil
		}
		return nil, bucket.Put([]byte(key), encodeAttempts(&after))
	}})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// sweepAttempts removes those that are over of the next behind a key, whose place among them is by chance.
func sweepAttempts(tx *bolt.Tx, behind []byte, now time.Time) error {
	bucket := tx.Bucket(bucketAttempts)
	cursor := bucket.Cursor()
	key, value := cursor.Seek(behind)
	var over [][]byte
	for range attemptsSwept {
		if key == nil {
			if key, value = cursor.First(); key == nil {
				break
			}
		}
		there, err := decodeAttempts(value)
		if err != nil {
			return err
		}
		if !there.Until.After(now) && !there.KnownUntil.After(now) {
			over = append(over, bytes.Clone(key))
		}
		key, value = cursor.Next()
	}
	for _, key := range over {
		if err := bucket.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// The tags of a record of attempts.
const (
	tagAttemptsCount = 1
	tagAttemptsNext  = 2
	tagAttemptsUntil = 3
	tagAttemptsKnown = 4
)

func encodeAttempts(a *auth.Attempts) []byte {
	r := newRecord(eventFieldsSize)
	r.number(tagAttemptsCount, int64(a.Count))
	r.number(tagAttemptsNext, millis(a.Next))
	r.number(tagAttemptsUntil, millis(a.Until))
	r.number(tagAttemptsKnown, millis(a.KnownUntil))
	return r
}

// decodeAttempts gives none for no value.
func decodeAttempts(value []byte) (auth.Attempts, error) {
	var a auth.Attempts
	if value == nil {
		return a, nil
	}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagAttemptsCount:
			a.Count = int(number(v))
		case tagAttemptsNext:
			a.Next = time.UnixMilli(number(v)).UTC()
		case tagAttemptsUntil:
			a.Until = time.UnixMilli(number(v)).UTC()
		case tagAttemptsKnown:
			a.KnownUntil = time.UnixMilli(number(v)).UTC()
		}
	})
	return a, err
}
