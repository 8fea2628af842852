package embedded

import (
	"bytes"
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

var (
	bucketHooks       = []byte("webhooks")       // the hook's id -> record
	bucketHookCursors = []byte("webhookCursors") // cursorKey -> record
)

// Hooks gives the store of outgoing hooks.
func (s *Store) Hooks() *Hooks { return &Hooks{s.file} }

// Hooks keeps outgoing hooks and their cursors. Its clock is this process's: no other has the file open.
type Hooks struct{ file *file }

var (
	_ hooks.Store   = (*Hooks)(nil)
	_ hooks.Cursors = (*Hooks)(nil)
)

func noHook() error { return rooms.E(rooms.CodeNotFound, "no such webhook") }

// update changes the file in one transaction.
func (h *Hooks) update(ctx context.Context, doing string, apply func(tx *bolt.Tx) (answer, err error)) error {
	if err := h.file.write(ctx, &change{events: 1, apply: apply}); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// CreateHook stores a new one.
func (h *Hooks) CreateHook(ctx context.Context, hook hooks.Hook) error {
	value := encodeHook(&hook)
	return h.update(ctx, "create a webhook", func(tx *bolt.Tx) (answer, err error) {
		return nil, tx.Bucket(bucketHooks).Put([]byte(hook.ID), value)
	})
}

// Hook returns rooms.CodeNotFound when there is none of the id.
func (h *Hooks) Hook(ctx context.Context, id string) (hook hooks.Hook, err error) {
	err = h.file.read(ctx, func(tx *bolt.Tx) (err error) {
		value := tx.Bucket(bucketHooks).Get([]byte(id))
		if value == nil {
			return noHook()
		}
		hook, err = decodeHook([]byte(id), value)
		return err
	})
	if err != nil {
		return hooks.Hook{}, fmt.Errorf("read a webhook: %w", err)
	}
	return hook, nil
}

// Hooks returns hooks ascending by id.
func (h *Hooks) Hooks(ctx context.Context, q hooks.HookQuery) ([]hooks.Hook, error) {
	var found []hooks.Hook
	err := h.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketHooks).Cursor()
		for id, value := cursor.Seek([]byte(q.After)); id != nil && len(found) < q.Limit; id, value = cursor.Next() {
			hook, err := decodeHook(id, value)
			if err != nil {
				return err
			}
			if hook.ID != q.After && (q.Room == "" || hook.Room == q.Room) {
				found = append(found, hook)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return found, nil
}

// changeHook reads a hook, changes it and writes it; nothing where there is none.
func changeHook(tx *bolt.Tx, id string, change func(*hooks.Hook)) (there bool, err error) {
	bucket := tx.Bucket(bucketHooks)
	value := bucket.Get([]byte(id))
	if value == nil {
		return false, nil
	}
	hook, err := decodeHook([]byte(id), value)
	if err != nil {
		return false, err
	}
	change(&hook)
	return true, bucket.Put([]byte(id), encodeHook(&hook))
}

// FailHook sets Failed, unless the Revision is another by now.
func (h *Hooks) FailHook(ctx context.Context, id string, revision int64, f hooks.Failure) error {
	return h.update(ctx, "mark a webhook failed", func(tx *bolt.Tx) (answer, err error) {
		_, err = changeHook(tx, id, func(hook *hooks.Hook) {
			if hook.Revision == revision {
				hook.Failed = &f
			}
		})
		return nil, err
	})
}

// RemoveHook removes a hook and its cursors.
func (h *Hooks) RemoveHook(ctx context.Context, id string) error {
	return h.update(ctx, "remove a webhook", func(tx *bolt.Tx) (answer, err error) {
		if err := tx.Bucket(bucketHooks).Delete([]byte(id)); err != nil {
			return nil, err
		}
		var gone [][]byte
		prefix := cursorKey(id, "")
		cursor := tx.Bucket(bucketHookCursors).Cursor()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
			gone = append(gone, bytes.Clone(key))
		}
		for _, key := range gone {
			if err := tx.Bucket(bucketHookCursors).Delete(key); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// cursorKey orders a hook's cursors by room.
func cursorKey(hook string, room rooms.RoomID) []byte {
	return append(append([]byte(hook), keyEnd), room...)
}

// heldCursor is a cursor with the end of its claim.
type heldCursor struct {
	hooks.Cursor
	until int64 // milliseconds since 1970
}

func (c *heldCursor) put(tx *bolt.Tx) error {
	return tx.Bucket(bucketHookCursors).Put(cursorKey(c.Hook, c.Room), encodeCursor(c))
}

// readCursor gives a cursor; one that is not there stands at 0.
func readCursor(tx *bolt.Tx, hook string, room rooms.RoomID) (c heldCursor, there bool, err error) {
	value := tx.Bucket(bucketHookCursors).Get(cursorKey(hook, room))
	if value == nil {
		return heldCursor{Cursor: hooks.Cursor{Hook: hook, Room: room}}, false, nil
	}
	c, err = decodeCursor(hook, room, value)
	return c, true, err
}

// PutCursors stores cursors that are not there yet.
func (h *Hooks) PutCursors(ctx context.Context, list []hooks.Cursor) error {
	return h.update(ctx, "store webhook cursors", func(tx *bolt.Tx) (answer, err error) {
		for _, c := range list {
			_, there, err := readCursor(tx, c.Hook, c.Room)
			if err != nil || there {
				continue
			}
			fresh := heldCursor{Cursor: hooks.Cursor{Hook: c.Hook, Room: c.Room, Seq: c.Seq}}
			if err := fresh.put(tx); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// Claim gives the cursor to owner for a time, unless another has it.
func (h *Hooks) Claim(ctx context.Context, hook string, room rooms.RoomID, owner string, ttl time.Duration) (hooks.Cursor, error) {
	var claimed hooks.Cursor // is written to when it is claimed, even if nobody waits any more
	err := h.update(ctx, "claim a webhook cursor", func(tx *bolt.Tx) (answer, err error) {
		c, there, err := readCursor(tx, hook, room)
		now := time.Now()
		switch {
		case err != nil:
			return err, nil
		case !there && tx.Bucket(bucketHooks).Get([]byte(hook)) == nil:
			return noHook(), nil
		case c.Owner != owner && c.until > now.UnixMilli():
			return hooks.ErrHeld, nil
		case c.Owner != owner:
			c.Epoch++
		}
		c.Owner, c.until = owner, now.Add(ttl).UnixMilli()
		claimed = c.Cursor
		return nil, c.put(tx)
	})
	if err != nil {
		return hooks.Cursor{}, err
	}
	return claimed, nil
}

// Advance writes a cursor as long as its epoch is the same.
func (h *Hooks) Advance(ctx context.Context, to hooks.Cursor, ttl time.Duration) error {
	return h.update(ctx, "advance a webhook cursor", func(tx *bolt.Tx) (answer, err error) {
		c, there, err := readCursor(tx, to.Hook, to.Room)
		if err != nil || !there || c.Owner != to.Owner || c.Epoch != to.Epoch {
			return hooks.ErrOvertaken, nil
		}
		c.Cursor, c.until = to, time.Now().Add(ttl).UnixMilli()
		return nil, c.put(tx)
	})
}

// SetCursor takes the cursor from whoever has it, and ends the hook's failure.
func (h *Hooks) SetCursor(ctx context.Context, hook string, room rooms.RoomID, seq int64) error {
	return h.update(ctx, "set a webhook cursor", func(tx *bolt.Tx) (answer, err error) {
		there, err := changeHook(tx, hook, func(hook *hooks.Hook) { hook.Failed, hook.Revision = nil, hook.Revision+1 })
		if err != nil || !there {
			return noHook(), nil
		}
		c, _, err := readCursor(tx, hook, room)
		if err != nil {
			return err, nil
		}
		fresh := heldCursor{Cursor: hooks.Cursor{Hook: hook, Room: room, Seq: seq, Epoch: c.Epoch + 1}}
		return nil, fresh.put(tx)
	})
}

// Cursors returns cursors of a hook, ascending by room.
func (h *Hooks) Cursors(ctx context.Context, hook string, after rooms.RoomID, limit int) ([]hooks.Cursor, error) {
	var found []hooks.Cursor
	err := h.file.read(ctx, func(tx *bolt.Tx) error {
		prefix := cursorKey(hook, "")
		cursor := tx.Bucket(bucketHookCursors).Cursor()
		for key, value := cursor.Seek(cursorKey(hook, after)); bytes.HasPrefix(key, prefix) && len(found) < limit; key, value = cursor.Next() {
			room := rooms.RoomID(key[len(prefix):])
			if room == after {
				continue
			}
			c, err := decodeCursor(hook, room, value)
			if err != nil {
				return err
			}
			found = append(found, c.Cursor)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list webhook cursors: %w", err)
	}
	return found, nil
}

// The tags of the records of hooks and their cursors.
const (
	tagHookURL        = 1
	tagHookRoom       = 2
	tagHookEvent      = 3 // once for each
	tagHookSealed     = 4
	tagHookCreatedBy  = 5
	tagHookCreatedAt  = 6
	tagHookRevision   = 7
	tagHookFailedAt   = 8
	tagHookReason     = 9
	tagHookFailedRoom = 10
	tagHookFailedSeq  = 11

	tagCursorSeq      = 1
	tagCursorFailing  = 2
	tagCursorAttempts = 3
	tagCursorError    = 4
	tagCursorOwner    = 5
	tagCursorEpoch    = 6
	tagCursorUntil    = 7
)

func encodeHook(h *hooks.Hook) []byte {
	r := newRecord(eventFieldsSize + len(h.URL) + len(h.Room) + len(h.Sealed))
	r.text(tagHookURL, h.URL)
	r.text(tagHookRoom, string(h.Room))
	for _, event := range h.Events {
		r.text(tagHookEvent, event)
	}
	r.text(tagHookSealed, string(h.Sealed))
	r.text(tagHookCreatedBy, string(h.CreatedBy))
	r.number(tagHookCreatedAt, millis(h.CreatedAt))
	r.number(tagHookRevision, h.Revision)
	if f := h.Failed; f != nil {
		r.number(tagHookFailedAt, millis(f.At))
		r.text(tagHookReason, f.Reason)
		r.text(tagHookFailedRoom, string(f.Room))
		r.number(tagHookFailedSeq, f.Seq)
	}
	return r
}

func decodeHook(id, value []byte) (hooks.Hook, error) {
	h := hooks.Hook{ID: string(id)}
	var f hooks.Failure
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagHookURL:
			h.URL = string(v)
		case tagHookRoom:
			h.Room = rooms.RoomID(v)
		case tagHookEvent:
			h.Events = append(h.Events, string(v))
		case tagHookSealed:
			h.Sealed = bytes.Clone(v)
		case tagHookCreatedBy:
			h.CreatedBy = auth.UserID(v)
		case tagHookCreatedAt:
			h.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagHookRevision:
			h.Revision = number(v)
		case tagHookFailedAt:
			f.At = time.UnixMilli(number(v)).UTC()
		case tagHookReason:
			f.Reason = string(v)
		case tagHookFailedRoom:
			f.Room = rooms.RoomID(v)
		case tagHookFailedSeq:
			f.Seq = number(v)
		}
	})
	if !f.At.IsZero() {
		h.Failed = &f
	}
	return h, err
}

func encodeCursor(c *heldCursor) []byte {
	r := newRecord(eventFieldsSize + len(c.Owner) + len(c.LastError))
	r.number(tagCursorSeq, c.Seq)
	r.number(tagCursorFailing, millis(c.FailingSince))
	r.number(tagCursorAttempts, int64(c.Attempts))
	r.text(tagCursorError, c.LastError)
	r.text(tagCursorOwner, c.Owner)
	r.number(tagCursorEpoch, c.Epoch)
	r.number(tagCursorUntil, c.until)
	return r
}

func decodeCursor(hook string, room rooms.RoomID, value []byte) (heldCursor, error) {
	c := heldCursor{Cursor: hooks.Cursor{Hook: hook, Room: room}}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagCursorSeq:
			c.Seq = number(v)
		case tagCursorFailing:
			c.FailingSince = time.UnixMilli(number(v)).UTC()
		case tagCursorAttempts:
			c.Attempts = int(number(v))
		case tagCursorError:
			c.LastError = string(v)
		case tagCursorOwner:
			c.Owner = string(v)
		case tagCursorEpoch:
			c.Epoch = number(v)
		case tagCursorUntil:
			c.until = number(v)
		}
	})
	return c, err
}
