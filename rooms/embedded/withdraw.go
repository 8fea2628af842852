package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// toldKey orders what the chat told of messages by room, then by seq; nil: it is of none.
func toldKey(n *rooms.Notification) []byte {
	if !slices.Contains(rooms.MessageKinds(), n.Kind) {
		return nil
	}
	var fields struct {
		RoomID string `json:"roomId"`
		Seq    int64  `json:"seq"`
	}
	if json.Unmarshal(n.Fields, &fields) != nil || fields.Seq <= 0 {
		return nil
	}
	room, err := rooms.ParseRoomID(fields.RoomID)
	if err != nil {
		return nil
	}
	return append(eventKey(room, fields.Seq), n.ID[:]...)
}

// tellAll makes the keys of a file that was written before there were any.
func tellAll(tx *bolt.Tx) error {
	told := tx.Bucket(bucketNotificationMessages)
	return tx.Bucket(bucketNotifications).ForEach(func(at, value []byte) error {
		n, ok := decodeNotification(value)
		if key := toldKey(&n); ok && key != nil {
			return told.Put(key, bytes.Clone(at))
		}
		return nil
	})
}

// Withdraw goes through the keys of the messages, some in each transaction.
func (n *Notifications) Withdraw(ctx context.Context, room rooms.RoomID, w rooms.Withdrawal) error {
	if w.Below > 0 {
		if err := n.withdrawSpan(ctx, eventKey(room, 0), eventKey(room, w.Below), removeTold); err != nil {
			return err
		}
	}
	for _, seq := range w.Gone {
		if err := n.withdrawSpan(ctx, eventKey(room, seq), eventKey(room, seq+1), removeTold); err != nil {
			return err
		}
	}
	for _, seq := range w.Edited {
		if err := n.withdrawSpan(ctx, eventKey(room, seq), eventKey(room, seq+1), removeText); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// withdrawSpan gives each notification of a span of keys, from first up to below end, to do.
// What has none is only read: a delete is seldom of a message that was told of.
func (n *Notifications) withdrawSpan(ctx context.Context, first, end []byte, do func(tx *bolt.Tx, at []byte) error) error {
	for {
		places, next, err := n.toldIn(ctx, first, end)
		if err != nil {
			return fmt.Errorf("look for notifications of messages: %w", err)
		}
		if len(places) == 0 {
			return nil
		}
		err = n.file.write(ctx, &change{events: len(places), apply: func(tx *bolt.Tx) (answer, err error) {
			for _, at := range places {
				if err = do(tx, at); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}})
		if err != nil {
			return fmt.Errorf("withdraw notifications: %w", err)
		}
		first = next
	}
}

// toldIn gives where at most scanEvents notifications of a span stand, and where to go on.
func (n *Notifications) toldIn(ctx context.Context, first, end []byte) (places [][]byte, next []byte, err error) {
	err = n.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketNotificationMessages).Cursor()
		for key, at := cursor.Seek(first); key != nil && bytes.Compare(key, end) < 0 && len(places) < scanEvents; key, at = cursor.Next() {
			places, next = append(places, bytes.Clone(at)), append(bytes.Clone(key), 0)
		}
		return nil
	})
	return places, next, err
}

// removeTold removes one, if it is still there.
func removeTold(tx *bolt.Tx, at []byte) error {
	n, ok := decodeNotification(tx.Bucket(bucketNotifications).Get(at))
	if !ok {
		return nil
	}
	return removeKeys(tx, [][]byte{notificationKey(n.UserID, n.ID)}, [][]byte{at})
}

// removeText takes the text of one, if it is still there.
func removeText(tx *bolt.Tx, at []byte) error {
	all := tx.Bucket(bucketNotifications)
	n, ok := decodeNotification(all.Get(at))
	var members map[string]json.RawMessage
	if !ok || json.Unmarshal(n.Fields, &members) != nil || members["text"] == nil {
		return nil
	}
	delete(members, "text")
	var err error
	if n.Fields, err = json.Marshal(members); err != nil {
		return err
	}
	return all.Put(at, encodeNotification(&n))
}
