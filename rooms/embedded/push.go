package embedded

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

var (
	bucketPush      = []byte("pushSubscriptions") // the subscription's id -> record
	bucketPushUsers = []byte("pushUsers")         // UserID, keyEnd, id -> nothing
)

// metaPushKey in bucketMeta is the push key.
var metaPushKey = []byte("pushKey")

// The tags of a subscription's record.
const (
	tagPushUser      = 1
	tagPushEndpoint  = 2
	tagPushP256dh    = 3
	tagPushAuth      = 4
	tagPushLabel     = 5
	tagPushRenewedAt = 6
)

// Subscriptions are the devices that take push messages.
type Subscriptions struct{ file *file }

var _ rooms.Subscriptions = (*Subscriptions)(nil)

// PutSubscription writes it and removes those that are too many, in one transaction.
func (p *Subscriptions) PutSubscription(ctx context.Context, s rooms.Subscription, most int) error {
	value := encodeSubscription(&s)
	return p.update(ctx, "store a push subscription", func(tx *bolt.Tx) error {
		if err := removeSubscription(tx, s.ID, ""); err != nil {
			return err
		}
		if err := tx.Bucket(bucketPush).Put([]byte(s.ID), value); err != nil {
			return err
		}
		if err := tx.Bucket(bucketPushUsers).Put(pushUserKey(s.UserID, s.ID), nil); err != nil {
			return err
		}
		list, err := subscriptionsOf(tx, s.UserID)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(other rooms.Subscription) bool { return other.ID == s.ID })
		for len(list) > most-1 {
			if err := removeSubscription(tx, list[0].ID, s.UserID); err != nil {
				return err
			}
			list = list[1:]
		}
		return nil
	})
}

// update changes the file in one transaction.
func (p *Subscriptions) update(ctx context.Context, doing string, apply func(tx *bolt.Tx) error) error {
	err := p.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) { return nil, apply(tx) }})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// removeSubscription removes one, where it is the user's; empty: whoever's it is.
func removeSubscription(tx *bolt.Tx, id string, user auth.UserID) error {
	value := tx.Bucket(bucketPush).Get([]byte(id))
	if value == nil {
		return nil
	}
	s, err := decodeSubscription(id, value)
	if err != nil || user != "" && s.UserID != user {
		return err
	}
	if err := tx.Bucket(bucketPushUsers).Delete(pushUserKey(s.UserID, id)); err != nil {
		return err
	}
	return tx.Bucket(bucketPush).Delete([]byte(id))
}

// subscriptionsOf reads a user's, those first that were renewed first.
func subscriptionsOf(tx *bolt.Tx, user auth.UserID) ([]rooms.Subscription, error) {
	var list []rooms.Subscription
	prefix := pushUserKey(user, "")
	cursor := tx.Bucket(bucketPushUsers).Cursor()
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		id := string(key[len(prefix):])
		s, err := decodeSubscription(id, tx.Bucket(bucketPush).Get([]byte(id)))
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b rooms.Subscription) int {
		return cmp.Or(a.RenewedAt.Compare(b.RenewedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func pushUserKey(user auth.UserID, id string) []byte {
	b := make([]byte, 0, len(user)+1+len(id))
	return append(append(append(b, user...), keyEnd), id...)
}

// Subscriptions reads a user's.
func (p *Subscriptions) Subscriptions(ctx context.Context, user auth.UserID) (list []rooms.Subscription, err error) {
	err = p.file.read(ctx, func(tx *bolt.Tx) (err error) {
		list, err = subscriptionsOf(tx, user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read push subscriptions: %w", err)
	}
	return list, nil
}

// RemoveSubscription removes a user's.
func (p *Subscriptions) RemoveSubscription(ctx context.Context, user auth.UserID, id string) error {
	return p.update(ctx, "remove a push subscription", func(tx *bolt.Tx) error {
		if user == "" {
			return nil
		}
		return removeSubscription(tx, id, user)
	})
}

// EraseSubscriptions removes all of a user's.
func (p *Subscriptions) EraseSubscriptions(ctx context.Context, user auth.UserID) error {
	return p.update(ctx, "erase push subscriptions", func(tx *bolt.Tx) error {
		list, err := subscriptionsOf(tx, user)
		if err != nil {
			return err
		}
		for i := range list {
			if err := removeSubscription(tx, list[i].ID, user); err != nil {
				return err
			}
		}
		return nil
	})
}

// PushKey keeps the first key.
func (p *Subscriptions) PushKey(ctx context.Context, made []byte) ([]byte, error) {
	var kept []byte
	err := p.update(ctx, "keep the push key", func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if there := meta.Get(metaPushKey); there != nil {
			kept = bytes.Clone(there)
			return nil
		}
		kept = bytes.Clone(made)
		return meta.Put(metaPushKey, made)
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

func encodeSubscription(s *rooms.Subscription) []byte {
	r := newRecord(eventFieldsSize + len(s.Endpoint) + len(s.P256dh) + len(s.Auth) + len(s.Label))
	r.text(tagPushUser, string(s.UserID))
	r.text(tagPushEndpoint, s.Endpoint)
	r.text(tagPushP256dh, string(s.P256dh))
	r.text(tagPushAuth, string(s.Auth))
	r.text(tagPushLabel, s.Label)
	r.number(tagPushRenewedAt, millis(s.RenewedAt))
	return r
}

func decodeSubscription(id string, value []byte) (rooms.Subscription, error) {
	s := rooms.Subscription{ID: id}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagPushUser:
			s.UserID = auth.UserID(v)
		case tagPushEndpoint:
			s.Endpoint = string(v)
		case tagPushP256dh:
			s.P256dh = bytes.Clone(v)
		case tagPushAuth:
			s.Auth = bytes.Clone(v)
		case tagPushLabel:
			s.Label = string(v)
		case tagPushRenewedAt:
			s.RenewedAt = time.UnixMilli(number(v)).UTC()
		}
	})
	return s, err
}
