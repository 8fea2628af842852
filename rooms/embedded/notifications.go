package embedded

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// notifiedAtOnce bounds what a watcher reads, and is told, in one go.
const notifiedAtOnce = 1000

// Notifications are those of the file. Watchers hold no queue: what was written rings, and
// they read on in the order of writing.
type Notifications struct {
	file *file

	mu    sync.Mutex
	rings []chan struct{} // of the watchers; each holds 1
	after uint64          // the number behind which the next watch goes on
}

var _ rooms.Notifications = (*Notifications)(nil)

// newNotifications begins behind what the file has.
func newNotifications(f *file) (*Notifications, error) {
	n := &Notifications{file: f}
	return n, f.db.View(func(tx *bolt.Tx) error {
		n.after = tx.Bucket(bucketNotifications).Sequence()
		return nil
	})
}

// userPrefix is what all keys of a user's notifications begin with. No user's id holds a
// control character.
func userPrefix(user auth.UserID) []byte {
	b := make([]byte, 0, len(user)+1+len(rooms.EventID{}))
	return append(append(b, user...), keyEnd)
}

func notificationKey(user auth.UserID, id rooms.EventID) []byte {
	return append(userPrefix(user), id[:]...)
}

// splitNotificationKey is notificationKey's inverse. The key must be one that it made.
func splitNotificationKey(key []byte) (auth.UserID, rooms.EventID) {
	end := len(key) - len(rooms.EventID{})
	return auth.UserID(key[:end-1]), rooms.EventID(key[end:])
}

// Notify writes notifications in one transaction.
func (n *Notifications) Notify(ctx context.Context, list []rooms.Notification) ([]rooms.EventID, error) {
	if len(list) == 0 {
		return nil, ctx.Err()
	}
	var stored []rooms.EventID
	list = slices.Clone(list) // it may be written when its caller has gone
	err := n.file.write(ctx, &change{events: len(list), durable: n.ring, apply: func(tx *bolt.Tx) (answer, err error) {
		stored = nil // it may be applied again
		for i := range list {
			fresh, err := putNotification(tx, &list[i])
			if err != nil {
				return nil, err
			}
			if fresh {
				stored = append(stored, list[i].ID)
			}
		}
		return nil, nil
	}})
	if err != nil {
		return nil, fmt.Errorf("write %d notifications: %w", len(list), err)
	}
	return stored, nil
}

// putNotification writes one whose id is new, and its number.
func putNotification(tx *bolt.Tx, n *rooms.Notification) (fresh bool, err error) {
	ids, order := tx.Bucket(bucketNotificationIDs), tx.Bucket(bucketNotifications)
	if ids.Get(n.ID[:]) != nil {
		return false, nil
	}
	number, err := order.NextSequence()
	if err != nil {
		return false, err
	}
	key := notificationKey(n.UserID, n.ID)
	at := binary.BigEndian.AppendUint64(nil, number)
	if err := ids.Put(n.ID[:], at); err != nil {
		return false, err
	}
	if err := order.Put(at, encodeNotification(n)); err != nil {
		return false, err
	}
	if told := toldKey(n); told != nil {
		if err := tx.Bucket(bucketNotificationMessages).Put(told, at); err != nil {
			return false, err
		}
	}
	if err := tx.Bucket(bucketNotificationUsers).Put(key, at); err != nil || n.Read {
		return true, err
	}
	return true, tx.Bucket(bucketUnread).Put(key, at)
}

// Notifications reads a page of a user's.
func (n *Notifications) Notifications(ctx context.Context, user auth.UserID, before rooms.EventID, unread bool, limit int) ([]rooms.Notification, error) {
	var found []rooms.Notification
	err := n.file.read(ctx, func(tx *bolt.Tx) error {
		bucket := bucketNotificationUsers
		if unread {
			bucket = bucketUnread
		}
		cursor, prefix := tx.Bucket(bucket).Cursor(), userPrefix(user)
		from := append([]byte(user), keyEnd+1) // above all of the user's keys
		if before != (rooms.EventID{}) {
			from = notificationKey(user, before)
		}
		for key, at := below(cursor, from); bytes.HasPrefix(key, prefix) && len(found) < limit; key, at = cursor.Prev() {
			if one, ok := readNotification(tx, key, at); ok {
				found = append(found, one)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return found, nil
}

// readNotification reads what a user's key names.
func readNotification(tx *bolt.Tx, key, at []byte) (rooms.Notification, bool) {
	n, ok := decodeNotification(tx.Bucket(bucketNotifications).Get(at))
	n.Read = tx.Bucket(bucketUnread).Get(key) == nil
	return n, ok
}

// MarkNotifications moves keys in and out of the unread ones.
func (n *Notifications) MarkNotifications(ctx context.Context, user auth.UserID, ids []rooms.EventID, read bool) error {
	ids = slices.Clone(ids)
	err := n.file.write(ctx, &change{events: len(ids), apply: func(tx *bolt.Tx) (answer, err error) {
		users, unread := tx.Bucket(bucketNotificationUsers), tx.Bucket(bucketUnread)
		for _, id := range ids {
			key := notificationKey(user, id)
			at := users.Get(key)
			switch {
			case at == nil:
			case read:
				err = unread.Delete(key)
			default:
				err = unread.Put(key, bytes.Clone(at))
			}
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("mark %d notifications: %w", len(ids), err)
	}
	return nil
}

// UnreadNotifications counts keys.
func (n *Notifications) UnreadNotifications(ctx context.Context, user auth.UserID, most int) (int, error) {
	count := 0
	err := n.file.read(ctx, func(tx *bolt.Tx) error {
		cursor, prefix := tx.Bucket(bucketUnread).Cursor(), userPrefix(user)
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && count < most; key, _ = cursor.Next() {
			count++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count notifications: %w", err)
	}
	return count, nil
}

// WatchNotifications tells of every notification behind what the watch before it told, or
// since the file was opened. It ends when ctx is done and when the store closes or fails.
func (n *Notifications) WatchNotifications(ctx context.Context, opened func(), told func([]rooms.Notification)) error {
	ring := make(chan struct{}, 1)
	n.mu.Lock()
	n.rings = append(n.rings, ring)
	n.mu.Unlock()
	defer n.forget(ring)
	if err := n.file.refusal(); err != nil {
		return fmt.Errorf("watch the notifications: %w", err)
	}
	after := n.begin()
	opened()
	for {
		batch, last, err := n.behind(ctx, after)
		if err != nil {
			return fmt.Errorf("watch the notifications: %w", err)
		}
		if last > after {
			after = last
			if len(batch) > 0 {
				told(batch)
			}
			n.reached(after)
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.file.closing:
			return errClosed()
		case <-ring:
		}
	}
}

// begin gives the number to go on behind.
func (n *Notifications) begin() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.after
}

// behind reads the notifications above a number, and gives the last number it has passed.
func (n *Notifications) behind(ctx context.Context, after uint64) (batch []rooms.Notification, last uint64, err error) {
	last = after
	err = n.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketNotifications).Cursor()
		from := binary.BigEndian.AppendUint64(nil, after+1)
		for at, value := cursor.Seek(from); at != nil && len(batch) < notifiedAtOnce; at, value = cursor.Next() {
			last = binary.BigEndian.Uint64(at)
			if one, ok := decodeNotification(value); ok {
				one.Read = tx.Bucket(bucketUnread).Get(notificationKey(one.UserID, one.ID)) == nil
				batch = append(batch, one)
			}
		}
		return nil
	})
	return batch, last, err
}

func (n *Notifications) reached(after uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.after = after
}

// ring wakes every watcher.
func (n *Notifications) ring() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, ring := range n.rings {
		select {
		case ring <- struct{}{}:
		default: // it is awake already
		}
	}
}

func (n *Notifications) forget(ring chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rings = slices.DeleteFunc(n.rings, func(o chan struct{}) bool { return o == ring })
}

// EraseNotifications removes a user's notifications, and those of what he wrote, some in each transaction.
func (r *Eraser) EraseNotifications(ctx context.Context, user auth.UserID) (int, error) {
	total := 0
	for {
		removed := 0
		err := r.file.write(ctx, &change{events: scanEvents, apply: func(tx *bolt.Tx) (answer, err error) {
			removed, err = removeNotifications(tx, user)
			return nil, err
		}})
		if err != nil {
			return total, fmt.Errorf("remove notifications: %w", err)
		}
		if total += removed; removed == 0 {
			break
		}
	}
	authored, err := r.eraseAuthored(ctx, user)
	return total + authored, err
}

// eraseAuthored looks through all notifications for those of what a user wrote.
func (r *Eraser) eraseAuthored(ctx context.Context, user auth.UserID) (int, error) {
	total := 0
	for after := uint64(0); ; {
		passed := 0
		err := r.file.write(ctx, &change{events: scanEvents, apply: func(tx *bolt.Tx) (answer, err error) {
			var keys, places [][]byte
			cursor := tx.Bucket(bucketNotifications).Cursor()
			for at, value := cursor.Seek(binary.BigEndian.AppendUint64(nil, after+1)); at != nil && passed < scanEvents; at, value = cursor.Next() {
				passed++
				after = binary.BigEndian.Uint64(at)
				if n, ok := decodeNotification(value); ok && wroteOf(&n, user) {
					keys, places = append(keys, notificationKey(n.UserID, n.ID)), append(places, bytes.Clone(at))
				}
			}
			total += len(keys)
			return nil, removeKeys(tx, keys, places)
		}})
		if err != nil {
			return total, fmt.Errorf("remove notifications of what a user wrote: %w", err)
		}
		if passed == 0 {
			return total, nil
		}
	}
}

// wroteOf says whether the chat made a notification of something that a user wrote or did.
func wroteOf(n *rooms.Notification, user auth.UserID) bool {
	var fields struct {
		Author auth.UserID `json:"author"`
	}
	return slices.Contains(rooms.ChatKinds(), n.Kind) && json.Unmarshal(n.Fields, &fields) == nil && fields.Author == user
}

// removeNotifications removes at most scanEvents of a user's.
func removeNotifications(tx *bolt.Tx, user auth.UserID) (int, error) {
	users, prefix := tx.Bucket(bucketNotificationUsers), userPrefix(user)
	var keys, places [][]byte
	cursor := users.Cursor()
	for key, at := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(keys) < scanEvents; key, at = cursor.Next() {
		keys, places = append(keys, bytes.Clone(key)), append(places, bytes.Clone(at))
	}
	return len(keys), removeKeys(tx, keys, places)
}

// removeKeys removes notifications by their keys and where they stand in the order of writing.
func removeKeys(tx *bolt.Tx, keys, places [][]byte) error {
	for i, key := range keys {
		_, id := splitNotificationKey(key)
		if n, ok := decodeNotification(tx.Bucket(bucketNotifications).Get(places[i])); ok {
			if told := toldKey(&n); told != nil {
				if err := tx.Bucket(bucketNotificationMessages).Delete(told); err != nil {
					return err
				}
			}
		}
		for _, gone := range []struct {
			bucket []byte
			key    []byte
		}{{bucketNotifications, places[i]}, {bucketNotificationIDs, id[:]}, {bucketUnread, key}, {bucketNotificationUsers, key}} {
			if err := tx.Bucket(gone.bucket).Delete(gone.key); err != nil {
				return err
			}
		}
	}
	return nil
}
