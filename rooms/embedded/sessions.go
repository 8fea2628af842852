package embedded

import (
	"bytes"
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
)

var (
	bucketSessions = []byte("sessions")      // user, keyEnd, id -> record
	bucketAttempts = []byte("loginAttempts") // key -> record
)

// Sessions gives the store of the accounts' sessions.
func (s *Store) Sessions() auth.SessionStore { return &Sessions{s.file} }

// Sessions keeps the accounts' sessions.
type Sessions struct{ file *file }

var _ auth.SessionStore = (*Sessions)(nil)

func sessionsKey(user auth.UserID, id string) []byte {
	return append(append([]byte(user), keyEnd), id...)
}

// CreateSession stores one, and forgets those of the user that have ended.
func (s *Sessions) CreateSession(ctx context.Context, session auth.AccountSession) error {
	return s.write(ctx, "create a session", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketSessions)
		var over [][]byte
		err := eachSession(tx, session.User, func(key []byte, there auth.AccountSession) {
			if there.ExpiresAt.Before(session.CreatedAt) {
				over = append(over, key)
			}
		})
		for _, key := range over {
			if err == nil {
				err = bucket.Delete(key)
			}
		}
		if err != nil {
			return err
		}
		return bucket.Put(sessionsKey(session.User, session.ID), encodeSession(&session))
	})
}

// Sessions gives a user's.
func (s *Sessions) Sessions(ctx context.Context, user auth.UserID) ([]auth.AccountSession, error) {
	var list []auth.AccountSession
	err := s.file.read(ctx, func(tx *bolt.Tx) error {
		return eachSession(tx, user, func(_ []byte, there auth.AccountSession) { list = append(list, there) })
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return list, nil
}

// SeeSessions raises SeenAt of those that are there.
func (s *Sessions) SeeSessions(ctx context.Context, seen []auth.SeenSession) error {
	return s.write(ctx, "note when sessions were used", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketSessions)
		for _, one := range seen {
			key := sessionsKey(one.User, one.ID)
			value := bucket.Get(key)
			if value == nil {
				continue
			}
			there, err := decodeSession(one.User, one.ID, value)
			if err != nil {
				return err
			}
			if !one.At.After(there.SeenAt) {
				continue
			}
			there.SeenAt = one.At
			if err := bucket.Put(key, encodeSession(&there)); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveSessions removes one, or all.
func (s *Sessions) RemoveSessions(ctx context.Context, user auth.UserID, id string) error {
	return s.write(ctx, "remove sessions", func(tx *bolt.Tx) error {
		if id != "" {
			return tx.Bucket(bucketSessions).Delete(sessionsKey(user, id))
		}
		return removeUnder(tx.Bucket(bucketSessions), sessionsKey(user, ""))
	})
}

func (s *Sessions) write(ctx context.Context, what string, apply func(tx *bolt.Tx) error) error {
	if err := s.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) { return nil, apply(tx) }}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// removeUnder removes all keys with a prefix.
func removeUnder(bucket *bolt.Bucket, prefix []byte) error {
	var found [][]byte
	cursor := bucket.Cursor()
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		found = append(found, bytes.Clone(key))
	}
	for _, key := range found {
		if err := bucket.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// eachSession gives each of a user's, with its key, which is the caller's.
func eachSession(tx *bolt.Tx, user auth.UserID, each func(key []byte, s auth.AccountSession)) error {
	prefix := sessionsKey(user, "")
	cursor := tx.Bucket(bucketSessions).Cursor()
	for key, value := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, value = cursor.Next() {
		there, err := decodeSession(user, string(key[len(prefix):]), value)
		if err != nil {
			return err
		}
		each(bytes.Clone(key), there)
	}
	return nil
}

// The tags of a session's record; whose it is, and its id, stand in its key.
const (
	tagSessionCreatedAt = 1
	tagSessionExpiresAt = 2
	tagSessionSeenAt    = 3
	tagSessionAddress   = 4
	tagSessionAgent     = 5
)

func encodeSession(s *auth.AccountSession) []byte {
	r := newRecord(eventFieldsSize + len(s.Address) + len(s.Agent))
	r.number(tagSessionCreatedAt, millis(s.CreatedAt))
	r.number(tagSessionExpiresAt, millis(s.ExpiresAt))
	r.number(tagSessionSeenAt, millis(s.SeenAt))
	r.text(tagSessionAddress, s.Address)
	r.text(tagSessionAgent, s.Agent)
	return r
}

func decodeSession(user auth.UserID, id string, value []byte) (auth.AccountSession, error) {
	s := auth.AccountSession{User: user, ID: id}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagSessionCreatedAt:
			s.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagSessionExpiresAt:
			s.ExpiresAt = time.UnixMilli(number(v)).UTC()
		case tagSessionSeenAt:
			s.SeenAt = time.UnixMilli(number(v)).UTC()
		case tagSessionAddress:
			s.Address = string(v)
		case tagSessionAgent:
			s.Agent = string(v)
		}
	})
	return s, err
}
