package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// Inbox keeps how far users have read, and of what they are told.
type Inbox struct{ file *file }

var _ rooms.Inbox = (*Inbox)(nil)

// MarkRead raises a user's ReadSeq. One that is there already costs no write.
func (b *Inbox) MarkRead(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, error) {
	member := rooms.Member{RoomID: room, UserID: user}
	if _, err := rooms.ParseRoomID(string(room)); err != nil {
		return 0, err
	}
	if err := checkMember(&member); err != nil {
		return 0, err
	}
	err := b.file.read(ctx, func(tx *bolt.Tx) error {
		member = getMember(tx, room, user)
		return nil
	})
	if err == nil && member.ReadSeq < seq {
		err = b.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
			if member = getMember(tx, room, user); member.ReadSeq >= seq {
				return nil, nil
			}
			member.ReadSeq = seq
			return nil, putMember(tx, &member)
		}})
	}
	if err != nil {
		return 0, fmt.Errorf("mark %s read by %s up to %d: %w", room, user, seq, err)
	}
	return member.ReadSeq, nil
}

// MarkDelivered raises a user's DeliveredSeq. What is there already costs no write.
func (b *Inbox) MarkDelivered(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, bool, error) {
	member := rooms.Member{RoomID: room, UserID: user}
	if _, err := rooms.ParseRoomID(string(room)); err != nil {
		return 0, false, err
	}
	if err := checkMember(&member); err != nil {
		return 0, false, err
	}
	rises := func(tx *bolt.Tx) bool {
		member = getMember(tx, room, user)
		return member.ReadSeq > 0 && member.DeliveredUpTo() < seq
	}
	raised := false
	err := b.file.read(ctx, func(tx *bolt.Tx) error {
		raised = rises(tx)
		return nil
	})
	if err == nil && raised {
		err = b.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
			if raised = rises(tx); !raised {
				return nil, nil
			}
			member.DeliveredSeq = seq
			return nil, putMember(tx, &member)
		}})
	}
	if err != nil {
		return 0, false, fmt.Errorf("mark %s delivered to %s up to %d: %w", room, user, seq, err)
	}
	return member.DeliveredUpTo(), raised, nil
}

// SetAlerts changes what is given.
func (b *Inbox) SetAlerts(ctx context.Context, room rooms.RoomID, user auth.UserID, c rooms.AlertsChange) (rooms.Alerts, error) {
	if _, err := rooms.ParseRoomID(string(room)); err != nil {
		return rooms.Alerts{}, err
	}
	if err := checkMember(&rooms.Member{RoomID: room, UserID: user}); err != nil {
		return rooms.Alerts{}, err
	}
	var set rooms.Alerts
	err := b.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		member := getMember(tx, room, user)
		set = c.Over(member.Alerts)
		if set == member.Alerts {
			return nil, nil
		}
		member.Alerts = set
		return nil, putMember(tx, &member)
	}})
	if err != nil {
		return rooms.Alerts{}, fmt.Errorf("set what %s is told of in %s: %w", user, room, err)
	}
	return set, nil
}

// Forget takes a user's ReadSeq and Alerts in one room away.
func (b *Inbox) Forget(ctx context.Context, room rooms.RoomID, user auth.UserID) error {
	err := b.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		member := getMember(tx, room, user)
		if member.ReadSeq == 0 && member.Alerts == (rooms.Alerts{}) {
			return nil, nil
		}
		member.ReadSeq, member.Alerts = 0, rooms.Alerts{}
		return nil, putMember(tx, &member)
	}})
	if err != nil {
		return fmt.Errorf("forget how far %s has read %s: %w", user, room, err)
	}
	return nil
}

// Unread counts for one room.
func (b *Inbox) Unread(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, most int) (rooms.Unread, error) {
	var n rooms.Unread
	err := b.file.read(ctx, func(tx *bolt.Tx) error {
		var minSeq int64
		if value := tx.Bucket(bucketRooms).Get([]byte(room)); value != nil {
			r, err := decodeRoom(room, value)
			if err != nil {
				return err
			}
			minSeq = r.MinSeq
		}
		n = unread(tx, room, user, max(after, minSeq-1), most)
		return nil
	})
	if err != nil {
		return rooms.Unread{}, fmt.Errorf("count what %s has not read of %s: %w", user, room, err)
	}
	return n, nil
}

// unread counts up to most messages above a number. It passes what changes messages, so it
// reads more events than it counts.
func unread(tx *bolt.Tx, room rooms.RoomID, user auth.UserID, after int64, most int) rooms.Unread {
	var n rooms.Unread
	prefix := roomPrefix(room)
	cursor, targets := tx.Bucket(bucketEvents).Cursor(), tx.Bucket(bucketTargets).Cursor()
	for key, value := cursor.Seek(eventKey(room, max(after, 0)+1)); bytes.HasPrefix(key, prefix) && n.Messages < most; key, value = cursor.Next() {
		e := decodeEvent(key, value)
		if e.Type != rooms.TypeMessage || e.Author == user || e.Erased || isDeleted(targets, room, e.Seq) {
			continue
		}
		n.Messages++
		if mentions(&e, user) {
			n.Mentions++
		}
	}
	return n
}

// mentions says whether a message names a user, or everybody. Mentions that cannot be read
// name nobody.
func mentions(e *rooms.Event, user auth.UserID) bool {
	if e.Mentions == "" {
		return false
	}
	var names []auth.UserID
	if err := json.Unmarshal([]byte(e.Mentions), &names); err != nil {
		return false
	}
	return slices.Contains(names, user) || slices.Contains(names, rooms.MentionRoom)
}

// Overview gives a user's rooms in one transaction.
func (b *Inbox) Overview(ctx context.Context, user auth.UserID, also []rooms.RoomID, most, limit int) ([]rooms.Overview, error) {
	var found []rooms.Overview
	err := b.file.read(ctx, func(tx *bolt.Tx) error {
		ids := slices.Clone(also)
		eachRoomOf(tx, user, func(room rooms.RoomID) bool {
			ids = append(ids, room)
			return true
		})
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if len(found) >= limit {
				break
			}
			value := tx.Bucket(bucketRooms).Get([]byte(id))
			if value == nil {
				continue
			}
			room, err := decodeRoom(id, value)
			if err != nil {
				return fmt.Errorf("room %s: %w", id, err)
			}
			found = append(found, overview(tx, room, user, most))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the rooms of %s: %w", user, err)
	}
	return found, nil
}

func overview(tx *bolt.Tx, room rooms.Room, user auth.UserID, most int) rooms.Overview {
	o := rooms.Overview{Room: room, Member: getMember(tx, room.ID, user), LastSeq: max(room.MinSeq-1, 0)}
	if newest := descend(tx, room.ID, rooms.MaxSeq+1, rooms.Page{Events: 1}); len(newest) > 0 {
		o.LastSeq = max(o.LastSeq, newest[0].Seq)
	}
	o.Unread = unread(tx, room.ID, user, max(o.Member.ReadSeq, room.MinSeq-1), most)
	return o
}
