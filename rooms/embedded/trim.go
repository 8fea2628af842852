package embedded

import (
	"bytes"
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Trimmer takes a room's oldest events away.
type Trimmer struct{ file *file }

var _ rooms.Trimmer = (*Trimmer)(nil)

// SetRetention returns CodeNotFound when there is no such room.
func (t *Trimmer) SetRetention(ctx context.Context, room rooms.RoomID, keep time.Duration) error {
	return t.file.changeRoom(ctx, room, func(r *rooms.Room) { r.Retention = keep })
}

// Fence raises a room's MinSeq and plans what is removed.
func (t *Trimmer) Fence(ctx context.Context, room rooms.RoomID, minSeq, removeBelow int64, removeAt time.Time) error {
	return t.file.changeRoom(ctx, room, func(r *rooms.Room) {
		r.MinSeq = max(r.MinSeq, minSeq)
		if !removeAt.IsZero() {
			r.RemoveBelow, r.RemoveAt = removeBelow, removeAt.UTC().Truncate(time.Millisecond)
		}
	})
}

// changeRoom changes a room that must be there.
func (f *file) changeRoom(ctx context.Context, id rooms.RoomID, alter func(*rooms.Room)) error {
	err := f.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketRooms)
		value := bucket.Get([]byte(id))
		if value == nil {
			return rooms.E(rooms.CodeNotFound, "no such room"), nil
		}
		room, err := decodeRoom(id, value)
		if err != nil {
			return err, nil
		}
		alter(&room)
		return nil, bucket.Put([]byte(id), encodeRoom(room))
	}})
	if err != nil {
		return fmt.Errorf("change room %s: %w", id, err)
	}
	return nil
}

// Blank takes the content of a room's oldest events.
func (t *Trimmer) Blank(ctx context.Context, room rooms.RoomID, below int64, limit int) (int, error) {
	n := 0
	err := t.file.write(ctx, &change{events: limit, durable: t.file.unsearched, apply: func(tx *bolt.Tx) (answer, err error) {
		n = 0
		for _, e := range oldest(tx, room, below, hasContent, limit) {
			blank(&e)
			e.Emoji, e.Counts = "", ""
			if err := tx.Bucket(bucketAttached).Delete(eventKey(room, e.Seq)); err != nil {
				return nil, err
			}
			if err := tx.Bucket(bucketEvents).Put(eventKey(room, e.Seq), encodeEvent(&e)); err != nil {
				return nil, err
			}
			if err := t.file.unsearch(tx, eventKey(room, e.Seq)); err != nil {
				return nil, err
			}
			n++
		}
		return nil, nil
	}})
	if err != nil {
		return 0, fmt.Errorf("blank the oldest events of %s: %w", room, err)
	}
	return n, nil
}

// hasContent says whether Blank has something to take. Of what this version cannot read
// it takes all: nobody knows what is in there.
func hasContent(e *rooms.Event) bool { return !e.Erased || e.Emoji != "" || e.Counts != "" }

// Remove removes a room's oldest events with all their keys.
func (t *Trimmer) Remove(ctx context.Context, room rooms.RoomID, below int64, limit int) (int, error) {
	n := 0
	err := t.file.write(ctx, &change{events: limit, durable: t.file.unsearched, apply: func(tx *bolt.Tx) (answer, err error) {
		n = 0
		for _, e := range oldest(tx, room, below, func(*rooms.Event) bool { return true }, limit) {
			if err := removeEvent(tx, &e); err != nil {
				return nil, err
			}
			if err := t.file.unsearch(tx, eventKey(room, e.Seq)); err != nil {
				return nil, err
			}
			n++
		}
		return nil, nil
	}})
	if err != nil {
		return 0, fmt.Errorf("remove the oldest events of %s: %w", room, err)
	}
	return n, nil
}

// oldest gives a room's first events below a number that are wanted.
func oldest(tx *bolt.Tx, room rooms.RoomID, below int64, wanted func(*rooms.Event) bool, limit int) []rooms.Event {
	var found []rooms.Event
	prefix := roomPrefix(room)
	cursor := tx.Bucket(bucketEvents).Cursor()
	for key, value := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(found) < limit; key, value = cursor.Next() {
		e := decodeEvent(key, value)
		if e.Seq >= below {
			break
		}
		if wanted(&e) {
			found = append(found, e)
		}
	}
	return found
}

// removeEvent takes an event out of every bucket that names it.
func removeEvent(tx *bolt.Tx, e *rooms.Event) error {
	if err := tx.Bucket(bucketEvents).Delete(eventKey(e.RoomID, e.Seq)); err != nil {
		return err
	}
	if err := tx.Bucket(bucketIDs).Delete(e.ID[:]); err != nil {
		return err
	}
	if e.ClientID != "" {
		if err := tx.Bucket(bucketClientIDs).Delete(clientIDKey(e.RoomID, e.Author, e.ClientID)); err != nil {
			return err
		}
	}
	return removeRelations(tx, relationsOf(e))
}
