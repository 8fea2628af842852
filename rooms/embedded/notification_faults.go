package embedded

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// checkNotifications looks for notifications that are not found by their id or their user,
// and for keys of what is not there.
func checkNotifications(tx *bolt.Tx, add func(string, ...any)) error {
	all, ids, users := tx.Bucket(bucketNotifications), tx.Bucket(bucketNotificationIDs), tx.Bucket(bucketNotificationUsers)
	err := all.ForEach(func(at, value []byte) error {
		n, ok := decodeNotification(value)
		switch {
		case !ok:
			add("notification %x: this version cannot read it", at)
		case !bytes.Equal(ids.Get(n.ID[:]), at):
			add("notification %s: its id does not name it", n.ID)
		case !bytes.Equal(users.Get(notificationKey(n.UserID, n.ID)), at):
			add("notification %s: is not found by its user", n.ID)
		case toldKey(&n) != nil && !bytes.Equal(tx.Bucket(bucketNotificationMessages).Get(toldKey(&n)), at):
			add("notification %s: is not found by its message", n.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = ids.ForEach(func(id, at []byte) error {
		if all.Get(at) == nil {
			add("an id names a notification that is not there: %x", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, bucket := range []*bolt.Bucket{users, tx.Bucket(bucketUnread)} {
		err := bucket.ForEach(func(key, at []byte) error {
			if len(key) <= len(rooms.EventID{}) {
				add("the key of a user's notification is damaged: %x", key)
				return nil
			}
			user, id := splitNotificationKey(key)
			if n, ok := decodeNotification(all.Get(at)); ok && (n.UserID != user || n.ID != id) || !ok && all.Get(at) == nil {
				add("a user's key names a notification that is not there, or another: %s", id)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
